//! DaemonSets.

use super::deployment::{amount, at_most_all, number_or_percent};
use super::report::Report;
use super::selector::{check_selector, is_empty_selector};
use super::{pod, replica_set};
use crate::validate::{At, Finding};

/// Checks a DaemonSet.
///
/// Mirrors `ValidateDaemonSet`, `ValidateDaemonSetSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    check_selector(&selector, findings);
    if replica_set::picks(&selector, &template) == Some(false) {
        replica_set::mismatch(&selector, &template, findings);
    }
    if selector.is_there() && is_empty_selector(&selector) {
        findings.invalid(&selector, "an empty selector would pick every pod");
    }
    pod::check_template(&template, &[], false, findings);
    replica_set::check_always_running(&template, findings);
    findings.non_negative(&spec.field("minReadySeconds"));
    check_strategy(&spec.field("updateStrategy"), findings);
    findings.non_negative(&spec.field("revisionHistoryLimit"));
}

/// Mirrors `ValidateDaemonSetUpdateStrategy`, `ValidateRollingUpdateDaemonSet`, `SetDefaults_DaemonSet`
fn check_strategy(strategy: &At<'_>, findings: &mut Vec<Finding>) {
    let (kind, rolling) = (strategy.field("type"), strategy.field("rollingUpdate"));
    match kind.text() {
        "OnDelete" => {}
        "" | "RollingUpdate" => {
            let (unavailable, surge) = (rolling.field("maxUnavailable"), rolling.field("maxSurge"));
            for at in [&unavailable, &surge] {
                number_or_percent(at, findings);
                at_most_all(at, findings);
            }
            match (amount(&unavailable, 1) != 0, amount(&surge, 0) != 0) {
                (true, true) => findings.invalid(&surge, "must be 0 where `maxUnavailable` is not"),
                (false, false) => {
                    findings.required(&unavailable, "it cannot be 0 where `maxSurge` is 0");
                    findings.belongs_to("rollout-without-room");
                }
                _ => {}
            }
        }
        _ => findings.not_supported(&kind.told_at(strategy.path), &["RollingUpdate", "OnDelete"]),
    }
}
