//! The field specs of one build, by transformer.

use super::defaults::Section;
use super::field_spec::{FieldSpecs, NameReferences};
use crate::diagnostic::{Result, Trace};

/// The field specs of one build: kustomize's defaults, then what `configurations` and `crds` add, in kustomize's
/// order. [`Default`] is the empty one, [`TransformerConfig::defaults`] kustomize's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TransformerConfig {
    /// `namePrefix`
    pub name_prefix: FieldSpecs,
    /// `nameSuffix`
    pub name_suffix: FieldSpecs,
    /// `namespace`
    pub namespace: FieldSpecs,
    /// `commonLabels`
    pub common_labels: FieldSpecs,
    /// `labels`
    pub labels: FieldSpecs,
    /// `templateLabels`
    pub template_labels: FieldSpecs,
    /// `commonAnnotations`
    pub common_annotations: FieldSpecs,
    /// `nameReference`
    pub name_reference: NameReferences,
    /// `varReference`
    pub var_reference: FieldSpecs,
    /// `images`
    pub images: FieldSpecs,
    /// `replicas`
    pub replicas: FieldSpecs,
}

impl TransformerConfig {
    /// kustomize's defaults. Costs nothing until a list is read.
    pub fn defaults() -> TransformerConfig {
        TransformerConfig {
            name_prefix: FieldSpecs::defaults(Section::NamePrefix),
            name_suffix: FieldSpecs::defaults(Section::NameSuffix),
            namespace: FieldSpecs::defaults(Section::Namespace),
            common_labels: FieldSpecs::defaults(Section::CommonLabels),
            labels: FieldSpecs::default(),
            template_labels: FieldSpecs::defaults(Section::TemplateLabels),
            common_annotations: FieldSpecs::defaults(Section::CommonAnnotations),
            name_reference: NameReferences::defaults(),
            var_reference: FieldSpecs::defaults(Section::VarReference),
            images: FieldSpecs::defaults(Section::Images),
            replicas: FieldSpecs::defaults(Section::Replicas),
        }
    }

    /// Takes in another configuration, list by list. A layer of a build takes in what its resources brought, then
    /// the defaults with its own `configurations` merged into them, then what its `crds` say.
    ///
    /// # Errors
    /// When two field specs for the same fields disagree on `create`.
    pub fn merge(&mut self, other: &TransformerConfig) -> Result<()> {
        let doing = |section: &'static str| move || format!("while merging the `{section}` field specs");
        self.name_prefix.merge(&other.name_prefix).while_doing(doing("namePrefix"))?;
        self.name_suffix.merge(&other.name_suffix).while_doing(doing("nameSuffix"))?;
        self.namespace.merge(&other.namespace).while_doing(doing("namespace"))?;
        self.common_annotations.merge(&other.common_annotations).while_doing(doing("commonAnnotations"))?;
        self.common_labels.merge(&other.common_labels).while_doing(doing("commonLabels"))?;
        self.labels.merge(&other.labels).while_doing(doing("labels"))?;
        self.template_labels.merge(&other.template_labels).while_doing(doing("templateLabels"))?;
        self.var_reference.merge(&other.var_reference).while_doing(doing("varReference"))?;
        self.name_reference.merge(&other.name_reference).while_doing(doing("nameReference"))?;
        self.images.merge(&other.images).while_doing(doing("images"))?;
        self.replicas.merge(&other.replicas).while_doing(doing("replicas"))
    }
}
