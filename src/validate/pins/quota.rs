//! `ResourceQuotas` against what the workloads of their namespace ask for. Only sets that are whole can be summed up.

use super::capacity::{container_amounts, full_name, shown};
use super::quota_scope::Scopes;
use crate::validate::pod::{Pod, Role};
use crate::validate::{Object, Told};

/// More is asked for with the fewest replicas than the quota holds.
pub(in crate::validate) fn quota_exceeded(object: &Object<'_>, told: &mut Told<'_>) {
    if !told.options.whole_set {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let hard = spec.field("hard");
    let Some(capacity) = told.set.capacity_of(object.namespace) else { return };
    for line in &capacity.quotas {
        if line.quota == object.name && line.fewest > line.hard {
            let (asked, held) = (shown(line.fewest, &line.resource), shown(line.hard, &line.resource));
            let message =
                format!("the objects ask for {asked} of `{}`, and the quota holds {held}", line.resource);
            told.proven(&hard.entry(&line.resource), message).hint =
                "`citadel check --capacity` shows who asks for what".into();
        }
    }
}

/// More is asked for with the most replicas than the quota holds.
pub(in crate::validate) fn quota_exceeded_at_maximum(object: &Object<'_>, told: &mut Told<'_>) {
    if !told.options.whole_set {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let hard = spec.field("hard");
    let Some(capacity) = told.set.capacity_of(object.namespace) else { return };
    for line in &capacity.quotas {
        if line.quota == object.name && line.fewest <= line.hard && line.most > line.hard {
            let (asked, held) = (shown(line.most, &line.resource), shown(line.hard, &line.resource));
            let message = format!(
                "scaled out, the workloads ask for {asked} of `{}`, and the quota holds {held}",
                line.resource
            );
            told.tell(&hard.entry(&line.resource), message).hint =
                "`citadel check --capacity` shows who asks for what".into();
        }
    }
}

/// A container that does not state what a quota of its namespace counts: its pods are refused.
///
/// Mirrors `podEvaluator.Constraints`, `enforcePodContainerConstraints`
pub(in crate::validate) fn quota_without_request(pod: &Pod<'_>, told: &mut Told<'_>) {
    let set = told.set;
    if !told.options.whole_set || pod.object.kind == "PodTemplate" {
        return;
    }
    // Amounts for the whole pod do away with those of its containers.
    let of_pod = pod.spec.field("resources");
    if !of_pod.field("requests").is_empty() || !of_pod.field("limits").is_empty() {
        return;
    }
    for quota in set.quotas_of(pod.object.namespace) {
        if !Scopes::of(quota).have_pod(pod, set) {
            continue;
        }
        let root = quota.at();
        let spec = root.field("spec");
        let hard = spec.field("hard");
        for (bounded, _) in hard.entries() {
            let bounded = full_name(bounded);
            let Some((what, resource)) = bounded.split_once('.') else { continue };
            if !matches!(resource, "cpu" | "memory") {
                continue;
            }
            for container in pod.containers.iter().filter(|container| container.role != Role::Ephemeral) {
                let (request, limit) = container_amounts(container, set, pod.object.namespace).get(resource);
                if (if what == "limits" { limit } else { request }).is_none() {
                    let message = format!(
                        "container `{}` must state `{what}.{resource}`: the quota `{}` counts it, and refuses pods without",
                        container.name, quota.name
                    );
                    let resources = container.resources();
                    told.proven_in(pod.object.namespace, &resources.field(what), message);
                }
            }
        }
    }
}
