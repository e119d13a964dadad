//! Strategic merge of mappings: entries paired by key, and what becomes of each.

use rustc_hash::{FxHashMap, FxHashSet};

use super::strategic_merge_walk::{
    Child, DIRECTIVE, Directive, Entered, Frame, Merge, Outcome, Source, unknown_directive,
};
use crate::diagnostic::Result;
use crate::kubernetes::Field;
use crate::resource;
use crate::source::Place;
use crate::yaml::{Document, Editor, Kind, NodeId, Style, Tag, resolve};

/// A mapping under way.
pub(super) struct MapFrame<'m> {
    pub(super) node: NodeId,
    pub(super) is_new: bool,
    schema: Option<Field<'m>>,
    pub(super) work: Vec<(Option<NodeId>, Source)>,
    next: usize,
    pub(super) gone: Vec<(NodeId, Place)>,
}

impl<'m> Merge<'m> {
    pub(super) fn enter_mapping(
        &mut self,
        target: Option<NodeId>,
        source: Source,
        schema: Option<Field<'m>>,
    ) -> Result<Entered<'m>> {
        self.copy_style(target, source);
        let (directive, is_known) = match source {
            Source::Absent => (Directive::Merge, false),
            Source::Patch(node) if self.patch.kind(node) != Kind::Mapping || self.patch.is_null(node) => {
                return Ok(Entered::Done(Outcome::Gone));
            }
            Source::Patch(node) if self.spent.contains(&node) => (Directive::Merge, true),
            Source::Patch(node) => {
                let (directive, is_known) = directive(self.patch, node, target.is_none())?;
                if is_known {
                    self.spent.insert(node);
                }
                (directive, is_known)
            }
            Source::Same => match target {
                Some(node) => directive(self.editor.document(), node, false)?,
                None => return Ok(Entered::Done(Outcome::Gone)),
            },
        };
        if directive == Directive::Delete {
            if let (Some(node), Source::Same) = (target, source) {
                // The directive is taken out before the mapping goes: lists look at what is left of it.
                self.elide(node);
            }
            return Ok(Entered::Done(Outcome::Gone));
        }
        let frame = match (target, source) {
            (Some(node), Source::Patch(patch)) if directive == Directive::Merge => {
                let work = self.pair(node, patch, is_known);
                MapFrame { node, is_new: false, schema, work, next: 0, gone: Vec::new() }
            }
            (_, Source::Patch(patch)) => {
                let node = self.editor.graft(self.patch, patch);
                if is_known {
                    self.elide(node);
                }
                let work = self.alone(node, Source::Same);
                MapFrame { node, is_new: true, schema, work, next: 0, gone: Vec::new() }
            }
            (Some(node), _) => {
                if is_known {
                    self.elide(node);
                }
                let work = self.alone(node, source);
                MapFrame { node, is_new: false, schema, work, next: 0, gone: Vec::new() }
            }
            (None, _) => return Ok(Entered::Done(Outcome::Gone)),
        };
        Ok(if frame.work.is_empty() {
            Entered::Done(frame.outcome())
        } else {
            Entered::Frame(Frame::Map(frame))
        })
    }

    /// Takes the directive out of a mapping of the target.
    fn elide(&mut self, node: NodeId) {
        let document = self.editor.document();
        if let Some(directive) = document.get(node, DIRECTIVE) {
            let rest: Vec<NodeId> = document.children(node).filter(|child| *child != directive).collect();
            self.editor.arrange(node, &rest);
        }
    }

    /// The children of a mapping that is merged with nothing or with itself and may change.
    fn alone(&self, node: NodeId, source: Source) -> Vec<(Option<NodeId>, Source)> {
        let document = self.editor.document();
        let changing = |child: &NodeId| self.may_change(*child, source);
        if !document.children(node).any(|child| changing(&child)) {
            return Vec::new();
        }
        let mut keys = Keys::of(document, node);
        let children = document.children(node).filter(|child| keys.is_first(*child));
        children.filter(changing).map(|child| (Some(child), source)).collect()
    }

    /// Whether a child that the patch does not mention, or brought along, may change.
    pub(super) fn may_change(&self, child: NodeId, source: Source) -> bool {
        let document = self.editor.document();
        match document.kind(child) {
            Kind::Mapping | Kind::Sequence => !document.is_empty(child),
            Kind::Scalar if document.is_null(child) => {
                source == Source::Same || document.text(child).is_empty()
            }
            Kind::Scalar => self.lacks_quotes(child),
            Kind::Alias => false,
        }
    }

    /// Whether a value is a text that a YAML 1.1 reader would take for something else.
    fn lacks_quotes(&self, node: NodeId) -> bool {
        let document = self.editor.document();
        if document.kind(node) != Kind::Scalar
            || document.style(node) != Style::Plain
            || document.is_tagged(node)
        {
            return false;
        }
        let text = document.text(node);
        let is_text = match document.tag(node) {
            Tag::Str => true,
            Tag::Implicit if document.is_untagged(node) => true,
            // Of the words that begin with a letter, the dialects disagree on few.
            Tag::Implicit if text.starts_with(|c: char| c.is_ascii_alphabetic() && !"yYnNoO".contains(c)) => {
                false
            }
            Tag::Implicit => resolve::tag_of(document, node) == Tag::Str,
            _ => false,
        };
        is_text && !resource::plain_means_string(text)
    }

    /// The children of two mappings, by key: the target's in order, then the patch's own, sorted.
    fn pair(&self, node: NodeId, patch: NodeId, without_directive: bool) -> Vec<(Option<NodeId>, Source)> {
        const FEW: usize = 8;
        let mut theirs: Vec<(&str, NodeId)> = Vec::with_capacity(self.patch.len(patch));
        let mut index: FxHashMap<&str, usize> = FxHashMap::default();
        let many = self.patch.len(patch) > FEW;
        for (key, value) in self.patch.entries(patch) {
            let key = self.patch.text(key);
            let is_repeated =
                if many { index.contains_key(key) } else { theirs.iter().any(|(other, _)| *other == key) };
            if is_repeated || without_directive && key == DIRECTIVE {
                continue;
            }
            if many {
                index.insert(key, theirs.len());
            }
            theirs.push((key, value));
        }
        let mut taken = vec![false; theirs.len()];
        let mut work = Vec::with_capacity(theirs.len());
        let document = self.editor.document();
        let mut keys = Keys::of(document, node);
        for (key, child) in document.entries(node) {
            let is_first = keys.is_first(child);
            let key = document.text(key);
            let at = if many {
                index.get(key).copied()
            } else {
                theirs.iter().position(|(other, _)| *other == key)
            };
            match at {
                Some(at) if !taken[at] => {
                    taken[at] = true;
                    work.push((Some(child), Source::Patch(theirs[at].1)));
                }
                None if is_first && self.may_change(child, Source::Absent) => {
                    work.push((Some(child), Source::Absent));
                }
                _ => {}
            }
        }
        let mut added: Vec<(&str, NodeId)> =
            theirs.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(entry, _)| *entry).collect();
        added.sort_unstable_by_key(|(key, _)| *key);
        work.extend(added.into_iter().map(|(_, value)| (None, Source::Patch(value))));
        work
    }
}

