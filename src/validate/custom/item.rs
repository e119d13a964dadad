//! What the server keeps of a custom resource in memory: JSON, with numbers as Go decodes them. Built once for each
//! object by `decode`, so that pruning and defaults are seen by every rule alike.

#![expect(clippy::float_cmp, reason = "numbers are compared as Go compares them")]

use std::borrow::Cow;

use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, Kind, NodeId};

/// Deeper nesting than this is not looked into.
pub(crate) const MAX_DEPTH: usize = 160;

/// A JSON value. Texts borrow from the document or from the definition that gave a default.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Item<'a> {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// A whole number within 64 signed bits.
    Int(i64),
    /// Any other number.
    Float(f64),
    /// Text.
    Text(Cow<'a, str>),
    /// A list.
    List(Vec<Item<'a>>),
    /// An object; keys in the order in which they are written, each once.
    Map(Vec<(Cow<'a, str>, Item<'a>)>),
}

impl<'a> Item<'a> {
    /// Text that is borrowed.
    pub(crate) fn text(text: &'a str) -> Item<'a> {
        Item::Text(Cow::Borrowed(text))
    }

    /// Reads a node as it is, without any schema.
    pub(crate) fn read(document: &'a Document, node: NodeId, dialect: Dialect) -> Item<'a> {
        Item::read_within(document, node, dialect, MAX_DEPTH)
    }

    fn read_within(document: &'a Document, node: NodeId, dialect: Dialect, depth: usize) -> Item<'a> {
        match document.kind(node) {
            Kind::Scalar | Kind::Alias => Item::scalar(document, node, dialect),
            _ if depth == 0 => Item::Null,
            Kind::Sequence => Item::List(
                document
                    .children(node)
                    .map(|item| Item::read_within(document, item, dialect, depth - 1))
                    .collect(),
            ),
            Kind::Mapping => {
                let mut map = Vec::with_capacity(document.len(node));
                for (key, value) in document.entries(node) {
                    map.push((
                        Cow::Borrowed(document.text(key)),
                        Item::read_within(document, value, dialect, depth - 1),
                    ));
                }
                Item::Map(map)
            }
        }
    }

    /// Reads a scalar.
    pub(super) fn scalar(document: &'a Document, node: NodeId, dialect: Dialect) -> Item<'a> {
        match resolve::scalar(document, node, dialect) {
            Ok(Value::Null) => Item::Null,
            Ok(Value::Bool(value)) => Item::Bool(value),
            Ok(Value::Int(value)) => Item::Int(value),
            #[allow(clippy::cast_precision_loss)]
            Ok(Value::Unsigned(value)) => Item::Float(value as f64),
            Ok(Value::Float(value)) => whole(value).map_or(Item::Float(value), Item::Int),
            Ok(Value::Text(text)) => Item::Text(text),
            Ok(Value::Timestamp(_) | Value::Bytes(_)) | Err(_) => Item::text(document.text(node)),
        }
    }

    /// The same value without borrowed texts.
    pub(crate) fn into_owned(self) -> Item<'static> {
        match self {
            Item::Null => Item::Null,
            Item::Bool(value) => Item::Bool(value),
            Item::Int(value) => Item::Int(value),
            Item::Float(value) => Item::Float(value),
            Item::Text(text) => Item::Text(Cow::Owned(text.into_owned())),
            Item::List(items) => Item::List(items.into_iter().map(Item::into_owned).collect()),
            Item::Map(map) => Item::Map(
                map.into_iter()
                    .map(|(key, value)| (Cow::Owned(key.into_owned()), value.into_owned()))
                    .collect(),
            ),
        }
    }

    /// A copy whose texts borrow from this one.
    pub(crate) fn share(&'a self) -> Item<'a> {
        match self {
            Item::Null => Item::Null,
            Item::Bool(value) => Item::Bool(*value),
            Item::Int(value) => Item::Int(*value),
            Item::Float(value) => Item::Float(*value),
            Item::Text(text) => Item::Text(Cow::Borrowed(text)),
            Item::List(items) => Item::List(items.iter().map(Item::share).collect()),
            Item::Map(map) => {
                Item::Map(map.iter().map(|(key, value)| (Cow::Borrowed(&**key), value.share())).collect())
            }
        }
    }

    /// The value of a key; `None` also when this is no object.
    pub(crate) fn get(&self, name: &str) -> Option<&Item<'a>> {
        match self {
            Item::Map(map) => map.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            _ => None,
        }
    }

    /// The text, when this is one.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Item::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The name of the JSON type.
    pub(crate) fn type_name(&self) -> &'static str {
        match self {
            Item::Null => "null",
            Item::Bool(_) => "boolean",
            Item::Int(_) => "integer",
            Item::Float(_) => "number",
            Item::Text(_) => "string",
            Item::List(_) => "array",
            Item::Map(_) => "object",
        }
    }

    /// Whether two values are the same to Go's `reflect.DeepEqual`: order of keys does not count.
    pub(crate) fn same(&self, other: &Item<'_>) -> bool {
        match (self, other) {
            (Item::Null, Item::Null) => true,
            (Item::Bool(a), Item::Bool(b)) => a == b,
            (Item::Int(a), Item::Int(b)) => a == b,
            (Item::Float(a), Item::Float(b)) => a == b,
            (Item::Text(a), Item::Text(b)) => a == b,
            (Item::List(a), Item::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.same(b)),
            (Item::Map(a), Item::Map(b)) => {
                a.len() == b.len()
                    && a.iter().all(|(key, value)| other.get(key).is_some_and(|other| value.same(other)))
            }
            _ => false,
        }
    }
}

/// A float that JSON writes without a fraction is read back as a whole number.
#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> Option<i64> {
    (value.fract() == 0.0 && value.abs() < 1e15).then_some(value as i64)
}
