//! Classes of priority, runtime, storage and ingress: objects of the whole cluster.

use crate::validate::pod::Pod;
use crate::validate::{At, Object, Told};

/// `priorityClassName`.
pub(in crate::validate) fn priority_class_unknown(pod: &Pod<'_>, told: &mut Told<'_>) {
    let name = pod.spec.field("priorityClassName");
    told.refers(
        &name,
        "scheduling.k8s.io",
        "PriorityClass",
        "",
        name.text(),
        ": pods are refused without it",
    );
}

/// `runtimeClassName`.
pub(in crate::validate) fn runtime_class_unknown(pod: &Pod<'_>, told: &mut Told<'_>) {
    let name = pod.spec.field("runtimeClassName");
    told.refers(&name, "node.k8s.io", "RuntimeClass", "", name.text(), ": pods are refused without it");
}

/// `ingressClassName`.
pub(in crate::validate) fn ingress_class_unknown(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    let name = spec.field("ingressClassName");
    if object.group != "networking.k8s.io" {
        return;
    }
    told.refers(&name, "networking.k8s.io", "IngressClass", "", name.text(), ": no controller serves it");
}

/// `storageClassName` of claims, and of templates for claims.
pub(in crate::validate) fn storage_class_unknown(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    let spec = root.field("spec");
    if !matches!(object.group, "" | "apps") {
        return;
    }
    if object.kind == "PersistentVolumeClaim" {
        storage_class(&spec, told);
        return;
    }
    let templates = spec.field("volumeClaimTemplates");
    for template in templates.items() {
        storage_class(&template.field("spec"), told);
    }
}

fn storage_class(claim: &At<'_>, told: &mut Told<'_>) {
    let (name, volume) = (claim.field("storageClassName"), claim.field("volumeName"));
    // A claim that names its volume uses the class as a mere label.
    if volume.text().is_empty() {
        let what = ": the claim waits until there is one";
        told.refers(&name, "storage.k8s.io", "StorageClass", "", name.text(), what);
    }
}
