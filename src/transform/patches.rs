//! `patches` (PatchTransformer): strategic merge patches and JSON patches, in place or from files. Its older forms are
//! `patches_strategic_merge.rs` and `patches_json6902.rs`; what a patch does to one object is in `patch/`.
//!
//! Rules. A text that can be read as objects is a strategic merge patch, else it must be a JSON patch. With a target, a
//! single strategic patch goes to all objects selected, and ids must be distinct afterwards; without, each goes to the
//! one object that has or had the id that it names. A JSON patch needs a target, remembers the id of each object, and
//! leaves kustomize's own annotations as they were.

use std::sync::Arc;

use super::patch::{JsonPatch, StrategicPatch};
use super::{for_each_at, refuse_conflicts, remember_in_row, scopes};
use crate::diagnostic::{Diagnostic, Result, Trace, nearest};
use crate::kustomization::{Patch, Selector, Written};
use crate::load::Loader;
use crate::provenance::StepId;
use crate::resource::{self, Context, KindScopes, Resource, ResourceSet, Target, projection};
use crate::source::{Place, Source, SourceId};

/// Applies patches one after another. Warns of those that change nothing.
pub fn apply(
    patches: &[Patch],
    loader: &Loader<'_>,
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    // kustomize reads all patches before it applies the first.
    let mut read = Vec::with_capacity(patches.len());
    for patch in patches {
        let step = context.steps.add("patches", patch.at);
        read.push((patch, read_patch(patch, loader, context, step)?, step));
    }
    if !read.is_empty() {
        resources.drop_empties();
    }
    let mut ids_are_distinct = false;
    for (patch, content, step) in read {
        match content {
            Content::Strategic(documents) => {
                if documents.is_empty() {
                    nothing_in(patch, context);
                } else if let Some(target) = &patch.target {
                    let [document] = documents.as_slice() else { return too_many(patch, target) };
                    let ready = StrategicPatch::for_selected(document, step)?;
                    strategic_with_target(patch, target, &ready, resources, context, &mut ids_are_distinct)?;
                } else {
                    strategic_by_id(patch, &documents, step, resources, context)?;
                    ids_are_distinct = false;
                }
            }
            Content::Json(json) => {
                json_with_target(patch, &json, step, resources, context)?;
                ids_are_distinct &= !json.touches_ids();
            }
        }
    }
    Ok(())
}

/// What a text holds.
enum Content {
    Strategic(Vec<Resource>),
    Json(JsonPatch),
}

fn read_patch(patch: &Patch, loader: &Loader<'_>, context: &mut Context, step: StepId) -> Result<Content> {
    let inline = patch.patch.value.trim();
    let fault = |message: &str| {
        Diagnostic::error("bad-patch", message)
            .at(patch.at, "this patch")
            .hint("give either `path` or `patch`")
    };
    let source = match (inline.is_empty(), patch.path.value.is_empty()) {
        (true, true) => return fault("a patch needs one of `patch` and `path`").fail(),
        (false, false) => return fault("a patch cannot have both `patch` and `path`").fail(),
        (false, true) => inline_text(context, inline, &patch.patch),
        (true, false) => loader.read(&mut context.sources, &patch.path.value, patch.path.at)?,
    };
    let text = context.sources.get(source).text.clone();
    let objects = resource::read(source, &text);
    let json = if text.is_empty() {
        Diagnostic::error("bad-json-patch", "there are no operations").fail()
    } else {
        JsonPatch::read(source, &text, step)
    };
    match (objects, json) {
        (Ok(objects), Ok(json)) if !objects.is_empty() && !json.is_empty() => {
            Diagnostic::error("bad-patch", "this is both a strategic merge patch and a JSON patch")
                .at(patch.at, "this patch")
                .fail()
        }
        (Ok(objects), _) => {
            let mut objects = objects.into_list();
            for object in &mut objects {
                if patch.allow_name_change || patch.allow_kind_change {
                    // kustomize notes the options in the patch's annotations, and rewrites those.
                    projection::rewrite_annotations(object, &[], step)?;
                }
                object.allow_name_change |= patch.allow_name_change;
                object.allow_kind_change |= patch.allow_kind_change;
            }
            Ok(Content::Strategic(objects))
        }
        (Err(_), Ok(json)) => Ok(Content::Json(json)),
        (Err(as_objects), Err(as_json)) => {
            // The fault that fits what it looks like is told; the other one is not wanted.
            let looks_like_json = text.trim_start().starts_with(['[', '-']) && !text.starts_with("---");
            let mut fault = if looks_like_json { as_json } else { as_objects };
            fault.trace.push(
                "reading a patch, which is neither a strategic merge patch nor a JSON patch".to_owned(),
            );
            fault.labels.push(crate::diagnostic::Label { place: patch.at, text: "this patch".to_owned() });
            Err(fault)
        }
    }
}

