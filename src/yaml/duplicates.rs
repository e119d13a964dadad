//! Keys that stand twice in one mapping.

use rustc_hash::FxHashSet;

use super::document::Document;
use super::node::{Kind, NodeId};
use super::read::is_null;
use super::resolve::clip;
use crate::diagnostic::{Diagnostic, Result};

/// Up to this many entries, comparing each with each is faster than hashing.
const FEW: usize = 8;

/// The first key of a mapping that an earlier entry has already, and that entry's key.
pub(super) fn first_repeated_key(document: &Document, mapping: NodeId) -> Option<(NodeId, NodeId)> {
    // Keys that are collections count as one and the same, as in go-yaml.
    let same =
        |a: NodeId, b: NodeId| document.kind(a) == document.kind(b) && document.text(a) == document.text(b);
    if document.len(mapping) <= FEW {
        for (i, (key, _)) in document.entries(mapping).enumerate() {
            let mut later = document.entries(mapping).skip(i + 1);
            if let Some((again, _)) = later.find(|(k, _)| same(key, *k)) {
                return Some((again, key));
            }
        }
        return None;
    }
    let mut seen = FxHashSet::default();
    let mut again = None;
    for (key, _) in document.entries(mapping) {
        if !seen.insert((document.kind(key) as u8, document.text(key))) {
            again = Some(key);
            break;
        }
    }
    let again = again?;
    let (first, _) = document.entries(mapping).find(|(key, _)| same(*key, again))?;
    Some((again, first))
}

/// Refuses keys that stand twice in one mapping (and keys that are nulls), as go-yaml v3 does when it decodes. kustomize reads resources into
/// nodes, where both stay (readers see the first), and comes to this check when it turns an object into JSON: at the
/// latest when it prints.
pub fn check_duplicate_keys(document: &Document, root: NodeId) -> Result<()> {
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        if document.kind(node) == Kind::Mapping {
            if let Some((again, first)) = first_repeated_key(document, node) {
                let name = clip(document.text(again));
                return Diagnostic::error(
                    "yaml-duplicate-key",
                    format!("key `{name}` is set twice in one mapping"),
                )
                .at(document.place(again), "set again here")
                .at(document.place(first), "first set here")
                .hint("keep one of the two; kustomize refuses both")
                .fail();
            }
            // kyaml's merge of each mapping with itself sets a key that is a null a second time.
            let null = document.entries(node).find(|(key, _)| {
                document.kind(*key) == Kind::Scalar
                    && is_null(document, *key)
                    && !document.text(*key).is_empty()
            });
            if let Some((key, _)) = null {
                let name = clip(document.text(key));
                return Diagnostic::error(
                    "yaml-null-key",
                    format!("key `{name}` is a null, which kustomize refuses"),
                )
                .at(document.place(key), "not a text")
                .hint("put the key in quotes")
                .fail();
            }
            todo.extend(document.entries(node).map(|(key, _)| key).filter(|key| !document.is_empty(*key)));
        }
        todo.extend(document.children(node).filter(|child| !document.is_empty(*child)));
    }
    Ok(())
}
