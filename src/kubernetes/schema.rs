//! The schema of one build, as kustomize has it: Kubernetes 1.21.2, or what the first `openapi` field of the build
//! names. In kustomize it is the process's; here it is the build's, and what was asked of it before a custom schema
//! came decides, as there, whether Kubernetes' own kinds stay known beside it.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::scope::Scopes;
use super::shape::Shapes;
use super::table::{self, Layer, Node};
use crate::diagnostic::{Diagnostic, Result};

/// The one Kubernetes version that kustomize 5.8.1 carries.
const BUILT_IN_VERSION: &str = "v1.21.2";

/// What is known of fields, merge keys and scopes in one build.
#[derive(Debug, Default)]
pub struct Schema {
    /// A version or a custom schema was chosen; later choices count for nothing.
    is_set: bool,
    custom: Option<Arc<Shapes>>,
    /// Why the custom schema cannot be used; kustomize finds out when it first needs it.
    fault: Option<Box<Diagnostic>>,
    built_in: BuiltIn,
    /// Somebody looked up fields.
    was_read: AtomicBool,
    /// Somebody asked for the scope of a kind that kustomize has no ready answer for.
    scope_was_asked: AtomicBool,
}

/// Whether Kubernetes' own schema is known beside a custom one. Where both define the same, the later read wins.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum BuiltIn {
    /// There is no custom schema.
    #[default]
    Alone,
    /// The custom schema came before anything was asked: Kubernetes' own is not known.
    Unread,
    /// Fields had been looked up before the custom schema came: it lies on top.
    Below,
    /// Only scopes had been asked for: kustomize reads Kubernetes' own behind the custom one.
    Above,
}

/// A place in the schema: what is known of one field, item or kind.
#[derive(Clone, Debug)]
pub struct Field<'s> {
    schema: &'s Schema,
    at: At,
}

#[derive(Clone, Debug)]
enum At {
    BuiltIn(Node),
    Own(Arc<Shapes>, u32),
}

impl Schema {
    /// Takes the `openapi` field of a kustomization: its `version`, or the schema at its `path`. The first one of a
    /// build wins: the root's, then in the order in which kustomizations are accumulated. An unreadable schema is
    /// handed in as its fault; as in kustomize it stops the build only when it is needed.
    ///
    /// # Errors
    /// When both are given, or the version is not built in.
    pub fn set(&mut self, version: Option<&str>, custom: Option<Result<Shapes>>) -> Result<()> {
        if self.is_set {
            return Ok(());
        }
        if let Some(custom) = custom {
            if version.is_some() {
                return Diagnostic::error(
                    "openapi-version-and-path",
                    "`openapi` names both a `version` and a `path`",
                )
                .hint("keep one of them")
                .fail();
            }
            self.built_in = if *self.was_read.get_mut() {
                BuiltIn::Below
            } else if *self.scope_was_asked.get_mut() {
                BuiltIn::Above
            } else {
                BuiltIn::Unread
            };
            *self.was_read.get_mut() = false;
            *self.scope_was_asked.get_mut() = false;
            self.is_set = true;
            match custom {
                Ok(shapes) => self.custom = Some(Arc::new(shapes)),
                Err(fault) => self.fault = Some(fault),
            }
            return Ok(());
        }
        let version = version.unwrap_or_default();
        if !version.is_empty() && version != BUILT_IN_VERSION {
            return Diagnostic::error(
                "openapi-version-unknown",
                format!("OpenAPI version `{version}` is not built in"),
            )
            .hint(format!(
                "the built-in version is `{BUILT_IN_VERSION}`; other schemas can be given by `path`"
            ))
            .fail();
        }
        self.is_set = !version.is_empty();
        Ok(())
    }

    /// Whether the schema could be read, if anything was asked of it that needs it. To be called where a build ends.
    ///
    /// # Errors
    /// The fault of a custom schema.
    pub fn check(&self) -> Result<()> {
        match &self.fault {
            Some(fault)
                if self.was_read.load(Ordering::Relaxed) || self.scope_was_asked.load(Ordering::Relaxed) =>
            {
                Err(fault.clone())
            }
            _ => Ok(()),
        }
    }

