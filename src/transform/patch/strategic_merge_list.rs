//! Strategic merge of lists whose items have merge keys (or are merged by value).
//!
//! 1. Items are matched by the values of the keys that any item gives; the patch's come first in the order of the
//!    patch, then the target's others. With two keys or more in use, the target's items keep their order behind what
//!    is new.
//! 2. An item of the target that is matched stays the target's node, merged in place; `$patch: delete` removes it,
//!    `$patch: replace` in an item of both changes nothing.
//! 3. `$patch` alone in an item speaks for the list: `replace` puts the patch's items in place of the target's,
//!    `delete` removes the list.
//! 4. kustomize has no rule for items without keys, repeated ones, or ones that give only some of several keys, but
//!    its steps have results: those lists take the same steps one by one (`Irregular`), all others the short way.

use std::borrow::Cow;

use rustc_hash::{FxHashMap, FxHashSet};

use super::strategic_merge_steps::{self as steps, Values};
use super::strategic_merge_walk::{
    Child, DIRECTIVE, Directive, Entered, Frame, Merge, Outcome, Source, unknown_directive,
};
use crate::diagnostic::Result;
use crate::kubernetes::Field;
use crate::source::Place;
use crate::yaml::{Document, Kind, NodeId, Style, Tag};

type Keys = Vec<Cow<'static, str>>;

/// A list under way.
pub(super) struct ListFrame<'m> {
    node: NodeId,
    is_new: bool,
    /// Where what the patch says of an item that the target has comes from.
    source: Source,
    items: Option<Field<'m>>,
    plan: Plan,
}

enum Plan {
    Regular(Regular),
    Irregular(Irregular),
}

/// Items in the order of the merge, each with what became of it.
struct Regular {
    work: Vec<(Option<NodeId>, Source)>,
    next: usize,
    outcomes: Vec<Outcome>,
    /// The target's items stay in their order.
    target_order: bool,
    by_value: bool,
}

/// The same, step by step.
struct Irregular {
    /// Items of the target that are left.
    target: Vec<NodeId>,
    patch: Vec<NodeId>,
    /// The merged list so far.
    merged: Vec<NodeId>,
    keys: Keys,
    values: Vec<Values>,
    next: usize,
    /// The item under way: its node in the target and its key values.
    current: Option<NodeId>,
    current_values: Values,
}

