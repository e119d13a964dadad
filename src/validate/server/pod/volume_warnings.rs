//! Volumes that no node mounts any more, and files of volumes that hide each other.

use crate::validate::server::claim_spec;
use crate::validate::server::report::Report;
use crate::validate::{At, Finding};

/// Sources of volumes that are on their way out, and since when.
const DEPRECATED: &[(&str, &str)] = &[
    ("photonPersistentDisk", "deprecated in 1.11, without effect since 1.16"),
    ("gitRepo", "deprecated in 1.11"),
    ("scaleIO", "deprecated in 1.16, without effect since 1.22"),
    ("flocker", "deprecated in 1.22, without effect since 1.25"),
    ("storageos", "deprecated in 1.22, without effect since 1.25"),
    ("quobyte", "deprecated in 1.22, without effect since 1.25"),
    ("glusterfs", "deprecated in 1.25, without effect since 1.26"),
    ("cephfs", "deprecated in 1.28, without effect since 1.31"),
    ("rbd", "deprecated in 1.28, without effect since 1.31"),
];

/// Mirrors `warningsForPodSpecAndMeta`, `warningsForOverlappingVirtualPaths`
pub(super) fn check(volumes: &At<'_>, findings: &mut Vec<Finding>) {
    for volume in volumes.items() {
        for (key, source) in volume.entries() {
            if let Some((field, message)) = DEPRECATED.iter().find(|(field, _)| *field == key)
                && source.is_there()
            {
                findings.warns(&volume.field(field), *message);
            }
        }
        for field in ["configMap", "secret", "downwardAPI"] {
            let source = volume.field(field);
            let mut files = Vec::new();
            for item in source.field("items").items() {
                place(&item, "path", &mut files, findings);
            }
        }
        let template = volume.field("ephemeral");
        let template = template.field("volumeClaimTemplate");
        if template.is_there() {
            claim_spec::check_warnings(&template.field("spec"), findings);
        }
        projected(&volume.field("projected"), findings);
    }
}

fn projected(projected: &At<'_>, findings: &mut Vec<Finding>) {
    let mut files = Vec::new();
    for source in projected.field("sources").items() {
        let is_empty = !source.entries().any(|(_, source)| source.is_there());
        if is_empty {
            findings.warns(&source, "a source with nothing in it");
        }
        for field in ["configMap", "secret", "downwardAPI"] {
            let keyed = source.field(field);
            for item in keyed.field("items").items() {
                place(&item, "path", &mut files, findings);
            }
        }
        for field in ["serviceAccountToken", "clusterTrustBundle"] {
            place(&source.field(field), "path", &mut files, findings);
        }
        let certificate = source.field("podCertificate");
        for field in ["certificateChainPath", "keyPath", "credentialBundlePath"] {
            place(&certificate, field, &mut files, findings);
        }
    }
}

/// Puts a file beside those that are there already.
///
/// Mirrors `checkVolumeMappingForOverlap`, `checkForOverlap`
fn place(at: &At<'_>, field: &str, files: &mut Vec<String>, findings: &mut Vec<Finding>) {
    let path = at.field(field);
    let file = path.text().trim_end_matches('/');
    if file.is_empty() {
        return;
    }
    let is_below = |file: &str, folder: &str| {
        file.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    for other in files.iter().filter(|other| is_below(other, file) || is_below(file, other)) {
        findings.warns(&path, format!("`{file}` overlaps with `{other}` of the same volume"));
    }
    files.push(file.to_owned());
}
