//! The node: 28 bytes in an arena. Its content is private to this room.

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

    #[inline]
    pub(super) fn index(self) -> usize {
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

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) style: Style,
    pub(super) tag: Tag,
    /// The tag was written out (`!!str x`): yaml.v3's `TaggedStyle`.
    pub(super) tagged: bool,
    /// Scalars and aliases: the text. Collections: `start` is the index of the last child + 1 (0: none), `len` the
    /// number of children (of entries, for a mapping).
    pub(super) text: Range,
    pub(super) first: Option<NodeId>,
    pub(super) next: Option<NodeId>,
    /// For a value in a mapping: its key.
    pub(super) key: Option<NodeId>,
    pub(super) origin: Origin,
}
