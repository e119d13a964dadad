//! How documents are built and changed: for the parser and the editor alone.

use std::sync::LazyLock;

use super::{
    ADDED, Comments, Document, Kind, Node, NodeId, Origin, Range, SourceText, Style, Tag, Tombstone, Whence,
};

/// What stands behind documents that have let go of their text.
static NO_TEXT: LazyLock<SourceText> = LazyLock::new(SourceText::default);

/// What is left of a value in a document that lets go of its text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Left {
    /// All of it.
    All,
    /// The first bytes of each scalar.
    Beginnings,
    /// Nothing, not even its key.
    Nothing,
}

/// Says what is left of an entry, by its key and value.
pub(crate) type Leaves<'l> = &'l dyn Fn(&str, NodeId) -> Left;

/// How long most texts are.
const SHORT: usize = 8;

/// So much is kept of values that are shortened: more than any null has.
const BEGINNING: usize = 8;

impl Document {
    pub(in crate::yaml) fn set_root(&mut self, root: NodeId) {
        self.notes = None;
        self.root = Some(root);
    }

    /// Throws notes away that a node led to: it gets other children, or says something else.
    #[inline]
    pub(in crate::yaml) fn forget_notes_of(&mut self, node: NodeId) {
        if let Some(notes) = &self.notes
            && (self.root == Some(node) || notes.held.contains(&Some(node)))
        {
            self.notes = None;
        }
    }

    /// Throws all notes away.
    #[inline]
    pub(in crate::yaml) fn forget_notes(&mut self) {
        self.notes = None;
    }

    pub(in crate::yaml) fn clear_root(&mut self) {
        self.notes = None;
        self.root = None;
    }

    pub(in crate::yaml) fn source_text(&self) -> &SourceText {
        &self.text
    }

    /// Adds a text of our own; the range is good for nodes of this document.
    pub(in crate::yaml) fn add_text(&mut self, text: &str) -> Range {
        let start = self.added.len() as u32 | ADDED;
        self.make_room(text.len());
        self.added.push_str(text);
        Range { start, len: text.len() as u32 }
    }

    /// How much text of our own there is: where the next [`Document::add_more`] begins.
    pub(in crate::yaml) fn added_len(&self) -> usize {
        self.added.len()
    }

    /// Adds a piece to a text of our own.
    pub(in crate::yaml) fn add_more(&mut self, text: &str) {
        self.make_room(text.len());
        self.added.push_str(text);
    }

    /// Makes room for more text: first as much as most documents get in the end, then less than a text would by itself.
    #[inline]
    fn make_room(&mut self, more: usize) {
        let (length, room) = (self.added.len(), self.added.capacity());
        if length + more > room {
            let half = if length < 4096 { length / 2 } else { length };
            self.added.reserve_exact(more.max(half).max(64));
        }
    }

    /// The text that was added since [`Document::added_len`] was this.
    pub(in crate::yaml) fn added_since(&self, start: usize) -> Range {
        Range { start: start as u32 | ADDED, len: (self.added.len() - start) as u32 }
    }

    /// Makes a detached scalar (or alias) whose text is a range of the source or of [`Document::add_text`].
    pub(in crate::yaml) fn push_scalar(
        &mut self,
        text: Range,
        style: Style,
        tag: Tag,
        origin: Origin,
    ) -> NodeId {
        self.push(Node::scalar(text, style, tag, origin))
    }

    /// Makes a detached alias whose name is a range of the source or of [`Document::add_text`].
    pub(in crate::yaml) fn push_alias(&mut self, name: Range, origin: Origin) -> NodeId {
        let node = self.push_scalar(name, Style::Plain, Tag::Implicit, origin);
        self.nodes[node.index()].kind = Kind::Alias;
        node
    }

    /// Makes a detached, empty mapping or sequence.
    pub(in crate::yaml) fn push_collection(
        &mut self,
        kind: Kind,
        style: Style,
        tag: Tag,
        origin: Origin,
    ) -> NodeId {
        self.push(Node::collection(kind, style, tag, origin))
    }

    #[inline]
    fn push(&mut self, node: Node) -> NodeId {
        if self.nodes.len() == self.nodes.capacity() {
            self.grow();
        }
        self.nodes.push(node);
        NodeId::new(self.nodes.len() - 1)
    }

    /// Makes room for more nodes: less than a vector would by itself, since most documents get a few only.
    #[cold]
    fn grow(&mut self) {
        let more = (self.nodes.len() / if self.nodes.len() < 1024 { 4 } else { 1 }).max(8);
        self.nodes.reserve_exact(more);
    }

    /// Remembers what was taken away.
    pub(in crate::yaml) fn bury(&mut self, tombstone: Tombstone) {
        self.tombstones.get_or_insert_default().push(tombstone);
    }

    /// Whether former values are kept.
    pub(crate) fn keeps_values(&self) -> bool {
        self.before.is_some()
    }

