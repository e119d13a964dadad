//! Ports of a pod's containers that get into each other's way.

use super::Owner;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding};

/// A port, and where it is.
struct Port<'a> {
    list: &'static str,
    container: usize,
    index: usize,
    name: &'a str,
    number: i64,
    protocol: &'a str,
    taken_on_node: i64,
    host_address: &'a str,
}

impl Port<'_> {
    fn path(&self, spec: &At<'_>) -> String {
        format!("{}.{}[{}].ports[{}]", spec.path(), self.list, self.container, self.index)
    }
}

/// Mirrors `warningsForPodSpecAndMeta`
pub(super) fn check(spec: &At<'_>, owner: &Owner<'_>, findings: &mut Vec<Finding>) {
    let in_network_of_node = owner.is_pod && spec.field("hostNetwork").boolean() == Some(true);
    let document = spec.document;
    let mut seen: Vec<Port<'_>> = Vec::new();
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for (container, at) in spec.field(list).items().enumerate() {
            for (index, at) in at.field("ports").items().enumerate() {
                let text = |field: &str| {
                    let node = at.node.and_then(|node| document.get(node, field));
                    node.filter(|node| !document.is_null(*node)).map_or("", |node| document.text(node))
                };
                let number = at.field("containerPort").integer().unwrap_or(0);
                let taken_on_node = match at.field("hostPort").integer().unwrap_or(0) {
                    0 if in_network_of_node && list != "ephemeralContainers" => number,
                    port => port,
                };
                let protocol = match text("protocol") {
                    "" => "TCP",
                    protocol => protocol,
                };
                let (name, host_address) = (text("name"), text("hostIP"));
                let port =
                    Port { list, container, index, name, number, protocol, taken_on_node, host_address };
                compare(&port, &seen, &at, spec, findings);
                seen.push(port);
            }
        }
    }
}

fn compare(port: &Port<'_>, seen: &[Port<'_>], at: &At<'_>, spec: &At<'_>, findings: &mut Vec<Finding>) {
    if !port.host_address.is_empty() && port.taken_on_node == 0 {
        findings.warns(at, "`hostIP` does nothing without `hostPort`");
    }
    for other in seen.iter().filter(|other| other.number == port.number && other.protocol == port.protocol) {
        let same_port = port.taken_on_node == other.taken_on_node;
        let what = if same_port && port.host_address == other.host_address {
            "the same port as"
        } else if port.taken_on_node == 0 || other.taken_on_node == 0 {
            "a port that overlaps with"
        } else if same_port && port.host_address.is_empty() != other.host_address.is_empty() {
            "dangerously close to"
        } else {
            continue;
        };
        findings.warns(at, format!("{what} `{}`", other.path(spec)));
    }
    if !port.name.is_empty()
        && let Some(other) = seen.iter().find(|other| other.name == port.name)
    {
        findings.warns(
            at,
            format!(
                "the name `{}` is that of `{}`, which services and probes will use",
                port.name,
                other.path(spec)
            ),
        );
    }
}
