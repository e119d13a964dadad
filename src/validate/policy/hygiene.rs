//! Names, labels and layout.

use crate::validate::pod::{Container, Pod};
use crate::validate::told::Told;
use crate::validate::{At, Object};
use crate::yaml::Kind;

/// A variable that is set twice: the last one wins.
pub(in crate::validate) fn duplicate_env_var(_: &Pod<'_>, container: &Container<'_>, told: &mut Told<'_>) {
    let env = container.env();
    if env.len() < 2 {
        return;
    }
    let mut seen = rustc_hash::FxHashSet::default();
    for variable in env.items() {
        let name = variable.field("name");
        if !seen.insert(name.text().to_owned()) {
            told.tell(&name, format!("`{}` is set twice; the last one wins", name.text()));
        }
    }
}

/// Objects in the namespace that nobody chose.
pub(in crate::validate) fn default_namespace(object: &Object<'_>, told: &mut Told<'_>) {
    if object.namespace == "default" {
        let root = object.at();
        let metadata = root.field("metadata");
        let namespace = metadata.field("namespace");
        told.tell(&namespace, "the object is in the namespace `default`");
    }
}

fn without(object: &Object<'_>, map: &'static str, key: &'static str, told: &mut Told<'_>) {
    let root = object.at();
    let metadata = root.field("metadata");
    let map = metadata.field(map);
    let entry = map.entry(key);
    if entry.text().is_empty() {
        told.tell(&map, format!("`{key}` is missing"));
    }
}

/// No label that says whose it is.
pub(in crate::validate) fn required_label(object: &Object<'_>, told: &mut Told<'_>) {
    without(object, "labels", "owner", told);
}

/// No address to write to.
pub(in crate::validate) fn required_annotation(object: &Object<'_>, told: &mut Told<'_>) {
    without(object, "annotations", "email", told);
}

/// An instance label that is not the workload's name.
pub(in crate::validate) fn instance_label(pod: &Pod<'_>, told: &mut Told<'_>) {
    let root = pod.object.at();
    let metadata = root.field("metadata");
    let labels = metadata.field("labels");
    let label = labels.entry("app.kubernetes.io/instance");
    if label.text() != pod.object.name {
        told.tell(&label, "`app.kubernetes.io/instance` is not the name of the workload");
    }
}

/// Keys that are not in the order of the alphabet; told once an object.
pub(in crate::validate) fn sorted_keys(object: &Object<'_>, told: &mut Told<'_>) {
    let root = object.at();
    if let Some(key) = first_unsorted(&root) {
        told.tell(&root, format!("keys are not sorted: `{key}` stands too late"));
    }
}

fn first_unsorted(root: &At<'_>) -> Option<String> {
    let document = root.document;
    let mut todo: Vec<_> = root.node.into_iter().collect();
    while let Some(node) = todo.pop() {
        match document.kind(node) {
            Kind::Mapping => {
                let mut before = "";
                for (key, value) in document.entries(node) {
                    let key = document.text(key);
                    if key < before {
                        return Some(key.to_owned());
                    }
                    before = key;
                    todo.push(value);
                }
            }
            Kind::Sequence => todo.extend(document.children(node)),
            Kind::Scalar | Kind::Alias => {}
        }
    }
    None
}
