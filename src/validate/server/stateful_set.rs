//! StatefulSets.

use super::deployment::{amount, at_most_all, number_or_percent};
use super::report::Report;
use super::selector::{check_selector, is_empty_selector};
use super::{claim_spec, format, pod, replica_set};
use crate::validate::{At, Finding};

/// Checks a StatefulSet.
///
/// Mirrors `ValidateStatefulSet`, `ValidateStatefulSetSpec`, `ValidatePodTemplateSpecForStatefulSet`,
/// `SetDefaults_StatefulSet`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let management = spec.field("podManagementPolicy");
    if !matches!(management.text(), "" | "OrderedReady" | "Parallel") {
        findings.invalid(&management, "must be `OrderedReady` or `Parallel`");
    }
    check_strategy(&spec.field("updateStrategy"), findings);
    let retention = spec.field("persistentVolumeClaimRetentionPolicy");
    for field in ["whenDeleted", "whenScaled"] {
        let policy = retention.field(field);
        if !policy.text().is_empty() {
            findings.one_of(&policy, &["Retain", "Delete"]);
        }
    }
    let claims = spec.field("volumeClaimTemplates");
    for claim in claims.items() {
        claim_spec::check(&claim.field("spec"), findings);
        claim_spec::check_warnings(&claim.field("spec"), findings);
    }
    findings.non_negative(&spec.field("replicas"));
    findings.non_negative(&spec.field("minReadySeconds"));
    let ordinals = spec.field("ordinals");
    findings.non_negative(&ordinals.field("start"));
    let service = spec.field("serviceName");
    if !service.text().is_empty() {
        findings.format(&service, format::dns_label(service.text()));
    }
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    if selector.is_there() {
        check_selector(&selector, findings);
        if is_empty_selector(&selector) {
            findings.invalid(&selector, "an empty selector would pick every pod");
        }
    } else {
        findings.required(&selector, "");
    }
    match replica_set::picks(&selector, &template) {
        None => findings.invalid(&selector, "it cannot be read as a selector"),
        Some(fits) => {
            if !fits {
                replica_set::mismatch(&selector, &template, findings);
            }
            check_template(&template, &claims, findings);
        }
    }
    replica_set::check_always_running(&template, findings);
    let history = spec.field("revisionHistoryLimit");
    if history.integer().is_some_and(|count| count < 0) {
        findings.warns(&history, "a negative number keeps every revision; 0 or more is better");
    }
}

/// Mirrors `volumesToAddForTemplates`
fn check_template(template: &At<'_>, claims: &At<'_>, findings: &mut Vec<Finding>) {
    let mut names: Vec<&str> = Vec::with_capacity(claims.len());
    if let Some(list) = claims.node {
        for claim in claims.document.children(list) {
            let name = claims.document.at(claim, &["metadata", "name"]);
            let name = name.filter(|name| !claims.document.is_null(*name));
            let name = name.map_or("", |name| claims.document.text(name));
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    pod::check_template(template, &names, true, findings);
}

/// Mirrors `validateRollingUpdateStatefulSet`
fn check_strategy(strategy: &At<'_>, findings: &mut Vec<Finding>) {
    let (kind, rolling) = (strategy.field("type"), strategy.field("rollingUpdate"));
    match kind.text() {
        "OnDelete" => {
            if rolling.is_there() {
                findings.invalid(&rolling, "the strategy `OnDelete` has none");
            }
        }
        "" | "RollingUpdate" => {
            findings.non_negative(&rolling.field("partition"));
            let unavailable = rolling.field("maxUnavailable");
            if unavailable.is_there() {
                number_or_percent(&unavailable, findings);
                if amount(&unavailable, 1) == 0 {
                    findings.invalid(&unavailable, "must not be 0");
                }
                at_most_all(&unavailable, findings);
            }
        }
        _ => findings.invalid(&kind.told_at(strategy.path), "must be `RollingUpdate` or `OnDelete`"),
    }
}
