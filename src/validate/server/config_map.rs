//! ConfigMap.

use super::format;
use super::report::Report;
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
        findings.format(&value, format::config_map_key(key).map_err(key_fault));
        if binary.node.is_some_and(|node| object.document.get(node, key).is_some()) {
            findings.invalid(&value, "the key is in `binaryData` too");
        }
        size += value.text().len();
    }
    for (key, value) in binary.entries() {
        findings.format(&value, format::config_map_key(key).map_err(key_fault));
        size += decoded_size(value.text());
    }
    if size > LARGEST {
        findings.too_long(object, LARGEST);
    }
}

/// What is wrong with a key, where the value is shown.
pub(super) fn key_fault(_: &'static str) -> &'static str {
    "the key must be letters, digits, `-`, `_` or `.`, at most 253, not beginning with `..`"
}
