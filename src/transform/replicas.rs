//! `replicas` (ReplicaCountTransformer): sets the number of replicas of the objects that have, or had, a name.

use super::field_spec::{Create, FieldPath, Trail, set_scalar, touches_ids};
use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::kubernetes::{FieldSpec, Gvk};
use crate::kustomization::Replica;
use crate::resource::{Context, Resource, ResourceSet};
use crate::yaml::{Style, Tag};

/// Sets the count in all objects of that name, now or formerly, that a field spec is about. Refuses when there are
/// none.
pub fn apply(
    replica: &Replica,
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    let step = context.steps.add("replicas", replica.at);
    let name = replica.name.value.as_str();
    let named: Vec<usize> = resources
        .named(name)
        .into_iter()
        .filter(|position| {
            resources.get(*position).is_some_and(|resource| {
                !resource.is_nothing()
                    && (resource.name() == name || resource.former.iter().any(|former| former.name() == name))
            })
        })
        .collect();
    let text = replica.count.value.to_string();
    let mut trail = Trail::new();
    let mut found = false;
    for field in fields {
        let path = FieldPath::new(field);
        for position in &named {
            let Some(resource) = resources.get(*position) else { continue };
            if !is_about(&path, resource, name) {
                continue;
            }
            found = true;
            let (group, version) = Gvk::split_api_version(resource.api_version());
            // The filter looks at the present kind once more.
            if !path.selects(group, version, resource.kind()) {
                continue;
            }
            let list = if touches_ids(path.path()) {
                resources.list_mut()
            } else {
                resources.list_mut_keeping_ids()
            };
            let Some(resource) = list.get_mut(*position) else { continue };
            let mut editor = resource.document.edit(step);
            editor.written_at(replica.count.at);
            path.visit(&mut editor, Create::Scalar(Tag::Int), &mut trail, |editor, node| {
                // A count written over a quoted one stays quoted, and thus a string, unless a tag is written there.
                let tagged = editor.document().is_tagged(node);
                let plain = tagged || editor.document().style(node) == Style::Plain;
                set_scalar(editor, node, &text, if plain { Tag::Int } else { Tag::Str })?;
                if tagged {
                    editor.set_tagged(node, true);
                }
                Ok(())
            })?;
        }
    }
    if found { Ok(()) } else { nothing_found(replica, fields, resources) }
}

fn is_about(path: &FieldPath, resource: &Resource, name: &str) -> bool {
    let (group, version) = Gvk::split_api_version(resource.api_version());
    (resource.name() == name && path.selects(group, version, resource.kind()))
        || resource
            .former
            .iter()
            .any(|former| former.name() == name && path.selects(group, version, former.kind()))
}

fn nothing_found(replica: &Replica, fields: &[FieldSpec], resources: &ResourceSet) -> Result<()> {
    let mut kinds: Vec<&str> = fields.iter().map(|field| field.gvk.kind.as_str()).collect();
    kinds.dedup();
    let mut fault = Diagnostic::error(
        "replica-target-not-found",
        format!("no object named `{}` has replicas to set ({})", replica.name.value, kinds.join(", ")),
    )
    .at(if replica.name.at.is_some() { replica.name.at } else { replica.at }, "looked for here");
    let names = resources.iter().filter(|resource| {
        let (group, version) = Gvk::split_api_version(resource.api_version());
        fields.iter().any(|field| field.gvk.selects(group, version, resource.kind()))
    });
    if let Some(near) = nearest(&replica.name.value, names.map(Resource::name)) {
        fault = fault.hint(format!("did you mean `{near}`?"));
    }
    fault.fail()
}
