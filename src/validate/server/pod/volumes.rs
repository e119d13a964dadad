//! The volumes of a pod: names, one source each, and what each source needs. Projected volumes are next door.

use super::volume_sources as sources;
use super::{Owner, projected};
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::server::{claim_spec, labels};
use crate::validate::{At, Finding, Path};
use crate::yaml::Document;

/// A volume that containers may mount.
#[derive(Clone, Copy)]
pub(super) struct Volume<'a> {
    pub(super) name: &'a str,
    /// A claim, or one that is made for the pod.
    pub(super) is_claim: bool,
}

/// Checks a source of a volume.
type Check = fn(&At<'_>, &mut Vec<Finding>);

/// Sources in the server's order: the first that is there counts, the others are refused. Field, its name where it is
/// refused, its name where it is checked.
const SOURCES: &[(&str, &str, &str, Check)] = &[
    ("emptyDir", "emptyDir", "emptyDir", sources::empty_dir),
    ("hostPath", "hostPath", "hostPath", sources::host_path),
    ("gitRepo", "gitRepo", "gitRepo", sources::git_repo),
    ("gcePersistentDisk", "gcePersistentDisk", "persistentDisk", sources::gce_persistent_disk),
    (
        "awsElasticBlockStore",
        "awsElasticBlockStore",
        "awsElasticBlockStore",
        sources::aws_elastic_block_store,
    ),
    ("secret", "secret", "secret", secret),
    ("nfs", "nfs", "nfs", sources::nfs),
    ("iscsi", "iscsi", "iscsi", sources::iscsi),
    ("glusterfs", "glusterfs", "glusterfs", sources::glusterfs),
    ("flocker", "flocker", "flocker", sources::flocker),
    (
        "persistentVolumeClaim",
        "persistentVolumeClaim",
        "persistentVolumeClaim",
        persistent_volume_claim_source,
    ),
    ("rbd", "rbd", "rbd", sources::rbd),
    ("cinder", "cinder", "cinder", sources::cinder),
    ("cephfs", "cephFS", "cephfs", sources::cephfs),
    ("quobyte", "quobyte", "quobyte", sources::quobyte),
    ("downwardAPI", "downwarAPI", "downwardAPI", projected::downward_api),
    ("fc", "fc", "fc", sources::fc),
    ("flexVolume", "flexVolume", "flexVolume", sources::flex_volume),
    ("configMap", "configMap", "configMap", config_map),
    ("azureFile", "azureFile", "azureFile", sources::azure_file),
    ("vsphereVolume", "vsphereVolume", "vsphereVolume", sources::vsphere_volume),
    ("photonPersistentDisk", "photonPersistentDisk", "photonPersistentDisk", sources::photon_persistent_disk),
    ("portworxVolume", "portworxVolume", "portworxVolume", sources::portworx_volume),
    ("azureDisk", "azureDisk", "azureDisk", sources::azure_disk),
    ("storageos", "storageos", "storageos", sources::storageos),
    ("projected", "projected", "projected", projected::projected),
    ("scaleIO", "scaleIO", "scaleIO", sources::scale_io),
    ("csi", "csi", "csi", sources::csi),
    ("ephemeral", "ephemeral", "ephemeral", ephemeral),
    ("image", "image", "image", image),
];

/// Checks the volumes; gives those that containers may mount.
///
/// Mirrors `ValidateVolumes`, `volumesToAddForTemplates`
pub(super) fn check<'a>(
    volumes: &At<'_>,
    document: &'a Document,
    owner: &Owner<'a>,
    findings: &mut Vec<Finding>,
) -> Vec<Volume<'a>> {
    let mut known: Vec<Volume<'a>> = Vec::with_capacity(volumes.len() + owner.claim_templates.len());
    let mut index = 0;
    for name in owner.claim_templates {
        // What a StatefulSet makes of its claim templates stands before the volumes of its pods.
        let path = Path::Index(&volumes.path, index);
        index += 1;
        check_claim_of_template(&volumes.told_at(path), name, &mut known, findings);
    }
    for volume in volumes.items() {
        let name = volume.field("name").text();
        if owner.claim_templates.contains(&name) {
            continue;
        }
        let volume = volume.told_at(Path::Index(&volumes.path, index));
        index += 1;
        let before = findings.len();
        check_source(&volume, name, owner, findings);
        let name_at = volume.field("name");
        if name.is_empty() {
            findings.required(&name_at, "");
        } else {
            findings.format(&name_at, format::dns_label(name));
        }
        if known.iter().any(|other| other.name == name) {
            findings.duplicate(&name_at);
        }
        let claim = volume.field("persistentVolumeClaim");
        if let (true, Some(node)) = (findings.len() == before, name_at.node) {
            let is_claim = claim.is_there() || volume.field("ephemeral").is_there();
            known.push(Volume { name: document.text(node), is_claim });
        }
        let claim_name = claim.field("claimName");
        if claim.is_there() && is_made_for_pod(volumes, owner, claim_name.text()) {
            findings
                .invalid(&claim_name, "must not be a claim that is made for an ephemeral volume of this pod");
        }
    }
    known
}

/// Whether a claim of this name is made for an ephemeral volume of the pod.
fn is_made_for_pod(volumes: &At<'_>, owner: &Owner<'_>, claim: &str) -> bool {
    let Some(volume) = claim
        .strip_prefix(owner.pod_name)
        .filter(|_| !owner.pod_name.is_empty())
        .and_then(|rest| rest.strip_prefix('-'))
    else {
        return false;
    };
    volumes.items().any(|other| other.field("ephemeral").is_there() && other.field("name").text() == volume)
}

