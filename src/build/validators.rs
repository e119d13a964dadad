//! `validators`: transformers that must leave the objects as they were, but for a label `validated-by`.
//!
//! Rules (kustomize's runValidators). Objects that a validator adds or drops count for nothing. An object counts as
//! changed as soon as anything of it was written, if only with what it said before: kustomize compares nodes down to
//! the lines they stood on. Replacements write in place and may write what was there.

use super::Run;
use super::accumulate::Accumulator;
use super::functions;
use super::layer::Layer;
use super::plugins::{self, Configured, Runnable};
use super::steps;
use crate::diagnostic::{Diagnostic, Result};
use crate::kustomization::Plugin;
use crate::provenance::StepId;
use crate::resource::{Resource, ResourceSet};
use crate::source::Place;
use crate::yaml::{Document, Kind, NodeId, resolve};

const LABEL: &str = "validated-by";

/// Runs `validators`.
pub(super) fn run_validators<'f>(run: &mut Run<'f>, layer: &Layer<'f>, set: &mut Accumulator) -> Result<()> {
    for Configured { plugin, at, .. } in
        plugins::configure(run, layer, "validators", &layer.kustomization.validators)?
    {
        match plugin {
            Runnable::Function(function) => {
                let scopes = &set.resources;
                if let Some(object) = functions::validate(run, layer, &function, scopes)? {
                    return changed(object, at)
                        .hint("let the program print nothing when all is well: kustomize refuses objects that it gives back")
                        .fail();
                }
            }
            Runnable::Builtin(plugin) => {
                let in_place = matches!(*plugin, Plugin::Replacement(_));
                let before = set.resources.clone();
                steps::run_plugin(run, layer, Runnable::Builtin(plugin), set)?;
                let step = run.context.steps.add("validators", at);
                if let Some(object) = first_changed(&before, &set.resources, in_place, step) {
                    return changed(object, at)
                        .hint("kustomize counts what is written anew as changed, even where it says the same")
                        .fail();
                }
            }
        }
    }
    Ok(())
}

fn changed(object: &Resource, at: Place) -> Diagnostic {
    Diagnostic::error(
        "validator-changed-object",
        format!("a validator must not change objects, and changed {}", object.id()),
    )
    .at(at, "this validator")
    .at(object.place(), "this object")
}

fn first_changed<'s>(
    before: &'s ResourceSet,
    after: &ResourceSet,
    in_place: bool,
    step: StepId,
) -> Option<&'s Resource> {
    let same = |(old, new): (&Resource, &Resource)| {
        let label =
            new.document.try_root().and_then(|root| new.document.at(root, &["metadata", "labels", LABEL]));
        match label {
            None => untouched(old, new, in_place),
            Some(_) => without_label(new, step).is_some_and(|new| untouched(old, &new, in_place)),
        }
    };
    let pairs = before.iter().zip(after.iter());
    let mut pairs = pairs.map(|(old, new)| (old, same((old, new))));
    pairs.find(|(_, same)| !same).map(|(old, _)| old)
}

/// The object without the label; `None` when it has others, which kustomize writes anew on the way.
fn without_label(object: &Resource, step: StepId) -> Option<Resource> {
    let mut object = object.clone();
    let metadata = object.document.get(object.document.try_root()?, "metadata")?;
    let labels = object.document.get(metadata, "labels")?;
    if object.document.len(labels) != 1 {
        return None;
    }
    object.document.edit(step).remove(metadata, labels);
    Some(object)
}

/// Whether nothing of an object was written.
fn untouched(old: &Resource, new: &Resource, in_place: bool) -> bool {
    old.former == new.former
        && old.prefixes == new.prefixes
        && old.suffixes == new.suffixes
        && old.referred_by == new.referred_by
        && old.behavior == new.behavior
        && old.has_behavior == new.has_behavior
        && old.needs_hash == new.needs_hash
        && same_nodes(&old.document, &new.document, in_place)
}

fn same_nodes(old: &Document, new: &Document, in_place: bool) -> bool {
    let (Some(a), Some(b)) = (old.try_root(), new.try_root()) else {
        return old.try_root() == new.try_root();
    };
    let same = |a: NodeId, b: NodeId| {
        old.kind(a) == new.kind(b)
            && resolve::tag_of(old, a) == resolve::tag_of(new, b)
            && old.style(a) == new.style(b)
            && old.len(a) == new.len(b)
            && old.text(a) == new.text(b)
            && (old.origin(a) == new.origin(b) || (in_place && old.kind(a) == Kind::Scalar))
    };
    let mut todo = vec![(a, b)];
    while let Some((a, b)) = todo.pop() {
        let keys = match (old.key(a), new.key(b)) {
            (Some(one), Some(other)) => same(one, other),
            (None, None) => true,
            _ => false,
        };
        if !keys || !same(a, b) {
            return false;
        }
        todo.extend(old.children(a).zip(new.children(b)));
    }
    true
}
