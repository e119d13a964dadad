//! NetworkPolicy.

use super::report::Report;
use super::selector::check_selector;
use super::{address, format};
use crate::validate::{At, Finding};

/// Mirrors `ValidateNetworkPolicy`, `ValidateNetworkPolicySpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    check_selector(&spec.field("podSelector"), findings);
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.field(direction).items() {
            for port in rule.field("ports").items() {
                check_port(&port, findings);
            }
            for peer in rule.field(peers).items() {
                check_peer(&peer, findings);
            }
        }
    }
    let types = spec.field("policyTypes");
    if types.len() > 2 {
        findings.invalid(&types, "may have at most two types");
        return;
    }
    for kind in types.items() {
        findings.one_of(&kind, &["Ingress", "Egress"]);
    }
}

/// Mirrors `ValidateNetworkPolicyPort`
fn check_port(at: &At<'_>, findings: &mut Vec<Finding>) {
    let (protocol, port, end) = (at.field("protocol"), at.field("port"), at.field("endPort"));
    if protocol.is_there() {
        findings.one_of(&protocol, &["TCP", "UDP", "SCTP"]);
    }
    if !port.is_there() {
        if end.is_there() {
            findings.invalid(&end, "may not be set without `port`");
        }
    } else if port.is_text() {
        if end.is_there() {
            findings.invalid(&end, "may not be set when `port` is a name");
        }
        findings.format(&port, format::port_name(port.text()));
    } else {
        let number = port.integer().unwrap_or(0);
        findings.format(&port, format::port_number(number));
        if let Some(last) = end.integer() {
            if last < number {
                findings.invalid(&end, "must be no less than `port`");
            } else {
                findings.format(&end, format::port_number(last));
            }
        }
    }
}

/// Mirrors `ValidateNetworkPolicyPeer`
fn check_peer(peer: &At<'_>, findings: &mut Vec<Finding>) {
    let (pods, namespaces) = (peer.field("podSelector"), peer.field("namespaceSelector"));
    let block = peer.field("ipBlock");
    check_selector(&pods, findings);
    check_selector(&namespaces, findings);
    if block.is_there() {
        check_block(&block, findings);
    }
    let count = [&pods, &namespaces, &block].iter().filter(|at| at.is_there()).count();
    if count == 0 {
        findings.required(peer, "a peer needs a selector or an `ipBlock`");
    } else if count > 1 && block.is_there() {
        findings.forbidden(peer, "`ipBlock` goes with no other peer");
    }
}

/// Mirrors `ValidateIPBlock`, `networkPolicyWarnings`
fn check_block(block: &At<'_>, findings: &mut Vec<Finding>) {
    let cidr = block.field("cidr");
    if cidr.text().is_empty() {
        findings.required(&cidr, "");
        return;
    }
    check_cidr(&cidr, findings);
    let Some((network, length)) = address::sloppy_cidr(cidr.text()) else { return };
    for except in block.field("except").items() {
        check_cidr(&except, findings);
        let Some((ip, inner)) = address::sloppy_cidr(except.text()) else { continue };
        let is_within = ip.is_ipv4() == network.is_ipv4()
            && address::masked(ip, length) == address::masked(network, length)
            && inner > length;
        if !is_within {
            findings.invalid(&except, "must be a part of `cidr`, and not all of it");
        }
    }
}

fn check_cidr(at: &At<'_>, findings: &mut Vec<Finding>) {
    if let Err(message) = address::legacy_cidr(at.text()) {
        findings.invalid(at, message);
    } else if let Some(warning) = address::cidr_warning(at.text()) {
        findings.warns(at, warning);
    }
}