    /// Asks for the scopes of objects, as kustomize does with every object that it puts into a set. Only a schema that
    /// cannot be used makes a difference: this is when kustomize finds out.
    pub(crate) fn ask_for_scopes<'k>(&self, kinds: impl Iterator<Item = (&'k str, &'k str)>) {
        if self.fault.is_some() {
            kinds.for_each(|(api_version, kind)| {
                self.is_namespaced(api_version, kind);
            });
        }
    }

    /// Says that fields are about to be looked up.
    ///
    /// # Errors
    /// The fault of a custom schema.
    pub fn read(&self) -> Result<()> {
        self.was_read.store(true, Ordering::Relaxed);
        self.check()
    }

    /// What is known of a kind.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<Field<'_>> {
        let built_in = table::kind(api_version, kind);
        let at = match (&self.custom, built_in) {
            (_, Some((node, Layer::Kustomize))) => At::BuiltIn(node),
            (None, _) if self.fault.is_some() => return None,
            (None, found) => At::BuiltIn(found?.0),
            (Some(custom), found) => {
                self.choose(found, custom.kind(api_version, kind).map(|number| (custom, number)))?
            }
        };
        Some(Field { schema: self, at })
    }

    fn definition(&self, name: &str) -> Option<At> {
        let built_in = table::definition(name);
        match (&self.custom, built_in) {
            (_, Some((node, Layer::Kustomize))) => Some(At::BuiltIn(node)),
            (None, found) => found.map(|(node, _)| At::BuiltIn(node)),
            (Some(custom), found) => {
                self.choose(found, custom.definition(name).map(|number| (custom, number)))
            }
        }
    }

    fn choose(&self, built_in: Option<(Node, Layer)>, custom: Option<(&Arc<Shapes>, u32)>) -> Option<At> {
        let built_in = built_in.map(|(node, _)| At::BuiltIn(node));
        let custom = custom.map(|(shapes, number)| At::Own(Arc::clone(shapes), number));
        match self.built_in {
            BuiltIn::Alone | BuiltIn::Above => built_in.or(custom),
            BuiltIn::Below => custom.or(built_in),
            BuiltIn::Unread => custom,
        }
    }

    /// What a `$ref` stands for, through further references.
    fn resolve(&self, reference: &str) -> Option<At> {
        let mut reference = Cow::Borrowed(reference);
        // A chain of references that comes back to itself has no end in kustomize either.
        for _ in 0..64 {
            let name = reference.strip_prefix("#/definitions/")?.replace("~1", "/").replace("~0", "~");
            let at = self.definition(&name)?;
            match &at {
                At::Own(shapes, number) => match &shapes.shape(*number).reference {
                    Some(further) => reference = Cow::Owned(further.clone()),
                    None => return Some(at),
                },
                At::BuiltIn(_) => return Some(at),
            }
        }
        None
    }

    /// The schema that a comment (`# {"type": "array", …}`) gives the field it stands at; `None` when it gives none.
    pub fn of_comment(&self, comment: &str) -> Option<Field<'_>> {
        let shapes = Shapes::of_comment(comment)?;
        let resolved = shapes.shape(0).reference.as_deref().and_then(|reference| self.resolve(reference));
        Some(Field { schema: self, at: resolved.unwrap_or_else(|| At::Own(Arc::new(shapes), 0)) })
    }

    /// Whether objects of a kind have namespaces; `None` when the kind is not known.
    pub fn is_namespaced(&self, api_version: &str, kind: &str) -> Option<bool> {
        // kustomize's ready answers, the same as the built-in schema's, hold whatever schema is in use.
        if let Some(known) = table::is_namespaced(api_version, kind) {
            return Some(known);
        }
        if !self.scope_was_asked.load(Ordering::Relaxed) {
            self.scope_was_asked.store(true, Ordering::Relaxed);
        }
        self.custom.as_ref()?.is_namespaced(api_version, kind)
    }
}

impl Scopes for Schema {
    fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        self.is_namespaced(api_version, kind) == Some(false)
    }
}

