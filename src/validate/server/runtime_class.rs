//! RuntimeClass.

use super::format;
use super::labels::check_labels;
use super::pod::resources::check_overhead;
use super::pod::scheduling::check_tolerations;
use super::report::Report;
use super::storage_class::newer_node_label;
use crate::validate::{At, Finding};

/// Mirrors `ValidateRuntimeClass`, `GetWarningsForRuntimeClass`, `validateOverhead`, `validateScheduling`, `validateTolerations`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let handler = object.field("handler");
    if handler.text().is_empty() {
        findings.required(&handler, "");
    } else {
        findings.format(&handler, format::dns_label(handler.text()));
    }
    let overhead = object.field("overhead");
    let fixed = overhead.field("podFixed");
    // The server judges it as if it were limits.
    check_overhead(&fixed.told_at(overhead.path), findings);
    let scheduling = object.field("scheduling");
    let selector = scheduling.field("nodeSelector");
    check_labels(&selector, findings);
    for (key, _) in selector.entries() {
        if let Some(instead) = newer_node_label(key) {
            findings.warns(&selector, format!("`{key}` is deprecated: use `{instead}`"));
        }
    }
    let tolerations = scheduling.field("tolerations");
    check_tolerations(&tolerations, findings);
    for (number, toleration) in tolerations.items().enumerate() {
        let same = |before: At<'_>| {
            ["key", "operator", "value", "effect"]
                .iter()
                .all(|name| before.field(name).text() == toleration.field(name).text())
        };
        if tolerations.items().take(number).any(same) {
            findings.duplicate(&toleration);
        }
    }
}
