//! PersistentVolume and PersistentVolumeClaim.

use super::claim_spec;
use super::format;
use super::pod::affinity::check_node_selector;
use super::pod::volume_sources as sources;
use super::report::Report;
use super::storage_class::newer_node_label;
use crate::validate::{At, Finding, Path};

/// What is said of a volume with a class that only CSI volumes have.
pub(super) const CLASS_WITHOUT_CSI: &str = "`volumeAttributesClassName` is for CSI volumes";

const ACCESS_MODES: &[&str] = &["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

/// Sources of PersistentVolumes in the order of the server: name, the name it uses for blame, and what checks one.
type Source = (&'static str, &'static str, fn(&At<'_>, &mut Vec<Finding>));
const SOURCES: &[Source] = &[
    ("hostPath", "hostPath", sources::host_path),
    ("gcePersistentDisk", "persistentDisk", sources::gce_persistent_disk),
    ("awsElasticBlockStore", "awsElasticBlockStore", sources::aws_elastic_block_store),
    ("glusterfs", "glusterfs", glusterfs),
    ("flocker", "flocker", sources::flocker),
    ("nfs", "nfs", sources::nfs),
    ("rbd", "rbd", sources::rbd),
    ("quobyte", "quobyte", sources::quobyte),
    ("cephfs", "cephfs", sources::cephfs),
    ("iscsi", "iscsi", iscsi),
    ("cinder", "cinder", cinder),
    ("fc", "fc", sources::fc),
    ("flexVolume", "flexVolume", sources::flex_volume),
    ("azureFile", "azureFile", azure_file),
    ("vsphereVolume", "vsphereVolume", sources::vsphere_volume),
    ("photonPersistentDisk", "photonPersistentDisk", sources::photon_persistent_disk),
    ("portworxVolume", "portworxVolume", sources::portworx_volume),
    ("azureDisk", "azureDisk", sources::azure_disk),
    ("scaleIO", "scaleIO", sources::scale_io),
    ("local", "local", local),
    ("storageos", "storageos", storageos),
    ("csi", "csi", csi),
];

/// Mirrors `ValidatePersistentVolume`
pub(super) fn check(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (metadata, spec) = (object.field("metadata"), object.field("spec"));
    check_spec(&spec, metadata.field("name").text(), false, findings);
    warn(&metadata, &spec, findings);
}

/// The `spec` of a volume, also of one within a VolumeAttachment.
///
/// Mirrors `ValidatePersistentVolumeSpec`, `validateVolumeNodeAffinity`
pub(super) fn check_spec(spec: &At<'_>, name: &str, inline: bool, findings: &mut Vec<Finding>) {
    const INLINE: &str = "a volume within an attachment has none";
    let (capacity, csi) = (spec.field("capacity"), spec.field("csi"));
    if inline {
        let claim = spec.field("claimRef");
        if claim.is_there() {
            findings.forbidden(&claim, INLINE);
        }
        if !capacity.is_empty() {
            findings.forbidden(&capacity, INLINE);
        }
        if !csi.is_there() {
            findings.required(&csi, "a volume within an attachment is of CSI");
        }
    }
    check_modes(&spec.field("accessModes"), findings);
    if !inline {
        check_capacity(&capacity, findings);
    }
    let reclaim = spec.field("persistentVolumeReclaimPolicy");
    if !reclaim.text().is_empty() {
        if !inline {
            findings.one_of(&reclaim, &["Delete", "Recycle", "Retain"]);
        } else if reclaim.text() != "Retain" {
            findings.forbidden(&reclaim, "a volume within an attachment has `Retain`");
        }
    }
    let affinity = spec.field("nodeAffinity");
    if affinity.is_there() {
        let required = affinity.field("required");
        if inline {
            findings.forbidden(&affinity, INLINE);
        } else if required.is_there() {
            check_node_selector(&required, findings);
        } else {
            findings.required(&required, "");
        }
    }
    check_source(spec, name, findings);
    let host = spec.field("hostPath");
    let host_path = host.field("path");
    let is_root = host_path.text().starts_with('/') && is_root(host_path.text());
    if is_root && reclaim.text() == "Recycle" {
        findings.forbidden(&reclaim, "the root of a host must not be recycled");
    }
    let (class, mode) = (spec.field("storageClassName"), spec.field("volumeMode"));
    if !class.text().is_empty() {
        if inline {
            findings.forbidden(&class, INLINE);
        } else {
            findings.format(&class, format::dns_subdomain(class.text()));
        }
    }
    if mode.is_there() {
        if !inline {
            findings.one_of(&mode, &["Block", "Filesystem"]);
        } else if mode.text() != "Filesystem" {
            findings.forbidden(&mode, "a volume within an attachment has `Filesystem`");
        }
    }
    let attributes = spec.field("volumeAttributesClassName");
    if attributes.is_there() && !inline {
        if attributes.text().is_empty() {
            findings.required(&attributes, "it must not be empty");
        } else {
            findings.format(&attributes, format::dns_subdomain(attributes.text()));
        }
        if !csi.is_there() {
            findings.required(&csi, CLASS_WITHOUT_CSI);
        }
    }
}

/// Whether a path is nothing but the root when it is cleaned.
fn is_root(path: &str) -> bool {
    let mut depth = 0u32;
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    depth == 0
}

fn check_modes(modes: &At<'_>, findings: &mut Vec<Finding>) {
    if modes.is_empty() {
        findings.required(modes, "");
    }
    let (mut alone, mut shared) = (false, false);
    for mode in modes.items() {
        // The server blames the list, not its item.
        findings.one_of(&mode.told_at(modes.path), ACCESS_MODES);
        alone |= mode.text() == "ReadWriteOncePod";
        shared |= mode.text() != "ReadWriteOncePod" && ACCESS_MODES.contains(&mode.text());
    }
    if alone && shared {
        findings.forbidden(modes, "`ReadWriteOncePod` goes with no other mode");
    }
}

/// Mirrors `validateBasicResource`, `ValidatePositiveQuantityValue`
fn check_capacity(capacity: &At<'_>, findings: &mut Vec<Finding>) {
    if capacity.is_empty() {
        findings.required(capacity, "how much storage there is");
    } else if capacity.len() > 1 || !capacity.entries().any(|(name, _)| name == "storage") {
        findings.not_supported(capacity, &["storage"]);
    }
    for (_, amount) in capacity.entries() {
        if amount.quantity().is_none_or(|amount| amount.is_negative() || amount.is_zero()) {
            findings.invalid(&amount, "must be greater than 0");
        }
    }
}

fn check_source(spec: &At<'_>, name: &str, findings: &mut Vec<Finding>) {
    let mut count = 0;
    for (field, blamed, check) in SOURCES {
        let source = spec.field(field);
        if !source.is_there() {
            continue;
        }
        // As the server has it: FlexVolume never minds being second.
        if count > 0 && *field != "flexVolume" {
            let blamed = if *field == "cephfs" { "cephFS" } else { field };
            findings.forbidden(&source.told_at(Path::Field(&spec.path, blamed)), "a volume has one source");
            continue;
        }
        count += 1;
        check(&source.told_at(Path::Field(&spec.path, blamed)), findings);
        if *field == "local" && !spec.field("nodeAffinity").is_there() {
            findings.required(&spec.field("nodeAffinity"), "a local volume is on some node");
        }
        let portal = source.field("targetPortal");
        if *field == "iscsi"
            && source.field("initiatorName").is_there()
            && name.len() + 1 + portal.text().len() > 64
        {
            let at = portal.told_at(Path::Field(&source.path, "targetportal"));
            findings.invalid(&at, "the volume's name and this may have 63 characters together");
        }
    }
    if count == 0 {
        findings.required(spec, "a volume needs a source");
    }
}

/// Name and namespace of a secret, both needed.
fn need_secret(source: &At<'_>, field: &str, findings: &mut Vec<Finding>) {
    let secret = source.field(field);
    if secret.is_there() {
        sources::need(&secret, "name", findings);
        sources::need(&secret, "namespace", findings);
    }
}

/// Mirrors `validateGlusterfsPersistentVolumeSource`
fn glusterfs(source: &At<'_>, findings: &mut Vec<Finding>) {
    sources::glusterfs(source, findings);
    let namespace = source.field("endpointsNamespace");
    if namespace.is_there() {
        findings.format(&namespace, format::dns_label(namespace.text()));
    }
}

/// Mirrors `validateISCSIPersistentVolumeSource`
fn iscsi(source: &At<'_>, findings: &mut Vec<Finding>) {
    sources::iscsi_target(source, findings);
    let secret = source.field("secretRef");
    if secret.is_there() {
        sources::need(&secret, "name", findings);
    }
    sources::iscsi_initiator(source, findings);
}

/// Mirrors `validateCinderPersistentVolumeSource`
fn cinder(source: &At<'_>, findings: &mut Vec<Finding>) {
    sources::need(source, "volumeID", findings);
    need_secret(source, "secretRef", findings);
}

/// Mirrors `validateAzureFilePV`
fn azure_file(source: &At<'_>, findings: &mut Vec<Finding>) {
    sources::need(source, "secretName", findings);
    sources::need(source, "shareName", findings);
    let namespace = source.field("secretNamespace");
    if namespace.is_there() && namespace.text().is_empty() {
        findings.required(&namespace, "");
    }
}

/// Mirrors `validateLocalVolumeSource`
fn local(source: &At<'_>, findings: &mut Vec<Finding>) {
    let path = source.field("path");
    if path.text().is_empty() {
        findings.required(&path, "");
    } else {
        findings.format(&path, format::no_backsteps(path.text()));
    }
}

/// Mirrors `validateStorageOSPersistentVolumeSource`
fn storageos(source: &At<'_>, findings: &mut Vec<Finding>) {
    sources::storageos_names(source, findings);
    need_secret(source, "secretRef", findings);
}

/// Mirrors `validateCSIPersistentVolumeSource`, `validatePVSecretReference`
fn csi(source: &At<'_>, findings: &mut Vec<Finding>) {
    sources::csi_driver_name(&source.field("driver"), findings);
    sources::need(source, "volumeHandle", findings);
    for field in [
        "controllerPublishSecretRef",
        "controllerExpandSecretRef",
        "nodePublishSecretRef",
        "nodeExpandSecretRef",
    ] {
        let secret = source.field(field);
        if !secret.is_there() {
            continue;
        }
        for (name, check) in
            [("name", format::dns_subdomain as fn(&str) -> format::Format), ("namespace", format::dns_label)]
        {
            let field = secret.field(name);
            if field.text().is_empty() {
                findings.required(&field, "");
            } else {
                findings.format(&field, check(field.text()));
            }
        }
    }
}

/// Mirrors `GetWarningsForPersistentVolume`, `warningsForPersistentVolumeSpecAndMeta`
fn warn(metadata: &At<'_>, spec: &At<'_>, findings: &mut Vec<Finding>) {
    let annotations = metadata.field("annotations");
    for (key, instead) in [
        ("volume.beta.kubernetes.io/storage-class", "storageClassName"),
        ("volume.beta.kubernetes.io/mount-options", "mountOptions"),
    ] {
        let annotation = annotations.entry(key);
        if annotation.is_there() {
            findings.warns(&annotation, format!("the annotation is deprecated: use `spec.{instead}`"));
        }
    }
    let reclaim = spec.field("persistentVolumeReclaimPolicy");
    if reclaim.text() == "Recycle" {
        findings.warns(&reclaim, "`Recycle` is deprecated: let volumes be provisioned");
    }
    let affinity = spec.field("nodeAffinity");
    let required = affinity.field("required");
    for term in required.field("nodeSelectorTerms").items() {
        for expression in term.field("matchExpressions").items() {
            let key = expression.field("key");
            if let Some(instead) = newer_node_label(key.text()) {
                findings.warns(&key, format!("`{}` is deprecated: use `{instead}`", key.text()));
            }
        }
    }
    for name in ["cephfs", "photonPersistentDisk", "scaleIO", "storageos", "glusterfs", "rbd"] {
        let source = spec.field(name);
        if source.is_there() {
            findings.warns(&source, format!("`{name}` works no more"));
        }
    }
}

/// Mirrors `ValidatePersistentVolumeClaim`, `GetWarningsForPersistentVolumeClaim`
pub(super) fn check_claim(object: &At<'_>, findings: &mut Vec<Finding>) {
    let (metadata, spec) = (object.field("metadata"), object.field("spec"));
    claim_spec::check_claim(&spec, findings);
    claim_spec::check_warnings(&spec, findings);
    let annotations = metadata.field("annotations");
    let class = annotations.entry("volume.beta.kubernetes.io/storage-class");
    if class.is_there() {
        findings.warns(&class, "the annotation is deprecated: use `spec.storageClassName`");
    }
}
