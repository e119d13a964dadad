//! `commonAnnotations` (AnnotationsTransformer): sets annotations where field specs say. The rules are those of
//! `labels.rs`.

use super::labels::{self, Pairs};
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
    labels::apply(FIELD, pairs, fields, resources, context)
}

/// [`apply`] as a step to be done together with others.
pub(crate) fn prepare<'p>(
    pairs: &'p [Pair],
    fields: &[FieldSpec],
    context: &mut Context,
) -> Result<Option<Pairs<'p>>> {
    labels::prepare(FIELD, pairs, fields, context)
}

const FIELD: &str = "commonAnnotations";
