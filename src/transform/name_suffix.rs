//! `nameSuffix` (SuffixTransformer): puts a text behind names. The rules are those of `name_prefix.rs`.

use super::name_prefix::{End, prepare};
use super::together;
use crate::diagnostic::Result;
use crate::kubernetes::FieldSpec;
use crate::kustomization::Written;
use crate::resource::{Context, ResourceSet};

/// Puts the suffix behind all names that the field specs find.
pub fn apply(
    suffix: &Written<String>,
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    together::alone(prepare(End::Back, suffix, fields, context), resources, context)
}
