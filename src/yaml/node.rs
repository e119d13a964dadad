//! The node: 24 bytes in an arena. Its content is private to this room.

use std::num::NonZeroU32;

use crate::provenance::Origin;

/// A node of one document.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct NodeId(NonZeroU32);

impl NodeId {
    #[inline]
    pub(super) fn new(index: usize) -> NodeId {
        // One is added so that `Option<NodeId>` takes no more room.
        NodeId(NonZeroU32::new(index as u32 + 1).expect("an index below 2^32 - 1"))
    }

    /// Its number within the document.
    #[inline]
    pub(crate) fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// The shape of a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A text with a style and a tag.
    Scalar,
    /// Keys and values, in order.
    Mapping,
    /// Items, in order.
    Sequence,
    /// `*name`; its text is the name. Only in documents that were read with aliases kept.
    Alias,
}

/// How a node is spelt.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// A plain scalar; a mapping or sequence in block style.
    Plain,
    /// `'text'`
    SingleQuoted,
    /// `"text"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// `{a: b}`, `[a, b]`
    Flow,
}

/// What a node says it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tag {
    /// Nothing said: plain scalars resolve by their text (`resolve`), quoted ones are strings, collections are what
    /// they are.
    Implicit,
    /// `!!null`
    Null,
    /// `!!bool`
    Bool,
    /// `!!int`
    Int,
    /// `!!float`
    Float,
    /// `!!timestamp`
    Timestamp,
    /// `!!str`
    Str,
    /// `!!binary`
    Binary,
    /// `!!merge`
    Merge,
    /// `!!map`
    Map,
    /// `!!seq`
    Seq,
    /// Any other; its text is kept beside the node.
    Other,
}

impl Tag {
    /// The tag with this text, in its short or long form; [`Tag::Other`] for what go-yaml does not know, and
    /// [`Tag::Implicit`] for nothing and `!`.
    pub fn of_text(text: &str) -> Tag {
        match text.strip_prefix("tag:yaml.org,2002:").or(text.strip_prefix("!!")) {
            Some("null") => Tag::Null,
            Some("bool") => Tag::Bool,
            Some("int") => Tag::Int,
            Some("float") => Tag::Float,
            Some("timestamp") => Tag::Timestamp,
            Some("str") => Tag::Str,
            Some("binary") => Tag::Binary,
            Some("merge") => Tag::Merge,
            Some("map") => Tag::Map,
            Some("seq") => Tag::Seq,
            _ if text.is_empty() || text == "!" => Tag::Implicit,
            _ => Tag::Other,
        }
    }
}

/// A range of the document's text: of its source, or (high bit of `start`) of what was added to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Range {
    pub(super) start: u32,
    pub(super) len: u32,
}

/// Marks a range of added text.
pub(super) const ADDED: u32 = 1 << 31;

/// Its size counts: a build holds dozens of them for each object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) style: Style,
    pub(super) tag: Tag,
    /// [`TAGGED`], and the number of children (of entries, for a mapping) as far as it is below [`MANY`].
    pub(super) rest: u8,
    /// Scalars and aliases: where the text begins. Collections: the first child + 1, 0 for none.
    pub(super) a: u32,
    /// Scalars and aliases: how long the text is. Collections: the last child + 1.
    pub(super) b: u32,
    pub(super) next: Option<NodeId>,
    /// For a value in a mapping: its key.
    pub(super) key: Option<NodeId>,
    pub(super) origin: Origin,
}

/// The tag was written out (`!!str x`): yaml.v3's `TaggedStyle`.
const TAGGED: u8 = 0x80;
/// So many children are no longer counted.
const MANY: u8 = 0x7f;

impl Node {
    /// A detached scalar.
    #[inline]
    pub(super) fn scalar(text: Range, style: Style, tag: Tag, origin: Origin) -> Node {
        let (a, b) = (text.start, text.len);
        Node { kind: Kind::Scalar, style, tag, rest: 0, a, b, next: None, key: None, origin }
    }

    /// A detached, empty mapping or sequence.
    #[inline]
    pub(super) fn collection(kind: Kind, style: Style, tag: Tag, origin: Origin) -> Node {
        Node { kind, style, tag, rest: 0, a: 0, b: 0, next: None, key: None, origin }
    }

    #[inline]
    pub(super) fn is_collection(&self) -> bool {
        matches!(self.kind, Kind::Mapping | Kind::Sequence)
    }

    #[inline]
    pub(super) fn is_tagged(&self) -> bool {
        self.rest & TAGGED != 0
    }

    #[inline]
    pub(super) fn set_tagged(&mut self, tagged: bool) {
        self.rest = self.rest & MANY | if tagged { TAGGED } else { 0 };
    }

    /// The text of a scalar or alias.
    #[inline]
    pub(super) fn text(&self) -> Range {
        Range { start: self.a, len: self.b }
    }

    /// Gives a scalar or alias its text.
    #[inline]
    pub(super) fn set_text(&mut self, text: Range) {
        (self.a, self.b) = (text.start, text.len);
        self.rest &= TAGGED;
    }

    /// Says that the text of a scalar or alias lies elsewhere.
    #[inline]
    pub(super) fn set_range(&mut self, text: Range) {
        (self.a, self.b) = (text.start, text.len);
    }

    /// The first child of a collection; `None` for scalars.
    #[inline]
    pub(super) fn first(&self) -> Option<NodeId> {
        if self.is_collection() { NonZeroU32::new(self.a).map(NodeId) } else { None }
    }

    /// The last child of a collection.
    #[inline]
    pub(super) fn last(&self) -> Option<NodeId> {
        NonZeroU32::new(self.b).map(NodeId)
    }

    /// How many children a collection has; `None` when they must be counted.
    #[inline]
    pub(super) fn count(&self) -> Option<usize> {
        let count = self.rest & MANY;
        (count < MANY).then_some(usize::from(count))
    }

    /// Gives a collection its children; how they hang together is theirs to know.
    #[inline]
    pub(super) fn set_children(&mut self, ends: Option<(NodeId, NodeId)>, count: usize) {
        (self.a, self.b) = ends.map_or((0, 0), |(first, last)| (first.0.get(), last.0.get()));
        self.rest = self.rest & TAGGED | count.min(usize::from(MANY)) as u8;
    }

    /// Notes one more child at the end.
    #[inline]
    pub(super) fn add_child(&mut self, child: NodeId) -> Option<NodeId> {
        let last = self.last();
        self.b = child.0.get();
        if last.is_none() {
            self.a = child.0.get();
        }
        if self.rest & MANY < MANY {
            self.rest += 1;
        }
        last
    }

    /// Notes that another child stands at an end where this one stood.
    #[inline]
    pub(super) fn replace_end(&mut self, old: NodeId, new: NodeId) {
        for end in [&mut self.a, &mut self.b] {
            if *end == old.0.get() {
                *end = new.0.get();
            }
        }
    }
}