impl<'m> Merge<'m> {
    pub(super) fn enter_list(
        &mut self,
        target: Option<NodeId>,
        source: Source,
        schema: Option<&Field<'m>>,
        keys: Keys,
    ) -> Result<Entered<'m>> {
        self.copy_style(target, source);
        let items = schema.and_then(Field::items);
        let (node, is_new, source, patch) = match (target, source) {
            // What only the patch has is added as it is, directives and all.
            (None, Source::Patch(list)) => {
                (self.editor.graft(self.patch, list), true, Source::Same, Vec::new())
            }
            (Some(_), Source::Patch(list)) if self.patch.is_null(list) => {
                return Ok(Entered::Done(Outcome::Gone));
            }
            (Some(node), Source::Patch(list)) => match list_directive(self.patch, list)? {
                Some((Directive::Delete, _)) => return Ok(Entered::Done(Outcome::Gone)),
                Some((Directive::Replace, elided)) => {
                    let keep: Vec<bool> = mask(self.patch, list, &elided);
                    let new = self.editor.graft(self.patch, list);
                    self.keep_items(new, &keep);
                    (new, true, Source::Same, Vec::new())
                }
                Some((Directive::Merge, left)) => (node, false, source, left),
                None => (node, false, source, self.patch.children(list).collect()),
            },
            (Some(node), Source::Same) => {
                match list_directive(self.editor.document(), node)? {
                    Some((Directive::Delete, _)) => return Ok(Entered::Done(Outcome::Gone)),
                    Some((_, left)) => {
                        let keep = mask(self.editor.document(), node, &left);
                        self.keep_items(node, &keep);
                    }
                    None => {}
                }
                (node, false, source, Vec::new())
            }
            (Some(node), Source::Absent) => (node, false, source, Vec::new()),
            (None, _) => return Ok(Entered::Done(Outcome::Gone)),
        };
        if self.editor.document().is_empty(node) && patch.is_empty() {
            return Ok(Entered::Done(if is_new { Outcome::New(node) } else { Outcome::Kept }));
        }
        let plan = match self.regular(node, &patch, source, &keys) {
            Some(regular) => Plan::Regular(regular),
            None => Plan::Irregular(self.irregular(node, patch, keys)),
        };
        Ok(Entered::Frame(Frame::List(ListFrame { node, is_new, source, items, plan })))
    }

    fn keep_items(&mut self, list: NodeId, keep: &[bool]) {
        let rest: Vec<NodeId> = self
            .editor
            .document()
            .children(list)
            .zip(keep)
            .filter(|(_, keep)| **keep)
            .map(|(item, _)| item)
            .collect();
        self.editor.arrange(list, &rest);
    }

    /// The short way, when every item of both lists gives the same keys and none is repeated.
    fn regular(&self, node: NodeId, patch: &[NodeId], source: Source, keys: &Keys) -> Option<Regular> {
        let target: Vec<NodeId> = self.editor.document().children(node).collect();
        let width = keys.len().max(1);
        let mut ours: Vec<&str> = Vec::with_capacity(target.len() * width);
        let mut theirs: Vec<&str> = Vec::with_capacity(patch.len() * width);
        for (document, items, texts) in
            [(self.editor.document(), &target[..], &mut ours), (self.patch, patch, &mut theirs)]
        {
            for item in items {
                key_texts(document, *item, keys, texts)?;
            }
        }
        // A key counts when every item gives it; one that none gives does not.
        let mut used = 0;
        for column in 0..width {
            let mut given =
                ours.iter().chain(&theirs).skip(column).step_by(width).map(|text| !text.is_empty());
            let first = given.next()?;
            if given.any(|given| given != first) {
                return None;
            }
            used += usize::from(first);
        }
        if used == 0 {
            return None;
        }
        let ours: Vec<&[&str]> = ours.chunks_exact(width).collect();
        let theirs: Vec<&[&str]> = theirs.chunks_exact(width).collect();
        let matches = matches(&ours, &theirs)?;

        let mut work = Vec::with_capacity(target.len() + patch.len());
        let mut is_matched = vec![false; target.len()];
        for (item, at) in patch.iter().zip(matches) {
            if let Some(at) = at {
                is_matched[at] = true;
            }
            work.push((at.map(|at| target[at]), Source::Patch(*item)));
        }
        let rest = if source == Source::Same { Source::Same } else { Source::Absent };
        work.extend(
            target
                .iter()
                .zip(is_matched)
                .filter(|(_, matched)| !matched)
                .map(|(item, _)| (Some(*item), rest)),
        );
        let outcomes = Vec::with_capacity(work.len());
        Some(Regular { work, next: 0, outcomes, target_order: used > 1, by_value: keys.is_empty() })
    }

    fn irregular(&self, node: NodeId, patch: Vec<NodeId>, keys: Keys) -> Irregular {
        let document = self.editor.document();
        let target: Vec<NodeId> = document.children(node).collect();
        let both = [(self.patch, &patch), (document, &target)];
        let (values, keys) = if keys.is_empty() {
            (steps::values_of_scalars(&both), vec!["".into()])
        } else {
            let mut values = steps::values(&both, &keys);
            if keys.len() > 1 {
                steps::merge_values(&mut values);
            }
            (values, keys)
        };
        let keys = steps::valid_keys(&values, &keys);
        Irregular {
            target,
            patch,
            merged: Vec::new(),
            keys: keys.iter().map(|(_, key)| key.clone()).collect(),
            values: values
                .into_iter()
                .map(|each| keys.iter().map(|(at, _)| each.get(*at).cloned().unwrap_or_default()).collect())
                .collect(),
            next: 0,
            current: None,
            current_values: Vec::new(),
        }
    }
}

/// The directive of a list with the items that are left without it: that of the first item with `$patch`, when
/// that item has nothing else.
fn list_directive(document: &Document, list: NodeId) -> Result<Option<(Directive, Vec<NodeId>)>> {
    let Some(value) = document.children(list).find_map(|item| document.get(item, DIRECTIVE)) else {
        return Ok(None);
    };
    let alone = document.children(list).any(|item| document.len(item) == 1 && has(document, item, value));
    if !alone {
        return Ok(None);
    }
    let Some(directive) = Directive::of(document.text(value)) else {
        return unknown_directive(document, value);
    };
    let mut left: Vec<NodeId> = document.children(list).collect();
    steps::set(document, &mut left, None, &[DIRECTIVE.into()], &[document.text(value).to_owned()])?;
    Ok(Some((directive, left)))
}

