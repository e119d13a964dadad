//! Who can reach what.

use crate::validate::Object;
use crate::validate::pod::Pod;
use crate::validate::told::Told;

/// A port on every node.
pub(in crate::validate) fn exposed_service(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let kind = spec.field("type");
    if object.group.is_empty() && kind.text() == "NodePort" {
        told.tell(&kind, "the Service opens a port on every node").hint =
            "use `ClusterIP` with an Ingress, or `LoadBalancer`".into();
    }
}

/// Hosts that are served in the clear.
pub(in crate::validate) fn ingress_tls(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "networking.k8s.io" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let tls = spec.field("tls");
    if tls.is_empty() {
        told.tell(&tls, "the Ingress has no `tls`: it is served in the clear");
        return;
    }
    let covers = |pattern: &str, host: &str| {
        pattern == host
            || pattern
                .strip_prefix("*.")
                .is_some_and(|domain| host.split_once('.').is_some_and(|(_, rest)| rest == domain))
    };
    let rules = spec.field("rules");
    for rule in rules.items() {
        let host = rule.field("host");
        // An entry without hosts is for whatever its certificate names.
        let secured = tls.items().any(|entry| {
            let hosts = entry.field("hosts");
            hosts.is_empty() || hosts.items().any(|known| covers(known.text(), host.text()))
        });
        if host.is_there() && !secured {
            told.tell(&host, format!("no entry of `tls` is for `{}`", host.text()));
        }
    }
}

/// Policies of other makers, which may isolate the pod as well.
const OTHER_POLICIES: [&str; 4] =
    ["CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "GlobalNetworkPolicy", "AdminNetworkPolicy"];

/// Pods that anybody may connect to, or that may connect to anybody.
pub(in crate::validate) fn policy_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    if pod.object.kind == "PodTemplate" || OTHER_POLICIES.iter().any(|kind| told.set.has_kind(kind)) {
        return;
    }
    let (ingress, egress) = told.set.isolation_of(pod);
    let message = match (ingress, egress) {
        (true, true) => return,
        (false, false) => "no NetworkPolicy selects the pod: anybody may connect to it, and it to anybody",
        (true, false) => "no NetworkPolicy limits whom the pod may connect to",
        (false, true) => "no NetworkPolicy limits who may connect to the pod",
    };
    told.tell(&pod.labels(), message).hint = "deny by default, and allow what is needed".into();
}
