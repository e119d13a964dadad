//! Patches, strategic and JSON, and the three fields that take them.

use super::fields::if_distinct;
use super::forest::{Forest, Layer};
use super::object::{Object, is_alone, pod_path};
use super::random::Random;
use super::value::{Path, Value, key, list, map, path, pointer, raw};
use super::{style, words};

/// The field `patches`.
pub(crate) fn patches(forest: &mut Forest, layer: &mut Layer) {
    for _ in 0..=forest.random.weighted(&[60, 28, 12]) {
        let at = forest.random.below(layer.objects.len());
        let entry = match forest.random.below(10) {
            0..=2 => by_identity(forest, layer, at),
            3..=5 => json_for_one(forest, layer, at, "patches.json"),
            6 | 7 => strategic_for_one(forest, layer, at),
            8 => Some(broad(forest, layer, at)),
            _ => renaming(forest, layer, at),
        };
        if let Some(entry) = entry {
            layer.add("patches", entry);
            forest.uses("patches");
        }
    }
}

/// The field `patchesStrategicMerge`.
pub(crate) fn patches_strategic_merge(forest: &mut Forest, layer: &mut Layer) {
    let at = forest.random.below(layer.objects.len());
    if let Some(patch) = identified(forest, layer, at) {
        let item: Value = if forest.random.chance(50) {
            forest.inline(&patch).into()
        } else {
            forest.yaml(&layer.folder.clone(), "merge", &patch).into()
        };
        layer.add("patchesStrategicMerge", item);
        forest.uses("patchesStrategicMerge");
    }
}

/// The field `patchesJson6902`.
pub(crate) fn patches_json6902(forest: &mut Forest, layer: &mut Layer) {
    let at = forest.random.below(layer.objects.len());
    let Some((name, namespace)) = alone(&mut forest.random, &layer.objects, at) else { return };
    let mut target = kind_of(&layer.objects[at]);
    target.set("name", name);
    if !namespace.is_empty() {
        target.set("namespace", namespace);
    }
    let Some(mut entry) = operations(forest, layer, at) else { return };
    entry.set("target", target);
    layer.add("patchesJson6902", entry);
    forest.uses("patchesJson6902");
}

/// A name and namespace, of now or before, by which nobody else of the kind answers.
pub(crate) fn alone(random: &mut Random, objects: &[Object], at: usize) -> Option<(String, String)> {
    let fit: Vec<&(String, String)> =
        objects[at].ids.iter().filter(|(name, ns)| is_alone(objects, at, name, ns)).collect();
    random.item(&fit).map(|id| (*id).clone())
}

fn kind_of(object: &Object) -> Value {
    let mut target = map! {};
    if !object.group().is_empty() {
        target.set("group", object.group());
    }
    target.set("version", object.version());
    target.set("kind", object.kind.as_str());
    target
}

/// An entry whose patch names what it is for.
fn by_identity(forest: &mut Forest, layer: &mut Layer, at: usize) -> Option<Value> {
    let mut documents = vec![identified(forest, layer, at)?];
    if forest.random.one_in(6) {
        let other = forest.random.below(layer.objects.len());
        if other != at && !is_deleted(&documents[0]) {
            documents.extend(identified(forest, layer, other));
            forest.uses("patches.several-documents");
        }
    }
    forest.uses("patches.by-identity");
    let texts: Vec<String> = documents.iter().map(|d| forest.inline(d)).collect();
    let texts: Vec<String> =
        texts.into_iter().map(|t| if t.ends_with('\n') { t } else { t + "\n" }).collect();
    let text = style::join(&mut forest.random, &texts);
    Some(placed(forest, layer, text, "patch"))
}

fn is_deleted(patch: &Value) -> bool {
    patch.get(&[key("$patch")]).is_some()
}

