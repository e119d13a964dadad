//! Kinds whose update rules are lists of fields that never change, and a few that are hardly more.

use super::{RECREATE, Update, texts};
use crate::compare::path::{Step, is};
use crate::compare::update::begin;

/// API group, kind, field, cure.
type Row = (&'static str, &'static str, &'static [&'static str], &'static str);

const OTHER_NAME: &str = "make a new one with another name and move its users over";

/// Mirrors `ValidateStorageClassUpdate`, `ValidateVolumeAttachmentUpdate`, `ValidateCSIDriverUpdate`,
/// `ValidateCSIStorageCapacityUpdate`, `ValidateVolumeAttributesClassUpdate`, `validateIngressClassSpecUpdate`,
/// `ValidateIPAddressUpdate`, `ValidateRuntimeClassUpdate`, `ValidatePriorityClassUpdate`,
/// `ValidateRoleBindingUpdate`, `ValidateClusterRoleBindingUpdate`, `ValidateLeaseCandidateSpecUpdate`,
/// `ValidateEndpointSliceUpdate`, `ValidateResourceClaimUpdate`, `ValidateResourceClaimTemplateUpdate`,
/// `validateResourceSliceSpec`, `ValidateClusterTrustBundleUpdate`, `ValidateControllerRevisionUpdate`,
/// `ValidateEventUpdate`, `ValidatePodCertificateRequestUpdate`, `ValidateStorageVersionMigrationUpdate`,
/// and the selector in the strategies of ReplicaSets.
const FIELDS: &[Row] = &[
    ("apps", "ControllerRevision", &["data"], RECREATE),
    (
        "apps",
        "ReplicaSet",
        &["spec", "selector"],
        "delete it with `--cascade=orphan` and apply again, or give it another name",
    ),
    ("certificates.k8s.io", "ClusterTrustBundle", &["spec", "signerName"], RECREATE),
    ("certificates.k8s.io", "PodCertificateRequest", &["spec"], RECREATE),
    ("coordination.k8s.io", "LeaseCandidate", &["spec", "leaseName"], RECREATE),
    ("discovery.k8s.io", "EndpointSlice", &["addressType"], RECREATE),
    ("events.k8s.io", "Event", &["action"], RECREATE),
    ("events.k8s.io", "Event", &["reason"], RECREATE),
    ("events.k8s.io", "Event", &["note"], RECREATE),
    ("events.k8s.io", "Event", &["type"], RECREATE),
    ("events.k8s.io", "Event", &["regarding"], RECREATE),
    ("events.k8s.io", "Event", &["related"], RECREATE),
    ("events.k8s.io", "Event", &["deprecatedCount"], RECREATE),
    ("events.k8s.io", "Event", &["deprecatedFirstTimestamp"], RECREATE),
    ("events.k8s.io", "Event", &["deprecatedLastTimestamp"], RECREATE),
    ("events.k8s.io", "Event", &["deprecatedSource"], RECREATE),
    ("events.k8s.io", "Event", &["eventTime"], RECREATE),
    ("events.k8s.io", "Event", &["reportingController"], RECREATE),
    ("events.k8s.io", "Event", &["reportingInstance"], RECREATE),
    ("networking.k8s.io", "IngressClass", &["spec", "controller"], OTHER_NAME),
    ("networking.k8s.io", "IPAddress", &["spec", "parentRef"], RECREATE),
    ("node.k8s.io", "RuntimeClass", &["handler"], OTHER_NAME),
    (
        "rbac.authorization.k8s.io",
        "ClusterRoleBinding",
        &["roleRef"],
        "delete the binding and apply again (`kubectl auth reconcile` does both)",
    ),
    (
        "rbac.authorization.k8s.io",
        "RoleBinding",
        &["roleRef"],
        "delete the binding and apply again (`kubectl auth reconcile` does both)",
    ),
    ("resource.k8s.io", "ResourceClaim", &["spec"], RECREATE),
    ("resource.k8s.io", "ResourceClaimTemplate", &["spec"], OTHER_NAME),
    ("resource.k8s.io", "ResourceSlice", &["spec", "driver"], RECREATE),
    ("resource.k8s.io", "ResourceSlice", &["spec", "nodeName"], RECREATE),
    ("resource.k8s.io", "ResourceSlice", &["spec", "pool", "name"], RECREATE),
    ("scheduling.k8s.io", "PriorityClass", &["preemptionPolicy"], OTHER_NAME),
    ("scheduling.k8s.io", "PriorityClass", &["value"], OTHER_NAME),
    ("storage.k8s.io", "CSIDriver", &["spec", "attachRequired"], RECREATE),
    ("storage.k8s.io", "CSIDriver", &["spec", "volumeLifecycleModes"], RECREATE),
    ("storage.k8s.io", "CSIStorageCapacity", &["nodeTopology"], RECREATE),
    ("storage.k8s.io", "CSIStorageCapacity", &["storageClassName"], RECREATE),
    ("storage.k8s.io", "StorageClass", &["parameters"], OTHER_NAME),
    ("storage.k8s.io", "StorageClass", &["provisioner"], OTHER_NAME),
    ("storage.k8s.io", "StorageClass", &["reclaimPolicy"], OTHER_NAME),
    ("storage.k8s.io", "StorageClass", &["volumeBindingMode"], OTHER_NAME),
    ("storage.k8s.io", "VolumeAttachment", &["spec"], RECREATE),
    ("storage.k8s.io", "VolumeAttributesClass", &["driverName"], OTHER_NAME),
    ("storage.k8s.io", "VolumeAttributesClass", &["parameters"], OTHER_NAME),
    ("storagemigration.k8s.io", "StorageVersionMigration", &["spec"], OTHER_NAME),
];

