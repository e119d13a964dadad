//! Annotations of pods that the server reads: static pods, the cost of deletion, and the older ways to name seccomp and
//! AppArmor profiles, which must agree with the newer ones.

use super::volume_sources::descending_text;
use super::{Context, Owner, scheduling};
use crate::source::SourceId;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding, Path};
use crate::yaml::{self, Dialect};

/// Before the name of a container: its AppArmor profile.
pub(super) const APP_ARMOR: &str = "container.apparmor.security.beta.kubernetes.io/";
/// Before the name of a container: its seccomp profile.
pub(super) const SECCOMP: &str = "container.seccomp.security.alpha.kubernetes.io/";
/// The seccomp profile of a pod.
pub(super) const SECCOMP_POD: &str = "seccomp.security.alpha.kubernetes.io/pod";

/// Mirrors `ValidatePodSpecificAnnotations`, `ValidateSeccompPodAnnotations`, `ValidateAppArmorPodAnnotations`,
/// `ValidateAppArmorProfileFormat`, `podSpecHasContainer`
pub(super) fn check(owner: &Owner<'_>, spec: &At<'_>, findings: &mut Vec<Finding>) {
    for (key, value) in owner.annotations.entries() {
        let text = value.text();
        match key {
            "kubernetes.io/config.mirror" => {
                if spec.field("nodeName").text().is_empty() {
                    findings.invalid(&value, "static pods must have `spec.nodeName`");
                }
            }
            "controller.kubernetes.io/pod-deletion-cost" => {
                if !is_deletion_cost(text) {
                    findings.invalid(&value, "must be a whole number within 32 bits");
                }
            }
            "scheduler.alpha.kubernetes.io/tolerations" => tolerations(owner, &value, key, findings),
            SECCOMP_POD => seccomp(owner, &value, key, findings),
            _ => {
                if key.starts_with(SECCOMP) {
                    seccomp(owner, &value, key, findings);
                } else if let Some(container) = key.strip_prefix(APP_ARMOR) {
                    if !has_container(spec, container) {
                        let message = format!("there is no container `{container}`");
                        findings.push(Finding::server("not-found", &value, message));
                    }
                    if !matches!(text, "" | "runtime/default" | "unconfined")
                        && !text.starts_with("localhost/")
                    {
                        findings.invalid(&value, "must be `runtime/default`, `unconfined` or `localhost/…`");
                    }
                }
            }
        }
    }
}

fn has_container(spec: &At<'_>, name: &str) -> bool {
    ["initContainers", "containers", "ephemeralContainers"]
        .iter()
        .any(|list| spec.field(list).items().any(|container| container.field("name").text() == name))
}

/// Mirrors `GetDeletionCostFromPodAnnotations`, `validFirstDigit`
fn is_deletion_cost(text: &str) -> bool {
    let is_plain = match text.as_bytes() {
        [b'-' | b'1'..=b'9', ..] => true,
        _ => text == "0",
    };
    is_plain && text.parse::<i32>().is_ok()
}

/// Mirrors `ValidateSeccompProfile`
fn seccomp(owner: &Owner<'_>, value: &At<'_>, key: &str, findings: &mut Vec<Finding>) {
    // Here the server tells the key as a field.
    let at = value.told_at(Path::Field(&owner.annotations.path, key));
    let text = value.text();
    if matches!(text, "runtime/default" | "docker/default" | "unconfined") {
        return;
    }
    match text.strip_prefix("localhost/") {
        Some(file) => descending_text(&at, file, findings),
        None => findings.invalid(&at, "must be `runtime/default`, `unconfined` or `localhost/…`"),
    }
}

