//! Events to nodes: one [`Document`] for each document of a text, aliases still standing as they are written.

use rustc_hash::FxHashMap;

use super::document::{Comments, Document};
use super::fault::{Fault, Reading};
use super::node::{Kind, NodeId, Range, Style, Tag};
use super::parse::{Event, EventKind, Parser, Remarks};
use super::resolve::{Dialect, clip};
use super::scan::Text;
use crate::provenance::Origin;
use crate::source::{SourceId, SourceText};

/// A document and what its aliases stand for.
pub(super) struct Composed {
    pub(super) document: Document,
    /// Aliases and the nodes they name, in the order of the text.
    pub(super) aliases: Vec<(NodeId, NodeId)>,
    /// Whether aliases or keys `<<` occur.
    pub(super) unfinished: bool,
}

impl Composed {
    /// A document without aliases and merge keys.
    pub(super) fn complete(document: Document) -> Composed {
        Composed { document, aliases: Vec::new(), unfinished: false }
    }
}

/// Reads the documents of one text, one after the other.
pub(super) struct Composer<'t> {
    parser: Parser<'t>,
    dialect: Dialect,
    source: SourceId,
    text: &'t SourceText,
    comments: bool,
    /// How many documents were begun.
    documents: u32,
    /// The node of each anchor, and the document it lies in.
    anchors: FxHashMap<String, (u32, NodeId)>,
}

/// A collection that is still open.
struct Frame {
    node: NodeId,
    mapping: bool,
    flow: bool,
    /// The key whose value is awaited.
    key: Option<NodeId>,
    last_key: Option<NodeId>,
}

