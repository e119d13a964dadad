//! Which fields a transformer changes, and in which fields one kind names another.

use super::gvk::Gvk;

/// A field of the objects that a filter selects: `{group: apps, kind: Deployment, path: spec/replicas, create: true}`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FieldSpec {
    /// Which objects; empty parts match anything.
    pub gvk: Gvk,
    /// `/`-separated; `\/` is a slash inside a part, a part that ends in `[]` is a sequence whose items are meant.
    pub path: String,
    /// Whether a missing field is made (`create`).
    pub create: bool,
}

/// The fields in which other objects name objects of one kind (`nameReference` of a configuration).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NameReference {
    /// What is named.
    pub referral: Gvk,
    /// Where it is named.
    pub fields: Vec<FieldSpec>,
}

/// The field specs of one build: kustomize's defaults, then what `configurations` and `crds` add, in kustomize's order.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TransformerConfig {
    /// `namePrefix`
    pub name_prefix: Vec<FieldSpec>,
    /// `nameSuffix`
    pub name_suffix: Vec<FieldSpec>,
    /// `namespace`
    pub namespace: Vec<FieldSpec>,
    /// `commonLabels`
    pub common_labels: Vec<FieldSpec>,
    /// `labels`
    pub labels: Vec<FieldSpec>,
    /// `templateLabels`
    pub template_labels: Vec<FieldSpec>,
    /// `commonAnnotations`
    pub common_annotations: Vec<FieldSpec>,
    /// `nameReference`
    pub name_reference: Vec<NameReference>,
    /// `varReference`
    pub var_reference: Vec<FieldSpec>,
    /// `images`
    pub images: Vec<FieldSpec>,
    /// `replicas`
    pub replicas: Vec<FieldSpec>,
}
