//! What kube-apiserver 1.37 refuses beyond types, in its order: defaults → strategy → validation. One file a kind or
//! shared type; each rule names the check that it mirrors.

#![allow(dead_code)] // until the kinds use it

pub(in crate::validate) mod address;
pub(in crate::validate) mod format;
pub(in crate::validate) mod labels;
mod metadata;
pub(in crate::validate) mod names;
pub(in crate::validate) mod report;
pub(in crate::validate) mod selector;
mod told;

use super::{At, Finding, Object};

/// A kind and the function that checks its objects (`at` is the whole object).
type Kind = (&'static str, &'static str, fn(&At<'_>, &mut Vec<Finding>));

/// Which function checks which kind: API group, kind, function. Kept sorted within each group.
const KINDS: &[Kind] = &[];

/// Checks one object.
pub(super) fn check(object: &Object<'_>, findings: &mut Vec<Finding>) {
    let mut found = Vec::new();
    metadata::check(object, &mut found);
    if let Some((_, _, check)) = KINDS.iter().find(|(g, k, _)| *g == object.group && *k == object.kind) {
        check(&object.at(), &mut found);
    }
    metadata::check_later(object, &mut found);
    findings.append(&mut found);
}
