//! What teaches kustomize about kinds: `configurations`, `crds`, `openapi`.

use super::forest::{Forest, Layer};
use super::value::{Value, list, map};

/// Adds these fields to a layer, now and then.
pub(crate) fn apply(forest: &mut Forest, layer: &mut Layer) {
    if forest.random.chance(11) {
        let config = configuration(forest);
        let file = forest.yaml(&layer.folder.clone(), "configuration", &config);
        layer.add("configurations", file);
        forest.uses("configurations");
    }
    if forest.random.chance(7) {
        let identity = forest.random.chance(50);
        let file = forest.yaml(&layer.folder.clone(), "crd", &definitions(identity));
        layer.add("crds", file);
        forest.uses("crds");
    }
    if forest.random.chance(2) {
        if forest.random.chance(30) {
            layer.text.set("openapi", map! { "version" => "v1.21.2" });
            forest.uses("openapi.version");
        } else {
            let text = schema().json();
            let file = forest.file(&layer.folder.clone(), "schema", ".json", text);
            layer.text.set("openapi", map! { "path" => file });
            forest.uses("openapi.path");
        }
        forest.uses("openapi");
    }
}

/// Field specs. Each path keeps one `create`, for kustomize refuses two.
fn configuration(forest: &mut Forest) -> Value {
    let mut entries: Vec<(&str, Value)> = vec![
        ("namePrefix", list![map! { "path" => "spec/configName", "kind" => "Widget" }]),
        ("nameSuffix", list![map! { "path" => "metadata/name", "kind" => "Gadget", "version" => "v1beta1" }]),
        ("namespace", list![map! { "path" => "spec/targetNamespace", "kind" => "Widget", "create" => true }]),
        ("commonLabels", list![map! { "path" => "spec/podSelector", "kind" => "Widget", "create" => true }]),
        ("labels", list![map! { "path" => "spec/labels", "group" => "example.com", "create" => true }]),
        (
            "templateLabels",
            list![map! { "path" => "spec/template/metadata/labels", "kind" => "Widget", "create" => false }],
        ),
        (
            "commonAnnotations",
            list![map! { "path" => "spec/annotations", "kind" => "Gadget", "create" => true }],
        ),
        (
            "images",
            list![
                map! { "path" => "spec/image", "kind" => "Widget" },
                map! { "path" => "spec/items[]/value", "kind" => "Gadget" }
            ],
        ),
        ("replicas", list![map! { "path" => "spec/size", "kind" => "Widget", "create" => true }]),
        (
            "varReference",
            list![
                map! { "path" => "spec/items/value", "kind" => "Widget" },
                map! { "path" => "metadata/annotations" }
            ],
        ),
        (
            "nameReference",
            list![
                map! { "kind" => "ConfigMap", "version" => "v1", "fieldSpecs" => list![
                map! { "kind" => "Widget", "path" => "spec/configName" }, map! { "kind" => "Gadget", "path" => "spec/configName" }] },
                map! { "kind" => "Secret", "fieldSpecs" => list![map! { "path" => "spec/secretRef/name", "kind" => "Widget" }] },
            ],
        ),
    ];
    forest.random.shuffle(&mut entries);
    entries.truncate(forest.random.between(1, 5));
    Value::Map(entries.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())
}

/// Definitions as `crds` takes them.
fn definitions(identity: bool) -> Value {
    let text = |what: &str| map! { "type" => "string", "description" => what };
    let reference = map! {
        "x-kubernetes-object-ref-api-version" => "v1", "x-kubernetes-object-ref-kind" => "Secret",
        "x-kubernetes-object-ref-name-key" => "name", "type" => "object",
    };
    let mut spec = map! {
        "secretRef" => reference,
        "selector" => map! { "x-kubernetes-label-selector" => "", "type" => "object" },
        "notes" => map! { "x-kubernetes-annotation" => "", "type" => "object" },
    };
    if identity {
        spec.set("configName", map! { "x-kubernetes-identity" => "", "type" => "string" });
    }
    map! {
        "github.com/example/v1.Widget" => map! {
            "Schema" => map! { "properties" => map! {
                "apiVersion" => text("the version"), "kind" => text("the kind"),
                "metadata" => map! { "$ref" => "k8s.io/meta/v1.ObjectMeta" },
                "spec" => map! { "$ref" => "github.com/example/v1.WidgetSpec" },
            } },
            "Dependencies" => vec!["github.com/example/v1.WidgetSpec"],
        },
        "github.com/example/v1.WidgetSpec" => map! { "Schema" => map! { "properties" => spec } },
    }
}

/// A schema in which lists of widgets merge by name, and nothing else is known.
fn schema() -> Value {
    map! { "definitions" => map! {
        "example.v1.Widget" => map! {
            "type" => "object",
            "properties" => map! {
                "apiVersion" => map! { "type" => "string" }, "kind" => map! { "type" => "string" }, "metadata" => map! { "type" => "object" },
                "spec" => map! { "type" => "object", "properties" => map! { "items" => map! {
                    "type" => "array", "x-kubernetes-patch-merge-key" => "name", "x-kubernetes-patch-strategy" => "merge",
                    "items" => map! { "type" => "object", "properties" => map! { "name" => map! { "type" => "string" } } } } } },
            },
            "x-kubernetes-group-version-kind" => list![map! { "group" => "example.com", "version" => "v1", "kind" => "Widget" }],
        },
    } }
}
