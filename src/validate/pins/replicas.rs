//! How many there are, and who decides that.

use crate::validate::set::replicas;
use crate::validate::{Level, Object, Told};

fn is_counted(object: &Object<'_>) -> bool {
    matches!(
        (object.group, object.kind),
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet")
            | ("", "ReplicationController")
            | ("argoproj.io", "Rollout")
    )
}

/// Neither a count nor something that scales it.
pub(in crate::validate) fn replicas_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if !is_counted(object) || told.set.scalers_of(object).next().is_some() {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let count = spec.field("replicas");
    // Argo's Rollout may borrow its pods, and their number, from a Deployment.
    if !count.is_there() && !spec.field("workloadRef").is_there() {
        told.tell(
            &count,
            "it does not say how many replicas there are, and nothing scales it: there will be one",
        );
    }
}

/// A count that every release sets back, beside something that scales it.
pub(in crate::validate) fn hpa_and_replicas(object: &Object<'_>, told: &mut Told<'_>) {
    let Some(scaler) = told.set.scalers_of(object).next() else { return };
    let Some(count) = replicas(object) else { return };
    let root = object.at();
    let spec = root.field("spec");
    let at = spec.field("replicas");
    let (kind, name) = (scaler.object.kind, scaler.object.name);
    let (minimum, maximum) = (scaler.minimum, scaler.maximum);
    if count != 0 && !(minimum..=maximum).contains(&count) {
        let message = format!(
            "{count} replicas are outside of the {minimum} to {maximum} that the {kind} `{name}` allows"
        );
        told.tell_as(Level::Warning, &at, message);
    } else if count != 0 {
        told.tell(
            &at,
            format!("every release sets the count back to {count}, which the {kind} `{name}` owns"),
        );
    }
}

/// Two that scale the same thing.
pub(in crate::validate) fn hpa_conflict(object: &Object<'_>, told: &mut Told<'_>) {
    let mut scalers = told.set.scalers_of(object);
    let (Some(one), Some(other)) = (scalers.next(), scalers.next()) else { return };
    // A rule of its own tells of one that is there twice.
    if one.object.kind == other.object.kind && one.object.name == other.object.name {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let message = format!(
        "the {} `{}` and the {} `{}` both scale it, each against the other",
        one.object.kind, one.object.name, other.object.kind, other.object.name
    );
    told.proven(&spec.field("replicas"), message);
}

/// A range that leaves nothing to scale.
pub(in crate::validate) fn hpa_range(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "autoscaling" {
        return;
    }
    let root = object.at();
    let spec = root.field("spec");
    let minimum = spec.field("minReplicas");
    let maximum = spec.field("maxReplicas");
    let least = minimum.integer().unwrap_or(1);
    if maximum.integer().is_some_and(|most| most <= least) {
        told.tell(&maximum, format!("from {least} to {} there is nothing to scale", maximum.text()));
    }
}
