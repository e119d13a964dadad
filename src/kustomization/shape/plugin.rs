//! Which fields the configurations of built-in plugins have.

use super::Shape::{Bool, Int, List, Pointer, Struct as Of, Text, TextMap};
use super::{
    FIELD_SPEC, Field, GENERATOR_OPTIONS, IMAGE, OBJECT_META, REPLACEMENT_FIELD, REPLICA, SELECTOR, Shape,
    Struct, TEXTS, embedded, field,
};

static SPEC: Shape = Of(&FIELD_SPEC);
const FIELD_SPECS: Field = field("fieldSpecs", List(&SPEC));
const METADATA: Field = field("metadata", Of(&OBJECT_META));

const fn plugin(name: &'static str, fields: &'static [Field]) -> Struct {
    Struct { name, fields }
}

pub(in crate::kustomization) static ANNOTATIONS: Struct =
    plugin("an AnnotationsTransformer", &[field("annotations", TextMap), FIELD_SPECS]);

pub(in crate::kustomization) static LABELS: Struct =
    plugin("a LabelTransformer", &[field("labels", TextMap), FIELD_SPECS]);

pub(in crate::kustomization) static CONFIG_MAP: Struct = plugin(
    "a ConfigMapGenerator",
    &[
        METADATA,
        embedded("namespace", Text),
        embedded("name", Text),
        embedded("behavior", Text),
        embedded("literals", TEXTS),
        embedded("files", TEXTS),
        embedded("envs", TEXTS),
        embedded("env", Text),
        embedded("options", Pointer(&GENERATOR_OPTIONS)),
    ],
);

pub(in crate::kustomization) static SECRET: Struct = plugin(
    "a SecretGenerator",
    &[
        METADATA,
        embedded("namespace", Text),
        embedded("name", Text),
        embedded("behavior", Text),
        embedded("literals", TEXTS),
        embedded("files", TEXTS),
        embedded("envs", TEXTS),
        embedded("env", Text),
        embedded("options", Pointer(&GENERATOR_OPTIONS)),
        embedded("type", Text),
    ],
);

pub(in crate::kustomization) static IAM_POLICY: Struct = plugin(
    "an IAMPolicyGenerator",
    &[
        embedded("cloud", Text),
        embedded("kubernetesService", Of(&KUBERNETES_SERVICE)),
        embedded("serviceAccount", Of(&SERVICE_ACCOUNT)),
    ],
);

pub(in crate::kustomization) static KUBERNETES_SERVICE: Struct =
    plugin("`kubernetesService`", &[field("name", Text), field("namespace", Text)]);

pub(in crate::kustomization) static SERVICE_ACCOUNT: Struct =
    plugin("`serviceAccount`", &[field("name", Text), field("projectId", Text)]);

pub(in crate::kustomization) static IMAGE_TAG: Struct =
    plugin("an ImageTagTransformer", &[field("imageTag", Of(&IMAGE)), FIELD_SPECS]);

pub(in crate::kustomization) static NAMESPACE: Struct = plugin(
    "a NamespaceTransformer",
    &[METADATA, FIELD_SPECS, field("unsetOnly", Bool), field("setRoleBindingSubjects", Text)],
);

pub(in crate::kustomization) static PATCH_JSON6902: Struct = plugin(
    "a PatchJson6902Transformer",
    &[field("target", Pointer(&SELECTOR)), field("path", Text), field("jsonOp", Text)],
);

pub(in crate::kustomization) static PATCH_STRATEGIC_MERGE: Struct =
    plugin("a PatchStrategicMergeTransformer", &[field("paths", TEXTS), field("patches", Text)]);

pub(in crate::kustomization) static PREFIX: Struct =
    plugin("a PrefixTransformer", &[field("prefix", Text), FIELD_SPECS]);

pub(in crate::kustomization) static SUFFIX: Struct =
    plugin("a SuffixTransformer", &[field("suffix", Text), FIELD_SPECS]);

pub(in crate::kustomization) static PREFIX_OF_BOTH: Struct =
    plugin("a PrefixSuffixTransformer", &[field("prefix", Text), field("suffix", Text), FIELD_SPECS]);

pub(in crate::kustomization) static REPLACEMENTS: Struct =
    plugin("a ReplacementTransformer", &[field("replacements", List(&Of(&REPLACEMENT_FIELD)))]);

pub(in crate::kustomization) static REPLICA_COUNT: Struct =
    plugin("a ReplicaCountTransformer", &[field("replica", Of(&REPLICA)), FIELD_SPECS]);

pub(in crate::kustomization) static VALUE_ADD: Struct = plugin(
    "a ValueAddTransformer",
    &[field("value", Text), field("targets", List(&Of(&VALUE_ADD_TARGET))), field("targetFilePath", Text)],
);

pub(in crate::kustomization) static VALUE_ADD_FILE: Struct =
    plugin("a file of targets", &[field("targets", List(&Of(&VALUE_ADD_TARGET)))]);

pub(in crate::kustomization) static VALUE_ADD_TARGET: Struct = plugin(
    "a target",
    &[field("selector", Pointer(&SELECTOR)), field("fieldPath", Text), field("filePathPosition", Int)],
);
