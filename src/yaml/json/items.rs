//! A part of a document as it comes back from JSON: kustomize takes the items of a list of objects through
//! encoding/json and reads that again.

use crate::diagnostic::{Diagnostic, Result};
use crate::yaml::emit_output::no_json;
use crate::yaml::emit_reread::lossy;
use crate::yaml::number::write_json_float;
use crate::yaml::resolve::{self, Value, scalar};
use crate::yaml::{Dialect, Document, Kind, NodeId, Style, Tag};

/// A node with all below it as a document of its own: keys sorted, texts in double quotes, numbers as JSON spells them.
/// Everything keeps its place.
///
/// # Errors
/// Keys that are no texts, numbers and times that JSON does not have.
pub fn through_json(document: &Document, node: NodeId) -> Result<Document> {
    let mut copy = Document::new(document.source(), document.source_text().clone());
    let root = value(document, node, &mut copy)?;
    copy.set_root(root);
    let mut todo = vec![(node, root)];
    while let Some((from, to)) = todo.pop() {
        match document.kind(from) {
            Kind::Mapping => {
                let mut entries: Vec<(NodeId, NodeId)> = document.entries(from).collect();
                for (key, _) in &entries {
                    if document.kind(*key) != Kind::Scalar || resolve::tag_of(document, *key) != Tag::Str {
                        return Diagnostic::error("key-is-not-text", "a key in an item of a list is no text")
                            .at(document.place(*key), "not a text")
                            .hint("put it in quotes")
                            .fail();
                    }
                }
                entries.sort_by(|a, b| document.text(a.0).cmp(document.text(b.0)));
                for (key, item) in entries {
                    let key = value(document, key, &mut copy)?;
                    let item_copy = value(document, item, &mut copy)?;
                    copy.append(to, Some(key), item_copy);
                    todo.push((item, item_copy));
                }
            }
            Kind::Sequence => {
                for item in document.children(from) {
                    let item_copy = value(document, item, &mut copy)?;
                    copy.append(to, None, item_copy);
                    todo.push((item, item_copy));
                }
            }
            Kind::Scalar | Kind::Alias => {}
        }
    }
    Ok(copy)
}

/// A copy of one node, without what is below it.
fn value(document: &Document, node: NodeId, copy: &mut Document) -> Result<NodeId> {
    let origin = document.origin(node);
    let (text, style) = match document.kind(node) {
        kind @ (Kind::Mapping | Kind::Sequence) => {
            return Ok(copy.push_collection(kind, Style::Flow, Tag::Implicit, origin));
        }
        Kind::Scalar | Kind::Alias => match scalar(document, node, Dialect::V3)? {
            Value::Null => ("null".into(), Style::Plain),
            Value::Bool(value) => (value.to_string().into(), Style::Plain),
            Value::Int(value) => (value.to_string().into(), Style::Plain),
            Value::Unsigned(value) => (value.to_string().into(), Style::Plain),
            Value::Float(value) if value.is_finite() => {
                let mut text = Vec::new();
                write_json_float(value, &mut text);
                (String::from_utf8_lossy(&text).into_owned().into(), Style::Plain)
            }
            Value::Timestamp(time) if time.fits_json() => {
                let mut text = Vec::new();
                time.write(&mut text);
                (String::from_utf8_lossy(&text).into_owned().into(), Style::DoubleQuoted)
            }
            Value::Float(_) | Value::Timestamp(_) => return no_json(document, node),
            Value::Text(text) => (text, Style::DoubleQuoted),
            Value::Bytes(bytes) => (lossy(&bytes).into(), Style::DoubleQuoted),
        },
    };
    let text = copy.add_text(&text);
    Ok(copy.push_scalar(text, style, Tag::Implicit, origin))
}
