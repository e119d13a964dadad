//! Containers, pods and claims that a `LimitRange` of their namespace refuses.

use std::fmt::Display;

use super::capacity::{Amounts, container_amounts, pod_amounts};
use crate::kubernetes::Quantity;
use crate::validate::pod::Role;
use crate::validate::set::{Limit, Limited};
use crate::validate::{At, Object, Told};

/// What a `LimitRange` of the namespace does not allow.
///
/// Mirrors `PodValidateLimitFunc`, `PersistentVolumeClaimValidateLimitFunc`
pub(in crate::validate) fn limit_range_violated(object: &Object<'_>, told: &mut Told<'_>) {
    let set = told.set;
    let limits = set.limits(object.namespace);
    if limits.is_empty() {
        return;
    }
    if object.kind == "PersistentVolumeClaim" {
        let root = object.at();
        claim(&root.field("spec"), limits, told);
        return;
    }
    if object.kind == "StatefulSet" {
        let root = object.at();
        let spec = root.field("spec");
        let templates = spec.field("volumeClaimTemplates");
        for template in templates.items() {
            claim(&template.field("spec"), limits, told);
        }
    }
    let Some(pod) = told.pod() else { return };
    for container in pod.containers.iter().filter(|container| container.role != Role::Ephemeral) {
        let amounts = container_amounts(container, set, object.namespace);
        let who = format_args!("container `{}`", container.name);
        judge(&container.resources(), &who, Limited::Container, &amounts, limits, told);
    }
    let all = pod_amounts(pod, set);
    judge(&pod.spec, &"the pod", Limited::Pod, &all, limits, told);
}

fn claim(spec: &At<'_>, limits: &[Limit<'_>], told: &mut Told<'_>) {
    let resources = spec.field("resources");
    let requests = resources.field("requests");
    let storage = requests.entry("storage");
    let Some(amount) = Quantity::parse(storage.text()) else { return };
    for limit in limits.iter().filter(|limit| limit.of == Limited::Claim && limit.resource == "storage") {
        let by = limit.by.name;
        if let Some(least) = limit.minimum.filter(|least| amount < *least) {
            told.proven(
                &storage,
                format!("the LimitRange `{by}` allows claims from {} on", shown(least, "storage")),
            );
        }
        if let Some(most) = limit.maximum.filter(|most| amount > *most) {
            told.proven(
                &storage,
                format!("the LimitRange `{by}` allows claims up to {}", shown(most, "storage")),
            );
        }
    }
}

fn judge(
    at: &At<'_>,
    who: &dyn Display,
    of: Limited,
    amounts: &Amounts<'_>,
    limits: &[Limit<'_>],
    told: &mut Told<'_>,
) {
    for limit in limits.iter().filter(|limit| limit.of == of) {
        let (resource, by) = (limit.resource, limit.by.name);
        let (request, upper) = amounts.get(resource);
        if let Some(least) = limit.minimum {
            let text = || shown(least, resource);
            if request.is_none_or(|amount| amount < least) {
                told.proven(
                    at,
                    format!(
                        "{who} must request at least {} of {resource}: the LimitRange `{by}` says so",
                        text()
                    ),
                );
            } else if upper.is_some_and(|amount| amount < least) {
                told.proven(
                    at,
                    format!(
                        "{who} must have a limit of at least {} of {resource}: the LimitRange `{by}` says so",
                        text()
                    ),
                );
            }
        }
        if let Some(most) = limit.maximum {
            let text = || shown(most, resource);
            if upper.is_none_or(|amount| amount > most) {
                told.proven(
                    at,
                    format!(
                        "{who} must have a limit of at most {} of {resource}: the LimitRange `{by}` says so",
                        text()
                    ),
                );
            } else if request.is_some_and(|amount| amount > most) {
                told.proven(
                    at,
                    format!(
                        "{who} must request at most {} of {resource}: the LimitRange `{by}` says so",
                        text()
                    ),
                );
            }
        }
        if let (Some(request), Some(upper)) = (request, upper) {
            if limit.ratio.is_some_and(|ratio| exceeds(upper, request, ratio)) {
                let ratio = shown(limit.ratio.unwrap_or(Quantity::ZERO), "");
                told.proven(at, format!("the limit of {resource} of {who} is more than {ratio} times its request: the LimitRange `{by}` says so"));
            }
            if request > upper && of == Limited::Container {
                told.proven(
                    at,
                    format!(
                        "{who} requests more {resource} than the limit that the LimitRange `{by}` gives it"
                    ),
                );
            }
        }
    }
}

fn exceeds(limit: Quantity, request: Quantity, ratio: Quantity) -> bool {
    let (limit, request) = (i128::from(limit.milli()), i128::from(request.milli()));
    limit * 1000 > request * i128::from(ratio.milli())
}

fn shown(amount: Quantity, resource: &str) -> String {
    super::capacity::shown(amount, resource)
}
