//! What kube-apiserver 1.37 refuses beyond types, in its order: defaults → strategy → validation. One file a kind or
//! shared type; each rule names the check that it mirrors.

pub(in crate::validate) mod address;
pub(in crate::validate) mod admission_expression;
mod admission_policy;
mod admission_rule;
mod api_service;
mod began;
mod certificate;
mod claim_spec;
mod config_map;
mod cron_job;
mod csi;
mod custom_resource_definition;
mod daemon_set;
mod deployment;
mod device_claim;
mod endpoint_slice;
mod endpoints;
mod event;
mod flow_control;
pub(in crate::validate) mod format;
mod horizontal_pod_autoscaler;
mod ingress;
mod ip_address;
mod job;
pub(in crate::validate) mod labels;
mod lease;
mod limit_range;
mod metadata;
pub(in crate::validate) mod names;
mod namespace;
mod network_policy;
mod node;
mod older_devices;
mod older_expressions;
mod older_versions;
mod persistent_volume;
mod pod;
mod pod_disruption_budget;
mod pod_template;
mod priority_class;
mod rbac;
mod replica_set;
pub(in crate::validate) mod report;
pub(in crate::validate) mod resource_names;
mod resource_quota;
mod resource_slice;
mod runtime_class;
mod secret;
mod seen;
pub(in crate::validate) mod selector;
mod service;
mod service_account;
mod stateful_set;
mod storage_class;
mod told;
pub(in crate::validate) mod url;
pub(in crate::validate) mod webhook_configuration;
mod workload;

use super::kind_slots::KindSlots;
use super::{At, Family, Finding, NEWEST, Object};

/// A kind and the function that checks its objects (`at` is the whole object).
type Kind = (&'static str, &'static str, fn(&At<'_>, &mut Vec<Finding>));

/// Where the rows of [`KINDS`] stand.
static SLOTS: KindSlots = {
    let (mut slots, mut row) = (KindSlots::new(), 0);
    while row < KINDS.len() {
        slots = slots.with(KINDS[row].1, row);
        row += 1;
    }
    slots
};

/// Which function checks which kind: API group, kind, function. Kept sorted.
const KINDS: &[Kind] = &[
    ("", "ConfigMap", config_map::check),
    ("", "Endpoints", endpoints::check),
    ("", "Event", event::check_core),
    ("", "LimitRange", limit_range::check),
    ("", "Namespace", namespace::check),
    ("", "Node", node::check),
    ("", "PersistentVolume", persistent_volume::check),
    ("", "PersistentVolumeClaim", persistent_volume::check_claim),
    ("", "Pod", pod::check),
    ("", "PodTemplate", pod_template::check),
    ("", "ReplicationController", pod_template::check_controller),
    ("", "ResourceQuota", resource_quota::check),
    ("", "Secret", secret::check),
    ("", "Service", service::check),
    ("", "ServiceAccount", service_account::check),
    ("admissionregistration.k8s.io", "MutatingAdmissionPolicy", admission_policy::check_mutating),
    (
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicyBinding",
        admission_policy::check_mutating_binding,
    ),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration", webhook_configuration::check),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy", admission_policy::check_validating),
    (
        "admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding",
        admission_policy::check_validating_binding,
    ),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration", webhook_configuration::check),
    ("apiextensions.k8s.io", "CustomResourceDefinition", custom_resource_definition::check),
    ("apiregistration.k8s.io", "APIService", api_service::check),
    ("apps", "ControllerRevision", pod_template::check_revision),
    ("apps", "DaemonSet", daemon_set::check),
    ("apps", "Deployment", deployment::check),
    ("apps", "ReplicaSet", replica_set::check),
    ("apps", "StatefulSet", stateful_set::check),
    ("autoscaling", "HorizontalPodAutoscaler", horizontal_pod_autoscaler::check),
    ("batch", "CronJob", cron_job::check),
    ("batch", "Job", job::check),
    ("certificates.k8s.io", "CertificateSigningRequest", certificate::check_request),
    ("certificates.k8s.io", "ClusterTrustBundle", certificate::check_bundle),
    ("coordination.k8s.io", "Lease", lease::check),
    ("coordination.k8s.io", "LeaseCandidate", lease::check_candidate),
    ("discovery.k8s.io", "EndpointSlice", endpoint_slice::check),
    ("events.k8s.io", "Event", event::check_strict),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema", flow_control::check_schema),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration", flow_control::check_level),
    ("networking.k8s.io", "IPAddress", ip_address::check),
    ("networking.k8s.io", "Ingress", ingress::check),
    ("networking.k8s.io", "IngressClass", ingress::check_class),
    ("networking.k8s.io", "NetworkPolicy", network_policy::check),
    ("networking.k8s.io", "ServiceCIDR", ip_address::check_service_cidr),
    ("node.k8s.io", "RuntimeClass", runtime_class::check),
    ("policy", "PodDisruptionBudget", pod_disruption_budget::check),
    ("rbac.authorization.k8s.io", "ClusterRole", rbac::check_cluster_role),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding", rbac::check_cluster_role_binding),
    ("rbac.authorization.k8s.io", "Role", rbac::check_role),
    ("rbac.authorization.k8s.io", "RoleBinding", rbac::check_role_binding),
    ("resource.k8s.io", "DeviceClass", device_claim::check_class),
    ("resource.k8s.io", "DeviceTaintRule", resource_slice::check_taint_rule),
    ("resource.k8s.io", "ResourceClaim", device_claim::check),
    ("resource.k8s.io", "ResourceClaimTemplate", device_claim::check_template),
    ("resource.k8s.io", "ResourceSlice", resource_slice::check),
    ("scheduling.k8s.io", "PodGroup", workload::check_pod_group),
    ("scheduling.k8s.io", "PriorityClass", priority_class::check),
    ("scheduling.k8s.io", "Workload", workload::check),
    ("storage.k8s.io", "CSIDriver", csi::check_driver),
    ("storage.k8s.io", "CSINode", csi::check_node),
    ("storage.k8s.io", "CSIStorageCapacity", csi::check_capacity),
    ("storage.k8s.io", "StorageClass", storage_class::check),
    ("storage.k8s.io", "VolumeAttachment", csi::check_attachment),
    ("storage.k8s.io", "VolumeAttributesClass", storage_class::check_attributes),
    ("storagemigration.k8s.io", "StorageVersionMigration", api_service::check_migration),
];

