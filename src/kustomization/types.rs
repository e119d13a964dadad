//! The fields of a Kustomization or Component after kustomize's own upgrade of deprecated ones (`bases` stand behind
//! `resources`, `imageTags` behind `images`, `env` behind `envs`). Decoding is `decode.rs`.

use crate::kubernetes::{FieldSpec, Gvk};
use crate::source::Place;

/// A value and the place that wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Written<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: Place,
}

impl<T: Default> Default for Written<T> {
    fn default() -> Written<T> {
        Written { value: T::default(), at: Place::NONE }
    }
}

/// A key and a value of a string map. Maps are sorted by key, as kustomize walks them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pair {
    /// The key.
    pub key: Written<String>,
    /// The value.
    pub value: Written<String>,
}

/// One kustomization file.
#[derive(Clone, Debug, Default)]
pub struct Kustomization {
    /// Where the file begins.
    pub at: Place,
    /// `kustomization.yaml`, `kustomization.yml` or `Kustomization`.
    pub file_name: String,
    /// `Component` rather than `Kustomization`.
    pub is_component: bool,
    /// `openapi`: string map (`path`, `version`).
    pub openapi: Vec<Pair>,
    /// `namePrefix`
    pub name_prefix: Written<String>,
    /// `nameSuffix`
    pub name_suffix: Written<String>,
    /// `namespace`
    pub namespace: Written<String>,
    /// `commonLabels`
    pub common_labels: Vec<Pair>,
    /// `labels`
    pub labels: Vec<Label>,
    /// `commonAnnotations`
    pub common_annotations: Vec<Pair>,
    /// `patchesStrategicMerge`: paths or inline patches.
    pub patches_strategic_merge: Vec<Written<String>>,
    /// `patchesJson6902`
    pub patches_json6902: Vec<Patch>,
    /// `patches`
    pub patches: Vec<Patch>,
    /// `images`, then `imageTags`.
    pub images: Vec<Image>,
    /// `replacements`
    pub replacements: Vec<ReplacementField>,
    /// `replicas`
    pub replicas: Vec<Replica>,
    /// `vars`
    pub vars: Vec<Var>,
    /// `sortOptions`
    pub sort_options: Option<SortOptions>,
    /// `resources`, then `bases`.
    pub resources: Vec<Written<String>>,
    /// `components`
    pub components: Vec<Written<String>>,
    /// `crds`
    pub crds: Vec<Written<String>>,
    /// `configMapGenerator`
    pub config_map_generator: Vec<GeneratorArgs>,
    /// `secretGenerator`
    pub secret_generator: Vec<GeneratorArgs>,
    /// The first chart of `helmCharts` or `helmChartInflationGenerator`: until Helm comes, only where.
    pub helm: Option<Place>,
    /// `generatorOptions`
    pub generator_options: Option<GeneratorOptions>,
    /// `configurations`
    pub configurations: Vec<Written<String>>,
    /// `generators`: paths or inline objects.
    pub generators: Vec<Written<String>>,
    /// `transformers`: paths or inline objects.
    pub transformers: Vec<Written<String>>,
    /// `validators`: paths or inline objects.
    pub validators: Vec<Written<String>>,
    /// `buildMetadata`
    pub build_metadata: Vec<Written<String>>,
}

/// One entry of `labels`.
#[derive(Clone, Debug, Default)]
pub struct Label {
    /// Where the entry begins.
    pub at: Place,
    /// `pairs`
    pub pairs: Vec<Pair>,
    /// `includeSelectors`
    pub include_selectors: bool,
    /// `includeTemplates`
    pub include_templates: bool,
    /// `fields`
    pub fields: Vec<FieldSpec>,
}

/// An entry of `patches` or `patchesJson6902`.
#[derive(Clone, Debug, Default)]
pub struct Patch {
    /// Where the entry begins.
    pub at: Place,
    /// `path`
    pub path: Written<String>,
    /// `patch`
    pub patch: Written<String>,
    /// `target`
    pub target: Option<Selector>,
    /// `options`: the patch may change the name (`allowNameChange: true`).
    pub allow_name_change: bool,
    /// `options`: the patch may change the kind (`allowKindChange: true`).
    pub allow_kind_change: bool,
}

/// Which objects are meant. Parts are regular expressions in `patches` and `replacements`; empty ones match anything.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Selector {
    /// Where it begins.
    pub at: Place,
    /// `group`, `version`, `kind`
    pub gvk: Gvk,
    /// `name`
    pub name: String,
    /// `namespace`
    pub namespace: String,
    /// `annotationSelector`
    pub annotation_selector: String,
    /// `labelSelector`
    pub label_selector: String,
}

