//! Configurations of built-in plugins, as `generators`, `transformers` and `validators` name them, and the files that
//! some of them name in turn. kustomize prints the configuration and reads it again, leniently: unknown fields are
//! ignored (a warning here), numbers become text in some places. What a plugin then does is left to others.

use super::bind::{Binder, Bound, Content, Manner};
use super::decode::{self, Fields};
use super::shape::plugin as shape;
use super::shape::{self as fields, Shape, Struct};
use super::types::{
    GeneratorArgs, Image, Pair, Patch, Replacement, ReplacementField, Replica, Selector, Written,
};
use crate::diagnostic::{Diagnostic, Warnings};
use crate::kubernetes::FieldSpec;
use crate::source::Place;
use crate::yaml::{Dialect, Document, Kind, NodeId};

/// The configuration of one built-in plugin.
#[derive(Clone, Debug)]
pub enum Plugin {
    /// `AnnotationsTransformer`
    Annotations(PairsTransformer),
    /// `ConfigMapGenerator`
    ConfigMap(GeneratorArgs),
    /// `SecretGenerator`
    Secret(GeneratorArgs),
    /// `IAMPolicyGenerator`
    IamPolicy(IamPolicyArgs),
    /// `HelmChartInflationGenerator`: until Helm comes, only where.
    Helm(Place),
    /// `HashTransformer`
    Hash(Place),
    /// `ImageTagTransformer`
    ImageTag(ImageTagTransformer),
    /// `LabelTransformer`
    Label(PairsTransformer),
    /// `NamespaceTransformer`
    Namespace(NamespaceTransformer),
    /// `PatchJson6902Transformer`
    PatchJson6902(PatchJson6902Transformer),
    /// `PatchStrategicMergeTransformer`
    PatchStrategicMerge(PatchStrategicMergeTransformer),
    /// `PatchTransformer`
    Patch(Patch),
    /// `PrefixTransformer`
    Prefix(AffixTransformer),
    /// `SuffixTransformer`
    Suffix(AffixTransformer),
    /// `PrefixSuffixTransformer`: both at once.
    PrefixSuffix(AffixTransformer, AffixTransformer),
    /// `ReplacementTransformer`
    Replacement(Vec<ReplacementField>),
    /// `ReplicaCountTransformer`
    ReplicaCount(ReplicaCountTransformer),
    /// `ValueAddTransformer`
    ValueAdd(ValueAddTransformer),
}

impl Plugin {
    /// Whether it makes objects, rather than changing them.
    pub fn is_generator(&self) -> bool {
        matches!(self, Plugin::ConfigMap(_) | Plugin::Secret(_) | Plugin::IamPolicy(_) | Plugin::Helm(_))
    }
}

/// `AnnotationsTransformer`, `LabelTransformer`
#[derive(Clone, Debug, Default)]
pub struct PairsTransformer {
    /// Where the configuration begins.
    pub at: Place,
    /// `annotations`, `labels`
    pub pairs: Vec<Pair>,
    /// `fieldSpecs`
    pub field_specs: Vec<FieldSpec>,
}

/// `IAMPolicyGenerator`
#[derive(Clone, Debug, Default)]
pub struct IamPolicyArgs {
    /// Where the configuration begins.
    pub at: Place,
    /// `cloud`
    pub cloud: Written<String>,
    /// `kubernetesService.name`
    pub kubernetes_service_name: Written<String>,
    /// `kubernetesService.namespace`
    pub kubernetes_service_namespace: Written<String>,
    /// `serviceAccount.name`
    pub service_account_name: Written<String>,
    /// `serviceAccount.projectId`
    pub project_id: Written<String>,
}

/// `ImageTagTransformer`
#[derive(Clone, Debug, Default)]
pub struct ImageTagTransformer {
    /// `imageTag`
    pub image_tag: Image,
    /// `fieldSpecs`
    pub field_specs: Vec<FieldSpec>,
}

/// `NamespaceTransformer`
#[derive(Clone, Debug, Default)]
pub struct NamespaceTransformer {
    /// `metadata.namespace`
    pub namespace: Written<String>,
    /// `fieldSpecs`
    pub field_specs: Vec<FieldSpec>,
    /// `unsetOnly`
    pub unset_only: bool,
    /// `setRoleBindingSubjects`
    pub set_role_binding_subjects: RoleBindingSubjects,
}

/// Which subjects of role bindings a namespace transformer changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RoleBindingSubjects {
    /// `defaultOnly`: service accounts named `default`.
    #[default]
    DefaultOnly,
    /// `allServiceAccounts`
    AllServiceAccounts,
    /// `none`
    None,
}