/// An entry for one object, which a target chooses.
fn strategic_for_one(forest: &mut Forest, layer: &mut Layer, at: usize) -> Option<Value> {
    let (name, _) = alone(&mut forest.random, &layer.objects, at)?;
    let mut patch = map! { "apiVersion" => layer.objects[at].api_version.clone(), "kind" => layer.objects[at].kind.clone(),
    "metadata" => map! { "name" => forest.random.pick(&["not-used", "web", "x"]) } };
    body(forest, &mut layer.objects[at], &mut patch);
    let mut target = map! { "kind" => layer.objects[at].kind.clone(), "name" => name };
    if forest.random.chance(20) {
        target.set("group", layer.objects[at].group());
        target.set("version", layer.objects[at].version());
    }
    let text = forest.inline(&patch);
    let mut entry = placed(forest, layer, text, "patch");
    entry.set("target", target);
    forest.uses("patches.strategic-target");
    Some(entry)
}

/// A harmless entry for all that a loose target chooses.
fn broad(forest: &mut Forest, layer: &mut Layer, at: usize) -> Value {
    let kind = layer.objects[at].kind.clone();
    let target = match forest.random.below(7) {
        0 => map! { "kind" => format!("{}.*", &kind[..2]) },
        1 => map! { "name" => ".*e.*" },
        2 => map! { "kind" => "Deployment|StatefulSet|Service", "name" => "(web|api|db).*" },
        3 => {
            map! { "labelSelector" => forest.random.pick(&["app", "tier in (web, db)", "app=web,env!=prod", "!team", "app notin (x)"]) }
        }
        4 => {
            map! { "annotationSelector" => forest.random.pick(&["note", "!note", "example.com/owner=hello"]) }
        }
        5 => map! { "namespace" => "def.*|shop", "version" => "v1" },
        _ => map! { "group" => "apps", "name" => "\\w+(-\\w+)?" },
    };
    forest.uses("patches.broad-target");
    let text = if forest.random.chance(50) {
        let mut patch = map! { "apiVersion" => "v1", "kind" => "Any", "metadata" => map! { "name" => "any",
        "labels" => words::labels(&mut forest.random) } };
        if forest.random.chance(40) {
            let annotations = words::annotations(&mut forest.random);
            if let Some(metadata) = patch.get_mut(&path("metadata")) {
                metadata.set("annotations", annotations);
            }
        }
        if forest.random.one_in(5) {
            let field = own_field(forest, "extra");
            patch.set(&field, words::anything(&mut forest.random, 2));
        }
        forest.inline(&patch)
    } else {
        let field = forest.random.pick(&["/metadata/annotations", "/metadata/labels", "/extra"]);
        let value = match field {
            "/extra" => words::anything(&mut forest.random, 2),
            _ => map! { "set-by" => "patch" },
        };
        json_text(forest, &list![map! { "op" => "add", "path" => field, "value" => value }])
    };
    let mut entry = placed(forest, layer, text, "broad");
    entry.set("target", target);
    entry
}

/// An entry that gives an object a new name.
fn renaming(forest: &mut Forest, layer: &mut Layer, at: usize) -> Option<Value> {
    if layer.objects[at].keeps_name() {
        return None;
    }
    let (name, _) = alone(&mut forest.random, &layer.objects, at)?;
    let new = format!("{}-renamed", forest.random.pick(words::NAMES));
    if layer.objects.iter().any(|o| o.ids.iter().any(|(n, _)| *n == new)) {
        return None;
    }
    let object = layer.objects[at].clone();
    let patch = map! { "apiVersion" => object.api_version.clone(), "kind" => object.kind.clone(), "metadata" => map! { "name" => new.clone() } };
    if !if_distinct(layer, |objects| objects[at].rename(|_| new.clone())) {
        return None;
    }
    let text = forest.inline(&patch);
    let mut entry = placed(forest, layer, text, "rename");
    entry.set("target", map! { "kind" => object.kind, "name" => name });
    entry.set("options", map! { "allowNameChange" => true });
    forest.uses("patches.allowNameChange");
    Some(entry)
}

fn json_for_one(forest: &mut Forest, layer: &mut Layer, at: usize, use_name: &'static str) -> Option<Value> {
    let (name, namespace) = alone(&mut forest.random, &layer.objects, at)?;
    let mut target = kind_of(&layer.objects[at]);
    target.set("name", name);
    if !namespace.is_empty() && forest.random.chance(50) {
        target.set("namespace", namespace);
    } else if is_not_alone_by_name(&layer.objects, at) {
        return None;
    }
    let mut entry = operations(forest, layer, at)?;
    entry.set("target", target);
    forest.uses(use_name);
    Some(entry)
}

