//! Secrets whose versions say their values in different ways: the server writes `stringData` into `data`, over what is
//! there, and forgets it.

use super::change::{Change, Verb};
use super::path::Step;
use super::scalar;
use crate::validate::Object;
use crate::yaml::{Kind, NodeId};

/// A value of a Secret: the field and the node that say it, and its bytes.
struct Entry<'a> {
    key: &'a str,
    field: &'static str,
    node: NodeId,
    bytes: Vec<u8>,
}

/// Compares the values by what the server makes of them; does nothing where both versions say them in the same way.
pub(super) fn values(old: &Object<'_>, new: &Object<'_>, changes: &mut Vec<Change>) {
    let has = |object: &Object<'_>| at(object, "stringData").is_some();
    if has(old) == has(new) {
        return;
    }
    let is_value = |change: &Change| change.is_below(&["data"]) || change.is_below(&["stringData"]);
    let first = changes.iter().position(is_value);
    changes.retain(|change| !is_value(change));
    let (before, after) = (entries(old), entries(new));
    let mut found = Vec::new();
    for entry in &after {
        match before.iter().find(|other| other.key == entry.key) {
            Some(other) if other.bytes == entry.bytes => {}
            other => found.push(change(old, other, new, Some(entry))),
        }
    }
    for entry in before.iter().filter(|entry| after.iter().all(|other| other.key != entry.key)) {
        found.push(change(old, Some(entry), new, None));
    }
    let place = first.unwrap_or(changes.len()).min(changes.len());
    changes.splice(place..place, found);
}

fn change(
    old: &Object<'_>,
    before: Option<&Entry<'_>>,
    new: &Object<'_>,
    after: Option<&Entry<'_>>,
) -> Change {
    let (field, key) = after.or(before).map_or(("data", ""), |entry| (entry.field, entry.key));
    let value =
        |entry: &Entry<'_>| serde_json::Value::from(String::from_utf8_lossy(&entry.bytes)).to_string();
    Change {
        steps: vec![Step::Field(field.to_owned()), Step::Key(key.to_owned())],
        verb: match (before, after) {
            (None, _) => Verb::Added,
            (_, None) => Verb::Removed,
            _ => Verb::Changed,
        },
        from: before.map(value),
        to: after.map(value),
        old_place: before.map(|entry| old.document.place(entry.node)).unwrap_or_default(),
        place: after.map(|entry| new.document.place(entry.node)).unwrap_or_default(),
        impacts: Vec::new(),
    }
}

fn at(object: &Object<'_>, field: &str) -> Option<NodeId> {
    let document = object.document;
    let node = document.get(document.try_root()?, field)?;
    (document.kind(node) == Kind::Mapping && !document.is_empty(node)).then_some(node)
}

fn entries<'a>(object: &Object<'a>) -> Vec<Entry<'a>> {
    let document = object.document;
    let mut list: Vec<Entry<'a>> = Vec::new();
    for field in ["data", "stringData"] {
        let Some(values) = at(object, field) else { continue };
        for (key, node) in document.entries(values) {
            let (key, text) = (document.text(key), document.text(node));
            let bytes = match field {
                "data" => scalar::bytes(text).unwrap_or_else(|| text.into()),
                _ => text.into(),
            };
            list.retain(|entry| entry.key != key);
            list.push(Entry { key, field, node, bytes });
        }
    }
    list
}
