//! Names and amounts of resources: `cpu`, `requests.memory`, `hugepages-2Mi`, `example.com/gpu`.

use super::format;
use super::report::Report;
use crate::validate::{At, Finding};

const STANDARD: &[&str] = &[
    "configmaps",
    "cpu",
    "ephemeral-storage",
    "limits.cpu",
    "limits.ephemeral-storage",
    "limits.memory",
    "memory",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "requests.cpu",
    "requests.ephemeral-storage",
    "requests.memory",
    "requests.storage",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
    "storage",
];

const COUNTED: &[&str] = &[
    "configmaps",
    "persistentvolumeclaims",
    "pods",
    "replicationcontrollers",
    "resourcequotas",
    "secrets",
    "services",
    "services.loadbalancers",
    "services.nodeports",
];

/// Whether it is an amount of huge pages.
///
/// Mirrors `IsHugePageResourceName`
pub(in crate::validate) fn is_huge_page(name: &str) -> bool {
    name.starts_with("hugepages-")
}

/// Whether it is one of the server's own resources.
///
/// Mirrors `IsNativeResource`
pub(in crate::validate) fn is_native(name: &str) -> bool {
    !name.contains('/') || name.contains("kubernetes.io/")
}

/// Whether it is a resource that some device plugin offers.
///
/// Mirrors `IsExtendedResourceName`
pub(in crate::validate) fn is_extended(name: &str) -> bool {
    if is_native(name) || name.starts_with("requests.") {
        return false;
    }
    // `requests.` is put before the name in quotas, and must fit.
    let (prefix, _) = name.split_once('/').unwrap_or((name, ""));
    format::qualified_name(name).is_ok() && "requests.".len() + prefix.len() <= 253
}

/// Whether requests may be smaller than limits.
///
/// Mirrors `IsOvercommitAllowed`
pub(in crate::validate) fn may_overcommit(name: &str) -> bool {
    is_native(name) && !is_huge_page(name)
}

/// Whether its amounts are whole numbers.
///
/// Mirrors `IsIntegerResourceName`
pub(in crate::validate) fn is_counted(name: &str) -> bool {
    COUNTED.contains(&name) || is_extended(name)
}

fn is_quota_huge_page(name: &str) -> bool {
    is_huge_page(name) || name.starts_with("requests.hugepages-")
}

/// Whether a quota may have it without a domain.
///
/// Mirrors `IsStandardQuotaResourceName`
pub(in crate::validate) fn is_quota_resource(name: &str) -> bool {
    (name != "storage" && STANDARD.contains(&name)) || is_quota_huge_page(name)
}

/// The key is at fault, not the amount.
#[cold]
fn wrong_name(name: &str, at: &At<'_>, message: &str, findings: &mut Vec<Finding>) {
    let name = super::report::shown(name);
    findings.push(Finding::server("invalid", at, format!("{name} is no valid resource: {message}")));
}

/// The name of any resource; whether nothing was found. `at` is the entry.
///
/// Mirrors `validateResourceName`
pub(in crate::validate) fn check_resource_name(name: &str, at: &At<'_>, findings: &mut Vec<Finding>) -> bool {
    if let Err(message) = format::qualified_name(name) {
        wrong_name(name, at, message, findings);
        return false;
    }
    if !name.contains('/') && !STANDARD.contains(&name) && !is_quota_huge_page(name) {
        wrong_name(
            name,
            at,
            "must be a resource of Kubernetes, or have a domain as in `example.com/name`",
            findings,
        );
        return false;
    }
    true
}

/// The name of a resource that containers have.
///
/// Mirrors `ValidateContainerResourceName`
pub(in crate::validate) fn check_container_resource_name(
    name: &str,
    at: &At<'_>,
    findings: &mut Vec<Finding>,
) {
    if !check_resource_name(name, at, findings) {
        return;
    }
    if !name.contains('/') {
        if !matches!(name, "cpu" | "memory" | "ephemeral-storage") && !is_huge_page(name) {
            wrong_name(name, at, "must be a resource that containers have", findings);
        }
    } else if !is_native(name) && !is_extended(name) {
        wrong_name(name, at, "must be the name of an extended resource", findings);
    }
}

/// An amount of a resource in a quota or a capacity.
///
/// Mirrors `ValidateResourceQuantityValue`, `ValidateNonnegativeQuantity`
pub(in crate::validate) fn check_amount(name: &str, at: &At<'_>, findings: &mut Vec<Finding>) {
    let Some(amount) = at.quantity() else { return };
    if amount.is_negative() {
        findings.invalid(at, "must be 0 or greater");
    }
    if is_counted(name) && !amount.is_whole_by_milli() {
        findings.invalid(at, "must be a whole number");
    }
}
