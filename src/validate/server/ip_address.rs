//! IPAddress and ServiceCIDR.

use super::report::Report;
use super::{address, format};
use crate::validate::{At, Finding};

/// Mirrors `ValidateIPAddress`, `validateIPAddressParentReference`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let parent = spec.field("parentRef");
    if !parent.is_there() {
        findings.required(&parent, "");
        return;
    }
    let group = parent.field("group");
    if !group.text().is_empty() {
        findings.format(&group, format::dns_subdomain(group.text()));
    }
    for (name, needed) in [("resource", true), ("name", true), ("namespace", false)] {
        let field = parent.field(name);
        if !field.text().is_empty() {
            findings.format(&field, format::path_segment(field.text()));
        } else if needed {
            findings.required(&field, "");
        }
    }
}

/// Mirrors `ValidateServiceCIDR`, `validateServiceCIDRSpec`
pub(super) fn check_service_cidr(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let cidrs = spec.field("cidrs");
    if cidrs.is_empty() {
        findings.required(&cidrs, "");
        return;
    }
    if cidrs.len() > 2 {
        findings.invalid(&cidrs, "may have at most 2 items");
        return;
    }
    for cidr in cidrs.items() {
        findings.format(&cidr, address::cidr(cidr.text()));
    }
    let mut families = cidrs.items().filter_map(|cidr| Some(address::sloppy_cidr(cidr.text())?.0.is_ipv4()));
    if let (Some(first), Some(second)) = (families.next(), families.next())
        && first == second
    {
        findings.invalid(&cidrs, "may have one CIDR of each family");
    }
}
