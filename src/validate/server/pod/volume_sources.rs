//! Sources of volumes that pods and PersistentVolumes name: disks, network file systems, drivers.

use crate::kubernetes::Quantity;
use crate::validate::server::format;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding, Path};

/// A field that must have a text.
pub(in crate::validate::server) fn need(at: &At<'_>, name: &str, findings: &mut Vec<Finding>) {
    let field = at.field(name);
    if field.text().is_empty() {
        findings.required(&field, "");
    }
}

/// A list that must have items.
fn need_items(at: &At<'_>, name: &str, findings: &mut Vec<Finding>) {
    let field = at.field(name);
    if field.is_empty() {
        findings.required(&field, "");
    }
}

/// A number within bounds, both inclusive.
fn within(at: &At<'_>, lowest: i64, highest: i64, findings: &mut Vec<Finding>) {
    if at.integer().is_some_and(|value| !(lowest..=highest).contains(&value)) {
        findings.invalid(at, format!("must be between {lowest} and {highest}"));
    }
}

/// A path below some folder.
///
/// Mirrors `validateLocalDescendingPath`, `validatePathNoBacksteps`
pub(in crate::validate::server) fn descending_path(at: &At<'_>, findings: &mut Vec<Finding>) {
    descending_text(at, at.text(), findings);
}

/// The same for a text that is a part of the value.
pub(super) fn descending_text(at: &At<'_>, text: &str, findings: &mut Vec<Finding>) {
    if text.starts_with('/') {
        findings.invalid(at, "must be a relative path");
    }
    findings.format(at, format::no_backsteps(text));
}

/// A path below some folder whose name is not the kubelet's.
///
/// Mirrors `ValidateLocalNonReservedPath`
pub(in crate::validate::server) fn local_path(at: &At<'_>, findings: &mut Vec<Finding>) {
    descending_path(at, findings);
    if at.text().starts_with("..") && !at.text().starts_with("../") {
        findings.invalid(at, "must not begin with `..`");
    }
}

/// Mirrors `validateVolumeSource`
pub(super) fn empty_dir(source: &At<'_>, findings: &mut Vec<Finding>) {
    let limit = source.field("sizeLimit");
    if limit.is_there() && Quantity::parse(limit.text()).is_some_and(Quantity::is_negative) {
        findings.forbidden(&limit, "must be a quantity of 0 or more");
    }
}

/// Mirrors `validateHostPathVolumeSource`, `validateHostPathType`
pub(in crate::validate::server) fn host_path(source: &At<'_>, findings: &mut Vec<Finding>) {
    let path = source.field("path");
    if path.text().is_empty() {
        findings.required(&path, "");
        return;
    }
    findings.format(&path, format::no_backsteps(path.text()));
    let kind = source.field("type");
    if !kind.text().is_empty() {
        findings.one_of(
            &kind,
            &[
                "BlockDevice",
                "CharDevice",
                "Directory",
                "DirectoryOrCreate",
                "File",
                "FileOrCreate",
                "Socket",
            ],
        );
    }
}

/// Mirrors `validateGitRepoVolumeSource`
pub(super) fn git_repo(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "repository", findings);
    descending_path(&source.field("directory"), findings);
}

/// Mirrors `validateISCSIVolumeSource`
pub(super) fn iscsi(source: &At<'_>, findings: &mut Vec<Finding>) {
    iscsi_target(source, findings);
    iscsi_initiator(source, findings);
}

/// What iSCSI volumes of pods and PersistentVolumes share before their secrets.
pub(in crate::validate::server) fn iscsi_target(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "targetPortal", findings);
    let name = source.field("iqn");
    if name.text().is_empty() {
        findings.required(&name, "");
    } else {
        findings.format(&name, iscsi_name(name.text()));
    }
    within(&source.field("lun"), 0, 255, findings);
    let authenticates = ["chapAuthDiscovery", "chapAuthSession"]
        .iter()
        .any(|field| source.field(field).boolean() == Some(true));
    let secret = source.field("secretRef");
    if authenticates && !secret.is_there() {
        findings.required(&secret, "CHAP needs a secret");
    }
}

/// The initiator of an iSCSI volume; the server spells its path in small letters.
pub(in crate::validate::server) fn iscsi_initiator(source: &At<'_>, findings: &mut Vec<Finding>) {
    let initiator = source.field("initiatorName");
    if initiator.is_there() {
        let at = initiator.told_at(Path::Field(&source.path, "initiatorname"));
        findings.format(&at, iscsi_name(initiator.text()));
    }
}

/// `iqn.2001-04.com.example:disk`, `eui.` and 16, `naa.` and 32 letters or digits.
fn iscsi_name(text: &str) -> format::Format {
    let bytes = text.as_bytes();
    let is_fine = if text.starts_with("iqn") {
        memchr::memmem::find_iter(bytes, b"iqn.").any(|at| is_iqn(&bytes[at + 4..]))
    } else if text.starts_with("eui") {
        is_unique_id(text, 16)
    } else if text.starts_with("naa") {
        is_unique_id(text, 32)
    } else {
        return Err("must begin with `iqn`, `eui` or `naa`");
    };
    if is_fine { Ok(()) } else { Err("must be a name of iSCSI") }
}

