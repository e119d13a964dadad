//! The findings document, version 1 (additive changes only; product.md of the design says what each field is).

use serde_json::{Value, json};

use super::{Report, Told};
use crate::validate::{Family, Level};

/// The document, with a line end behind it.
pub fn json(report: &Report) -> String {
    let findings: Vec<Value> = report.told().map(finding).collect();
    let mut families = serde_json::Map::new();
    let found = report.counts();
    for family in Family::ALL.into_iter().filter(|family| found.of_family(*family) > 0) {
        let [notes, warnings, errors] = Level::ALL.map(|level| found.of(family, level));
        families.insert(
            family.name().to_owned(),
            json!({ "errors": errors, "warnings": warnings, "notes": notes }),
        );
    }
    let mut document = json!({
        "version": 1,
        "findings": findings,
        "summary": {
            "files": report.files,
            "objects": report.objects,
            "errors": found.of_level(Level::Error),
            "warnings": found.of_level(Level::Warning),
            "notes": found.of_level(Level::Note),
            "families": families,
        },
    });
    let capacity = super::capacity::as_json(report);
    if !capacity.is_empty() {
        document["capacity"] = json!(capacity);
    }
    format!("{document}\n")
}

fn finding(told: &Told) -> Value {
    let finding = &told.finding;
    let mut value = json!({
        "rule": finding.rule,
        "family": finding.family.name(),
        "severity": finding.level.name(),
        "message": finding.message,
    });
    if !told.file.is_empty() {
        value["file"] = json!(&*told.file);
        value["line"] = json!(told.line);
        value["column"] = json!(told.column);
    }
    if let Some(object) = &told.object {
        value["path"] = json!(finding.path);
        if let Some(path) = &finding.value_path {
            value["value_path"] = json!(path);
        }
        value["object"] = json!({
            "apiVersion": object.api_version,
            "kind": object.kind,
            "namespace": object.namespace,
            "name": object.name,
        });
    }
    if !told.trace.is_empty() {
        value["trace"] = json!(told.trace);
    }
    if !finding.hint.is_empty() {
        value["hint"] = json!(finding.hint);
    }
    value
}
