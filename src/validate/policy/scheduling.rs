//! Where pods run, and before whom: rules that sites opt into.

use crate::validate::pod::Pod;
use crate::validate::told::Told;

/// Priority classes that every cluster has.
const SYSTEM_CLASSES: [&str; 2] = ["system-cluster-critical", "system-node-critical"];

/// No priority.
pub(in crate::validate) fn priority_class_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    let class = pod.spec.field("priorityClassName");
    if class.text().is_empty() {
        told.tell(&class, "the pod has no priority class");
    }
}

/// A priority class of the site's own.
pub(in crate::validate) fn priority_class_allowed(pod: &Pod<'_>, told: &mut Told<'_>) {
    let class = pod.spec.field("priorityClassName");
    if class.is_there() && !SYSTEM_CLASSES.contains(&class.text()) {
        told.tell(&class, format!("priority class `{}` is not one of those that are allowed", class.text()));
    }
}

/// Names that are looked up in every search domain first.
pub(in crate::validate) fn dns_config_options(pod: &Pod<'_>, told: &mut Told<'_>) {
    let config = pod.spec.field("dnsConfig");
    let options = config.field("options");
    let found = options
        .items()
        .any(|option| option.field("name").text() == "ndots" && option.field("value").text() == "2");
    if !found {
        told.tell(&options, "`dnsConfig` does not set `ndots` to 2");
    }
}

/// No choice of nodes.
pub(in crate::validate) fn node_affinity_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    let affinity = pod.spec.field("affinity");
    let node_affinity = affinity.field("nodeAffinity");
    if !node_affinity.is_there() {
        told.tell(&node_affinity, "the pod has no node affinity");
    }
}

/// A spread constraint that the server refuses, or that counts none of the pods.
pub(in crate::validate) fn topology_spread_invalid(pod: &Pod<'_>, told: &mut Told<'_>) {
    let constraints = pod.spec.field("topologySpreadConstraints");
    for constraint in constraints.items() {
        let selector = constraint.field("labelSelector");
        if !selector.is_there() {
            told.tell(&selector, "a spread constraint without `labelSelector` counts no pods");
            continue;
        }
        let labels = selector.field("matchLabels");
        let own = pod.labels();
        let misses = labels.entries().find(|(key, value)| own.entry(key).text() != value.text());
        if let Some((key, value)) = misses {
            let message = format!("the spread constraint does not count these pods: they lack `{key}`");
            told.tell(&value, message).hint = "select the labels of the pod template".into();
        }
    }
}
