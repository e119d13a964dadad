//! A document: an arena of nodes, the texts they point into, and its history. Readers get views; the only writers
//! are the parser (this room) and [`Editor`].

mod build;

pub(crate) use build::Left;

use std::collections::BTreeMap;

use super::editor::Editor;
use super::node::{ADDED, Kind, Node, NodeId, Range, Style, Tag};
use crate::provenance::{Histories, HistoryId, Ledger, Origin, StepId, Verb, Whence};
use crate::source::{Place, SourceId, SourceText};

/// Comments round a node, each with its `#` and without indentation, as yaml.v3 hands them out.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Comments {
    /// Lines before the node.
    pub head: String,
    /// Behind the node, on its line.
    pub line: String,
    /// Lines after the node.
    pub foot: String,
}

/// What few documents have.
#[derive(Clone, Default, Debug)]
struct Extras {
    /// Texts of tags that are [`Tag::Other`].
    tags: BTreeMap<NodeId, String>,
    anchors: BTreeMap<NodeId, String>,
    comments: BTreeMap<NodeId, Comments>,
    document: Comments,
}

/// What a step took away.
#[derive(Clone, Debug)]
pub struct Tombstone {
    /// The mapping or sequence that held it (it may be gone itself by now).
    pub parent: NodeId,
    /// The key, or `None` for an item of a sequence.
    pub key: Option<String>,
    /// The node, still in the arena.
    pub node: NodeId,
    /// Who did it.
    pub step: StepId,
    /// Where it was asked for, when that is not the step's own place.
    pub place: Place,
}

/// What a reader of a document has looked up in it, kept with it until a change could make it wrong.
#[derive(Clone, Copy, Debug)]
pub struct Notes {
    /// What the values say whose text counts.
    pub words: &'static [String; 2],
    /// Nodes that were found; what they say may change.
    pub found: [Option<NodeId>; 3],
    /// Beside the root, the nodes that led to these answers: when one gets other children or says something else, the
    /// notes are thrown away.
    pub held: [Option<NodeId>; 3],
}

/// One YAML document.
#[derive(Clone, Debug)]
pub struct Document {
    pub(super) nodes: Vec<Node>,
    root: Option<NodeId>,
    source: SourceId,
    text: SourceText,
    added: String,
    extras: Option<Box<Extras>>,
    pub(super) ledger: Ledger,
    /// Behind a pointer, since few documents have any.
    #[expect(clippy::box_collection, reason = "so that none takes one word instead of three")]
    tombstones: Option<Box<Vec<Tombstone>>>,
    /// What nodes were before steps changed them, by ledger entry: only where [`Document::keep_values`] asked for it.
    #[expect(clippy::box_collection, reason = "so that none takes one word instead of three")]
    before: Option<Box<BTreeMap<u32, NodeId>>>,
    notes: Option<Notes>,
}

impl Document {
    /// An empty document whose nodes will point into this text.
    pub(crate) fn new(source: SourceId, text: SourceText) -> Document {
        Document {
            nodes: Vec::new(),
            root: None,
            source,
            text,
            added: String::new(),
            extras: None,
            ledger: Ledger::default(),
            tombstones: None,
            before: None,
            notes: None,
        }
    }

    /// An empty document that no text stands behind: for generated objects.
    pub fn generated() -> Document {
        Document::new(SourceId::NONE, SourceText::from(""))
    }

    // ---- reading

    /// The root node.
    ///
    /// # Panics
    /// When the document is still empty.
    #[inline]
    pub fn root(&self) -> NodeId {
        self.root.expect("a document that has been read or built")
    }

    /// How many nodes were ever made, those included that no longer hang anywhere.
    #[inline]
    pub fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// The root node, or `None` in an empty document.
    #[inline]
    pub fn try_root(&self) -> Option<NodeId> {
        self.root
    }

    /// The shape of a node.
    #[inline]
    pub fn kind(&self, node: NodeId) -> Kind {
        self.nodes[node.index()].kind
    }

    /// How a node is spelt.
    #[inline]
    pub fn style(&self, node: NodeId) -> Style {
        self.nodes[node.index()].style
    }

