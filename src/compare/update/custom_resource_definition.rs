//! Definitions of custom resources: who they are, and the versions in which objects are stored, stay.

use super::{Update, at};
use crate::validate::Object;
use crate::yaml::Kind;

const CURE: &str =
    "deleting the definition deletes all its objects: make one with another name and move the objects over";

/// Mirrors `validateCustomResourceDefinitionSpecUpdate`, `ValidateCustomResourceDefinitionStoredVersions`. Names are
/// taken to be accepted, as they are a moment after a definition is made.
pub(super) fn check(update: &mut Update<'_, '_>) {
    for field in [
        ["spec", "group"].as_slice(),
        &["spec", "scope"],
        &["spec", "names", "kind"],
        &["spec", "names", "plural"],
    ] {
        update.immutable(field, CURE);
    }
    let versions = versions(update.new);
    let stored = match super::texts(update.old, &["status", "storedVersions"]) {
        list if list.is_empty() => self::versions(update.old)
            .into_iter()
            .filter(|(_, storage)| *storage)
            .map(|(name, _)| name)
            .collect(),
        list => list,
    };
    for version in stored {
        if !versions.iter().any(|(name, _)| *name == version) {
            update.refuse(
                "spec.versions",
                format!("objects may be stored as `{version}`: the version must stay"),
                format!(
                    "keep `{version}` with `served: false`, store all objects anew, take it out of \
                     `status.storedVersions`, then drop it"
                ),
            );
        }
    }
}

fn versions<'a>(object: &Object<'a>) -> Vec<(&'a str, bool)> {
    let document = object.document;
    let list = at(object, &["spec", "versions"]).filter(|list| document.kind(*list) == Kind::Sequence);
    list.into_iter()
        .flat_map(|list| document.children(list))
        .map(|version| {
            let text = |field: &str| document.get(version, field).map_or("", |node| document.text(node));
            (text("name"), text("storage").eq_ignore_ascii_case("true"))
        })
        .collect()
}
