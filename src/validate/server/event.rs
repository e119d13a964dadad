//! Event: of the core group as ever, of `events.k8s.io` strictly.

use super::format;
use super::report::Report;
use crate::validate::{At, Finding};

/// Mirrors `ValidateEventCreate`, `legacyValidateEvent`
pub(super) fn check_core(object: &At<'_>, findings: &mut Vec<Finding>) {
    let involved = object.field("involvedObject");
    check(object, &involved, "reportingComponent", "message", findings);
}

/// Mirrors `ValidateEventCreate`, `validateV1EventSeries`
pub(super) fn check_strict(object: &At<'_>, findings: &mut Vec<Finding>) {
    let involved = object.field("regarding");
    check(object, &involved, "reportingController", "note", findings);
    let series = object.field("series");
    if series.is_there() {
        let (count, last) = (series.field("count"), series.field("lastObservedTime"));
        if count.integer().unwrap_or(0) < 2 {
            findings.invalid(&count, "must be 2 or greater");
        }
        if last.text().is_empty() {
            findings.required(&last, "");
        }
    }
    let (time, kind) = (object.field("eventTime"), object.field("type"));
    if time.text().is_empty() {
        findings.required(&time, "");
    }
    if !matches!(kind.text(), "Normal" | "Warning") {
        findings.invalid(&kind, "must be `Normal` or `Warning`");
    }
    for (name, told) in [
        ("deprecatedFirstTimestamp", "firstTimestamp"),
        ("deprecatedLastTimestamp", "lastTimestamp"),
        ("deprecatedCount", "count"),
    ] {
        let field = object.field(name);
        if field.is_there() && field.integer() != Some(0) {
            findings.invalid(&field, "must not be set");
            findings.told_at(told);
        }
    }
    let source = object.field("deprecatedSource");
    if !source.field("component").text().is_empty() || !source.field("host").text().is_empty() {
        findings.invalid(&source, "must not be set");
        findings.told_at("source");
    }
}

fn check(object: &At<'_>, involved: &At<'_>, controller: &str, note: &str, findings: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let (own, other) = (metadata.field("namespace"), involved.field("namespace"));
    let (own, theirs) = (own.text(), other.text());
    let has_time = !object.field("eventTime").text().is_empty();
    let fits = if theirs.is_empty() {
        matches!(own, "" | "default") || (has_time && own == "kube-system")
    } else {
        // Without a namespace the event gets the request's.
        has_time || own.is_empty() || own == theirs
    };
    if !fits {
        findings.invalid(&other, "must be the namespace of the Event");
        findings.told_at("involvedObject.namespace");
    }
    if !has_time {
        return;
    }
    let reporter = object.field(controller);
    if reporter.text().is_empty() {
        findings.required(&reporter, "");
    } else {
        findings.format(&reporter, format::qualified_name(reporter.text()));
    }
    for name in ["reportingInstance", "action", "reason"] {
        let field = object.field(name);
        if field.text().is_empty() {
            findings.required(&field, "");
        } else if field.text().len() > 128 {
            findings.invalid(&field, "may have at most 128 bytes");
        }
    }
    let text = object.field(note);
    if text.text().len() > 1024 {
        findings.invalid(&text, "may have at most 1024 bytes");
        findings.told_at("message");
    }
}
