//! `ConfigMaps` and Secrets that pods name: in env, envFrom and volumes. Keys are looked for where the object is known.

use crate::validate::pod::Pod;
use crate::validate::{At, Told};

/// What a container cannot do without it.
const NOT_STARTED: &str = ": the container cannot start";

/// References of a pod to `ConfigMaps` and Secrets.
pub(in crate::validate) fn env_reference_missing(pod: &Pod<'_>, told: &mut Told<'_>) {
    let namespace = pod.object.namespace;
    for container in &pod.containers {
        let env = container.env();
        for variable in env.items() {
            let from = variable.field("valueFrom");
            if !from.is_there() {
                continue;
            }
            key_reference(&from.field("configMapKeyRef"), "ConfigMap", namespace, told);
            key_reference(&from.field("secretKeyRef"), "Secret", namespace, told);
        }
        let env_from = container.env_from();
        for source in env_from.items() {
            whole_reference(&source.field("configMapRef"), "name", "ConfigMap", namespace, told);
            whole_reference(&source.field("secretRef"), "name", "Secret", namespace, told);
        }
    }
    let volumes = pod.spec.field("volumes");
    for volume in volumes.items() {
        volume_reference(&volume.field("configMap"), "name", "ConfigMap", namespace, told);
        volume_reference(&volume.field("secret"), "secretName", "Secret", namespace, told);
        let projected = volume.field("projected");
        let sources = projected.field("sources");
        for source in sources.items() {
            volume_reference(&source.field("configMap"), "name", "ConfigMap", namespace, told);
            volume_reference(&source.field("secret"), "name", "Secret", namespace, told);
        }
    }
}

fn is_optional(reference: &At<'_>) -> bool {
    reference.field("optional").boolean() == Some(true)
}

/// A reference to one key.
fn key_reference(reference: &At<'_>, kind: &str, namespace: &str, told: &mut Told<'_>) {
    if reference.is_there() && !is_optional(reference) {
        let name = reference.field("name");
        told.refers(&name, "", kind, namespace, name.text(), NOT_STARTED);
        lacks_key(&reference.field("key"), kind, namespace, name.text(), told);
    }
}

/// A reference to all keys.
fn whole_reference(reference: &At<'_>, field: &str, kind: &str, namespace: &str, told: &mut Told<'_>) {
    if reference.is_there() && !is_optional(reference) {
        let name = reference.field(field);
        told.refers(&name, "", kind, namespace, name.text(), NOT_STARTED);
    }
}

/// A reference to all keys, or to those listed.
fn volume_reference(reference: &At<'_>, field: &str, kind: &str, namespace: &str, told: &mut Told<'_>) {
    if !reference.is_there() || is_optional(reference) {
        return;
    }
    let name = reference.field(field);
    told.refers(&name, "", kind, namespace, name.text(), NOT_STARTED);
    let items = reference.field("items");
    for item in items.items() {
        lacks_key(&item.field("key"), kind, namespace, name.text(), told);
    }
}

/// What stands in annotations by which controllers fill Secrets and `ConfigMaps` that are there already.
const FILLERS: [&str; 5] = [
    "mittwald.de/",
    "emberstack.com/reflects",
    "kubed.appscode.com/",
    "inject-cabundle",
    "inject-trusted-cabundle",
];

/// Tells of a key that a `ConfigMap` or Secret of the set lacks.
fn lacks_key(key: &At<'_>, kind: &str, namespace: &str, name: &str, told: &mut Told<'_>) {
    let wanted = key.text();
    if wanted.is_empty() {
        return;
    }
    let made = told.set.made(kind, namespace, name);
    if made.is_some_and(|made| made.keys.as_ref().is_none_or(|keys| keys.contains(&wanted))) {
        return;
    }
    let object = told.set.find("", kind, namespace, name);
    let Some(object) = object else {
        if let Some(made) = made {
            let by = format!("{} `{}`", made.by.kind, made.by.name);
            told.proven(key, format!("the {kind} `{name}`, which {by} makes, has no key `{wanted}`"));
        }
        return;
    };
    let root = object.at();
    let mut keys = 0;
    for field in ["data", "stringData", "binaryData"] {
        let data = root.field(field);
        if data.entry(wanted).is_there()
            || data.node.is_some_and(|node| object.document.get(node, wanted).is_some())
        {
            return;
        }
        keys += data.len();
    }
    let by_controller =
        kind == "Secret" && root.field("type").text() == "kubernetes.io/service-account-token";
    let metadata = root.field("metadata");
    let annotations = metadata.field("annotations");
    if annotations.entries().any(|(key, _)| FILLERS.iter().any(|filler| key.contains(filler))) {
        return;
    }
    if by_controller && matches!(wanted, "token" | "ca.crt" | "namespace") {
        return;
    }
    let message = format!("the {kind} `{name}` has no key `{wanted}`");
    if keys == 0 {
        // An empty one is written to be filled in the cluster.
        told.absent(key, message).hint = "the object is empty: whatever fills it is not known here".into();
    } else {
        told.proven(key, message);
    }
}