    /// A node as it is now, to be handed to [`Document::keep_before`]; `None` where nobody wants to know.
    pub(in crate::yaml) fn as_it_is(&self, node: NodeId) -> Option<Node> {
        self.before.as_ref().map(|_| self.nodes[node.index()])
    }

    /// Keeps what a node was before an entry was made.
    pub(in crate::yaml) fn keep_before(&mut self, origin: Origin, was: Option<Node>) {
        let (Some(mut was), Whence::Entry(entry)) = (was, origin.read()) else { return };
        was.next = None;
        let node = self.push(was);
        if let Some(before) = &mut self.before {
            before.insert(entry, node);
        }
    }

    /// As [`Document::keep_before`], of a node that itself stays as it was, taken out.
    pub(in crate::yaml) fn keep_detached(&mut self, origin: Origin, node: NodeId) {
        if let (Some(before), Whence::Entry(entry)) = (&mut self.before, origin.read()) {
            before.insert(entry, node);
        }
    }

    /// Hangs a detached node at the end of a collection; with a key, as an entry of a mapping.
    pub(in crate::yaml) fn append(&mut self, parent: NodeId, key: Option<NodeId>, child: NodeId) {
        self.forget_notes_of(parent);
        self.nodes[child.index()].key = key;
        self.nodes[child.index()].next = None;
        if let Some(last) = self.nodes[parent.index()].add_child(child) {
            self.nodes[last.index()].next = Some(child);
        }
    }

    pub(in crate::yaml) fn set_anchor(&mut self, node: NodeId, name: Option<&str>) {
        match name {
            Some(name) => {
                self.extras.get_or_insert_default().anchors.insert(node, name.to_owned());
            }
            None => {
                if let Some(extras) = &mut self.extras {
                    extras.anchors.remove(&node);
                }
            }
        }
    }

    /// Gives a node the tag that is written in front of it.
    pub(in crate::yaml) fn set_written_tag(&mut self, node: NodeId, tag: Tag) {
        let n = &mut self.nodes[node.index()];
        n.tag = tag;
        n.set_tagged(true);
    }

    pub(in crate::yaml) fn set_tag_text(&mut self, node: NodeId, text: &str) {
        self.nodes[node.index()].tag = Tag::Other;
        self.extras.get_or_insert_default().tags.insert(node, text.to_owned());
    }

    /// The comments of a node, made when there are none yet.
    pub(in crate::yaml) fn comments_mut(&mut self, node: NodeId) -> &mut Comments {
        self.extras.get_or_insert_default().comments.entry(node).or_default()
    }

    /// Forgets all comments unless one of them is of interest.
    pub(in crate::yaml) fn drop_comments_unless(&mut self, interesting: impl Fn(&str) -> bool) {
        if let Some(extras) = &mut self.extras {
            let keep = |comments: &Comments| interesting(&comments.head) || interesting(&comments.line);
            if !extras.comments.values().any(keep) {
                extras.comments.clear();
                // The foot can change what is printed: see `emit_reread`.
                extras.document.head.clear();
            }
        }
    }

    /// Spells a scalar another way while a text is being read.
    pub(in crate::yaml) fn respell(&mut self, node: NodeId, text: Range, style: Style, tag: Tag) {
        self.notes = None;
        let n = &mut self.nodes[node.index()];
        n.set_text(text);
        n.style = style;
        n.tag = tag;
        n.set_tagged(false);
    }

    pub(in crate::yaml) fn clear_anchors(&mut self) {
        if let Some(extras) = &mut self.extras {
            extras.anchors.clear();
        }
    }

    /// An empty document over the same text, with the same comments round it.
    pub(in crate::yaml) fn beside(&self) -> Document {
        let mut document = Document::new(self.source, self.text.clone());
        if let Some(comments) = self.document_comments() {
            document.set_document_comments(comments.clone());
        }
        document
    }

    /// Copies one node of a document over the same text, without what hangs below it and without its anchor.
    pub(in crate::yaml) fn adopt(&mut self, other: &Document, node: NodeId) -> NodeId {
        self.adopt_with(other, node, None)
    }

    fn adopt_with(&mut self, other: &Document, node: NodeId, text: Option<Range>) -> NodeId {
        let mut n = other.nodes[node.index()];
        if n.is_collection() {
            n.set_children(None, 0);
        } else if n.text().start & ADDED != 0 {
            n.set_text(match text {
                Some(text) => text,
                None => self.add_text(other.text(node)),
            });
        }
        n.next = None;
        n.key = None;
        let copy = self.push(n);
        if let Some(extras) = &other.extras {
            if let Some(tag) = extras.tags.get(&node) {
                self.set_tag_text(copy, tag);
            }
            if let Some(comments) = extras.comments.get(&node) {
                *self.comments_mut(copy) = comments.clone();
            }
        }
        copy
    }