/// The directive in a mapping, and whether there is one.
fn directive(document: &Document, node: NodeId, is_added: bool) -> Result<(Directive, bool)> {
    let Some(value) = document.get(node, DIRECTIVE) else { return Ok((Directive::Merge, false)) };
    match Directive::of(document.text(value)) {
        Some(directive) => Ok((directive, true)),
        // In what the target lacks altogether, kustomize takes it for a field.
        None if is_added => Ok((Directive::Merge, false)),
        None => unknown_directive(document, value),
    }
}

impl<'m> MapFrame<'m> {
    /// The key of the entry under way.
    pub(super) fn current_key<'k>(&self, merge: &'k Merge<'m>) -> Option<&'k str> {
        let (target, source) = self.work.get(self.next.checked_sub(1)?)?;
        let (document, node) = match (target, source) {
            (Some(node), _) => (merge.editor.document(), *node),
            (None, Source::Patch(node)) => (merge.patch, *node),
            (None, _) => return None,
        };
        document.key(node).map(|key| document.text(key))
    }

    pub(super) fn outcome(&self) -> Outcome {
        if self.is_new { Outcome::New(self.node) } else { Outcome::Kept }
    }

    pub(super) fn next(&mut self, merge: &Merge<'m>) -> Option<Child<'m>> {
        let (target, source) = *self.work.get(self.next)?;
        self.next += 1;
        let document = merge.editor.document();
        let is_collection = |document: &Document, node| document.kind(node) != Kind::Scalar;
        let mut schema = None;
        if let Some(node) = target
            && is_collection(document, node)
        {
            schema = document.key(node).and_then(|key| self.schema.as_ref()?.field(document.text(key)));
        } else if let Source::Patch(node) = source
            && is_collection(merge.patch, node)
        {
            schema = merge.patch.key(node).and_then(|key| self.schema.as_ref()?.field(merge.patch.text(key)));
        }
        if merge.comments {
            schema = merge.entry_schema(target, source).or(schema);
        }
        Some(Child { target, source, schema })
    }

    pub(super) fn receive(&mut self, merge: &mut Merge<'m>, outcome: Outcome) {
        let Some(at) = self.next.checked_sub(1) else { return };
        let Some((target, source)) = self.work.get(at).copied() else { return };
        self.settle(merge, outcome, target, source);
    }

    fn settle(&mut self, merge: &mut Merge<'m>, outcome: Outcome, target: Option<NodeId>, source: Source) {
        match (outcome, target, source) {
            (Outcome::Gone, Some(node), source) => self.gone.push((node, merge.place_of(source))),
            (Outcome::New(new), Some(node), _) => {
                let document = merge.editor.document();
                let (style, tagged) = (document.style(node), document.is_tagged(node));
                restyle(&mut merge.editor, new, style);
                if tagged != merge.editor.document().is_tagged(new) {
                    merge.editor.set_tagged(new, tagged);
                }
                merge.editor.assign(node, new);
            }
            (Outcome::New(new), None, Source::Patch(patch)) => {
                if merge.lacks_quotes(new) {
                    merge.editor.set_style(new, Style::DoubleQuoted);
                }
                if let Some(key) = merge.patch.key(patch) {
                    let key = merge.editor.graft(merge.patch, key);
                    if merge.editor.document().tag(key) != Tag::Implicit {
                        merge.editor.set_tag(key, Tag::Implicit);
                    }
                    // kustomize writes the key anew, without the patch's comments.
                    merge.drop_comments(key);
                    merge.editor.insert(self.node, key, new);
                }
            }
            (Outcome::Kept, Some(node), _) if merge.lacks_quotes(node) => {
                merge.editor.set_style(node, Style::DoubleQuoted);
            }
            (Outcome::Gone | Outcome::Kept | Outcome::New(_), _, _) => {}
        }
    }
}

/// Tells repeated keys of a mapping: of those, kustomize looks only at the first entry.
struct Keys<'d> {
    document: &'d Document,
    few: Vec<&'d str>,
    many: Option<FxHashSet<&'d str>>,
}

