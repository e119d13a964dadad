//! Histories across a function: what came back as it was keeps its history, a value that is another one now has what it was
//! before in it, and what is no longer there leaves its trace.
//!
//! Rules. Items of lists are told again by `name`, else by what they say, else by their place among those that are left.
//! A key that went while another one with the very same value came, and no other did, was renamed.

use std::collections::{BTreeMap, VecDeque};

use rustc_hash::{FxHashMap, FxHashSet};

use crate::provenance::StepId;
use crate::resource::Resource;
use crate::source::Place;
use crate::yaml::resolve::{self, Dialect};
use crate::yaml::{Document, Kind, Layout, NodeId, Tombstone, write_json_as};

/// What is found to be done, while both documents are looked at.
#[derive(Default)]
struct Found {
    /// A node, what stood in its place, and whether it still says the same.
    signed: Vec<(NodeId, Option<NodeId>, bool)>,
    /// What is no longer there: who held it in the new document, and the node of the old one.
    lost: Vec<(NodeId, NodeId)>,
    /// Values whose key is another one now: the holder, the key as it was, the value (in the new document).
    renamed: Vec<(NodeId, String, NodeId)>,
}

/// Signs what a function gave back.
pub(super) fn sign(object: &mut Resource, before: Option<&Document>, step: StepId) {
    let document = &object.document;
    let Some(root) = document.try_root() else { return };
    let Some((before, old_root)) = before.and_then(|before| Some((before, before.try_root()?))) else {
        let nodes = all(document, root);
        let mut editor = object.document.edit(step);
        for node in nodes {
            editor.adopt(node, None, false);
        }
        return;
    };
    let found = compare(document, root, before, old_root);
    let keeps = document.keeps_values();
    let mut editor = object.document.edit(step);
    for (new, old, unchanged) in &found.signed {
        editor.adopt(*new, old.map(|old| (before, old)), *unchanged);
    }
    if !keeps {
        return;
    }
    // What had been taken away before the function ran.
    let follows: FxHashMap<NodeId, NodeId> =
        found.signed.iter().filter_map(|(new, old, _)| Some(((*old)?, *new))).collect();
    for lost in before.tombstones() {
        let Some(parent) = follows.get(&lost.parent).copied() else { continue };
        match follows.get(&lost.node) {
            Some(node) => editor.note_taken(parent, lost.key.clone(), *node, lost.step, lost.place),
            None => editor.note_lost(parent, before, lost),
        }
    }
    for (parent, old) in found.lost {
        let key = before.key(old).map(|key| before.text(key).to_owned());
        let lost = Tombstone { parent: old, key, node: old, step, place: Place::NONE };
        editor.note_lost(parent, before, &lost);
    }
    for (parent, key, value) in found.renamed {
        editor.note_taken(parent, Some(key), value, step, Place::NONE);
    }
}

/// All nodes at and below a node, and their keys.
fn all(document: &Document, root: NodeId) -> Vec<NodeId> {
    let mut nodes = Vec::new();
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        nodes.push(node);
        nodes.extend(document.key(node));
        todo.extend(document.children(node));
    }
    nodes
}

fn compare(document: &Document, root: NodeId, before: &Document, old_root: NodeId) -> Found {
    let mut found = Found::default();
    let mut todo = vec![(root, old_root)];
    while let Some((new, old)) = todo.pop() {
        found.signed.push((new, Some(old), says_the_same(document, new, before, old)));
        let pairs = match (document.kind(new), before.kind(old)) {
            (Kind::Mapping, Kind::Mapping) => fields(document, new, before, old, &mut found),
            (Kind::Sequence, Kind::Sequence) => items(document, new, before, old),
            _ => document.children(new).map(|child| (child, None)).collect(),
        };
        if document.kind(new) == before.kind(old) {
            let kept: FxHashSet<NodeId> = pairs.iter().filter_map(|(_, old)| *old).collect();
            let gone = before.children(old).filter(|child| !kept.contains(child));
            found.lost.extend(gone.map(|child| (new, child)));
        }
        for (child, was) in pairs {
            if let Some(was) = was {
                if let (Some(key), Some(old_key)) = (document.key(child), before.key(was)) {
                    let unchanged = document.text(key) == before.text(old_key);
                    found.signed.push((key, Some(old_key), unchanged));
                }
                todo.push((child, was));
            } else {
                found.signed.extend(all(document, child).into_iter().map(|node| (node, None, false)));
            }
        }
    }
    found
}

