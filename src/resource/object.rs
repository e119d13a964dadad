//! One object of the build: its document and the build's own state, typed. kustomize keeps that state in annotations
//! (`internal.config.kubernetes.io/…`); the few steps in which they can be seen project it there and back
//! (`projection.rs`).

use super::id::ResId;
use crate::kubernetes::Gvk;
use crate::yaml::Document;

/// How a generated object meets one of the same id (`generatorBehavior`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Behavior {
    /// Nothing said.
    #[default]
    Unspecified,
    /// It must be new.
    Create,
    /// It takes the other's place.
    Replace,
    /// Its data is merged into the other's.
    Merge,
}

/// A name that an object had before a step changed it. Group and version are always the current ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Former {
    /// The name.
    pub name: String,
    /// The namespace, as kustomize records it (empty becomes `default`: see where it is stored).
    pub namespace: String,
    /// The kind.
    pub kind: String,
}

/// One object of the build.
#[derive(Clone, Debug)]
pub struct Resource {
    /// What it says.
    pub document: Document,
    /// Names it had, the original first (`previousNames`, `previousNamespaces`, `previousKinds`).
    pub former: Vec<Former>,
    /// Prefixes it was given, innermost first (`prefixes`).
    pub prefixes: Vec<String>,
    /// Suffixes it was given, innermost first (`suffixes`).
    pub suffixes: Vec<String>,
    /// Who names it (`refBy`).
    pub referred_by: Vec<ResId>,
    /// Generated objects: what to do when the id is taken (`generatorBehavior`).
    pub behavior: Behavior,
    /// Generated objects: the name gets a content hash (`needsHashSuffix`).
    pub needs_hash: bool,
    /// Patches: may change names (`allowNameChange`).
    pub allow_name_change: bool,
    /// Patches: may change kinds (`allowKindChange`).
    pub allow_kind_change: bool,
    /// Names of vars that refer to it.
    pub var_names: Vec<String>,
}

impl Resource {
    /// An object fresh from a document.
    pub fn new(document: Document) -> Resource {
        Resource {
            document,
            former: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            referred_by: Vec::new(),
            behavior: Behavior::Unspecified,
            needs_hash: false,
            allow_name_change: false,
            allow_kind_change: false,
            var_names: Vec::new(),
        }
    }

    fn top(&self, path: &[&str]) -> &str {
        let root = self.document.root();
        self.document.at(root, path).map_or("", |node| self.document.text(node))
    }

    /// `apiVersion`, or empty.
    pub fn api_version(&self) -> &str {
        self.top(&["apiVersion"])
    }

    /// `kind`, or empty.
    pub fn kind(&self) -> &str {
        self.top(&["kind"])
    }

    /// `metadata.name`, or empty.
    pub fn name(&self) -> &str {
        self.top(&["metadata", "name"])
    }

    /// `metadata.namespace`, or empty.
    pub fn namespace(&self) -> &str {
        self.top(&["metadata", "namespace"])
    }

    /// Group, version and kind, now.
    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.api_version(), self.kind())
    }

    /// The id, now.
    pub fn id(&self) -> ResId {
        ResId { gvk: self.gvk(), name: self.name().to_owned(), namespace: self.namespace().to_owned() }
    }

    /// The id it had when it was loaded or generated.
    pub fn original_id(&self) -> ResId {
        match self.former.first() {
            Some(former) => self.former_id(former),
            None => self.id(),
        }
    }

    /// Ids it had, the original first.
    pub fn former_ids(&self) -> impl Iterator<Item = ResId> + '_ {
        self.former.iter().map(|former| self.former_id(former))
    }

    fn former_id(&self, former: &Former) -> ResId {
        ResId {
            gvk: Gvk::new(self.api_version(), &former.kind),
            name: former.name.clone(),
            namespace: former.namespace.clone(),
        }
    }
}