/// Registers the text of a patch that stands in the kustomization file.
pub(super) fn inline_text(context: &mut Context, text: &str, written: &Written<String>) -> SourceId {
    let name = if written.at.is_some() {
        Arc::clone(&context.sources.get(written.at.source).name)
    } else {
        Arc::from("")
    };
    let text = text.replace("\r\n", "\n").into();
    context.sources.add(Source { name, text, inside: written.at.is_some().then_some(written.at) })
}

fn nothing_in(patch: &Patch, context: &mut Context) {
    context.warnings.add(
        Diagnostic::warning("empty-patch", "this patch holds nothing, so it changes nothing")
            .at(patch.at, "this patch"),
    );
}

fn too_many(patch: &Patch, target: &Selector) -> Result<()> {
    Diagnostic::error(
        "patches-with-target",
        "several strategic merge patches in one entry cannot have a `target`",
    )
    .at(patch.at, "this entry")
    .at(target.at, "has a target")
    .hint("make an entry of each, or drop the target so that each finds its object by name")
    .fail()
}

fn strategic_with_target(
    patch: &Patch,
    target: &Selector,
    ready: &StrategicPatch,
    resources: &mut ResourceSet,
    context: &mut Context,
    ids_are_distinct: &mut bool,
) -> Result<()> {
    let selected = Target::new(target)?.select(resources, scopes(context))?;
    if selected.is_empty() {
        not_found(patch.at, target, resources, context);
    }
    merge_into(&selected, ready, resources, context, ids_are_distinct)
        .while_doing(|| "applying a patch with a target".to_owned())
}

/// Merges a patch into the objects at these positions; two objects of one id are refused afterwards.
pub(super) fn merge_into(
    positions: &[usize],
    ready: &StrategicPatch,
    resources: &mut ResourceSet,
    context: &Context,
    ids_are_distinct: &mut bool,
) -> Result<()> {
    let list = if ready.may_change_ids() { resources.list_mut() } else { resources.list_mut_keeping_ids() };
    let merge = |resource: &mut Resource, ready: &mut StrategicPatch| ready.apply(resource, &context.schema);
    for_each_at(list, positions, || ready.clone(), merge)?;
    let deleted = positions.iter().any(|position| list.get(*position).is_some_and(Resource::is_nothing));
    if deleted {
        resources.retain(|resource| !resource.is_nothing());
    }
    // kustomize makes a new set of all objects after every such patch, whatever it changed.
    if !*ids_are_distinct || ready.may_change_ids() {
        refuse_conflicts(
            resources,
            scopes(context),
            |_| false,
            |one| format!("may not add resource with an already registered id: {}", one.id()),
        )?;
    }
    *ids_are_distinct = true;
    Ok(())
}

fn strategic_by_id(
    patch: &Patch,
    documents: &[Resource],
    step: StepId,
    resources: &mut ResourceSet,
    context: &Context,
) -> Result<()> {
    let mut deleted = false;
    for document in documents {
        let position = find_by_id(document, patch.at, resources, context)?;
        let mut ready = StrategicPatch::by_id(document, step);
        let list =
            if ready.may_change_ids() { resources.list_mut() } else { resources.list_mut_keeping_ids() };
        if let Some(resource) = list.get_mut(position) {
            ready.apply(resource, &context.schema)?;
            if resource.is_nothing() {
                // The index must not find it any more.
                resources.list_mut();
                deleted = true;
            }
        }
    }
    if deleted {
        resources.drop_empties();
    }
    Ok(())
}

/// The object that a patch names by its own id.
pub(super) fn find_by_id(
    patch: &Resource,
    entry: Place,
    resources: &ResourceSet,
    context: &Context,
) -> Result<usize> {
    let scopes = scopes(context);
    let id = patch.original_id();
    resources.position_by_id(&id.parts(scopes), scopes).map_err(|mut fault| {
        if fault.code == "no-such-object" {
            fault.code = "patch-target-not-found";
            fault.message =
                format!("patch matches no object: there is no {id} of `{}`", id.gvk.api_version());
        }
        let mut fault = fault.at(patch.place(), "the patch names it here").at(entry, "asked for here");
        let same_kind = || resources.iter().filter(|other| other.kind() == patch.kind());
        let same_name = || same_kind().find(|other| other.name() == patch.name());
        if let Some(other) = same_name() {
            fault = fault.at(other.place(), "an object of this kind and name").hint(format!(
                "it has apiVersion `{}` and is {}",
                other.api_version(),
                other.id()
            ));
        } else if let Some(near) = nearest(patch.name(), same_kind().map(Resource::name)) {
            fault = fault.hint(format!("did you mean `{near}`?"));
        }
        Box::new(fault)
    })
}

