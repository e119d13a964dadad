//! Deployments, and the numbers or percentages by which controllers roll out.

use super::format;
use super::replica_set;
use super::report::Report;
use crate::validate::{At, Finding};
use crate::yaml::resolve::Value;

/// Checks a Deployment.
///
/// Mirrors `ValidateDeployment`, `ValidateDeploymentSpec`, `SetDefaults_Deployment`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    findings.non_negative(&spec.field("replicas"));
    replica_set::check_selector_and_template(&spec, findings);
    check_strategy(&spec.field("strategy"), findings);
    let ready = spec.field("minReadySeconds");
    findings.non_negative(&ready);
    findings.non_negative(&spec.field("revisionHistoryLimit"));
    let deadline = spec.field("progressDeadlineSeconds");
    findings.non_negative(&deadline);
    if deadline.integer().unwrap_or(600) <= ready.integer().unwrap_or(0) {
        findings.invalid(&deadline, "must be greater than `minReadySeconds`");
    }
    replica_set::warn_of_name(object, findings);
}

/// Mirrors `ValidateDeploymentStrategy`, `ValidateRollingUpdateDeployment`
fn check_strategy(strategy: &At<'_>, findings: &mut Vec<Finding>) {
    let (kind, rolling) = (strategy.field("type"), strategy.field("rollingUpdate"));
    match kind.text() {
        "Recreate" => {
            if rolling.is_there() {
                findings.forbidden(&rolling, "the strategy `Recreate` has none");
            }
        }
        "" | "RollingUpdate" => {
            let (unavailable, surge) = (rolling.field("maxUnavailable"), rolling.field("maxSurge"));
            number_or_percent(&unavailable, findings);
            number_or_percent(&surge, findings);
            if amount(&unavailable, 25) == 0 && amount(&surge, 25) == 0 {
                findings.invalid(&unavailable, "must not be 0 where `maxSurge` is 0");
                findings.belongs_to("rollout-without-room");
            }
            at_most_all(&unavailable, findings);
        }
        _ => findings.not_supported(&kind.told_at(strategy.path), &["Recreate", "RollingUpdate"]),
    }
}

/// The text of a number or percentage that is written as text.
fn text<'a>(at: &At<'a>) -> Option<std::borrow::Cow<'a, str>> {
    match at.value() {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// A number of pods, or a percentage of them, where one is given.
///
/// Mirrors `ValidatePositiveIntOrPercent`
pub(super) fn number_or_percent(at: &At<'_>, findings: &mut Vec<Finding>) {
    match text(at) {
        Some(text) => findings.format(at, format::percent(&text)),
        None => findings.non_negative(at),
    }
}

fn percent(text: &str) -> Option<i64> {
    format::percent(text).ok()?;
    Some(text.trim_end_matches('%').parse().unwrap_or(i64::MAX))
}

/// How many pods, or which percentage of them.
///
/// Mirrors `getIntOrPercentValue`, `getPercentValue`
pub(super) fn amount(at: &At<'_>, default: i64) -> i64 {
    if !at.is_there() {
        return default;
    }
    match text(at) {
        Some(text) => percent(&text).or_else(|| text.parse().ok()).unwrap_or(0),
        None => at.integer().unwrap_or(0),
    }
}

/// Mirrors `IsNotMoreThan100Percent`
pub(super) fn at_most_all(at: &At<'_>, findings: &mut Vec<Finding>) {
    if text(at).and_then(|text| percent(&text)).is_some_and(|percent| percent > 100) {
        findings.invalid(at, "must not be more than 100%");
    }
}