    /// As [`Document::adopt`], but each text that the other document added is added only once.
    pub(in crate::yaml) fn adopt_once(
        &mut self,
        other: &Document,
        node: NodeId,
        texts: &mut rustc_hash::FxHashMap<u32, Range>,
    ) -> NodeId {
        let range = other.nodes[node.index()].text();
        let text = matches!(other.kind(node), Kind::Scalar | Kind::Alias) && range.start & ADDED != 0;
        match texts.get(&range.start) {
            Some(known) if text && known.len == range.len => {
                let known = *known;
                let copy = self.adopt_with(other, node, Some(known));
                return copy;
            }
            _ => {}
        }
        let copy = self.adopt_with(other, node, None);
        if text {
            texts.insert(range.start, self.nodes[copy.index()].text());
        }
        copy
    }

    /// A document of its own over the same text that holds a node and what hangs below it.
    pub(in crate::yaml) fn cut_out(&self, node: NodeId) -> Document {
        let mut document = Document::new(self.source, self.text.clone());
        let root = document.adopt(self, node);
        document.set_root(root);
        let mut todo = vec![(node, root)];
        while let Some((from, to)) = todo.pop() {
            for child in self.children(from) {
                let key = self.key(child).map(|key| {
                    let copy = document.adopt(self, key);
                    if !self.is_empty(key) {
                        todo.push((key, copy));
                    }
                    copy
                });
                let copy = document.adopt(self, child);
                document.append(to, key, copy);
                if !self.is_empty(child) {
                    todo.push((child, copy));
                }
            }
        }
        document
    }

    /// Lets go of the text that it was read from: what nodes say is kept beside them. Places stay as they are.
    pub(crate) fn detach(&mut self) {
        let mut nodes = std::mem::take(&mut self.nodes);
        let texts = || nodes.iter().filter(|node| !node.is_collection());
        let mut added = String::with_capacity(texts().map(|node| node.b as usize).sum());
        for node in nodes.iter_mut().filter(|node| !node.is_collection()) {
            let (pool, start) = self.pool(node.text());
            let length = node.b as usize;
            node.set_range(Range { start: added.len() as u32 | ADDED, len: node.b });
            added.push_str(&pool[start..start + length]);
        }
        nodes.shrink_to_fit();
        self.nodes = nodes;
        self.added = added;
        self.text = NO_TEXT.clone();
    }

    /// A part of it without the text that it was read from, without comments and anchors; places stay as they are. `left`
    /// says what is left of each entry (by its key and value) and item (with an empty key).
    pub(crate) fn pruned(&self, left: Leaves<'_>) -> Document {
        let mut document = Document::new(self.source, NO_TEXT.clone());
        let Some(root) = self.root else { return document };
        document.ledger.clone_from(&self.ledger);
        let take = |document: &mut Document, node: NodeId, is_short: bool| {
            let mut n = self.nodes[node.index()];
            (n.next, n.key) = (None, None);
            if n.is_collection() {
                n.set_children(None, 0);
            } else {
                let text = self.text(node);
                let mut end = if is_short { text.len().min(BEGINNING) } else { text.len() };
                while !text.is_char_boundary(end) {
                    end -= 1;
                }
                n.set_range(document.add_text(&text[..end]));
            }
            let copy = document.push(n);
            if let Some(tag) = self.tag_text(node) {
                document.set_tag_text(copy, tag);
            }
            copy
        };
        // Growing would copy it again and again.
        document.nodes.reserve_exact(self.nodes.len());
        document.added.reserve_exact(SHORT * self.nodes.len());
        let copy = take(&mut document, root, false);
        document.set_root(copy);
        let mut todo = vec![(root, copy, false)];
        while let Some((from, to, is_short)) = todo.pop() {
            for child in self.children(from) {
                let key = self.key(child);
                let name = key.map_or("", |key| self.text(key));
                let is_short = match left(name, child) {
                    Left::Nothing => continue,
                    Left::Beginnings => true,
                    Left::All => is_short,
                };
                let key = key.map(|key| take(&mut document, key, false));
                let copy = take(&mut document, child, is_short);
                document.append(to, key, copy);
                if !self.is_empty(child) {
                    todo.push((child, copy, is_short));
                }
            }
        }
        document.nodes.shrink_to_fit();
        document.added.shrink_to_fit();
        document
    }

    /// A node with all below it as a document of its own, everything as it stands and from where it came.
    pub fn extract(&self, node: NodeId) -> Document {
        self.cut_out(node)
    }

    pub(in crate::yaml) fn set_document_comments(&mut self, comments: Comments) {
        self.extras.get_or_insert_default().document = comments;
    }

    /// Forgets the comments of a node when all three are empty.
    pub(in crate::yaml) fn drop_all_comments(&mut self) {
        if let Some(extras) = &mut self.extras {
            extras.comments.clear();
        }
    }

    pub(in crate::yaml) fn drop_empty_comments(&mut self, node: NodeId) {
        if let Some(extras) = &mut self.extras
            && extras.comments.get(&node).is_some_and(|comments| *comments == Comments::default())
        {
            extras.comments.remove(&node);
        }
    }
}
