//! CSIDriver, CSINode, CSIStorageCapacity and VolumeAttachment.

use super::format;
use super::persistent_volume;
use super::pod::volume_sources::csi_driver_name;
use super::report::Report;
use super::selector::check_selector;
use super::storage_class::newer_node_label;
use crate::kubernetes::Quantity;
use crate::validate::{At, Finding};

/// Mirrors `ValidateCSIDriver`, `validateCSIDriverSpec`, `validateFSGroupPolicy`, `validateVolumeLifecycleModes`,
/// `validateServiceAccountTokenInSecrets`, `validateNodeAllocatableUpdatePeriodSeconds`
pub(super) fn check_driver(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let policy = spec.field("fsGroupPolicy");
    if policy.is_there() {
        findings.one_of(&policy, &["File", "None", "ReadWriteOnceWithFSType"]);
    }
    let requests = spec.field("tokenRequests");
    check_tokens(&requests, findings);
    let modes = spec.field("volumeLifecycleModes");
    for mode in modes.items() {
        findings.one_of(&mode.told_at(modes.path), &["Ephemeral", "Persistent"]);
    }
    let period = spec.field("nodeAllocatableUpdatePeriodSeconds");
    if period.integer().is_some_and(|seconds| seconds < 10) {
        findings.invalid(&period, "must be 10 or greater");
    }
    let in_secrets = spec.field("serviceAccountTokenInSecrets");
    if in_secrets.is_there() && requests.is_empty() {
        findings.invalid(&in_secrets, "is for drivers with `tokenRequests`");
    }
    if !requests.is_empty() && !in_secrets.is_there() {
        findings
            .warns(&in_secrets, "set `serviceAccountTokenInSecrets`, so that tokens do not get into logs");
    }
}

/// Mirrors `validateTokenRequests`
fn check_tokens(requests: &At<'_>, findings: &mut Vec<Finding>) {
    for (number, request) in requests.items().enumerate() {
        let (audience, expiration) = (request.field("audience"), request.field("expirationSeconds"));
        if requests.items().take(number).any(|before| before.field("audience").text() == audience.text()) {
            findings.duplicate(&audience);
        } else if expiration.integer().is_some_and(|seconds| !(600..=1 << 32).contains(&seconds)) {
            findings.invalid(&expiration, "must be between 600 and 4294967296");
        }
    }
}

/// Mirrors `ValidateCSINode`, `validateCSINodeSpec`, `validateCSINodeDrivers`, `validateCSINodeDriver`,
/// `validateCSINodeDriverNodeID`, `validateCSINodeDriverAllocatable`
pub(super) fn check_node(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    let drivers = spec.field("drivers");
    for (number, driver) in drivers.items().enumerate() {
        let (name, node) = (driver.field("name"), driver.field("nodeID"));
        csi_driver_name(&name, findings);
        if node.text().is_empty() {
            findings.required(&node, "");
        } else if node.text().len() > 256 {
            findings.invalid(&node, "may have at most 256 characters");
        }
        let allocatable = driver.field("allocatable");
        findings.non_negative(&allocatable.field("count"));
        if drivers.items().take(number).any(|before| before.field("name").text() == name.text()) {
            findings.duplicate(&name);
        }
        let keys = driver.field("topologyKeys");
        for (position, key) in keys.items().enumerate() {
            // The server blames the driver.
            let told = key.told_at(driver.path);
            if key.text().is_empty() {
                findings.required(&told, "a key must not be empty");
            } else {
                findings.format(&told, format::qualified_name(key.text()));
            }
            if keys.items().take(position).any(|before| before.text() == key.text()) {
                findings.duplicate(&told);
            }
        }
    }
}

/// Mirrors `ValidateCSIStorageCapacity`, `GetWarningsForCSIStorageCapacity`
pub(super) fn check_capacity(object: &At<'_>, findings: &mut Vec<Finding>) {
    let topology = object.field("nodeTopology");
    check_selector(&topology, findings);
    for expression in topology.field("matchExpressions").items() {
        let key = expression.field("key");
        if let Some(instead) = newer_node_label(key.text()) {
            findings.warns(&key, format!("`{}` is deprecated: use `{instead}`", key.text()));
        }
    }
    let labels = topology.field("matchLabels");
    for (label, value) in labels.entries() {
        if let Some(instead) = newer_node_label(label) {
            findings.warns(&value, format!("`{label}` is deprecated: use `{instead}`"));
        }
    }
    let (class, capacity) = (object.field("storageClassName"), object.field("capacity"));
    findings.format(&class, format::dns_subdomain(class.text()));
    if capacity.quantity().is_some_and(Quantity::is_negative) {
        findings.invalid(&capacity, "must be 0 or greater");
    }
}

/// Mirrors `ValidateVolumeAttachment`, `validateVolumeAttachmentSpec`, `validateVolumeAttachmentSource`,
/// `validateNodeName`
pub(super) fn check_attachment(object: &At<'_>, findings: &mut Vec<Finding>) {
    let spec = object.field("spec");
    csi_driver_name(&spec.field("attacher"), findings);
    let source = spec.field("source");
    let (inline, name) = (source.field("inlineVolumeSpec"), source.field("persistentVolumeName"));
    match (inline.is_there(), name.is_there()) {
        (false, false) => {
            findings.required(&source, "there must be `inlineVolumeSpec` or `persistentVolumeName`");
        }
        (true, true) => {
            findings
                .forbidden(&source, "there may be `inlineVolumeSpec` or `persistentVolumeName`, not both");
        }
        (true, false) => persistent_volume::check_spec(&inline, "", true, findings),
        (false, true) => {}
    }
    if name.is_there() {
        findings.format(&name, format::dns_subdomain(name.text()));
    }
    let node = spec.field("nodeName");
    findings.format(&node, format::dns_subdomain(node.text()));
}
