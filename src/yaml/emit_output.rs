//! The output: an object as kustomize prints it. kustomize prints the object with yaml.v3, reads that, writes JSON, reads
//! that with yaml.v2 and prints it again; here it is one walk. Keys stand in `emit_order`'s order, texts are spelt by
//! `emit_text`, and what the detour does to scalars is in `emit_reread`.

use std::io::Write as _;

use super::emit_comments::{broken, read_again};
use super::emit_order;
use super::emit_reread::{self, KeyWay, Spot};
use super::emit_text::{self, At, Unprintable};
use super::number;
use super::resolve::{self, Dialect, Value};
use super::{Document, Kind, NodeId, Style, Tag};
use crate::diagnostic::{Diagnostic, Result};
use crate::source::Place;

/// How deep mappings and sequences may be nested: yaml.v2 reads no deeper.
pub(super) const DEPTH: usize = 10_000;

/// Appends an object to the output, as the lines of one YAML document.
///
/// # Errors
/// Where kustomize cannot print the object: infinite numbers, keys that are no texts or stand twice, values that misfit
/// their tags, characters that YAML does not allow. Nothing is appended then.
pub fn emit(document: &Document, root: NodeId, out: &mut Vec<u8>) -> Result<()> {
    emit_by(document, root, false, out, &mut Scratch::default())
}

/// As [`emit`], with memory that is kept from object to object.
///
/// # Errors
/// As those of [`emit`].
pub fn emit_in_row(
    document: &Document,
    root: NodeId,
    out: &mut Vec<u8>,
    scratch: &mut Scratch,
) -> Result<()> {
    emit_by(document, root, false, out, scratch)
}

/// Memory of the emitter.
#[derive(Default)]
pub struct Scratch {
    frames: Vec<Frame>,
    entries: Vec<Entry>,
}

/// The same without the detour through yaml.v3's text, as kustomize prints an object to a file of its own: a tag counts
/// for more than quotes.
///
/// # Errors
/// As those of [`emit`].
pub fn emit_directly(document: &Document, root: NodeId, out: &mut Vec<u8>) -> Result<()> {
    emit_by(document, root, true, out, &mut Scratch::default())
}

fn emit_by(
    document: &Document,
    root: NodeId,
    directly: bool,
    out: &mut Vec<u8>,
    scratch: &mut Scratch,
) -> Result<()> {
    let start = out.len();
    if !directly
        && let Some(again) = read_again(document, root)?
        && let Some(again_root) = again.try_root()
    {
        // It has been printed and read now.
        return emit_by(&again, again_root, true, out, scratch)
            .or_else(|fault| broken(document, root, &fault.message).fail());
    }
    let Scratch { frames, entries } = scratch;
    frames.clear();
    entries.clear();
    let mut walk = Walk { directly, document, out, frames, entries };
    let done = walk.run(root);
    if done.is_err() {
        out.truncate(start);
    }
    done
}

/// An entry of a mapping that is being written.
#[derive(Clone)]
struct Entry {
    /// The key as it is read again, where that is not simply its text.
    key: Option<Box<str>>,
    key_node: NodeId,
    value: NodeId,
}

impl Entry {
    fn key<'a>(&'a self, document: &'a Document) -> &'a str {
        self.key.as_deref().unwrap_or_else(|| document.text(self.key_node))
    }
}

/// A collection that is being written.
struct Frame {
    what: What,
    indent: usize,
    /// The first key or item continues the line it is on.
    inline: bool,
    /// Inside braces in the document.
    flow: bool,
}

enum What {
    /// Entries from `first` to `end`, of which `next` is next.
    Mapping {
        first: usize,
        next: usize,
        end: usize,
    },
    Sequence {
        next: Option<NodeId>,
    },
}

/// What a value stands behind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Behind {
    Key,
    LongKey,
    Dash,
}

struct Walk<'d, 'o> {
    /// Not by way of yaml.v3's text.
    directly: bool,
    document: &'d Document,
    out: &'o mut Vec<u8>,
    frames: &'o mut Vec<Frame>,
    entries: &'o mut Vec<Entry>,
}

