//! Kinds of volumes.

use super::{Case, Standard};
use crate::validate::pod::Pod;

const ALLOWED: [&str; 9] = [
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
];

/// Mirrors `restrictedVolumes_1_0`. Speaking for itself, it leaves `hostPath` to `host-path-volume`. A volume that says
/// nothing is an `emptyDir`.
pub(in crate::validate) fn volume_type(pod: &Pod<'_>, case: &mut Case<'_>) {
    let volumes = pod.spec.field("volumes");
    for volume in volumes.items() {
        if ALLOWED.iter().any(|kind| volume.field(kind).is_there()) {
            continue;
        }
        let Some((kind, _)) = volume.entries().find(|(key, source)| *key != "name" && source.is_there())
        else {
            continue;
        };
        if kind == "hostPath" && case.demanded != Some(Standard::Restricted) {
            continue;
        }
        let name = volume.field("name");
        let at = volume.field(kind);
        case.tell(&at, format!("volume `{}` is of the type `{kind}`", name.text()));
    }
}
