//! Namespace, with the labels of Pod Security that its admission reads.

use super::format;
use super::report::Report;
use crate::validate::{At, Finding, Level};

/// Mirrors `SetDefaults_Namespace`, `ValidateNamespace`, `validateFinalizerName`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let name = metadata.field("name");
    if format::label_value(name.text()).is_err() {
        // The server writes the name into a label.
        findings.invalid(&name, "must fit into a label");
        findings.told_at("metadata.labels");
    }
    let spec = object.field("spec");
    let finalizers = spec.field("finalizers");
    for finalizer in finalizers.items() {
        let text = finalizer.text();
        let known = matches!(text, "orphan" | "foregroundDeletion" | "kubernetes");
        if format::qualified_name(text).is_err() || (!text.contains('/') && !known) {
            findings.invalid(&finalizer, "must be a finalizer of Kubernetes or have a domain");
            findings.told_at(finalizers.path());
        }
    }
    if !findings.iter().any(|finding| finding.level == Level::Error) {
        check_pod_security(object, findings);
    }
}

/// Mirrors `PolicyToEvaluate`, `ParseLevel`, `ParseVersion`
fn check_pod_security(object: &At<'_>, findings: &mut Vec<Finding>) {
    let metadata = object.field("metadata");
    let labels = metadata.field("labels");
    for (key, value) in labels.entries() {
        let Some(mode) = key.strip_prefix("pod-security.kubernetes.io/") else { continue };
        match mode {
            "enforce" | "audit" | "warn"
                if !matches!(value.text(), "privileged" | "baseline" | "restricted") =>
            {
                findings.invalid(&value, "must be `privileged`, `baseline` or `restricted`");
            }
            "enforce-version" | "audit-version" | "warn-version" if !is_version(value.text()) => {
                findings.invalid(&value, "must be `latest` or a version as in `v1.37`");
            }
            _ => {}
        }
    }
}

fn is_version(text: &str) -> bool {
    text == "latest"
        || text.strip_prefix("v1.").is_some_and(|minor| {
            (minor == "0" || !minor.starts_with('0'))
                && !minor.is_empty()
                && minor.len() < 18
                && minor.bytes().all(|byte| byte.is_ascii_digit())
        })
}
