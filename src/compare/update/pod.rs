//! Pods: hardly anything of a running pod can be changed.

use super::{Update, are, begin};
use crate::compare::change::Verb;
use crate::compare::path::Step;
use crate::yaml::{Document, Kind, NodeId};

const CURE: &str = "delete the pod and apply again; better, let a Deployment own it";

/// Mirrors `ValidatePodUpdate`, `ValidateContainerUpdates`, `ValidatePodSpecificAnnotationUpdates`,
/// `validateOnlyAddedTolerations`, `validateOnlyDeletedSchedulingGates`, `validateNodeSelectorMutation`,
/// `validateNodeAffinityMutation`.
pub(super) fn check(update: &mut Update<'_, '_>) {
    annotations(update);
    deadline(update);
    tolerations(update);
    gates(update);
    let gated =
        update.old_at(&["spec", "schedulingGates"]).is_some_and(|gates| !update.old.document.is_empty(gates));
    let grace = update.old_text(&["spec", "terminationGracePeriodSeconds"]).starts_with('-')
        && update.new_text(&["spec", "terminationGracePeriodSeconds"]) == "1";
    update.frozen(
        &["spec"],
        "of a pod, only images, `activeDeadlineSeconds` and added tolerations can be changed",
        CURE,
        |change, steps| {
            are(steps, &["containers", "*", "image"])
                || are(steps, &["initContainers", "*", "image"])
                || begin(steps, &["activeDeadlineSeconds"])
                || begin(steps, &["tolerations"])
                || begin(steps, &["schedulingGates"])
                || grace && are(steps, &["terminationGracePeriodSeconds"])
                || gated && begin(steps, &["nodeSelector"]) && change.verb == Verb::Added
                || gated && affinity_grows(change.verb, steps)
        },
    );
}

/// Of the node affinity of a pod that waits at a gate, preferences are free, and requirements may be added to terms.
fn affinity_grows(verb: Verb, steps: &[Step]) -> bool {
    let required = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"];
    if begin(steps, &["affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"]) {
        return true;
    }
    let shared = steps.len().min(required.len());
    if verb != Verb::Added || !begin(steps, &required[..shared]) {
        return false;
    }
    let in_known_term = matches!(steps.get(4), Some(Step::Item { old: Some(_), new: Some(_), .. }));
    steps.len() <= 3 || in_known_term && matches!(steps.last(), Some(Step::Item { old: None, .. }))
}

fn annotations(update: &mut Update<'_, '_>) {
    let frozen = |key: &str| {
        key == "kubernetes.io/config.mirror"
            || key.starts_with("container.apparmor.security.beta.kubernetes.io/")
    };
    let found: Vec<String> = update
        .changes
        .iter()
        .filter(|change| {
            change.is_below(&["metadata", "annotations"])
                && change.steps.get(2).is_some_and(|step| matches!(step, Step::Key(key) if frozen(key)))
        })
        .map(super::Change::path)
        .collect();
    for path in found {
        update.refuse(path, "this annotation of a pod cannot be changed", CURE);
    }
}

fn deadline(update: &mut Update<'_, '_>) {
    let path = ["spec", "activeDeadlineSeconds"];
    let old = update.old_text(&path).parse::<i64>().ok();
    let new = update.new_text(&path).parse::<i64>().ok();
    match (old, new) {
        (Some(_), None) => update.refuse(path.join("."), "a deadline cannot be taken away", CURE),
        (Some(old), Some(new)) if new > old => {
            update.refuse(path.join("."), "a deadline can only be shortened", CURE);
        }
        _ => {}
    }
}

fn tolerations(update: &mut Update<'_, '_>) {
    let path = ["spec", "tolerations"];
    let (old, new) = (update.old_at(&path), update.new_at(&path));
    let (x, y) = (update.old.document, update.new.document);
    let fields = |document: &Document, node: NodeId| -> [String; 4] {
        ["key", "operator", "value", "effect"].map(|field| {
            let value = document.get(node, field).filter(|value| !document.is_null(*value));
            value.map_or_else(String::new, |value| document.text(value).to_owned())
        })
    };
    let there: Vec<[String; 4]> = new
        .filter(|new| y.kind(*new) == Kind::Sequence)
        .map(|new| y.children(new).map(|item| fields(y, item)).collect())
        .unwrap_or_default();
    let lost = old
        .filter(|old| x.kind(*old) == Kind::Sequence)
        .is_some_and(|old| x.children(old).any(|item| !there.contains(&fields(x, item))));
    if lost {
        update.refuse(
            path.join("."),
            "a toleration of a pod can neither be taken away nor changed, but for its `tolerationSeconds`",
            CURE,
        );
    }
}

fn gates(update: &mut Update<'_, '_>) {
    let added = update.changes.iter().any(|change| {
        change.is_below(&["spec", "schedulingGates"]) && change.verb == Verb::Added && change.to.is_some()
    });
    if added {
        update.refuse("spec.schedulingGates", "gates can only be taken away from a pod", CURE);
    }
}