/// Tolerations as JSON in an annotation.
///
/// Mirrors `ValidateTolerationsInPodAnnotations`
fn tolerations(owner: &Owner<'_>, value: &At<'_>, key: &str, findings: &mut Vec<Finding>) {
    if value.text().is_empty() {
        return;
    }
    let is_list = match serde_json::from_str::<serde_json::Value>(value.text()) {
        Ok(serde_json::Value::Array(items)) => items.iter().all(serde_json::Value::is_object),
        Ok(json) => json.is_null(),
        Err(_) => false,
    };
    let document = yaml::read_v2(SourceId::NONE, &value.text().into(), &mut Vec::new()).ok();
    let (true, Some(document)) = (is_list, document) else {
        findings.invalid(&owner.annotations, "must hold tolerations as a list in JSON");
        return;
    };
    let list = At::root(&document, Dialect::V2);
    let list = list.told_at(Path::Field(&owner.annotations.path, key));
    let mut found = Vec::new();
    scheduling::check_tolerations(&list, &mut found);
    for mut finding in found {
        finding.place = value.place();
        findings.push(finding);
    }
}

/// What an annotation and a field that say the same must agree in.
///
/// Mirrors `validateSeccompAnnotationsAndFields`, `validateSeccompAnnotationsAndFieldsMatch`,
/// `validateAppArmorAnnotationsAndFieldsMatchOnCreate`
pub(super) fn check_agreement(
    owner: &Owner<'_>,
    spec: &At<'_>,
    context: &Context<'_>,
    findings: &mut Vec<Finding>,
) {
    let annotations = &owner.annotations;
    if annotations.is_empty() {
        return;
    }
    let pod = spec.field("securityContext");
    let profile = pod.field("seccompProfile");
    let given = annotations.entry(SECCOMP_POD);
    if profile.is_there() && given.node.is_some() {
        agree(&profile, given.text(), true, &profile, findings);
    }
    if !annotations.entries().any(|(key, _)| key.starts_with(SECCOMP) || key.starts_with(APP_ARMOR)) {
        return;
    }
    let pod_profile = pod.field("appArmorProfile");
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        for container in spec.field(list).items() {
            let name = container.field("name").text();
            let security = container.field("securityContext");
            let given = |prefix: &str| {
                let mut entries = annotations.entries();
                entries
                    .find(|(key, _)| key.strip_prefix(prefix) == Some(name))
                    .map(|(_, value)| value.node.map_or("", |node| annotations.document.text(node)))
            };
            let profile = security.field("seccompProfile");
            if let (true, Some(text)) = (profile.is_there(), given(SECCOMP)) {
                agree(&profile, text, true, &profile, findings);
            }
            let (profile, Some(text)) = (security.field("appArmorProfile"), given(APP_ARMOR)) else {
                continue;
            };
            if context.os == "windows" {
                continue;
            }
            if profile.is_there() {
                agree(&profile, text, false, &profile, findings);
            } else if pod_profile.is_there() && !(owner.is_pod && is_profile(text)) {
                // The annotation of a pod's container becomes its field first, where it can be read.
                agree(&pod_profile, text, false, &profile, findings);
            }
        }
    }
}

/// Mirrors `applyAppArmorVersionSkew`, `ApparmorFieldForAnnotation`
pub(super) fn is_profile(text: &str) -> bool {
    matches!(text, "unconfined" | "runtime/default")
        || text
            .strip_prefix("localhost/")
            .is_some_and(|file| !file.is_empty() && file.trim() == file && file.len() <= 4095)
}

/// Whether a profile says what an annotation says; told at a field that may stand for it.
fn agree(profile: &At<'_>, annotation: &str, is_seccomp: bool, told: &At<'_>, findings: &mut Vec<Finding>) {
    let file = profile.field("localhostProfile");
    let wrong = match profile.field("type").text() {
        "Unconfined" if annotation != "unconfined" => "type",
        "RuntimeDefault"
            if annotation != "runtime/default" && !(is_seccomp && annotation == "docker/default") =>
        {
            "type"
        }
        "Localhost" => match annotation.strip_prefix("localhost/") {
            None => "type",
            Some(name) if !file.is_there() || file.text() != name => "localhostProfile",
            Some(_) => return,
        },
        _ => return,
    };
    findings.forbidden(&told.field(wrong), format!("the annotation says otherwise: `{annotation}`"));
}
