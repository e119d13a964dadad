//! ConfigMaps and Secrets: those that are marked immutable stay as they are; the type of a Secret never changes.

use super::{Update, at};
use crate::compare::scalar;
use crate::validate::Object;

const CURE: &str =
    "give it a new name (as `configMapGenerator` and `secretGenerator` do), or delete it and apply again";

fn is_sealed(update: &Update<'_, '_>) -> bool {
    update.old_text(&["immutable"]).eq_ignore_ascii_case("true")
}

/// Mirrors `ValidateConfigMapUpdate`.
pub(super) fn config_map(update: &mut Update<'_, '_>) {
    if is_sealed(update) {
        for field in ["immutable", "data", "binaryData"] {
            sealed(update, field);
        }
    }
}

/// Mirrors `ValidateSecretUpdate`.
pub(super) fn secret(update: &mut Update<'_, '_>) {
    if update.differs(&["type"]) {
        update.refuse(
            "type",
            "the type of a Secret cannot be changed",
            "delete the Secret and apply again, or give the new one another name",
        );
    }
    if !is_sealed(update) {
        return;
    }
    sealed(update, "immutable");
    if data_differs(update.old, update.new) {
        update.refuse("data", "the object is immutable: `data` cannot be changed", CURE);
    }
}

fn sealed(update: &mut Update<'_, '_>, field: &'static str) {
    if update.differs(&[field]) {
        update.refuse(field, format!("the object is immutable: `{field}` cannot be changed"), CURE);
    }
}

/// `stringData` is written into `data`, over what is there; what it no longer says stays.
fn data_differs(old: &Object<'_>, new: &Object<'_>) -> bool {
    let (before, after) = (data(old), data(new));
    let kept = |key: &str| strings(old).any(|(name, _)| name == key);
    after.iter().any(|(key, value)| before.iter().all(|(k, v)| k != key || v != value))
        || before.iter().any(|(key, _)| !kept(key) && after.iter().all(|(k, _)| k != key))
}

fn data<'a>(object: &Object<'a>) -> Vec<(&'a str, Vec<u8>)> {
    let mut list: Vec<(&str, Vec<u8>)> = Vec::new();
    let document = object.document;
    if let Some(data) = at(object, &["data"]) {
        for (key, value) in document.entries(data) {
            let text = document.text(value);
            list.push((document.text(key), scalar::bytes(text).unwrap_or_else(|| text.into())));
        }
    }
    for (key, text) in strings(object) {
        list.retain(|(name, _)| *name != key);
        list.push((key, text.into()));
    }
    list
}

fn strings<'a>(object: &Object<'a>) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
    let document = object.document;
    let data = at(object, &["stringData"]);
    data.into_iter()
        .flat_map(move |data| document.entries(data))
        .map(move |(key, value)| (document.text(key), document.text(value)))
}