impl Walk<'_, '_> {
    fn run(&mut self, root: NodeId) -> Result<()> {
        let document = self.document;
        match document.kind(root) {
            Kind::Mapping | Kind::Sequence if document.is_empty(root) => {
                let nothing = if document.kind(root) == Kind::Mapping { "{}\n" } else { "[]\n" };
                self.out.extend_from_slice(nothing.as_bytes());
            }
            Kind::Mapping | Kind::Sequence => self.open(root, 0, false)?,
            Kind::Scalar if emit_reread::value(document, root, Spot::Block)? == Value::Null => {
                self.out.extend_from_slice(b"{}\n");
            }
            Kind::Scalar | Kind::Alias => {
                return Diagnostic::error("object-is-no-mapping", "an object must be a mapping")
                    .at(document.place(root), "this is no mapping")
                    .fail();
            }
        }
        while let Some(frame) = self.frames.last_mut() {
            let (indent, flow) = (frame.indent, frame.flow);
            let inline = std::mem::take(&mut frame.inline);
            match &mut frame.what {
                What::Mapping { first, next, end } => {
                    if next == end {
                        let first = *first;
                        self.entries.truncate(first);
                        self.frames.pop();
                        continue;
                    }
                    let at = *next;
                    *next += 1;
                    if !inline {
                        self.indent(indent);
                    }
                    let entry = &mut self.entries[at];
                    let (key, key_node, value) = (entry.key.take(), entry.key_node, entry.value);
                    let key = key.as_deref().unwrap_or_else(|| document.text(key_node));
                    match self.key(key, key_node, indent)? {
                        Some(column) => self.value(value, Behind::Key, indent, column + 1, flow)?,
                        None => self.value(value, Behind::LongKey, indent, indent + 2, flow)?,
                    }
                }
                What::Sequence { next } => {
                    let Some(item) = *next else {
                        self.frames.pop();
                        continue;
                    };
                    *next = document.next(item);
                    if !inline {
                        self.indent(indent);
                    }
                    self.out.push(b'-');
                    self.value(item, Behind::Dash, indent, indent + 2, flow)?;
                }
            }
        }
        Ok(())
    }

    fn indent(&mut self, indent: usize) {
        const SPACES: [u8; 64] = [b' '; 64];
        if let Some(spaces) = SPACES.get(..indent) {
            self.out.extend_from_slice(spaces);
        } else {
            self.out.resize(self.out.len() + indent, b' ');
        }
    }

    /// Writes a key with its colon. Returns the column behind it when it is a simple one.
    fn key(&mut self, key: &str, node: NodeId, indent: usize) -> Result<Option<usize>> {
        if let Some(columns) = emit_text::write_simple_key(key, self.out) {
            self.out.push(b':');
            return Ok(Some(indent + columns + 1));
        }
        if key.len() > 128 || !key.is_ascii() || key.contains(['\r', '\n']) {
            self.check_key(key, node)?;
            if emit_text::is_long_key(key) {
                self.out.extend_from_slice(b"? ");
                let at = At { column: indent + 2, indent: indent + 2, simple_key: false };
                self.text(key, node, at)?;
                self.indent(indent);
                self.out.push(b':');
                return Ok(None);
            }
        }
        let at = At { column: indent, indent: indent + 2, simple_key: true };
        let start = self.out.len();
        match emit_text::write(key, at, self.out) {
            Ok(_) => {
                self.out.push(b':');
                let written = self.out[start..].iter().filter(|b| **b & 0xc0 != 0x80).count();
                Ok(Some(indent + written))
            }
            Err(unprintable) => self.unprintable(unprintable, node),
        }
    }

    /// yaml.v2 reads keys in JSON of up to 1,024 characters, on one line.
    fn check_key(&self, key: &str, node: NodeId) -> Result<()> {
        if key.contains('\u{85}') {
            return self.unprintable(Unprintable::NextLine, node);
        }
        if key.len() > 160 && emit_text::json_length(key) > 1024 {
            return Diagnostic::error("key-is-too-long", "a key is longer than 1022 characters")
                .at(self.document.place(node), "kustomize cannot print this key")
                .hint("shorten the key")
                .fail();
        }
        Ok(())
    }

