//! A decoded kustomization as the JSON that kustomize's own struct would give.

use citadel::kubernetes::Gvk;
use citadel::kustomization::{
    FieldOptions, GeneratorArgs, GeneratorOptions, Image, Kustomization, Pair, Patch, Replacement, Selector,
    Written,
};
use serde_json::{Map, Value, json};

/// An object without its empty entries.
fn object(entries: Vec<(&str, Value)>) -> Value {
    let kept = entries.into_iter().filter(|(_, value)| match value {
        Value::Null => false,
        Value::Bool(boolean) => *boolean,
        Value::Number(number) => number.as_i64() != Some(0),
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => !list.is_empty(),
        Value::Object(_) => true,
    });
    Value::Object(kept.map(|(name, value)| (name.to_owned(), value)).collect())
}

fn pairs(pairs: &[Pair]) -> Value {
    if pairs.is_empty() {
        return Value::Null;
    }
    Value::Object(pairs.iter().map(|p| (p.key.value.clone(), json!(p.value.value))).collect::<Map<_, _>>())
}

fn texts(list: &[Written<String>]) -> Value {
    list.iter().map(|text| json!(text.value)).collect()
}

fn selector(s: &Selector) -> Value {
    object(vec![
        ("group", json!(s.gvk.group)),
        ("version", json!(s.gvk.version)),
        ("kind", json!(s.gvk.kind)),
        ("name", json!(s.name)),
        ("namespace", json!(s.namespace)),
        ("annotationSelector", json!(s.annotation_selector)),
        ("labelSelector", json!(s.label_selector)),
    ])
}

fn patch(p: &Patch) -> Value {
    let options = object(vec![
        ("allowNameChange", json!(p.allow_name_change)),
        ("allowKindChange", json!(p.allow_kind_change)),
    ]);
    object(vec![
        ("path", json!(p.path.value)),
        ("patch", json!(p.patch.value)),
        ("target", p.target.as_ref().map_or(Value::Null, selector)),
        ("options", if options == json!({}) { Value::Null } else { options }),
    ])
}

fn image(i: &Image) -> Value {
    object(vec![
        ("name", json!(i.name.value)),
        ("newName", json!(i.new_name.value)),
        ("tagSuffix", json!(i.tag_suffix.value)),
        ("newTag", json!(i.new_tag.value)),
        ("digest", json!(i.digest.value)),
    ])
}

fn field_options(options: &FieldOptions) -> Value {
    object(vec![
        ("delimiter", json!(options.delimiter)),
        ("index", json!(options.index)),
        ("encoding", json!(options.encoding)),
        ("create", json!(options.create)),
    ])
}

fn replacement(path: &str, r: &Replacement) -> Value {
    let source = r.source.as_ref().map(|source| {
        let mut out = selector(&source.selector);
        let more = object(vec![
            ("fieldPath", json!(source.field_path.value)),
            ("options", source.options.as_ref().map_or(Value::Null, field_options)),
        ]);
        extend(&mut out, more);
        out
    });
    let targets: Vec<Value> = r
        .targets
        .iter()
        .map(|target| {
            let mut out = object(vec![
                ("reject", target.reject.iter().map(selector).collect()),
                ("fieldPaths", texts(&target.field_paths)),
                ("options", target.options.as_ref().map_or(Value::Null, field_options)),
            ]);
            out["select"] = target.select.as_ref().map_or(Value::Null, selector);
            out
        })
        .collect();
    let mut out = object(vec![("path", json!(path)), ("source", json!(source)), ("targets", json!(targets))]);
    if let Some(value) = &r.source_value {
        out["sourceValue"] = json!(value.value);
    }
    out
}

fn extend(object: &mut Value, more: Value) {
    if let (Value::Object(object), Value::Object(more)) = (object, more) {
        object.extend(more);
    }
}

fn generator_options(options: &GeneratorOptions) -> Value {
    object(vec![
        ("labels", pairs(&options.labels)),
        ("annotations", pairs(&options.annotations)),
        ("disableNameSuffixHash", json!(options.disable_name_suffix_hash)),
        ("immutable", json!(options.immutable)),
    ])
}

