//! Nodes of other documents with all that happened to them there: what a program gave back is signed by what it was
//! given, and what went away on the way is remembered.

use super::super::document::{Document, Tombstone};
use super::super::node::{Kind, NodeId, Style, Tag};
use super::Editor;
use crate::provenance::{Histories, HistoryId, Origin, StepId, Verb};
use crate::source::Place;

impl Editor<'_> {
    /// Signs a node that was read from a text that no file holds (what a program gave back). What stood in its place
    /// before, in another document, comes first in its history; when it still says the same, that history is all.
    pub fn adopt(&mut self, node: NodeId, before: Option<(&Document, NodeId)>, unchanged: bool) {
        let previous = before.map_or(Origin::NONE, |(other, old)| {
            let mut histories = Histories::default();
            let history = other.history(other.origin(old), &mut histories);
            self.enter(&histories, history)
        });
        let origin = if unchanged { previous } else { self.sign(Verb::Set, previous, Origin::NONE) };
        self.document.nodes[node.index()].origin = origin;
        if let Some((other, old)) = before
            && !unchanged
            && self.document.keeps_values()
        {
            let was = self.copy_with_history(other, old);
            self.document.keep_detached(origin, was);
        }
    }

    /// Remembers that a child of a mapping or sequence was taken away from it: one of this document (with its key as it
    /// was there), which may hang elsewhere now.
    pub fn note_taken(
        &mut self,
        parent: NodeId,
        key: Option<String>,
        node: NodeId,
        step: StepId,
        place: Place,
    ) {
        self.document.bury(Tombstone { parent, key, node, step, place });
    }

    /// As [`Editor::note_taken`], of a node of the document that this one takes the place of.
    pub fn note_lost(&mut self, parent: NodeId, other: &Document, lost: &Tombstone) {
        if self.document.keeps_values() {
            let node = self.copy_with_history(other, lost.node);
            self.note_taken(parent, lost.key.clone(), node, lost.step, lost.place);
        }
    }

    /// A copy that hangs nowhere, of a node of another document with all below it, as it was signed there.
    fn copy_with_history(&mut self, other: &Document, node: NodeId) -> NodeId {
        let root = self.graft(other, node);
        let mut todo = vec![(root, node)];
        while let Some((copy, old)) = todo.pop() {
            let keys = self.document.key(copy).zip(other.key(old)).filter(|_| copy != root);
            self.adopt(copy, Some((other, old)), true);
            if let Some((copy, old)) = keys {
                self.adopt(copy, Some((other, old)), true);
            }
            todo.extend(self.document.children(copy).zip(other.children(old)));
        }
        root
    }

    /// Enters a history that [`Document::history`] took out of another document.
    pub fn enter(&mut self, histories: &Histories, id: HistoryId) -> Origin {
        let base = self.document.ledger.len() as u32;
        let origin = self.document.ledger.enter(histories, id);
        for (entry, text) in histories.before(id) {
            self.keep_scalar(Origin::entry(base + entry), text, Tag::Implicit, Style::Plain);
        }
        origin
    }

    /// Keeps what a scalar of another document was before an entry.
    pub(super) fn keep_value(&mut self, origin: Origin, other: &Document, was: NodeId) {
        if other.kind(was) == Kind::Scalar {
            self.keep_scalar(origin, other.text(was), other.tag(was), other.style(was));
        }
    }

    fn keep_scalar(&mut self, origin: Origin, text: &str, tag: Tag, style: Style) {
        if !self.document.keeps_values() {
            return;
        }
        let text = self.document.add_text(text);
        let node = self.document.push_scalar(text, style, tag, Origin::NONE);
        let was = self.document.as_it_is(node);
        self.document.keep_before(origin, was);
    }
}