    fn unprintable<T>(&self, unprintable: Unprintable, node: NodeId) -> Result<T> {
        let place = self.document.place(node);
        match unprintable {
            Unprintable::Character(c) => Diagnostic::error(
                "character-not-printable",
                format!("a text holds U+{:04X}, which YAML does not allow", u32::from(c)),
            )
            .at(place, "in this text")
            .hint("remove the character, or keep the bytes as base64"),
            Unprintable::NextLine => Diagnostic::error(
                "character-not-printable",
                "a text holds U+0085 where kustomize cannot print it",
            )
            .at(place, "in this text")
            .hint("replace U+0085 (next line) by a line end or a space"),
        }
        .fail()
    }

    /// Writes a text and ends the line.
    fn text(&mut self, text: &str, node: NodeId, at: At) -> Result<()> {
        match emit_text::write(text, at, self.out) {
            Ok(true) => self.out.push(b'\n'),
            Ok(false) => {}
            Err(unprintable) => return self.unprintable(unprintable, node),
        }
        Ok(())
    }

    fn value(
        &mut self,
        node: NodeId,
        behind: Behind,
        indent: usize,
        column: usize,
        flow: bool,
    ) -> Result<()> {
        let document = self.document;
        match document.kind(node) {
            Kind::Scalar => {
                self.out.push(b' ');
                self.scalar(node, At { column, indent: indent + 2, simple_key: false }, flow)
            }
            kind @ (Kind::Mapping | Kind::Sequence) => {
                if document.is_empty(node) {
                    if self.frames.len() >= DEPTH {
                        return self.too_deep(node);
                    }
                    let nothing: &[u8] = if kind == Kind::Mapping { b" {}\n" } else { b" []\n" };
                    self.out.extend_from_slice(nothing);
                    return Ok(());
                }
                if behind == Behind::Key {
                    self.out.push(b'\n');
                    self.open(node, if kind == Kind::Mapping { indent + 2 } else { indent }, flow)
                } else {
                    self.out.push(b' ');
                    self.open(node, indent + 2, flow)?;
                    if let Some(frame) = self.frames.last_mut() {
                        frame.inline = true;
                    }
                    Ok(())
                }
            }
            Kind::Alias => Diagnostic::error("alias-left", "an alias is left in the object")
                .at(document.place(node), format!("`*{}`", document.text(node)))
                .hint("write the value out")
                .fail(),
        }
    }

    fn scalar(&mut self, node: NodeId, at: At, flow: bool) -> Result<()> {
        if let Some(text) = emit_reread::plain_text(self.document, node) {
            return self.text(text, node, at);
        }
        let value = if self.directly {
            resolve::scalar(self.document, node, Dialect::V3)?
        } else {
            let spot = if flow { Spot::Flow } else { Spot::Block };
            emit_reread::value(self.document, node, spot)?
        };
        match value {
            Value::Text(text) => return self.text(&text, node, at),
            Value::Bytes(bytes) => return self.text(&emit_reread::lossy(&bytes), node, at),
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Bool(value) => self.out.extend_from_slice(if value { b"true" } else { b"false" }),
            // Writing to a vector cannot fail.
            Value::Int(value) => _ = write!(self.out, "{value}"),
            Value::Unsigned(value) => _ = write!(self.out, "{value}"),
            Value::Float(value) if value.is_finite() => number::write_yaml_of_json_float(value, self.out),
            Value::Timestamp(time) if time.fits_json() => {
                self.out.push(b'"');
                time.write(self.out);
                self.out.push(b'"');
            }
            Value::Float(_) | Value::Timestamp(_) => return no_json(self.document, node),
        }
        self.out.push(b'\n');
        Ok(())
    }

    /// Begins a collection that is not empty.
    fn open(&mut self, node: NodeId, indent: usize, flow: bool) -> Result<()> {
        if self.frames.len() >= DEPTH {
            return self.too_deep(node);
        }
        let document = self.document;
        let flow = flow || document.style(node) == Style::Flow;
        let what = if document.kind(node) == Kind::Mapping {
            let first = self.entries.len();
            let way = KeyWay { at_root: self.frames.is_empty(), flow, directly: self.directly };
            collect(document, node, way, self.entries)?;
            What::Mapping { first, next: first, end: self.entries.len() }
        } else {
            What::Sequence { next: document.children(node).next() }
        };
        self.frames.push(Frame { what, indent, inline: false, flow });
        Ok(())
    }

