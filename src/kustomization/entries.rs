//! The entries of a mapping as kustomize's decoder meets them: merge keys taken in, keys as text, duplicates dropped,
//! sorted. Their values are read in `bind.rs`.

use super::number::float_text;
use crate::diagnostic::{Diagnostic, Result, Warnings};
use crate::source::Place;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, Kind, NodeId, Style, Tag};

/// One entry.
pub(super) struct Entry {
    /// The key as JSON would have it.
    pub(super) name: String,
    pub(super) key: NodeId,
    pub(super) value: NodeId,
    /// Whether it came through `<<`.
    merged: bool,
}

/// Whether a key is `<<` and means it.
fn is_merge(document: &Document, key: NodeId) -> bool {
    if document.kind(key) != Kind::Scalar || document.text(key) != "<<" {
        return false;
    }
    match document.tag(key) {
        Tag::Implicit => document.style(key) == Style::Plain,
        tag => tag == Tag::Merge,
    }
}

/// The entries of a mapping, sorted by key. Of equal keys the last one wins, with a warning; what `<<` brings in counts
/// as written where the `<<` stands (yaml.v2), or before all other entries (yaml.v3).
pub(super) fn entries(
    document: &Document,
    mapping: NodeId,
    dialect: Dialect,
    warnings: &mut Warnings,
) -> Result<Vec<Entry>> {
    let mut list = Vec::with_capacity(document.len(mapping));
    let mut merges = false;
    for (key, value) in document.entries(mapping) {
        if is_merge(document, key) {
            merges = true;
            break;
        }
        list.push(Entry { name: key_text(document, key, dialect)?, key, value, merged: false });
    }
    if merges {
        list = with_merges(document, mapping, dialect)?;
    }
    list.sort_by(|a, b| a.name.cmp(&b.name));
    let mut kept: Vec<Entry> = Vec::with_capacity(list.len());
    for entry in list {
        match kept.last_mut() {
            Some(last) if last.name == entry.name => {
                if !last.merged && !entry.merged {
                    warnings.add(duplicate(document, &last.name, last.key, entry.key));
                }
                *last = entry;
            }
            _ => kept.push(entry),
        }
    }
    Ok(kept)
}

fn duplicate(document: &Document, name: &str, first: NodeId, second: NodeId) -> Diagnostic {
    Diagnostic::warning("duplicate-key", format!("`{name}` is written twice, and the first is ignored"))
        .at(document.place(second), "this one counts")
        .at(document.place(first), "this one is ignored")
        .hint("keep one of them")
}

/// The same when there are merge keys: all assignments in their order.
fn with_merges(document: &Document, mapping: NodeId, dialect: Dialect) -> Result<Vec<Entry>> {
    let mut list = Vec::new();
    // What is still to be taken in, the next one last: (key, value, came through `<<`).
    let mut todo: Vec<(NodeId, NodeId, bool)> = Vec::new();
    let open = |todo: &mut Vec<(NodeId, NodeId, bool)>, mapping: NodeId, merged: bool| {
        let start = todo.len();
        todo.extend(document.entries(mapping).map(|(key, value)| (key, value, merged)));
        if dialect == Dialect::V3 {
            todo[start..].sort_by_key(|(key, ..)| !is_merge(document, *key));
        }
        todo[start..].reverse();
    };
    open(&mut todo, mapping, false);
    while let Some((key, value, merged)) = todo.pop() {
        if !is_merge(document, key) {
            list.push(Entry { name: key_text(document, key, dialect)?, key, value, merged });
            continue;
        }
        match document.kind(value) {
            Kind::Mapping => open(&mut todo, value, true),
            Kind::Sequence => {
                // Earlier ones take precedence, so they are assigned last.
                for item in document.children(value) {
                    if document.kind(item) != Kind::Mapping {
                        return merge_needs_mapping(document, item);
                    }
                    open(&mut todo, item, true);
                }
            }
            Kind::Scalar | Kind::Alias => return merge_needs_mapping(document, value),
        }
    }
    Ok(list)
}

fn merge_needs_mapping<T>(document: &Document, node: NodeId) -> Result<T> {
    Diagnostic::error("merge-needs-mapping", "`<<` takes a mapping or a list of mappings")
        .at(document.place(node), "this is neither")
        .fail()
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