fn check_claim_of_template<'a>(
    at: &At<'_>,
    name: &'a str,
    known: &mut Vec<Volume<'a>>,
    findings: &mut Vec<Finding>,
) {
    let absent = at.with(None);
    let name_at = absent.field("name");
    if name.is_empty() {
        let claim = absent.field("persistentVolumeClaim");
        findings.required(&claim.field("claimName"), "");
        findings.required(&name_at, "a claim template has no name");
    } else if let Err(message) = format::dns_label(name) {
        findings.push(Finding::server("invalid", &name_at, format!("claim template `{name}`: {message}")));
    } else {
        known.push(Volume { name, is_claim: true });
    }
}

/// Mirrors `validateVolumeSource`
fn check_source(volume: &At<'_>, name: &str, owner: &Owner<'_>, findings: &mut Vec<Finding>) {
    let mut is_first = true;
    for (field, refused, checked, check) in SOURCES {
        let source = volume.field(field);
        if !source.is_there() {
            continue;
        }
        if is_first {
            is_first = false;
            check(&source.told_at(Path::Field(&volume.path, checked)), findings);
            if *field == "downwardAPI" && volume.field("configMap").is_there() {
                projected::users_of_volume(&source, findings);
            }
            if *field == "ephemeral" && !owner.pod_name.is_empty() && !name.is_empty() {
                let claim = format!("{}-{name}", owner.pod_name);
                if let Err(message) = format::dns_subdomain(&claim) {
                    findings.invalid(
                        &volume.field("name"),
                        format!("the claim would be `{claim}`, which {message}"),
                    );
                }
            }
        } else {
            findings.forbidden(
                &source.told_at(Path::Field(&volume.path, refused)),
                "a volume may have one source only",
            );
        }
        if *field == "iscsi" && source.field("initiatorName").is_there() {
            let portal = source.field("targetPortal").text();
            if name.len() + 1 + portal.len() > 64 {
                findings.invalid(
                    &volume.field("name"),
                    "name and `iscsi.targetPortal` may have at most 63 bytes together where an initiator is named",
                );
            }
        }
    }
}

/// Mirrors `validateSecretVolumeSource`
fn secret(secret: &At<'_>, findings: &mut Vec<Finding>) {
    sources::need(secret, "secretName", findings);
    file_mode(&secret.field("defaultMode"), findings);
    for item in secret.field("items").items() {
        key_to_path(&item, findings);
    }
}

/// Mirrors `validateConfigMapVolumeSource`
fn config_map(config_map: &At<'_>, findings: &mut Vec<Finding>) {
    sources::need(config_map, "name", findings);
    file_mode(&config_map.field("defaultMode"), findings);
    for item in config_map.field("items").items() {
        key_to_path(&item, findings);
    }
}

/// Mirrors `validateKeyToPath`
pub(super) fn key_to_path(item: &At<'_>, findings: &mut Vec<Finding>) {
    sources::need(item, "key", findings);
    sources::need(item, "path", findings);
    sources::local_path(&item.field("path"), findings);
    file_mode(&item.field("mode"), findings);
}

/// Permission bits of a file.
pub(super) fn file_mode(mode: &At<'_>, findings: &mut Vec<Finding>) {
    if mode.integer().is_some_and(|mode| !(0..=0o777).contains(&mode)) {
        findings.invalid(mode, "must be between 0 and 511 (octal 0777)");
    }
}

/// Mirrors `validatePersistentClaimVolumeSource`
fn persistent_volume_claim_source(claim: &At<'_>, findings: &mut Vec<Finding>) {
    sources::need(claim, "claimName", findings);
}

/// Fields of metadata that a template of a claim may not set, as the server spells them.
const FORBIDDEN_METADATA: &[(&str, &str)] = &[
    ("name", "name"),
    ("generateName", "generateName"),
    ("namespace", "namespace"),
    ("selfLink", "selfLink"),
    ("uid", "uID"),
    ("resourceVersion", "resourceVersion"),
    ("generation", "generation"),
    ("creationTimestamp", "creationTimestamp"),
    ("deletionTimestamp", "deletionTimestamp"),
    ("deletionGracePeriodSeconds", "deletionGracePeriodSeconds"),
    ("ownerReferences", "ownerReferences"),
    ("finalizers", "finalizers"),
    ("managedFields", "managedFields"),
];

/// Mirrors `validateEphemeralVolumeSource`, `ValidatePersistentVolumeClaimTemplate`, `ValidateTemplateObjectMeta`,
/// `validateFieldAllowList`
fn ephemeral(ephemeral: &At<'_>, findings: &mut Vec<Finding>) {
    let template = ephemeral.field("volumeClaimTemplate");
    if !template.is_there() {
        findings.required(&template, "");
        return;
    }
    let metadata = template.field("metadata");
    labels::check_annotations(&metadata.field("annotations"), findings);
    labels::check_labels(&metadata.field("labels"), findings);
    for (field, told) in FORBIDDEN_METADATA {
        let at = metadata.field(field);
        let is_set = match *field {
            "generation" => at.integer().is_some_and(|value| value != 0),
            "ownerReferences" | "finalizers" | "managedFields" | "deletionGracePeriodSeconds" => {
                at.is_there()
            }
            _ => !at.text().is_empty(),
        };
        if is_set {
            findings.forbidden(&at.told_at(Path::Field(&metadata.path, told)), "cannot be set in a template");
        }
    }
    claim_spec::check(&template.field("spec"), findings);
}

/// Mirrors `validateImageVolumeSource`, `validatePullPolicy`
fn image(image: &At<'_>, findings: &mut Vec<Finding>) {
    sources::need(image, "reference", findings);
    super::containers::pull_policy(&image.field("pullPolicy"), findings);
}
