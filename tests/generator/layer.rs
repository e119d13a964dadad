//! One kustomization: its bases, objects and generators, then whatever fields chance adds, in the order in which
//! kustomize applies them, so that what the generator remembers of the objects stays true.

use super::cast::Cast;
use super::forest::{Forest, Layer, relative, under};
use super::object::{Object, any_collide, collide};
use super::style::{self, Manner};
use super::value::{Value, map};
use super::{configuration, fields, generated, kinds, patch, plugin, replacement, words};

/// Grows the folder to build, and all it needs; gives its path.
pub(crate) fn root(forest: &mut Forest) -> String {
    let depth = 1 + forest.random.weighted(&[22, 43, 25, 10]);
    let folder = forest.random.pick(&["app", "overlays/prod", "overlays/dev", "a/b/c", "top"]).to_owned();
    forest.uses(["depth.1", "depth.2", "depth.3", "depth.4"][depth - 1]);
    grow(forest, &folder, depth, None, true);
    folder
}

fn child_folder(forest: &mut Forest, parent: &str, component: bool) -> String {
    let n = forest.serial();
    if component {
        return format!("components/c{n}");
    }
    match forest.random.below(5) {
        0 => under(parent, &format!("base{n}")),
        1 => format!("overlays/o{n}"),
        2 => format!("bases/deep/b{n}"),
        _ => format!("base{n}"),
    }
}

/// Grows one layer and gives the objects it makes. A component starts from its parent's.
fn grow(
    forest: &mut Forest,
    folder: &str,
    depth: usize,
    parent: Option<Vec<Object>>,
    is_root: bool,
) -> Vec<Object> {
    let component = parent.is_some();
    let mut layer = Layer {
        folder: folder.to_owned(),
        component,
        text: header(forest, component),
        objects: parent.unwrap_or_default(),
    };
    if depth > 1 {
        bases(forest, &mut layer, depth);
    }
    let mut cast = Cast::of(&layer.objects);
    let planned = plan(forest, &layer, depth, &mut cast);
    resources(forest, &mut layer, planned, &cast);
    configuration::apply(forest, &mut layer);
    generated::apply(forest, &mut layer);
    if !component {
        plugin::generators(forest, &mut layer);
    }
    if forest.random.chance(if depth > 1 { 22 } else { 8 }) {
        let from = child_folder(forest, folder, true);
        let given = grow(forest, &from, 1, Some(layer.objects.clone()), false);
        layer.objects = given;
        layer.add("components", relative(folder, &from));
        forest.uses("components");
    }
    transform(forest, &mut layer);
    replacement::vars(forest, &mut layer);
    if is_root || forest.random.one_in(10) {
        finish(forest, &mut layer);
    }
    write(forest, &layer);
    if !component {
        forest.finished.push((folder.to_owned(), layer.objects.clone()));
    }
    layer.objects
}

fn header(forest: &mut Forest, component: bool) -> Value {
    let mut text = map! {};
    if component {
        text.set("apiVersion", "kustomize.config.k8s.io/v1alpha1");
        text.set("kind", "Component");
    } else if forest.random.chance(70) {
        text.set("apiVersion", "kustomize.config.k8s.io/v1beta1");
        text.set("kind", "Kustomization");
    }
    if forest.random.one_in(12) {
        let mut metadata = map! { "name" => "kustomization-name" };
        if forest.random.chance(50) {
            metadata.set("labels", map! { "x" => "y" });
        }
        if forest.random.chance(50) {
            metadata.set("annotations", map! { "config.kubernetes.io/local-config" => "true" });
        }
        text.set("metadata", metadata);
        forest.uses("metadata");
    }
    text
}

