//! `namePrefix` (PrefixTransformer): puts a text in front of names. `name_suffix.rs` is the same for the other end.
//!
//! Custom resource definitions, namespaces and API services keep their names, by the kind they had at first. Only the
//! field spec `metadata/name` counts as a rename that references follow.

use super::field_spec::{Create, FieldPath, Trail, set_scalar};
use super::{for_each, remember, scopes};
use crate::diagnostic::Result;
use crate::kubernetes::{FieldSpec, Gvk, Scopes};
use crate::kustomization::Written;
use crate::provenance::StepId;
use crate::resource::{Context, Resource, ResourceSet};
use crate::yaml::Tag;

/// Puts the prefix in front of all names that the field specs find.
pub fn apply(
    prefix: &Written<String>,
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    affix(End::Front, prefix, fields, resources, context)
}

/// The end of a name at which something is added.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Front,
    Back,
}

pub(super) fn affix(
    end: End,
    text: &Written<String>,
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    let field = if end == End::Front { "namePrefix" } else { "nameSuffix" };
    let step = context.steps.add(field, text.at);
    let scopes = scopes(context);
    let paths: Vec<FieldPath<'_>> = fields.iter().map(FieldPath::new).collect();
    for_each(resources.list_mut(), |resource, scratch| {
        one(end, text, &paths, resource, scopes, step, &mut scratch.trail)
    })
}

fn one(
    end: End,
    affix: &Written<String>,
    paths: &[FieldPath<'_>],
    resource: &mut Resource,
    scopes: &dyn Scopes,
    step: StepId,
    trail: &mut Trail,
) -> Result<()> {
    let (group, _) = Gvk::split_api_version(resource.api_version());
    let original_kind = resource.former.first().map_or(resource.kind(), |former| former.kind.as_str());
    if keeps_its_name(group, original_kind) {
        return Ok(());
    }
    let original_kind = resource.former.first().map(|former| former.kind.clone());
    let mut name = String::new();
    for path in paths {
        let (group, version) = Gvk::split_api_version(resource.api_version());
        let original = original_kind.as_deref().unwrap_or(resource.kind());
        if !path.selects(group, version, original) {
            continue;
        }
        let selected = path.selects(group, version, resource.kind());
        if path.path() == "metadata/name" && !affix.value.is_empty() {
            let list = if end == End::Front { &mut resource.prefixes } else { &mut resource.suffixes };
            // kustomize reads its own list back split at commas.
            list.extend(affix.value.split(',').map(str::to_owned));
            remember(resource, scopes)?;
        }
        if !selected {
            continue;
        }
        let mut editor = resource.document.edit(step);
        editor.written_at(affix.at);
        path.visit(&mut editor, Create::Scalar(Tag::Str), trail, |editor, node| {
            let text = editor.document().text(node);
            name.clear();
            match end {
                End::Front => name.extend([affix.value.as_str(), text]),
                End::Back => name.extend([text, affix.value.as_str()]),
            }
            set_scalar(editor, node, &name, Tag::Implicit)
        })?;
    }
    Ok(())
}

fn keeps_its_name(group: &str, kind: &str) -> bool {
    match kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => group == "apiregistration.k8s.io",
        _ => false,
    }
}
