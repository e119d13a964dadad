//! The one writer of nodes: made from a step, so that no write is unsigned. What comes from another document with all
//! that happened to it there is `editor/histories.rs`.

mod histories;

use std::collections::{BTreeMap, BTreeSet};

use super::document::{Document, Tombstone};
use super::node::{Kind, Node, NodeId, Style, Tag};
use crate::provenance::{Entry, Origin, StepId, Verb, Whence};
use crate::source::Place;

/// Writes into one document on behalf of one step. New nodes are detached until they are hung in with
/// [`Editor::push`], [`Editor::insert`], [`Editor::replace`] or [`Editor::set_root`].
pub struct Editor<'d> {
    document: &'d mut Document,
    step: StepId,
    /// Where the values being written stand, when that is not the step's own place.
    place: Place,
}

impl<'d> Editor<'d> {
    pub(super) fn new(document: &'d mut Document, step: StepId) -> Editor<'d> {
        Editor { document, step, place: Place::NONE }
    }

    /// From here on, values written stand at this place (instead of the step's own).
    pub fn written_at(&mut self, place: Place) -> &mut Self {
        self.place = place;
        self
    }

    /// The document as it is now.
    pub fn document(&self) -> &Document {
        self.document
    }

    fn sign(&mut self, verb: Verb, previous: Origin, from: Origin) -> Origin {
        self.sign_shared(verb, previous, from, false)
    }

    fn sign_shared(&mut self, verb: Verb, previous: Origin, from: Origin, shared: bool) -> Origin {
        let entry = Entry { step: Some(self.step), verb, previous, from, place: self.place, shared };
        self.document.ledger.push(entry)
    }

    /// Changes a node in place and signs it. Where kustomize's node hangs in several places, all of them change.
    fn change(&mut self, node: NodeId, verb: Verb, from: Origin, change: impl Fn(&mut Node)) {
        let previous = self.document.origin(node);
        let shared = self.document.is_shared(previous);
        let was = self.document.as_it_is(node);
        let origin = self.sign_shared(verb, previous, from, shared);
        self.change_together(node, previous, shared, |n| {
            change(n);
            n.origin = origin;
        });
        self.document.keep_before(origin, was);
    }

    fn change_together(&mut self, node: NodeId, origin: Origin, shared: bool, change: impl Fn(&mut Node)) {
        // A node without a key may be one itself.
        if shared || self.document.key(node).is_none() {
            self.document.forget_notes();
        } else {
            self.document.forget_notes_of(node);
        }
        if shared {
            self.document.nodes.iter_mut().filter(|n| n.origin == origin).for_each(change);
        } else {
            change(&mut self.document.nodes[node.index()]);
        }
    }

    // ---- new nodes

    /// A new scalar.
    pub fn scalar(&mut self, text: &str, tag: Tag, style: Style) -> NodeId {
        let origin = self.sign(Verb::Set, Origin::NONE, Origin::NONE);
        let text = self.document.add_text(text);
        self.document.push_scalar(text, style, tag, origin)
    }

    /// A new scalar whose value comes from another origin of this document.
    pub fn scalar_from(&mut self, text: &str, tag: Tag, style: Style, from: Origin) -> NodeId {
        let origin = self.sign(Verb::Set, Origin::NONE, from);
        let text = self.document.add_text(text);
        self.document.push_scalar(text, style, tag, origin)
    }

    /// A new scalar that kustomize hangs into several places as one and the same node: start with `None` for the
    /// first place and hand the same variable in for the others. What changes one of them in place later (a patch, a
    /// replacement, another label) changes all, as in kustomize; [`Editor::unshare`] ends that.
    pub fn shared_scalar(
        &mut self,
        text: &str,
        tag: Tag,
        style: Style,
        shared: &mut Option<Origin>,
    ) -> NodeId {
        let origin = match *shared {
            Some(origin) => origin,
            None => self.sign_shared(Verb::Set, Origin::NONE, Origin::NONE, true),
        };
        *shared = Some(origin);
        let text = self.document.add_text(text);
        self.document.push_scalar(text, style, tag, origin)
    }

    /// Makes every node stand for itself again, as after a trip of the whole document through text.
    pub fn unshare(&mut self) {
        if !self.document.ledger.has_shared() {
            return;
        }
        for index in 0..self.document.nodes.len() {
            let origin = self.document.nodes[index].origin;
            if self.document.is_shared(origin) {
                self.unshare_one(NodeId::new(index));
            }
        }
    }

    /// Makes one node stand for itself again.
    pub fn unshare_one(&mut self, node: NodeId) {
        let origin = self.document.origin(node);
        if let Whence::Entry(index) = origin.read()
            && self.document.is_shared(origin)
        {
            let entry = Entry { shared: false, ..self.document.ledger.get(index) };
            let origin = self.document.ledger.push(entry);
            self.document.nodes[node.index()].origin = origin;
            if let Some(before) = self.document.before(index) {
                self.document.keep_detached(origin, before);
            }
        }
    }

    /// A new, empty mapping.
    pub fn mapping(&mut self, tag: Tag, style: Style) -> NodeId {
        let origin = self.sign(Verb::Set, Origin::NONE, Origin::NONE);
        self.document.push_collection(Kind::Mapping, style, tag, origin)
    }

    /// A new, empty sequence.
    pub fn sequence(&mut self, tag: Tag, style: Style) -> NodeId {
        let origin = self.sign(Verb::Set, Origin::NONE, Origin::NONE);
        self.document.push_collection(Kind::Sequence, style, tag, origin)
    }

    // ---- hanging in and taking out

    /// Makes a node the root.
    pub fn set_root(&mut self, node: NodeId) {
        self.document.set_root(node);
    }

    /// Hangs a detached node behind the items of a sequence.
    pub fn push(&mut self, sequence: NodeId, item: NodeId) {
        self.document.append(sequence, None, item);
    }

    /// Hangs a detached key and value behind the entries of a mapping.
    pub fn insert(&mut self, mapping: NodeId, key: NodeId, value: NodeId) {
        self.document.append(mapping, Some(key), value);
    }

    /// Hangs a detached value under a new plain key behind the entries of a mapping.
    pub fn insert_text_key(&mut self, mapping: NodeId, key: &str, value: NodeId) {
        let key = self.scalar(key, Tag::Implicit, Style::Plain);
        self.insert(mapping, key, value);
    }

    /// Puts a detached node in the place of a child (its key stays); the old node's history is kept as what was
    /// before.
    pub fn replace(&mut self, parent: NodeId, old: NodeId, new: NodeId) {
        let previous = self.document.origin(old);
        let from = self.document.origin(new);
        let shared = self.document.is_shared(previous) && self.document.kind(new) == Kind::Scalar;
        let origin = self.sign_shared(Verb::Grafted, previous, from, shared);
        if shared {
            let was = self.document.as_it_is(old);
            self.document.keep_before(origin, was);
        } else {
            self.document.keep_detached(origin, old);
        }
        if shared {
            let like = self.document.nodes[new.index()];
            self.change_together(old, previous, true, |n| {
                *n = Node { next: n.next, key: n.key, origin, ..like };
            });
        }
        self.document.forget_notes_of(parent);
        let nodes = &mut self.document.nodes;
        let (key, next) = (nodes[old.index()].key, nodes[old.index()].next);
        nodes[old.index()].next = None;
        nodes[new.index()].key = key;
        nodes[new.index()].next = next;
        nodes[new.index()].origin = origin;
        if nodes[parent.index()].first() != Some(old) {
            let mut at = nodes[parent.index()].first();
            while let Some(node) = at {
                if nodes[node.index()].next == Some(old) {
                    nodes[node.index()].next = Some(new);
                    break;
                }
                at = nodes[node.index()].next;
            }
        }
        nodes[parent.index()].replace_end(old, new);
    }

    /// Takes a child out of a mapping or sequence; what was there is remembered.
    pub fn remove(&mut self, parent: NodeId, child: NodeId) {
        let rest: Vec<NodeId> = self.document.children(parent).filter(|c| *c != child).collect();
        let key = self.document.key(child).map(|k| self.document.text(k).to_owned());
        self.document.bury(Tombstone { parent, key, node: child, step: self.step, place: self.place });
        self.arrange(parent, &rest);
    }

    /// Takes many children out of a mapping or sequence at once; `gone` is in the order of the children, each with
    /// the place that asked for it ([`Place::NONE`]: the step's own).
    pub fn remove_all(&mut self, parent: NodeId, gone: &[(NodeId, Place)]) {
        if gone.is_empty() {
            return;
        }
        let mut next = gone.iter().map(|(child, _)| *child).peekable();
        let rest: Vec<NodeId> =
            self.document.children(parent).filter(|child| next.next_if_eq(child).is_none()).collect();
        for (child, place) in gone {
            let key = self.document.key(*child).map(|key| self.document.text(key).to_owned());
            self.document.bury(Tombstone {
                parent,
                key,
                node: *child,
                step: self.step,
                place: if place.is_some() { *place } else { self.place },
            });
        }
        self.arrange(parent, &rest);
    }

    /// Gives a mapping or sequence exactly these children, in this order. Each is one of its present children or a
    /// detached node; values of a mapping keep their keys. Use [`Editor::remove`] for what is to be remembered.
    pub fn arrange(&mut self, parent: NodeId, children: &[NodeId]) {
        self.document.forget_notes_of(parent);
        let nodes = &mut self.document.nodes;
        let ends = children.first().copied().zip(children.last().copied());
        nodes[parent.index()].set_children(ends, children.len());
        for (i, child) in children.iter().enumerate() {
            nodes[child.index()].next = children.get(i + 1).copied();
        }
    }

    /// Gives a detached value a key, for [`Editor::arrange`].
    pub fn set_key(&mut self, value: NodeId, key: NodeId) {
        self.document.forget_notes();
        self.document.nodes[value.index()].key = Some(key);
    }

    // ---- changing nodes

    /// Changes the text of a scalar; tag and style stay.
    pub fn set_text(&mut self, node: NodeId, text: &str) {
        self.set_text_from(node, text, Origin::NONE);
    }

    /// Changes the text of a scalar because of another value of this document (an origin of it).
    pub fn set_text_from(&mut self, node: NodeId, text: &str, from: Origin) {
        let text = self.document.add_text(text);
        self.change(node, Verb::Set, from, |n| {
            n.kind = Kind::Scalar;
            n.set_text(text);
        });
    }

    /// Changes text and tag of a scalar at once; its style stays.
    pub fn set_scalar(&mut self, node: NodeId, text: &str, tag: Tag) {
        let text = self.document.add_text(text);
        self.change(node, Verb::Set, Origin::NONE, |n| {
            n.kind = Kind::Scalar;
            n.set_text(text);
            n.tag = tag;
            n.set_tagged(false);
        });
    }

    /// Turns a node (a null) into an empty mapping or sequence, in its place.
    pub fn set_empty(&mut self, node: NodeId, kind: Kind, tag: Tag) {
        self.change(node, Verb::Set, Origin::NONE, |n| {
            n.kind = kind;
            n.set_children(None, 0);
            n.tag = tag;
            n.set_tagged(false);
            n.style = Style::Plain;
        });
    }

    /// Makes a node say what another, detached one says, in its place; the other's children become its own.
    pub fn assign(&mut self, node: NodeId, other: NodeId) {
        let from = self.document.origin(other);
        let like = self.document.nodes[other.index()];
        let comments = self.document.comments(other).cloned();
        let tag = self.document.tag_text(other).map(str::to_owned);
        let scalar = like.kind == Kind::Scalar;
        let previous = self.document.origin(node);
        let shared = scalar && self.document.is_shared(previous);
        let was = self.document.as_it_is(node);
        let origin = self.sign_shared(Verb::Grafted, previous, from, shared);
        self.change_together(node, previous, shared, |n| {
            *n = Node { next: n.next, key: n.key, origin, ..like };
        });
        self.document.keep_before(origin, was);
        if comments.is_some() || self.document.comments(node).is_some() {
            *self.document.comments_mut(node) = comments.unwrap_or_default();
        }
        if let Some(tag) = tag {
            self.document.set_tag_text(node, &tag);
        }
    }

    /// Changes how a node is spelt (style), not what it says.
    pub fn set_style(&mut self, node: NodeId, style: Style) {
        let origin = self.document.origin(node);
        let shared = self.document.is_shared(origin);
        self.change_together(node, origin, shared, |n| n.style = style);
    }

    /// Changes what a node says it is.
    pub fn set_tag(&mut self, node: NodeId, tag: Tag) {
        let origin = self.document.origin(node);
        let shared = self.document.is_shared(origin);
        self.change_together(node, origin, shared, |n| {
            n.tag = tag;
            n.set_tagged(false);
        });
    }

    /// Notes the tag that a node implies, as yaml.v3 does in every node it reads: where kustomize then changes the text
    /// of that very node, the tag stays (`7` stays a number, `abc` stays text).
    pub fn pin_tag(&mut self, node: NodeId) {
        let tag = super::resolve::tag_of(self.document, node);
        self.document.nodes[node.index()].tag = tag;
    }

    /// Says whether the tag of a node is written out before it. In yaml.v3 that is part of the style, so that it comes and
    /// goes with it.
    pub fn set_tagged(&mut self, node: NodeId, tagged: bool) {
        if tagged && self.document.tag(node) == Tag::Implicit {
            self.pin_tag(node);
        }
        self.document.nodes[node.index()].set_tagged(tagged);
    }

    /// Gives a node a tag as if it were written out before it: `!!int`, `!custom`.
    pub fn tag_explicitly(&mut self, node: NodeId, text: &str) {
        let tag = Tag::of_text(text);
        self.document.nodes[node.index()].tag = tag;
        self.document.nodes[node.index()].set_tagged(true);
        if tag == Tag::Other {
            self.document.set_tag_text(node, text);
        }
    }

    /// Gives a node an anchor, or takes it away.
    pub fn set_anchor(&mut self, node: NodeId, name: Option<&str>) {
        self.document.set_anchor(node, name);
    }

    /// A new alias of an anchor.
    pub fn alias(&mut self, name: &str) -> NodeId {
        let node = self.scalar(name, Tag::Implicit, Style::Plain);
        self.document.nodes[node.index()].kind = Kind::Alias;
        node
    }

    /// Respells a scalar whose value stays the same for its reader (a number sent through JSON, folded text): the
    /// history gets a [`Verb::Respelt`].
    pub fn respell(&mut self, node: NodeId, text: &str, tag: Tag, style: Style) {
        let text = self.document.add_text(text);
        self.change(node, Verb::Respelt, Origin::NONE, |n| {
            n.set_text(text);
            n.tag = tag;
            n.style = style;
        });
    }

    /// Drops all comments, as on the way through JSON.
    pub fn drop_comments(&mut self) {
        self.document.drop_all_comments();
    }

    /// Drops the comments of the document itself.
    pub fn drop_document_comments(&mut self) {
        if self.document.document_comments().is_some() {
            self.document.set_document_comments(super::Comments::default());
        }
    }

    /// Drops the comments of a node, or gives it others.
    pub fn set_comments(&mut self, node: NodeId, comments: super::Comments) {
        *self.document.comments_mut(node) = comments;
    }

    // ---- from elsewhere

    /// Copies a node with all below it from another document, history included, as a detached node of this one.
    pub fn graft(&mut self, other: &Document, node: NodeId) -> NodeId {
        let mut imported = BTreeMap::new();
        let shared = self.document.source_text().is_shared_with(other.source_text());
        let root = self.copy_one(other, node, shared, &mut imported);
        let mut todo = vec![(node, root)];
        while let Some((from, to)) = todo.pop() {
            let mut child = other.nodes[from.index()].first();
            while let Some(c) = child {
                let key = other.key(c).map(|k| self.copy_one(other, k, shared, &mut imported));
                let copy = self.copy_one(other, c, shared, &mut imported);
                self.document.append(to, key, copy);
                if other.nodes[c.index()].first().is_some() {
                    todo.push((c, copy));
                }
                child = other.nodes[c.index()].next;
            }
        }
        root
    }

    /// Copies a node with all below it within this document.
    pub fn duplicate(&mut self, node: NodeId) -> NodeId {
        let copy = self.document.clone();
        self.graft(&copy, node)
    }

    fn copy_one(
        &mut self,
        other: &Document,
        node: NodeId,
        shared: bool,
        imported: &mut BTreeMap<u32, Origin>,
    ) -> NodeId {
        let origin = self.import(other, other.origin(node), imported);
        let n = &other.nodes[node.index()];
        let copy = match n.kind {
            Kind::Mapping | Kind::Sequence => self.document.push_collection(n.kind, n.style, n.tag, origin),
            Kind::Scalar | Kind::Alias => {
                let text = if shared && n.text().start & super::node::ADDED == 0 {
                    n.text()
                } else {
                    self.document.add_text(other.text(node))
                };
                let copy = self.document.push_scalar(text, n.style, n.tag, origin);
                self.document.nodes[copy.index()].kind = n.kind;
                copy
            }
        };
        self.document.nodes[copy.index()].set_tagged(n.is_tagged());
        if let Some(text) = other.tag_text(node) {
            self.document.set_tag_text(copy, text);
        }
        if let Some(name) = other.anchor(node) {
            self.document.set_anchor(copy, Some(name));
        }
        if let Some(comments) = other.comments(node) {
            *self.document.comments_mut(copy) = comments.clone();
        }
        copy
    }

    /// Notes that a value took the place of one of another document: that one comes first in its history.
    pub fn supersede(&mut self, node: NodeId, other: &Document, old: NodeId) {
        let previous = self.import_origin(other, other.origin(old));
        let from = self.document.origin(node);
        let origin = self.sign(Verb::Grafted, previous, from);
        self.document.nodes[node.index()].origin = origin;
        self.keep_value(origin, other, old);
    }

    /// Takes the root away: nothing is left of the document. What it was is remembered.
    pub fn remove_root(&mut self) {
        let Some(root) = self.document.try_root() else { return };
        self.document.bury(Tombstone {
            parent: root,
            key: None,
            node: root,
            step: self.step,
            place: self.place,
        });
        self.document.clear_root();
    }

    /// Brings an origin of another document, with the history below it, into this document's ledger, signed.
    pub fn import_origin(&mut self, other: &Document, origin: Origin) -> Origin {
        self.import(other, origin, &mut BTreeMap::new())
    }

    /// As [`Editor::import_origin`], of a value that is copied from here: what it says is kept, too.
    pub fn import_value(&mut self, other: &Document, node: NodeId) -> Origin {
        let origin = self.import_origin(other, other.origin(node));
        self.keep_value(origin, other, node);
        origin
    }

    fn import(&mut self, other: &Document, origin: Origin, done: &mut BTreeMap<u32, Origin>) -> Origin {
        let step = Some(self.step);
        match origin.read() {
            Whence::Unknown => self.sign(Verb::Grafted, Origin::NONE, Origin::NONE),
            Whence::Own(offset) => {
                let place = Place { source: other.source(), offset };
                self.document.ledger.push(Entry {
                    step,
                    verb: Verb::Grafted,
                    previous: Origin::NONE,
                    from: Origin::NONE,
                    place,
                    shared: false,
                })
            }
            Whence::Entry(index) => {
                let from = self.import_entries(other, index, done);
                self.document.ledger.push(Entry {
                    step,
                    verb: Verb::Grafted,
                    previous: Origin::NONE,
                    from,
                    place: Place::NONE,
                    shared: false,
                })
            }
        }
    }

    /// Entries only point at older ones: collect what is reachable from above, copy from below.
    fn import_entries(&mut self, other: &Document, index: u32, done: &mut BTreeMap<u32, Origin>) -> Origin {
        let mut todo = BTreeSet::from([index]);
        let mut order = Vec::new();
        while let Some(i) = todo.pop_last() {
            if done.contains_key(&i) {
                continue;
            }
            order.push(i);
            let entry = other.ledger.get(i);
            for origin in [entry.previous, entry.from] {
                if let Whence::Entry(below) = origin.read() {
                    todo.insert(below);
                }
            }
        }
        for i in order.into_iter().rev() {
            let entry = other.ledger.get(i);
            let previous = self.import_reference(other, entry.previous, done);
            let from = self.import_reference(other, entry.from, done);
            let copy = self.document.ledger.push(Entry { previous, from, shared: false, ..entry });
            if let Some(before) = other.before(i) {
                self.keep_value(copy, other, before);
            }
            done.insert(i, copy);
        }
        done[&index]
    }

    fn import_reference(&mut self, other: &Document, origin: Origin, done: &BTreeMap<u32, Origin>) -> Origin {
        match origin.read() {
            Whence::Unknown => Origin::NONE,
            Whence::Entry(index) => done[&index],
            Whence::Own(offset) => self.document.ledger.push(Entry {
                step: None,
                verb: Verb::Written,
                previous: Origin::NONE,
                from: Origin::NONE,
                place: Place { source: other.source(), offset },
                shared: false,
            }),
        }
    }
}
