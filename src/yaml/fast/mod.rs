//! A line-oriented reader of plain block YAML, in front of the complete scanner. It reads what most manifests are
//! made of, and gives the whole document up at the first thing it does not know: then the complete scanner reads it
//! from the start, and decides what is an error. What both read they read alike.

mod flow;
mod scalar;
mod survey;

use std::cell::RefCell;
use std::ops::Range as Span;

use memchr::memchr;

use self::scalar::Stop;
use self::survey::survey;
use super::document::Document;
use super::node::{Kind, Node, NodeId, Range, Style, Tag};
use crate::provenance::Origin;
use crate::source::{SourceId, SourceText};

/// Well below go-yaml's 1024 characters of a key and its depth of 10,000.
const LONGEST_KEY: usize = 1000;
const DEEPEST: usize = 5000;

/// A block collection that is still open.
struct Level {
    column: usize,
    node: NodeId,
    sequence: bool,
    /// A sequence at the column of the key it belongs to.
    indentless: bool,
    key: Option<NodeId>,
    /// An entry whose value is still to come: where an empty one would lie.
    awaits: Option<usize>,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    end: usize,
    /// Where the next line begins.
    pos: usize,
    tabs: bool,
    document: Document,
    levels: Vec<Level>,
}

/// What was found in a part of a text.
#[allow(clippy::large_enum_variant)] // it is taken apart at once
pub(super) enum Found {
    Document(Document),
    /// Nothing but empty lines and comments.
    Nothing,
}

/// The document in a part of a text; `None` when the part needs the complete scanner.
pub(super) fn read(source: SourceId, text: &SourceText, part: Span<usize>) -> Option<Found> {
    let bytes = text.as_bytes();
    let start = if bytes[part.clone()].starts_with(b"\xEF\xBB\xBF") { part.start + 3 } else { part.start };
    let tabs = survey(&bytes[start..part.end])?;
    let mut document = Document::new(source, text.clone());
    if part.len() > LARGE {
        // Large documents are deeply indented; about so many bytes go into a node.
        document.nodes.reserve((part.end - start) / 24 + 1);
        return found(Reader::of(text, start..part.end, tabs, document, Vec::new()).read()?.0);
    }
    SCRATCH.with_borrow_mut(|(nodes, levels)| {
        nodes.clear();
        levels.clear();
        document.nodes = std::mem::take(nodes);
        let reader = Reader::of(text, start..part.end, tabs, document, std::mem::take(levels));
        let (mut document, empty) = reader.read()?;
        *levels = empty;
        let mut fitting = Vec::with_capacity(document.nodes.len() + SPARE);
        fitting.extend_from_slice(&document.nodes);
        *nodes = std::mem::replace(&mut document.nodes, fitting);
        found(document)
    })
}

#[expect(clippy::unnecessary_wraps, reason = "the last line of a reader that may give up")]
fn found(document: Document) -> Option<Found> {
    Some(if document.try_root().is_some() { Found::Document(document) } else { Found::Nothing })
}

/// From this size on, documents are read into memory of their own at once.
const LARGE: usize = 64 * 1024;

/// Room for nodes that steps will add: most give an object a label or two and a namespace.
const SPARE: usize = 6;

thread_local! {
    /// Small documents are read into the same memory again and again, and then take no more than they need.
    static SCRATCH: RefCell<(Vec<Node>, Vec<Level>)> = const { RefCell::new((Vec::new(), Vec::new())) };
}

impl<'t> Reader<'t> {
    fn of(
        text: &'t str,
        part: Span<usize>,
        tabs: bool,
        document: Document,
        levels: Vec<Level>,
    ) -> Reader<'t> {
        let bytes = &text.as_bytes()[..part.end];
        Reader { text, bytes, end: part.end, pos: part.start, tabs, document, levels }
    }
}