    /// What a node says it is.
    #[inline]
    pub fn tag(&self, node: NodeId) -> Tag {
        self.nodes[node.index()].tag
    }

    /// Whether the tag was written out.
    #[inline]
    pub fn is_tagged(&self, node: NodeId) -> bool {
        self.nodes[node.index()].is_tagged()
    }

    /// The text of a [`Tag::Other`].
    pub fn tag_text(&self, node: NodeId) -> Option<&str> {
        self.extras.as_ref()?.tags.get(&node).map(String::as_str)
    }

    /// The anchor of a node, without `&`.
    pub fn anchor(&self, node: NodeId) -> Option<&str> {
        self.extras.as_ref()?.anchors.get(&node).map(String::as_str)
    }

    /// The comments round a node, in documents that were read with comments.
    pub fn comments(&self, node: NodeId) -> Option<&Comments> {
        self.extras.as_ref()?.comments.get(&node)
    }

    /// The comments of the document itself: `head` is set off from its first line by an empty line, `foot` stands
    /// behind its last value.
    pub fn document_comments(&self) -> Option<&Comments> {
        self.extras.as_ref().map(|e| &e.document).filter(|comments| **comments != Comments::default())
    }

    /// Whether the comment of any node was kept.
    pub fn has_node_comments(&self) -> bool {
        self.extras.as_ref().is_some_and(|extras| !extras.comments.is_empty())
    }

    /// Whether any comment was kept.
    pub fn has_comments(&self) -> bool {
        self.extras.as_ref().is_some_and(|e| !e.comments.is_empty() || e.document != Comments::default())
    }

    /// The text of a scalar (unescaped, unfolded) or the name of an alias; empty for collections.
    #[inline]
    pub fn text(&self, node: NodeId) -> &str {
        let n = &self.nodes[node.index()];
        if n.is_collection() {
            return "";
        }
        let text = n.text();
        let (pool, start) = self.pool(text);
        &pool[start..start + text.len as usize]
    }

    /// Where a text lies.
    #[inline]
    fn pool(&self, text: Range) -> (&str, usize) {
        if text.start & ADDED == 0 {
            (&self.text, text.start as usize)
        } else {
            (&self.added, (text.start & !ADDED) as usize)
        }
    }

    /// Whether a scalar has this text.
    #[inline]
    fn is_text(&self, n: &Node, wanted: &str) -> bool {
        // Most texts differ in length: they need not be touched.
        if n.b as usize != wanted.len() {
            return false;
        }
        if n.is_collection() {
            return wanted.is_empty();
        }
        let text = n.text();
        let (pool, start) = self.pool(text);
        let found = pool.as_bytes().get(start..start + text.len as usize);
        found.is_some_and(|found| same(found, wanted.as_bytes()))
    }

    /// How many items or entries a collection has; 0 for scalars.
    #[inline]
    pub fn len(&self, node: NodeId) -> usize {
        let n = &self.nodes[node.index()];
        match n.kind {
            Kind::Mapping | Kind::Sequence => n.count().unwrap_or_else(|| self.children(node).count()),
            Kind::Scalar | Kind::Alias => 0,
        }
    }

    /// Whether a collection has no items or entries.
    #[inline]
    pub fn is_empty(&self, node: NodeId) -> bool {
        self.nodes[node.index()].first().is_none()
    }

