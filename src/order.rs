//! The order in which objects are printed: `legacy` (by kind, then group, version, namespace, name) or `fifo` (as
//! they came). Which of them counts (`sortOptions`, `--reorder`) is decided in `build`.
//!
//! - `apply(options, set, scopes)`: `sortOptions` of a kustomization or of the plugin SortOrderTransformer.
//! - `legacy(set, scopes)`: kustomize's default.

use std::cmp::Ordering;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{FIRST_KINDS, Gvk, LAST_KINDS, Scopes};
use crate::kustomization::SortOptions;
use crate::resource::{Identity, Resource, ResourceSet};
use crate::yaml::sort_without_total_order;

/// Sorts as `sortOptions` asks for; refuses options that do not fit together.
pub fn apply(options: &SortOptions, set: &mut ResourceSet, scopes: &dyn Scopes) -> Result<()> {
    match (options.order.as_str(), &options.legacy) {
        ("fifo", None) => Ok(()),
        ("fifo", Some(_)) => Diagnostic::error(
            "invalid-sort-options",
            "`sortOptions.legacySortOptions` is set, but the order is `fifo`, not `legacy`",
        )
        .at(options.at, "asked for here")
        .hint("drop `legacySortOptions`, or set `order: legacy`")
        .fail(),
        ("legacy", None) => legacy(set, scopes),
        ("legacy", Some((first, last))) => {
            let first: Vec<&str> = first.iter().map(String::as_str).collect();
            let last: Vec<&str> = last.iter().map(String::as_str).collect();
            sort(&first, &last, set, scopes)
        }
        (other, _) => Diagnostic::error(
            "invalid-sort-options",
            format!("`sortOptions.order` is `{other}`, not `legacy` or `fifo`"),
        )
        .at(options.at, "asked for here")
        .fail(),
    }
}

/// Sorts by kustomize's own lists of kinds.
pub fn legacy(set: &mut ResourceSet, scopes: &dyn Scopes) -> Result<()> {
    sort(&FIRST_KINDS, &LAST_KINDS, set, scopes)
}

/// From how many objects on it pays to sort side by side.
const SIDE_BY_SIDE: usize = 4096;

fn sort(first: &[&str], last: &[&str], set: &mut ResourceSet, scopes: &dyn Scopes) -> Result<()> {
    // kustomize fills an empty set with the sorted objects, and so meets ids that are there twice by now.
    set.check_ids(scopes)?;
    let identities: Vec<Identity<'_>> = if set.len() < SIDE_BY_SIDE {
        set.iter().map(Resource::identity).collect()
    } else {
        set.list().par_iter().with_min_len(SIDE_BY_SIDE / 8).map(Resource::identity).collect()
    };
    let ranks = Ranks::new(first, last, &identities);
    let mut keys: Vec<Key> = if identities.len() < SIDE_BY_SIDE {
        (0u32..).zip(&identities).map(|(n, id)| ranks.key(id, n)).collect()
    } else {
        identities.par_iter().enumerate().map(|(n, id)| ranks.key(id, n as u32)).collect()
    };
    let compare = |a: &Key, b: &Key| a.compare(b, &identities);
    if keys.len() < SIDE_BY_SIDE {
        keys.sort_unstable_by(compare);
    } else {
        keys.par_sort_unstable_by(compare);
    }
    let order: Vec<u32> = keys.iter().map(|key| key.position).collect();
    set.permute(&order);
    Ok(())
}

/// What decides the place of an object.
struct Key {
    rank: u32,
    /// The place of the namespace among those that there are; equal for all where they must be compared as texts.
    namespace_rank: u32,
    /// The name's first bytes, which mostly decide.
    beginning: [u64; 2],
    /// Where it stands now.
    position: u32,
}

impl Key {
    fn compare(&self, other: &Key, identities: &[Identity<'_>]) -> Ordering {
        (self.rank, self.namespace_rank, self.beginning)
            .cmp(&(other.rank, other.namespace_rank, other.beginning))
            .then_with(|| {
                let (a, b) = (self.names(identities), other.names(identities));
                compare_names(a, b)
            })
            .then(self.position.cmp(&other.position))
    }

    /// Namespace and name: `~X` and `~N` for none.
    fn names<'a>(&self, identities: &[Identity<'a>]) -> (&'a str, &'a str) {
        let id = identities.get(self.position as usize).copied().unwrap_or_default();
        (or(id.namespace, "~X"), or(id.name, "~N"))
    }
}

/// The first bytes of a text, so that texts of which these differ compare as they do.
fn beginning(text: &str) -> [u64; 2] {
    let mut bytes = [0; 16];
    let length = text.len().min(16);
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    let bytes = u128::from_be_bytes(bytes);
    [(bytes >> 64) as u64, bytes as u64]
}

/// Compares `namespace|name`.
fn compare_names(a: (&str, &str), b: (&str, &str)) -> Ordering {
    if a.0 == b.0 {
        return a.1.cmp(b.1);
    }
    let a = a.0.bytes().chain(*b"|").chain(a.1.bytes());
    let b = b.0.bytes().chain(*b"|").chain(b.1.bytes());
    a.cmp(b)
}

/// The places of the groups, versions and kinds of a set, sorted, and those of its namespaces.
struct Ranks<'a> {
    by_kind: FxHashMap<(&'a str, &'a str), u32>,
    by_namespace: FxHashMap<&'a str, u32>,
    /// Namespaces cannot be told from names where one holds a bar.
    has_bars: bool,
}

