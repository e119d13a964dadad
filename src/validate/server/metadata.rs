//! `metadata` of every object: names, namespaces, labels, annotations, owners, finalizers.

use super::format;
use super::labels::{check_annotations, check_labels};
use super::names::{self, Name};
use super::report::{Report, shown};
use crate::validate::{At, Finding, Object};

/// How much of `generateName` the server keeps, and what it may put behind it.
const GENERATED: (usize, &str) = (58, "x2x4x");

/// Kinds whose `generation` the server sets to 1, whatever it was.
const BEGIN_AT_ONE: &[&str] = &[
    "CronJob",
    "CustomResourceDefinition",
    "DaemonSet",
    "Deployment",
    "DeviceClass",
    "DeviceTaintRule",
    "EndpointSlice",
    "FlowSchema",
    "HorizontalPodAutoscaler",
    "Ingress",
    "IngressClass",
    "Job",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
    "MutatingWebhookConfiguration",
    "NetworkPolicy",
    "Pod",
    "PodDisruptionBudget",
    "PodTemplate",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "ReplicaSet",
    "ReplicationController",
    "ResourceSlice",
    "StatefulSet",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
];

/// Checks `metadata` (`names`: see [`names::of`]). What only counts when nothing else is wrong is left to [`check_later`].
///
/// Mirrors `ValidateObjectMeta`, `ValidateObjectMetaAccessor`, `ValidateObjectMetaWithOpts`,
/// `ValidateObjectMetaAccessorWithOpts`, `validateObjectMetaAccessorWithOptsCommon`
pub(super) fn check(object: &Object<'_>, names: Option<(bool, Name)>, findings: &mut Vec<Finding>) {
    match names {
        Some((_, Name::SegmentLater)) => {}
        Some((namespaced, name)) => check_as(object, Some(namespaced), name, findings),
        None => check_as(object, None, Name::Subdomain, findings),
    }
}

/// Checks `metadata` of kinds whose own validation leaves it out: the server looks at it when the rest has passed.
///
/// Mirrors `BeforeCreate`
pub(super) fn check_later(object: &Object<'_>, names: Option<(bool, Name)>, findings: &mut Vec<Finding>) {
    let Some((namespaced, rule @ (Name::SegmentLater | Name::PathLater))) = names else { return };
    if findings.iter().any(|finding| finding.level == crate::validate::Level::Error) {
        return;
    }
    if rule == Name::SegmentLater {
        check_as(object, Some(namespaced), rule, findings);
    } else {
        check_names(object, &object.at().field("metadata"), Name::Segment, findings);
    }
}

fn check_as(object: &Object<'_>, namespaced: Option<bool>, rule: Name, findings: &mut Vec<Finding>) {
    let at = object.at();
    let metadata = at.field("metadata");
    check_names(object, &metadata, rule, findings);
    // Objects without a namespace get the request's; the namespace of a cluster-scoped object is cleared.
    let namespace = metadata.field("namespace");
    if namespaced != Some(false) && !namespace.text().is_empty() {
        findings.format(&namespace, format::dns_label(namespace.text()));
    }
    if namespaced.is_some() && !BEGIN_AT_ONE.contains(&object.kind) {
        findings.non_negative(&metadata.field("generation"));
    }
    check_labels(&metadata.field("labels"), findings);
    check_annotations(&metadata.field("annotations"), findings);
    check_owners(&metadata.field("ownerReferences"), findings);
    let is_kubernetes = namespaced.is_some()
        && rule != Name::SegmentLater
        && !matches!(
            object.group,
            "admissionregistration.k8s.io" | "apiextensions.k8s.io" | "apiregistration.k8s.io"
        );
    check_finalizers(&metadata.field("finalizers"), is_kubernetes, findings);
}

/// The name of an object, or the beginning of one and what the server would make of it.
fn check_names(object: &Object<'_>, metadata: &At<'_>, rule: Name, findings: &mut Vec<Finding>) {
    let generate = metadata.field("generateName");
    let beginning = generate.text();
    if !beginning.is_empty()
        && let Err(message) = names::check(object, rule, beginning, true)
    {
        findings.invalid(&generate, message);
        findings.belongs_to("invalid-name");
    }
    let name = metadata.field("name");
    if !name.text().is_empty() {
        if let Err(message) = names::check(object, rule, name.text(), false) {
            findings.invalid(&name, message);
            findings.belongs_to("invalid-name");
        }
    } else if beginning.is_empty() {
        // The server makes up a name for a LimitRange.
        if object.kind != "LimitRange" || !object.group.is_empty() {
            findings.required(&name, "give `name` or `generateName`");
        }
    } else {
        let mut cut = beginning.len().min(GENERATED.0);
        while !beginning.is_char_boundary(cut) {
            cut -= 1;
        }
        let made = format!("{}{}", &beginning[..cut], GENERATED.1);
        if let Err(message) = names::check(object, rule, &made, false) {
            findings.invalid(&name, message);
            findings.belongs_to("invalid-name");
        }
    }
}

/// Mirrors `ValidateOwnerReferences`, `validateOwnerReference`
fn check_owners(owners: &At<'_>, findings: &mut Vec<Finding>) {
    let mut has_controller = false;
    for owner in owners.items() {
        let (version, kind) = (owner.field("apiVersion"), owner.field("kind"));
        let text = version.text();
        if text.is_empty() {
            findings.required(&version, "");
        } else if text.matches('/').count() > 1 || text.ends_with('/') {
            findings.invalid(&version, "must be a group, `/` and a version, or a version alone");
        }
        for name in ["kind", "name", "uid"] {
            let field = owner.field(name);
            if field.text().is_empty() {
                findings.required(&field, "");
            }
        }
        if text == "v1" && kind.text() == "Event" {
            findings.invalid(&owner, "an Event cannot be an owner");
        }
        if owner.field("controller").boolean() == Some(true) {
            if has_controller {
                findings.invalid(owners, "only one owner may be the controller");
            }
            has_controller = true;
        }
    }
}

/// Mirrors `ValidateFinalizers`, `ValidateFinalizerName`, `validateKubeFinalizerName`
fn check_finalizers(finalizers: &At<'_>, is_kubernetes: bool, findings: &mut Vec<Finding>) {
    let (mut orphan, mut foreground) = (false, false);
    for finalizer in finalizers.items() {
        let text = finalizer.text();
        if let Err(message) = format::qualified_name(text) {
            let message = format!("finalizer {}: {message}", shown(text));
            findings.push(Finding::server("invalid", finalizers, message).value_at(&finalizer));
        }
        orphan |= text == "orphan";
        foreground |= text == "foregroundDeletion";
    }
    if orphan && foreground {
        findings.invalid(finalizers, "`orphan` and `foregroundDeletion` cannot both be set");
    }
    if !is_kubernetes {
        return;
    }
    for finalizer in finalizers.items() {
        let text = finalizer.text();
        if !text.contains('/') && !matches!(text, "orphan" | "foregroundDeletion" | "kubernetes") {
            findings.invalid(&finalizer, "must have a domain, as in `example.com/name`");
        }
    }
}