/// `2001-04.com.example:disk`
fn is_iqn(text: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().all(u8::is_ascii_digit);
    if text.len() < 10 || !digits(&text[..4]) || text[4] != b'-' || !digits(&text[5..7]) || text[7] != b'.' {
        return false;
    }
    let rest = &text[8..];
    let length = rest
        .iter()
        .position(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.'))
        .unwrap_or(rest.len());
    let tail = &rest[length..];
    length > 0
        && tail.len() > 1
        && tail[0] == b':'
        && !tail[1..].iter().any(|byte| {
            matches!(byte, b',' | b';' | b'*' | b'&' | b'$' | b'|' | b' ' | b'\t' | b'\n' | b'\x0c' | b'\r')
        })
}

fn is_unique_id(text: &str, length: usize) -> bool {
    let mut rest = text[3..].chars();
    rest.next().is_some_and(|mark| mark != '\n')
        && rest.as_str().len() == length
        && rest.all(|letter| letter.is_ascii_alphanumeric())
}

/// Mirrors `validateFCVolumeSource`
pub(in crate::validate::server) fn fc(source: &At<'_>, findings: &mut Vec<Finding>) {
    let (targets, ids) = (source.field("targetWWNs"), source.field("wwids"));
    if targets.is_empty() && ids.is_empty() {
        findings.required(&targets, "either `targetWWNs` or `wwids` must be given");
    }
    if !targets.is_empty() && !ids.is_empty() {
        findings.invalid(&targets, "either `targetWWNs` or `wwids` may be given, not both");
    }
    if !targets.is_empty() {
        let lun = source.field("lun");
        if lun.is_there() {
            within(&lun, 0, 255, findings);
        } else {
            findings.required(&lun, "`targetWWNs` needs it");
        }
    }
}

/// Mirrors `validateGCEPersistentDiskVolumeSource`
pub(in crate::validate::server) fn gce_persistent_disk(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "pdName", findings);
    within(&source.field("partition"), 0, 255, findings);
}

/// Mirrors `validateAWSElasticBlockStoreVolumeSource`
pub(in crate::validate::server) fn aws_elastic_block_store(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "volumeID", findings);
    within(&source.field("partition"), 0, 255, findings);
}

/// Mirrors `validateNFSVolumeSource`
pub(in crate::validate::server) fn nfs(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "server", findings);
    need(source, "path", findings);
    let path = source.field("path");
    if !path.text().starts_with('/') {
        findings.invalid(&path, "must be an absolute path");
    }
}

/// Mirrors `validateQuobyteVolumeSource`
pub(in crate::validate::server) fn quobyte(source: &At<'_>, findings: &mut Vec<Finding>) {
    const PAIRS: &str = "must be `host:port`, or several with commas between them";
    let (registry, tenant) = (source.field("registry"), source.field("tenant"));
    if registry.text().is_empty() {
        findings.required(&registry, PAIRS);
    } else if tenant.text().len() >= 65 {
        findings.required(&tenant, "a UUID of at most 64 bytes");
    } else {
        for pair in registry.text().split(',') {
            if !is_host_port(pair) {
                findings.invalid(&registry, PAIRS);
            }
        }
    }
    need(source, "volume", findings);
}

/// Mirrors `SplitHostPort`
fn is_host_port(text: &str) -> bool {
    let Some(colon) = text.rfind(':') else { return false };
    let (host, port) = (&text[..colon], &text[colon + 1..]);
    let host = if let Some(inner) = host.strip_prefix('[') {
        let Some(inner) = inner.strip_suffix(']') else { return false };
        inner
    } else if host.contains(':') {
        return false;
    } else {
        host
    };
    !host.contains(['[', ']']) && !port.contains(['[', ']'])
}

/// Mirrors `validateGlusterfsVolumeSource`
pub(in crate::validate::server) fn glusterfs(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "endpoints", findings);
    need(source, "path", findings);
}

/// Mirrors `validateFlockerVolumeSource`
pub(in crate::validate::server) fn flocker(source: &At<'_>, findings: &mut Vec<Finding>) {
    let (name, id) = (source.field("datasetName"), source.field("datasetUUID"));
    match (name.text().is_empty(), id.text().is_empty()) {
        (true, true) => findings.required(source, "either `datasetName` or `datasetUUID`"),
        (false, false) => {
            findings.invalid(source, "either `datasetName` or `datasetUUID` may be given, not both");
        }
        _ => {}
    }
    if name.text().contains('/') {
        findings.invalid(&name, "must not contain `/`");
    }
}

/// Mirrors `validateRBDVolumeSource`, `validateRBDPersistentVolumeSource`
pub(in crate::validate::server) fn rbd(source: &At<'_>, findings: &mut Vec<Finding>) {
    need_items(source, "monitors", findings);
    need(source, "image", findings);
}

