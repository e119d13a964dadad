//! Drops the objects that are only there for the build: those with the annotation `config.kubernetes.io/local-config`,
//! unless it says `false`. On the way kustomize looks once more whether every object has kind and name, and crashes
//! when two have the same id.
//!
//! `drop(&mut set, scopes)`

use crate::diagnostic::Result;
use crate::kubernetes::Scopes;
use crate::resource::{Identity, Resource, ResourceSet, check_metadata};
use crate::yaml::Kind;

const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// Drops local objects.
pub fn drop(set: &mut ResourceSet, scopes: &dyn Scopes) -> Result<()> {
    set.drop_empties();
    for resource in &*set {
        let Identity { kind, name, .. } = resource.identity();
        // What looks well at first sight is well; a null kind is not.
        if kind.is_empty() || name.is_empty() || kind.starts_with(['~', 'n', 'N']) {
            check_metadata(&resource.document)?;
        }
    }
    if set.iter().any(is_local) {
        set.retain(|resource| !is_local(resource));
    }
    set.check_ids(scopes)
}

fn is_local(resource: &Resource) -> bool {
    let document = &resource.document;
    let annotation = document.at(document.root(), &["metadata", "annotations", LOCAL_CONFIG]);
    annotation.is_some_and(|node| {
        document.kind(node) != Kind::Scalar || document.is_null(node) || document.text(node) != "false"
    })
}
