//! `patchesStrategicMerge` (`PatchStrategicMergeTransformer`), the older form of `patches`: each entry is patch text if it
//! can be read as such, else the path of a file.

use super::patch::StrategicPatch;
use super::patches::{find_by_id, inline_text, merge_into};
use crate::diagnostic::{Diagnostic, Result};
use crate::kustomization::Written;
use crate::load::Loader;
use crate::resource::{self, Context, Resource, ResourceSet};
use crate::source::Place;

/// Applies patches one after another, each to the object that it names. `text` is patch text of a plugin configuration
/// (`patches`), applied behind the entries.
pub fn apply(
    at: Place,
    entries: &[Written<String>],
    text: &Written<String>,
    loader: &Loader<'_>,
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    let fault = |message: &str| Diagnostic::error("empty-patch", message).at(at, "asked for here");
    if entries.is_empty() && text.value.is_empty() {
        return fault("there is neither a path nor a patch").fail();
    }
    let mut patches: Vec<(Resource, Place)> = Vec::new();
    for entry in entries {
        let found = if let Ok(found) = read_inline(entry, context) {
            found
        } else {
            let source = loader.read(&mut context.sources, &entry.value, entry.at)?;
            resource::read(source, &context.sources.get(source).text.clone())?
        };
        patches.extend(found.into_list().into_iter().map(|patch| (patch, entry.at)));
    }
    if !text.value.is_empty() {
        let found = read_inline(text, context)?;
        patches.extend(found.into_list().into_iter().map(|patch| (patch, text.at)));
    }
    if patches.is_empty() {
        return fault("the patches hold nothing").fail();
    }
    let mut ids_are_distinct = false;
    for (patch, entry) in patches {
        let step = context.steps.add("patchesStrategicMerge", entry);
        let position = find_by_id(&patch, entry, resources, context)?;
        let ready = StrategicPatch::for_selected(&patch, step)?;
        merge_into(&[position], &ready, resources, context, &mut ids_are_distinct)?;
    }
    Ok(())
}

fn read_inline(entry: &Written<String>, context: &mut Context) -> Result<ResourceSet> {
    let source = inline_text(context, &entry.value, entry);
    resource::read(source, &context.sources.get(source).text.clone())
}
