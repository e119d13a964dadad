//! What kube-apiserver 1.37 refuses beyond types, in its order: defaults → strategy → validation. One file a kind or
//! shared type; each rule names the check that it mirrors.

mod metadata;
#[allow(dead_code)] // until the kinds use it
mod told;

use super::{At, Finding, Object};

/// A kind and the function that checks its objects (`at` is the whole object).
type Kind = (&'static str, &'static str, fn(&At<'_>, &mut Vec<Finding>));

/// Which function checks which kind: API group, kind, function. Kept sorted within each group.
const KINDS: &[Kind] = &[];

/// Checks one object.
pub(super) fn check(object: &Object<'_>, findings: &mut Vec<Finding>) {
    let at = object.at();
    metadata::check(&at, findings);
    if let Some((_, _, check)) = KINDS.iter().find(|(g, k, _)| *g == object.group && *k == object.kind) {
        check(&at, findings);
    }
}
