//! configMapGenerator, secretGenerator and generatorOptions.

use super::forest::{Forest, Layer};
use super::object::{Object, collide};
use super::patch::alone;
use super::random::Random;
use super::value::{Value, map};
use super::words;

/// Adds generators to a layer.
pub(crate) fn apply(forest: &mut Forest, layer: &mut Layer) {
    if forest.random.chance(32) {
        for _ in 0..=forest.random.weighted(&[75, 25]) {
            entry(forest, layer, "configMapGenerator", "ConfigMap");
        }
    }
    if forest.random.chance(20) {
        entry(forest, layer, "secretGenerator", "Secret");
    }
    if layer.text.get(&super::value::path("configMapGenerator")).is_some() && forest.random.chance(30) {
        let options = options(&mut forest.random);
        layer.text.set("generatorOptions", options);
        forest.uses("generatorOptions");
    }
}

fn entry(forest: &mut Forest, layer: &mut Layer, field: &'static str, kind: &str) {
    if let Some(arguments) = arguments(forest, layer, kind) {
        layer.add(field, arguments);
        forest.uses(field);
    }
}

/// The arguments of one generator, and its object among those of the layer.
pub(crate) fn arguments(forest: &mut Forest, layer: &mut Layer, kind: &str) -> Option<Value> {
    let mut entry = map! {};
    let there: Vec<usize> = (0..layer.objects.len()).filter(|i| layer.objects[*i].kind == kind).collect();
    let merging = if forest.random.chance(45) { forest.random.item(&there).copied() } else { None };
    if let Some(at) = merging {
        let (name, namespace) = alone(&mut forest.random, &layer.objects, at)?;
        entry.set("name", name);
        if !namespace.is_empty() {
            entry.set("namespace", namespace);
        }
        entry.set("behavior", forest.random.pick(&["merge", "merge", "replace"]));
        layer.objects[at].uncertain = true;
        forest.uses("generators.behavior");
    } else {
        let name = forest.random.pick(&["settings", "web", "env", "config"]);
        let value = map! { "apiVersion" => "v1", "kind" => kind, "metadata" => map! { "name" => name } };
        let mut object = Object::new(value);
        object.generated = true;
        object.uncertain = true;
        let known = |o: &Object| collide(o, &object) || (o.kind == kind && o.answers(name, ""));
        if layer.objects.iter().any(known) {
            return None;
        }
        layer.objects.push(object);
        entry.set("name", name);
        if forest.random.one_in(6) {
            entry.set("behavior", "create");
        }
    }
    sources(forest, layer, &mut entry);
    if forest.random.chance(25) {
        entry.set("options", options(&mut forest.random));
        forest.uses("generators.options");
    }
    if kind == "Secret" && forest.random.chance(40) {
        entry.set("type", forest.random.pick(&["Opaque", "kubernetes.io/tls"]));
    }
    Some(entry)
}

fn sources(forest: &mut Forest, layer: &Layer, entry: &mut Value) {
    let mut keys = vec!["a", "b", "KEY", "x.y", "under_score", "dash-ed", "password", "UPPER.case-1"];
    forest.random.shuffle(&mut keys);
    if forest.random.chance(65) {
        let mut literals = Vec::new();
        for _ in 0..forest.random.between(1, 3) {
            if let Some(k) = keys.pop() {
                let value = words::string(&mut forest.random);
                let literal = match forest.random.below(6) {
                    0 => format!("{k}=\"{value}\""),
                    1 => format!("{k}='{value}'"),
                    2 => format!("{k}=a=b"),
                    3 => format!("{k}="),
                    _ => format!("{k}={value}"),
                };
                literals.push(literal);
            }
        }
        entry.set("literals", literals);
        forest.uses("generators.literals");
    }
    if forest.random.chance(30) {
        let mut files = Vec::new();
        for _ in 0..forest.random.between(1, 2) {
            let text = words::string(&mut forest.random);
            let number = forest.serial();
            let name = forest.file(&layer.folder, &format!("data{number}"), ".txt", text);
            files.push(match keys.pop() {
                Some(k) if forest.random.chance(50) => format!("{k}={name}"),
                _ => name,
            });
        }
        entry.set("files", files);
        forest.uses("generators.files");
    }
    if forest.random.chance(22) {
        let text = env_file(&mut forest.random);
        let number = forest.serial();
        let name = forest.file(&layer.folder, &format!("vars{number}"), ".env", text);
        if forest.random.chance(25) {
            entry.set("env", name);
        } else {
            entry.set("envs", vec![name]);
        }
        forest.uses("generators.envs");
    }
}

fn env_file(random: &mut Random) -> String {
    let mut lines = vec![
        "E_ONE=1",
        "E_TWO=a b ",
        "# note",
        "",
        "  E_THREE=x=y",
        "E_FOUR=\"quoted\"",
        "E_FIVE=",
        "E_SIX='s' # no note",
    ];
    random.shuffle(&mut lines);
    lines.truncate(random.between(1, 6));
    let ending = random.pick(&["\n", "\n", "\r\n"]);
    let mut text = lines.join(ending);
    if random.chance(70) {
        text.push_str(ending);
    }
    if random.one_in(20) {
        text.insert(0, '\u{feff}');
    }
    text
}

fn options(random: &mut Random) -> Value {
    let mut options = map! {};
    if random.chance(45) {
        options.set("disableNameSuffixHash", random.chance(70));
    }
    if random.chance(35) {
        options.set("labels", words::labels(random));
    }
    if random.chance(35) {
        options.set("annotations", map! { "made-by" => "a generator" });
    }
    if random.chance(20) {
        options.set("immutable", true);
    }
    options
}
