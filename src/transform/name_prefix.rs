//! `namePrefix` (PrefixTransformer): puts a text in front of names. `name_suffix.rs` is the same for the other end.
//!
//! Custom resource definitions, namespaces and API services keep their names, by the kind they had at first. Only the
//! field spec `metadata/name` counts as a rename that references follow.

use super::field_spec::{Create, FieldPath, Scratch, set_scalar};
use super::remember_in_row;
use super::together::{self, Local};
use crate::diagnostic::Result;
use crate::kubernetes::{FieldSpec, Gvk, Scopes};
use crate::kustomization::Written;
use crate::provenance::StepId;
use crate::resource::{Context, Former, Identity, Resource, ResourceSet};
use crate::yaml::Tag;

/// Puts the prefix in front of all names that the field specs find.
pub fn apply(
    prefix: &Written<String>,
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    together::alone(prepare(End::Front, prefix, fields, context), resources, context)
}

/// The end of a name at which something is added.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Front,
    Back,
}

/// A prefix or suffix to be put to names.
pub(crate) struct Affix<'t> {
    end: End,
    text: &'t Written<String>,
    /// As kustomize reads its own list back: split at commas.
    parts: Vec<String>,
    paths: Vec<FieldPath>,
    step: StepId,
}

/// [`apply`] as a step to be done together with others, and the same for suffixes.
pub(crate) fn prepare<'t>(
    end: End,
    text: &'t Written<String>,
    fields: &[FieldSpec],
    context: &mut Context,
) -> Affix<'t> {
    let field = if end == End::Front { "namePrefix" } else { "nameSuffix" };
    let step = context.steps.add(field, text.at);
    let parts = text.value.split(',').map(str::to_owned).collect();
    Affix { end, text, parts, paths: fields.iter().map(FieldPath::new).collect(), step }
}

impl Local for Affix<'_> {
    fn one(&self, resource: &mut Resource, scopes: &dyn Scopes, scratch: &mut Scratch) -> Result<()> {
        let Affix { end, text: affix, parts, paths, step } = self;
        let Identity { api_version, kind, .. } = resource.identity();
        let (group, _) = Gvk::split_api_version(api_version);
        let original_kind = resource.former.first().map_or(kind, Former::kind);
        if keeps_its_name(group, original_kind) {
            return Ok(());
        }
        // With several paths, the first may change the kind.
        let other = |former: &&str| *former != kind || paths.len() > 1;
        let original_kind = resource.former.first().map(Former::kind).filter(other).map(str::to_owned);
        let mut name = String::new();
        for path in paths {
            let Identity { api_version, kind, .. } = resource.identity();
            let (group, version) = Gvk::split_api_version(api_version);
            if !path.selects(group, version, original_kind.as_deref().unwrap_or(kind)) {
                continue;
            }
            let selected = path.selects(group, version, kind);
            if path.path() == "metadata/name" && !affix.value.is_empty() {
                let list = if *end == End::Front { &mut resource.prefixes } else { &mut resource.suffixes };
                list.extend(parts, &mut scratch.affixes[usize::from(*end == End::Back)]);
                remember_in_row(resource, scopes, &mut scratch.kinds)?;
            }
            if !selected {
                continue;
            }
            let mut editor = resource.document.edit(*step);
            editor.written_at(affix.at);
            path.visit(&mut editor, Create::Scalar(Tag::Str), &mut scratch.trail, |editor, node| {
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

    fn touches_ids(&self) -> bool {
        true
    }
}

fn keeps_its_name(group: &str, kind: &str) -> bool {
    match kind {
        "CustomResourceDefinition" | "Namespace" => true,
        "APIService" => group == "apiregistration.k8s.io",
        _ => false,
    }
}
