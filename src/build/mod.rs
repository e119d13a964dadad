//! A build: a recursion (`layer.rs`) followed by a finish (`finish.rs`): one kustomization directory in, the bytes of all
//! its objects out, with what is needed to tell how they came to be.

mod accumulate;
mod build_metadata;
mod finish;
mod functions;
pub mod hash;
mod hash_nodes;
mod layer;
pub mod local_config;
pub mod name_reference;
mod options;
mod plugins;
mod read;
mod steps;
mod validators;
pub mod vars;

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::host::Host;
use crate::load::{Files, Loader};
use crate::output;
use crate::resource::{Context, ResourceSet};

pub use options::{Functions, Helm, LoadRestrictor, Options, Reorder};

/// What a build is working with.
struct Run<'f> {
    options: &'f Options,
    host: &'f dyn Host,
    context: Context,
}

impl Run<'_> {
    /// Has fresh objects keep what steps change, when the build was asked for it.
    fn keep_values(&self, objects: &mut ResourceSet) {
        if self.options.histories {
            objects.list_mut_keeping_ids().iter_mut().for_each(|object| object.document.keep_values());
        }
    }
}

/// What came of a build.
pub struct Outcome {
    /// The text of all objects, or why there is none (at least one error).
    pub output: Result<Vec<u8>, Vec<Diagnostic>>,
    /// Objects as files, when the build was asked for them ([`Options::individual_files`]): name (without folder) and
    /// text. The output is empty then.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// The texts that places point into, and what did not stop the build.
    pub context: Context,
}

/// As [`Outcome`], with the text in pieces, one behind the other: large ones are never copied together.
pub struct Pieces {
    /// The text of all objects, or why there is none (at least one error).
    pub output: Result<Vec<Vec<u8>>, Vec<Diagnostic>>,
    /// As [`Outcome::files`].
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// As [`Outcome::context`].
    pub context: Context,
}

/// Builds a directory as `kustomize build` does.
pub fn build(host: &dyn Host, directory: &str, options: &Options) -> Outcome {
    let Pieces { output, files, context } = build_in_pieces(host, directory, options);
    Outcome { output: output.map(|pieces| pieces.concat()), files, context }
}

/// As [`build`], with the text in pieces.
pub fn build_in_pieces(host: &dyn Host, directory: &str, options: &Options) -> Pieces {
    let (objects, context) = objects(host, directory, options);
    let mut files = Vec::new();
    let output = objects.and_then(|objects| {
        if !options.individual_files {
            return output::print_in_pieces(objects).map_err(|fault| vec![*fault]);
        }
        files = output::individual_files(&objects, &context.schema).map_err(|fault| vec![*fault])?;
        Ok(Vec::new())
    });
    Pieces { output, files, context }
}

/// The objects of a directory in the order in which they are printed, or why there are none.
pub fn objects(
    host: &dyn Host,
    directory: &str,
    options: &Options,
) -> (Result<ResourceSet, Vec<Diagnostic>>, Context) {
    let files = Files::new(host, options.load_restrictor == LoadRestrictor::RootOnly);
    let mut run = Run { options, host, context: Context::default() };
    let result = Loader::open(&files, directory).and_then(|loader| finish::build(&mut run, loader));
    (result.map_err(|fault| vec![*fault]), run.context)
}