impl<'d> Keys<'d> {
    fn of(document: &'d Document, mapping: NodeId) -> Keys<'d> {
        const FEW: usize = 16;
        let length = document.len(mapping);
        let many = length > FEW;
        Keys {
            document,
            few: Vec::with_capacity(if many { 0 } else { length }),
            many: many.then(|| FxHashSet::with_capacity_and_hasher(length, rustc_hash::FxBuildHasher)),
        }
    }

    /// Whether the key of this entry has not been seen yet. To be asked of all entries in order.
    fn is_first(&mut self, value: NodeId) -> bool {
        let Some(key) = self.document.key(value).map(|key| self.document.text(key)) else { return true };
        match &mut self.many {
            Some(many) => many.insert(key),
            None if self.few.contains(&key) => false,
            None => {
                self.few.push(key);
                true
            }
        }
    }
}

/// Gives a node the style of the one whose place it takes; what it says stays the same.
fn restyle(editor: &mut Editor<'_>, node: NodeId, style: Style) {
    let document = editor.document();
    let old = document.style(node);
    if old == style {
        return;
    }
    if document.kind(node) == Kind::Scalar && document.tag(node) == Tag::Implicit {
        let is_plain = |style| matches!(style, Style::Plain | Style::Flow);
        if is_plain(old) != is_plain(style) {
            let tag = resolve::tag_of(document, node);
            editor.set_tag(node, tag);
        }
    }
    editor.set_style(node, style);
}
