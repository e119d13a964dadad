//! A strategic merge patch made ready for its objects: which of its fields count, and where the build's own state in
//! annotations can be seen. The merge itself is `strategic_merge.rs`.
//!
//! Rules. Name and namespace of the patch change nothing (unless it may rename), and its kind only if it may change
//! kinds. A patch that finds its objects by a target, or stands in `patchesStrategicMerge`, has its labels and
//! annotations rewritten as texts first, so that a null there removes nothing but becomes a text; and its apiVersion
//! becomes that of the object. A patch that takes away annotations takes away what the build remembers.

use super::strategic_merge::{Merged, apply_strategic_merge};
use crate::diagnostic::{Result, Trace};
use crate::kubernetes::{Schema, Scopes};
use crate::provenance::StepId;
use crate::resource::{Resource, projection};
use crate::source::Place;
use crate::transform::remember;
use crate::yaml::{Document, Kind, Style, Tag};

/// A patch, ready to be merged into objects.
#[derive(Clone, Debug)]
pub(crate) struct StrategicPatch {
    patch: Resource,
    step: StepId,
    /// The patch may take away or change annotations that hold the build's own state.
    sees_state: bool,
    /// The patch takes on the apiVersion of each object.
    takes_api_version: bool,
}

impl StrategicPatch {
    /// For the object that the patch itself names.
    pub(crate) fn by_id(patch: &Resource, step: StepId) -> StrategicPatch {
        StrategicPatch::new(patch.clone(), step, false)
    }

    /// For objects that were selected otherwise.
    pub(crate) fn for_selected(patch: &Resource, step: StepId) -> Result<StrategicPatch> {
        let mut patch = patch.clone();
        projection::rewrite_labels(&mut patch, step)?;
        projection::rewrite_annotations(&mut patch, &[], step)?;
        Ok(StrategicPatch::new(patch, step, true))
    }

    fn new(mut patch: Resource, step: StepId, takes_api_version: bool) -> StrategicPatch {
        let mut own_state = patch.clone();
        (own_state.allow_name_change, own_state.allow_kind_change) = (false, false);
        let has_state = projection::has_state(&own_state);
        if has_state {
            projection::show(&mut patch, step);
        }
        if !patch.allow_name_change {
            leave_out(&mut patch.document, "name", step);
        }
        leave_out(&mut patch.document, "namespace", step);
        let sees_state = has_state || may_take_annotations_away(&patch.document);
        StrategicPatch { patch, step, sees_state, takes_api_version }
    }

    /// Whether ids of objects may be others afterwards.
    pub(crate) fn may_change_ids(&self) -> bool {
        self.patch.allow_name_change || self.patch.allow_kind_change
    }

    /// Merges the patch into an object; an object that it deletes is left as nothing.
    pub(crate) fn apply(&mut self, resource: &mut Resource, schema: &Schema) -> Result<()> {
        let (may_rename, may_change_kind) = (self.patch.allow_name_change, self.patch.allow_kind_change);
        if may_rename || may_change_kind {
            remember(resource, schema as &dyn Scopes)?;
        }
        if self.takes_api_version {
            self.take_api_version(resource);
        }
        let sees_state =
            self.sees_state && (projection::has_state(resource) || projection::has_state(&self.patch));
        if sees_state {
            projection::show(resource, self.step);
        }
        let merged = apply_strategic_merge(
            &mut resource.document,
            &self.patch.document,
            schema,
            self.step,
            may_rename,
            may_change_kind,
        )
        .while_doing(|| format!("merging a patch into {}", resource.id()))?;
        if merged == Merged::Deleted {
            resource.document.edit(self.step).written_at(self.directive()).remove_root();
            return Ok(());
        }
        if self.takes_api_version {
            self.give_api_version(&mut resource.document);
        }
        if sees_state {
            projection::forget(resource);
            projection::take_in(resource, || self.step)?;
        }
        resource.allow_name_change |= may_rename;
        resource.allow_kind_change |= may_change_kind;
        Ok(())
    }

    /// Where the patch asks for the object to be deleted.
    fn directive(&self) -> Place {
        let document = &self.patch.document;
        let directive = document.try_root().and_then(|root| document.get(root, "$patch"));
        directive.map_or(Place::NONE, |node| document.place(node))
    }

    /// To an object without apiVersion, kustomize's patch brings an empty one.
    fn give_api_version(&self, document: &mut Document) {
        let Some(root) = document.try_root() else { return };
        if document.is_empty(root) || document.get(root, "apiVersion").is_some() {
            return;
        }
        let mut editor = document.edit(self.step);
        let nothing = editor.scalar("", Tag::Implicit, Style::Plain);
        editor.insert_text_key(root, "apiVersion", nothing);
    }

    fn take_api_version(&mut self, resource: &Resource) {
        let wanted = resource.api_version();
        let document = &mut self.patch.document;
        let Some(root) = document.try_root() else { return };
        if let Some(node) = document.get(root, "apiVersion")
            && document.text(node) != wanted
        {
            let mut editor = document.edit(self.step);
            if wanted.is_empty() {
                editor.remove(root, node);
            } else {
                editor.set_text(node, wanted);
            }
        }
    }
}

/// Takes a field out of the metadata of a patch, and the metadata with it when nothing is left.
fn leave_out(document: &mut Document, field: &str, step: StepId) {
    let Some(root) = document.try_root() else { return };
    let Some(metadata) = document.get(root, "metadata") else { return };
    let Some(node) = document.get(metadata, field) else { return };
    let alone = document.len(metadata) == 1;
    let mut editor = document.edit(step);
    if alone { editor.remove(root, metadata) } else { editor.remove(metadata, node) }
}

/// Whether a patch could do more to annotations than set or remove some that users wrote.
fn may_take_annotations_away(patch: &Document) -> bool {
    let Some(root) = patch.try_root() else { return false };
    if patch.get(root, "$patch").is_some() {
        return true;
    }
    let Some(metadata) = patch.get(root, "metadata") else { return false };
    if patch.kind(metadata) != Kind::Mapping || patch.get(metadata, "$patch").is_some() {
        return true;
    }
    let Some(annotations) = patch.get(metadata, "annotations") else { return false };
    patch.kind(annotations) != Kind::Mapping
        || patch.entries(annotations).any(|(key, _)| {
            let key = patch.text(key);
            key == "$patch" || key.starts_with("internal.config.kubernetes.io/")
        })
}
