//! Devices before Kubernetes 1.36: fields that are dropped, and what is then missing.

use super::report::Report;
use crate::validate::{At, Finding, Object};

/// Adds what an older version refuses once it has dropped what it does not use yet.
pub(super) fn check(object: &Object<'_>, at: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = at.field("spec");
    match object.kind {
        "ResourceSlice" => nodes(&spec, findings),
        "ResourceClaim" => constraints(&spec.field("devices"), findings),
        "ResourceClaimTemplate" => {
            let inner = spec.field("spec");
            constraints(&inner.field("devices"), findings);
        }
        _ => {}
    }
}

/// `DRAPartitionableDevices`: without `perDeviceNodeSelection` and `sharedCounters`.
fn nodes(spec: &At<'_>, findings: &mut Vec<Finding>) {
    const WAYS: &str = "there must be one of `nodeName`, `nodeSelector` and `allNodes` before 1.36";
    let own = spec.path();
    findings.retain(|finding| finding.path != own);
    let ways = [
        !spec.field("nodeName").text().is_empty(),
        spec.field("nodeSelector").is_there(),
        spec.field("allNodes").boolean() == Some(true),
    ];
    match ways.iter().filter(|way| **way).count() {
        0 => findings.required(spec, WAYS),
        1 => {}
        _ => findings.invalid(spec, WAYS),
    }
}

/// `DRAConsumableCapacity`: without `distinctAttribute`.
fn constraints(devices: &At<'_>, findings: &mut Vec<Finding>) {
    for constraint in devices.field("constraints").items() {
        let matched = constraint.field("matchAttribute");
        if !matched.is_there() {
            let own = constraint.path();
            findings.retain(|finding| finding.path != own);
            findings.required(&matched, "`distinctAttribute` is there from Kubernetes 1.36 on");
        }
    }
}
