//! `PodDisruptionBudgets`: whether replicated pods have one, and whether it lets anything be evicted.

use super::Share;
use crate::validate::{At, Object, Told};

/// How many of the pods of some objects a budget keeps.
#[derive(Clone, Copy)]
pub(super) enum Kept {
    /// So many must stay.
    Minimum(Share),
    /// So many may go.
    Unavailable(Share),
}

/// What a budget says.
pub(super) fn kept(spec: &At<'_>) -> Option<Kept> {
    let (least, most) = (spec.field("minAvailable"), spec.field("maxUnavailable"));
    match (Share::read(&least), Share::read(&most)) {
        (Some(least), _) => Some(Kept::Minimum(least)),
        (None, Some(most)) => Some(Kept::Unavailable(most)),
        (None, None) => None,
    }
}

fn is_replicated(object: &Object<'_>) -> bool {
    matches!((object.group, object.kind), ("apps", "Deployment" | "StatefulSet"))
}

/// Replicated pods without a budget.
pub(in crate::validate) fn pdb_missing(object: &Object<'_>, told: &mut Told<'_>) {
    let set = told.set;
    if !is_replicated(object) || set.fewest_replicas(object) < 2 {
        return;
    }
    let Some(pod) = told.pod() else { return };
    if set.budgets_of(pod).next().is_none() {
        let root = object.at();
        let spec = root.field("spec");
        told.tell(
            &spec.field("replicas"),
            "no PodDisruptionBudget selects its pods: a drain may take all at once",
        );
    }
}

/// A budget that forbids every eviction.
pub(in crate::validate) fn pdb_zero_disruptions(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "policy" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let (most, least) = (spec.field("maxUnavailable"), spec.field("minAvailable"));
    if matches!(Share::read(&most), Some(Share::Number(0) | Share::Percent(0))) {
        told.tell(&most, "no pod may ever be evicted: nodes cannot be drained");
    } else if Share::read(&least) == Some(Share::Percent(100)) {
        told.tell(&least, "all pods must stay: nodes cannot be drained");
    }
}

/// A budget that keeps as many pods as there may be.
pub(in crate::validate) fn pdb_min_available(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "policy" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let least = spec.field("minAvailable");
    let Some(share) = Share::read(&least).filter(|share| *share != Share::Percent(100)) else { return };
    let selector = spec.field("selector");
    let set = told.set;
    // The budget counts all pods that it selects together.
    let (mut pods, mut workloads) = (0i64, Vec::new());
    for pod in set.selected(object.namespace, &selector).take(MOST_WORKLOADS) {
        if !is_replicated(&pod.object) {
            return;
        }
        pods = set.fewest_replicas(&pod.object).saturating_add(pods);
        workloads.push(format!("{} `{}`", pod.object.kind, pod.object.name));
    }
    let kept = share.up(pods);
    if pods > 0 && kept >= pods {
        let whose = workloads.join(", ");
        let message = format!("{kept} of the {pods} pods of {whose} must stay: none can be evicted");
        told.tell(&least, message);
    }
}

/// How many workloads one budget is looked up for.
const MOST_WORKLOADS: usize = 64;

/// A budget that says neither what stays nor what may go.
pub(in crate::validate) fn pdb_policy_missing(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    if object.group == "policy" && kept(&spec).is_none() {
        told.tell(&spec, "it says neither `minAvailable` nor `maxUnavailable`: no eviction is allowed");
    }
}
