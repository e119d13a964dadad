//! From the schema of a custom resource to the types and sizes that expressions see.

#![expect(clippy::cast_sign_loss, reason = "sizes are not negative here, and wrap as in Go where they are")]

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::types::{Fields, Shape, Type};
use crate::validate::custom::item::Item;
use crate::validate::custom::schema::{Schema, Type as Kind};

/// The largest request the server takes.
const MAX_REQUEST: i64 = 3 * 1024 * 1024;
/// The longest name of an object.
const MAX_NAME: u64 = 253;

/// Names that expressions cannot write as they are.
pub(crate) const RESERVED: &[&str] = &[
    "true",
    "false",
    "null",
    "in",
    "as",
    "break",
    "const",
    "continue",
    "else",
    "for",
    "function",
    "if",
    "import",
    "let",
    "loop",
    "package",
    "namespace",
    "return",
    "var",
    "void",
    "while",
];

/// The name of a field as expressions write it; `None` when they cannot. Mirrors `Escape`.
pub(crate) fn escape(name: &str) -> Option<Cow<'_, str>> {
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if RESERVED.contains(&name) {
        return Some(format!("__{name}__").into());
    }
    let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    if !name.bytes().all(|b| plain(b) || b"-./".contains(&b)) {
        return None;
    }
    if name.bytes().all(plain) && !name.contains("__") {
        return Some(name.into());
    }
    let mut out = String::new();
    let mut rest = name;
    while let Some(c) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("__") {
            out.push_str("__underscores__");
            rest = after;
            continue;
        }
        match c {
            '.' => out.push_str("__dot__"),
            '-' => out.push_str("__dash__"),
            '/' => out.push_str("__slash__"),
            _ => out.push(c),
        }
        rest = &rest[1..];
    }
    Some(out.into())
}

/// The shape of data with a schema; `None` when expressions cannot see it. Mirrors `SchemaDeclType`.
pub(crate) fn of(schema: &Schema, resource: bool, name: &str) -> Option<Shape> {
    if schema.int_or_string {
        let mut shape = Shape::scalar(Type::Dyn, 1);
        shape.max_elements = max_length(schema).unwrap_or((MAX_REQUEST - 2) as u64);
        return Some(shape);
    }
    match schema.kind {
        Kind::Array => {
            let within = schema.items.as_deref()?;
            let element = of(within, within.embedded, &format!("{name}.@items"))?;
            let most = match schema.max_items {
                Some(most) => most.max(0),
                None => (MAX_REQUEST - 2) / (element.min_size + 1),
            };
            Some(Shape::list(element, most as u64))
        }
        Kind::Object => {
            // What every resource has makes it an object with fields.
            if let Some(within) = schema.additional_schema() {
                let element = of(within, within.embedded, &format!("{name}.@values"))?;
                let most = match schema.max_properties {
                    Some(most) => most.max(0),
                    None => (MAX_REQUEST - 2) / (element.min_size + 6),
                };
                return Some(Shape::map(element, most as u64));
            }
            Some(object(schema, resource, name))
        }
        Kind::String => Some(text(schema)),
        Kind::Boolean => Some(Shape::scalar(Type::Bool, 4)),
        Kind::Number => Some(Shape::scalar(Type::Double, 1)),
        Kind::Integer => Some(Shape::scalar(Type::Int, 1)),
        Kind::Any | Kind::Unknown => None,
    }
}

fn object(schema: &Schema, resource: bool, name: &str) -> Shape {
    let mut fields: BTreeMap<Box<str>, Shape> = BTreeMap::new();
    let mut min_size = 2i64;
    for (key, property) in &schema.properties {
        if resource && matches!(&**key, "apiVersion" | "kind" | "metadata") {
            continue;
        }
        let Some(shape) = of(property, property.embedded, &format!("{name}.{key}")) else { continue };
        if property.default.is_none() && schema.required.iter().any(|required| required == key) {
            min_size += key.len() as i64 + shape.min_size + 4;
        }
        if let Some(escaped) = escape(key) {
            fields.insert(escaped.into(), shape);
        }
    }
    if resource {
        for (key, shape) in resource_fields(schema, name) {
            if schema.required.iter().any(|required| **required == *key) {
                min_size += key.len() as i64 + shape.min_size + 4;
            }
            fields.insert(key.into(), shape);
        }
    }
    let kind = Type::Object(Arc::new(Fields { name: name.to_owned(), fields, open: false }));
    Shape { kind, max_elements: 0, min_size, element: None }
}

/// `apiVersion`, `kind` and `metadata`. Mirrors `WithTypeAndObjectMeta`.
fn resource_fields(schema: &Schema, name: &str) -> [(&'static str, Shape); 3] {
    let metadata = schema.property("metadata");
    let capped = |field: &str, most: u64| {
        let own = metadata.and_then(|metadata| metadata.property(field)).and_then(|field| field.max_length);
        let most = own.map_or(most, |own| most.min(own.max(0) as u64));
        Shape { max_elements: most.wrapping_mul(4), ..Shape::scalar(Type::Text, 2) }
    };
    let fields = BTreeMap::from([
        (Box::from("name"), capped("name", MAX_NAME)),
        (Box::from("generateName"), capped("generateName", MAX_NAME - 1)),
    ]);
    let kind = Type::Object(Arc::new(Fields { name: format!("{name}.metadata"), fields, open: false }));
    let plain = || text(&Schema::of(Kind::String));
    [
        ("apiVersion", plain()),
        ("kind", plain()),
        ("metadata", Shape { kind, max_elements: 0, min_size: 2, element: None }),
    ]
}

/// Characters may take four bytes.
fn max_length(schema: &Schema) -> Option<u64> {
    schema.max_length.map(|most| most.max(0).wrapping_mul(4) as u64)
}

fn text(schema: &Schema) -> Shape {
    let (kind, min_size, max_elements) = match &*schema.format_text {
        "byte" => {
            let most = schema.max_length.map_or(MAX_REQUEST - 2, |most| most.max(0));
            (Type::Bytes, 2, most as u64)
        }
        "duration" => (Type::Duration, 3, 32),
        "date" => (Type::Timestamp, 12, 12),
        "date-time" => (Type::Timestamp, 21, 32),
        _ => {
            let longest = || schema.values.iter().filter_map(Item::as_text).map(str::len).max();
            let most = max_length(schema).unwrap_or_else(|| {
                if schema.values.is_empty() {
                    (MAX_REQUEST - 2) as u64
                } else {
                    longest().unwrap_or(0) as u64
                }
            });
            (Type::Text, 2, most)
        }
    };
    Shape { kind, max_elements, min_size, element: None }
}

/// How often data of at least this size can occur in a request. Mirrors `maxCardinality`.
pub(crate) fn max_cardinality(min_size: i64) -> u64 {
    (MAX_REQUEST / (min_size + 1)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_unescapes() {
        for (name, escaped) in
            [("a", "a"), ("namespace", "__namespace__"), ("a-b", "a__dash__b"), ("a__b", "a__underscores__b")]
        {
            assert_eq!(escape(name).as_deref(), Some(escaped));
            assert_eq!(super::super::value::unescape(escaped).as_deref(), Some(name));
        }
        assert_eq!(escape("$a"), None);
    }
}
