//! The plain fields: namespace, namePrefix, nameSuffix, labels, commonLabels, commonAnnotations, replicas, images.

use super::forest::{Forest, Layer};
use super::object::{Object, any_collide};
use super::random::Random;
use super::value::{Value, list, map, raw};
use super::words;

/// Makes a change of ids unless two objects would then have one.
pub(crate) fn if_distinct(layer: &mut Layer, change: impl FnOnce(&mut [Object])) -> bool {
    let mut changed = layer.objects.clone();
    change(&mut changed);
    if any_collide(&changed) {
        return false;
    }
    layer.objects = changed;
    true
}

pub(crate) fn namespace(forest: &mut Forest, layer: &mut Layer) {
    let namespace = forest.random.pick(words::NAMESPACES);
    if if_distinct(layer, |objects| set_namespace(objects, namespace)) {
        layer.text.set("namespace", namespace);
        forest.uses("namespace");
    }
}

/// What a namespace transformer does to ids.
pub(crate) fn set_namespace(objects: &mut [Object], namespace: &str) {
    for object in objects {
        if object.kind == "Namespace" {
            object.rename(|_| namespace.to_owned());
        } else if !object.is_cluster_scoped() {
            object.move_to(namespace);
        }
    }
}

pub(crate) fn prefix(forest: &mut Forest, layer: &mut Layer) {
    let prefix = forest.random.pick(words::PREFIXES);
    rename(layer, |name| format!("{prefix}{name}"));
    layer.text.set("namePrefix", prefix);
    forest.uses("namePrefix");
}

pub(crate) fn suffix(forest: &mut Forest, layer: &mut Layer) {
    let suffix = forest.random.pick(words::SUFFIXES);
    rename(layer, |name| format!("{name}{suffix}"));
    layer.text.set("nameSuffix", if suffix == "2" { Value::Raw("\"2\"".into()) } else { suffix.into() });
    forest.uses("nameSuffix");
}

pub(crate) fn rename(layer: &mut Layer, change: impl Fn(&str) -> String) {
    for object in layer.objects.iter_mut().filter(|o| !o.keeps_name()) {
        object.rename(&change);
    }
}

pub(crate) fn labels(forest: &mut Forest, layer: &mut Layer) {
    let mut entries = Vec::new();
    for _ in 0..forest.random.between(1, 2) {
        let mut entry = map! { "pairs" => words::labels(&mut forest.random) };
        match forest.random.below(6) {
            0 => {
                entry.set("includeSelectors", truth(&mut forest.random));
                forest.uses("labels.includeSelectors");
            }
            1 => {
                entry.set("includeTemplates", truth(&mut forest.random));
                entry.set("includeSelectors", false);
                forest.uses("labels.includeTemplates");
            }
            2 | 3 => {
                entry.set("fields", field_specs(&mut forest.random));
                forest.uses("labels.fields");
            }
            _ => {}
        }
        entries.push(entry);
    }
    layer.text.set("labels", entries);
    forest.uses("labels");
}

/// Ways to say true in a kustomization file.
fn truth(random: &mut Random) -> Value {
    raw(random.pick(&["true", "true", "true", "yes", "On"]))
}

/// Places for labels beyond the usual ones.
pub(crate) fn field_specs(random: &mut Random) -> Value {
    let mut specs = vec![
        map! { "path" => "spec/extra/labels", "create" => true, "kind" => "Widget" },
        map! { "path" => "spec/template/metadata/labels", "create" => true, "kind" => "StatefulSet" },
        map! { "path" => "spec/selector", "kind" => "Widget", "group" => "example.com", "version" => "v1" },
        map! { "path" => "spec/items[]/labels", "create" => true, "kind" => "Widget" },
        map! { "path" => "metadata/annotations", "create" => true, "group" => "apps" },
        map! { "path" => "data", "kind" => "ConfigMap", "version" => "v1", "create" => false },
        map! { "path" => "spec/jobTemplate/metadata/labels", "create" => true, "group" => "batch", "kind" => "CronJob" },
    ];
    random.shuffle(&mut specs);
    specs.truncate(random.between(1, 3));
    specs.into()
}

pub(crate) fn common_labels(forest: &mut Forest, layer: &mut Layer) {
    let labels = words::labels(&mut forest.random);
    layer.text.set("commonLabels", labels);
    forest.uses("commonLabels");
}

pub(crate) fn common_annotations(forest: &mut Forest, layer: &mut Layer) {
    let mut annotations = words::annotations(&mut forest.random);
    // unlike in an object, each value must be a string here
    if let Value::Map(entries) = &mut annotations {
        for (_, value) in entries.iter_mut().filter(|(_, v)| matches!(v, Value::Raw(_))) {
            *value = "plain".into();
        }
    }
    layer.text.set("commonAnnotations", annotations);
    forest.uses("commonAnnotations");
}

pub(crate) fn replicas(forest: &mut Forest, layer: &mut Layer) {
    let mut entries = Vec::new();
    for _ in 0..forest.random.between(1, 2) {
        if let Some(name) = scalable(&mut forest.random, &layer.objects) {
            let count = raw(forest.random.pick(&["0", "1", "3", "10", "0x10", "1_0", "010"]));
            entries.push(map! { "name" => name, "count" => count });
        }
    }
    if !entries.is_empty() {
        layer.text.set("replicas", entries);
        forest.uses("replicas");
    }
}

/// A name, old or new, of something that has replicas.
pub(crate) fn scalable(random: &mut Random, objects: &[Object]) -> Option<String> {
    let kinds = ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"];
    let found: Vec<&Object> = objects.iter().filter(|o| kinds.contains(&o.kind.as_str())).collect();
    let object = random.item(&found)?;
    random.item(&object.ids).map(|(name, _)| name.clone())
}

pub(crate) fn images(forest: &mut Forest, layer: &mut Layer) {
    let field = if forest.random.one_in(8) { "imageTags" } else { "images" };
    let count = forest.random.between(1, 3);
    let entries: Vec<Value> = (0..count).map(|_| image(&mut forest.random)).collect();
    layer.text.set(field, entries);
    forest.uses(if field == "images" { "images" } else { "imageTags" });
}

/// One entry of images.
pub(crate) fn image(random: &mut Random) -> Value {
    let mut entry = map! { "name" => random.pick(words::IMAGE_NAMES) };
    if random.chance(50) {
        entry.set("newName", random.pick(&["mirror.example.com/nginx", "other", "h:5000/a/b"]));
    }
    match random.below(8) {
        0..=3 => entry.set("newTag", random.pick(&["v2", "1.21", "latest", "2001-01-01"])),
        4 => entry.set("digest", "sha256:aaaabbbbccccddddeeeeffff0000111122223333444455556666777788889999"),
        5 => entry.set("tagSuffix", "-slim"),
        6 => {
            entry.set("newTag", "v3");
            entry.set("digest", "sha256:0000");
        }
        _ => {}
    }
    entry
}

/// The place of names, for plugins that want to be told.
pub(crate) fn name_specs() -> Value {
    list![map! { "path" => "metadata/name" }]
}
