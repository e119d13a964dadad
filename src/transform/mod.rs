//! What the fields of a kustomization do to the objects: one file for each field. `build` calls them in kustomize's
//! order; plugin configurations (`transformers:`) call the same functions.
//!
//! - `name_prefix::apply(&prefix, &field_specs, &mut resources, &mut context)`, `name_suffix::apply`: the same.
//! - `namespace::apply(&Namespace, &field_specs, …)`.
//! - `labels::apply(&pairs, &field_specs, …)` for `labels` and `commonLabels`; `labels::field_specs(&label, &config)`.
//! - `annotations::apply(&pairs, &field_specs, …)`.
//! - `images::apply(&images, &field_specs, …)`, `replicas::apply(&replica, &field_specs, …)`.
//! - `patches::apply(&patches, &loader, …)`, `patches_json6902::apply`: the same;
//!   `patches_strategic_merge::apply(at, &entries, &text, &loader, …)`.
//! - `replacements::apply(&fields, &loader, …)`, `value_add::apply(&configuration, &loader, …)`.
//!
//! Objects of which a step left nothing stay in the set as nothing: call `resources.drop_empties()` after each step.

pub mod annotations;
mod field_path;
pub(crate) mod field_spec;
pub mod images;
pub mod labels;
pub mod name_prefix;
pub mod name_suffix;
pub mod namespace;
pub mod patch;
pub mod patches;
pub mod patches_json6902;
pub mod patches_strategic_merge;
pub mod replacements;
pub mod replicas;
mod structured_data;
pub(crate) mod together;
pub mod value_add;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::Scopes;
use crate::resource::{Context, IdParts, KindScopes, Resource, ResourceSet};

/// From how many objects on it pays to work on them side by side.
const SIDE_BY_SIDE: usize = 512;

/// Does something to the objects at these rising positions, side by side when there are many. Each row of objects starts
/// from its own `start`. The fault told is that of the first object.
fn for_each_at<S>(
    resources: &mut [Resource],
    positions: &[usize],
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut Resource, &mut S) -> Result<()> + Sync,
) -> Result<()> {
    if positions.len() < SIDE_BY_SIDE / 4 {
        let mut state = start();
        for position in positions {
            if let Some(resource) = resources.get_mut(*position) {
                work(resource, &mut state)?;
            }
        }
        return Ok(());
    }
    let mut wanted = positions.iter().copied().peekable();
    let mut chosen: Vec<&mut Resource> = resources
        .iter_mut()
        .enumerate()
        .filter_map(|(position, resource)| wanted.next_if_eq(&position).map(|_| resource))
        .collect();
    chosen
        .par_chunks_mut(SIDE_BY_SIDE / 8)
        .map(|row| {
            let mut state = start();
            row.iter_mut().try_for_each(|resource| {
                work(resource, &mut state)?;
                resource.note_identity();
                Ok(())
            })
        })
        .find_first(Result::is_err)
        .unwrap_or(Ok(()))
}

/// Remembers the present id of an object as a former one, before a step changes it. kustomize keeps former ids in
/// lists separated by commas and crashes when a part has one; here that is refused.
pub(crate) fn remember(resource: &mut Resource, scopes: &dyn Scopes) -> Result<()> {
    remember_in_row(resource, scopes, &mut KindScopes::default())
}

/// As [`remember`], in a row of objects.
fn remember_in_row(resource: &mut Resource, scopes: &dyn Scopes, kinds: &mut KindScopes) -> Result<()> {
    let id = IdParts::current_in_row(resource, scopes, kinds);
    for part in [id.name, id.namespace, id.kind] {
        if part.as_bytes().contains(&b',') {
            return Diagnostic::error(
                "comma-in-name",
                format!("`{part}` has a comma, which kustomize's record of former names cannot hold"),
            )
            .at(resource.place(), "this object")
            .hint("names, namespaces and kinds have no commas in Kubernetes: take it out")
            .fail();
        }
    }
    if !id.name.is_empty() {
        let former = id.to_former();
        resource.remember(former);
    } else if !resource.former.is_empty() {
        return Diagnostic::error(
            "lost-name",
            "an object has lost its name, which kustomize's record of former names cannot hold",
        )
        .at(resource.place(), "this object")
        .hint("a patch has removed `metadata.name`: leave it in")
        .fail();
    }
    Ok(())
}

/// Which kinds have no namespaces, from the schema in use.
pub(crate) fn scopes(context: &Context) -> &dyn Scopes {
    &context.schema
}

/// Refuses two objects of one id. Those for which `exempt` is true may share one among themselves.
fn refuse_conflicts(
    set: &ResourceSet,
    scopes: &dyn Scopes,
    exempt: impl Fn(&Resource) -> bool,
    message: impl Fn(&Resource) -> String,
) -> Result<()> {
    if set.ids_are_unique(scopes) {
        return Ok(());
    }
    let resources = set.list();
    let mut hashes: Vec<(u64, usize)> = resources
        .par_iter()
        .with_min_len(SIDE_BY_SIDE)
        .enumerate()
        .filter(|(_, resource)| !resource.is_nothing())
        .map(|(index, resource)| (IdParts::current(resource, scopes).hash(), index))
        .collect();
    hashes.par_sort_unstable();
    let mut conflicts: Vec<(usize, usize)> = Vec::new();
    for group in hashes.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        for (place, (_, a)) in group.iter().enumerate() {
            for (_, b) in &group[place + 1..] {
                let (one, other) = (&resources[*a], &resources[*b]);
                let same = IdParts::current(one, scopes) == IdParts::current(other, scopes);
                if same && !(exempt(one) && exempt(other)) {
                    conflicts.push((*a, *b));
                }
            }
        }
    }
    let Some((one, other)) = conflicts.into_iter().min() else { return Ok(()) };
    let (one, other) = (&resources[one], &resources[other]);
    Diagnostic::error("id-conflict", message(one))
        .at(other.place(), "this object")
        .at(one.place(), "has the same id as this one")
        .hint("rename one of them, or drop one")
        .fail()
}
