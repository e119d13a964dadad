//! Jobs and what they leave behind.

use crate::validate::Object;
use crate::validate::told::Told;

/// Finished Jobs that stay for ever.
pub(in crate::validate) fn ttl_missing(object: &Object<'_>, told: &mut Told<'_>) {
    if object.group != "batch" {
        return;
    }
    let root = object.at();
    let metadata = root.field("metadata");
    let annotations = metadata.field("annotations");
    // Hooks are removed by whoever runs them.
    let is_hook = [
        "helm.sh/hook-delete-policy",
        "argocd.argoproj.io/hook-delete-policy",
        "helm.sh/hook",
        "argocd.argoproj.io/hook",
    ]
    .iter()
    .any(|key| annotations.entry(key).is_there());
    let spec = root.field("spec");
    let ttl = spec.field("ttlSecondsAfterFinished");
    if !ttl.is_there() && !is_hook {
        told.tell(&ttl, "the Job and its pods stay when it is done").hint =
            "set `ttlSecondsAfterFinished`".into();
    }
}

/// A time to live that works against the history limits.
pub(in crate::validate) fn cron_job_ttl(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let template = spec.field("jobTemplate");
    let job = template.field("spec");
    let ttl = job.field("ttlSecondsAfterFinished");
    if object.group == "batch" && ttl.is_there() {
        told.tell(&ttl, "Jobs of a CronJob are kept by its history limits; this removes them earlier");
    }
}

/// Runs that begin however late.
pub(in crate::validate) fn cron_job_deadline(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let deadline = spec.field("startingDeadlineSeconds");
    if object.group == "batch" && !deadline.is_there() {
        told.tell(&deadline, "runs that are missed begin however late").hint =
            "set `startingDeadlineSeconds`".into();
    }
}

/// `OpenShift`: pods that may be privileged.
pub(in crate::validate) fn scc_privileged_container(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let field = root.field("allowPrivilegedContainer");
    if field.boolean() == Some(true) {
        told.tell(&field, "pods under these constraints may be privileged");
    }
}