type Pairs = Vec<(NodeId, Option<NodeId>)>;

/// The fields of a mapping with what stood there before.
fn fields(document: &Document, new: NodeId, before: &Document, old: NodeId, found: &mut Found) -> Pairs {
    let mut olds: FxHashMap<&str, NodeId> = FxHashMap::default();
    olds.extend(before.entries(old).map(|(key, value)| (before.text(key), value)));
    let mut pairs: Pairs =
        document.entries(new).map(|(key, value)| (value, olds.remove(document.text(key)))).collect();
    let came: Vec<usize> = (0..pairs.len()).filter(|number| pairs[*number].1.is_none()).collect();
    if came.is_empty() || olds.is_empty() {
        return pairs;
    }
    let mut gone: FxHashMap<Vec<u8>, Vec<NodeId>> = FxHashMap::default();
    for (_, value) in before.entries(old).filter(|(key, _)| olds.contains_key(before.text(*key))) {
        gone.entry(said(before, value)).or_default().push(value);
    }
    let mut by_words: BTreeMap<Vec<u8>, Vec<usize>> = BTreeMap::new();
    for number in came {
        by_words.entry(said(document, pairs[number].0)).or_default().push(number);
    }
    for (words, news) in by_words {
        if let ([number], Some([was])) = (&*news, gone.get(&words).map(Vec::as_slice)) {
            pairs[*number].1 = Some(*was);
        }
    }
    for (value, was) in &pairs {
        if let (Some(key), Some(old_key)) = (document.key(*value), was.and_then(|was| before.key(was)))
            && document.text(key) != before.text(old_key)
        {
            found.renamed.push((new, before.text(old_key).to_owned(), *value));
        }
    }
    pairs
}

/// The items of a list with what each was before.
fn items(document: &Document, new: NodeId, before: &Document, old: NodeId) -> Pairs {
    let mut pairs: Pairs = document.children(new).map(|item| (item, None)).collect();
    let mut left: Vec<NodeId> = before.children(old).collect();
    let name = |document: &Document, item: NodeId| {
        document.get(item, "name").map(|name| document.text(name).to_owned())
    };
    let by =
        |key: &dyn Fn(&Document, NodeId) -> Option<Vec<u8>>, pairs: &mut Pairs, left: &mut Vec<NodeId>| {
            let mut olds: FxHashMap<Vec<u8>, VecDeque<NodeId>> = FxHashMap::default();
            for item in left.iter() {
                if let Some(key) = key(before, *item) {
                    olds.entry(key).or_default().push_back(*item);
                }
            }
            let mut taken = FxHashSet::default();
            for (item, was) in pairs.iter_mut().filter(|(_, was)| was.is_none()) {
                *was = key(document, *item).and_then(|key| olds.get_mut(&key)?.pop_front());
                taken.extend(*was);
            }
            left.retain(|item| !taken.contains(item));
        };
    by(&|document, item| name(document, item).map(String::into_bytes), &mut pairs, &mut left);
    by(&|document, item| Some(said(document, item)), &mut pairs, &mut left);
    // Of those without a name that are left, each stands for the next one of its kind.
    let mut rest = left.into_iter().filter(|item| name(before, *item).is_none());
    for (item, was) in pairs.iter_mut().filter(|(_, was)| was.is_none()) {
        if name(document, *item).is_none() {
            *was = rest.next().filter(|was| before.kind(*was) == document.kind(*item));
        }
    }
    pairs
}

/// What a node says, all below it included.
fn said(document: &Document, node: NodeId) -> Vec<u8> {
    let mut words = Vec::new();
    // What has no JSON is like nothing else but what is spelt alike.
    if write_json_as(document, node, Dialect::V3, Layout::Compact, &mut words).is_err() {
        words.extend_from_slice(document.text(node).as_bytes());
    }
    words
}

/// Whether two nodes say the same themselves, whatever is below them.
fn says_the_same(document: &Document, node: NodeId, before: &Document, old: NodeId) -> bool {
    if document.kind(node) != before.kind(old) {
        return false;
    }
    if document.kind(node) != Kind::Scalar {
        return true;
    }
    let value = |document, node| resolve::scalar(document, node, Dialect::V3).ok();
    match (value(document, node), value(before, old)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}