fn bases(forest: &mut Forest, layer: &mut Layer, depth: usize) {
    let count = 1 + forest.random.weighted(&[72, 28]);
    for _ in 0..count {
        let (folder, given) = match forest.finished.len() {
            n if n > 0 && forest.random.chance(35) => {
                forest.uses("base-shared");
                forest.finished[forest.random.below(n)].clone()
            }
            _ => {
                let folder = child_folder(forest, &layer.folder, false);
                let before = (forest.files.clone(), forest.finished.len(), forest.uses.clone());
                let given = grow(forest, &folder, depth - 1, None, false);
                if given.iter().any(|a| layer.objects.iter().any(|b| collide(a, b))) {
                    forest.files = before.0;
                    forest.finished.truncate(before.1);
                    forest.uses = before.2;
                    continue;
                }
                (folder, given)
            }
        };
        if given.iter().any(|a| layer.objects.iter().any(|b| collide(a, b))) {
            continue;
        }
        layer.objects.extend(given);
        let mut path = relative(&layer.folder, &folder);
        if forest.random.one_in(12) {
            path.push('/');
        }
        if forest.random.one_in(10) {
            layer.add("bases", path);
            forest.uses("bases");
        } else {
            layer.add("resources", path);
        }
    }
}

/// Chooses who will be in the layer, so that they can refer to each other.
fn plan(
    forest: &mut Forest,
    layer: &Layer,
    depth: usize,
    cast: &mut Cast,
) -> Vec<(&'static str, &'static str, String)> {
    let count = match depth {
        _ if layer.component => forest.random.weighted(&[50, 35, 15]),
        1 => forest.random.between(2, 7),
        _ => forest.random.weighted(&[40, 35, 25]),
    };
    let mut planned: Vec<(&str, &str, String)> = Vec::new();
    for _ in 0..count {
        let (api_version, kind) = kinds::choose(&mut forest.random);
        let name = forest.random.pick(words::NAMES).to_owned();
        let group = api_version.rsplit_once('/').map_or("", |(g, _)| g);
        let taken = planned.iter().any(|(a, k, n)| {
            *k == kind
                && (*n == name || kind == "CustomResourceDefinition")
                && group == a.rsplit_once('/').map_or("", |(g, _)| g)
        });
        let there = layer.objects.iter().any(|o| {
            o.kind == kind && (o.answers(&name, o.namespace()) || kind == "CustomResourceDefinition")
        });
        if !taken && !there {
            cast.add(kind, &name);
            planned.push((api_version, kind, name));
        }
    }
    for name in ["web", "settings"] {
        cast.add("ConfigMap", name);
        cast.add("Secret", name);
    }
    planned
}

fn resources(
    forest: &mut Forest,
    layer: &mut Layer,
    planned: Vec<(&'static str, &'static str, String)>,
    cast: &Cast,
) {
    let mut file: Vec<String> = Vec::new();
    for (api_version, kind, name) in planned {
        let mut value = kinds::make(&mut forest.random, api_version, kind, &name, cast);
        let mut object = Object::new(value.clone());
        if !object.is_cluster_scoped() && forest.random.chance(15) {
            let namespace = forest.random.pick(words::NAMESPACES);
            if let Some(metadata) = value.get_mut(&super::value::path("metadata")) {
                metadata.set("namespace", namespace);
            }
            object = Object::new(value.clone());
        }
        if forest.random.one_in(60) {
            local_config(&mut value);
            object.uncertain = true;
            forest.uses("local-config");
        }
        let written = if forest.random.one_in(25) {
            forest.uses("resources.list");
            let list_kind = if forest.random.chance(50) { "List".to_owned() } else { format!("{kind}List") };
            map! { "apiVersion" => "v1", "kind" => list_kind, "items" => vec![value] }
        } else {
            value
        };
        layer.objects.push(object);
        let manner = Manner::any(&mut forest.random);
        file.push(style::write(&mut forest.random, &written, manner));
        if forest.random.chance(55) {
            flush(forest, layer, &mut file, kind);
        }
    }
    flush(forest, layer, &mut file, "more");
}

fn local_config(value: &mut Value) {
    if let Some(metadata) = value.get_mut(&super::value::path("metadata")) {
        metadata.set("annotations", map! { "config.kubernetes.io/local-config" => "true" });
    }
}

