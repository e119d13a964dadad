//! LimitRange.

use super::format;
use super::report::Report;
use super::resource_names::{check_container_resource_name, check_resource_name, may_overcommit};
use crate::kubernetes::Quantity;
use crate::validate::{At, Finding};

/// Above this, thousandths do not fit 64 bits.
const LARGEST_IN_MILLI: i64 = i64::MAX / 1000;

/// Mirrors `ValidateLimitRange`, `validateLimitRangeTypeName`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let limits = spec.field("limits");
    for (number, limit) in limits.items().enumerate() {
        let kind = limit.field("type");
        if let Err(message) = format::qualified_name(kind.text()) {
            findings.invalid(&kind, message);
        } else if !kind.text().contains('/')
            && !matches!(kind.text(), "Pod" | "Container" | "PersistentVolumeClaim")
        {
            findings
                .invalid(&kind, "must be `Pod`, `Container` or `PersistentVolumeClaim`, or have a domain");
        }
        if limits.items().take(number).any(|before| before.field("type").text() == kind.text()) {
            findings.duplicate(&kind);
        }
        check_names(&limit, kind.text(), findings);
        check_amounts(&limit, kind.text() == "Pod", findings);
    }
}

/// Mirrors `validateLimitRangeResourceName`
fn check_names(limit: &At<'_>, kind: &str, findings: &mut Vec<Finding>) {
    for part in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
        let amounts = limit.field(part);
        if kind == "Pod" && matches!(part, "default" | "defaultRequest") {
            if !amounts.is_empty() {
                findings.forbidden(&amounts, "limits of the type `Pod` have no defaults");
            }
            continue;
        }
        for (name, amount) in amounts.entries() {
            check_name(kind, name, &amount, findings);
        }
        if kind != "Container" || !part.starts_with("default") {
            continue;
        }
        // What the server fills in is judged as if it were written.
        let sources: &[&str] = if part == "default" { &["max"] } else { &["default", "max", "min"] };
        for (position, source) in sources.iter().enumerate() {
            let source = limit.field(source);
            for (name, _) in source.entries() {
                let seen = sources[..position].iter().any(|before| has(&limit.field(before), name));
                if !seen && !has(&amounts, name) {
                    check_name(kind, name, &amounts.entry(name), findings);
                }
            }
        }
    }
    let (min, max) = (limit.field("min"), limit.field("max"));
    if kind == "PersistentVolumeClaim" && !has(&min, "storage") && !has(&max, "storage") {
        findings.required(&limit.field("limits"), "claims need a minimum or a maximum of `storage`");
    }
}

fn check_name(kind: &str, name: &str, at: &At<'_>, findings: &mut Vec<Finding>) {
    if matches!(kind, "Pod" | "Container") {
        check_container_resource_name(name, at, findings);
    } else {
        check_resource_name(name, at, findings);
    }
}

/// Whether a map has the key, were it null.
fn has(map: &At<'_>, key: &str) -> bool {
    map.node.is_some_and(|node| map.document.get(node, key).is_some())
}

/// An amount that is given; null is nothing.
fn amount(map: &At<'_>, key: &str) -> Option<Quantity> {
    has(map, key).then(|| map.entry(key).quantity().unwrap_or(Quantity::ZERO))
}

/// Minimum ≤ default request ≤ default ≤ maximum, for each resource; missing defaults follow from the others as the
/// server sets them.
///
/// Mirrors `ValidateLimitRange`, `SetDefaults_LimitRangeItem`
fn check_amounts(limit: &At<'_>, is_pod: bool, findings: &mut Vec<Finding>) {
    let (max, min) = (limit.field("max"), limit.field("min"));
    let (default, request) = (limit.field("default"), limit.field("defaultRequest"));
    let ratios = limit.field("maxLimitRequestRatio");
    let has_defaults = limit.field("type").text() == "Container";
    let maps = [&max, &min, &default, &request, &ratios];
    for (number, map) in maps.iter().enumerate() {
        for (name, _) in map.entries() {
            if maps[..number].iter().any(|before| has(before, name)) {
                continue;
            }
            let (low, high) = (amount(&min, name), amount(&max, name));
            let mut usual = amount(&default, name).filter(|_| !is_pod);
            let mut asked = amount(&request, name).filter(|_| !is_pod);
            if has_defaults {
                usual = usual.or(high);
                asked = asked.or(usual).or(low);
            }
            let (low_at, usual_at, asked_at) = (min.entry(name), default.entry(name), request.entry(name));
            let above =
                |a: Option<Quantity>, b: Option<Quantity>| matches!((a, b), (Some(a), Some(b)) if a > b);
            if above(low, high) {
                findings.invalid(&low_at, "must not be greater than `max`");
            }
            let asked_fault = if above(low, asked) {
                Some("must not be less than `min`")
            } else if above(asked, high) {
                Some("must not be greater than `max`")
            } else if above(asked, usual) {
                Some("must not be greater than `default`")
            } else if !may_overcommit(name) && matches!((usual, asked), (Some(a), Some(b)) if a != b) {
                Some("must be the same as `default` for this resource")
            } else {
                None
            };
            if let Some(fault) = asked_fault {
                findings.invalid(&asked_at, fault);
            }
            if above(low, usual) {
                findings.invalid(&usual_at, "must not be less than `min`");
            } else if above(usual, high) {
                findings.invalid(&usual_at, "must not be greater than `max`");
            }
            if let Some(ratio) = amount(&ratios, name) {
                check_ratio(ratio, low, high, &ratios.entry(name), findings);
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "as Go converts them")]
fn check_ratio(
    ratio: Quantity,
    low: Option<Quantity>,
    high: Option<Quantity>,
    at: &At<'_>,
    findings: &mut Vec<Finding>,
) {
    if ratio < Quantity::whole(1) {
        findings.invalid(at, "must be 1 or greater");
        return;
    }
    let (Some(low), Some(high)) = (low, high) else { return };
    let in_milli = [ratio, low, high].iter().all(|amount| amount.value() < LARGEST_IN_MILLI);
    let number = |amount: Quantity| if in_milli { amount.milli() as f64 } else { amount.value() as f64 };
    let most = number(high) / number(low);
    let ratio = if in_milli { number(ratio) / 1000.0 } else { number(ratio) };
    if ratio > most {
        findings.invalid(at, "must not be greater than `max` divided by `min`");
    }
}
