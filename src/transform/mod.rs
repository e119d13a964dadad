//! What the fields of a kustomization do to the objects: one file for each field. `build` calls them in kustomize's
//! order; plugin configurations (`transformers:`) call the same functions.
//!
//! - `name_prefix::apply(&prefix, &field_specs, &mut resources, &mut context)`, `name_suffix::apply`: the same.
//! - `namespace::apply(&Namespace, &field_specs, …)`.
//! - `labels::apply(&pairs, &field_specs, …)` for `labels` and `commonLabels`; `labels::field_specs(&label, &config)`.
//! - `annotations::apply(&pairs, &field_specs, …)`.
//! - `images::apply(&images, &field_specs, …)`, `replicas::apply(&replica, &field_specs, …)`.
//!
//! Objects of which a step left nothing stay in the set as nothing: call `resources.drop_empties()` after each step.

pub mod annotations;
pub(crate) mod field_spec;
pub mod images;
pub mod labels;
pub mod name_prefix;
pub mod name_suffix;
pub mod namespace;
pub mod patch;
pub mod replicas;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::Scopes;
use crate::resource::{Context, Resource};
use field_spec::Scratch;

/// From how many objects on it pays to work on them side by side.
const SIDE_BY_SIDE: usize = 512;

/// Does something to every object, side by side when there are many. The fault told is that of the first object.
fn for_each(
    resources: &mut [Resource],
    work: impl Fn(&mut Resource, &mut Scratch) -> Result<()> + Sync,
) -> Result<()> {
    let all = |resources: &mut [Resource]| {
        let mut scratch = Scratch::default();
        resources.iter_mut().try_for_each(|resource| work(resource, &mut scratch))
    };
    if resources.len() < SIDE_BY_SIDE {
        return all(resources);
    }
    resources.par_chunks_mut(SIDE_BY_SIDE / 4).map(all).find_first(Result::is_err).unwrap_or(Ok(()))
}

/// Remembers the present id of an object as a former one, before a step changes it. kustomize keeps former ids in
/// lists separated by commas and crashes when a part has one; here that is refused.
pub(crate) fn remember(resource: &mut Resource, scopes: &dyn Scopes) -> Result<()> {
    for part in [resource.name(), resource.namespace(), resource.kind()] {
        if part.contains(',') {
            return Diagnostic::error(
                "comma-in-name",
                format!("`{part}` has a comma, which kustomize's record of former names cannot hold"),
            )
            .at(resource.place(), "this object")
            .hint("names, namespaces and kinds have no commas in Kubernetes: take it out")
            .fail();
        }
    }
    if !resource.name().is_empty() {
        resource.store_previous_id(scopes);
    }
    Ok(())
}

/// Which kinds have no namespaces, from the schema in use.
pub(crate) fn scopes(context: &Context) -> &dyn Scopes {
    &context.schema
}

/// The candidate that is most nearly this text, when one is near enough to be what was meant.
pub(crate) fn nearest<'c>(text: &str, candidates: impl Iterator<Item = &'c str>) -> Option<&'c str> {
    let limit = text.chars().count().div_ceil(3).clamp(1, 4);
    candidates
        .take(4096)
        .map(|candidate| (distance(text, candidate, limit), candidate))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters must be changed, added or dropped to make one text of the other; `limit + 1` when more.
fn distance(a: &str, b: &str, limit: usize) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(256).collect(), b.chars().take(256).collect());
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = changed.min(corner + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
