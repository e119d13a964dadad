//! Drops the objects that are only there for the build: those with the annotation `config.kubernetes.io/local-config`,
//! unless it says `false`. On the way kustomize looks once more whether every object has kind and name, and crashes
//! when two have the same id.
//!
//! `drop(&mut set, scopes)`

use rayon::prelude::*;

use crate::diagnostic::Result;
use crate::kubernetes::Scopes;
use crate::resource::{Resource, ResourceSet, check_metadata};
use crate::yaml::Kind;

const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// Drops local objects.
pub fn drop(set: &mut ResourceSet, scopes: &dyn Scopes) -> Result<()> {
    set.drop_empties();
    if !set.all_are_named(scopes) {
        set.iter().try_for_each(|resource| check_metadata(&resource.document))?;
    }
    let some_local = if set.len() < SIDE_BY_SIDE {
        set.iter().any(is_local)
    } else {
        set.list().par_chunks(SIDE_BY_SIDE / 2).any(|some| some.iter().any(is_local))
    };
    if some_local {
        set.retain(|resource| !is_local(resource));
    }
    set.check_ids(scopes)
}

/// From how many objects on it pays to look at them side by side.
const SIDE_BY_SIDE: usize = 512;

fn is_local(resource: &Resource) -> bool {
    let document = &resource.document;
    let annotation = resource.annotations().1.and_then(|annotations| document.get(annotations, LOCAL_CONFIG));
    annotation.is_some_and(|node| {
        document.kind(node) != Kind::Scalar || document.is_null(node) || document.text(node) != "false"
    })
}
