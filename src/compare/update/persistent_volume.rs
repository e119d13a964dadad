//! Volumes and claims. Admission and controllers write into both (classes, volume names, data sources), so that what a
//! new version does not mention is taken to stay as it is.

use super::{Update, at, begin};
use crate::compare::change::Verb;
use crate::compare::path::{Step, is, starts_with};
use crate::compare::scalar;

/// The fields of a PersistentVolume that are not the volume itself.
const NOT_SOURCE: [&str; 9] = [
    "accessModes",
    "capacity",
    "claimRef",
    "mountOptions",
    "nodeAffinity",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "volumeAttributesClassName",
    "volumeMode",
];

/// Whether a difference is that the new version says nothing of a field.
fn is_unsaid(update: &Update<'_, '_>, verb: Verb, steps: &[Step]) -> bool {
    let path: Vec<&str> = steps
        .iter()
        .map_while(|step| match step {
            Step::Field(name) | Step::Key(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    // Selectors and references are replaced whole.
    let atomic = |step: &Step| {
        ["selector", "dataSource", "dataSourceRef", "claimRef", "required"].iter().any(|name| is(step, name))
    };
    if verb != Verb::Removed || path.len() != steps.len() || steps.iter().rev().skip(1).any(atomic) {
        return false;
    }
    // `null` empties a structure of what its applier wrote; it sets anything else.
    let is_structure =
        update.old_at(&path).is_some_and(|node| update.old.document.kind(node) == crate::yaml::Kind::Mapping);
    match update.new_said(&path) {
        None => true,
        Some(node) => {
            let document = update.new.document;
            let says_nothing = document.is_null(node)
                || document.kind(node) == crate::yaml::Kind::Mapping && document.is_empty(node);
            says_nothing && is_structure && !steps.last().is_some_and(atomic)
        }
    }
}

/// Mirrors `ValidatePersistentVolumeUpdate`, `validatePvNodeAffinity`.
pub(super) fn volume(update: &mut Update<'_, '_>) {
    const CURE: &str =
        "make a new PersistentVolume; with the reclaim policy `Retain` the data outlives this one";
    let mut found = Vec::new();
    for change in &update.changes {
        if !starts_with(&change.steps, &["spec"]) || is_unsaid(update, change.verb, &change.steps) {
            continue;
        }
        let Some(Step::Field(field)) = change.steps.get(1) else {
            found.push((change.path(), "the volume itself cannot be changed"));
            continue;
        };
        if field == "volumeMode" {
            found.push((change.path(), "the mode of a volume cannot be changed"));
        } else if field == "nodeAffinity" {
            // The server lets it be set once.
            if update.old_at(&["spec", "nodeAffinity"]).is_some()
                && !relabels(change.from.as_ref(), change.to.as_ref())
            {
                found.push((change.path(), "the node affinity of a volume cannot be changed"));
            }
        } else if field == "volumeAttributesClassName" {
            if change.verb == Verb::Removed {
                found.push((change.path(), "a volume cannot give up its VolumeAttributesClass"));
            }
        } else if !NOT_SOURCE.contains(&field.as_str()) {
            let secret = begin(&change.steps, &["spec", "csi", "controllerExpandSecretRef"]);
            if !(secret && at(update.old, &["spec", "csi", "controllerExpandSecretRef"]).is_none()) {
                found.push((change.path(), "the volume itself cannot be changed"));
            }
        }
    }
    for (path, message) in found {
        update.refuse(path, message, CURE);
    }
}

/// Whether a label in a node affinity is only called by its newer name.
fn relabels(from: Option<&String>, to: Option<&String>) -> bool {
    let names = [
        ("\"failure-domain.beta.kubernetes.io/zone\"", "\"topology.kubernetes.io/zone\""),
        ("\"failure-domain.beta.kubernetes.io/region\"", "\"topology.kubernetes.io/region\""),
        ("\"beta.kubernetes.io/os\"", "\"kubernetes.io/os\""),
        ("\"beta.kubernetes.io/arch\"", "\"kubernetes.io/arch\""),
        ("\"beta.kubernetes.io/instance-type\"", "\"node.kubernetes.io/instance-type\""),
    ];
    let newer = |text: Option<&String>| {
        let mut text = text.cloned().unwrap_or_default();
        for (old, new) in names {
            text = text.replace(old, new);
        }
        text
    };
    newer(from) == newer(to)
}

/// Mirrors `ValidatePersistentVolumeClaimUpdate`, `validateStorageClassUpgradeFromNil`,
/// `validateStorageClassUpgradeFromAnnotation`, and `NormalizeDataSources` of its strategy. Whether a claim is bound is
/// read from the old version's status; growing an unbound claim is refused.
pub(super) fn claim(update: &mut Update<'_, '_>) {
    const CURE: &str = "make a new claim and copy the data; a bound claim can only grow";
    let bound = update.old_text(&["status", "phase"]) == "Bound";
    let beta = "volume.beta.kubernetes.io/storage-class";
    let annotation = update.old_text(&["metadata", "annotations", beta]).to_owned();
    let mut found = Vec::new();
    for change in &update.changes {
        let steps = &change.steps;
        if begin(steps, &["metadata", "annotations", beta]) {
            found.push((change.path(), "the storage class of a claim cannot be changed"));
        }
        if !starts_with(steps, &["spec"]) || is_unsaid(update, change.verb, steps) {
            continue;
        }
        let added = change.verb == Verb::Added;
        let new_class = update.new_text(&["spec", "storageClassName"]);
        let passes = begin(steps, &["spec", "volumeName"]) && added
            || begin(steps, &["spec", "storageClassName"])
                && added
                && (annotation.is_empty() || annotation == new_class)
            || bound && begin(steps, &["spec", "resources", "requests", "storage"])
            || bound && begin(steps, &["spec", "volumeAttributesClassName"])
            || mirrored(update, change.verb, steps);
        if !passes {
            found.push((
                change.path(),
                "a claim cannot be changed, but for the size and the VolumeAttributesClass of a bound one",
            ));
        }
    }
    let size = ["spec", "resources", "requests", "storage"];
    let value = |text: &str| scalar::quantity_value(text);
    if bound
        && let (Some(before), Some(after)) = (value(update.old_text(&size)), value(update.new_text(&size)))
        && after < before
    {
        let capacity = value(update.old_text(&["status", "capacity", "storage"])).unwrap_or(before);
        if after <= capacity {
            found.push((size.join("."), "a claim cannot shrink below the capacity that it has"));
        }
    }
    for (path, message) in found {
        update.refuse(path, message, CURE);
    }
}

/// The server writes each of `dataSource` and `dataSourceRef` from the other when one is absent.
fn mirrored(update: &Update<'_, '_>, verb: Verb, steps: &[Step]) -> bool {
    let [_, Step::Field(field)] = steps else { return false };
    let other = match field.as_str() {
        "dataSource" => "dataSourceRef",
        "dataSourceRef" => "dataSource",
        _ => return false,
    };
    match verb {
        Verb::Removed => true,
        Verb::Added => {
            let same = |name: &str| {
                update.new_text(&["spec", field, name]) == update.old_text(&["spec", other, name])
            };
            update.old_at(&["spec", other]).is_some() && same("apiGroup") && same("kind") && same("name")
        }
        _ => false,
    }
}