/// An entry of `images`.
#[derive(Clone, Debug, Default)]
pub struct Image {
    /// Where the entry begins.
    pub at: Place,
    /// `name`
    pub name: Written<String>,
    /// `newName`
    pub new_name: Written<String>,
    /// `tagSuffix`
    pub tag_suffix: Written<String>,
    /// `newTag`
    pub new_tag: Written<String>,
    /// `digest`
    pub digest: Written<String>,
}

/// An entry of `replicas`.
#[derive(Clone, Debug, Default)]
pub struct Replica {
    /// Where the entry begins.
    pub at: Place,
    /// `name`
    pub name: Written<String>,
    /// `count`
    pub count: Written<i64>,
}

/// An entry of `replacements`: in place, or a path to a file of them.
#[derive(Clone, Debug, Default)]
pub struct ReplacementField {
    /// `path`
    pub path: Written<String>,
    /// The replacement itself.
    pub replacement: Replacement,
}

/// One replacement.
#[derive(Clone, Debug, Default)]
pub struct Replacement {
    /// Where the entry begins.
    pub at: Place,
    /// `source`
    pub source: Option<SourceSelector>,
    /// `sourceValue`
    pub source_value: Option<Written<String>>,
    /// `targets`
    pub targets: Vec<TargetSelector>,
}

/// `source` of a replacement.
#[derive(Clone, Debug, Default)]
pub struct SourceSelector {
    /// Which object (exact parts, not regular expressions).
    pub selector: Selector,
    /// `fieldPath`
    pub field_path: Written<String>,
    /// `options`
    pub options: Option<FieldOptions>,
}

/// An entry of `targets` of a replacement.
#[derive(Clone, Debug, Default)]
pub struct TargetSelector {
    /// Where the entry begins.
    pub at: Place,
    /// `select`
    pub select: Option<Selector>,
    /// `reject`
    pub reject: Vec<Selector>,
    /// `fieldPaths`
    pub field_paths: Vec<Written<String>>,
    /// `options`
    pub options: Option<FieldOptions>,
}

/// `options` of a replacement's source or target.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FieldOptions {
    /// `delimiter`
    pub delimiter: String,
    /// `index`
    pub index: i64,
    /// `encoding`
    pub encoding: String,
    /// `create`
    pub create: bool,
}

/// An entry of `vars`.
#[derive(Clone, Debug, Default)]
pub struct Var {
    /// Where the entry begins.
    pub at: Place,
    /// `name`
    pub name: Written<String>,
    /// `objref.apiVersion` (before it is taken apart into `gvk`).
    pub api_version: String,
    /// `objref`: group, version, kind.
    pub gvk: Gvk,
    /// `objref.name`
    pub object_name: String,
    /// `objref.namespace`
    pub object_namespace: String,
    /// `fieldref.fieldPath`; `metadata.name` when absent.
    pub field_path: Written<String>,
}

/// `sortOptions`
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SortOptions {
    /// Where it begins.
    pub at: Place,
    /// `order`: `legacy`, `fifo` or empty.
    pub order: String,
    /// `legacySortOptions`: `orderFirst` and `orderLast`.
    pub legacy: Option<(Vec<String>, Vec<String>)>,
}

/// An entry of `configMapGenerator` or `secretGenerator`.
#[derive(Clone, Debug, Default)]
pub struct GeneratorArgs {
    /// Where the entry begins.
    pub at: Place,
    /// `name`
    pub name: Written<String>,
    /// `namespace`
    pub namespace: Written<String>,
    /// `behavior`: `create`, `replace`, `merge` or empty.
    pub behavior: Written<String>,
    /// `literals`
    pub literals: Vec<Written<String>>,
    /// `files`
    pub files: Vec<Written<String>>,
    /// `envs`, then `env`.
    pub envs: Vec<Written<String>>,
    /// `type` (Secret only).
    pub secret_type: Written<String>,
    /// `options`
    pub options: Option<GeneratorOptions>,
}

/// `generatorOptions`, or `options` of one generator.
#[derive(Clone, Debug, Default)]
pub struct GeneratorOptions {
    /// Where it begins.
    pub at: Place,
    /// `labels`
    pub labels: Vec<Pair>,
    /// `annotations`
    pub annotations: Vec<Pair>,
    /// `disableNameSuffixHash`
    pub disable_name_suffix_hash: bool,
    /// `immutable`
    pub immutable: bool,
}
