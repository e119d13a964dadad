//! ReplicaSets, and what they share with Deployments: a selector that must pick the pods of the template.

use super::format;
use super::pod;
use super::report::Report;
use super::selector::{check_selector, is_empty_selector, selects};
use crate::validate::{At, Finding};

/// Checks a ReplicaSet.
///
/// Mirrors `ValidateReplicaSet`, `ValidateReplicaSetSpec`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    findings.non_negative(&spec.field("replicas"));
    findings.non_negative(&spec.field("minReadySeconds"));
    check_selector_and_template(&spec, findings);
    warn_of_name(object, findings);
}

/// Mirrors `ValidatePodTemplateSpecForReplicaSet`
pub(super) fn check_selector_and_template(spec: &At<'_>, findings: &mut Vec<Finding>) {
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    if selector.is_there() {
        check_selector(&selector, findings);
        if is_empty_selector(&selector) {
            findings.invalid(&selector, "an empty selector would pick every pod");
        }
    } else {
        findings.required(&selector, "");
    }
    match picks(&selector, &template) {
        None => {
            // The server looks no further.
            findings.invalid(&selector, "it cannot be read as a selector");
            return;
        }
        Some(false) => mismatch(&selector, &template, findings),
        Some(true) => {}
    }
    pod::check_template(&template, &[], false, findings);
    check_always_running(&template, findings);
}

/// Whether a selector picks the pods of a template; `None` where the server cannot read it.
pub(super) fn picks(selector: &At<'_>, template: &At<'_>) -> Option<bool> {
    selects(selector, &template.field("metadata").field("labels"))
}

/// Tells a selector that picks other pods than those of the template.
pub(super) fn mismatch(selector: &At<'_>, template: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = template.field("metadata");
    let labels = metadata.field("labels");
    // ReplicationControllers have labels alone for a selector.
    let wanted = selector.field("matchLabels");
    let wanted = if wanted.is_there() { wanted } else { *selector };
    let lacking = wanted.entries().find(|(key, value)| labels.entry(key).text() != value.text());
    let message = match lacking {
        Some((key, value)) if !value.is_mapping() && !value.is_sequence() => {
            format!(
                "`selector` does not pick the pods of the template: they have no label `{key}: {}`",
                value.text()
            )
        }
        _ => "`selector` does not pick the pods of the template: their labels are others".to_owned(),
    };
    findings.push(Finding::server("selector-mismatch", &labels, message));
}

/// Pods of controllers that keep them running.
pub(super) fn check_always_running(template: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = template.field("spec");
    let policy = spec.field("restartPolicy");
    if matches!(policy.text(), "OnFailure" | "Never") {
        findings.not_supported(&policy, &["Always"]);
    }
    let deadline = spec.field("activeDeadlineSeconds");
    if deadline.is_there() {
        findings.forbidden(&deadline, "pods that are kept running have no deadline");
    }
}

/// Names that make odd names of hosts.
///
/// Mirrors `WarningsOnCreate`
pub(super) fn warn_of_name(object: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let name = metadata.field("name");
    if !name.text().is_empty()
        && let Err(message) = format::dns_label(name.text())
    {
        findings.warns(&name, format!("names of pods and hosts are made of the name, and it {message}"));
    }
}
