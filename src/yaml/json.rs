//! A node as Go's encoding/json writes it, in either dialect and layout: keys sorted by their bytes, characters of HTML
//! escaped, numbers as they are. What the printing of resources does on its way through JSON is `emit_output.rs`, JSON
//! to be hashed is `emit_json.rs`.

use std::io::Write as _;

use super::emit_json::write_json_text;
use super::emit_output::no_json;
use super::node::{Kind, NodeId, Tag};
use super::number::write_json_float;
use super::resolve::{Dialect, Value, scalar};
use super::{Document, Style};
use crate::diagnostic::{Diagnostic, Result};

/// How JSON is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// On one line, without blanks.
    Compact,
    /// With an indentation of two.
    Indented,
}

/// Appends a node with all below it as JSON; scalars are read in this dialect.
///
/// # Errors
/// When there is no JSON for a value: a number that is not finite, a key that is not text.
pub fn write_json_as(
    document: &Document,
    node: NodeId,
    dialect: Dialect,
    layout: Layout,
    out: &mut Vec<u8>,
) -> Result<()> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut next = Some(node);
    loop {
        if let Some(node) = next.take() {
            match document.kind(node) {
                Kind::Mapping if document.is_empty(node) => out.extend_from_slice(b"{}"),
                Kind::Sequence if document.is_empty(node) => out.extend_from_slice(b"[]"),
                Kind::Mapping | Kind::Sequence => {
                    let frame = Frame::open(document, node, dialect)?;
                    out.push(if frame.keys.is_some() { b'{' } else { b'[' });
                    frames.push(frame);
                }
                Kind::Scalar | Kind::Alias => write_scalar(document, node, dialect, out)?,
            }
        }
        let depth = frames.len();
        let Some(frame) = frames.last_mut() else { return Ok(()) };
        let place = frame.place;
        frame.place += 1;
        if let Some(child) = frame.nodes.get(place) {
            if place > 0 {
                out.push(b',');
            }
            break_line(layout, depth, out);
            if let Some(key) = frame.keys.as_ref().and_then(|keys| keys.get(place)) {
                write_json_text(key, out);
                out.extend_from_slice(if layout == Layout::Indented { b": " } else { b":" });
            }
            next = Some(*child);
        } else {
            break_line(layout, depth - 1, out);
            out.push(if frame.keys.is_some() { b'}' } else { b']' });
            frames.pop();
        }
    }
}

/// A collection being written.
struct Frame {
    keys: Option<Vec<String>>,
    nodes: Vec<NodeId>,
    place: usize,
}

impl Frame {
    fn open(document: &Document, node: NodeId, dialect: Dialect) -> Result<Frame> {
        if document.kind(node) == Kind::Sequence {
            return Ok(Frame { keys: None, nodes: document.children(node).collect(), place: 0 });
        }
        let mut entries = Vec::with_capacity(document.len(node));
        for (key, value) in document.entries(node) {
            entries.push((json_key(document, key, dialect)?, value));
        }
        entries.sort_by(|a, b| a.0.cmp(&b.0));
        let (keys, nodes) = entries.into_iter().unzip();
        Ok(Frame { keys: Some(keys), nodes, place: 0 })
    }
}

/// A key as it is called in JSON: text in the dialect of resources, any scalar but null in the other.
///
/// # Errors
/// When it has no name in JSON.
pub fn json_key(document: &Document, key: NodeId, dialect: Dialect) -> Result<String> {
    if document.kind(key) == Kind::Scalar && document.tag(key) != Tag::Merge {
        match (scalar(document, key, dialect)?, dialect) {
            (Value::Text(text), _) => return Ok(text.into_owned()),
            (Value::Timestamp(_), _) if document.style(key) == Style::Plain && dialect == Dialect::V2 => {
                return Ok(document.text(key).to_owned());
            }
            (Value::Bool(value), Dialect::V2) => return Ok(value.to_string()),
            (Value::Int(value), Dialect::V2) => return Ok(value.to_string()),
            (Value::Unsigned(value), Dialect::V2) => return Ok(value.to_string()),
            (Value::Float(value), Dialect::V2) => {
                let mut out = Vec::new();
                super::number::write_yaml_float(f64::from(value as f32), &mut out);
                return Ok(String::from_utf8_lossy(&out).into_owned());
            }
            _ => {}
        }
    }
    Diagnostic::error("key-has-no-json", format!("the key `{}` is not text", document.text(key)))
        .at(document.place(key), "JSON has only text for keys")
        .hint("put it in quotes")
        .fail()
}

fn write_scalar(document: &Document, node: NodeId, dialect: Dialect, out: &mut Vec<u8>) -> Result<()> {
    match scalar(document, node, dialect)? {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        // Writing to a vector cannot fail.
        Value::Int(value) => _ = write!(out, "{value}"),
        Value::Unsigned(value) => _ = write!(out, "{value}"),
        Value::Float(value) if value.is_finite() => write_json_float(value, out),
        Value::Timestamp(time) if time.fits_json() => write_json_text(&time.text(), out),
        Value::Float(_) | Value::Timestamp(_) => return no_json(document, node),
        Value::Text(text) => write_json_text(&text, out),
        Value::Bytes(bytes) => write_json_text(&String::from_utf8_lossy(&bytes), out),
    }
    Ok(())
}

fn break_line(layout: Layout, depth: usize, out: &mut Vec<u8>) {
    if layout == Layout::Indented {
        out.push(b'\n');
        out.extend(std::iter::repeat_n(b' ', 2 * depth));
    }
}
