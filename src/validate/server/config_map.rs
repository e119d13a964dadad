//! ConfigMap.

use super::format;
use super::report::{Report, shown};
use crate::validate::{At, Finding};

/// How many bytes all values of a ConfigMap or Secret may have.
pub(super) const LARGEST: usize = 1024 * 1024;

/// How many bytes a text in base64 stands for.
pub(super) fn decoded_size(text: &str) -> usize {
    let digits = text.bytes().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').count();
    digits * 3 / 4
}

/// Mirrors `ValidateConfigMap`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (data, binary) = (object.field("data"), object.field("binaryData"));
    let mut size = 0;
    for (key, value) in data.entries() {
        check_key(key, &value, findings);
        if binary.node.is_some_and(|node| object.document.get(node, key).is_some()) {
            let text = format!("the key {} is in `binaryData` too", shown(key));
            findings.push(Finding::server("invalid", &value, text));
        }
        size += value.text().len();
    }
    for (key, value) in binary.entries() {
        check_key(key, &value, findings);
        size += decoded_size(value.text());
    }
    if size > LARGEST {
        findings.too_long(object, LARGEST);
    }
}

/// Tells what is wrong with a key; what it holds may be a secret.
pub(super) fn check_key(key: &str, value: &At<'_>, findings: &mut Vec<Finding>) -> bool {
    let Err(fault) = format::config_map_key(key) else { return true };
    findings.push(Finding::server("invalid", value, format!("the key {} {fault}", shown(key))));
    false
}
