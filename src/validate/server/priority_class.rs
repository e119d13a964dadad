//! PriorityClass.

use super::report::Report;
use crate::validate::{At, Finding};

/// The greatest priority that users may define.
const HIGHEST: i64 = 1_000_000_000;

/// Mirrors `ValidatePriorityClass`, `IsKnownSystemPriorityClass`, `ValidatePreemptionPolicy`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let (name, value) = (metadata.field("name"), object.field("value"));
    let number = value.integer().unwrap_or(0);
    if name.text().starts_with("system-") {
        let fixed = match name.text() {
            "system-node-critical" => Some(2_000_001_000),
            "system-cluster-critical" => Some(2_000_000_000),
            _ => None,
        };
        if fixed != Some(number) || object.field("globalDefault").boolean() == Some(true) {
            findings.forbidden(&name, "names that begin with `system-` are Kubernetes' own");
        }
    } else if number > HIGHEST {
        findings.forbidden(&value, "must be no more than 1000000000");
    }
    let policy = object.field("preemptionPolicy");
    if policy.is_there() {
        if policy.text().is_empty() {
            findings.required(&policy, "");
        } else {
            findings.one_of(&policy, &["Never", "PreemptLowerPriority"]);
        }
    }
}
