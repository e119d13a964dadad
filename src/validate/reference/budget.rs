//! `PodDisruptionBudgets` and the pods that they select.

use super::shown_selector;
use crate::validate::pod::Pod;
use crate::validate::{Object, Told};

/// A budget that selects no pod.
pub(in crate::validate) fn pdb_without_pods(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let selector = spec.field("selector");
    if object.group != "policy" || !selector.is_there() {
        return;
    }
    let set = told.set;
    if set.selected(object.namespace, &selector).next().is_some() {
        return;
    }
    let message = format!(
        "no pod among the objects has the labels `{}`: nothing is protected",
        shown_selector(&selector)
    );
    match set.operated(object.namespace) {
        Some(maker) => {
            let hint = format!(
                "`{}` `{}` may make them: what it makes cannot be known here",
                maker.kind, maker.name
            );
            told.tell_as(crate::validate::Level::Note, &selector, message).hint = hint;
        }
        None => {
            told.absent(&selector, message);
        }
    }
}

/// A pod that two budgets select cannot be evicted at all.
pub(in crate::validate) fn pdb_overlap(pod: &Pod<'_>, told: &mut Told<'_>) {
    let mut budgets = told.set.budgets_of(pod);
    let (Some(one), Some(other)) = (budgets.next(), budgets.next()) else { return };
    let labels = pod.labels();
    told.proven(
        &labels,
        format!(
            "the budgets `{}` and `{}` both select these pods: no eviction is allowed",
            one.name, other.name
        ),
    )
    .hint = "let one budget select them".into();
}
