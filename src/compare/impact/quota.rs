//! Quotas: what the pods, claims and objects of a namespace ask for together, held against what it may have.

use super::{Impact, Sets, called, pods};
use crate::compare::scalar::quantity_value;
use crate::compare::{Fate, ObjectChange};
use crate::validate::{At, Object, Role, Set};

/// Judges namespaces that have a quota in the new set.
pub(super) fn judge(sets: &Sets<'_>, list: &mut [ObjectChange]) {
    for quota in sets.after.of_kind("ResourceQuota").filter(|quota| quota.group.is_empty()) {
        let root = quota.at();
        let spec = root.field("spec");
        // Quotas with scopes count some pods only.
        if !spec.field("scopes").is_empty() || spec.field("scopeSelector").is_there() {
            continue;
        }
        let hard = spec.field("hard");
        let former = sets.before.find("", "ResourceQuota", quota.namespace, quota.name);
        for (resource, limit) in hard.entries() {
            let Some(limit) = quantity_value(limit.text()) else { continue };
            let after = asked(&sets.after, quota.namespace, resource);
            if after <= limit * (1.0 + 1e-9) {
                continue;
            }
            let before = asked(&sets.before, quota.namespace, resource);
            let limit_before = former.and_then(|former| {
                let root = former.at();
                let (spec, hard);
                spec = root.field("spec");
                hard = spec.field("hard");
                quantity_value(hard.entry(resource).text())
            });
            // What was too much before is not this release's doing.
            if limit_before
                .is_some_and(|limit_before| before > limit_before && after <= before && limit >= limit_before)
            {
                continue;
            }
            let text = format!(
                "ResourceQuota `{}` gives {} {resource}, the objects of the namespace ask for {}",
                quota.name,
                shown(limit),
                shown(after)
            );
            blame(sets, list, quota, resource, &text);
        }
    }
}

/// Tells the objects that ask for more than before, and the quota when it gives less.
fn blame(sets: &Sets<'_>, list: &mut [ObjectChange], quota: &Object<'_>, resource: &str, text: &str) {
    for change in list.iter_mut().filter(|change| change.fate != Fate::Removed) {
        let Some(number) = change.new else { continue };
        let Some(object) = sets.new.get(number) else { continue };
        let is_quota = object.kind == "ResourceQuota" && object.name == quota.name;
        let same_space = space(object.namespace) == space(quota.namespace);
        let more = || {
            let after = demand(&sets.after, number, resource);
            let before = change.old.map_or(0.0, |old| demand(&sets.before, old, resource));
            after > before
        };
        if same_space && (is_quota || more()) {
            let words = if is_quota { text.to_owned() } else { format!("{}: {text}", called(object)) };
            change.has(Impact::ExceedsQuota, words, "raise the quota, or ask for less");
            change.mark(Impact::ExceedsQuota, |one| {
                one.touches(&["spec", "replicas"])
                    || one.path().contains("resources")
                    || one.path().contains("hard")
            });
        }
    }
}

fn space(namespace: &str) -> &str {
    if namespace == "default" { "" } else { namespace }
}

/// What the objects of a namespace ask for of a resource.
fn asked(set: &Set<'_>, namespace: &str, resource: &str) -> f64 {
    let all = set.objects().iter().enumerate();
    let here = all.filter(|(_, object)| space(object.namespace) == space(namespace));
    here.map(|(number, _)| demand(set, number, resource)).sum()
}

