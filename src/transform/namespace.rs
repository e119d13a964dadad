//! `namespace` (NamespaceTransformer): gives objects a namespace.
//!
//! Rules. Every object remembers its id. `metadata.namespace` is set unless the kind is known to be cluster-scoped,
//! whatever the field specs say of it; `metadata/name` counts only for objects of `v1` (Namespaces). Subjects of role
//! bindings follow their own mode. Two objects of one id afterwards are refused. What Helm made is left alone.

use super::field_spec::{Create, FieldPath, FieldPaths, Scratch, name_of, set_scalar, touches_ids};
use super::together::{self, Local};
use super::{refuse_conflicts, remember_in_row, scopes};
use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::{FieldSpec, Scopes};
use crate::kustomization::Written;
use crate::provenance::StepId;
use crate::resource::{Context, Identity, Resource, ResourceSet};
use crate::yaml::{Editor, Kind, NodeId, Style, Tag};

const HELM_GENERATED: &str = "internal.config.kubernetes.io/helm-generated";
const METADATA_NAMESPACE: &str = "metadata/namespace";
const METADATA_NAME: &str = "metadata/name";
const SUBJECTS_NAMESPACE: &str = "subjects/namespace";

/// Which subjects of role bindings get the namespace (`setRoleBindingSubjects`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Subjects {
    /// Those named `default`.
    #[default]
    DefaultOnly,
    /// All of kind `ServiceAccount`.
    AllServiceAccounts,
    /// None.
    None,
}

impl Subjects {
    /// Reads `setRoleBindingSubjects`; empty means [`Subjects::DefaultOnly`].
    pub fn parse(text: &Written<String>) -> Result<Subjects> {
        match text.value.as_str() {
            "" | "defaultOnly" => Ok(Subjects::DefaultOnly),
            "allServiceAccounts" => Ok(Subjects::AllServiceAccounts),
            "none" => Ok(Subjects::None),
            other => Diagnostic::error(
                "bad-subject-mode",
                format!("invalid value `{other}` for `setRoleBindingSubjects`"),
            )
            .at(text.at, "stands here")
            .hint("use `defaultOnly`, `allServiceAccounts` or `none`")
            .fail(),
        }
    }
}

/// What to set, and where.
#[derive(Clone, Debug, Default)]
pub struct Namespace {
    /// The namespace.
    pub namespace: Written<String>,
    /// Only where there is none yet (`unsetOnly`).
    pub unset_only: bool,
    /// Subjects of role bindings.
    pub subjects: Subjects,
}

/// Gives all objects the namespace.
pub fn apply(
    namespace: &Namespace,
    fields: &[FieldSpec],
    resources: &mut ResourceSet,
    context: &mut Context,
) -> Result<()> {
    if namespace.namespace.value.is_empty() {
        return Ok(());
    }
    together::alone(prepare(namespace, fields, context), resources, context)?;
    // kustomize compares each object with all others right after it has changed it; since a second pass would change
    // nothing more, comparing all at the end finds the same conflicts.
    refuse_conflicts(resources, scopes(context), is_made_by_helm, |one| {
        format!("with this namespace, two objects are {}", one.id())
    })
}

/// [`apply`] as a step to be done together with others, where [`may_conflict`] says that no two objects can get the same
/// id: nobody looks for those afterwards.
pub(crate) fn prepare(namespace: &Namespace, fields: &[FieldSpec], context: &mut Context) -> Plan {
    let step = context.steps.add("namespace", namespace.namespace.at);
    Plan::new(namespace.clone(), fields, step)
}

/// Whether two objects could have the same id once all have one namespace.
pub(crate) fn may_conflict(fields: &[FieldSpec], resources: &ResourceSet, scopes: &dyn Scopes) -> bool {
    // Only namespaces change, and the names of Namespaces.
    let usual = |field: &FieldSpec| match field.path.as_str() {
        METADATA_NAMESPACE => true,
        METADATA_NAME => field.gvk.kind == "Namespace",
        path => !touches_ids(path),
    };
    !fields.iter().all(usual)
        || resources.iter().filter(|resource| resource.kind() == "Namespace").nth(1).is_some()
        || !resources.names_are_unique(scopes)
}

/// Sets `metadata.namespace` and the fields of `namespace.rs`'s own rules in one object, without remembering its id
/// (`ValueAddTransformer`).
pub(super) fn set_in(
    resource: &mut Resource,
    namespace: &Namespace,
    scopes: &dyn Scopes,
    step: StepId,
) -> Result<()> {
    Plan::new(namespace.clone(), &[], step).set_all(resource, scopes, &mut Scratch::default())
}

/// The field specs, taken apart for the four sorts of objects.
pub(crate) struct Plan {
    namespace: Namespace,
    step: StepId,
    metadata: FieldPath,
    /// By whether the object is of `v1` (1) and a role binding (2).
    others: [FieldPaths; 4],
}

impl Local for Plan {
    fn one(&self, resource: &mut Resource, scopes: &dyn Scopes, scratch: &mut Scratch) -> Result<()> {
        if resource.is_nothing() || is_made_by_helm(resource) {
            return Ok(());
        }
        remember_in_row(resource, scopes, &mut scratch.kinds)?;
        self.set_all(resource, scopes, scratch)
    }

