//! Secret: keys, sizes, and what its type asks for.

use base64::Engine as _;

use super::config_map::{LARGEST, check_key, decoded_size};
use super::report::Report;
use crate::validate::{At, Finding};

/// Values as the server holds them: those of `stringData` replace those of `data`.
struct Data<'a> {
    data: &'a At<'a>,
    text: &'a At<'a>,
}

impl<'a> Data<'a> {
    fn is_in_text(&self, key: &str) -> bool {
        self.text.node.is_some_and(|node| self.text.document.get(node, key).is_some())
    }

    fn has(&self, key: &str) -> bool {
        self.is_in_text(key) || self.data.node.is_some_and(|node| self.data.document.get(node, key).is_some())
    }

    /// The bytes of a value.
    fn bytes(&self, key: &'a str) -> Vec<u8> {
        if self.is_in_text(key) {
            return self.text.entry(key).text().as_bytes().to_vec();
        }
        let text = self.data.entry(key).text();
        let plain: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
        base64::engine::general_purpose::STANDARD.decode(plain).unwrap_or_default()
    }
}

/// Mirrors `ValidateSecret`, `Convert_v1_Secret_To_core_Secret`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (data, text) = (object.field("data"), object.field("stringData"));
    let all = Data { data: &data, text: &text };
    let mut size = 0;
    for (key, value) in data.entries() {
        if all.is_in_text(key) {
            continue;
        }
        check_key(key, &value, findings);
        size += decoded_size(value.text());
    }
    for (key, value) in text.entries() {
        if !check_key(key, &value, findings) {
            findings.told_at(data.entry(key).path());
        }
        size += value.text().len();
    }
    if size > LARGEST {
        findings.too_long(&data, LARGEST);
    }
    check_type(object, &all, findings);
}

fn check_type(object: &At<'_>, all: &Data<'_>, findings: &mut Vec<Finding>) {
    let kind = object.field("type");
    let need = |key: &str, findings: &mut Vec<Finding>| {
        if !all.has(key) {
            findings.required(&all.data.entry(key), "secrets of this type have it");
        }
    };
    match kind.text() {
        "kubernetes.io/service-account-token" => {
            let metadata = object.field("metadata");
            let annotations = metadata.field("annotations");
            let name = annotations.entry("kubernetes.io/service-account.name");
            if name.text().is_empty() {
                findings.required(&name, "it names the service account");
            }
        }
        "kubernetes.io/dockercfg" => check_json(".dockercfg", all, findings),
        "kubernetes.io/dockerconfigjson" => check_json(".dockerconfigjson", all, findings),
        "kubernetes.io/basic-auth" if !all.has("username") && !all.has("password") => {
            need("username", findings);
            need("password", findings);
        }
        "kubernetes.io/ssh-auth" => {
            let key = "ssh-privatekey";
            let empty = if all.is_in_text(key) { all.text.entry(key) } else { all.data.entry(key) };
            if empty.text().is_empty() {
                findings.required(&all.data.entry(key), "secrets of this type have it");
            }
        }
        "kubernetes.io/tls" => {
            need("tls.crt", findings);
            need("tls.key", findings);
            if all.has("tls.crt") && all.has("tls.key") {
                warn_of_pem("tls.crt", "a certificate", all, findings);
            }
        }
        _ => {}
    }
}

fn check_json(key: &str, all: &Data<'_>, findings: &mut Vec<Finding>) {
    let at = all.data.entry(key);
    if !all.has(key) {
        findings.required(&at, "secrets of this type have it");
        return;
    }
    // Go takes null for an empty map.
    let bytes = all.bytes(key);
    let is_map = matches!(
        serde_json::from_slice::<serde_json::Value>(&bytes),
        Ok(serde_json::Value::Object(_) | serde_json::Value::Null)
    );
    if !is_map {
        let value = if all.is_in_text(key) { all.text.entry(key) } else { all.data.entry(key) };
        let mut finding = Finding::server("invalid", &value, format!("`{key}` must hold a JSON object"));
        finding.path = at.path();
        findings.push(finding);
    }
}

/// Mirrors `warningsForSecret`
fn warn_of_pem(key: &str, what: &str, all: &Data<'_>, findings: &mut Vec<Finding>) {
    let bytes = all.bytes(key);
    if !bytes.windows(11).any(|window| window == b"-----BEGIN ") {
        findings.warns(&all.data.entry(key), format!("`{key}` does not hold {what} in PEM"));
    }
}