    fn too_deep(&self, node: NodeId) -> Result<()> {
        too_deep(self.document, node)
    }
}

/// A number or time that encoding/json refuses.
pub(super) fn no_json<T>(document: &Document, node: NodeId) -> Result<T> {
    let text = resolve::clip(document.text(node));
    Diagnostic::error("value-has-no-json", format!("`{text}` cannot be written as JSON"))
        .at(document.place(node), "no finite number, or no possible time")
        .hint(format!("put it in quotes if it is meant as text: `\"{text}\"`"))
        .fail()
}

pub(super) fn too_deep<T>(document: &Document, node: NodeId) -> Result<T> {
    Diagnostic::error("nested-too-deep", format!("the object is nested more than {DEPTH} deep"))
        .at(document.place(node), "too deep")
        .fail()
}

/// The entries of a mapping in their order, with the keys as they are read again.
fn collect(document: &Document, node: NodeId, way: KeyWay, entries: &mut Vec<Entry>) -> Result<()> {
    let first = entries.len();
    let mut dropped = false;
    // Most mappings are sorted, which shows while they are gathered.
    let mut ascending = true;
    let mut before = "";
    for (key_node, value) in document.entries(node) {
        let key = match emit_reread::plain_text(document, key_node) {
            Some(text) if document.kind(key_node) == Kind::Scalar => {
                ascending &= emit_order::spelt_before(std::mem::replace(&mut before, text), text);
                None
            }
            _ => {
                let key = emit_reread::key(document, key_node, way)?;
                if document.tag(key_node) == Tag::Binary
                    && let Some(other) = emit_reread::spelt_alike(document, node, key_node)
                {
                    let places = [other, key_node].map(|key| document.place(key));
                    return duplicate_key(document.text(key_node), places);
                }
                dropped |= key.is_none();
                ascending = false;
                Some(key.unwrap_or_default().into())
            }
        };
        entries.push(Entry { key, key_node, value });
    }
    let found = &mut entries[first..];
    if ascending {
        return Ok(());
    }
    let ascending = |found: &[Entry]| {
        found.windows(2).all(|pair| emit_order::spelt_before(pair[0].key(document), pair[1].key(document)))
    };
    if ascending(found) {
        return Ok(());
    }
    emit_order::sort_by(found, |a, b| emit_order::comes_before(a.key(document), b.key(document)));
    if !dropped && ascending(found) {
        return Ok(());
    }
    match duplicate(document, found) {
        None => {
            if dropped {
                entries.retain(|entry| {
                    emit_reread::key(document, entry.key_node, way).is_ok_and(|key| key.is_some())
                });
            }
            Ok(())
        }
        Some((a, b)) => {
            let places = [found[b].key_node, found[a].key_node].map(|key| document.place(key));
            duplicate_key(found[a].key(document), places)
        }
    }
}

/// A key that stands twice in a mapping: here again, there first.
pub(super) fn duplicate_key<T>(key: &str, [again, first]: [Place; 2]) -> Result<T> {
    let key = resolve::clip(key);
    Diagnostic::error("duplicate-key", format!("key `{key}` stands twice in one mapping"))
        .at(again, "again here")
        .at(first, "first here")
        .hint("keep one of them")
        .fail()
}

fn duplicate(document: &Document, entries: &[Entry]) -> Option<(usize, usize)> {
    let key = |at: usize| entries[at].key(document);
    if entries.len() <= 16 {
        return (1..entries.len()).find_map(|b| Some(((0..b).find(|a| key(*a) == key(b))?, b)));
    }
    let mut order: Vec<usize> = (0..entries.len()).collect();
    order.sort_by(|a, b| key(*a).cmp(key(*b)).then(a.cmp(b)));
    order
        .windows(2)
        .filter(|pair| key(pair[0]) == key(pair[1]))
        .map(|pair| (pair[0], pair[1]))
        .min_by_key(|pair| pair.1)
}
