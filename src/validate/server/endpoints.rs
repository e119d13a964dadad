//! Endpoints, and the addresses that endpoints may have.

use std::net::IpAddr;

use super::report::Report;
use super::{address, format};
use crate::validate::{At, Finding};

/// An address that traffic can be sent to.
///
/// Mirrors `ValidateEndpointIP`
pub(super) fn check_endpoint_ip(at: &At<'_>, findings: &mut Vec<Finding>) {
    let Some(ip) = address::sloppy_ip(at.text()) else {
        findings.invalid(at, "must be an IP address");
        return;
    };
    let ip = match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    };
    let (link_local, group) = match ip {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(v6) => (v6.is_unicast_link_local(), v6.segments()[0] & 0xff0f == 0xff02),
    };
    if ip.is_unspecified() {
        findings.invalid(at, "must not be the unspecified address");
    }
    if ip.is_loopback() {
        findings.invalid(at, "must not be a loopback address");
    }
    if link_local {
        findings.invalid(at, "must not be a link-local address");
    }
    if group {
        findings.invalid(at, "must not be a link-local multicast address");
    }
}

/// Mirrors `ValidateEndpointsCreate`, `ValidateEndpoints`, `validateEndpointSubsets`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let subsets = object.field("subsets");
    for subset in subsets.items() {
        let (ready, unready) = (subset.field("addresses"), subset.field("notReadyAddresses"));
        if ready.is_empty() && unready.is_empty() {
            findings.required(&subset, "there must be `addresses` or `notReadyAddresses`");
        }
        for address in ready.items().chain(unready.items()) {
            check_address(&address, findings);
        }
        let ports = subset.field("ports");
        for port in ports.items() {
            check_port(&port, ports.len() > 1, findings);
        }
    }
}

/// Mirrors `validateEndpointAddress`
fn check_address(at: &At<'_>, findings: &mut Vec<Finding>) {
    let (ip, host, node) = (at.field("ip"), at.field("hostname"), at.field("nodeName"));
    match address::legacy_ip(ip.text()) {
        Err(message) => findings.invalid(&ip, message),
        Ok(()) => {
            if let Some(warning) = address::ip_warning(ip.text()) {
                findings.warns(&ip, warning);
            }
            check_endpoint_ip(&ip, findings);
        }
    }
    if !host.text().is_empty() {
        findings.format(&host, format::dns_label(host.text()));
    }
    if node.is_there() {
        findings.format(&node, format::dns_subdomain(node.text()));
    }
}

/// Mirrors `validateEndpointPort`
fn check_port(at: &At<'_>, needs_name: bool, findings: &mut Vec<Finding>) {
    let (name, port, protocol) = (at.field("name"), at.field("port"), at.field("protocol"));
    if !name.text().is_empty() {
        findings.format(&name, format::dns_label(name.text()));
    } else if needs_name {
        findings.required(&name, "with several ports each has a name");
    }
    findings.format(&port, format::port_number(port.integer().unwrap_or(0)));
    if !protocol.text().is_empty() {
        findings.one_of(&protocol, &["SCTP", "TCP", "UDP"]);
    }
    let application = at.field("appProtocol");
    if application.is_there() {
        findings.format(&application, format::qualified_name(application.text()));
    }
}
