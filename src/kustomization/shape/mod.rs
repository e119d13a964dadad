//! What a Go type asks of the JSON it is decoded from, as tables; and which fields kustomize's own types have.

pub(super) mod function;
pub(super) mod plugin;

/// What a value has to be.
#[derive(Clone, Copy)]
pub(super) enum Shape {
    /// `string`
    Text,
    /// `*string`
    OptionalText,
    /// `bool`
    Bool,
    /// `int`, `int64`
    Int,
    /// `[]T`
    List(&'static Shape),
    /// `map[string]string`
    TextMap,
    /// A struct.
    Struct(&'static Struct),
    /// A pointer to a struct.
    Pointer(&'static Struct),
    /// `map[string]interface{}`
    AnyMap,
}

/// A struct.
pub(super) struct Struct {
    /// By which users know it.
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

/// A field of a struct.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// The Go field stands in an embedded struct. sigs.k8s.io/yaml then forgets what the field wants, and does not turn
    /// numbers and booleans into text.
    pub(super) embedded: bool,
}

const fn field(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, embedded: false }
}

const fn embedded(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, embedded: true }
}

use Shape::{AnyMap, Bool, Int, List, OptionalText, Pointer, Struct as Of, Text, TextMap};

pub(super) const TEXTS: Shape = List(&Text);

/// A file of several replacements.
pub(super) static REPLACEMENT_LIST: Shape = List(&Of(&REPLACEMENT));

pub(super) static KUSTOMIZATION: Struct = Struct {
    name: "a kustomization",
    fields: &[
        embedded("kind", Text),
        embedded("apiVersion", Text),
        field("metadata", Pointer(&OBJECT_META)),
        field("openapi", TextMap),
        field("namePrefix", Text),
        field("nameSuffix", Text),
        field("namespace", Text),
        field("commonLabels", TextMap),
        field("labels", List(&Of(&LABEL))),
        field("commonAnnotations", TextMap),
        field("patchesStrategicMerge", TEXTS),
        field("patchesJson6902", List(&Of(&PATCH))),
        field("patches", List(&Of(&PATCH))),
        field("images", List(&Of(&IMAGE))),
        field("imageTags", List(&Of(&IMAGE))),
        field("replacements", List(&Of(&REPLACEMENT_FIELD))),
        field("replicas", List(&Of(&REPLICA))),
        field("vars", List(&Of(&VAR))),
        field("sortOptions", Pointer(&SORT_OPTIONS)),
        field("resources", TEXTS),
        field("components", TEXTS),
        field("crds", TEXTS),
        field("bases", TEXTS),
        field("configMapGenerator", List(&Of(&CONFIG_MAP_ARGS))),
        field("secretGenerator", List(&Of(&SECRET_ARGS))),
        field("helmGlobals", Pointer(&HELM_GLOBALS)),
        field("helmCharts", List(&Of(&HELM_CHART))),
        field("helmChartInflationGenerator", List(&Of(&HELM_CHART_ARGS))),
        field("generatorOptions", Pointer(&GENERATOR_OPTIONS)),
        field("configurations", TEXTS),
        field("generators", TEXTS),
        field("transformers", TEXTS),
        field("validators", TEXTS),
        field("buildMetadata", TEXTS),
    ],
};

pub(super) static OBJECT_META: Struct = Struct {
    name: "`metadata`",
    fields: &[
        field("name", Text),
        field("namespace", Text),
        field("labels", TextMap),
        field("annotations", TextMap),
    ],
};

pub(super) static LABEL: Struct = Struct {
    name: "an entry of `labels`",
    fields: &[
        field("pairs", TextMap),
        field("includeSelectors", Bool),
        field("includeTemplates", Bool),
        field("fields", List(&Of(&FIELD_SPEC))),
    ],
};

pub(super) static FIELD_SPEC: Struct = Struct {
    name: "a field spec",
    fields: &[
        embedded("group", Text),
        embedded("version", Text),
        embedded("kind", Text),
        field("path", Text),
        field("create", Bool),
    ],
};

pub(super) static PATCH: Struct = Struct {
    name: "a patch",
    fields: &[
        field("path", Text),
        field("patch", Text),
        field("target", Pointer(&SELECTOR)),
        field("options", Pointer(&PATCH_ARGS)),
    ],
};

pub(super) static PATCH_ARGS: Struct = Struct {
    name: "the options of a patch",
    fields: &[field("allowNameChange", Bool), field("allowKindChange", Bool)],
};

pub(super) static SELECTOR: Struct = Struct {
    name: "a selector",
    fields: &[
        embedded("group", Text),
        embedded("version", Text),
        embedded("kind", Text),
        embedded("name", Text),
        embedded("namespace", Text),
        field("annotationSelector", Text),
        field("labelSelector", Text),
    ],
};

pub(super) static IMAGE: Struct = Struct {
    name: "an image",
    fields: &[
        field("name", Text),
        field("newName", Text),
        field("tagSuffix", Text),
        field("newTag", Text),
        field("digest", Text),
    ],
};

pub(super) static REPLICA: Struct =
    Struct { name: "an entry of `replicas`", fields: &[field("name", Text), field("count", Int)] };

pub(super) static REPLACEMENT_FIELD: Struct = Struct {
    name: "a replacement",
    fields: &[
        embedded("source", Pointer(&SOURCE_SELECTOR)),
        embedded("targets", List(&Pointer(&TARGET_SELECTOR))),
        embedded("sourceValue", OptionalText),
        field("path", Text),
    ],
};

pub(super) static REPLACEMENT: Struct = Struct {
    name: "a replacement",
    fields: &[
        field("source", Pointer(&SOURCE_SELECTOR)),
        field("targets", List(&Pointer(&TARGET_SELECTOR))),
        field("sourceValue", OptionalText),
    ],
};

pub(super) static SOURCE_SELECTOR: Struct = Struct {
    name: "the source of a replacement",
    fields: &[
        embedded("group", Text),
        embedded("version", Text),
        embedded("kind", Text),
        embedded("name", Text),
        embedded("namespace", Text),
        field("fieldPath", Text),
        field("options", Pointer(&FIELD_OPTIONS)),
    ],
};

pub(super) static TARGET_SELECTOR: Struct = Struct {
    name: "a target of a replacement",
    fields: &[
        field("select", Pointer(&SELECTOR)),
        field("reject", List(&Pointer(&SELECTOR))),
        field("fieldPaths", TEXTS),
        field("options", Pointer(&FIELD_OPTIONS)),
    ],
};

pub(super) static FIELD_OPTIONS: Struct = Struct {
    name: "the options of a replacement",
    fields: &[field("delimiter", Text), field("index", Int), field("encoding", Text), field("create", Bool)],
};

pub(super) static VAR: Struct = Struct {
    name: "a var",
    fields: &[field("name", Text), field("objref", Of(&VAR_TARGET)), field("fieldref", Of(&VAR_FIELD))],
};

pub(super) static VAR_TARGET: Struct = Struct {
    name: "`objref`",
    fields: &[
        field("apiVersion", Text),
        embedded("group", Text),
        embedded("version", Text),
        embedded("kind", Text),
        field("name", Text),
        field("namespace", Text),
    ],
};

pub(super) static VAR_FIELD: Struct = Struct { name: "`fieldref`", fields: &[field("fieldPath", Text)] };

pub(super) static SORT_OPTIONS: Struct = Struct {
    name: "`sortOptions`",
    fields: &[field("order", Text), field("legacySortOptions", Pointer(&LEGACY_SORT_OPTIONS))],
};

pub(super) static LEGACY_SORT_OPTIONS: Struct =
    Struct { name: "`legacySortOptions`", fields: &[field("orderFirst", TEXTS), field("orderLast", TEXTS)] };

pub(super) static CONFIG_MAP_ARGS: Struct = Struct {
    name: "an entry of `configMapGenerator`",
    fields: &[
        embedded("namespace", Text),
        embedded("name", Text),
        embedded("behavior", Text),
        embedded("literals", TEXTS),
        embedded("files", TEXTS),
        embedded("envs", TEXTS),
        embedded("env", Text),
        embedded("options", Pointer(&GENERATOR_OPTIONS)),
    ],
};

pub(super) static SECRET_ARGS: Struct = Struct {
    name: "an entry of `secretGenerator`",
    fields: &[
        embedded("namespace", Text),
        embedded("name", Text),
        embedded("behavior", Text),
        embedded("literals", TEXTS),
        embedded("files", TEXTS),
        embedded("envs", TEXTS),
        embedded("env", Text),
        embedded("options", Pointer(&GENERATOR_OPTIONS)),
        field("type", Text),
    ],
};

pub(super) static GENERATOR_OPTIONS: Struct = Struct {
    name: "the options of a generator",
    fields: &[
        field("labels", TextMap),
        field("annotations", TextMap),
        field("disableNameSuffixHash", Bool),
        field("immutable", Bool),
    ],
};

pub(super) static HELM_GLOBALS: Struct =
    Struct { name: "`helmGlobals`", fields: &[field("chartHome", Text), field("configHome", Text)] };

pub(super) static HELM_CHART: Struct = Struct {
    name: "an entry of `helmCharts`",
    fields: &[
        field("name", Text),
        field("version", Text),
        field("repo", Text),
        field("releaseName", Text),
        field("namespace", Text),
        field("additionalValuesFiles", TEXTS),
        field("valuesFile", Text),
        field("valuesInline", AnyMap),
        field("valuesMerge", Text),
        field("includeCRDs", Bool),
        field("skipHooks", Bool),
        field("apiVersions", TEXTS),
        field("kubeVersion", Text),
        field("nameTemplate", Text),
        field("skipTests", Bool),
        field("debug", Bool),
        field("devel", Bool),
    ],
};

pub(super) static HELM_CHART_ARGS: Struct = Struct {
    name: "an entry of `helmChartInflationGenerator`",
    fields: &[
        field("chartName", Text),
        field("chartVersion", Text),
        field("chartRepoUrl", Text),
        field("chartHome", Text),
        field("chartRepoName", Text),
        field("helmBin", Text),
        field("helmHome", Text),
        field("values", Text),
        field("valuesLocal", AnyMap),
        field("valuesMerge", Text),
        field("releaseName", Text),
        field("releaseNamespace", Text),
        field("extraArgs", TEXTS),
    ],
};