/// The kinds and namespaces of some objects in the order in which they came; those that come often stand there once.
#[derive(Default)]
struct Distinct<'a> {
    namespaces: Vec<&'a str>,
    keys: Vec<(&'a str, &'a str)>,
}

impl<'a> Distinct<'a> {
    fn of(identities: &[Identity<'a>]) -> Vec<Distinct<'a>> {
        /// So many of those that came last are compared with.
        const NEAR: usize = 8;
        fn add<T: PartialEq + Copy>(list: &mut Vec<T>, one: T) {
            if !list.iter().rev().take(NEAR).any(|other| *other == one) {
                list.push(one);
            }
        }
        let some = |identities: &[Identity<'a>]| {
            let mut distinct = Distinct::default();
            for Identity { api_version, kind, namespace, .. } in identities {
                add(&mut distinct.namespaces, or(namespace, "~X"));
                add(&mut distinct.keys, (*api_version, *kind));
            }
            distinct
        };
        if identities.len() < SIDE_BY_SIDE {
            return vec![some(identities)];
        }
        identities.par_chunks(SIDE_BY_SIDE).map(some).collect()
    }
}

fn or<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}

impl<'a> Ranks<'a> {
    fn new(first: &[&str], last: &[&str], identities: &[Identity<'a>]) -> Ranks<'a> {
        // Of a kind that is listed twice, the later place counts.
        let mut places: FxHashMap<&str, (u8, usize)> = FxHashMap::default();
        for (n, kind) in first.iter().enumerate() {
            places.insert(kind, (0, n));
        }
        for (n, kind) in last.iter().enumerate() {
            places.insert(kind, (2, n));
        }
        let mut by_kind: FxHashMap<(&str, &str), u32> = FxHashMap::default();
        let mut kinds = Vec::new();
        let mut by_namespace: FxHashMap<&str, u32> = FxHashMap::default();
        let mut namespaces = Vec::new();
        for Distinct { namespaces: found, keys } in Distinct::of(identities) {
            for namespace in found {
                if by_namespace.insert(namespace, 0).is_none() {
                    namespaces.push(namespace);
                }
            }
            for key in keys {
                if by_kind.insert(key, 0).is_none() {
                    let (group, version) = Gvk::split_api_version(key.0);
                    let text = format!("{}_{}_{}", or(group, "~G"), or(version, "~V"), or(key.1, "~K"));
                    kinds.push((places.get(key.1).copied().unwrap_or((1, 0)), text, key));
                }
            }
        }
        // Namespaces of the core group stand before others of that kind, and their versions fall. That is no total
        // order where `legacySortOptions` do not name Namespace: other kinds stand between then.
        sort_without_total_order(&mut kinds, |a, b| {
            let is_namespace = a.2.1 == "Namespace" && b.2.1 == "Namespace";
            let core = a.1.starts_with("~G_") || b.1.starts_with("~G_");
            let by_text = if is_namespace && core { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) };
            a.0.cmp(&b.0).then(by_text).is_lt()
        });
        for (rank, (.., key)) in (0..).zip(&kinds) {
            by_kind.insert(*key, rank);
        }
        let has_bars = namespaces.iter().any(|namespace| namespace.contains('|'));
        namespaces.sort_by(|a, b| compare_names((a, ""), (b, "")));
        for (rank, namespace) in (0..).zip(namespaces) {
            by_namespace.insert(namespace, rank);
        }
        Ranks { by_kind, by_namespace, has_bars }
    }

    fn key(&self, id: &Identity<'a>, position: u32) -> Key {
        let Identity { api_version, kind, name, namespace } = *id;
        let (namespace, name) = (or(namespace, "~X"), or(name, "~N"));
        let rank = self.by_kind.get(&(api_version, kind)).copied().unwrap_or(0);
        let (namespace_rank, beginning) = if self.has_bars {
            (0, [0; 2])
        } else {
            (self.by_namespace.get(namespace).copied().unwrap_or(0), beginning(name))
        };
        Key { rank, namespace_rank, beginning, position }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_kinds_that_have_no_total_order() {
        let groups: Vec<String> = (0..40).map(|n| format!("{}{n}/v1", ["a", "m", "~", "z"][n % 4])).collect();
        let kinds = |api_version| ["Namespace", "Foo", "Zed"].map(|kind| (api_version, kind));
        let identities: Vec<Identity<'_>> = groups
            .iter()
            .map(String::as_str)
            .chain(["v1", "v2", "v3"])
            .flat_map(kinds)
            .map(|(api_version, kind)| Identity { api_version, kind, name: "n", namespace: "" })
            .collect();
        let ranks = Ranks::new(&[], &[], &identities);
        let mut places: Vec<u32> = identities.iter().map(|id| ranks.key(id, 0).rank).collect();
        places.sort_unstable();
        assert!((0..).zip(places).all(|(n, place)| n == place));
    }

    #[test]
    fn compares_namespace_and_name_as_one_text() {
        let sorted = [("~X", "a"), ("a", "z"), ("a-b", "a"), ("ab", "a")];
        // `|` stands behind letters and `-`; `~X` behind all of them.
        assert_eq!(compare_names(sorted[1], sorted[3]), Ordering::Greater);
        assert_eq!(compare_names(sorted[1], sorted[2]), Ordering::Greater);
        assert_eq!(compare_names(sorted[0], sorted[1]), Ordering::Greater);
        assert_eq!(compare_names(("a", "a"), ("a", "b")), Ordering::Less);
    }
}