/// Checks one object. What its decoding found already is among the findings: where a value is of the wrong type, the
/// server sees nothing more of it, and neither do the rules.
pub(super) fn check(object: &Object<'_>, minor: u32, findings: &mut Vec<Finding>) {
    let mut found = Vec::new();
    let names = names::of(object.group, object.kind);
    metadata::check(object, names, &mut found);
    let is = |row: usize| KINDS[row].1 == object.kind && KINDS[row].0 == object.group;
    if let Some(row) = SLOTS.find(object.kind, is) {
        (KINDS[row].2)(&object.at(), &mut found);
    }
    metadata::check_later(object, names, &mut found);
    if minor < NEWEST {
        older_versions::check(object, minor, &mut found);
    }
    if !found.is_empty() {
        let hides = |finding: &Finding| {
            finding.family == Family::Schema
                && (finding.rule.starts_with("invalid-") || finding.rule == "out-of-range")
        };
        let hidden: Vec<&str> = findings.iter().filter(|f| hides(f)).map(|f| f.path.as_str()).collect();
        found.retain(|finding| !hidden.iter().any(|path| touches(path, &finding.path)));
    }
    findings.append(&mut found);
}

/// Whether one path leads to the other, or is the same.
fn touches(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short)
        .is_some_and(|rest| short.is_empty() || matches!(rest.bytes().next(), None | Some(b'.' | b'[')))
}

#[cfg(test)]
mod tests {
    use super::{KINDS, touches};

    #[test]
    fn rows_are_sorted() {
        assert!(KINDS.windows(2).all(|pair| (pair[0].0, pair[0].1) < (pair[1].0, pair[1].1)));
    }

    #[test]
    fn paths_touch() {
        assert!(touches("spec.ports[0]", "spec.ports[0].port") && touches("spec", "spec"));
        assert!(!touches("spec.port", "spec.ports") && !touches("spec.ports[0]", "spec.ports[1]"));
    }
}
