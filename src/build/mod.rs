//! A build: one kustomization directory in, the bytes of all its objects out.

pub mod name_reference;
mod options;

use std::path::PathBuf;

use crate::diagnostic::Diagnostic;
use crate::host::Host;
use crate::resource::Context;

pub use options::{Functions, Helm, LoadRestrictor, Options, Reorder};

/// What came of a build.
pub struct Outcome {
    /// The text of all objects, or why there is none (at least one error).
    pub output: Result<Vec<u8>, Vec<Diagnostic>>,
    /// Objects as files, when the build was asked for them: name (without folder) and text.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// The texts that places point into, and what did not stop the build.
    pub context: Context,
}

/// Builds a directory as `kustomize build` does.
pub fn build(_host: &dyn Host, directory: &str, _options: &Options) -> Outcome {
    let fault =
        Diagnostic::error("not-built-yet", format!("cannot build `{directory}`: the build is to come"));
    Outcome { output: Err(vec![fault]), files: Vec::new(), context: Context::default() }
}
