//! The built-in plugins as configuration of their own, in `generators`, `transformers` and `validators`: inline,
//! in a file, or in a folder that is built first.

use super::fields::{self, if_distinct};
use super::forest::{Forest, Layer, under};
use super::object::Object;
use super::patch;
use super::value::{Value, list, map, path, raw};
use super::{generated, replacement, words};

/// The field `generators`.
pub(crate) fn generators(forest: &mut Forest, layer: &mut Layer) {
    if !forest.random.chance(10) {
        return;
    }
    let config = match forest.random.below(5) {
        0 | 1 => named(generated::arguments(forest, layer, "ConfigMap"), "ConfigMapGenerator"),
        2 | 3 => named(generated::arguments(forest, layer, "Secret"), "SecretGenerator"),
        _ => service_account(forest, layer),
    };
    if let Some(config) = config {
        place(forest, layer, "generators", &config);
        forest.uses("generators");
    }
}

/// A generator's arguments as an object: its name is that of the object.
fn named(arguments: Option<Value>, kind: &str) -> Option<Value> {
    let mut arguments = arguments?;
    let name = arguments.remove(&path("name"))?;
    let mut metadata = map! { "name" => name };
    if let Some(namespace) = arguments.remove(&path("namespace")) {
        metadata.set("namespace", namespace);
    }
    let mut config = map! { "apiVersion" => "builtin", "kind" => kind, "metadata" => metadata };
    for (k, v) in arguments.entries() {
        config.set(k, v.clone());
    }
    Some(config)
}

fn service_account(forest: &mut Forest, layer: &mut Layer) -> Option<Value> {
    let name = forest.random.pick(&["robot", "agent"]);
    if layer.objects.iter().any(|o| o.kind == "ServiceAccount" && o.ids.iter().any(|(n, _)| n == name)) {
        return None;
    }
    layer.objects.push(Object::new(map! { "apiVersion" => "v1", "kind" => "ServiceAccount", "metadata" => map! { "name" => name, "namespace" => "shop" } }));
    Some(map! {
        "apiVersion" => "builtin", "kind" => "IAMPolicyGenerator", "metadata" => map! { "name" => "iam" },
        "cloud" => "gke", "kubernetesService" => map! { "namespace" => "shop", "name" => name },
        "serviceAccount" => map! { "name" => "sa", "projectId" => "project" },
    })
}

const KINDS: &[&str] = &[
    "plugin.AnnotationsTransformer",
    "plugin.LabelTransformer",
    "plugin.PrefixTransformer",
    "plugin.SuffixTransformer",
    "plugin.ImageTagTransformer",
    "plugin.ReplicaCountTransformer",
    "plugin.NamespaceTransformer",
    "plugin.PatchStrategicMergeTransformer",
    "plugin.PatchTransformer",
    "plugin.PatchJson6902Transformer",
    "plugin.ReplacementTransformer",
    "plugin.ValueAddTransformer",
    "plugin.HashTransformer",
];

/// The field `transformers`.
pub(crate) fn transformers(forest: &mut Forest, layer: &mut Layer) {
    for _ in 0..forest.random.between(1, 2) {
        if let Some(mut config) = transformer(forest, layer) {
            let name = format!("plugin-{}", forest.serial());
            config.set("apiVersion", "builtin");
            if config.get(&path("metadata")).is_none() {
                config.set("metadata", map! {});
            }
            if let Some(metadata) = config.get_mut(&path("metadata")) {
                metadata.set("name", name);
            }
            let kind = config.get(&path("kind")).and_then(Value::text).unwrap_or_default();
            if let Some(known) = KINDS.iter().find(|k| k.ends_with(kind)) {
                forest.uses(known);
            }
            place(forest, layer, "transformers", &config);
            forest.uses("transformers");
        }
    }
}

