//! One object of the build: its document and the build's own state, typed. kustomize keeps that state in annotations
//! (`internal.config.kubernetes.io/…`); the few steps in which they can be seen project it there and back
//! (`projection.rs`).

use super::former::{Affixes, Former, Seldom};
use super::id::ResId;
use super::index::IdParts;
use crate::kubernetes::{Gvk, Scopes};
use crate::provenance::StepId;
use crate::source::Place;
use crate::yaml::{Document, Kind, Style, Tag};

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

/// One object of the build.
#[derive(Clone, Debug)]
pub struct Resource {
    /// What it says.
    pub document: Document,
    /// Names it had, the original first (`previousNames`, `previousNamespaces`, `previousKinds`).
    pub former: Vec<Former>,
    /// Prefixes it was given, innermost first (`prefixes`).
    pub prefixes: Affixes,
    /// Suffixes it was given, innermost first (`suffixes`).
    pub suffixes: Affixes,
    /// Who names it (`refBy`).
    pub referred_by: Seldom<ResId>,
    /// Generated objects: what to do when the id is taken (`generatorBehavior`).
    pub behavior: Behavior,
    /// kustomize has noted a behavior, if only that none was said: it does so for generated objects.
    pub has_behavior: bool,
    /// Generated objects: the name gets a content hash (`needsHashSuffix`).
    pub needs_hash: bool,
    /// Patches: may change names (`allowNameChange`).
    pub allow_name_change: bool,
    /// Patches: may change kinds (`allowKindChange`).
    pub allow_kind_change: bool,
    /// Names of vars that refer to it.
    pub var_names: Seldom<String>,
}

impl Resource {
    /// An object fresh from a document.
    pub fn new(document: Document) -> Resource {
        let mut resource = Resource {
            document,
            former: Vec::new(),
            prefixes: Affixes::default(),
            suffixes: Affixes::default(),
            referred_by: Seldom::default(),
            behavior: Behavior::Unspecified,
            has_behavior: false,
            needs_hash: false,
            allow_name_change: false,
            allow_kind_change: false,
            var_names: Seldom::default(),
        };
        resource.note_identity();
        resource
    }

    /// Whether a step has left nothing of the object: no document, null, an empty mapping or sequence.
    pub fn is_nothing(&self) -> bool {
        match self.document.try_root() {
            None => true,
            Some(root) => match self.document.kind(root) {
                Kind::Mapping | Kind::Sequence => self.document.is_empty(root),
                Kind::Scalar => self.document.is_null(root),
                Kind::Alias => false,
            },
        }
    }

    /// Where the object begins, or was asked for when it is generated.
    pub fn place(&self) -> Place {
        let Some(root) = self.document.try_root() else { return Place::NONE };
        let place = self.document.place(root);
        if place.is_some() {
            return place;
        }
        self.document.at(root, &["metadata", "name"]).map_or(Place::NONE, |name| self.document.place(name))
    }

    /// What wrote its present name, or where the object begins.
    pub fn name_place(&self) -> Place {
        let name = self.document.try_root().and_then(|root| self.document.at(root, &["metadata", "name"]));
        let place = name.map_or(Place::NONE, |name| self.document.place(name));
        if place.is_some() { place } else { self.place() }
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

    /// Sets `metadata.name` as kustomize's `SetName` does: the style of the present one stays, its tag is forgotten (a
    /// plain `1e3` becomes a number). Remember the old id first, where references shall follow.
    pub fn set_name(&mut self, name: &str, step: StepId) {
        let Some(root) = self.document.try_root() else { return };
        let metadata = self.document.get(root, "metadata");
        let node = metadata.and_then(|metadata| self.document.get(metadata, "name"));
        let mut editor = self.document.edit(step);
        if let Some(node) = node {
            editor.set_scalar(node, name, Tag::Implicit);
        } else if let Some(metadata) = metadata {
            let style = if super::plain_means_string(name) { Style::Plain } else { Style::DoubleQuoted };
            let node = editor.scalar(name, Tag::Implicit, style);
            editor.insert_text_key(metadata, "name", node);
        }
    }

    /// Remembers the present kind, name and namespace as former ones: done before a step changes them
    /// (kustomize's `StorePreviousId`). What is recorded is the namespace that counts: `default` for none,
    /// `_non_namespaceable_` for kinds without.
    pub fn store_previous_id(&mut self, scopes: &dyn Scopes) {
        let former = IdParts::current(self, scopes).to_former();
        self.remember(former);
    }

    /// Remembers a name that it had until now.
    pub(crate) fn remember(&mut self, former: Former) {
        // Most objects come to have two at most.
        if self.former.len() == self.former.capacity() {
            self.former.reserve_exact(2);
        }
        self.former.push(former);
    }

    /// Ids it had, the original first.
    pub fn former_ids(&self) -> impl Iterator<Item = ResId> + '_ {
        self.former.iter().map(|former| self.former_id(former))
    }

    fn former_id(&self, former: &Former) -> ResId {
        ResId {
            gvk: Gvk::new(self.api_version(), former.kind()),
            name: former.name().to_owned(),
            namespace: former.namespace().to_owned(),
        }
    }
}