/// Mirrors `validateCinderVolumeSource`
pub(super) fn cinder(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "volumeID", findings);
    let secret = source.field("secretRef");
    if secret.is_there() {
        need(&secret, "name", findings);
    }
}

/// Mirrors `validateCephFSVolumeSource`, `validateCephFSPersistentVolumeSource`
pub(in crate::validate::server) fn cephfs(source: &At<'_>, findings: &mut Vec<Finding>) {
    need_items(source, "monitors", findings);
}

/// Mirrors `validateFlexVolumeSource`, `validateFlexPersistentVolumeSource`
pub(in crate::validate::server) fn flex_volume(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "driver", findings);
    for (key, value) in source.field("options").entries() {
        let domain = key.split_once('/').map_or(key, |(domain, _)| domain).to_ascii_lowercase();
        let is_under = |suffix: &str| {
            domain.strip_suffix(suffix).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        if is_under("kubernetes.io") || is_under("k8s.io") {
            findings
                .invalid(&value, format!("option `{key}` is in a domain that Kubernetes keeps for itself"));
        }
    }
}

/// Mirrors `validateAzureFile`
pub(super) fn azure_file(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "secretName", findings);
    need(source, "shareName", findings);
}

/// Mirrors `validateAzureDisk`, `SetDefaults_AzureDiskVolumeSource`
pub(in crate::validate::server) fn azure_disk(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "diskName", findings);
    need(source, "diskURI", findings);
    let caching = source.field("cachingMode");
    if caching.is_there() {
        findings.one_of(&caching, &["None", "ReadOnly", "ReadWrite"]);
    }
    let kind = source.field("kind");
    if kind.is_there() {
        findings.one_of(&kind, &["Dedicated", "Managed", "Shared"]);
    }
    let address = source.field("diskURI");
    if kind.text() == "Managed" {
        if !address.text().starts_with("/subscriptions/") {
            findings.not_supported(
                &address,
                &["/subscriptions/{sub-id}/resourcegroups/{group}/providers/microsoft.compute/disks/{disk-id}"],
            );
        }
    } else if !address.text().starts_with("https://") {
        findings.not_supported(&address, &["https://{account}.blob.core.windows.net/{container}/{disk}.vhd"]);
    }
}

/// Mirrors `validateVsphereVolumeSource`
pub(in crate::validate::server) fn vsphere_volume(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "volumePath", findings);
}

/// Mirrors `validatePhotonPersistentDiskVolumeSource`
pub(in crate::validate::server) fn photon_persistent_disk(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "pdID", findings);
}

/// Mirrors `validatePortworxVolumeSource`
pub(in crate::validate::server) fn portworx_volume(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "volumeID", findings);
}

/// Mirrors `validateScaleIOVolumeSource`, `validateScaleIOPersistentVolumeSource`
pub(in crate::validate::server) fn scale_io(source: &At<'_>, findings: &mut Vec<Finding>) {
    need(source, "gateway", findings);
    need(source, "system", findings);
    need(source, "volumeName", findings);
}

/// Mirrors `validateStorageOSVolumeSource`
pub(super) fn storageos(source: &At<'_>, findings: &mut Vec<Finding>) {
    storageos_names(source, findings);
    let secret = source.field("secretRef");
    if secret.is_there() {
        need(&secret, "name", findings);
    }
}

/// What StorageOS volumes of pods and PersistentVolumes share before their secrets.
pub(in crate::validate::server) fn storageos_names(source: &At<'_>, findings: &mut Vec<Finding>) {
    let name = source.field("volumeName");
    if name.text().is_empty() {
        findings.required(&name, "");
    } else {
        findings.format(&name, format::dns_label(name.text()));
    }
    let namespace = source.field("volumeNamespace");
    if !namespace.text().is_empty() {
        findings.format(&namespace, format::dns_label(namespace.text()));
    }
}

/// The name of a CSI driver: a subdomain in which capitals do not matter, of at most 63 bytes.
///
/// Mirrors `ValidateCSIDriverName`
pub(in crate::validate::server) fn csi_driver_name(name: &At<'_>, findings: &mut Vec<Finding>) {
    let text = name.text();
    if text.is_empty() {
        findings.required(name, "");
        return;
    }
    if text.len() > 63 {
        findings.too_long(name, 63);
    }
    let result = if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        format::dns_subdomain(&text.to_ascii_lowercase())
    } else {
        format::dns_subdomain(text)
    };
    findings.format(name, result);
}

/// Mirrors `validateCSIVolumeSource`
pub(super) fn csi(source: &At<'_>, findings: &mut Vec<Finding>) {
    csi_driver_name(&source.field("driver"), findings);
    let secret = source.field("nodePublishSecretRef");
    if secret.is_there() {
        let name = secret.field("name");
        if name.text().is_empty() {
            findings.required(&name, "");
        } else {
            // The server leaves out the step above the name.
            findings
                .format(&name.told_at(Path::Field(&source.path, "name")), format::dns_subdomain(name.text()));
        }
    }
}
