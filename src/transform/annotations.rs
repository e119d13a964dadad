//! `commonAnnotations` (AnnotationsTransformer): sets annotations where field specs say. The rules are those of
//! `labels.rs`.

use super::labels::set_pairs;
use crate::diagnostic::Result;
use crate::kubernetes::FieldSpec;
use crate::kustomization::Pair;
use crate::resource::{Context, ResourceSet};

/// Sets annotations in all objects, where the field specs say.
pub fn apply(
    pairs: &[Pair],
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    set_pairs("commonAnnotations", pairs, fields, resources, context)
}