impl<'s> Field<'s> {
    /// What is known of a field, or of the values of a map.
    pub fn field(&self, name: &str) -> Option<Field<'s>> {
        match &self.at {
            At::BuiltIn(node) => self.built_in(node.field(name)?),
            At::Own(shapes, number) => self.own(shapes, shapes.shape(*number).field(name)?),
        }
    }

    /// What is known of the items of a list.
    pub fn items(&self) -> Option<Field<'s>> {
        match &self.at {
            At::BuiltIn(node) => self.built_in(node.items()?),
            At::Own(shapes, number) => self.own(shapes, shapes.shape(*number).items()?),
        }
    }

    /// The keys by which items of lists are merged here (empty: by their value); `None` where lists are replaced.
    pub fn merge_keys(&self) -> Option<Vec<Cow<'static, str>>> {
        match &self.at {
            At::BuiltIn(node) => {
                let keys = node.merge_keys()?;
                Some(keys.split(',').filter(|key| !key.is_empty()).map(Cow::Borrowed).collect())
            }
            At::Own(shapes, number) => {
                let keys = shapes.shape(*number).merge_keys()?;
                Some(keys.iter().map(|key| Cow::Owned(key.clone())).collect())
            }
        }
    }

    /// A node of the built-in schema; beside a custom schema, names are looked up anew.
    fn built_in(&self, node: Node) -> Option<Field<'s>> {
        let at = match node.name() {
            Some(name) if self.schema.custom.is_some() => self.schema.definition(name)?,
            _ => At::BuiltIn(node),
        };
        Some(Field { schema: self.schema, at })
    }

    fn own(&self, shapes: &Arc<Shapes>, number: u32) -> Option<Field<'s>> {
        let at = match &shapes.shape(number).reference {
            Some(reference) => self.schema.resolve(reference)?,
            None => At::Own(Arc::clone(shapes), number),
        };
        Some(Field { schema: self.schema, at })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;
    use crate::yaml;

    fn custom() -> Result<Shapes> {
        let text = r##"{
  "definitions": {
    "example.Thing": {
      "type": "object",
      "properties": {
        "spec": {"$ref": "#/definitions/example.Spec"},
        "pod": {"$ref": "#/definitions/io.k8s.api.core.v1.PodSpec"}
      },
      "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Thing"}]
    },
    "example.Spec": {
      "properties": {
        "parts": {
          "type": "array",
          "items": {"$ref": "#/definitions/example.Spec"},
          "x-kubernetes-patch-merge-key": "id",
          "x-kubernetes-patch-strategy": "merge,retainKeys"
        },
        "loop": {"$ref": "#/definitions/example.Loop"}
      }
    },
    "example.Loop": {"$ref": "#/definitions/example.Loop"}
  },
  "paths": {
    "/apis/example.com/v1/things": {
      "get": {"x-kubernetes-group-version-kind": {"group": "example.com", "version": "v1", "kind": "Thing"}}
    },
    "/apis/example.com/v1/namespaces/{namespace}/parts": {
      "get": {"x-kubernetes-group-version-kind": {"group": "example.com", "version": "v1", "kind": "Part"}}
    }
  }
}"##;
        let document = yaml::read_v2(SourceId(0), &text.into(), &mut Vec::new())?;
        Shapes::of_document(&document)
    }

    fn keys(schema: &Schema, api_version: &str, kind: &str, path: &[&str]) -> Option<Vec<Cow<'static, str>>> {
        let start = schema.kind(api_version, kind)?;
        path.iter()
            .try_fold(start, |at, part| if *part == "[]" { at.items() } else { at.field(part) })?
            .merge_keys()
    }

    const CONTAINERS: [&str; 4] = ["spec", "template", "spec", "containers"];

    #[test]
    fn a_custom_schema_takes_the_built_in_one_away() {
        let mut schema = Schema::default();
        assert_eq!(keys(&schema, "apps/v1", "Deployment", &CONTAINERS).unwrap(), ["name"]);
        schema.set(None, Some(custom())).unwrap();
        assert!(schema.kind("apps/v1", "Deployment").is_none());
        assert_eq!(keys(&schema, "example.com/v1", "Thing", &["spec", "parts"]).unwrap(), ["id"]);
        assert_eq!(
            keys(&schema, "example.com/v1", "Thing", &["spec", "parts", "[]", "parts"]).unwrap(),
            ["id"]
        );
        assert!(keys(&schema, "example.com/v1", "Thing", &["pod", "containers"]).is_none());
        assert!(keys(&schema, "example.com/v1", "Thing", &["spec", "loop"]).is_none());
        assert!(schema.kind("kustomize.config.k8s.io/v1beta1", "Kustomization").is_some());
    }

    #[test]
    fn what_was_asked_before_decides_what_stays_known() {
        for asked in [true, false] {
            let mut schema = Schema::default();
            if asked {
                schema.read().unwrap();
            } else {
                assert_eq!(schema.is_namespaced("example.com/v1", "Thing"), None);
            }
            schema.set(None, Some(custom())).unwrap();
            assert_eq!(keys(&schema, "apps/v1", "Deployment", &CONTAINERS).unwrap(), ["name"]);
            assert_eq!(keys(&schema, "example.com/v1", "Thing", &["spec", "parts"]).unwrap(), ["id"]);
            assert_eq!(keys(&schema, "example.com/v1", "Thing", &["pod", "containers"]).unwrap(), ["name"]);
        }
    }

    #[test]
    fn ready_answers_on_scopes_leave_no_trace() {
        let mut schema = Schema::default();
        assert!(schema.is_cluster_scoped("v1", "Namespace"));
        schema.set(None, Some(custom())).unwrap();
        assert!(schema.kind("apps/v1", "Deployment").is_none());
        assert!(schema.is_cluster_scoped("v1", "Namespace"));
        assert!(schema.is_cluster_scoped("example.com/v1", "Thing"));
        assert_eq!(schema.is_namespaced("example.com/v1", "Part"), Some(true));
        assert_eq!(schema.is_namespaced("example.com/v1", "Other"), None);
    }

    #[test]
    fn the_first_choice_wins() {
        let mut schema = Schema::default();
        schema.set(None, None).unwrap();
        schema.set(Some("v1.21.2"), None).unwrap();
        schema.set(None, Some(custom())).unwrap();
        schema.set(Some("v9"), Some(custom())).unwrap();
        assert_eq!(keys(&schema, "apps/v1", "Deployment", &CONTAINERS).unwrap(), ["name"]);
        assert!(schema.kind("example.com/v1", "Thing").is_none());
        let code = |result: Result<()>| result.unwrap_err().code;
        assert_eq!(code(Schema::default().set(Some("v1.20.4"), None)), "openapi-version-unknown");
        assert_eq!(code(Schema::default().set(Some("v1.21.2"), Some(custom()))), "openapi-version-and-path");
    }

    #[test]
    fn an_unreadable_schema_is_a_fault_only_when_it_is_needed() {
        let fault = || Diagnostic::error("invalid-openapi", "no").fail();
        let mut schema = Schema::default();
        schema.set(None, Some(fault())).unwrap();
        assert!(schema.is_cluster_scoped("v1", "Namespace"));
        schema.check().unwrap();
        schema.is_cluster_scoped("example.com/v1", "Thing");
        schema.check().unwrap_err();
        let mut schema = Schema::default();
        schema.set(None, Some(fault())).unwrap();
        schema.read().unwrap_err();
    }

    #[test]
    fn comments_hold_schemas() {
        let schema = Schema::default();
        let merged = r#"# {"type": "array", "x-kubernetes-patch-strategy": "merge", "x-kubernetes-list-map-keys": ["a", "b"]}"#;
        assert_eq!(schema.of_comment(merged).unwrap().merge_keys().unwrap(), ["a", "b"]);
        let pod = schema.of_comment(r##"# {"$ref": "#/definitions/io.k8s.api.core.v1.PodSpec"}"##).unwrap();
        assert_eq!(pod.field("containers").unwrap().merge_keys().unwrap(), ["name"]);
        assert!(schema.of_comment(r#"# {"$openapi": "replicas"}"#).unwrap().merge_keys().is_none());
        for nothing in ["# {}", "# text", "# [1]", "# {\"a\": ", "#"] {
            assert!(schema.of_comment(nothing).is_none(), "{nothing}");
        }
    }
}
