//! Drops the objects that are only there for the build: those with the annotation `config.kubernetes.io/local-config`,
//! unless it says `false`. On the way kustomize looks once more whether every object has kind and name, and crashes
//! when two have the same id.
//!
//! `drop(&mut set, scopes)`

use rayon::prelude::*;

use crate::diagnostic::Result;
use crate::kubernetes::Scopes;
use crate::resource::{Identity, Resource, ResourceSet, check_metadata};
use crate::yaml::Kind;

const LOCAL_CONFIG: &str = "config.kubernetes.io/local-config";

/// Drops local objects.
pub fn drop(set: &mut ResourceSet, scopes: &dyn Scopes) -> Result<()> {
    set.drop_empties();
    let looks = |resource: &Resource| {
        let Identity { kind, name, .. } = resource.identity();
        // What looks well at first sight is well; a null kind is not.
        let well = !kind.is_empty() && !name.is_empty() && !kind.starts_with(['~', 'n', 'N']);
        (well, is_local(resource))
    };
    let looked = |some: &[Resource]| {
        some.iter().map(looks).fold((true, false), |all, one| (all.0 && one.0, all.1 || one.1))
    };
    let (all_well, some_local) = if set.len() < SIDE_BY_SIDE {
        looked(set.list())
    } else {
        let parts = set.list().par_chunks(SIDE_BY_SIDE / 2).map(looked);
        parts.reduce(|| (true, false), |all, one| (all.0 && one.0, all.1 || one.1))
    };
    if !all_well {
        set.iter().try_for_each(|resource| check_metadata(&resource.document))?;
    }
    if some_local {
        set.retain(|resource| !is_local(resource));
    }
    set.check_ids(scopes)
}

/// From how many objects on it pays to look at them side by side.
const SIDE_BY_SIDE: usize = 512;

fn is_local(resource: &Resource) -> bool {
    let document = &resource.document;
    let annotation = document.at(document.root(), &["metadata", "annotations", LOCAL_CONFIG]);
    annotation.is_some_and(|node| {
        document.kind(node) != Kind::Scalar || document.is_null(node) || document.text(node) != "false"
    })
}
