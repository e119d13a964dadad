//! Whether a drain, a rollout or the loss of a node stops a service.

use crate::validate::pod::Pod;
use crate::validate::told::Told;
use crate::validate::{At, Object};

/// Keys that spread pods over failure domains.
const DOMAINS: [&str; 4] = [
    "kubernetes.io/hostname",
    "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/zone",
];

fn is_served(pod: &Pod<'_>, told: &Told<'_>) -> bool {
    told.set.service_of(pod).is_some()
}

fn is_replicated(pod: &Pod<'_>, told: &Told<'_>) -> bool {
    matches!(pod.object.kind, "Deployment" | "StatefulSet") && told.set.fewest_replicas(&pod.object) >= 2
}

/// One replica behind a Service.
pub(in crate::validate) fn minimum_replicas(pod: &Pod<'_>, told: &mut Told<'_>) {
    if pod.object.kind != "Deployment" || told.set.fewest_replicas(&pod.object) >= 2 || !is_served(pod, told)
    {
        return;
    }
    let root = pod.object.at();
    let spec = root.field("spec");
    let replicas = spec.field("replicas");
    // Nobody serves with none: that is switched off, and meant.
    if replicas.integer() != Some(0) {
        told.tell(&replicas, "one replica serves: every drain and every crash is an outage").hint =
            "run two replicas or more".into();
    }
}

/// An autoscaler that may leave one replica.
pub(in crate::validate) fn hpa_minimum_replicas(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let minimum = spec.field("minReplicas");
    if minimum.integer().unwrap_or(1) < 2 && spec.is_there() {
        told.tell(&minimum, "the autoscaler may scale down to one replica").hint =
            "set `minReplicas` to 2".into();
    }
}

/// Pods that crash and still block a drain.
pub(in crate::validate) fn unhealthy_eviction(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let policy = spec.field("unhealthyPodEvictionPolicy");
    // The field is there by default since 1.27.
    if object.group == "policy" && !policy.is_there() && told.options.kubernetes_minor >= 27 {
        told.tell(&policy, "pods that never become ready may block drains").hint =
            "set `unhealthyPodEvictionPolicy: AlwaysAllow`".into();
    }
}

/// Replicas that may all run on one node.
pub(in crate::validate) fn replicas_not_spread(pod: &Pod<'_>, told: &mut Told<'_>) {
    if !is_replicated(pod, told) {
        return;
    }
    let affinity = pod.spec.field("affinity");
    let apart = affinity.field("podAntiAffinity");
    let fits = |term: &At<'_>| {
        let key = term.field("topologyKey");
        DOMAINS.contains(&key.text()) && pod.is_selected(&term.field("labelSelector"))
    };
    let required = apart.field("requiredDuringSchedulingIgnoredDuringExecution");
    let preferred = apart.field("preferredDuringSchedulingIgnoredDuringExecution");
    let constraints = pod.spec.field("topologySpreadConstraints");
    let spread = required.items().any(|term| fits(&term))
        || preferred.items().any(|term| fits(&term.field("podAffinityTerm")))
        || constraints.items().any(|constraint| fits(&constraint));
    if !spread {
        told.tell(&apart, "one node may get all replicas").hint =
            "spread them by `topologySpreadConstraints` or `podAntiAffinity`".into();
    }
}

/// Replicas that may all run in one zone.
pub(in crate::validate) fn topology_spread_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    let constraints = pod.spec.field("topologySpreadConstraints");
    if constraints.is_empty() && is_replicated(pod, told) {
        told.tell(&constraints, "the pods have no `topologySpreadConstraints`");
    }
}

/// A rollout that stops the service. With a claim that one node mounts, pods cannot overlap.
pub(in crate::validate) fn rolling_update(pod: &Pod<'_>, told: &mut Told<'_>) {
    if pod.object.kind != "Deployment" {
        return;
    }
    let root = pod.object.at();
    let spec = root.field("spec");
    let strategy = spec.field("strategy");
    let kind = strategy.field("type");
    if matches!(kind.text(), "" | "RollingUpdate") || !is_served(pod, told) {
        return;
    }
    let volumes = pod.spec.field("volumes");
    let exclusive = volumes.items().any(|volume| {
        let claim = volume.field("persistentVolumeClaim");
        let name = claim.field("claimName").text();
        let found = told.set.find("", "PersistentVolumeClaim", pod.object.namespace, name);
        let many = found.is_some_and(|claim| {
            let root = claim.at();
            let spec = root.field("spec");
            spec.field("accessModes").items().any(|mode| mode.text() == "ReadWriteMany")
        });
        !name.is_empty() && !many
    });
    if !exclusive {
        told.tell(&kind, "a rollout stops all pods before it starts new ones").hint =
            "use `type: RollingUpdate`".into();
    }
}
