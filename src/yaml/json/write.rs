//! Nodes to JSON: `json.Marshal` of what yaml.v3 (objects) or yaml.v2 (patches, configurations) decodes, with its
//! sorted keys and its escapes.

use std::borrow::Cow;
use std::io::Write as _;

use crate::diagnostic::{Diagnostic, Result};
use crate::yaml::emit_output::{DEPTH, duplicate_key, no_json, too_deep};
use crate::yaml::emit_reread::{self, KeyWay, Spot, lossy};
use crate::yaml::number;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, Kind, NodeId, Style, Tag};

/// How JSON is laid out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layout {
    /// On one line, without blanks.
    Compact,
    /// With an indentation of two.
    Indented,
}

/// Who reads the nodes that are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reader {
    /// kustomize, which prints an object by yaml.v3 and reads that; it asks for text as keys of the root.
    Object,
    /// The same behind the printing and reading.
    ReadAgain,
    /// A YAML library, as the nodes stand.
    Plain(Dialect),
}

/// An object with all below it as JSON on one line, as kustomize sees it in JSON patches (`RNode.MarshalJSON`).
///
/// # Errors
/// Infinite numbers, keys that are no text or stand twice, values that misfit their tags.
pub fn to_json(document: &Document, node: NodeId, out: &mut Vec<u8>) -> Result<()> {
    write(document, node, Reader::Object, Layout::Compact, false, out)
}

/// Appends what kustomize hashes of a node: as [`to_json`], but every number has been a float64.
///
/// # Errors
/// As [`to_json`].
pub fn write_json(document: &Document, node: NodeId, out: &mut Vec<u8>) -> Result<()> {
    write(document, node, Reader::Object, Layout::Compact, true, out)
}

/// Appends a node with all below it as JSON; scalars are read in this dialect, as they stand. In v2 this is
/// `YAMLToJSON`: keys that are numbers or booleans become text, and of equal keys the last one counts.
///
/// # Errors
/// As [`to_json`].
pub fn write_json_as(
    document: &Document,
    node: NodeId,
    dialect: Dialect,
    layout: Layout,
    out: &mut Vec<u8>,
) -> Result<()> {
    write(document, node, Reader::Plain(dialect), layout, false, out)
}

fn write(
    document: &Document,
    node: NodeId,
    reader: Reader,
    layout: Layout,
    floats: bool,
    out: &mut Vec<u8>,
) -> Result<()> {
    let mut writer = Writer { document, reader, layout, floats, out, frames: Vec::new() };
    writer.value(node, false)?;
    while writer.step()? {}
    Ok(())
}

/// A key as it is called in JSON: text in the dialect of resources; in the other also a number or a boolean.
///
/// # Errors
/// When it has no name in JSON.
pub fn json_key(document: &Document, key: NodeId, dialect: Dialect) -> Result<String> {
    match key_text(document, key, Reader::Plain(dialect), false, false)? {
        Some(text) => Ok(text.into_owned()),
        None => no_text(document, key),
    }
}

/// The key of an entry as it stands in JSON; nothing for one that is dropped.
fn key_text(
    document: &Document,
    key: NodeId,
    reader: Reader,
    at_root: bool,
    flow: bool,
) -> Result<Option<Cow<'_, str>>> {
    let Reader::Plain(dialect) = reader else {
        let directly = reader == Reader::ReadAgain;
        return emit_reread::key(document, key, KeyWay { at_root, flow, directly });
    };
    let mut spelt = Vec::new();
    if document.kind(key) == Kind::Scalar {
        match resolve::scalar(document, key, dialect)? {
            Value::Text(text) => return Ok(Some(text)),
            Value::Bytes(bytes) => return Ok(Some(Cow::Owned(lossy(&bytes)))),
            _ if dialect == Dialect::V3 => {}
            Value::Bool(value) => return Ok(Some(Cow::Borrowed(if value { "true" } else { "false" }))),
            Value::Int(value) => return Ok(Some(Cow::Owned(value.to_string()))),
            Value::Float(value) => number::write_yaml_float32(value, &mut spelt),
            Value::Null | Value::Unsigned(_) | Value::Timestamp(_) => {}
        }
    }
    if spelt.is_empty() { no_text(document, key) } else { Ok(Some(Cow::Owned(lossy(&spelt)))) }
}

fn no_text<T>(document: &Document, key: NodeId) -> Result<T> {
    let text = resolve::clip(document.text(key));
    Diagnostic::error("key-is-not-text", format!("key `{text}` is not a text"))
        .at(document.place(key), "not a text")
        .hint(format!("put it in quotes: `\"{text}\"`"))
        .fail()
}