fn json_with_target(
    patch: &Patch,
    json: &JsonPatch,
    step: StepId,
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    if json.is_empty() {
        nothing_in(patch, context);
        return Ok(());
    }
    let Some(target) = &patch.target else {
        return Diagnostic::error("patch-without-target", "a JSON patch needs a `target`")
            .at(patch.at, "this patch")
            .hint("say which objects it is for: `target: {kind: …, name: …}`")
            .fail();
    };
    let selected = Target::new(target)?.select(resources, scopes(context))?;
    if selected.is_empty() {
        not_found(patch.at, target, resources, context);
    }
    let scopes = scopes(context);
    // What is remembered is the id that the index knows as the present one.
    let list = if json.touches_ids() { resources.list_mut() } else { resources.list_mut_keeping_ids() };
    for_each_at(list, &selected, KindScopes::default, |resource, kinds| {
        remember_in_row(resource, scopes, kinds)?;
        apply_json(json, resource, step, After::IgnoresEmptyKeys)
    })?;
    drop_empties_at(&selected, resources);
    Ok(())
}

/// Drops objects of which a patch has left nothing, where it changed these.
pub(super) fn drop_empties_at(positions: &[usize], resources: &mut ResourceSet) {
    if positions.iter().any(|position| resources.get(*position).is_some_and(Resource::is_nothing)) {
        resources.drop_empties();
    }
}

/// What a transformer makes of annotations that cannot be rewritten because one has an empty key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum After {
    /// It goes on without annotations.
    IgnoresEmptyKeys,
    /// It refuses.
    RefusesEmptyKeys,
}

/// Applies a JSON patch to an object. kustomize's own annotations are there for the patch to see, and are put back
/// afterwards; all annotations become texts.
pub(super) fn apply_json(
    json: &JsonPatch,
    resource: &mut Resource,
    step: StepId,
    after: After,
) -> Result<()> {
    let shown = json.touches_metadata();
    if shown {
        projection::show(resource, step);
    }
    let kept = projection::internal_annotations(resource);
    let applied = json.apply(&mut resource.document, step);
    applied.while_doing(|| format!("applying a JSON patch to {}", resource.id()))?;
    match projection::rewrite_annotations(resource, &kept, step) {
        Err(fault) if fault.code == "empty-key" && after == After::IgnoresEmptyKeys => {
            // kustomize drops the fault, and with it all annotations, its own included.
            projection::drop_annotations(resource, step);
            projection::forget(resource);
            return Ok(());
        }
        rewritten => rewritten?,
    }
    if shown {
        projection::forget(resource);
        projection::take_in(resource, || step)?;
        // What is left of the annotations once the build's own are out vanishes when it is nothing.
        projection::rewrite_annotations(resource, &[], step)?;
    }
    Ok(())
}

/// Warns of a target that means no object.
pub(super) fn not_found(at: Place, target: &Selector, resources: &ResourceSet, context: &mut Context) {
    not_found_in("patch", at, target, resources, context);
}

/// As [`not_found`], of what a `patch` or `replacement` looks for.
pub(super) fn not_found_in(
    what: &str,
    at: Place,
    target: &Selector,
    resources: &ResourceSet,
    context: &mut Context,
) {
    let mut wanted = Vec::new();
    for (part, value) in [
        ("group", &target.gvk.group),
        ("version", &target.gvk.version),
        ("kind", &target.gvk.kind),
        ("name", &target.name),
        ("namespace", &target.namespace),
        ("labelSelector", &target.label_selector),
        ("annotationSelector", &target.annotation_selector),
    ] {
        if !value.is_empty() {
            wanted.push(format!("{part} `{value}`"));
        }
    }
    let mut warning = Diagnostic::warning(
        if what == "patch" { "patch-target-not-found" } else { "replacement-target-not-found" },
        format!("{what} matches no object"),
    )
    .at(at, format!("looks for {}", wanted.join(", ")));
    let of_kind = || resources.iter().filter(|r| target.gvk.kind.is_empty() || r.kind() == target.gvk.kind);
    if of_kind().next().is_none() {
        if let Some(near) = nearest(&target.gvk.kind, resources.iter().map(Resource::kind)) {
            warning = warning.hint(format!("did you mean kind `{near}`?"));
        }
    } else if !target.name.is_empty()
        && let Some(near) = nearest(&target.name, of_kind().map(Resource::name))
        && near != target.name
    {
        warning = warning.hint(format!("did you mean `{near}`?"));
    }
    context.warnings.add(warning);
}
