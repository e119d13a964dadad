//! `metadata` of every object: names, namespaces, labels, annotations. To come.

use crate::validate::{At, Finding};

/// Checks `metadata` (mirrors `apimachinery/pkg/api/validation` `ValidateObjectMeta`).
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let _ = (object, findings);
}
