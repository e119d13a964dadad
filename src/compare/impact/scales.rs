//! More or fewer pods: by whom, and whom a release would overrule.

use super::{Impact, Sets, called};
use crate::compare::{Fate, ObjectChange};
use crate::validate::Object;

/// Judges numbers of replicas and what scales them.
pub(super) fn judge(sets: &Sets<'_>, change: &mut ObjectChange) {
    let old = change.old.and_then(|number| sets.old.get(number));
    let new = change.new.and_then(|number| sets.new.get(number));
    let Some(object) = new.or(old) else { return };
    match (object.group, object.kind) {
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet")
        | ("", "ReplicationController")
        | ("argoproj.io", "Rollout") => workload(sets, change, old, new),
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => scaler(change, object),
        ("batch", "Job") if change.fate == Fate::Changed => {
            let path = &["spec", "parallelism"];
            if change.effective.iter().any(|one| one.touches(path)) {
                change.has(
                    Impact::Scales,
                    format!("{} runs another number of pods at once", called(object)),
                    "",
                );
                change.mark(Impact::Scales, |one| one.touches(path));
            }
        }
        _ => {}
    }
}

fn workload(sets: &Sets<'_>, change: &mut ObjectChange, old: Option<&Object<'_>>, new: Option<&Object<'_>>) {
    let (Some(old), Some(new)) = (old, new) else { return };
    let path = &["spec", "replicas"];
    if !change.changes.iter().any(|one| one.touches(path))
        && !change.effective.iter().any(|one| one.touches(path))
    {
        return;
    }
    let (before, after) = (replicas(old), replicas(new));
    let owner = sets.after.scalers_of(new).next();
    match (owner, after) {
        (Some(owner), Some(after)) => {
            let text = format!(
                "{} says {after} replicas, which its {} `{}` ({} to {}) decides: a release resets the count",
                called(new),
                owner.object.kind,
                owner.object.name,
                owner.minimum,
                owner.maximum
            );
            change.has(Impact::Scales, text, "leave `replicas` out where something else scales");
        }
        (Some(owner), None) => {
            let text = format!(
                "{} leaves the count to {} `{}` ({} to {}); the first apply without `replicas` may set it to 1",
                called(new),
                owner.object.kind,
                owner.object.name,
                owner.minimum,
                owner.maximum
            );
            change.has(
                Impact::Scales,
                text,
                "take `replicas` out of the applied fields before (see HPA migration)",
            );
        }
        (None, _) => {
            let (before, after) = (before.unwrap_or(1), after.unwrap_or(1));
            if before == after {
                return;
            }
            let text = format!("{} goes from {before} to {after} replicas", called(new));
            change.has(Impact::Scales, text, "");
        }
    }
    change.mark(Impact::Scales, |one| one.touches(path));
}

fn scaler(change: &mut ObjectChange, object: &Object<'_>) {
    let who = called(object);
    let root = object.at();
    let spec = root.field("spec");
    let reference = spec.field("scaleTargetRef");
    let target =
        format!("{} `{}`", reference.field("kind").text_or("Deployment"), reference.field("name").text());
    match change.fate {
        Fate::Added => change.has(Impact::Scales, format!("{who} takes over the count of {target}"), ""),
        Fate::Removed => {
            let text = format!("{who} goes: {target} stays at the count that it has, or that it says");
            change.has(Impact::Scales, text, "");
        }
        Fate::Changed | Fate::Renamed => {
            let touches = |one: &crate::compare::Change| one.is_below(&["spec"]);
            if change.effective.iter().any(touches) {
                change.has(Impact::Scales, format!("{who} scales {target} in another way"), "");
                change.mark(Impact::Scales, touches);
            }
        }
    }
}

fn replicas(object: &Object<'_>) -> Option<i64> {
    let root = object.at();
    let spec = root.field("spec");
    spec.field("replicas").integer()
}
