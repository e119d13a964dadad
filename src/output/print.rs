//! Objects as one stream of YAML documents, printed side by side where that pays.

use rayon::prelude::*;

use crate::diagnostic::Result;
use crate::resource::{Resource, ResourceSet};
use crate::yaml;

/// Objects from which it pays to print side by side.
const SIDE_BY_SIDE: usize = 256;

/// The text of all objects in order, separated by `---`.
///
/// # Errors
/// The fault of the first object that kustomize could not print.
pub fn print(resources: &ResourceSet) -> Result<Vec<u8>> {
    let list = resources.list();
    if list.len() < SIDE_BY_SIDE {
        return print_some(list, true);
    }
    let chunks: Vec<Result<Vec<u8>>> = list
        .par_chunks(SIDE_BY_SIDE / 2)
        .enumerate()
        .map(|(number, chunk)| print_some(chunk, number == 0))
        .collect();
    let mut out = Vec::new();
    let size = chunks.iter().flatten().map(Vec::len).sum();
    out.reserve_exact(size);
    for chunk in chunks {
        out.extend_from_slice(&chunk?);
    }
    Ok(out)
}

fn print_some(resources: &[Resource], first: bool) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    for (number, resource) in resources.iter().enumerate() {
        if number > 0 || !first {
            out.extend_from_slice(b"---\n");
        }
        yaml::emit(&resource.document, resource.document.root(), &mut out)?;
    }
    Ok(out)
}
