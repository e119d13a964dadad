//! What kustomize does to an object that a function gives back under the id of one that it got: fields take the order
//! of the input, folded texts are quoted, and an object that has changed its shape is refused (kyaml's `CopyComments`
//! and `SyncOrder`; the input has no comments, so there are none to copy).
//!
//! Rules. Lists are compared item by item from the front; items that are different texts are not looked into. A null
//! is anything.

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Result};
use crate::yaml::{Document, Editor, Kind, NodeId, Style};

/// Makes a returned object follow the one that went in.
pub(super) fn follow(before: (&Document, NodeId), editor: &mut Editor<'_>, node: NodeId) -> Result<()> {
    let folded = walk(before, (editor.document(), node))?;
    for node in folded {
        editor.set_style(node, Style::DoubleQuoted);
    }
    let arranged = order(before, (editor.document(), node))?;
    for (parent, children) in arranged {
        editor.arrange(parent, &children);
    }
    Ok(())
}

type Root<'d> = (&'d Document, NodeId);

/// The children of a mapping by key.
fn by_key(document: &Document, mapping: NodeId) -> FxHashMap<&str, NodeId> {
    let mut map = FxHashMap::default();
    for (key, value) in document.entries(mapping) {
        map.entry(document.text(key)).or_insert(value);
    }
    map
}

/// Compares shapes; gives the folded texts that kustomize meets on its way.
fn walk((before, old): Root<'_>, (after, new): Root<'_>) -> Result<Vec<NodeId>> {
    let mut folded = Vec::new();
    let mut todo = vec![(Some(old), Some(new))];
    while let Some((old, new)) = todo.pop() {
        let old_kind = old.filter(|node| !before.is_null(*node)).map(|node| before.kind(node));
        let new_kind = new.filter(|node| !after.is_null(*node)).map(|node| after.kind(node));
        let Some(kind) = old_kind.or(new_kind) else { continue };
        if let (Some(one), Some(other), Some(node)) = (old_kind, new_kind, new)
            && one != other
        {
            return changed_shape(after, node, one, other);
        }
        match kind {
            Kind::Mapping => {
                let Some(old) = old else { continue };
                let olds = if before.kind(old) == Kind::Mapping {
                    by_key(before, old)
                } else {
                    FxHashMap::default()
                };
                let news = new.filter(|new| after.kind(*new) == Kind::Mapping);
                let news = news.map(|new| by_key(after, new)).unwrap_or_default();
                if before.kind(old) == Kind::Mapping {
                    for (key, value) in before.entries(old) {
                        todo.push((Some(value), news.get(before.text(key)).copied()));
                    }
                }
                if let Some(new) = new.filter(|new| after.kind(*new) == Kind::Mapping) {
                    let only_new = after.entries(new).filter(|(key, _)| !olds.contains_key(after.text(*key)));
                    todo.extend(only_new.map(|(_, value)| (None, Some(value))));
                }
            }
            Kind::Sequence => {
                let (Some(old), Some(new)) = (old, new) else { continue };
                let pairs = before.children(old).zip(after.children(new));
                let same = pairs.filter(|(old, new)| before.text(*old) == after.text(*new));
                todo.extend(same.map(|(old, new)| (Some(old), Some(new))));
            }
            Kind::Scalar => folded.extend(new.filter(|new| after.style(*new) == Style::Folded)),
            Kind::Alias => {}
        }
    }
    Ok(folded)
}

/// The order of fields that the input asks for.
fn order((before, old): Root<'_>, (after, new): Root<'_>) -> Result<Vec<(NodeId, Vec<NodeId>)>> {
    let mut arranged = Vec::new();
    let mut todo = vec![(old, new)];
    while let Some((old, new)) = todo.pop() {
        if says_nothing(before, old) || says_nothing(after, new) {
            continue;
        }
        match (before.kind(old), after.kind(new)) {
            (Kind::Mapping, Kind::Mapping) => {
                let news = by_key(after, new);
                let mut front = Vec::with_capacity(news.len());
                for (key, value) in before.entries(old) {
                    if let Some(found) = news.get(before.text(key)) {
                        front.push(*found);
                        todo.push((value, *found));
                    }
                }
                if news.len() == after.len(new) {
                    let olds = by_key(before, old);
                    let rest = after.entries(new).filter(|(key, _)| !olds.contains_key(after.text(*key)));
                    front.extend(rest.map(|(_, value)| value));
                    arranged.push((new, front));
                }
            }
            (Kind::Sequence, Kind::Sequence) => {
                todo.extend(before.children(old).zip(after.children(new)));
            }
            (Kind::Sequence, kind) => return changed_shape(after, new, Kind::Sequence, kind),
            _ => {}
        }
    }
    Ok(arranged)
}

fn says_nothing(document: &Document, node: NodeId) -> bool {
    match document.kind(node) {
        Kind::Mapping | Kind::Sequence => document.is_empty(node),
        Kind::Scalar => document.is_null(node) || document.text(node).is_empty(),
        Kind::Alias => false,
    }
}

fn changed_shape<T>(after: &Document, node: NodeId, was: Kind, is: Kind) -> Result<T> {
    let name = |kind: Kind| match kind {
        Kind::Scalar => "a single value",
        Kind::Mapping => "a mapping",
        Kind::Sequence => "a list",
        Kind::Alias => "an alias",
    };
    Diagnostic::error(
        "function-changed-shape",
        format!("the function made {} of what was {}, which kustomize does not accept", name(is), name(was)),
    )
    .at(after.place(node), "what the function gave back")
    .hint("let the function give the object back without the annotation `internal.config.kubernetes.io/id`")
    .fail()
}
