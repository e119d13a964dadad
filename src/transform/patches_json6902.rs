//! `patchesJson6902` (`PatchJson6902Transformer`), the older form of `patches` for JSON patches. Unlike there, ids are not
//! remembered, so that references do not follow a patched name.

use super::patch::JsonPatch;
use super::patches::{After, apply_json, drop_empties_at, inline_text, not_found};
use super::{for_each_at, scopes};
use crate::diagnostic::{Diagnostic, Result};
use crate::kustomization::Patch;
use crate::load::Loader;
use crate::resource::{Context, ResourceSet, Target};

/// Applies patches one after another. Warns of those whose target means no object.
pub fn apply(
    patches: &[Patch],
    loader: &Loader<'_>,
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    for patch in patches {
        let step = context.steps.add("patchesJson6902", patch.at);
        let fault = |message: &str| Diagnostic::error("bad-patch", message).at(patch.at, "this patch");
        let Some(target) = patch.target.as_ref().filter(|target| !target.name.is_empty()) else {
            return fault("a patch of `patchesJson6902` needs a target with a name").fail();
        };
        let source = match (patch.path.value.is_empty(), patch.patch.value.is_empty()) {
            (true, true) => return fault("there is neither a path nor a patch").fail(),
            (false, false) => return fault("a patch cannot have both `path` and `patch`").fail(),
            (true, false) => inline_text(context, &patch.patch.value, &patch.patch),
            (false, true) => loader.read(&mut context.sources, &patch.path.value, patch.path.at)?,
        };
        let text = context.sources.get(source).text.clone();
        if text.is_empty() {
            return fault("the file of the patch is empty").at(patch.path.at, "this file").fail();
        }
        let json = JsonPatch::read(source, &text, step)?;
        if json.is_empty() {
            return fault("the patch holds no operations").fail();
        }
        let selected = Target::new(target)?.select(resources, scopes(context))?;
        if selected.is_empty() {
            not_found(patch.at, target, resources, context);
        }
        let list = if json.touches_ids() { resources.list_mut() } else { resources.list_mut_keeping_ids() };
        for_each_at(
            list,
            &selected,
            || (),
            |resource, ()| apply_json(&json, resource, step, After::RefusesEmptyKeys),
        )?;
        drop_empties_at(&selected, resources);
    }
    Ok(())
}