fn is_not_alone_by_name(objects: &[Object], at: usize) -> bool {
    let names = |o: &Object| o.ids.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    let mine = names(&objects[at]);
    objects
        .iter()
        .enumerate()
        .any(|(i, o)| i != at && o.kind == objects[at].kind && names(o).iter().any(|n| mine.contains(n)))
}

/// An entry with a text in it or in a file.
fn placed(forest: &mut Forest, layer: &Layer, text: String, stem: &str) -> Value {
    if forest.random.chance(50) {
        map! { "path" => forest.file(&layer.folder, stem, ".yaml", text) }
    } else {
        map! { "patch" => text }
    }
}

/// A strategic patch for exactly that object, body and all.
pub(crate) fn identified(forest: &mut Forest, layer: &mut Layer, at: usize) -> Option<Value> {
    let (name, namespace) = alone(&mut forest.random, &layer.objects, at)?;
    let object = &layer.objects[at];
    let mut metadata = map! { "name" => name };
    if !namespace.is_empty() {
        metadata.set("namespace", namespace);
    }
    let mut patch = map! { "apiVersion" => object.api_version.clone(), "kind" => object.kind.clone(), "metadata" => metadata };
    if layer.objects.len() > 2 && forest.random.one_in(18) {
        patch.set("$patch", "delete");
        layer.objects.remove(at);
        forest.uses("patches.delete");
        return Some(patch);
    }
    body(forest, &mut layer.objects[at], &mut patch);
    Some(patch)
}

/// Adds one to three changes that suit the object.
fn body(forest: &mut Forest, object: &mut Object, patch: &mut Value) {
    for _ in 0..forest.random.between(1, 3) {
        let pods = object.is_workload() && object.containers().is_some();
        match forest.random.below(if pods { 12 } else { 7 }) {
            0 => metadata(&mut forest.random, patch, "labels", words::labels),
            1 => metadata(&mut forest.random, patch, "annotations", words::annotations),
            2 if forest.random.chance(30) => {
                // with its annotations an object loses the names it had
                metadata(&mut forest.random, patch, "annotations", |_| raw("null"));
                object.ids.drain(..object.ids.len() - 1);
                object.uncertain = true;
            }
            2 | 3 => top_level(forest, object, patch),
            4..=6 if object.kind == "ConfigMap" => {
                let directive = forest.random.one_in(8);
                let mut data = map! { "a" => words::string(&mut forest.random), "new" => "x" };
                if directive {
                    data.set("$patch", "replace");
                    object.uncertain = true;
                } else if forest.random.chance(30) {
                    data.set("b", raw("null"));
                    object.uncertain = true;
                }
                object.uncertain |= object.value.get(&path("data/a")).is_some();
                patch.set("data", data);
            }
            4..=6 if object.kind == "Service" && object.api_version == "v1" => {
                object.uncertain = true;
                let mut spec = map! { "ports" => list![map! { "port" => 80, "targetPort" => 8080 }, map! { "port" => 8443, "name" => "tls" }] };
                if forest.random.chance(30) {
                    spec = map! { "ports" => list![map! { "port" => 80, "$patch" => "delete" }] };
                    forest.uses("patches.directives");
                }
                patch.set("spec", spec);
            }
            4..=6 if matches!(object.kind.as_str(), "Widget" | "Gadget" | "Certificate") => {
                object.uncertain = true;
                patch.set("spec", map! {
                    "items" => list![map! { "name" => "two", "value" => "patched" }, map! { "name" => "three" }],
                    own_field(forest, "free") => words::anything(&mut forest.random, 2),
                });
            }
            n if pods && n >= 4 => {
                object.uncertain = true;
                pod_change(forest, object, patch);
            }
            _ => metadata(&mut forest.random, patch, "labels", words::labels),
        }
    }
}

fn metadata(random: &mut Random, patch: &mut Value, field: &str, value: impl Fn(&mut Random) -> Value) {
    let value = value(random);
    if let Some(metadata) = patch.get_mut(&path("metadata")) {
        metadata.set(field, value);
    }
}