fn generator(args: &GeneratorArgs) -> Value {
    object(vec![
        ("name", json!(args.name.value)),
        ("namespace", json!(args.namespace.value)),
        ("behavior", json!(args.behavior.value)),
        ("literals", texts(&args.literals)),
        ("files", texts(&args.files)),
        ("envs", texts(&args.envs)),
        ("type", json!(args.secret_type.value)),
        ("options", args.options.as_ref().map_or(Value::Null, generator_options)),
    ])
}

fn gvk(gvk: &Gvk) -> Vec<(&'static str, Value)> {
    vec![("group", json!(gvk.group)), ("version", json!(gvk.version)), ("kind", json!(gvk.kind))]
}

/// Helm and what says nothing about the build (`metadata`, `kind`, `apiVersion`) left out.
pub(super) fn kustomization(k: &Kustomization) -> Value {
    let labels: Value = k
        .labels
        .iter()
        .map(|label| {
            let fields: Value = label
                .fields
                .iter()
                .map(|spec| {
                    let mut entries = gvk(&spec.gvk);
                    entries.extend([("path", json!(spec.path)), ("create", json!(spec.create))]);
                    object(entries)
                })
                .collect();
            object(vec![
                ("pairs", pairs(&label.pairs)),
                ("includeSelectors", json!(label.include_selectors)),
                ("includeTemplates", json!(label.include_templates)),
                ("fields", fields),
            ])
        })
        .collect();
    let vars: Value = k
        .vars
        .iter()
        .map(|var| {
            let mut target = gvk(&var.gvk);
            target
                .extend([("apiVersion", json!(var.api_version)), ("namespace", json!(var.object_namespace))]);
            let mut target = object(target);
            target["name"] = json!(var.object_name);
            json!({"name": var.name.value, "objref": target, "fieldref": {"fieldPath": var.field_path.value}})
        })
        .collect();
    let replicas: Value = k
        .replicas
        .iter()
        .map(|replica| {
            let mut out = object(vec![("name", json!(replica.name.value))]);
            out["count"] = json!(replica.count.value);
            out
        })
        .collect();
    let sort = k.sort_options.as_ref().map(|options| {
        let legacy =
            options.legacy.as_ref().map(|(first, last)| json!({"orderFirst": first, "orderLast": last}));
        object(vec![("order", json!(options.order)), ("legacySortOptions", json!(legacy))])
    });
    object(vec![
        ("openapi", pairs(&k.openapi)),
        ("namePrefix", json!(k.name_prefix.value)),
        ("nameSuffix", json!(k.name_suffix.value)),
        ("namespace", json!(k.namespace.value)),
        ("commonLabels", pairs(&k.common_labels)),
        ("labels", labels),
        ("commonAnnotations", pairs(&k.common_annotations)),
        ("patchesStrategicMerge", texts(&k.patches_strategic_merge)),
        ("patchesJson6902", k.patches_json6902.iter().map(patch).collect()),
        ("patches", k.patches.iter().map(patch).collect()),
        ("images", k.images.iter().map(image).collect()),
        ("replacements", k.replacements.iter().map(|r| replacement(&r.path.value, &r.replacement)).collect()),
        ("replicas", replicas),
        ("vars", vars),
        ("sortOptions", json!(sort)),
        ("resources", texts(&k.resources)),
        ("components", texts(&k.components)),
        ("crds", texts(&k.crds)),
        ("configMapGenerator", k.config_map_generator.iter().map(generator).collect()),
        ("secretGenerator", k.secret_generator.iter().map(generator).collect()),
        ("generatorOptions", k.generator_options.as_ref().map_or(Value::Null, generator_options)),
        ("configurations", texts(&k.configurations)),
        ("generators", texts(&k.generators)),
        ("transformers", texts(&k.transformers)),
        ("validators", texts(&k.validators)),
        ("buildMetadata", texts(&k.build_metadata)),
    ])
}
