//! What concerns the API itself: APIService and StorageVersionMigration.

use super::format;
use super::report::Report;
use crate::validate::{At, Finding};

/// Mirrors `ValidateAPIService`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let (group, version) = (spec.field("group"), spec.field("version"));
    if !group.text().is_empty() {
        findings.format(&group, format::dns_subdomain(group.text()));
    } else if version.text() != "v1" {
        findings.required(&group, "only `v1` has no group");
    }
    findings.format(&version, format::dns1035_label(version.text()));
    for (name, most) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1000)] {
        let priority = spec.field(name);
        if !(1..=most).contains(&priority.integer().unwrap_or(0)) {
            findings.invalid(&priority, format!("must be between 1 and {most}"));
        }
    }
    let (service, bundle) = (spec.field("service"), spec.field("caBundle"));
    let insecure = spec.field("insecureSkipTLSVerify");
    let skips = insecure.boolean() == Some(true);
    if !service.is_there() {
        if !bundle.text().is_empty() {
            findings.invalid(&bundle, "a local APIService has none");
        }
        if skips {
            findings.invalid(&insecure, "a local APIService has none");
        }
        return;
    }
    for name in ["namespace", "name"] {
        let field = service.field(name);
        if field.text().is_empty() {
            findings.required(&field, "");
        }
    }
    let port = service.field("port");
    if let Some(number) = port.integer() {
        findings.format(&port, format::port_number(number));
    }
    if skips && !bundle.text().is_empty() {
        findings.invalid(&insecure, "may not be true with a `caBundle`");
    }
}

/// Mirrors `ValidateStorageVersionMigration`
pub(super) fn check_migration(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let what = spec.field("resource");
    let (resource, group) = (what.field("resource"), what.field("group"));
    if resource.text().is_empty() {
        findings.required(&resource, "");
    } else {
        findings.format(&resource, format::dns1035_label(resource.text()));
    }
    if !group.text().is_empty() {
        findings.format(&group, format::dns_subdomain(group.text()));
    }
}
