//! The order in which objects are printed: `legacy` (by kind, then group, version, namespace, name) or `fifo` (as
//! they came). Which of them counts (`sortOptions`, `--reorder`) is decided in `build`.
//!
//! - `apply(options, set, scopes)`: `sortOptions` of a kustomization or of the plugin SortOrderTransformer.
//! - `legacy(set, scopes)`: kustomize's default.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{Gvk, Scopes};
use crate::kustomization::SortOptions;
use crate::resource::{Resource, ResourceSet};

/// Kinds that kustomize puts first, in this order.
const FIRST: [&str; 22] = [
    "Namespace",
    "ResourceQuota",
    "StorageClass",
    "CustomResourceDefinition",
    "ServiceAccount",
    "PodSecurityPolicy",
    "Role",
    "ClusterRole",
    "RoleBinding",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Endpoints",
    "Service",
    "LimitRange",
    "PriorityClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Deployment",
    "StatefulSet",
    "CronJob",
    "PodDisruptionBudget",
];

/// Kinds that kustomize puts last, in this order.
const LAST: [&str; 2] = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

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
    sort(&FIRST, &LAST, set, scopes)
}

fn sort(first: &[&str], last: &[&str], set: &mut ResourceSet, scopes: &dyn Scopes) -> Result<()> {
    // kustomize fills an empty set with the sorted objects, and so meets ids that are there twice by now.
    set.check_ids(scopes)?;
    let ranks = Ranks::new(first, last, set);
    // What is compared is looked up once: a comparison that walks two objects costs more than the whole sort.
    let mut order: Vec<(u32, (&str, &str), usize)> = (set.iter().enumerate())
        .map(|(n, resource)| (ranks.of(resource), (resource.namespace(), resource.name()), n))
        .collect();
    order.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| compare_names(a.1, b.1)));
    let order: Vec<usize> = order.into_iter().map(|(.., n)| n).collect();
    let mut list: Vec<Option<Resource>> = set.take_list().into_iter().map(Some).collect();
    let sorted = order.into_iter().filter_map(|position| list.get_mut(position)?.take()).collect();
    set.replace_list(sorted);
    Ok(())
}

/// Compares `namespace|name`, with `~X` and `~N` for none.
fn compare_names(a: (&str, &str), b: (&str, &str)) -> Ordering {
    let or = |text, nothing| if str::is_empty(text) { nothing } else { text };
    let (a, b) = ((or(a.0, "~X"), or(a.1, "~N")), (or(b.0, "~X"), or(b.1, "~N")));
    if a.0 == b.0 {
        return a.1.cmp(b.1);
    }
    let a = a.0.bytes().chain(*b"|").chain(a.1.bytes());
    let b = b.0.bytes().chain(*b"|").chain(b.1.bytes());
    a.cmp(b)
}

/// The places of the groups, versions and kinds of a set, sorted.
struct Ranks<'a> {
    by_kind: FxHashMap<(&'a str, &'a str), u32>,
}

impl<'a> Ranks<'a> {
    fn new(first: &[&str], last: &[&str], set: &'a ResourceSet) -> Ranks<'a> {
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
        for resource in set {
            let key = (resource.api_version(), resource.kind());
            if by_kind.insert(key, 0).is_none() {
                let (group, version) = Gvk::split_api_version(key.0);
                let or = |text, nothing| if str::is_empty(text) { nothing } else { text };
                let text = format!("{}_{}_{}", or(group, "~G"), or(version, "~V"), or(key.1, "~K"));
                kinds.push((places.get(key.1).copied().unwrap_or((1, 0)), text, key));
            }
        }
        kinds.sort_by(|a, b| {
            // Namespaces of the core group stand before others of that kind, and their versions fall.
            let is_namespace = a.2.1 == "Namespace" && b.2.1 == "Namespace";
            let core = a.1.starts_with("~G_") || b.1.starts_with("~G_");
            let by_text = if is_namespace && core { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) };
            a.0.cmp(&b.0).then(by_text)
        });
        for (rank, (.., key)) in (0..).zip(&kinds) {
            by_kind.insert(*key, rank);
        }
        Ranks { by_kind }
    }

    fn of(&self, resource: &Resource) -> u32 {
        self.by_kind.get(&(resource.api_version(), resource.kind())).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_namespace_and_name_as_one_text() {
        let sorted = [("", "a"), ("a", "z"), ("a-b", "a"), ("ab", "a")];
        // `|` stands behind letters and `-`; `~X` behind all of them.
        assert_eq!(compare_names(sorted[1], sorted[3]), Ordering::Greater);
        assert_eq!(compare_names(sorted[1], sorted[2]), Ordering::Greater);
        assert_eq!(compare_names(sorted[0], sorted[1]), Ordering::Greater);
        assert_eq!(compare_names(("a", "a"), ("a", "b")), Ordering::Less);
    }
}
