//! One object to check, and who it is.

use super::At;
use crate::source::Place;
use crate::yaml::{Dialect, Document};

/// One object. Texts are empty where the object does not say.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// What it says.
    pub document: &'a Document,
    /// How its scalars resolve: as kustomize reads them for what was rendered ([`Dialect::V3`]), as kubectl does for
    /// plain files ([`Dialect::V2`]).
    pub dialect: Dialect,
    /// The API group; empty for the core group.
    pub group: &'a str,
    /// The version within the group: `v1`.
    pub version: &'a str,
    /// The kind.
    pub kind: &'a str,
    /// `metadata.namespace` as written.
    pub namespace: &'a str,
    /// `metadata.name`.
    pub name: &'a str,
}

impl<'a> Object<'a> {
    /// Reads who an object is.
    pub fn new(document: &'a Document, dialect: Dialect) -> Object<'a> {
        let top = |path: &[&str]| {
            let node = document.try_root().and_then(|root| document.at(root, path));
            node.filter(|node| !document.is_null(*node)).map_or("", |node| document.text(node))
        };
        let api_version = top(&["apiVersion"]);
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let (kind, namespace, name) =
            (top(&["kind"]), top(&["metadata", "namespace"]), top(&["metadata", "name"]));
        Object { document, dialect, group, version, kind, namespace, name }
    }

    /// The object as a field: where walks begin.
    pub fn at(&self) -> At<'a> {
        At::root(self.document, self.dialect)
    }

    /// `group/version`, or the version alone for the core group.
    pub fn api_version(&self) -> String {
        if self.group.is_empty() {
            self.version.to_owned()
        } else {
            format!("{}/{}", self.group, self.version)
        }
    }

    /// Where the object begins.
    pub fn place(&self) -> Place {
        self.at().place()
    }
}
