//! EndpointSlice.

use super::endpoints::check_endpoint_ip;
use super::report::Report;
use super::seen::Seen;
use super::{address, format};
use crate::validate::{At, Finding};

const MOST_ENDPOINTS: usize = 1000;
const MOST_ADDRESSES: usize = 100;
const MOST_PORTS: usize = 20_000;
const MOST_HINTS: usize = 8;

/// Mirrors `ValidateEndpointSliceCreate`, `ValidateEndpointSlice`, `validateAddressType`, `validateEndpoints`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let kind = object.field("addressType");
    if kind.text().is_empty() {
        findings.required(&kind, "");
    } else {
        findings.one_of(&kind, &["FQDN", "IPv4", "IPv6"]);
    }
    if kind.text() == "FQDN" {
        findings.warns(&kind, "endpoints by name are deprecated");
    }
    check_ports(&object.field("ports"), findings);
    let endpoints = object.field("endpoints");
    if endpoints.len() > MOST_ENDPOINTS {
        findings.too_many(&endpoints, MOST_ENDPOINTS);
        return;
    }
    for endpoint in endpoints.items() {
        check_addresses(&endpoint.field("addresses"), kind.text(), findings);
        let (node, host) = (endpoint.field("nodeName"), endpoint.field("hostname"));
        if node.is_there() {
            findings.format(&node, format::dns_subdomain(node.text()));
        }
        // `deprecatedTopology` is dropped from v1.
        if host.is_there() {
            findings.format(&host, format::dns_label(host.text()));
        }
        check_hints(&endpoint.field("hints"), findings);
    }
}

fn check_addresses(addresses: &At<'_>, kind: &str, findings: &mut Vec<Finding>) {
    if addresses.is_empty() {
        findings.required(addresses, "there must be at least one address");
    } else if addresses.len() > MOST_ADDRESSES {
        findings.too_many(addresses, MOST_ADDRESSES);
    }
    for at in addresses.items() {
        let text = at.text();
        match kind {
            "IPv4" | "IPv6" => {
                let v4 = kind == "IPv4";
                let result = if v4 { address::legacy_ip(text) } else { address::ip(text) };
                if let Err(message) = result {
                    findings.invalid(&at, message);
                    continue;
                }
                if address::sloppy_ip(text).is_some_and(|ip| ip.is_ipv4() != v4) {
                    findings.invalid(addresses, "must be of the family that `addressType` says");
                }
                check_endpoint_ip(&at, findings);
                if let Some(warning) = address::ip_warning(text) {
                    findings.warns(&at, warning);
                }
            }
            "FQDN" if text.is_empty() => findings.required(&at, ""),
            "FQDN" => findings.format(&at, format::fully_qualified_domain_name(text)),
            _ => {}
        }
    }
}

/// Mirrors `validatePorts`
fn check_ports(ports: &At<'_>, findings: &mut Vec<Finding>) {
    if ports.len() > MOST_PORTS {
        findings.too_many(ports, MOST_PORTS);
        return;
    }
    let mut names = Seen::new();
    for port in ports.items() {
        let (name, protocol) = (port.field("name"), port.field("protocol"));
        if !name.text().is_empty() {
            findings.format(&name, format::dns_label(name.text()));
        }
        if names.had(port.text_of("name")) {
            findings.duplicate(&name);
        }
        if protocol.is_there() {
            findings.one_of(&protocol, &["SCTP", "TCP", "UDP"]);
        }
        let application = port.field("appProtocol");
        if application.is_there() {
            findings.format(&application, format::qualified_name(application.text()));
        }
    }
}

/// Mirrors `validateHints`
fn check_hints(hints: &At<'_>, findings: &mut Vec<Finding>) {
    for (list, check) in
        [("forZones", format::label_value as fn(&str) -> format::Format), ("forNodes", format::dns_subdomain)]
    {
        let list = hints.field(list);
        if list.len() > MOST_HINTS {
            findings.too_many(&list, MOST_HINTS);
            return;
        }
        for (number, item) in list.items().enumerate() {
            let name = item.field("name");
            if list.items().take(number).any(|before| before.field("name").text() == name.text()) {
                findings.duplicate(&name);
            }
            findings.format(&name, check(name.text()));
        }
    }
}
