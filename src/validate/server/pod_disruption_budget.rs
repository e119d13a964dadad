//! PodDisruptionBudget.

use super::format;
use super::report::Report;
use super::selector::check_selector;
use crate::validate::{At, Finding};

/// Mirrors `ValidatePodDisruptionBudget`, `ValidatePodDisruptionBudgetSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let (minimum, maximum) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
    if minimum.is_there() && maximum.is_there() {
        findings.invalid(&spec, "may not have both `minAvailable` and `maxUnavailable`");
    }
    for amount in [&minimum, &maximum] {
        check_amount(amount, findings);
    }
    check_selector(&spec.field("selector"), findings);
    let policy = spec.field("unhealthyPodEvictionPolicy");
    if policy.is_there() {
        findings.one_of(&policy, &["AlwaysAllow", "IfHealthyBudget"]);
    }
}

/// A count, or a share of at most all.
///
/// Mirrors `ValidatePositiveIntOrPercent`, `IsNotMoreThan100Percent`
fn check_amount(amount: &At<'_>, findings: &mut Vec<Finding>) {
    if !amount.is_there() {
        return;
    }
    if !amount.is_text() {
        findings.non_negative(amount);
    } else if let Err(message) = format::percent(amount.text()) {
        findings.invalid(amount, message);
    } else {
        let digits = amount.text().trim_end_matches('%').trim_start_matches('0');
        if digits.len() > 3 || digits.parse::<u32>().is_ok_and(|percent| percent > 100) {
            findings.invalid(amount, "must be no more than 100%");
        }
    }
}
