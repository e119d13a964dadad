//! Ports of containers, and the ports of nodes that they take.

use super::Context;
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding};

/// Mirrors `validateContainerPorts`
pub(super) fn check(ports: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut names: Vec<&str> = Vec::new();
    for port in ports.items() {
        let name = port.field("name");
        let text = name.node.map_or("", |node| ports.document.text(node));
        if !text.is_empty() {
            if let Err(message) = format::port_name(text) {
                findings.invalid(&name, message);
            } else if names.contains(&text) {
                findings.duplicate(&name);
            } else {
                names.push(text);
            }
        }
        let number = port.field("containerPort");
        match number.integer().unwrap_or(0) {
            0 => findings.required(&number, "it cannot be 0"),
            value => findings.format(&number, format::port_number(value)),
        }
        let host = host_port(&port, context);
        if host != 0 {
            findings.format(&port.field("hostPort"), format::port_number(host));
        }
        let protocol = port.field("protocol");
        if !protocol.text().is_empty() {
            findings.one_of(&protocol, &["SCTP", "TCP", "UDP"]);
        }
    }
}

/// The port of the node that a port takes: pods in the node's network take their own.
///
/// Mirrors `defaultHostNetworkPorts`
fn host_port(port: &At<'_>, context: &Context<'_>) -> i64 {
    match port.field("hostPort").integer().unwrap_or(0) {
        0 if context.is_pod && context.host_network => port.field("containerPort").integer().unwrap_or(0),
        value => value,
    }
}

/// Mirrors `checkHostPortConflicts`, `AccumulateUniqueHostPorts`
pub(super) fn check_host_ports(containers: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut taken = Vec::new();
    for container in containers.items() {
        take_host_ports(&container, context, &mut taken, findings);
    }
}

/// The same for one container alone.
pub(super) fn check_host_ports_of(container: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    take_host_ports(container, context, &mut Vec::new(), findings);
}

/// A port of a node: protocol, address, number.
type HostPort = (String, String, i64);

fn take_host_ports(
    container: &At<'_>,
    context: &Context<'_>,
    taken: &mut Vec<HostPort>,
    findings: &mut Vec<Finding>,
) {
    for port in container.field("ports").items() {
        let number = host_port(&port, context);
        if number == 0 {
            continue;
        }
        let (protocol, address) = (port.field("protocol"), port.field("hostIP"));
        let (protocol, address) = (protocol.text_or("TCP"), address.text());
        if taken.iter().any(|(p, a, n)| *n == number && p == protocol && a == address) {
            let message = format!("{protocol} port {number} of the node is taken already");
            findings.push(Finding::server("duplicate", &port.field("hostPort"), message));
        } else {
            taken.push((protocol.to_owned(), address.to_owned(), number));
        }
    }
}

/// Mirrors `validatePodHostNetworkDeps`
pub(super) fn check_host_network(containers: &At<'_>, context: &Context<'_>, findings: &mut Vec<Finding>) {
    if !context.host_network {
        return;
    }
    for container in containers.items() {
        for port in container.field("ports").items() {
            let number = host_port(&port, context);
            if (context.is_pod || number != 0) && number != port.field("containerPort").integer().unwrap_or(0)
            {
                findings.invalid(&port.field("hostPort"), "must be `containerPort` in the node's network");
            }
        }
    }
}
