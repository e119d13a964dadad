//! From fitted values to the types of this room. What fits is decided in `bind.rs`.

use super::bind::{Bound, Content};
use super::shape::{self, Struct};
use super::types::{
    FieldOptions, GeneratorArgs, GeneratorOptions, Image, Kustomization, Label, Pair, Patch, Replacement,
    ReplacementField, Replica, Selector, SortOptions, SourceSelector, TargetSelector, Var, Written,
};
use crate::kubernetes::{FieldSpec, Gvk};
use crate::source::Place;
use crate::yaml::Document;

/// The fields of one struct, handed out by name.
pub(super) struct Fields<'d> {
    document: &'d Document,
    shape: &'static Struct,
    values: Vec<Bound>,
    /// Where the struct begins.
    pub(super) at: Place,
}

impl<'d> Fields<'d> {
    /// A struct that nobody wrote has all its fields empty.
    pub(super) fn new(document: &'d Document, shape: &'static Struct, bound: Bound) -> Fields<'d> {
        let at = bound.node.map_or(Place::NONE, |node| document.place(node));
        let values = match bound.content {
            Content::Fields(values) => values,
            _ => Vec::new(),
        };
        Fields { document, shape, values, at }
    }

    pub(super) fn take(&mut self, name: &str) -> Bound {
        let index = self.shape.fields.iter().position(|field| field.name == name);
        debug_assert!(index.is_some(), "{name} is a field of {}", self.shape.name);
        match index.and_then(|index| self.values.get_mut(index)) {
            Some(bound) => std::mem::replace(bound, Bound::NOTHING),
            None => Bound::NOTHING,
        }
    }

    fn place(&self, bound: &Bound) -> Place {
        bound.node.map_or(Place::NONE, |node| self.document.place(node))
    }

    /// Where the first entry of a list stands.
    fn first_of(&mut self, name: &str) -> Option<Place> {
        match self.take(name).content {
            Content::List(list) => list.first().map(|bound| self.place(bound)),
            _ => None,
        }
    }

    fn written(&self, bound: Bound) -> Written<String> {
        let at = self.place(&bound);
        let value = match bound.content {
            Content::Text(text) => text,
            _ => String::new(),
        };
        Written { value, at }
    }

    pub(super) fn text(&mut self, name: &str) -> Written<String> {
        let bound = self.take(name);
        self.written(bound)
    }

    pub(super) fn plain(&mut self, name: &str) -> String {
        self.text(name).value
    }

    pub(super) fn optional_text(&mut self, name: &str) -> Option<Written<String>> {
        let bound = self.take(name);
        matches!(bound.content, Content::Text(_)).then(|| self.written(bound))
    }

    pub(super) fn boolean(&mut self, name: &str) -> bool {
        matches!(self.take(name).content, Content::Bool(true))
    }

    pub(super) fn integer(&mut self, name: &str) -> Written<i64> {
        let bound = self.take(name);
        let at = self.place(&bound);
        let value = match bound.content {
            Content::Int(number) => number,
            _ => 0,
        };
        Written { value, at }
    }

    pub(super) fn texts(&mut self, name: &str) -> Vec<Written<String>> {
        match self.take(name).content {
            Content::List(list) => list.into_iter().map(|item| self.written(item)).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn plain_texts(&mut self, name: &str) -> Vec<String> {
        self.texts(name).into_iter().map(|text| text.value).collect()
    }

    pub(super) fn pairs(&mut self, name: &str) -> Vec<Pair> {
        let Content::Map(map) = self.take(name).content else {
            return Vec::new();
        };
        let pair = |(name, key, value)| Pair {
            key: Written { value: name, at: self.document.place(key) },
            value: self.written(value),
        };
        map.into_iter().map(pair).collect()
    }

    pub(super) fn list<T>(
        &mut self,
        name: &str,
        shape: &'static Struct,
        make: fn(Fields<'d>) -> T,
    ) -> Vec<T> {
        match self.take(name).content {
            Content::List(list) => {
                list.into_iter().map(|item| make(Fields::new(self.document, shape, item))).collect()
            }
            _ => Vec::new(),
        }
    }

    pub(super) fn one<T>(
        &mut self,
        name: &str,
        shape: &'static Struct,
        make: fn(Fields<'d>) -> T,
    ) -> Option<T> {
        let bound = self.take(name);
        matches!(bound.content, Content::Fields(_)).then(|| make(Fields::new(self.document, shape, bound)))
    }

    fn gvk(&mut self) -> Gvk {
        Gvk { group: self.plain("group"), version: self.plain("version"), kind: self.plain("kind") }
    }
}

/// A kustomization; kustomize's upgrade of old fields included.
pub(super) fn kustomization(mut f: Fields<'_>) -> Kustomization {
    let mut resources = f.texts("resources");
    resources.extend(f.texts("bases"));
    let mut images = f.list("images", &shape::IMAGE, image);
    images.extend(f.list("imageTags", &shape::IMAGE, image));
    let chart = f.first_of("helmCharts").or(f.first_of("helmChartInflationGenerator"));
    Kustomization {
        at: f.at,
        file_name: String::new(),
        is_component: f.plain("kind") == "Component",
        openapi: f.pairs("openapi"),
        name_prefix: f.text("namePrefix"),
        name_suffix: f.text("nameSuffix"),
        namespace: f.text("namespace"),
        common_labels: f.pairs("commonLabels"),
        labels: f.list("labels", &shape::LABEL, label),
        common_annotations: f.pairs("commonAnnotations"),
        patches_strategic_merge: f.texts("patchesStrategicMerge"),
        patches_json6902: f.list("patchesJson6902", &shape::PATCH, patch),
        patches: f.list("patches", &shape::PATCH, patch),
        images,
        replacements: f.list("replacements", &shape::REPLACEMENT_FIELD, replacement_field),
        replicas: f.list("replicas", &shape::REPLICA, replica),
        vars: f.list("vars", &shape::VAR, var),
        sort_options: f.one("sortOptions", &shape::SORT_OPTIONS, sort_options),
        resources,
        components: f.texts("components"),
        crds: f.texts("crds"),
        config_map_generator: f.list("configMapGenerator", &shape::CONFIG_MAP_ARGS, generator_args),
        secret_generator: f.list("secretGenerator", &shape::SECRET_ARGS, secret_args),
        helm: chart,
        generator_options: f.one("generatorOptions", &shape::GENERATOR_OPTIONS, generator_options),
        configurations: f.texts("configurations"),
        generators: f.texts("generators"),
        transformers: f.texts("transformers"),
        validators: f.texts("validators"),
        build_metadata: f.texts("buildMetadata"),
    }
}

fn label(mut f: Fields<'_>) -> Label {
    Label {
        at: f.at,
        pairs: f.pairs("pairs"),
        include_selectors: f.boolean("includeSelectors"),
        include_templates: f.boolean("includeTemplates"),
        fields: f.list("fields", &shape::FIELD_SPEC, field_spec),
    }
}

pub(super) fn field_spec(mut f: Fields<'_>) -> FieldSpec {
    FieldSpec { gvk: f.gvk(), path: f.plain("path"), create: f.boolean("create") }
}

pub(super) fn patch(mut f: Fields<'_>) -> Patch {
    let (allow_name_change, allow_kind_change) = f
        .one("options", &shape::PATCH_ARGS, |mut options| {
            (options.boolean("allowNameChange"), options.boolean("allowKindChange"))
        })
        .unwrap_or_default();
    Patch {
        at: f.at,
        path: f.text("path"),
        patch: f.text("patch"),
        target: f.one("target", &shape::SELECTOR, selector),
        allow_name_change,
        allow_kind_change,
    }
}

pub(super) fn selector(mut f: Fields<'_>) -> Selector {
    Selector {
        at: f.at,
        gvk: f.gvk(),
        name: f.plain("name"),
        namespace: f.plain("namespace"),
        annotation_selector: f.plain("annotationSelector"),
        label_selector: f.plain("labelSelector"),
    }
}

pub(super) fn image(mut f: Fields<'_>) -> Image {
    Image {
        at: f.at,
        name: f.text("name"),
        new_name: f.text("newName"),
        tag_suffix: f.text("tagSuffix"),
        new_tag: f.text("newTag"),
        digest: f.text("digest"),
    }
}

pub(super) fn replica(mut f: Fields<'_>) -> Replica {
    Replica { at: f.at, name: f.text("name"), count: f.integer("count") }
}

pub(super) fn replacement_field(mut f: Fields<'_>) -> ReplacementField {
    ReplacementField { path: f.text("path"), replacement: replacement(f) }
}

pub(super) fn replacement(mut f: Fields<'_>) -> Replacement {
    Replacement {
        at: f.at,
        source: f.one("source", &shape::SOURCE_SELECTOR, source_selector),
        source_value: f.optional_text("sourceValue"),
        targets: f.list("targets", &shape::TARGET_SELECTOR, target_selector),
    }
}

fn source_selector(mut f: Fields<'_>) -> SourceSelector {
    SourceSelector {
        selector: Selector {
            at: f.at,
            gvk: f.gvk(),
            name: f.plain("name"),
            namespace: f.plain("namespace"),
            ..Selector::default()
        },
        field_path: f.text("fieldPath"),
        options: f.one("options", &shape::FIELD_OPTIONS, field_options),
    }
}

fn target_selector(mut f: Fields<'_>) -> TargetSelector {
    TargetSelector {
        at: f.at,
        select: f.one("select", &shape::SELECTOR, selector),
        reject: f.list("reject", &shape::SELECTOR, selector),
        field_paths: f.texts("fieldPaths"),
        options: f.one("options", &shape::FIELD_OPTIONS, field_options),
    }
}

fn field_options(mut f: Fields<'_>) -> FieldOptions {
    FieldOptions {
        delimiter: f.plain("delimiter"),
        index: f.integer("index").value,
        encoding: f.plain("encoding"),
        create: f.boolean("create"),
    }
}

fn var(mut f: Fields<'_>) -> Var {
    let mut out = Var { at: f.at, name: f.text("name"), ..Var::default() };
    out.field_path =
        f.one("fieldref", &shape::VAR_FIELD, |mut field| field.text("fieldPath")).unwrap_or_default();
    if out.field_path.value.is_empty() {
        "metadata.name".clone_into(&mut out.field_path.value);
    }
    let Some(mut target) = f.one("objref", &shape::VAR_TARGET, |target| target) else {
        return out;
    };
    out.api_version = target.plain("apiVersion");
    out.gvk = target.gvk();
    out.object_name = target.plain("name");
    out.object_namespace = target.plain("namespace");
    // With more than one slash, kustomize leaves group and version as they are.
    match out.api_version.split('/').collect::<Vec<_>>()[..] {
        [version] if !version.is_empty() => version.clone_into(&mut out.gvk.version),
        [group, version] => {
            group.clone_into(&mut out.gvk.group);
            version.clone_into(&mut out.gvk.version);
        }
        _ => {}
    }
    out
}

pub(super) fn sort_options(mut f: Fields<'_>) -> SortOptions {
    SortOptions {
        at: f.at,
        order: f.plain("order"),
        legacy: f.one("legacySortOptions", &shape::LEGACY_SORT_OPTIONS, |mut options| {
            (options.plain_texts("orderFirst"), options.plain_texts("orderLast"))
        }),
    }
}

pub(super) fn generator_args(mut f: Fields<'_>) -> GeneratorArgs {
    let mut envs = f.texts("envs");
    let env = f.text("env");
    if !env.value.is_empty() {
        envs.push(env);
    }
    GeneratorArgs {
        at: f.at,
        name: f.text("name"),
        namespace: f.text("namespace"),
        behavior: f.text("behavior"),
        literals: f.texts("literals"),
        files: f.texts("files"),
        envs,
        secret_type: Written::default(),
        options: f.one("options", &shape::GENERATOR_OPTIONS, generator_options),
    }
}

pub(super) fn secret_args(mut f: Fields<'_>) -> GeneratorArgs {
    let secret_type = f.text("type");
    GeneratorArgs { secret_type, ..generator_args(f) }
}

fn generator_options(mut f: Fields<'_>) -> GeneratorOptions {
    GeneratorOptions {
        at: f.at,
        labels: f.pairs("labels"),
        annotations: f.pairs("annotations"),
        disable_name_suffix_hash: f.boolean("disableNameSuffixHash"),
        immutable: f.boolean("immutable"),
    }
}
