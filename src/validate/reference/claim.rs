//! Volumes that are claimed.

use crate::validate::Told;
use crate::validate::pod::Pod;

/// Claims that pods mount.
pub(in crate::validate) fn claim_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    let volumes = pod.spec.field("volumes");
    for volume in volumes.items() {
        let claim = volume.field("persistentVolumeClaim");
        let name = claim.field("claimName");
        if name.text().is_empty() || is_of_a_stateful_set(pod, name.text(), told) {
            continue;
        }
        told.refers(
            &name,
            "",
            "PersistentVolumeClaim",
            pod.object.namespace,
            name.text(),
            ": the pod waits until there is one",
        );
    }
}

/// Whether a `StatefulSet` of the namespace makes this claim: TEMPLATE-NAME-ORDINAL.
fn is_of_a_stateful_set(pod: &Pod<'_>, claim: &str, told: &Told<'_>) -> bool {
    let Some((front, ordinal)) = claim.rsplit_once('-') else { return false };
    if ordinal.is_empty() || !ordinal.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    // Where names have dashes, each dash may be the one between template and name.
    front.match_indices('-').any(|(at, _)| {
        let (template, name) = (&front[..at], &front[at + 1..]);
        told.set.find("apps", "StatefulSet", pod.object.namespace, name).is_some_and(|set| {
            let root = set.at();
            let spec = root.field("spec");
            let templates = spec.field("volumeClaimTemplates");
            templates.items().any(|claim| {
                let metadata = claim.field("metadata");
                metadata.field("name").text() == template
            })
        })
    })
}