fn has(document: &Document, item: NodeId, value: NodeId) -> bool {
    document.kind(item) == Kind::Mapping && document.children(item).any(|child| child == value)
}

/// Which items of a list are left.
fn mask(document: &Document, list: NodeId, left: &[NodeId]) -> Vec<bool> {
    let mut left = left.iter().peekable();
    document.children(list).map(|item| left.next_if(|next| **next == item).is_some()).collect()
}

/// The texts of an item's keys, or the text of a scalar; `None` when the item is not of the regular form.
fn key_texts<'d>(document: &'d Document, item: NodeId, keys: &Keys, texts: &mut Vec<&'d str>) -> Option<()> {
    if document.is_null(item) {
        return None;
    }
    if keys.is_empty() {
        let is_text = document.kind(item) == Kind::Scalar && !document.text(item).is_empty();
        return is_text.then(|| texts.push(document.text(item)));
    }
    if document.kind(item) != Kind::Mapping || document.is_empty(item) {
        return None;
    }
    for key in keys {
        let value = document.get(item, key).filter(|value| !document.is_null(*value));
        texts.push(value.map_or("", |value| document.text(value)));
    }
    Some(())
}

/// For each of theirs, which of ours has the same keys; `None` when keys are repeated within a list.
fn matches(ours: &[&[&str]], theirs: &[&[&str]]) -> Option<Vec<Option<usize>>> {
    const FEW: usize = 16;
    if ours.len().max(theirs.len()) <= FEW {
        let repeated = |list: &[&[&str]]| list.iter().enumerate().any(|(at, keys)| list[..at].contains(keys));
        if repeated(ours) || repeated(theirs) {
            return None;
        }
        return Some(theirs.iter().map(|keys| ours.iter().position(|other| other == keys)).collect());
    }
    let mut index = FxHashMap::default();
    for (at, keys) in ours.iter().enumerate() {
        if index.insert(*keys, at).is_some() {
            return None;
        }
    }
    let mut seen = FxHashSet::default();
    theirs.iter().map(|keys| seen.insert(*keys).then(|| index.get(keys).copied())).collect()
}

impl<'m> ListFrame<'m> {
    pub(super) fn next(&mut self, merge: &mut Merge<'m>) -> Result<Option<Child<'m>>> {
        let (target, source) = match &mut self.plan {
            Plan::Regular(regular) => {
                let Some((target, source)) = regular.next(merge) else { return Ok(None) };
                (target, source)
            }
            Plan::Irregular(irregular) => {
                let Some((target, source)) = irregular.next(merge, self.source)? else { return Ok(None) };
                (target, source)
            }
        };
        Ok(Some(Child { target, source, schema: self.items.clone() }))
    }

    pub(super) fn receive(&mut self, merge: &mut Merge<'m>, outcome: Outcome) -> Result<()> {
        match &mut self.plan {
            Plan::Regular(regular) => {
                regular.outcomes.push(outcome);
                Ok(())
            }
            Plan::Irregular(irregular) => irregular.receive(merge, outcome),
        }
    }

    pub(super) fn finish(self, merge: &mut Merge<'m>) -> Result<Outcome> {
        merge.drop_comments(self.node);
        let asked: FxHashMap<NodeId, Source> = match &self.plan {
            Plan::Regular(regular) => regular
                .work
                .iter()
                .zip(&regular.outcomes)
                .filter(|(_, outcome)| **outcome == Outcome::Gone)
                .filter_map(|((node, source), _)| node.map(|node| (node, *source)))
                .collect(),
            Plan::Irregular(_) => FxHashMap::default(),
        };
        let merged = match self.plan {
            Plan::Regular(regular) => regular.finish(merge, self.node),
            Plan::Irregular(irregular) => irregular.finish(merge)?,
        };
        let document = merge.editor.document();
        if !document.children(self.node).eq(merged.iter().copied()) {
            let left: FxHashSet<NodeId> = merged.iter().copied().collect();
            let lost: Vec<(NodeId, Place)> = document
                .children(self.node)
                .filter(|item| !left.contains(item))
                .map(|item| (item, asked.get(&item).map_or(Place::NONE, |source| merge.place_of(*source))))
                .collect();
            merge.editor.remove_all(self.node, &lost);
            let merged = merge.without_repeats(merged);
            merge.editor.arrange(self.node, &merged);
        }
        if self.is_new {
            // kustomize makes a new list, in block style, and hangs the items in.
            merge.editor.set_style(self.node, Style::Plain);
            return Ok(Outcome::New(self.node));
        }
        Ok(Outcome::Kept)
    }
}

impl Merge<'_> {
    /// A node can stand in a list only once: further places get copies.
    fn without_repeats(&mut self, nodes: Vec<NodeId>) -> Vec<NodeId> {
        let mut seen = FxHashSet::default();
        nodes
            .into_iter()
            .map(|node| if seen.insert(node) { node } else { self.editor.duplicate(node) })
            .collect()
    }