impl Reader<'_> {
    #[inline]
    fn at(&self, i: usize) -> u8 {
        self.bytes.get(i).copied().unwrap_or(b'\n')
    }

    /// How many spaces stand here.
    #[inline]
    fn spaces(&self, from: usize) -> usize {
        let mut i = from;
        while let Some(eight) = self.bytes.get(i..i + 8).and_then(|eight| <[u8; 8]>::try_from(eight).ok()) {
            let others = u64::from_le_bytes(eight) ^ 0x2020_2020_2020_2020;
            if others != 0 {
                return i - from + (others.trailing_zeros() / 8) as usize;
            }
            i += 8;
        }
        while i < self.end && self.bytes[i] == b' ' {
            i += 1;
        }
        i - from
    }

    fn line_end(&self, from: usize) -> usize {
        memchr(b'\n', &self.bytes[from.min(self.end)..]).map_or(self.end, |i| from + i)
    }

    /// Whether `-`, `:` or the like stands alone here.
    #[inline]
    fn indicates(&self, i: usize, indicator: u8) -> bool {
        self.at(i) == indicator && matches!(self.at(i + 1), b' ' | b'\n')
    }

    /// The document, and the memory of levels.
    fn read(mut self) -> Option<(Document, Vec<Level>)> {
        self.skip_document_start()?;
        loop {
            let (column, at) = self.next_content()?;
            if at >= self.end {
                break;
            }
            self.line(column, at)?;
        }
        while self.levels.last().is_some() {
            self.close();
        }
        Some((self.document, self.levels))
    }

    /// A `---` in front of the document.
    fn skip_document_start(&mut self) -> Option<()> {
        let (column, at) = self.next_content()?;
        if column == 0 && self.bytes[at..].starts_with(b"---") && matches!(self.at(at + 3), b' ' | b'\n') {
            self.rest_of_line(at + 3)?;
            // An explicit document without content is a null.
            let (_, next) = self.next_content()?;
            if next >= self.end {
                return None;
            }
        }
        Some(())
    }

    fn marker(&self, at: usize) -> bool {
        self.bytes[at..].starts_with(b"---") || self.bytes[at..].starts_with(b"...")
    }

    /// Column and place of what stands on the next line that is neither empty nor a comment, or the end of the text.
    /// `pos` stays at the beginning of that line.
    fn next_content(&mut self) -> Option<(usize, usize)> {
        loop {
            let column = self.spaces(self.pos);
            let at = self.pos + column;
            if at >= self.end {
                self.pos = self.end;
                return Some((0, self.end));
            }
            match self.bytes[at] {
                b'\n' => self.pos = at + 1,
                b'#' => self.comment(at)?,
                b'\t' => return None,
                _ => return Some((column, at)),
            }
        }
    }

    /// Passes over a comment to the next line, unless it may be a schema.
    fn comment(&mut self, at: usize) -> Option<()> {
        let mut i = at;
        while self.at(i) == b'#' {
            i += 1;
        }
        while matches!(self.at(i), b' ' | b'\t') && i < self.end {
            i += 1;
        }
        if self.at(i) == b'{' {
            return None;
        }
        self.pos = (self.line_end(i.min(self.end)) + 1).min(self.end);
        Some(())
    }

    /// Passes over spaces and a comment to the next line; anything else is for the complete scanner.
    #[inline]
    fn rest_of_line(&mut self, from: usize) -> Option<()> {
        let mut i = from;
        while self.at(i) == b' ' {
            i += 1;
        }
        match self.at(i) {
            b'\n' => self.pos = (i + 1).min(self.end),
            b'#' if i > from => self.comment(i)?,
            _ => return None,
        }
        Some(())
    }

    // ---- structure

    fn line(&mut self, column: usize, at: usize) -> Option<()> {
        let dash = self.indicates(at, b'-');
        if column == 0 && (self.bytes[at] == b'%' || self.marker(at)) {
            return None;
        }
        let Some(top) = self.levels.last() else {
            // Only one root.
            return if self.document.try_root().is_none() { self.node(at, column) } else { None };
        };
        if let Some(empty) = top.awaits {
            if column > top.column {
                return self.node(at, column);
            }
            if column == top.column && dash && !top.sequence {
                self.open(Kind::Sequence, column, at, true)?;
                return self.entry(at, column);
            }
            self.hang_empty(empty);
        }
        while let Some(top) = self.levels.last() {
            if top.column > column || top.column == column && top.indentless && !dash {
                self.levels.pop();
            } else {
                break;
            }
        }
        let top = self.levels.last().filter(|top| top.column == column && top.sequence == dash)?;
        if top.sequence { self.entry(at, column) } else { self.key(at) }
    }

    fn close(&mut self) {
        if let Some(empty) = self.levels.last().and_then(|top| top.awaits) {
            self.hang_empty(empty);
        }
        self.levels.pop();
    }

    fn hang_empty(&mut self, at: usize) {
        self.hang_scalar(Range { start: at as u32, len: 0 }, Style::Plain, at);
    }

    #[inline]
    fn hang(&mut self, node: NodeId) {
        if let Some(top) = self.levels.last_mut() {
            top.awaits = None;
            self.document.append(top.node, top.key.take(), node);
        } else {
            self.document.set_root(node);
        }
    }

    #[inline]
    fn hang_scalar(&mut self, text: Range, style: Style, at: usize) {
        let node = self.document.push_scalar(text, style, Tag::Implicit, Origin::at(at as u32));
        self.hang(node);
    }

    fn open(&mut self, kind: Kind, column: usize, at: usize, indentless: bool) -> Option<()> {
        if self.levels.len() >= DEEPEST {
            return None;
        }
        let node = self.document.push_collection(kind, Style::Plain, Tag::Implicit, Origin::at(at as u32));
        self.hang(node);
        let sequence = kind == Kind::Sequence;
        self.levels.push(Level { column, node, sequence, indentless, key: None, awaits: None });
        Some(())
    }

    /// An item, of the sequence on top, whose `-` stands here; items of items on the same line too.
    fn entry(&mut self, at: usize, column: usize) -> Option<()> {
        let (mut at, mut column) = (at, column);
        loop {
            let spaces = self.spaces(at + 1);
            let next = at + 1 + spaces;
            match self.at(next) {
                b'\n' | b'#' => {
                    if let Some(top) = self.levels.last_mut() {
                        top.awaits = Some(at + 1);
                    }
                    return self.rest_of_line(at + 1);
                }
                b'-' if self.indicates(next, b'-') => {
                    column += next - at;
                    at = next;
                    self.open(Kind::Sequence, column, at, false)?;
                }
                _ => return self.key_or_scalar(next, column + next - at),
            }
        }
    }

    /// A node that begins a line.
    fn node(&mut self, at: usize, column: usize) -> Option<()> {
        if self.indicates(at, b'-') {
            self.open(Kind::Sequence, column, at, false)?;
            return self.entry(at, column);
        }
        self.key_or_scalar(at, column)
    }

    /// A scalar, or the first key of a mapping, where either may stand.
    fn key_or_scalar(&mut self, at: usize, column: usize) -> Option<()> {
        match self.bytes[at] {
            b'"' | b'\'' => {
                let (text, style, end) = self.quoted(at)?;
                let colon = end + self.spaces(end);
                if self.at(colon) != b':' {
                    self.hang_scalar(text, style, at);
                    return self.rest_of_line(end);
                }
                if !self.on_one_line(at, end) {
                    return None;
                }
                self.open(Kind::Mapping, column, at, false)?;
                self.set_key(text, style, at);
                self.value(colon)
            }
            b'{' | b'[' => self.flow(at),
            b'|' => self.literal(at),
            b'>' => self.block(at),
            _ => match self.plain_line(at)? {
                Stop::Colon(colon) => {
                    self.open(Kind::Mapping, column, at, false)?;
                    self.plain_key(at, colon)
                }
                stop => self.plain(at, stop),
            },
        }
    }

    /// The key of an entry in the mapping on top.
    #[inline]
    fn key(&mut self, at: usize) -> Option<()> {
        if matches!(self.bytes[at], b'"' | b'\'') {
            let (text, style, end) = self.quoted(at)?;
            let colon = end + self.spaces(end);
            if !self.on_one_line(at, end) {
                return None;
            }
            self.set_key(text, style, at);
            return self.value(colon);
        }
        match self.plain_line(at)? {
            Stop::Colon(colon) => self.plain_key(at, colon),
            _ => None,
        }
    }

    #[inline]
    fn plain_key(&mut self, at: usize, colon: usize) -> Option<()> {
        let text = self.plain_text(at, colon)?;
        if text.len as usize > LONGEST_KEY {
            return None;
        }
        self.set_key(text, Style::Plain, at);
        self.value(colon)
    }

    #[inline]
    fn set_key(&mut self, text: Range, style: Style, at: usize) {
        let key = self.document.push_scalar(text, style, Tag::Implicit, Origin::at(at as u32));
        if let Some(top) = self.levels.last_mut() {
            top.key = Some(key);
        }
    }

    /// What stands behind the colon of a key on its line.
    #[inline]
    fn value(&mut self, colon: usize) -> Option<()> {
        if !self.indicates(colon, b':') {
            return None;
        }
        let mut at = colon + 1;
        while self.at(at) == b' ' {
            at += 1;
        }
        match self.at(at) {
            b'\n' | b'#' => {
                if let Some(top) = self.levels.last_mut() {
                    top.awaits = Some(colon + 1);
                }
                self.rest_of_line(colon + 1)
            }
            b'"' | b'\'' => {
                let (text, style, end) = self.quoted(at)?;
                self.hang_scalar(text, style, at);
                self.rest_of_line(end)
            }
            b'|' => self.literal(at),
            b'>' => self.block(at),
            b'{' | b'[' => self.flow(at),
            b'-' if self.indicates(at, b'-') => None,
            _ => match self.plain_line(at)? {
                Stop::Colon(_) => None,
                stop => self.plain(at, stop),
            },
        }
    }
}
