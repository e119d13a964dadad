//! `metadata` as Go decodes it: the types of its fields. What the fields may say is in `server/metadata.rs`.

use std::borrow::Cow;

use super::item::Item;
use super::telling::Telling;
use crate::validate::Path;
use crate::validate::cel::time;

/// The Go type of a field.
#[derive(Clone, Copy)]
enum Go {
    Text,
    Integer,
    Boolean,
    Time,
    Texts,
    TextMap,
    Owners,
    Managers,
    Object,
}

const OBJECT_META: &[(&str, Go)] = &[
    ("name", Go::Text),
    ("generateName", Go::Text),
    ("namespace", Go::Text),
    ("selfLink", Go::Text),
    ("uid", Go::Text),
    ("resourceVersion", Go::Text),
    ("generation", Go::Integer),
    ("creationTimestamp", Go::Time),
    ("deletionTimestamp", Go::Time),
    ("deletionGracePeriodSeconds", Go::Integer),
    ("labels", Go::TextMap),
    ("annotations", Go::TextMap),
    ("ownerReferences", Go::Owners),
    ("finalizers", Go::Texts),
    ("managedFields", Go::Managers),
];

const OWNER: &[(&str, Go)] = &[
    ("apiVersion", Go::Text),
    ("kind", Go::Text),
    ("name", Go::Text),
    ("uid", Go::Text),
    ("controller", Go::Boolean),
    ("blockOwnerDeletion", Go::Boolean),
];

const MANAGER: &[(&str, Go)] = &[
    ("manager", Go::Text),
    ("operation", Go::Text),
    ("apiVersion", Go::Text),
    ("time", Go::Time),
    ("fieldsType", Go::Text),
    ("fieldsV1", Go::Object),
    ("subresource", Go::Text),
];

/// Checks the types of metadata and refuses what it does not have.
pub(super) fn check(item: &Item<'_>, path: &Path<'_>, telling: &mut Telling<'_, '_>) {
    structure(item, OBJECT_META, path, telling);
}

/// Whether metadata decodes, unknown fields aside.
pub(super) fn misfit(item: &Item<'_>) -> bool {
    match item {
        Item::Null => false,
        Item::Map(map) => map.iter().any(|(key, value)| {
            OBJECT_META.iter().any(|(name, go)| {
                name == key && !matches!(go, Go::Owners | Go::Managers) && !fits(value, *go)
            })
        }),
        _ => true,
    }
}

/// Drops what decoding drops: nulls and empty texts; a name that is still to be made is made up.
pub(super) fn settle(item: &mut Item<'_>) {
    if let Item::Map(map) = item {
        map.retain(|(_, value)| *value != Item::Null && *value != Item::text(""));
        if !map.iter().any(|(key, _)| key == "name")
            && let Some((_, Item::Text(prefix))) = map.iter().find(|(key, _)| key == "generateName")
        {
            let name = format!("{prefix}x2x4x");
            map.push((Cow::Borrowed("name"), Item::Text(Cow::Owned(name))));
        }
    }
}

fn structure(item: &Item<'_>, fields: &[(&str, Go)], path: &Path<'_>, telling: &mut Telling<'_, '_>) {
    let map = match item {
        Item::Null => return,
        Item::Map(map) => map,
        _ => {
            return telling.schema(
                "invalid-type",
                path,
                format!("must be an object, not {}", item.type_name()),
            );
        }
    };
    for (key, value) in map {
        let path = Path::Field(path, key);
        let Some((_, go)) = fields.iter().find(|(name, _)| name == key) else {
            telling.schema("unknown-field", &path, format!("unknown field `{key}`"));
            continue;
        };
        match (go, value) {
            (Go::Owners | Go::Managers, Item::List(items)) => {
                let within = if matches!(go, Go::Owners) { OWNER } else { MANAGER };
                for (index, item) in items.iter().enumerate() {
                    structure(item, within, &Path::Index(&path, index), telling);
                }
            }
            (Go::TextMap, Item::Map(entries)) => {
                for (key, value) in entries {
                    if !fits(value, Go::Text) {
                        let path = Path::Field(&path, key);
                        telling.schema(
                            "invalid-type",
                            &path,
                            format!("must be text, not {}", value.type_name()),
                        );
                    }
                }
            }
            (Go::Texts, Item::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    if !fits(item, Go::Text) {
                        let path = Path::Index(&path, index);
                        telling.schema(
                            "invalid-type",
                            &path,
                            format!("must be text, not {}", item.type_name()),
                        );
                    }
                }
            }
            _ if fits(value, *go) => {}
            (Go::Time, Item::Text(text)) => {
                telling.schema("invalid-time", &path, format!("`{text}` is no time as RFC 3339 has it"));
            }
            _ => {
                let wanted = match go {
                    Go::Text | Go::Time => "text",
                    Go::Integer => "a whole number",
                    Go::Boolean => "true or false",
                    Go::Texts | Go::Owners | Go::Managers => "a list",
                    Go::TextMap | Go::Object => "an object",
                };
                telling.schema("invalid-type", &path, format!("must be {wanted}, not {}", value.type_name()));
            }
        }
    }
}

fn fits(value: &Item<'_>, go: Go) -> bool {
    match (go, value) {
        (_, Item::Null) => true,
        (Go::Text, Item::Text(_)) | (Go::Integer, Item::Int(_)) | (Go::Boolean, Item::Bool(_)) => true,
        (Go::Time, Item::Text(text)) => time::timestamp(text).is_some(),
        (Go::Texts, Item::List(items)) => items.iter().all(|item| fits(item, Go::Text)),
        (Go::TextMap, Item::Map(map)) => map.iter().all(|(_, value)| fits(value, Go::Text)),
        (Go::Owners | Go::Managers, Item::List(_)) | (Go::Object, Item::Map(_)) => true,
        _ => false,
    }
}
