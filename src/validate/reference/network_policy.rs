//! `NetworkPolicies` and the pods that they are about.

use super::service::names_port;
use super::shown_selector;
use crate::validate::{Level, Object, Told};

/// A policy whose `podSelector` selects no pod; `{}` is for all there will be.
pub(in crate::validate) fn network_policy_without_pods(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let selector = spec.field("podSelector");
    let labels = selector.field("matchLabels");
    // cert-manager runs pods of its own to answer challenges.
    let solvers = labels.entries().any(|(key, _)| key.starts_with("acme.cert-manager.io/"));
    if object.group != "networking.k8s.io"
        || selector.is_empty()
        || solvers
        || told.set.operated(object.namespace).is_some()
    {
        return;
    }
    if told.set.selected(object.namespace, &selector).next().is_none() {
        let message = format!(
            "no pod among the objects has the labels `{}`: the policy protects nothing",
            shown_selector(&selector)
        );
        told.tell(&selector, message);
    }
}

/// A peer of the policy's own namespace, or of one in the set, that stands for no pod.
pub(in crate::validate) fn network_policy_peer_without_pods(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "networking.k8s.io" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        let rules = spec.field(direction);
        for rule in rules.items() {
            let peers = rule.field(peers);
            for peer in peers.items() {
                let selector = peer.field("podSelector");
                if selector.is_empty()
                    || peer.field("namespaceSelector").is_there()
                    || told.set.operated(object.namespace).is_some()
                    || told.set.selected(object.namespace, &selector).next().is_some()
                {
                    continue;
                }
                let message = format!(
                    "no pod among the objects has the labels `{}`: the rule allows nobody",
                    shown_selector(&selector)
                );
                told.tell_as(Level::Note, &selector, message);
            }
        }
    }
}

/// A named port of an ingress rule that no pod of the policy has.
pub(in crate::validate) fn network_policy_port_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "networking.k8s.io" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let selector = spec.field("podSelector");
    let rules = spec.field("ingress");
    let set = told.set;
    for rule in rules.items() {
        let ports = rule.field("ports");
        for port in ports.items() {
            let number = port.field("port");
            let name = number.text();
            if name.is_empty() || number.integer().is_some() {
                continue;
            }
            let mut pods = set.selected(object.namespace, &selector).peekable();
            if pods.peek().is_some() && !pods.any(|pod| names_port(pod, name)) {
                let message = format!(
                    "no container of the selected pods has a port named `{name}`: the rule allows nothing"
                );
                told.proven_unless_operated(object.namespace, &number, message);
            }
        }
    }
}
