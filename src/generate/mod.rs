//! Generators that are built in: ConfigMaps, Secrets, a cloud's service account. They make objects; how those meet
//! the ones that are there is `resource`'s `absorb_all`.
//!
//! - `config_map::generate(args, global, step, context, files)`, `secret::generate(…)`: one object.
//! - `iam_policy::generate(args, step)`.
//! - [`FileReader`]: what `build` hands down so that files can be read through the root's restrictions.

mod base;
pub mod config_map;
pub mod iam_policy;
mod pairs;
pub mod secret;

use std::sync::Arc;

use crate::diagnostic::Result;
use crate::source::Place;

pub(crate) use base::base64_lines;

/// The bytes of a file and the name by which users should see it.
#[derive(Clone, Debug)]
pub struct FileContent {
    /// The path as users should see it.
    pub name: Arc<str>,
    /// What it holds, unchanged.
    pub bytes: Arc<[u8]>,
}

/// Reads files that a kustomization names, under the restrictions of its root.
pub trait FileReader {
    /// The content of the file at this path (as written, at the place given). A folder, a missing file, a file
    /// outside the root are refused.
    fn read(&mut self, path: &str, at: Place) -> Result<FileContent>;
}
