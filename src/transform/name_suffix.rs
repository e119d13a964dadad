//! `nameSuffix` (SuffixTransformer): puts a text behind names. The rules are those of `name_prefix.rs`.

use super::name_prefix::{End, affix};
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
    affix(End::Back, suffix, fields, resources, context)
}