fn top_level(forest: &mut Forest, object: &mut Object, patch: &mut Value) {
    let random = &mut forest.random;
    match object.kind.as_str() {
        "Deployment" | "StatefulSet" | "ReplicaSet" => {
            merge_spec(patch, "replicas", random.below(9).into());
            if object.kind == "Deployment" && random.chance(25) {
                let strategy = if random.chance(50) {
                    map! { "$retainKeys" => vec!["type"], "type" => "Recreate" }
                } else {
                    map! { "$patch" => "replace", "type" => "Recreate" }
                };
                merge_spec(patch, "strategy", strategy);
                object.uncertain = true;
                forest.uses("patches.directives");
            }
        }
        _ => {
            let field = own_field(forest, "extra");
            patch.set(&field, words::anything(&mut forest.random, 2));
        }
    }
}

/// A field nobody else sets, most of the time: where two patches disagree on what a field is, kustomize refuses.
fn own_field(forest: &mut Forest, stem: &str) -> String {
    if forest.random.chance(15) { stem.to_owned() } else { format!("{stem}{}", forest.serial()) }
}

fn merge_spec(patch: &mut Value, field: &str, value: Value) {
    if patch.get(&path("spec")).is_none() {
        patch.set("spec", map! {});
    }
    if let Some(spec) = patch.get_mut(&path("spec")) {
        spec.set(field, value);
    }
}

/// A change somewhere in the pods of a workload.
fn pod_change(forest: &mut Forest, object: &Object, patch: &mut Value) {
    let random = &mut forest.random;
    let name = object
        .containers()
        .and_then(|at| object.value.get(&at))
        .and_then(|c| random.item(c.items()).cloned())
        .and_then(|c| c.get(&[key("name")]).and_then(Value::text).map(str::to_owned))
        .unwrap_or_else(|| "main".to_owned());
    let mut directive = false;
    let mut container = map! { "name" => name.clone() };
    match random.below(9) {
        0 => container.set("image", random.pick(words::IMAGES)),
        1 => container.set(
            "env",
            list![
                map! { "name" => "HOST", "value" => words::string(random) },
                map! { "name" => "ADDED", "value" => "1" },
            ],
        ),
        2 => container.set(
            "ports",
            list![
                map! { "containerPort" => 8080, "protocol" => "TCP", "hostPort" => 1 },
                map! { "containerPort" => 9999 },
            ],
        ),
        3 => {
            container.set("env", list![map! { "name" => "HOST", "$patch" => "delete" }]);
            directive = true;
        }
        4 => {
            container.set("args", vec!["--one", "--two"]);
            container.set("command", raw("null"));
        }
        5 => container
            .set("volumeMounts", list![map! { "name" => "vol1", "mountPath" => "/data", "subPath" => "x" }]),
        6 => {
            container
                .set("env", list![map! { "name" => "ONLY", "value" => "x" }, map! { "$patch" => "replace" }]);
            directive = true;
        }
        7 => container.set("resources", map! { "limits" => map! { "cpu" => "2", "memory" => raw("null") } }),
        _ => container.set("name", "added"),
    }
    if container.get(&[key("name")]) == Some(&"added".into()) {
        container.set("image", "busybox");
    }
    let mut spec = map! { "containers" => list![container] };
    match random.below(12) {
        0 => spec.set(
            "volumes",
            list![map! { "name" => "vol0", "emptyDir" => map! {}, "configMap" => raw("null") }],
        ),
        1 => spec.set("tolerations", list![map! { "key" => "b", "operator" => "Exists" }]),
        2 => spec.set("nodeSelector", map! { "$patch" => "replace", "gpu" => "true" }),
        3 => spec.set("hostAliases", list![map! { "ip" => "10.0.0.1", "hostnames" => vec!["c.local"] }]),
        4 => {
            spec.set(
                "$setElementOrder/containers",
                list![map! { "name" => "sidecar" }, map! { "name" => name }],
            );
            directive = true;
        }
        5 => spec.set("imagePullSecrets", list![map! { "name" => "extra" }]),
        6 => spec.set("initContainers", list![map! { "name" => "init", "$patch" => "delete" }]),
        _ => {}
    }
    let mut nested = spec;
    for step in pod_path(&object.kind).iter().rev() {
        if let super::value::Step::Key(k) = step {
            nested = Value::Map(vec![(k.clone(), nested)]);
        }
    }
    if let Value::Map(entries) = nested {
        for (k, v) in entries {
            patch.set(&k, v);
        }
    }
    if directive {
        forest.uses("patches.directives");
    }
}