fn flush(forest: &mut Forest, layer: &mut Layer, file: &mut Vec<String>, stem: &str) {
    if !file.is_empty() {
        let text = style::join(&mut forest.random, file);
        let name = forest.file(&layer.folder, &stem.to_lowercase(), ".yaml", text);
        layer.add("resources", name);
        file.clear();
    }
}

/// The fields that change objects, in kustomize's order.
fn transform(forest: &mut Forest, layer: &mut Layer) {
    if layer.objects.is_empty() {
        return;
    }
    if forest.random.chance(12) {
        patch::patches_strategic_merge(forest, layer);
    }
    if forest.random.chance(45) {
        patch::patches(forest, layer);
    }
    if forest.random.chance(20) {
        fields::namespace(forest, layer);
    }
    if forest.random.chance(25) {
        fields::prefix(forest, layer);
    }
    if forest.random.chance(18) {
        fields::suffix(forest, layer);
    }
    if forest.random.chance(22) {
        fields::labels(forest, layer);
    }
    if forest.random.chance(14) {
        fields::common_labels(forest, layer);
    }
    if forest.random.chance(18) {
        fields::common_annotations(forest, layer);
    }
    if forest.random.chance(12) {
        patch::patches_json6902(forest, layer);
    }
    if forest.random.chance(15) {
        fields::replicas(forest, layer);
    }
    if forest.random.chance(22) {
        fields::images(forest, layer);
    }
    if forest.random.chance(25) {
        replacement::replacements(forest, layer);
    }
    if forest.random.chance(22) {
        plugin::transformers(forest, layer);
    }
    if forest.random.chance(5) {
        plugin::validators(forest, layer);
    }
    debug_assert!(!any_collide(&layer.objects));
}

/// The fields that matter at the root alone.
fn finish(forest: &mut Forest, layer: &mut Layer) {
    if forest.random.chance(18) {
        let mut options = vec!["originAnnotations", "transformerAnnotations", "managedByLabel"];
        forest.random.shuffle(&mut options);
        options.truncate(forest.random.between(1, 3));
        layer.text.set("buildMetadata", options);
        forest.uses("buildMetadata");
    }
    if forest.random.chance(18) {
        let order = if forest.random.chance(50) { "fifo" } else { "legacy" };
        let mut options = map! { "order" => order };
        if order == "legacy" && forest.random.chance(60) {
            options.set(
                "legacySortOptions",
                map! {
                    "orderFirst" => vec!["Namespace", "Secret", "ConfigMap"],
                    "orderLast" => vec!["ValidatingWebhookConfiguration", "Deployment"],
                },
            );
        }
        layer.text.set("sortOptions", options);
        forest.uses("sortOptions");
    }
}

fn write(forest: &mut Forest, layer: &Layer) {
    let mut text = layer.text.clone();
    if text.entries().iter().all(|(k, _)| k == "apiVersion" || k == "kind") {
        // kustomize refuses an empty kustomization
        text.set("commonAnnotations", map! { "alone" => "yes" });
    }
    if let Value::Map(entries) = &mut text {
        if forest.random.chance(30) {
            forest.random.shuffle(entries);
        }
        if forest.random.one_in(25) {
            let at = forest.random.below(entries.len());
            let k = &mut entries[at].0;
            *k = if forest.random.chance(50) { k.to_lowercase() } else { k[..1].to_uppercase() + &k[1..] };
            forest.uses("letter-case");
        }
    }
    let manner = Manner::any(&mut forest.random);
    let mut written = style::write(&mut forest.random, &text, manner);
    match forest.random.below(60) {
        0 => written = written.replace('\n', "\r\n"),
        1 => written.insert(0, '\u{feff}'),
        2 => written.push_str("---\nnamePrefix: ignored-\n"),
        3 => written.insert_str(0, "---\n"),
        _ => {}
    }
    let name = forest.random.pick(&[
        "kustomization.yaml",
        "kustomization.yaml",
        "kustomization.yml",
        "Kustomization",
    ]);
    forest.files.insert(under(&layer.folder, name), written);
}