    /// The items of a sequence, or the values of a mapping, in order.
    #[inline]
    pub fn children(&self, node: NodeId) -> Children<'_> {
        Children { document: self, next: self.nodes[node.index()].first() }
    }

    /// The item or entry behind this one.
    #[inline]
    pub fn next(&self, node: NodeId) -> Option<NodeId> {
        self.nodes[node.index()].next
    }

    /// The entries (key, value) of a mapping, in order.
    #[inline]
    pub fn entries(&self, node: NodeId) -> impl Iterator<Item = (NodeId, NodeId)> + '_ {
        self.children(node).filter_map(|value| Some((self.nodes[value.index()].key?, value)))
    }

    /// The key of a value in a mapping.
    #[inline]
    pub fn key(&self, value: NodeId) -> Option<NodeId> {
        self.nodes[value.index()].key
    }

    /// The value of the first entry with this key; `None` also when the node is no mapping.
    #[inline]
    pub fn get(&self, node: NodeId, key: &str) -> Option<NodeId> {
        let mapping = &self.nodes[node.index()];
        if mapping.kind != Kind::Mapping {
            return None;
        }
        let mut next = mapping.first();
        while let Some(value) = next {
            let entry = &self.nodes[value.index()];
            if let Some(name) = entry.key
                && self.is_text(&self.nodes[name.index()], key)
            {
                return Some(value);
            }
            next = entry.next;
        }
        None
    }

    /// The values of the first entries with these keys, found in one go.
    #[inline]
    pub fn get_each<const N: usize>(&self, node: NodeId, keys: [&str; N]) -> [Option<NodeId>; N] {
        let mut found = [None; N];
        let mapping = &self.nodes[node.index()];
        let mut next = if mapping.kind == Kind::Mapping { mapping.first() } else { None };
        let mut missing = N;
        while let Some(value) = next {
            let entry = &self.nodes[value.index()];
            if let Some(name) = entry.key {
                let name = &self.nodes[name.index()];
                for at in 0..N {
                    if found[at].is_none() && self.is_text(name, keys[at]) {
                        found[at] = Some(value);
                        missing -= 1;
                        break;
                    }
                }
                if missing == 0 {
                    break;
                }
            }
            next = entry.next;
        }
        found
    }

    /// The value at the end of a path of keys.
    #[inline]
    pub fn at(&self, node: NodeId, path: &[&str]) -> Option<NodeId> {
        path.iter().try_fold(node, |node, key| self.get(node, key))
    }

    /// The item of a sequence at this position, from 0.
    pub fn item(&self, node: NodeId, index: usize) -> Option<NodeId> {
        self.children(node).nth(index)
    }

    /// Where a node came from.
    #[inline]
    pub fn origin(&self, node: NodeId) -> Origin {
        self.nodes[node.index()].origin
    }

    /// The history that origins point into.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// What is known of an origin, to be entered into other documents.
    pub fn history(&self, origin: Origin, histories: &mut Histories) -> HistoryId {
        histories.take(&self.ledger, origin, self.source, |entry| {
            let was = self.before(entry).filter(|node| self.kind(*node) == Kind::Scalar)?;
            Some(self.text(was))
        })
    }

    /// Whether steps have made any plain scalar without a tag.
    pub fn has_untagged_of_steps(&self) -> bool {
        let made = |n: &Node| {
            n.kind == Kind::Scalar
                && n.tag == Tag::Implicit
                && n.style == Style::Plain
                && matches!(n.origin.read(), Whence::Entry(_))
        };
        self.nodes.iter().any(made)
    }

    /// What steps took away, oldest first.
    pub fn tombstones(&self) -> &[Tombstone] {
        self.tombstones.as_ref().map_or(&[], |tombstones| tombstones)
    }

    /// From here on, what nodes were before a step changed them is kept (see [`Document::before`]).
    pub fn keep_values(&mut self) {
        self.before.get_or_insert_default();
    }

    /// What stood in the place of a node before this entry of the ledger was made: a node that hangs nowhere, with
    /// all that was below it. `None` when there was nothing, or when nobody asked for it to be kept.
    pub fn before(&self, entry: u32) -> Option<NodeId> {
        self.before.as_ref()?.get(&entry).copied()
    }

    /// Whether nodes of this origin are one and the same to kustomize (see [`Editor::shared_scalar`]).
    pub(super) fn is_shared(&self, origin: Origin) -> bool {
        self.ledger.has_shared()
            && match origin.read() {
                Whence::Entry(index) => self.ledger.is_shared(index),
                _ => false,
            }
    }

    /// The text that plain origins are places of.
    pub fn source(&self) -> SourceId {
        self.source
    }

    /// The place that wrote the present value of a node: the newest one in its history that is known.
    pub fn place(&self, node: NodeId) -> Place {
        self.place_of(self.origin(node))
    }

    /// The newest known place of an origin; [`Place::NONE`] when only steps are known (see [`Document::ledger`]).
    pub fn place_of(&self, mut origin: Origin) -> Place {
        loop {
            match origin.read() {
                Whence::Unknown => return Place::NONE,
                Whence::Own(offset) => return Place { source: self.source, offset },
                Whence::Entry(index) => {
                    let entry = self.ledger.get(index);
                    if entry.place.is_some() {
                        return entry.place;
                    }
                    origin = if entry.from == Origin::NONE { entry.previous } else { entry.from };
                }
            }
        }
    }

    /// Whether a step made a node without any tag, so that its text alone will say what it is once it is printed. What
    /// was read from a text has the tag that it implied there.
    pub fn is_untagged(&self, node: NodeId) -> bool {
        if self.tag(node) != Tag::Implicit || self.style(node) != Style::Plain {
            return false;
        }
        let mut origin = self.origin(node);
        loop {
            let Whence::Entry(index) = origin.read() else { return false };
            let entry = self.ledger.get(index);
            match entry.verb {
                Verb::Set => return true,
                Verb::Grafted if entry.from != Origin::NONE => origin = entry.from,
                _ => return false,
            }
        }
    }

    /// Whether a node is null for yaml.v3: plain `~`, `null`, `Null`, `NULL` or nothing, or tagged so. What has no tag
    /// yet is null only once it has been printed and read.
    #[inline]
    pub fn is_null(&self, node: NodeId) -> bool {
        let n = &self.nodes[node.index()];
        match n.tag {
            Tag::Null => true,
            // Most texts are longer, or shorter.
            Tag::Implicit => {
                n.kind == Kind::Scalar
                    && n.style == Style::Plain
                    && matches!(n.b, 0 | 1 | 4)
                    && matches!(self.text(node), "" | "~" | "null" | "Null" | "NULL")
                    && !self.is_untagged(node)
            }
            _ => false,
        }
    }

    /// Whether two nodes say the same: kind, tag, text and children in order. Origins, styles, comments do not count.
    pub fn same(&self, node: NodeId, other: &Document, other_node: NodeId) -> bool {
        let mut todo = vec![(node, other_node)];
        while let Some((a, b)) = todo.pop() {
            if self.kind(a) != other.kind(b)
                || self.tag(a) != other.tag(b)
                || self.len(a) != other.len(b)
                || self.text(a) != other.text(b)
            {
                return false;
            }
            if let (Some(ka), Some(kb)) = (self.key(a), other.key(b))
                && self.text(ka) != other.text(kb)
            {
                return false;
            }
            todo.extend(self.children(a).zip(other.children(b)));
        }
        true
    }

    // ---- notes of a reader

    /// What a reader has noted, as long as it holds.
    #[inline]
    pub fn notes(&self) -> Option<&Notes> {
        self.notes.as_ref()
    }

    /// Notes something down.
    pub fn note(&mut self, notes: Notes) {
        self.notes = Some(notes);
    }

    // ---- writing

    /// The one way to change a document: every write is signed by a step.
    pub fn edit(&mut self, step: StepId) -> Editor<'_> {
        Editor::new(self, step)
    }
}

/// Whether two texts are equal: keys are short, and a call would take longer than to compare them here.
#[inline]
fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a.len() > 16 {
        return a == b;
    }
    match (a.first_chunk::<8>(), b.first_chunk::<8>(), a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a), Some(b), Some(c), Some(d)) => {
            u64::from_le_bytes(*a) == u64::from_le_bytes(*b)
                && u64::from_le_bytes(*c) == u64::from_le_bytes(*d)
        }
        _ => a.iter().zip(b).all(|(a, b)| a == b),
    }
}

/// The items of a sequence or values of a mapping.
pub struct Children<'a> {
    document: &'a Document,
    next: Option<NodeId>,
}

impl Iterator for Children<'_> {
    type Item = NodeId;

    #[inline]
    fn next(&mut self) -> Option<NodeId> {
        let node = self.next?;
        self.next = self.document.nodes[node.index()].next;
        Some(node)
    }
}