/// `PatchJson6902Transformer`
#[derive(Clone, Debug, Default)]
pub struct PatchJson6902Transformer {
    /// Where the configuration begins.
    pub at: Place,
    /// `target`
    pub target: Option<Selector>,
    /// `path`
    pub path: Written<String>,
    /// `jsonOp`
    pub json_op: Written<String>,
}

/// `PatchStrategicMergeTransformer`
#[derive(Clone, Debug, Default)]
pub struct PatchStrategicMergeTransformer {
    /// Where the configuration begins.
    pub at: Place,
    /// `paths`: files or inline patches.
    pub paths: Vec<Written<String>>,
    /// `patches`: inline patches, several documents.
    pub patches: Written<String>,
}

/// `PrefixTransformer`, `SuffixTransformer`
#[derive(Clone, Debug, Default)]
pub struct AffixTransformer {
    /// `prefix`, `suffix`
    pub affix: Written<String>,
    /// `fieldSpecs`
    pub field_specs: Vec<FieldSpec>,
}

/// `ReplicaCountTransformer`
#[derive(Clone, Debug, Default)]
pub struct ReplicaCountTransformer {
    /// `replica`
    pub replica: Replica,
    /// `fieldSpecs`
    pub field_specs: Vec<FieldSpec>,
}

/// `ValueAddTransformer`
#[derive(Clone, Debug, Default)]
pub struct ValueAddTransformer {
    /// Where the configuration begins.
    pub at: Place,
    /// `value`
    pub value: Written<String>,
    /// `targets`
    pub targets: Vec<ValueAddTarget>,
    /// `targetFilePath`: a file with more targets ([`value_add_targets`]).
    pub target_file_path: Written<String>,
}

/// An entry of `targets` of a `ValueAddTransformer`.
#[derive(Clone, Debug, Default)]
pub struct ValueAddTarget {
    /// Where the entry begins.
    pub at: Place,
    /// `selector`; every object when absent.
    pub selector: Option<Selector>,
    /// `fieldPath`
    pub field_path: Written<String>,
    /// `filePathPosition`
    pub file_path_position: Written<i64>,
}

/// Decodes the configuration of a built-in plugin from an object that yaml.v3 has read (`apiVersion: builtin`). `None`
/// when there is no built-in plugin of this kind.
///
/// # Errors
/// Everything in the configuration that does not fit, as far as it does not take reading other files.
pub fn plugin(
    document: &Document,
    object: NodeId,
    kind: &str,
    warnings: &mut Warnings,
) -> Result<Option<Plugin>, Vec<Diagnostic>> {
    let mut reader = Reader { document, dialect: Dialect::V3, manner: Manner::Lenient, warnings };
    Ok(Some(match kind {
        "AnnotationsTransformer" => {
            Plugin::Annotations(reader.fit(object, &shape::ANNOTATIONS, |f| pairs(f, "annotations"))?)
        }
        "LabelTransformer" => Plugin::Label(reader.fit(object, &shape::LABELS, |f| pairs(f, "labels"))?),
        "ConfigMapGenerator" => Plugin::ConfigMap(
            reader.fit(object, &shape::CONFIG_MAP, |f| generator(f, decode::generator_args))?,
        ),
        "SecretGenerator" => {
            Plugin::Secret(reader.fit(object, &shape::SECRET, |f| generator(f, decode::secret_args))?)
        }
        "IAMPolicyGenerator" => Plugin::IamPolicy(reader.fit(object, &shape::IAM_POLICY, iam_policy)?),
        "HelmChartInflationGenerator" => Plugin::Helm(document.place(object)),
        "HashTransformer" => Plugin::Hash(document.place(object)),
        "ImageTagTransformer" => Plugin::ImageTag(reader.fit(object, &shape::IMAGE_TAG, image_tag)?),
        "NamespaceTransformer" => {
            Plugin::Namespace(namespace(reader.fit(object, &shape::NAMESPACE, |f| f)?)?)
        }
        "PatchJson6902Transformer" => {
            Plugin::PatchJson6902(reader.fit(object, &shape::PATCH_JSON6902, patch_json6902)?)
        }
        "PatchStrategicMergeTransformer" => {
            Plugin::PatchStrategicMerge(reader.fit(object, &shape::PATCH_STRATEGIC_MERGE, strategic_merge)?)
        }
        "PatchTransformer" => Plugin::Patch(reader.fit(object, &fields::PATCH, decode::patch)?),
        "PrefixTransformer" => Plugin::Prefix(reader.affix(object, &shape::PREFIX, "prefix")?),
        "SuffixTransformer" => Plugin::Suffix(reader.affix(object, &shape::SUFFIX, "suffix")?),
        "PrefixSuffixTransformer" => Plugin::PrefixSuffix(
            reader.affix(object, &shape::PREFIX_OF_BOTH, "prefix")?,
            reader.affix(object, &shape::PREFIX_OF_BOTH, "suffix")?,
        ),
        "ReplacementTransformer" => {
            Plugin::Replacement(reader.fit(object, &shape::REPLACEMENTS, |mut f| {
                f.list("replacements", &fields::REPLACEMENT_FIELD, decode::replacement_field)
            })?)
        }
        "ReplicaCountTransformer" => {
            Plugin::ReplicaCount(reader.fit(object, &shape::REPLICA_COUNT, replica_count)?)
        }
        "ValueAddTransformer" => Plugin::ValueAdd(reader.fit(object, &shape::VALUE_ADD, value_add)?),
        _ => return Ok(None),
    }))
}

