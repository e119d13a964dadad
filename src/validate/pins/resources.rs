//! Requests and limits that nobody states: not the container, not its pod, not a `LimitRange` of the namespace.

use crate::validate::pod::{Container, Pod, Role};
use crate::validate::{At, Told};

/// No CPU request.
pub(in crate::validate) fn cpu_request_missing(
    pod: &Pod<'_>,
    container: &Container<'_>,
    told: &mut Told<'_>,
) {
    request(pod, container, "cpu", told);
}

/// No memory request.
pub(in crate::validate) fn memory_request_missing(
    pod: &Pod<'_>,
    container: &Container<'_>,
    told: &mut Told<'_>,
) {
    request(pod, container, "memory", told);
}

/// No CPU limit.
pub(in crate::validate) fn cpu_limit_missing(pod: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    limit(pod, container, "cpu", told);
}

/// No memory limit.
pub(in crate::validate) fn memory_limit_missing(
    pod: &Pod<'_>,
    container: &Container<'_>,
    told: &mut Told<'_>,
) {
    limit(pod, container, "memory", told);
}

fn request(pod: &Pod<'_>, container: &Container<'_>, resource: &str, told: &mut Told<'_>) {
    let resources = container.resources();
    let of_pod = pod.spec.field("resources");
    // A limit without a request becomes the request.
    if container.role == Role::Ephemeral
        || states(&resources, "requests", resource)
        || states(&resources, "limits", resource) && !is_zero(&resources, "requests", resource)
        || states(&of_pod, "requests", resource)
        || states(&of_pod, "limits", resource)
        || told.set.default_request(pod.object.namespace, resource).is_some_and(|amount| !amount.is_zero())
    {
        return;
    }
    let message = format!("container `{}` requests no {resource}", container.name);
    told.tell(&resources.field("requests"), message);
}

fn limit(pod: &Pod<'_>, container: &Container<'_>, resource: &str, told: &mut Told<'_>) {
    let resources = container.resources();
    if container.role == Role::Ephemeral
        || states(&resources, "limits", resource)
        || states(&pod.spec.field("resources"), "limits", resource)
        || told.set.default_limit(pod.object.namespace, resource).is_some_and(|amount| !amount.is_zero())
    {
        return;
    }
    let message = format!("container `{}` has no limit of {resource}", container.name);
    told.tell(&resources.field("limits"), message);
}

/// Whether an amount is stated that is not zero.
fn states(resources: &At<'_>, field: &str, resource: &str) -> bool {
    let amounts = resources.field(field);
    let amount = amounts.entry(resource);
    amount.is_there() && !matches!(amount.text(), "0" | "0m" | "0Mi" | "0Gi")
}

/// Whether an amount is stated that is zero.
fn is_zero(resources: &At<'_>, field: &str, resource: &str) -> bool {
    let amounts = resources.field(field);
    amounts.entry(resource).is_there() && !states(resources, field, resource)
}
