//! Faults as JSON: the findings document, version 1 (additive changes only).

use serde_json::{Value, json};

use super::{Diagnostic, Label, Severity};
use crate::source::Sources;

/// The findings document, with a line end behind it.
pub fn findings<'d>(diagnostics: impl IntoIterator<Item = (&'d Diagnostic, &'d Sources)>) -> String {
    let mut counts = [0; 3];
    let mut list = Vec::new();
    for (diagnostic, sources) in diagnostics {
        counts[diagnostic.severity as usize] += 1;
        list.push(finding(diagnostic, sources));
    }
    let [notes, warnings, errors] = counts;
    let document = json!({
        "version": 1,
        "findings": list,
        "summary": { "errors": errors, "warnings": warnings, "notes": notes },
    });
    format!("{document}\n")
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let mut finding = json!({
        "rule": diagnostic.code,
        "family": "input",
        "severity": severity,
        "message": diagnostic.message,
    });
    let labels = || diagnostic.labels.iter().filter(|label| sources.holds(label.place));
    if let Some(label) = labels().next() {
        let place = sources.outer(label.place);
        let (line, column) = sources.position(place);
        finding["file"] = json!(&*sources.get(place.source).name);
        finding["line"] = json!(line);
        finding["column"] = json!(column);
        finding["labels"] = labels().map(|label| labelled(label, sources)).collect();
    }
    if !diagnostic.trace.is_empty() {
        finding["trace"] = json!(diagnostic.trace);
    }
    if !diagnostic.hints.is_empty() {
        finding["hint"] = json!(diagnostic.hints.join("; "));
    }
    finding
}

fn labelled(label: &Label, sources: &Sources) -> Value {
    let place = sources.outer(label.place);
    let (line, column) = sources.position(place);
    json!({
        "file": &*sources.get(place.source).name,
        "line": line,
        "column": column,
        "text": label.text,
    })
}
