//! What `HorizontalPodAutoscalers` (and KEDA's `ScaledObjects`) are aimed at and measure.

use super::or;
use crate::validate::pod::{Pod, Role};
use crate::validate::set::{group, replicas};
use crate::validate::{At, Object, Told};

/// The object that is scaled.
pub(in crate::validate) fn hpa_target_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_scaler(object) {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let target = spec.field("scaleTargetRef");
    let (api_version, kind, name) = (target.field("apiVersion"), target.field("kind"), target.field("name"));
    let keda = object.kind == "ScaledObject";
    let kind = if keda { kind.text_or("Deployment") } else { kind.text() };
    let group = if keda && !api_version.is_there() { "apps" } else { group(api_version.text()) };
    if kind.is_empty() || name.text().is_empty() {
        return;
    }
    // The same kind under another group is the better answer than a name that is like it.
    let others = told.set.of_kind(kind).filter(|_| told.options.whole_set);
    let elsewhere = { others }.find(|other| {
        other.name == name.text() && other.group != group && other.namespace == object.namespace
    });
    if let Some(other) = elsewhere
        && !told.knows(group, kind, object.namespace, name.text())
    {
        let message = format!(
            "the {kind} `{}` is of `{}`, not of `{}`",
            name.text(),
            other.api_version(),
            api_version.text()
        );
        told.proven(&api_version, message);
        return;
    }
    told.refers(&name, group, kind, object.namespace, name.text(), ": nothing is scaled");
}

/// A target whose replicas are 0 is left alone by its HPA.
pub(in crate::validate) fn hpa_target_disabled(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_scaler(object) {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let target = spec.field("scaleTargetRef");
    if target_of(object, told).is_some_and(|target| replicas(&target.object) == Some(0)) {
        let name = target.field("name");
        told.tell(
            &name,
            format!("`{}` has 0 replicas: its HPA is switched off until it has more", name.text()),
        );
    }
}

/// Containers that metrics name.
pub(in crate::validate) fn hpa_metric_container(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_scaler(object) {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let metrics = spec.field("metrics");
    for metric in metrics.items() {
        let source = metric.field("containerResource");
        let container = source.field("container");
        if container.text().is_empty() {
            continue;
        }
        let Some(pod) = target_of(object, told) else { return };
        if !pod.containers.iter().any(|known| known.name == container.text()) {
            let name = container.text();
            let message = format!("`{}` has no container `{name}` to measure", pod.object.name);
            told.proven(&container, message);
        }
    }
}

/// A share of what is requested needs requests.
pub(in crate::validate) fn hpa_metric_request(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_scaler(object) {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let metrics = spec.field("metrics");
    for metric in metrics.items() {
        for kind in ["resource", "containerResource"] {
            let source = metric.field(kind);
            let target = source.field("target");
            let share = target.field("averageUtilization");
            if share.is_there() {
                let (resource, container) = (source.field("name"), source.field("container"));
                without_request(object, &share, resource.text(), container.text(), told);
            }
        }
    }
    // autoscaling/v1
    let share = spec.field("targetCPUUtilizationPercentage");
    if share.is_there() {
        without_request(object, &share, "cpu", "", told);
    }
}

fn without_request(object: &Object<'_>, at: &At<'_>, resource: &str, container: &str, told: &mut Told<'_>) {
    let Some(pod) = target_of(object, told) else { return };
    if container.is_empty() && has_request(&pod.spec.field("resources"), resource)
        || told.set.default_request(object.namespace, resource).is_some()
    {
        return;
    }
    for measured in pod.containers.iter().filter(|known| {
        matches!(known.role, Role::Main | Role::Sidecar) && (container.is_empty() || known.name == container)
    }) {
        if !has_request(&measured.resources(), resource) {
            let message = format!(
                "the share of `{resource}` cannot be measured: container `{}` of `{}` requests none",
                measured.name, pod.object.name
            );
            told.proven_in(object.namespace, at, message).hint =
                format!("give it `resources.requests.{resource}`");
            return;
        }
    }
}

/// Whether resources request something, or limit it (the limit is then the request).
fn has_request(resources: &At<'_>, resource: &str) -> bool {
    ["requests", "limits"].into_iter().any(|kind| {
        let amounts = resources.field(kind);
        let amount = amounts.entry(resource);
        amount.is_there()
    })
}

/// Objects that metrics measure.
pub(in crate::validate) fn hpa_metric_object(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_scaler(object) {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let metrics = spec.field("metrics");
    for metric in metrics.items() {
        let source = metric.field("object");
        let described = source.field("describedObject");
        let (api_version, kind, name) =
            (described.field("apiVersion"), described.field("kind"), described.field("name"));
        if described.is_there() {
            let group = group(or(api_version.text(), "v1"));
            told.refers(
                &name,
                group,
                kind.text(),
                object.namespace,
                name.text(),
                ": the metric has no value",
            );
        }
    }
}

fn is_scaler(object: &Object<'_>) -> bool {
    matches!(
        (object.group, object.kind),
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject")
    )
}

/// The pod of what is scaled.
fn target_of<'r>(object: &Object<'_>, told: &Told<'r>) -> Option<&'r Pod<'r>> {
    let root = object.at();
    let spec = root.field("spec");
    let target = spec.field("scaleTargetRef");
    let (api_version, kind, name) = (target.field("apiVersion"), target.field("kind"), target.field("name"));
    let number = told.set.number(group(api_version.text()), kind.text(), object.namespace, name.text())?;
    told.set.pod(number)
}
