//! Replacements and vars: values carried from one object to others.

use super::forest::{Forest, Layer};
use super::object::Object;
use super::patch::known_paths;
use super::random::Random;
use super::value::{Path, Value, field_path, key, list, map, path};
use super::words;

/// The field `replacements`.
pub(crate) fn replacements(forest: &mut Forest, layer: &mut Layer) {
    for _ in 0..forest.random.between(1, 2) {
        let Some(entry) = replacement(forest, layer) else { continue };
        if forest.random.chance(25) {
            let several = if forest.random.chance(50) { list![entry] } else { entry };
            let file = forest.yaml(&layer.folder.clone(), "replacement", &several);
            layer.add("replacements", map! { "path" => file });
            forest.uses("replacements.path");
        } else {
            layer.add("replacements", entry);
        }
        forest.uses("replacements");
    }
}

/// One replacement.
pub(crate) fn replacement(forest: &mut Forest, layer: &mut Layer) -> Option<Value> {
    let mut entry = map! {};
    if forest.random.one_in(8) {
        entry.set("sourceValue", words::string(&mut forest.random));
        forest.uses("replacements.sourceValue");
    } else {
        entry.set("source", source(forest, &layer.objects)?);
    }
    let mut targets = Vec::new();
    for _ in 0..forest.random.between(1, 3) {
        targets.extend(target(forest, layer));
    }
    if targets.is_empty() {
        return None;
    }
    if targets.len() > 1 {
        forest.uses("replacements.several-targets");
    }
    entry.set("targets", targets);
    Some(entry)
}

/// The names by which one object alone of its kind answers, in whatever namespace.
fn lone_name(random: &mut Random, objects: &[Object], at: usize) -> Option<String> {
    let object = &objects[at];
    let fit: Vec<&String> = object
        .ids
        .iter()
        .map(|(name, _)| name)
        .filter(|name| {
            objects
                .iter()
                .enumerate()
                .all(|(i, o)| i == at || o.kind != object.kind || o.ids.iter().all(|(n, _)| n != *name))
        })
        .collect();
    random.item(&fit).map(|name| (*name).clone())
}

fn source(forest: &mut Forest, objects: &[Object]) -> Option<Value> {
    let at = forest.random.below(objects.len());
    let object = &objects[at];
    let name = lone_name(&mut forest.random, objects, at)?;
    let mut source = map! { "kind" => object.kind.clone(), "name" => name };
    if forest.random.chance(20) {
        source.set("version", object.version());
        source.set("group", object.group());
    }
    let texts: Vec<Path> = known_paths(object)
        .into_iter()
        .filter(|p| object.value.get(p).is_some_and(Value::is_scalar))
        .collect();
    match forest.random.item(&texts).cloned() {
        Some(p) if forest.random.chance(60) => {
            let by_name = forest.random.chance(60);
            source.set("fieldPath", field_path(&object.value, &p, by_name)?);
            if forest.random.chance(20) {
                source.set(
                    "options",
                    map! { "delimiter" => forest.random.pick(&[":", "-", "/", "."]), "index" => 0 },
                );
                forest.uses("replacements.delimiter");
            }
        }
        _ if forest.random.chance(60) => source.set("fieldPath", "metadata.name"),
        _ => {}
    }
    Some(source)
}

