//! SARIF 2.1.0, for code scanning.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Report, Told};
use crate::validate::Level;

/// The document, with a line end behind it.
pub fn sarif(report: &Report) -> String {
    let mut rules: BTreeMap<&str, &Told> = BTreeMap::new();
    for told in report.told() {
        rules.entry(told.finding.rule).or_insert(told);
    }
    let descriptors: Vec<Value> = rules
        .iter()
        .map(|(id, told)| {
            json!({
                "id": id,
                "shortDescription": { "text": id.replace('-', " ") },
                "defaultConfiguration": { "level": level(told.finding.level) },
                "properties": { "tags": [told.finding.family.name()] },
            })
        })
        .collect();
    let index: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(at, id)| (*id, at)).collect();
    let results: Vec<Value> = report.told().map(|told| result(told, &index)).collect();
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "citadel",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": descriptors,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{document}\n")
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn result(told: &Told, index: &BTreeMap<&str, usize>) -> Value {
    let finding = &told.finding;
    let hint = if finding.hint.is_empty() { String::new() } else { format!(" (hint: {})", finding.hint) };
    let about = told.object.as_ref().map(|object| format!("{}: ", object.display())).unwrap_or_default();
    let mut result = json!({
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule),
        "level": level(finding.level),
        "message": { "text": format!("{about}{}{hint}", finding.message) },
    });
    let mut location = json!({});
    if !told.file.is_empty() {
        location["physicalLocation"] = json!({
            "artifactLocation": { "uri": uri(&told.file) },
            "region": { "startLine": told.line, "startColumn": told.column },
        });
    }
    if let Some(object) = &told.object {
        let slash = if finding.path.is_empty() { "" } else { " " };
        location["logicalLocations"] = json!([{
            "name": finding.path,
            "fullyQualifiedName": format!("{}{slash}{}", object.display(), finding.path),
            "kind": "member",
        }]);
    }
    result["locations"] = json!([location]);
    result
}

/// A path as a URI reference: what is not plain is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = std::fmt::Write::write_fmt(&mut out, format_args!("%{byte:02X}"));
            }
        }
    }
    out
}