/// What one object asks for, at the height of a rollout.
fn demand(set: &Set<'_>, number: usize, resource: &str) -> f64 {
    let Some(object) = set.objects().get(number) else { return 0.0 };
    let counted = match resource {
        "services" | "count/services" => "Service",
        "configmaps" | "count/configmaps" => "ConfigMap",
        "secrets" | "count/secrets" => "Secret",
        "persistentvolumeclaims" | "count/persistentvolumeclaims" => "PersistentVolumeClaim",
        "resourcequotas" => "ResourceQuota",
        "replicationcontrollers" => "ReplicationController",
        "count/deployments.apps" => "Deployment",
        "count/statefulsets.apps" => "StatefulSet",
        "count/jobs.batch" => "Job",
        "count/cronjobs.batch" => "CronJob",
        _ => "",
    };
    let root = object.at();
    let spec = root.field("spec");
    if object.kind == counted {
        return 1.0;
    }
    if object.kind == "Service" {
        let kind = spec.field("type").text();
        return f64::from(
            resource == "services.loadbalancers" && kind == "LoadBalancer"
                || resource == "services.nodeports" && matches!(kind, "NodePort" | "LoadBalancer"),
        );
    }
    if resource == "requests.storage" {
        return storage(object, &spec, set);
    }
    let (part, name) = match resource {
        "pods" | "count/pods" => return pods_of(set, object, &spec),
        "cpu" | "memory" | "ephemeral-storage" => ("requests", resource),
        _ => match resource.split_once('.') {
            Some((part @ ("requests" | "limits"), name)) => (part, name),
            _ => return 0.0,
        },
    };
    let Some(pod) = set.pod(number) else { return 0.0 };
    let (mut lasting, mut init) = (0.0, 0.0_f64);
    for container in &pod.containers {
        let resources = container.resources();
        let value = |part: &str| {
            let amounts = resources.field(part);
            quantity_value(amounts.entry(name).text())
        };
        let value = value(part).or_else(|| value("limits")).unwrap_or(0.0);
        match container.role {
            Role::Main | Role::Sidecar => lasting += value,
            Role::Init => init = init.max(value),
            Role::Ephemeral => {}
        }
    }
    lasting.max(init) * pods_of(set, object, &spec)
}

/// How many pods an object has at most, with what a rollout adds.
#[expect(clippy::cast_precision_loss, reason = "no cluster has so many pods")]
fn pods_of(set: &Set<'_>, object: &Object<'_>, spec: &At<'_>) -> f64 {
    let number = match object.kind {
        "Pod" => 1,
        "Deployment" => {
            let replicas = set.most_replicas(object);
            let strategy = spec.field("strategy");
            let rolling = strategy.field("rollingUpdate");
            let surge = if strategy.field("type").text() == "Recreate" {
                0
            } else {
                pods::share(&rolling.field("maxSurge"), "25%", replicas, true)
            };
            replicas + surge
        }
        "StatefulSet" | "ReplicaSet" | "ReplicationController" => set.most_replicas(object),
        "Job" => spec.field("parallelism").integer().unwrap_or(1),
        _ => 0,
    };
    number as f64
}

#[expect(clippy::cast_precision_loss, reason = "no cluster has so many claims")]
fn storage(object: &Object<'_>, spec: &At<'_>, set: &Set<'_>) -> f64 {
    let of_claim = |spec: &At<'_>| {
        let resources = spec.field("resources");
        let requests = resources.field("requests");
        quantity_value(requests.entry("storage").text()).unwrap_or(0.0)
    };
    match object.kind {
        "PersistentVolumeClaim" => of_claim(spec),
        "StatefulSet" => {
            let templates = spec.field("volumeClaimTemplates");
            let each: f64 = templates.items().map(|template| of_claim(&template.field("spec"))).sum();
            each * set.most_replicas(object) as f64
        }
        _ => 0.0,
    }
}

/// A number as people write quantities.
fn shown(value: f64) -> String {
    for (unit, size) in [("Ti", 1024_f64.powi(4)), ("Gi", 1024_f64.powi(3)), ("Mi", 1024_f64.powi(2))] {
        if value >= size {
            let rounded = format!("{:.2}", value / size);
            return format!("{}{unit}", rounded.trim_end_matches('0').trim_end_matches('.'));
        }
    }
    let rounded = format!("{value:.3}");
    rounded.trim_end_matches('0').trim_end_matches('.').to_owned()
}