fn target(forest: &mut Forest, layer: &mut Layer) -> Option<Value> {
    let at = forest.random.below(layer.objects.len());
    let name = lone_name(&mut forest.random, &layer.objects, at)?;
    let object = &layer.objects[at];
    let mut select = map! { "kind" => object.kind.clone(), "name" => name };
    let choice = forest.random.below(12);
    if choice == 0 {
        let mut target = map! { "select" => map! { "kind" => object.kind.clone() } };
        target.set("fieldPaths", vec!["metadata.annotations.from-source", "made.here"]);
        target.set("options", map! { "create" => true });
        if forest.random.chance(60) {
            let mut reject =
                list![map! { "name" => forest.random.pick(words::NAMES), "kind" => object.kind.clone() }];
            if forest.random.chance(30) {
                reject.push(map! { "labelSelector" => "app=web" });
            }
            target.set("reject", reject);
            forest.uses("replacements.reject");
        }
        forest.uses("replacements.create");
        return Some(target);
    }
    if forest.random.one_in(10) {
        select.set("labelSelector", "app");
    }
    let (field, options) = match choice {
        1 | 2 => {
            let field = forest.random.pick(&[
                "metadata.labels.copied",
                "metadata.annotations.copied",
                "spec.made.up",
                "metadata.annotations.[a.b/c]",
            ]);
            forest.uses("replacements.create");
            (field.to_owned(), Some(map! { "create" => true }))
        }
        3..=9 if structured(object).is_some() => {
            forest.uses("replacements.structured");
            (structured(object)?, None)
        }
        4 if object.containers().is_some() && !object.uncertain && all_have_images(object) => {
            let mut at = object.containers()?;
            at.push(key("*"));
            at.push(key("image"));
            forest.uses("replacements.wildcard");
            let words: Vec<String> = at
                .iter()
                .map(|s| if let super::value::Step::Key(k) = s { k.clone() } else { String::new() })
                .collect();
            (words.join("."), (forest.random.chance(50)).then(|| map! { "delimiter" => ":", "index" => 1 }))
        }
        _ => {
            let texts: Vec<Path> = known_paths(object)
                .into_iter()
                .filter(|p| object.value.get(p).and_then(Value::text).is_some())
                .collect();
            let p = forest.random.item(&texts)?.clone();
            let field = field_path(&object.value, &p, false)?;
            let options = forest.random.chance(25).then(|| {
                forest.uses.insert("replacements.delimiter");
                map! { "delimiter" => forest.random.pick(&[":", "-", "/", "."]),
                "index" => super::value::raw(forest.random.pick(&["0", "1", "2", "-1", "9"])) }
            });
            (field, options)
        }
    };
    let mut target = map! { "select" => select, "fieldPaths" => list![field] };
    if let Some(options) = options {
        target.set("options", options);
    }
    layer.objects[at].uncertain |= forest.random.one_in(3);
    Some(target)
}

fn all_have_images(object: &Object) -> bool {
    let containers = object.containers().and_then(|at| object.value.get(&at).cloned());
    containers.is_some_and(|c| c.items().iter().all(|c| c.get(&[key("image")]).is_some()))
}

/// A field inside the text of a config map's entry.
fn structured(object: &Object) -> Option<String> {
    if object.kind != "ConfigMap" || object.uncertain {
        return None;
    }
    for (entry, field) in
        [("config.json", "data.config\\.json.host"), ("config.yaml", "data.config\\.yaml.host")]
    {
        if object
            .value
            .get(&[key("data"), key(entry)])
            .and_then(Value::text)
            .is_some_and(|t| t.contains("host"))
        {
            return Some(field.to_owned());
        }
    }
    None
}

/// The field `vars`.
pub(crate) fn vars(forest: &mut Forest, layer: &mut Layer) {
    if layer.objects.is_empty() || !forest.random.chance(11) {
        return;
    }
    for name in ["HOST", "NAME", "UNUSED"] {
        if forest.vars.contains(&name) || forest.random.chance(40) {
            continue;
        }
        let at = forest.random.below(layer.objects.len());
        let object = &layer.objects[at];
        let Some(of) = lone_name(&mut forest.random, &layer.objects, at) else { continue };
        let mut var = map! { "name" => name, "objref" => map! {
        "apiVersion" => object.api_version.clone(), "kind" => object.kind.clone(), "name" => of } };
        if forest.random.chance(60) {
            var.set("fieldref", map! { "fieldpath" => field(&mut forest.random, object) });
        }
        forest.vars.push(name);
        layer.add("vars", var);
        forest.uses("vars");
    }
}

fn field(random: &mut Random, object: &Object) -> String {
    let replicas = object.value.get(&path("spec/replicas")).is_some() && !object.uncertain;
    match random.below(3) {
        0 if replicas => "spec.replicas".to_owned(),
        1 => "kind".to_owned(),
        _ => "metadata.name".to_owned(),
    }
}
