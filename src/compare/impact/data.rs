//! What goes, and what goes with it: data, and what has to be made anew.

use super::{Impact, Sets, called};
use crate::compare::{Fate, ObjectChange};
use crate::validate::Object;

/// Judges objects that are gone, moved or renamed, and settings that let data go.
pub(super) fn judge(sets: &Sets<'_>, change: &mut ObjectChange) {
    let Some(old) = change.old.and_then(|number| sets.old.get(number)) else { return };
    match change.fate {
        Fate::Removed => {
            if let Some(why) = loses(old) {
                change.has(Impact::DeletesData, why.0, why.1);
            }
            if moved(sets, old) {
                let text = format!("{} is deleted here and made anew in another namespace", called(old));
                change.has(Impact::Recreates, text, "");
            }
        }
        Fate::Renamed => {
            if !matches!(old.kind, "ConfigMap" | "Secret") {
                let text = format!("{} is deleted and made anew under another name", called(old));
                change.has(Impact::Recreates, text, "");
                if let Some(why) = loses(old) {
                    change.has(Impact::DeletesData, why.0, why.1);
                }
            }
        }
        Fate::Changed => retention(sets, change),
        Fate::Added => {}
    }
}

/// Whether the same object stands in another namespace of the new set.
fn moved(sets: &Sets<'_>, old: &Object<'_>) -> bool {
    sets.names.get(&(old.group, old.kind, old.name)) == Some(&[1, 1])
}

/// What is lost with an object, and what to do about it.
fn loses(object: &Object<'_>) -> Option<(String, &'static str)> {
    let who = called(object);
    let root = object.at();
    let spec = root.field("spec");
    Some(match (object.group, object.kind) {
        ("", "PersistentVolumeClaim") => (
            format!("{who} goes, and with it its volume, unless that is to be retained"),
            "set the reclaim policy of its volume to `Retain` first",
        ),
        ("", "PersistentVolume") => match spec.field("persistentVolumeReclaimPolicy").text() {
            "Delete" => {
                (format!("{who} goes, and with it the storage behind it"), "set it to `Retain` first")
            }
            _ => (format!("{who} goes; the storage behind it is retained, but nothing points at it"), ""),
        },
        ("", "Namespace") => (format!("{who} goes, and with it every object in it"), "keep the Namespace"),
        ("apps", "StatefulSet") => {
            let policy = spec.field("persistentVolumeClaimRetentionPolicy");
            if policy.field("whenDeleted").text() == "Delete" {
                (
                    format!("{who} goes, and with it the claims of its pods (`whenDeleted: Delete`)"),
                    "set `whenDeleted: Retain` and apply that first",
                )
            } else {
                (
                    format!("{who} goes; the claims of its pods stay behind without an owner"),
                    "delete it with `--cascade=orphan` if its pods shall live on",
                )
            }
        }
        ("apiextensions.k8s.io", "CustomResourceDefinition") => {
            let names = spec.field("names");
            let kind = names.field("kind").text();
            (format!("{who} goes, and with it every {kind} in the cluster"), "keep the definition")
        }
        _ => return None,
    })
}

/// Settings that let data go later on.
fn retention(sets: &Sets<'_>, change: &mut ObjectChange) {
    let Some(new) = change.new.and_then(|number| sets.new.get(number)) else { return };
    let field: &[&str] = match (new.group, new.kind) {
        ("", "PersistentVolume") => &["spec", "persistentVolumeReclaimPolicy"],
        ("apps", "StatefulSet") => &["spec", "persistentVolumeClaimRetentionPolicy"],
        ("", "Namespace") => return,
        _ => return,
    };
    let becomes_delete = change
        .effective
        .iter()
        .any(|one| one.touches(field) && one.to.as_deref().is_some_and(|to| to.contains("\"Delete\"")));
    if becomes_delete {
        let text = format!("{} lets its data go from now on when it is deleted or scaled down", called(new));
        change.has(Impact::DeletesData, text, "keep `Retain`");
        change.mark(Impact::DeletesData, |one| one.touches(field));
    }
}
