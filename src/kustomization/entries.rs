//! The entries of a mapping as JSON would have them: keys as text, sorted. Merge keys and keys that are written twice
//! were dealt with when the text was read; values are read in `bind.rs`.

use super::number::float_text;
use crate::diagnostic::{Diagnostic, Result};
use crate::source::Place;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, Kind, NodeId};

/// One entry.
pub(super) struct Entry {
    /// The key as JSON would have it.
    pub(super) name: String,
    pub(super) key: NodeId,
    pub(super) value: NodeId,
}

/// The entries of a mapping, sorted by key. Where two keys become the same text (`1` and `"1"`), kustomize takes either
/// of them, and citadel the later one.
pub(super) fn entries(document: &Document, mapping: NodeId, dialect: Dialect) -> Result<Vec<Entry>> {
    let mut list = Vec::with_capacity(document.len(mapping));
    for (key, value) in document.entries(mapping) {
        list.push(Entry { name: key_text(document, key, dialect)?, key, value });
    }
    list.sort_by(|a, b| a.name.cmp(&b.name));
    list.dedup_by(|later, earlier| {
        let same = later.name == earlier.name;
        if same {
            std::mem::swap(later, earlier);
        }
        same
    });
    Ok(list)
}

fn key_text(document: &Document, key: NodeId, dialect: Dialect) -> Result<String> {
    if document.kind(key) != Kind::Scalar {
        return unusable_key(document.place(key), "a list or a mapping");
    }
    Ok(match resolve::scalar(document, key, dialect)? {
        Value::Text(text) => text.into_owned(),
        Value::Int(number) => number.to_string(),
        Value::Bool(boolean) => boolean.to_string(),
        Value::Float(number) if number.is_infinite() => {
            (if number > 0.0 { ".inf" } else { "-.inf" }).to_owned()
        }
        Value::Float(number) if number.is_nan() => ".nan".to_owned(),
        Value::Float(number) => float_text(number, true),
        Value::Timestamp(_) => document.text(key).to_owned(),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Value::Null => return unusable_key(document.place(key), "nothing"),
        Value::Unsigned(_) => return unusable_key(document.place(key), "too large a number"),
    })
}

fn unusable_key<T>(place: Place, what: &str) -> Result<T> {
    Diagnostic::error("unusable-key", format!("a key cannot be {what}"))
        .at(place, "a key has to be text here")
        .hint("put the key in quotes")
        .fail()
}
