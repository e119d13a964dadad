//! PodTemplates, ReplicationControllers and ControllerRevisions: what came before Deployments, and what keeps versions.

use super::report::Report;
use super::selector::selects_exactly;
use super::{job, pod, replica_set};
use crate::validate::{At, Finding};

/// Checks a PodTemplate.
///
/// Mirrors `ValidatePodTemplate`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    pod::check_template(&object.field("template"), &[], false, findings);
}

/// Checks a ReplicationController.
///
/// Mirrors `ValidateReplicationController`, `ValidateReplicationControllerSpec`, `ValidateNonEmptySelector`,
/// `ValidatePodTemplateSpecForRC`, `SetDefaults_ReplicationController`
pub(super) fn check_controller(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    findings.non_negative(&spec.field("minReadySeconds"));
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    let metadata = template.field("metadata");
    let labels = metadata.field("labels");
    job::labels_of_template(&object.field("metadata"), &template, findings);
    if selector.is_empty() && labels.is_empty() {
        findings.required(&selector, "");
    }
    findings.non_negative(&spec.field("replicas"));
    if template.is_there() {
        if !selects_exactly(&selector, &labels) {
            replica_set::mismatch(&selector, &template, findings);
        }
        pod::check_template(&template, &[], false, findings);
        replica_set::check_always_running(&template, findings);
    } else {
        findings.required(&template, "");
    }
    replica_set::warn_of_name(object, findings);
}

/// Checks a ControllerRevision.
///
/// Mirrors `ValidateControllerRevisionCreate`, `validateControllerRevision`
pub(super) fn check_revision(object: &At<'_>, findings: &mut Vec<Finding>) {
    findings.non_negative(&object.field("revision"));
    let data = object.field("data");
    if !data.is_mapping() {
        findings.required(&data, "it must be an object");
    }
}
