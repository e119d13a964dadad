//! Node. The server blames `metadata.taints` for `spec.taints`.

use std::net::IpAddr;

use super::report::Report;
use super::resource_names::check_amount;
use super::{address, format};
use crate::validate::{At, Finding};

/// Mirrors `nodeWarnings`, `ValidateNode`, `ValidateNodeResources`, `validateNodeSwapStatus`, `ValidatePositiveField`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (spec, status) = (object.field("spec"), object.field("status"));
    check_taints(&spec.field("taints"), findings);
    let external = spec.field("externalID");
    if external.is_there() {
        findings.warns(&external, "`externalID` does nothing any more");
    }
    for list in ["capacity", "allocatable"] {
        for (name, amount) in status.field(list).entries() {
            let before = findings.len();
            check_amount(name, &amount, findings);
            if findings.len() > before {
                findings.told_at(format!("status.{list}.{name}"));
            }
        }
    }
    let info = status.field("nodeInfo");
    let swap = info.field("swap");
    let capacity = swap.field("capacity");
    if capacity.integer().is_some_and(|value| value <= 0) {
        findings.invalid(&capacity, "must be greater than 0");
        findings.told_at("metadata.nodeSwapStatus.capacity");
    }
    check_features(&status.field("declaredFeatures"), findings);
    check_networks(&spec, findings);
}

/// Mirrors `validateNodeTaints`, `validateTaintEffect`
fn check_taints(taints: &At<'_>, findings: &mut Vec<Finding>) {
    for (number, taint) in taints.items().enumerate() {
        let (key, value, effect) = (taint.field("key"), taint.field("value"), taint.field("effect"));
        let mut tell = |at: &At<'_>, name: &str, result: format::Format| {
            if let Err(message) = result {
                findings.invalid(at, message);
                findings.told_at(format!("metadata.taints[{number}].{name}"));
            }
        };
        tell(&key, "key", format::qualified_name(key.text()));
        tell(&value, "value", format::label_value(value.text()));
        if effect.text().is_empty() {
            findings.required(&effect, "");
            findings.told_at(format!("metadata.taints[{number}].effect"));
        } else if !matches!(effect.text(), "NoSchedule" | "PreferNoSchedule" | "NoExecute") {
            findings.not_supported(&effect, &["NoSchedule", "PreferNoSchedule", "NoExecute"]);
            findings.told_at(format!("metadata.taints[{number}].effect"));
        }
        let same = |before: At<'_>| {
            before.field("key").text() == key.text() && before.field("effect").text() == effect.text()
        };
        if taints.items().take(number).any(same) {
            findings.duplicate(&taint);
            findings.told_at(format!("metadata.taints[{number}]"));
        }
    }
}

/// Mirrors `validateNodeDeclaredFeatures`, `validateNodeDeclaredFeatureName`
fn check_features(features: &At<'_>, findings: &mut Vec<Finding>) {
    let mut before: Option<String> = None;
    for feature in features.items() {
        let text = feature.text();
        let is_fine = text.len() <= 253
            && text.starts_with(|first: char| first.is_ascii_uppercase())
            && text
                .split('/')
                .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !is_fine {
            findings.invalid(&feature, "must be a name in UpperCamelCase");
        }
        match before.as_deref() {
            Some(last) if last == text => findings.duplicate(&feature),
            Some(last) if last > text => findings.invalid(&feature, "must come after the one before it"),
            _ => {}
        }
        before = Some(text.to_owned());
    }
}

/// Mirrors `IsDualStackCIDRStrings`, `Convert_v1_NodeSpec_To_core_NodeSpec`
fn check_networks(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let (list, single) = (spec.field("podCIDRs"), spec.field("podCIDR"));
    // Where the two differ, `podCIDR` counts.
    let first = list.items().next().map_or_else(String::new, |cidr| cidr.text().to_owned());
    if !single.text().is_empty() && single.text() != first {
        if let Err(message) = address::legacy_cidr(single.text()) {
            findings.invalid(&single, message);
            findings.told_at("spec.podCIDRs[0]");
        }
        return;
    }
    for cidr in list.items() {
        if let Err(message) = address::legacy_cidr(cidr.text()) {
            findings.invalid(&cidr, message);
        } else if let Some(warning) = address::cidr_warning(cidr.text()) {
            findings.warns(&cidr, warning);
        }
    }
    let is_v6 = |cidr: At<'_>| matches!(address::sloppy_cidr(cidr.text()), Some((IpAddr::V6(_), _)));
    let v6 = list.items().filter(|cidr| is_v6(*cidr)).count();
    if list.len() > 1 && (list.len() > 2 || v6 != 1) {
        findings.invalid(&list, "may have one CIDR of each family");
    }
}