/// A JSON patch that fits the object, as text in or beside the kustomization; what it does is remembered.
fn operations(forest: &mut Forest, layer: &mut Layer, at: usize) -> Option<Value> {
    let mut operations = Vec::new();
    for _ in 0..forest.random.between(1, 3) {
        operations.extend(operation(&mut forest.random, &mut layer.objects[at]));
    }
    if operations.is_empty() {
        return None;
    }
    let text = json_text(forest, &operations.into());
    Some(placed(forest, layer, text, "json-patch"))
}

fn json_text(forest: &mut Forest, operations: &Value) -> String {
    if forest.random.chance(35) {
        forest.uses("patches.json-text");
        operations.json()
    } else {
        // as YAML it must not look like a resource, and a list in block style does not
        forest.inline(operations)
    }
}

/// Paths of an object that can be relied on, leaving out who it is.
pub(crate) fn known_paths(object: &Object) -> Vec<Path> {
    if object.uncertain {
        return Vec::new();
    }
    let parents_fine =
        |p: &Path| (1..p.len()).all(|n| object.value.get(&p[..n]).is_some_and(|v| !v.is_empty()));
    object
        .value
        .paths()
        .into_iter()
        .filter(|p| !matches!(&p[0], super::value::Step::Key(k) if k == "apiVersion" || k == "kind" || k == "status"))
        .filter(|p| !(p.len() <= 2 && p[0] == key("metadata") && matches!(p.get(1), None | Some(super::value::Step::Key(_)))))
        .filter(|p| !is_nothing(object.value.get(p)) && parents_fine(p))
        .collect()
}

fn is_nothing(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Raw(text)) => matches!(text.as_str(), "" | "~" | "null" | "Null"),
        Some(other) => other.is_empty(),
        None => true,
    }
}

fn operation(random: &mut Random, object: &mut Object) -> Option<Value> {
    let paths = known_paths(object);
    let Some(at) = random.item(&paths).cloned() else {
        return Some(map! { "op" => "add", "path" => "/extra", "value" => words::anything(random, 2) });
    };
    let there = object.value.get(&at)?.clone();
    let text = pointer(&at);
    let in_list = matches!(at.last(), Some(super::value::Step::Index(_)));
    Some(match random.below(12) {
        0..=3 if there.is_scalar() => {
            let value = match &there {
                Value::Text(_) => words::string(random).into(),
                _ => words::scalar(random),
            };
            if let Some(slot) = object.value.get_mut(&at) {
                *slot = value.clone();
            }
            map! { "op" => "replace", "path" => text, "value" => value }
        }
        4 if !in_list && at.len() > 2 && !text.contains("containers") => {
            object.value.remove(&at);
            map! { "op" => "remove", "path" => text }
        }
        5 | 6 if !there.is_scalar() && matches!(there, Value::List(_)) => {
            object.uncertain = true;
            let item = there.items()[0].clone();
            let end = random.pick(&["-", "0"]);
            map! { "op" => "add", "path" => format!("{text}/{end}"), "value" => item }
        }
        7 if matches!(&there, Value::Text(t) if !t.is_empty()) && !text.starts_with("/metadata") => {
            map! { "op" => "test", "path" => text, "value" => there }
        }
        8 => map! { "op" => "copy", "from" => text, "path" => "/copied" },
        9 if !in_list && at.len() > 2 && !text.contains("containers") => {
            object.value.remove(&at);
            map! { "op" => "move", "from" => text, "path" => "/moved" }
        }
        _ if matches!(there, Value::Map(_)) => {
            let value = words::anything(random, 2);
            map! { "op" => "add", "path" => format!("{text}/new~1key"), "value" => value }
        }
        _ => map! { "op" => "add", "path" => "/extra", "value" => words::anything(random, 2) },
    })
}