/// Decodes a file that `path` of a replacement names (yaml.v2 has read it): one replacement, or a list of them.
///
/// # Errors
/// Everything in the file that does not fit.
pub fn replacements(
    document: &Document,
    warnings: &mut Warnings,
) -> Result<Vec<Replacement>, Vec<Diagnostic>> {
    let mut reader = Reader { document, dialect: Dialect::V2, manner: Manner::Lenient, warnings };
    let root = document.try_root();
    match root.map(|root| (root, document.kind(root))) {
        Some((root, Kind::Mapping)) => {
            Ok(vec![reader.fit(root, &fields::REPLACEMENT, decode::replacement)?])
        }
        Some((root, Kind::Sequence)) => reader.fit_all(root, &fields::REPLACEMENT_LIST, decode::replacement),
        _ => Err(vec![
            Diagnostic::error("wrong-type", "a file of replacements is a replacement or a list of them")
                .at(Place { source: document.source(), offset: 0 }, "this is neither"),
        ]),
    }
}

/// Decodes the file that `targetFilePath` of a `ValueAddTransformer` names (yaml.v2 has read it).
///
/// # Errors
/// Everything in the file that does not fit.
pub fn value_add_targets(
    document: &Document,
    warnings: &mut Warnings,
) -> Result<Vec<ValueAddTarget>, Vec<Diagnostic>> {
    let mut reader = Reader { document, dialect: Dialect::V2, manner: Manner::Lenient, warnings };
    match document.try_root() {
        None => Ok(Vec::new()),
        Some(root) => reader.fit(root, &shape::VALUE_ADD_FILE, |mut f| {
            f.list("targets", &shape::VALUE_ADD_TARGET, value_add_target)
        }),
    }
}

struct Reader<'d, 'w> {
    document: &'d Document,
    dialect: Dialect,
    manner: Manner,
    warnings: &'w mut Warnings,
}

impl<'d> Reader<'d, '_> {
    fn bind(&mut self, node: NodeId, shape: Shape) -> Result<Bound, Vec<Diagnostic>> {
        Binder::new(self.document, self.dialect, self.manner, self.warnings).bind(node, shape)
    }

    fn fit<T>(
        &mut self,
        node: NodeId,
        shape: &'static Struct,
        make: impl FnOnce(Fields<'d>) -> T,
    ) -> Result<T, Vec<Diagnostic>> {
        let bound = self.bind(node, Shape::Struct(shape))?;
        Ok(make(Fields::new(self.document, shape, bound)))
    }

    fn fit_all<T>(
        &mut self,
        node: NodeId,
        shape: &'static Shape,
        make: fn(Fields<'d>) -> T,
    ) -> Result<Vec<T>, Vec<Diagnostic>> {
        let Shape::List(Shape::Struct(item)) = shape else {
            return Ok(Vec::new());
        };
        let Content::List(list) = self.bind(node, *shape)?.content else {
            return Ok(Vec::new());
        };
        Ok(list.into_iter().map(|bound| make(Fields::new(self.document, item, bound))).collect())
    }

    /// These two plugins decode with yaml.v3, and insist on field specs.
    fn affix(
        &mut self,
        node: NodeId,
        shape: &'static Struct,
        name: &str,
    ) -> Result<AffixTransformer, Vec<Diagnostic>> {
        self.manner = Manner::Version3;
        let bound = self.bind(node, Shape::Struct(shape))?;
        let mut f = Fields::new(self.document, shape, bound);
        let mut affix = f.text(name);
        if !affix.at.is_some() {
            // An empty prefix or suffix is set as well, and leaves its mark: by the transformer.
            affix.at = f.at;
        }
        let specs = f.take("fieldSpecs");
        let Content::List(specs) = specs.content else {
            return Err(vec![
                Diagnostic::error("field-specs-missing", "`fieldSpecs` has to be given")
                    .at(f.at, "this transformer changes no field")
                    .hint("add `fieldSpecs: [{path: metadata/name}]`"),
            ]);
        };
        let spec = |bound| decode::field_spec(Fields::new(self.document, &fields::FIELD_SPEC, bound));
        Ok(AffixTransformer { affix, field_specs: specs.into_iter().map(spec).collect() })
    }
}

fn field_specs(f: &mut Fields<'_>) -> Vec<FieldSpec> {
    f.list("fieldSpecs", &fields::FIELD_SPEC, decode::field_spec)
}

fn pairs(mut f: Fields<'_>, name: &str) -> PairsTransformer {
    PairsTransformer { at: f.at, pairs: f.pairs(name), field_specs: field_specs(&mut f) }
}

/// A name or namespace that is not given is that of the configuration itself.
fn generator(mut f: Fields<'_>, make: fn(Fields<'_>) -> GeneratorArgs) -> GeneratorArgs {
    let (name, namespace) = metadata(&mut f);
    // Only kustomization files have their `env` moved to `envs`; here nobody reads it.
    f.take("env");
    let mut args = make(f);
    if args.name.value.is_empty() {
        args.name = name;
    }
    if args.namespace.value.is_empty() {
        args.namespace = namespace;
    }
    args
}