fn transformer(forest: &mut Forest, layer: &mut Layer) -> Option<Value> {
    let widget = map! { "path" => "spec/image", "kind" => "Widget" };
    Some(match forest.random.below(15) {
        0 => map! { "kind" => "AnnotationsTransformer", "annotations" => map! { "plugged" => "in" },
        "fieldSpecs" => list![map! { "path" => "metadata/annotations", "create" => true }] },
        1 => map! { "kind" => "LabelTransformer", "labels" => words::labels(&mut forest.random),
        "fieldSpecs" => if forest.random.chance(50) { list![map! { "path" => "metadata/labels", "create" => true }] }
            else { fields::field_specs(&mut forest.random) } },
        2 => {
            let prefix = forest.random.pick(words::PREFIXES);
            fields::rename(layer, |name| format!("{prefix}{name}"));
            layer
                .objects
                .iter_mut()
                .filter(|o| o.keeps_name())
                .for_each(|o| o.rename(|name| format!("{prefix}{name}")));
            map! { "kind" => "PrefixTransformer", "prefix" => prefix, "fieldSpecs" => fields::name_specs() }
        }
        3 => {
            let suffix = forest.random.pick(words::SUFFIXES);
            let deployments = forest.random.chance(50);
            let given = layer.objects.clone();
            let change = |objects: &mut [Object]| {
                objects
                    .iter_mut()
                    .filter(|o| !deployments || o.kind == "Deployment")
                    .for_each(|o| o.rename(|name| format!("{name}{suffix}")));
            };
            if !if_distinct(layer, change) {
                layer.objects = given;
                return None;
            }
            let mut spec = map! { "path" => "metadata/name" };
            if deployments {
                spec.set("kind", "Deployment");
            }
            map! { "kind" => "SuffixTransformer", "suffix" => raw(&format!("'{suffix}'")), "fieldSpecs" => list![spec] }
        }
        4 => map! { "kind" => "ImageTagTransformer", "imageTag" => fields::image(&mut forest.random),
        "fieldSpecs" => list![widget] },
        5 => {
            let name = fields::scalable(&mut forest.random, &layer.objects)?;
            map! { "kind" => "ReplicaCountTransformer", "replica" => map! { "name" => name, "count" => 4 }, "fieldSpecs" => list![
                map! { "path" => "spec/replicas", "create" => true, "kind" => "Deployment" },
                map! { "path" => "spec/replicas", "create" => true, "kind" => "StatefulSet" },
                map! { "path" => "spec/replicas", "create" => true, "kind" => "ReplicaSet" },
                map! { "path" => "spec/replicas", "create" => true, "kind" => "ReplicationController" },
            ] }
        }
        6 | 7 => namespace(forest, layer)?,
        8 => {
            let at = forest.random.below(layer.objects.len());
            let patch = patch::identified(forest, layer, at)?;
            let text = forest.inline(&patch);
            map! { "kind" => "PatchStrategicMergeTransformer", "patches" => text }
        }
        9 => {
            let at = forest.random.below(layer.objects.len());
            let patch = patch::identified(forest, layer, at)?;
            let text = forest.inline(&patch);
            map! { "kind" => "PatchTransformer", "patch" => text }
        }
        10 => {
            let at = forest.random.below(layer.objects.len());
            let (name, namespace) = patch::alone(&mut forest.random, &layer.objects, at)?;
            let object = &layer.objects[at];
            let mut target = map! { "group" => object.group(), "version" => object.version(), "kind" => object.kind.clone(), "name" => name };
            if !namespace.is_empty() {
                target.set("namespace", namespace);
            }
            map! { "kind" => "PatchJson6902Transformer", "target" => target,
            "jsonOp" => "[{\"op\": \"add\", \"path\": \"/extra\", \"value\": {\"n\": 1.0}}]" }
        }
        11 => {
            map! { "kind" => "ReplacementTransformer", "replacements" => list![replacement::replacement(forest, layer)?] }
        }
        12 | 13 => value_add(forest, layer),
        _ => map! { "kind" => "HashTransformer" },
    })
}

fn namespace(forest: &mut Forest, layer: &mut Layer) -> Option<Value> {
    let namespace = forest.random.pick(words::NAMESPACES);
    let unset_only = forest.random.chance(40);
    let change = |objects: &mut [Object]| {
        if unset_only {
            objects
                .iter_mut()
                .filter(|o| !o.is_cluster_scoped() && o.namespace().is_empty())
                .for_each(|o| o.move_to(namespace));
        } else {
            objects.iter_mut().filter(|o| !o.is_cluster_scoped()).for_each(|o| o.move_to(namespace));
        }
    };
    if !if_distinct(layer, change) {
        return None;
    }
    let mut config = map! { "kind" => "NamespaceTransformer", "metadata" => map! { "namespace" => namespace },
    "fieldSpecs" => list![map! { "path" => "metadata/namespace", "create" => true }] };
    if unset_only {
        config.set("unsetOnly", true);
    }
    if forest.random.chance(50) {
        config.set(
            "setRoleBindingSubjects",
            forest.random.pick(&["none", "defaultOnly", "allServiceAccounts"]),
        );
    }
    Some(config)
}

fn value_add(forest: &mut Forest, layer: &mut Layer) -> Value {
    let selector =
        map! { "kind" => forest.random.pick(&["Deployment", "Service|ConfigMap", "Widget", "Secret"]) };
    let mut target = map! { "selector" => selector,
    "fieldPath" => forest.random.pick(&["metadata/annotations/path", "metadata/labels/added", "spec/added"]) };
    if forest.random.chance(30) {
        target.set("filePathPosition", 1);
    }
    for object in &mut layer.objects {
        object.uncertain = true;
    }
    let mut config = map! { "kind" => "ValueAddTransformer", "value" => "some-value" };
    if forest.random.chance(30) {
        let file = forest.yaml(&layer.folder, "targets", &map! { "targets" => list![target] });
        config.set("targetFilePath", file);
    } else {
        config.set("targets", list![target]);
    }
    config
}

/// The field `validators`: a transformer that finds nothing to change.
pub(crate) fn validators(forest: &mut Forest, layer: &mut Layer) {
    let config = map! { "apiVersion" => "builtin", "kind" => "AnnotationsTransformer", "metadata" => map! { "name" => "check" },
    "annotations" => map! { "a" => "b" }, "fieldSpecs" => list![map! { "path" => "metadata/annotations", "kind" => "NoSuchKind" }] };
    place(forest, layer, "validators", &config);
    forest.uses("validators");
}

fn place(forest: &mut Forest, layer: &mut Layer, field: &str, config: &Value) {
    let item = match forest.random.below(4) {
        0 | 1 => forest.inline(config),
        2 => forest.yaml(&layer.folder.clone(), "plugin", config),
        // what a folder's plugin names is looked up from where the folder is listed: only those that name nothing
        _ if names_files(config) => forest.inline(config),
        _ => {
            let folder = format!("plugins{}", forest.serial());
            let inside = under(&layer.folder, &folder);
            let file = forest.yaml(&inside, "plugin", config);
            forest.files.insert(under(&inside, "kustomization.yaml"), format!("resources:\n- {file}\n"));
            forest.uses("plugins.folder");
            folder
        }
    };
    layer.add(field, item);
}

fn names_files(config: &Value) -> bool {
    config.entries().iter().any(|(k, _)| matches!(k.as_str(), "files" | "envs" | "env" | "targetFilePath"))
}
