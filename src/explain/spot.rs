//! Fields of an object: a spot is a node with all above it, so that its path and what happened to its holders are known.

use std::fmt::Write as _;

use super::path::Part;
use crate::yaml::{Document, Kind, NodeId};

/// A node with all above it, the root first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Spot {
    pub(super) chain: Vec<NodeId>,
}

impl Spot {
    pub(super) fn root(root: NodeId) -> Spot {
        Spot { chain: vec![root] }
    }

    /// The node itself.
    pub(super) fn node(&self) -> Option<NodeId> {
        self.chain.last().copied()
    }

    /// The key of the node itself.
    pub(super) fn key<'d>(&self, document: &'d Document) -> Option<&'d str> {
        document.key(self.node()?).map(|key| document.text(key))
    }

    /// A node right below.
    pub(super) fn child(&self, child: NodeId) -> Spot {
        let mut chain = Vec::with_capacity(self.chain.len() + 1);
        chain.extend_from_slice(&self.chain);
        chain.push(child);
        Spot { chain }
    }

    /// The path as it is shown: `spec.containers[0].image`, keys with dots or slashes in brackets.
    pub(super) fn path(&self, document: &Document) -> String {
        let mut path = String::new();
        for pair in self.chain.windows(2) {
            if let [parent, child] = *pair {
                add_step(&mut path, document, parent, child);
            }
        }
        path
    }
}

/// Adds the step from a node to a child of it.
pub(super) fn add_step(path: &mut String, document: &Document, parent: NodeId, child: NodeId) {
    match (document.kind(parent), document.key(child)) {
        (Kind::Mapping, Some(key)) => add_key(path, document.text(key)),
        _ => {
            let index = document.children(parent).position(|item| item == child).unwrap_or(0);
            let _ = write!(path, "[{index}]");
        }
    }
}

/// Adds a key to a path.
pub(super) fn add_key(path: &mut String, key: &str) {
    let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    if !plain {
        path.push('[');
        path.push_str(key);
        path.push(']');
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

/// How a part of a path is shown.
pub(super) fn add_part(path: &mut String, part: &Part) {
    match part {
        Part::Key(key) if key.bytes().all(|b| b.is_ascii_digit()) => {
            let _ = write!(path, "[{key}]");
        }
        Part::Key(key) => add_key(path, key),
        Part::Item { key, value } => {
            let _ = write!(path, "[{key}={value}]");
        }
        Part::All => path.push_str("[*]"),
    }
}

/// The spot of a node in the tree that begins at a root; `None` when it hangs there no more.
pub(super) fn find(document: &Document, root: Option<NodeId>, node: NodeId) -> Option<Spot> {
    let mut todo = vec![Spot::root(root?)];
    while let Some(spot) = todo.pop() {
        let at = spot.node()?;
        if at == node {
            return Some(spot);
        }
        todo.extend(document.children(at).map(|child| spot.child(child)));
    }
    None
}

/// Scalars and empty collections at and below a spot, in order.
pub(super) fn leaves(document: &Document, from: &Spot) -> Vec<Spot> {
    let mut found = Vec::new();
    let mut todo = vec![from.clone()];
    while let Some(spot) = todo.pop() {
        let Some(node) = spot.node() else { continue };
        if document.is_empty(node) {
            found.push(spot);
            continue;
        }
        let start = todo.len();
        todo.extend(document.children(node).map(|child| spot.child(child)));
        todo[start..].reverse();
    }
    found
}

/// How far a path leads.
pub(super) enum Reached {
    /// To its end: all spots there.
    All(Vec<Spot>),
    /// Not so far: the deepest spot, and for each node of its chain how many parts it took to get there.
    Short(Spot, Vec<usize>),
}

/// Follows a path from a spot of one node.
pub(super) fn follow(document: &Document, from: Spot, parts: &[Part]) -> Reached {
    let mut deepest: Option<(Spot, Vec<usize>)> = None;
    let mut found = Vec::new();
    let mut todo = vec![(from, vec![0])];
    while let Some((spot, taken)) = todo.pop() {
        let (Some(node), Some(at)) = (spot.node(), taken.last().copied()) else { continue };
        if at >= parts.len() {
            found.push(spot);
            continue;
        }
        let start = todo.len();
        for (child, more) in step(document, node, &parts[at..]) {
            let mut taken = taken.clone();
            taken.push(at + more);
            todo.push((spot.child(child), taken));
        }
        let is_deepest = deepest.as_ref().is_none_or(|(deepest, _)| spot.chain.len() > deepest.chain.len());
        if todo.len() == start && is_deepest {
            deepest = Some((spot, taken));
        }
        todo[start..].reverse();
    }
    match deepest {
        Some((spot, taken)) if found.is_empty() => Reached::Short(spot, taken),
        _ => Reached::All(found),
    }
}

/// Children that the first part (or, of keys with dots in them, the first few) names, with how many parts that took.
fn step(document: &Document, node: NodeId, parts: &[Part]) -> Vec<(NodeId, usize)> {
    match (document.kind(node), parts.first()) {
        (Kind::Mapping, Some(Part::Key(key))) => {
            if let Some(child) = document.get(node, key) {
                return vec![(child, 1)];
            }
            let mut joined = key.clone();
            for (more, part) in parts.iter().enumerate().skip(1) {
                let Part::Key(key) = part else { break };
                joined.push('.');
                joined.push_str(key);
                if let Some(child) = document.get(node, &joined) {
                    return vec![(child, more + 1)];
                }
            }
            Vec::new()
        }
        (Kind::Sequence, Some(Part::Key(key))) => {
            let child = key.parse().ok().and_then(|index| document.item(node, index));
            child.map(|child| (child, 1)).into_iter().collect()
        }
        (Kind::Sequence, Some(part @ Part::Item { .. })) => document
            .children(node)
            .filter(|item| is_item(document, *item, part))
            .map(|item| (item, 1))
            .collect(),
        (Kind::Mapping | Kind::Sequence, Some(Part::All)) => {
            document.children(node).map(|child| (child, 1)).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether an item of a list is the one that a part names.
pub(super) fn is_item(document: &Document, item: NodeId, part: &Part) -> bool {
    let Part::Item { key, value } = part else { return false };
    if key.is_empty() {
        return document.kind(item) == Kind::Scalar && document.text(item) == value;
    }
    document.get(item, key).is_some_and(|found| document.text(found) == value)
}

/// The same place in another tree of this document, items of lists by `name` where they have one.
pub(super) fn same_place(document: &Document, chain: &[NodeId], other: NodeId) -> Option<NodeId> {
    same_place_in(document, chain, document, other)
}

/// The same place in another document.
pub(super) fn same_place_in(
    document: &Document,
    chain: &[NodeId],
    other: &Document,
    root: NodeId,
) -> Option<NodeId> {
    let mut at = root;
    for pair in chain.windows(2) {
        let [parent, child] = *pair else { break };
        at = match (document.kind(parent), document.key(child)) {
            (Kind::Mapping, Some(key)) => other.get(at, document.text(key))?,
            _ => match document.get(child, "name").map(|name| document.text(name)) {
                Some(name) => {
                    let is_named =
                        |item: &NodeId| other.get(*item, "name").is_some_and(|n| other.text(n) == name);
                    other.children(at).find(is_named)?
                }
                None => {
                    let index = document.children(parent).position(|item| item == child)?;
                    other.item(at, index)?
                }
            },
        };
    }
    Some(at)
}