/// The value of a scalar as JSON sees it.
pub(super) fn json_value(document: &Document, node: NodeId, reader: Reader, flow: bool) -> Result<Value<'_>> {
    let value = match reader {
        Reader::Plain(dialect) => resolve::scalar(document, node, dialect)?,
        Reader::ReadAgain => resolve::scalar(document, node, Dialect::V3)?,
        Reader::Object => emit_reread::value(document, node, if flow { Spot::Flow } else { Spot::Block })?,
    };
    match value {
        Value::Float(number) if !number.is_finite() => no_json(document, node),
        Value::Timestamp(time) if !time.fits_json() => no_json(document, node),
        value => Ok(value),
    }
}

/// The entries of a mapping in the order of the text, with their keys; of entries with one key in v2, the last.
pub(super) fn json_entries(
    document: &Document,
    node: NodeId,
    reader: Reader,
    at_root: bool,
    flow: bool,
) -> Result<Vec<(Cow<'_, str>, NodeId)>> {
    let mut entries: Vec<(Cow<'_, str>, NodeId)> = Vec::with_capacity(document.len(node));
    // Keys that are dropped stand in nobody's way but each other's.
    let mut nameless = None;
    for (key, value) in document.entries(node) {
        if let Some(name) = key_text(document, key, reader, at_root, flow)? {
            if document.tag(key) == Tag::Binary
                && reader != Reader::Plain(Dialect::V2)
                && let Some(other) = emit_reread::spelt_alike(document, node, key)
            {
                return duplicate_key(document.text(key), [other, key].map(|key| document.place(key)));
            }
            entries.push((name, value));
        } else if let Some(first) = nameless.replace(key) {
            return duplicate_key("", [document.place(key), document.place(first)]);
        }
    }
    if let Some(nameless) = nameless
        && let Some((_, value)) = entries.iter().find(|(key, _)| key.is_empty())
    {
        let other = document.place(document.key(*value).unwrap_or(*value));
        return duplicate_key("", [other, document.place(nameless)]);
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| entries[*a].0.cmp(&entries[*b].0).then(a.cmp(b)));
    let mut dropped: Vec<usize> = Vec::new();
    for pair in order.windows(2) {
        let (first, again) = (&entries[pair[0]], &entries[pair[1]]);
        if first.0 == again.0 {
            if reader != Reader::Plain(Dialect::V2) {
                let places =
                    [again.1, first.1].map(|value| document.place(document.key(value).unwrap_or(value)));
                return duplicate_key(&again.0, places);
            }
            dropped.push(pair[0]);
        }
    }
    dropped.sort_unstable();
    for index in dropped.into_iter().rev() {
        entries.remove(index);
    }
    Ok(entries)
}

/// Sorts entries as encoding/json does: by the bytes of their keys, also where those are no text.
fn sort_as_go(document: &Document, entries: &mut [(Cow<'_, str>, NodeId)]) {
    if !entries.iter().any(|(key, _)| key.contains('\u{fffd}')) {
        return entries.sort_by(|a, b| a.0.cmp(&b.0));
    }
    entries.sort_by_cached_key(|(key, value)| {
        match document.key(*value).map(|key| resolve::scalar(document, key, Dialect::V3)) {
            Some(Ok(Value::Bytes(bytes))) => bytes,
            _ => key.as_bytes().to_vec(),
        }
    });
}

struct Frame<'d> {
    what: What<'d>,
    first: bool,
    flow: bool,
}

enum What<'d> {
    Mapping(std::vec::IntoIter<(Cow<'d, str>, NodeId)>),
    Sequence(Option<NodeId>),
}

struct Writer<'d, 'o> {
    document: &'d Document,
    reader: Reader,
    layout: Layout,
    /// Numbers have all been float64.
    floats: bool,
    out: &'o mut Vec<u8>,
    frames: Vec<Frame<'d>>,
}

impl Writer<'_, '_> {
    /// Writes the next entry or item, or an end. Returns whether there was anything left.
    fn step(&mut self) -> Result<bool> {
        let document = self.document;
        let Some(frame) = self.frames.last_mut() else { return Ok(false) };
        let flow = frame.flow;
        let first = std::mem::replace(&mut frame.first, false);
        match &mut frame.what {
            What::Mapping(entries) => match entries.next() {
                None => self.close(b'}', first),
                Some((key, value)) => {
                    self.begin(first);
                    write_json_text(&key, self.out);
                    self.out.extend_from_slice(if self.layout == Layout::Indented { b": " } else { b":" });
                    self.value(value, flow)?;
                }
            },
            What::Sequence(next) => match *next {
                None => self.close(b']', first),
                Some(item) => {
                    *next = document.next(item);
                    self.begin(first);
                    self.value(item, flow)?;
                }
            },
        }
        Ok(true)
    }

    fn begin(&mut self, first: bool) {
        if !first {
            self.out.push(b',');
        }
        self.new_line(self.frames.len());
    }

    fn close(&mut self, bracket: u8, empty: bool) {
        self.frames.pop();
        if !empty {
            self.new_line(self.frames.len());
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self, depth: usize) {
        if self.layout == Layout::Indented {
            self.out.push(b'\n');
            self.out.extend(std::iter::repeat_n(b' ', 2 * depth));
        }
    }

    fn value(&mut self, node: NodeId, flow: bool) -> Result<()> {
        let document = self.document;
        let kind = document.kind(node);
        match kind {
            Kind::Alias => {
                return Diagnostic::error("alias-left", "an alias is left in the object")
                    .at(document.place(node), format!("`*{}`", document.text(node)))
                    .hint("write the value out")
                    .fail();
            }
            Kind::Scalar => return self.scalar(node, flow),
            Kind::Mapping | Kind::Sequence => {}
        }
        if self.frames.len() >= DEPTH {
            return too_deep(document, node);
        }
        let flow = flow || document.style(node) == Style::Flow;
        let what = if kind == Kind::Mapping {
            self.out.push(b'{');
            let mut entries = json_entries(document, node, self.reader, self.frames.is_empty(), flow)?;
            sort_as_go(document, &mut entries);
            What::Mapping(entries.into_iter())
        } else {
            self.out.push(b'[');
            What::Sequence(document.children(node).next())
        };
        self.frames.push(Frame { what, first: true, flow });
        Ok(())
    }

    fn scalar(&mut self, node: NodeId, flow: bool) -> Result<()> {
        #[expect(clippy::cast_precision_loss, reason = "as Go converts them")]
        let value = match json_value(self.document, node, self.reader, flow)? {
            Value::Int(number) if self.floats => Value::Float(number as f64),
            Value::Unsigned(number) if self.floats => Value::Float(number as f64),
            value => value,
        };
        // Writing to a vector cannot fail.
        match value {
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Bool(value) => self.out.extend_from_slice(if value { b"true" } else { b"false" }),
            Value::Int(value) => _ = write!(self.out, "{value}"),
            Value::Unsigned(value) => _ = write!(self.out, "{value}"),
            Value::Float(value) => number::write_json_float(value, self.out),
            Value::Timestamp(time) => {
                self.out.push(b'"');
                time.write(self.out);
                self.out.push(b'"');
            }
            Value::Text(text) => write_json_text(&text, self.out),
            Value::Bytes(bytes) => {
                self.out.push(b'"');
                for chunk in bytes.utf8_chunks() {
                    escape(chunk.valid(), self.out);
                    self.out.extend(b"\\ufffd".repeat(chunk.invalid().len()));
                }
                self.out.push(b'"');
            }
        }
        Ok(())
    }
}

/// Appends a text as encoding/json writes it: what HTML and JavaScript could trip over is escaped.
pub fn write_json_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    escape(text, out);
    out.push(b'"');
}

fn escape(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => *byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            b'<' | b'>' | b'&' | 0..=0x1f => b'u',
            // U+2028 and U+2029.
            0xe2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) => 0,
            _ => continue,
        };
        out.extend_from_slice(&bytes[written..at]);
        written = at + 1;
        match short {
            0 => {
                out.extend_from_slice(if bytes.get(at + 2) == Some(&0xa8) { b"\\u2028" } else { b"\\u2029" });
                written = at + 3;
            }
            // Writing to a vector cannot fail.
            b'u' => _ = write!(out, "\\u{byte:04x}"),
            short => out.extend_from_slice(&[b'\\', short]),
        }
    }
    out.extend_from_slice(&bytes[written..]);
}

#[cfg(test)]
mod tests {
    use super::write_json_text;

    #[test]
    fn escapes_what_go_escapes() {
        let mut out = Vec::new();
        write_json_text("a<b>&\"\\\n\u{1}\u{8}\u{2028}é😀\u{7f}", &mut out);
        assert_eq!(out, "\"a\\u003cb\\u003e\\u0026\\\"\\\\\\n\\u0001\\b\\u2028é😀\u{7f}\"".as_bytes());
    }
}