/// `metadata.name` and `metadata.namespace`.
fn metadata(f: &mut Fields<'_>) -> (Written<String>, Written<String>) {
    f.one("metadata", &fields::OBJECT_META, |mut f| (f.text("name"), f.text("namespace"))).unwrap_or_default()
}

fn iam_policy(mut f: Fields<'_>) -> IamPolicyArgs {
    let mut part = |name, shape, second| {
        f.one(name, shape, |f| f).map(|mut f| (f.text("name"), f.text(second))).unwrap_or_default()
    };
    let (kubernetes_service_name, kubernetes_service_namespace) =
        part("kubernetesService", &shape::KUBERNETES_SERVICE, "namespace");
    let (service_account_name, project_id) = part("serviceAccount", &shape::SERVICE_ACCOUNT, "projectId");
    IamPolicyArgs {
        at: f.at,
        cloud: f.text("cloud"),
        kubernetes_service_name,
        kubernetes_service_namespace,
        service_account_name,
        project_id,
    }
}

fn image_tag(mut f: Fields<'_>) -> ImageTagTransformer {
    let image_tag = f.one("imageTag", &fields::IMAGE, decode::image).unwrap_or_default();
    ImageTagTransformer { image_tag, field_specs: field_specs(&mut f) }
}

fn namespace(mut f: Fields<'_>) -> Result<NamespaceTransformer, Vec<Diagnostic>> {
    let (_, namespace) = metadata(&mut f);
    let mode = f.text("setRoleBindingSubjects");
    let set_role_binding_subjects = match mode.value.as_str() {
        "" | "defaultOnly" => RoleBindingSubjects::DefaultOnly,
        "allServiceAccounts" => RoleBindingSubjects::AllServiceAccounts,
        "none" => RoleBindingSubjects::None,
        other => {
            let message = format!("`{other}` is no value of `setRoleBindingSubjects`");
            return Err(vec![
                Diagnostic::error("unknown-role-binding-subjects", message)
                    .at(mode.at, "write `defaultOnly`, `allServiceAccounts` or `none`"),
            ]);
        }
    };
    Ok(NamespaceTransformer {
        namespace,
        field_specs: field_specs(&mut f),
        unset_only: f.boolean("unsetOnly"),
        set_role_binding_subjects,
    })
}

fn patch_json6902(mut f: Fields<'_>) -> PatchJson6902Transformer {
    PatchJson6902Transformer {
        at: f.at,
        target: f.one("target", &fields::SELECTOR, decode::selector),
        path: f.text("path"),
        json_op: f.text("jsonOp"),
    }
}

fn strategic_merge(mut f: Fields<'_>) -> PatchStrategicMergeTransformer {
    PatchStrategicMergeTransformer { at: f.at, paths: f.texts("paths"), patches: f.text("patches") }
}

fn replica_count(mut f: Fields<'_>) -> ReplicaCountTransformer {
    let replica = f.one("replica", &fields::REPLICA, decode::replica).unwrap_or_default();
    ReplicaCountTransformer { replica, field_specs: field_specs(&mut f) }
}

fn value_add(mut f: Fields<'_>) -> ValueAddTransformer {
    ValueAddTransformer {
        at: f.at,
        value: f.text("value"),
        targets: f.list("targets", &shape::VALUE_ADD_TARGET, value_add_target),
        target_file_path: f.text("targetFilePath"),
    }
}

fn value_add_target(mut f: Fields<'_>) -> ValueAddTarget {
    ValueAddTarget {
        at: f.at,
        selector: f.one("selector", &fields::SELECTOR, decode::selector),
        field_path: f.text("fieldPath"),
        file_path_position: f.integer("filePathPosition"),
    }
}