impl<'t> Composer<'t> {
    /// Reads a part of a text. Comments are kept only when asked for, and only in dialect v3.
    pub(super) fn new(
        source: SourceId,
        text: &'t SourceText,
        part: std::ops::Range<usize>,
        dialect: Dialect,
        comments: bool,
    ) -> Composer<'t> {
        let comments = comments && dialect == Dialect::V3;
        let parser = Parser::new(text, part, dialect);
        Composer { parser, dialect, source, text, comments, documents: 0, anchors: FxHashMap::default() }
    }

    /// The next document, or `None` at the end of the text.
    pub(super) fn next_document(&mut self) -> Reading<Option<Composed>> {
        let event = self.parser.next_event()?;
        if event.kind != EventKind::DocumentStart {
            return Ok(None);
        }
        self.documents += 1;
        let mut composed = Composed {
            document: Document::new(self.source, SourceText::clone(self.text)),
            aliases: Vec::new(),
            unfinished: false,
        };
        let mut document_comments = Comments { head: event.remarks.head, ..Comments::default() };
        let mut frames: Vec<Frame> = Vec::new();
        loop {
            let event = self.parser.next_event()?;
            let node = match event.kind {
                EventKind::Scalar => self.scalar(&mut composed, event),
                EventKind::Alias => self.alias(&mut composed, event)?,
                EventKind::SequenceStart | EventKind::MappingStart => {
                    let frame = self.collection(&mut composed, event);
                    frames.push(frame);
                    continue;
                }
                EventKind::SequenceEnd | EventKind::MappingEnd => {
                    let Some(frame) = frames.pop() else { continue };
                    self.end(&mut composed.document, &frame, event.remarks);
                    frame.node
                }
                EventKind::DocumentEnd => {
                    document_comments.foot = event.remarks.foot;
                    break;
                }
                EventKind::DocumentStart | EventKind::StreamEnd => break,
            };
            match frames.last_mut() {
                Some(frame) => self.hang(&mut composed.document, frame, node),
                None => composed.document.set_root(node),
            }
        }
        if self.comments && document_comments != Comments::default() {
            composed.document.set_document_comments(document_comments);
        }
        Ok(Some(composed))
    }

    fn hang(&self, document: &mut Document, frame: &mut Frame, node: NodeId) {
        if !frame.mapping {
            document.append(frame.node, None, node);
            return;
        }
        let Some(key) = frame.key.take() else {
            // yaml.v3: the foot comment of a key belongs to the entry before it.
            if self.comments
                && !frame.flow
                && let Some(before) = frame.last_key
            {
                move_foot(document, node, before);
            }
            frame.key = Some(node);
            return;
        };
        document.append(frame.node, Some(key), node);
        if self.comments && document.comments(key).is_none_or(|comments| comments.foot.is_empty()) {
            move_foot(document, node, key);
        }
        frame.last_key = Some(key);
    }

    fn end(&self, document: &mut Document, frame: &Frame, remarks: Remarks) {
        if !self.comments {
            return;
        }
        let had = document.comments(frame.node).is_some();
        if !had && remarks.line.is_empty() && remarks.foot.is_empty() {
            return;
        }
        let comments = document.comments_mut(frame.node);
        comments.line = remarks.line;
        comments.foot = remarks.foot;
        if frame.mapping
            && !frame.flow
            && let Some(key) = frame.last_key
        {
            move_foot(document, frame.node, key);
        }
        document.drop_empty_comments(frame.node);
    }

    fn range(document: &mut Document, text: &Text) -> Range {
        match text {
            Text::Slice(start, end) => Range { start: *start, len: end - start },
            Text::Owned(text) => document.add_text(text),
        }
    }

    fn scalar(&mut self, composed: &mut Composed, event: Event) -> NodeId {
        let text = event.text.read(self.text);
        let written = event.tag.as_deref();
        let mut tag = Tag::Implicit;
        if text == "<<" {
            composed.unfinished = true;
            let plain = match self.dialect {
                Dialect::V2 => event.style == Style::Plain && written.is_none() || written == Some("!"),
                Dialect::V3 => event.style == Style::Plain && matches!(written, None | Some("!")),
            };
            if plain {
                tag = Tag::Merge;
            }
        }
        let document = &mut composed.document;
        let range = Self::range(document, &event.text);
        let node = document.push_scalar(range, event.style, tag, Origin::at(event.start));
        if let Some(written) = written
            && tag == Tag::Implicit
        {
            composed.unfinished |= self.tag(document, node, written) == Tag::Merge;
        }
        self.finish(document, node, event.anchor, event.remarks);
        node
    }

    fn tag(&self, document: &mut Document, node: NodeId, written: &str) -> Tag {
        if written == "!" {
            if self.dialect == Dialect::V2 {
                document.set_written_tag(node, Tag::Str);
                return Tag::Str;
            }
            return Tag::Implicit;
        }
        let short = match written.strip_prefix("tag:yaml.org,2002:") {
            Some(name) => format!("!!{name}"),
            None => written.to_owned(),
        };
        let tag = match short.as_str() {
            "!!null" => Tag::Null,
            "!!bool" => Tag::Bool,
            "!!int" => Tag::Int,
            "!!float" => Tag::Float,
            "!!timestamp" => Tag::Timestamp,
            "!!str" => Tag::Str,
            "!!binary" => Tag::Binary,
            "!!merge" => Tag::Merge,
            "!!map" => Tag::Map,
            "!!seq" => Tag::Seq,
            _ => Tag::Other,
        };
        document.set_written_tag(node, tag);
        if tag == Tag::Other {
            document.set_tag_text(node, &short);
        }
        tag
    }

    fn alias(&mut self, composed: &mut Composed, event: Event) -> Reading<NodeId> {
        let name = event.text.read(self.text);
        // v3 lets an alias name an anchor of a document before.
        let target = self.anchors.get(name).copied();
        let target =
            target.filter(|(document, _)| self.dialect == Dialect::V3 || *document == self.documents);
        let Some((document, target)) = target else {
            let name = clip(name);
            return Fault::new(
                event.start as usize,
                format!("found an alias of `{name}`, an anchor that is not there"),
            )
            .code("yaml-unknown-anchor")
            .found("looked for its anchor above this place")
            .hint("quote the value if it is text that begins with `*`")
            .fail();
        };
        composed.unfinished = true;
        let range = Self::range(&mut composed.document, &event.text);
        let node = composed.document.push_alias(range, Origin::at(event.start));
        if document == self.documents {
            composed.aliases.push((node, target));
        }
        self.finish(&mut composed.document, node, None, event.remarks);
        Ok(node)
    }

    fn collection(&mut self, composed: &mut Composed, event: Event) -> Frame {
        let mapping = event.kind == EventKind::MappingStart;
        let kind = if mapping { Kind::Mapping } else { Kind::Sequence };
        let node =
            composed.document.push_collection(kind, event.style, Tag::Implicit, Origin::at(event.start));
        // v2 does not look at the tags of collections.
        if let Some(written) = event.tag.as_deref()
            && self.dialect == Dialect::V3
        {
            composed.unfinished |= self.tag(&mut composed.document, node, written) == Tag::Merge;
        }
        let flow = event.style == Style::Flow;
        self.finish(&mut composed.document, node, event.anchor, event.remarks);
        Frame { node, mapping, flow, key: None, last_key: None }
    }

    fn finish(&mut self, document: &mut Document, node: NodeId, anchor: Option<Text>, remarks: Remarks) {
        if let Some(anchor) = anchor {
            let name = anchor.read(self.text);
            document.set_anchor(node, Some(name));
            self.anchors.insert(name.to_owned(), (self.documents, node));
        }
        if self.comments && remarks != Remarks::default() {
            *document.comments_mut(node) =
                Comments { head: remarks.head, line: remarks.line, foot: remarks.foot };
        }
    }
}

fn move_foot(document: &mut Document, from: NodeId, to: NodeId) {
    if document.comments(from).is_some_and(|comments| !comments.foot.is_empty()) {
        let foot = std::mem::take(&mut document.comments_mut(from).foot);
        document.comments_mut(to).foot = foot;
        document.drop_empty_comments(from);
    }
}