    fn touches_ids(&self) -> bool {
        true
    }
}

impl Plan {
    fn new(namespace: Namespace, fields: &[FieldSpec], step: StepId) -> Plan {
        let others = [0, 1, 2, 3].map(|sort| {
            let kept = fields.iter().filter(|field| {
                field.path != METADATA_NAMESPACE
                    && (sort & 1 != 0 || field.path != METADATA_NAME)
                    && !(sort & 2 != 0
                        && is_role_binding(&field.gvk.kind)
                        && field.path == SUBJECTS_NAMESPACE)
            });
            FieldPaths::new(kept, Create::Scalar(Tag::Str))
        });
        let metadata =
            FieldSpec { path: METADATA_NAMESPACE.to_owned(), create: true, ..FieldSpec::default() };
        Plan { namespace, step, metadata: FieldPath::new(&metadata), others }
    }

    fn set_all(&self, resource: &mut Resource, scopes: &dyn Scopes, scratch: &mut Scratch) -> Result<()> {
        let step = self.step;
        let at = self.namespace.namespace.at;
        let Identity { api_version, kind, .. } = resource.identity();
        let binding = is_role_binding(kind);
        let sort = usize::from(api_version == "v1") + 2 * usize::from(binding);
        if !scratch.kinds.is_cluster_scoped(scopes, api_version, kind) {
            let mut editor = resource.document.edit(step);
            editor.written_at(at);
            self.metadata.visit(
                &mut editor,
                Create::Scalar(Tag::Implicit),
                &mut scratch.trail,
                |editor, node| {
                    // A null has lost its tag on the way here and counts as text.
                    let is_set = !editor.document().text(node).is_empty();
                    self.set(editor, node, is_set)
                },
            )?;
        }
        if binding {
            let mut editor = resource.document.edit(step);
            editor.written_at(at);
            self.set_subjects(&mut editor)?;
        }
        self.others[sort].visit(resource, step, scratch, |editor, node| {
            editor.written_at(at);
            let is_set = is_set(editor, node);
            self.set(editor, node, is_set)
        })
    }

    fn set(&self, editor: &mut Editor<'_>, node: NodeId, is_set: bool) -> Result<()> {
        if self.namespace.unset_only && is_set && editor.document().kind(node) == Kind::Scalar {
            return Ok(());
        }
        set_scalar(editor, node, &self.namespace.namespace.value, Tag::Str).map_err(|mut fault| {
            fault.hints.push("field specs of namespaces must name scalars".to_owned());
            fault
        })
    }

    fn set_subjects(&self, editor: &mut Editor<'_>) -> Result<()> {
        let (field, wanted) = match self.namespace.subjects {
            Subjects::None => return Ok(()),
            Subjects::DefaultOnly => ("name", "default"),
            Subjects::AllServiceAccounts => ("kind", "ServiceAccount"),
        };
        let document = editor.document();
        let Some(subjects) =
            document.get(document.root(), "subjects").filter(|node| !document.is_null(*node))
        else {
            return Ok(());
        };
        if document.kind(subjects) != Kind::Sequence {
            return unexpected(editor, subjects, "subjects", "sequence");
        }
        let list: Vec<NodeId> = document.children(subjects).collect();
        for subject in list {
            let document = editor.document();
            if document.is_null(subject) {
                continue;
            }
            if document.kind(subject) != Kind::Mapping {
                return unexpected(editor, subject, "a subject", "mapping");
            }
            let Some(value) = document.get(subject, field).filter(|node| !document.is_null(*node)) else {
                continue;
            };
            if document.kind(value) != Kind::Scalar {
                return unexpected(editor, value, field, "scalar");
            }
            if document.text(value) != wanted {
                continue;
            }
            let node = document.get(subject, "namespace").unwrap_or_else(|| {
                let node = editor.scalar("", Tag::Implicit, Style::Plain);
                editor.insert_text_key(subject, "namespace", node);
                node
            });
            let is_set = is_set(editor, node);
            self.set(editor, node, is_set)?;
        }
        Ok(())
    }
}

fn is_set(editor: &Editor<'_>, node: NodeId) -> bool {
    let document = editor.document();
    !document.is_null(node) && !document.text(node).is_empty()
}

fn unexpected(editor: &Editor<'_>, node: NodeId, what: &str, wanted: &str) -> Result<()> {
    let document = editor.document();
    let found = name_of(document.kind(node));
    Diagnostic::error(
        "bad-subjects",
        format!("expected `{what}` of a role binding to be a {wanted}, found a {found}"),
    )
    .at(document.place(node), "found here")
    .fail()
}

fn is_role_binding(kind: &str) -> bool {
    matches!(kind, "RoleBinding" | "ClusterRoleBinding")
}

fn is_made_by_helm(resource: &Resource) -> bool {
    let document = &resource.document;
    let annotation =
        resource.annotations().1.and_then(|annotations| document.get(annotations, HELM_GENERATED));
    annotation.is_some_and(|node| document.text(node) == "true")
}
