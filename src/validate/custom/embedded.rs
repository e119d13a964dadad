//! Resources within resources (`x-kubernetes-embedded-resource`): who they are, and their metadata.

use super::item::Item;
use super::metadata;
use super::schema::Schema;
use super::telling::Telling;
use crate::validate::Path;
use crate::validate::server::format;

/// Checks the embedded resources within a value; the object itself is none. Whether rules in CEL are left out for it.
///
/// Mirrors `schemaobjectmeta.Validate`, `validateEmbeddedResource`
pub(super) fn check(
    item: &Item<'_>,
    schema: &Schema,
    path: &Path<'_>,
    telling: &mut Telling<'_, '_>,
) -> bool {
    let mut blocks = false;
    if !schema.has_embedded {
        return false;
    }
    match item {
        Item::Map(map) => {
            if schema.embedded {
                blocks |= check_resource(item, path, telling);
            }
            for (key, value) in map {
                if let Some(property) = schema.property(key) {
                    blocks |= check(value, property, &Path::Field(path, key), telling);
                } else if let Some(within) = schema.additional_schema() {
                    blocks |= check(value, within, &Path::Key(path, key), telling);
                }
            }
        }
        Item::List(items) => {
            if let Some(within) = &schema.items {
                for (index, item) in items.iter().enumerate() {
                    blocks |= check(item, within, &Path::Index(path, index), telling);
                }
            }
        }
        _ => {}
    }
    blocks
}

fn check_resource(item: &Item<'_>, path: &Path<'_>, telling: &mut Telling<'_, '_>) -> bool {
    let mut blocks = false;
    for name in ["apiVersion", "kind"] {
        let path = Path::Field(path, name);
        match item.get(name) {
            None => {
                telling.server("required", &path, format!("`{name}` is required"));
                blocks = true;
            }
            Some(Item::Text(text)) if text.is_empty() => {
                telling.server("invalid", &path, "must not be empty");
            }
            Some(Item::Text(text)) if name == "apiVersion" => {
                if text.matches('/').count() > 1 {
                    telling.server(
                        "invalid",
                        &path,
                        "must be a group, `/` and a version, or a version alone",
                    );
                }
            }
            Some(Item::Text(text)) => {
                if let Err(message) = format::dns1035_label(&text.to_lowercase()) {
                    telling.server("invalid", &path, message);
                }
            }
            Some(_) => telling.server("invalid", &path, "must be text"),
        }
    }
    if let Some(found) = item.get("metadata") {
        let path = Path::Field(path, "metadata");
        if metadata::misfit(found) {
            telling.server("invalid", &path, "is no metadata as objects have it");
        } else {
            check_metadata(found, &path, telling);
        }
    }
    blocks
}

fn check_metadata(item: &Item<'_>, path: &Path<'_>, telling: &mut Telling<'_, '_>) {
    let text = |name: &str| item.get(name).and_then(Item::as_text).unwrap_or_default();
    for name in ["name", "generateName"] {
        if let Err(message) = format::path_segment(text(name))
            && !text(name).is_empty()
        {
            telling.server("invalid", &Path::Field(path, name), message);
        }
    }
    if !text("namespace").is_empty()
        && let Err(message) = format::dns_label(text("namespace"))
    {
        telling.server("invalid", &Path::Field(path, "namespace"), message);
    }
    let entries = |name: &str| match item.get(name) {
        Some(Item::Map(map)) => map.as_slice(),
        _ => &[],
    };
    for (key, value) in entries("labels") {
        let value = value.as_text().unwrap_or_default();
        if let Err(message) = format::qualified_name(key).and_then(|()| format::label_value(value)) {
            telling.server("invalid", &Path::Field(path, "labels"), format!("label `{key}`: {message}"));
        }
    }
    for (key, _) in entries("annotations") {
        if let Err(message) = format::annotation_key(key) {
            let message = format!("annotation `{key}`: {message}");
            telling.server("invalid", &Path::Field(path, "annotations"), message);
        }
    }
    if let Some(Item::List(finalizers)) = item.get("finalizers") {
        for finalizer in finalizers {
            if let Err(message) = format::qualified_name(finalizer.as_text().unwrap_or_default()) {
                telling.server("invalid", &Path::Field(path, "finalizers"), message);
            }
        }
    }
}
