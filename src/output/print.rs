//! Objects as one stream of YAML documents, printed side by side where that pays.

use std::cell::RefCell;

use rayon::prelude::*;

use crate::diagnostic::Result;
use crate::resource::{Resource, ResourceSet};
use crate::yaml;

/// Objects from which it pays to print side by side.
const SIDE_BY_SIDE: usize = 256;

/// Objects in a piece when they are printed side by side.
const PIECE: usize = 256;

/// The text of all objects in order, separated by `---`.
///
/// # Errors
/// The fault of the first object that kustomize could not print.
pub fn print(resources: &ResourceSet) -> Result<Vec<u8>> {
    let list = resources.list();
    if list.len() < SIDE_BY_SIDE {
        return print_few(list);
    }
    let parts = list.par_chunks(PIECE).enumerate();
    let pieces: Vec<Result<Vec<u8>>> = parts.map(|(number, some)| piece(some, number == 0)).collect();
    Ok(pieces.into_iter().collect::<Result<Vec<_>>>()?.concat())
}

/// As [`print()`], in pieces; the memory of objects that were printed is used for others.
///
/// # Errors
/// As [`print()`].
pub fn print_in_pieces(mut resources: ResourceSet) -> Result<Vec<Vec<u8>>> {
    if resources.len() < SIDE_BY_SIDE {
        let pieces = vec![print_few(resources.list())?];
        // Giving memory back piece by piece would only take time.
        std::mem::forget(resources);
        return Ok(pieces);
    }
    let parts = resources.take_list().into_par_iter().chunks(PIECE).enumerate();
    let pieces: Vec<Result<Vec<u8>>> = parts.map(|(number, some)| piece(&some, number == 0)).collect();
    pieces.into_iter().collect()
}

/// Bytes that a node takes in the output, as a guess, and the most that is guessed.
const BYTES_PER_NODE: usize = 26;
const LARGEST_GUESS: usize = 16 << 20;

/// The text of a few objects.
fn print_few(resources: &[Resource]) -> Result<Vec<u8>> {
    // Growing step by step would touch as much memory again.
    let nodes: usize = resources.iter().map(|resource| resource.document.node_count()).sum();
    let mut out = Vec::with_capacity((nodes * BYTES_PER_NODE).min(LARGEST_GUESS));
    print_some(resources, true, &mut out)?;
    Ok(out)
}

thread_local! {
    /// Pieces are printed into the same memory one after another, and then take no more than they need.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

fn piece(resources: &[Resource], first: bool) -> Result<Vec<u8>> {
    BUFFER.with_borrow_mut(|buffer| {
        buffer.clear();
        print_some(resources, first, buffer)?;
        if buffer.len() > LARGE { Ok(std::mem::take(buffer)) } else { Ok(buffer.as_slice().to_owned()) }
    })
}

/// Bytes from which a piece keeps the memory that it was printed into.
const LARGE: usize = 512 << 10;

fn print_some(resources: &[Resource], first: bool, out: &mut Vec<u8>) -> Result<()> {
    let mut scratch = yaml::EmitScratch::default();
    for (number, resource) in resources.iter().enumerate() {
        if number > 0 || !first {
            out.extend_from_slice(b"---\n");
        }
        yaml::emit_in_row(&resource.document, resource.document.root(), out, &mut scratch)?;
    }
    Ok(())
}