/// Refuses differences of the fields that never change.
pub(super) fn fields(update: &mut Update<'_, '_>) {
    let (group, kind) = (update.new.group, update.new.kind);
    for (_, _, field, cure) in FIELDS.iter().filter(|(g, k, ..)| *g == group && *k == kind) {
        update.immutable(field, cure);
    }
}

/// Mirrors `ValidateNodeUpdate`: what a node once has it keeps.
pub(super) fn node(update: &mut Update<'_, '_>) {
    for (path, said) in [
        (["spec", "podCIDRs"], !texts(update.old, &["spec", "podCIDRs"]).is_empty()),
        (["spec", "providerID"], !update.old_text(&["spec", "providerID"]).is_empty()),
        (["spec", "externalID"], true),
    ] {
        // What the cloud or the controllers wrote stays when nobody says it.
        if said && (path[1] == "externalID" || update.new_said(&path).is_some()) {
            update.immutable(&path, "leave the field out to keep what the node has");
        }
    }
}

/// Mirrors `ValidateResourceQuotaUpdate`: scopes are compared as a set.
pub(super) fn resource_quota(update: &mut Update<'_, '_>) {
    let set = |mut list: Vec<&str>| {
        list.sort_unstable();
        list.dedup();
        list.join(" ")
    };
    let path = ["spec", "scopes"];
    if set(texts(update.old, &path)) != set(texts(update.new, &path)) {
        update.refuse("spec.scopes", "the scopes of a quota cannot be changed", RECREATE);
    }
}

/// Mirrors `ValidateServiceCIDRUpdate`: one address range may become two, the first of them the old one.
pub(super) fn service_cidr(update: &mut Update<'_, '_>) {
    let path = ["spec", "cidrs"];
    let (old, new) = (texts(update.old, &path), texts(update.new, &path));
    let grows = old.len() == 1 && new.len() == 2 && old[0] == new[0];
    if old != new && !grows {
        update.refuse("spec.cidrs", "address ranges cannot be changed, only a second one added", RECREATE);
    }
}

/// Mirrors `ValidateCSINodeUpdate`: a driver that is there stays as it is, but for what it can allocate.
pub(super) fn csi_node(update: &mut Update<'_, '_>) {
    update.frozen(
        &["spec", "drivers"],
        "a driver that is registered cannot be changed, but for `allocatable`",
        "take the driver out and register it anew",
        |_, steps| match steps {
            [Step::Item { old, new, .. }] => old.is_none() || new.is_none(),
            [_, field, ..] => begin(steps, &["*"]) && is(field, "allocatable"),
            _ => false,
        },
    );
}
