//! ServiceAccount: nothing but its metadata is judged.

use super::report::Report;
use crate::validate::{At, Finding};

/// Mirrors `ValidateServiceAccount`, `warnIfHasEnforceMountableSecretsAnnotation`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let annotations = metadata.field("annotations");
    let annotation = annotations.entry("kubernetes.io/enforce-mountable-secrets");
    if annotation.is_there() {
        findings.warns(&annotation, "the annotation is deprecated: keep secrets apart by namespaces");
    }
}
