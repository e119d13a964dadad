//! Objects as files, one each, by the names that kustomize gives them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Result};
use crate::kubernetes::Scopes;
use crate::resource::{IdParts, ResourceSet};
use crate::yaml::emit_directly;

/// `group_version_kind_name.yaml` in small letters, with `namespace_` in front when objects are in several namespaces.
/// Where two objects would have the same name, the one that is printed later wins, as in kustomize.
pub fn individual_files(set: &ResourceSet, scopes: &dyn Scopes) -> Result<Vec<(PathBuf, Vec<u8>)>> {
    let ids: Vec<IdParts<'_>> = set.iter().map(|resource| IdParts::current(resource, scopes)).collect();
    let namespaces: BTreeSet<&str> =
        ids.iter().filter(|id| !id.is_cluster_scoped()).map(|id| id.namespace).collect();
    let mut files = BTreeMap::new();
    // kustomize writes objects without a namespace last.
    for wanted in [false, true] {
        for (resource, id) in set.iter().zip(&ids) {
            if id.is_cluster_scoped() != wanted {
                continue;
            }
            let mut parts = Vec::new();
            if namespaces.len() > 1 && !wanted {
                parts.push(id.namespace);
            }
            parts.extend([id.group, id.version, id.kind].into_iter().filter(|part| !part.is_empty()));
            parts.push(id.name);
            let name = format!("{}.yaml", parts.join("_").to_lowercase());
            if name.contains('/') {
                let message = format!("`{name}` cannot be the name of a file");
                return Diagnostic::error("unusable-file-name", message)
                    .at(resource.place(), "this object has a `/` in its kind, namespace or name")
                    .hint("write all objects to one file: `--output FILE`")
                    .fail();
            }
            let mut text = Vec::new();
            emit_directly(&resource.document, resource.document.root(), &mut text)?;
            files.insert(PathBuf::from(name), text);
        }
    }
    Ok(files.into_iter().collect())
}