    /// An item merged by value is written anew by kustomize, without its tag.
    fn untag(&mut self, node: NodeId) {
        if self.editor.document().tag(node) != Tag::Implicit {
            self.editor.set_tag(node, Tag::Implicit);
        }
    }
}

impl Regular {
    /// The next item that needs a look; others stay as they are.
    fn next(&mut self, merge: &mut Merge<'_>) -> Option<(Option<NodeId>, Source)> {
        loop {
            let (target, source) = *self.work.get(self.next)?;
            self.next += 1;
            match (target, source) {
                (Some(node), Source::Absent | Source::Same) if !merge.may_change(node, source) => {
                    self.outcomes.push(Outcome::Kept);
                }
                _ => return Some((target, source)),
            }
        }
    }

    fn finish(self, merge: &mut Merge<'_>, node: NodeId) -> Vec<NodeId> {
        let all = self.work.iter().zip(&self.outcomes);
        if self.by_value {
            for ((target, source), outcome) in all.clone() {
                match (target, source, outcome) {
                    (Some(item), Source::Absent | Source::Same, _) | (None, _, Outcome::New(item)) => {
                        merge.untag(*item);
                    }
                    _ => {}
                }
            }
        }
        if !self.target_order {
            return all
                .filter_map(|((target, _), outcome)| match (target, outcome) {
                    (_, Outcome::Gone) | (None, Outcome::Kept) => None,
                    // The target's item stays even where the patch's was to replace it.
                    (Some(item), _) | (None, Outcome::New(item)) => Some(*item),
                })
                .collect();
        }
        let mut merged = Vec::with_capacity(self.work.len());
        let mut gone = FxHashSet::default();
        for ((target, _), outcome) in all {
            match (target, outcome) {
                (None, Outcome::New(item)) => merged.push(*item),
                (Some(item), Outcome::Gone) => {
                    gone.insert(*item);
                }
                _ => {}
            }
        }
        merged.extend(merge.editor.document().children(node).filter(|item| !gone.contains(item)));
        merged
    }
}

impl Irregular {
    fn next(&mut self, merge: &mut Merge<'_>, source: Source) -> Result<Option<(Option<NodeId>, Source)>> {
        while let Some(values) = self.values.get(self.next) {
            self.next += 1;
            self.current_values.clone_from(values);
            let document = merge.editor.document();
            let target = steps::find(document, &self.target, &self.keys, values);
            let source = match source {
                Source::Patch(_) => steps::find(merge.patch, &self.patch, &self.keys, values)
                    .map_or(Source::Absent, Source::Patch),
                Source::Same if target.is_some() => Source::Same,
                Source::Same | Source::Absent => Source::Absent,
            };
            self.current = target;
            if target.is_some() || source != Source::Absent {
                return Ok(Some((target, source)));
            }
            self.receive(merge, Outcome::Gone)?;
        }
        Ok(None)
    }

    fn receive(&mut self, merge: &mut Merge<'_>, outcome: Outcome) -> Result<()> {
        let item = match outcome {
            Outcome::Gone => None,
            Outcome::Kept => self.current,
            Outcome::New(node) => Some(node),
        };
        let document = merge.editor.document();
        let Some(item) = item.filter(|item| !steps::is_nothing(document, *item)) else {
            return steps::set(document, &mut self.target, None, &self.keys, &self.current_values);
        };
        if document.kind(item) == Kind::Scalar && self.current_values.iter().any(|value| !value.is_empty()) {
            merge.untag(item);
        }
        let document = merge.editor.document();
        steps::set(document, &mut self.merged, Some(item), &self.keys, &self.current_values)
    }

    fn finish(self, merge: &mut Merge<'_>) -> Result<Vec<NodeId>> {
        steps::append(merge.editor.document(), self.merged, &self.target, &self.keys)
    }
}
