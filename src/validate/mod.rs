//! Read-only rules over objects, in families: what the API server refuses (`schema`, `server`, `api-version`), and what no
//! server can see. Rules read nodes through an [`At`], which knows its path, and tell [`Finding`]s.
//!
//! Order for one object, as the server has it: decode strictly (`schema/`) → defaults and strategy (inside the rules that
//! depend on them) → validation (`server/`, one file a kind or shared type). Server rules run on objects whose decoding
//! failed in no way that would hide the field they read.

mod at;
mod finding;
mod object;
pub mod schema;
pub mod server;

use rayon::prelude::*;

pub use at::{At, Path};
pub use finding::{Family, Finding, Level};
pub use object::Object;

/// The newest Kubernetes minor version that is known (1.37).
pub const NEWEST: u32 = 37;
/// The oldest one (1.24).
pub const OLDEST: u32 = 24;

/// What to check and against what.
#[derive(Clone, Debug)]
pub struct Options {
    /// Minor version of Kubernetes: 24 to 37.
    pub kubernetes_minor: u32,
    /// Families to run; empty: all.
    pub only: Vec<Family>,
    /// Families not to run.
    pub skip: Vec<Family>,
    /// What is merely unknown or absent is an error.
    pub strict: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { kubernetes_minor: NEWEST, only: Vec::new(), skip: Vec::new(), strict: false }
    }
}

impl Options {
    /// Whether a family is to run.
    pub fn runs(&self, family: Family) -> bool {
        (self.only.is_empty() || self.only.contains(&family)) && !self.skip.contains(&family)
    }
}

/// The findings in a set of objects, each with the number of its object; by object, then in the order of the rules.
/// `definitions`: `CustomResourceDefinition` objects from elsewhere; those among the objects count as well.
pub fn check(objects: &[Object<'_>], definitions: &[Object<'_>], options: &Options) -> Vec<(usize, Finding)> {
    let _ = definitions;
    objects
        .par_iter()
        .enumerate()
        .flat_map_iter(|(number, object)| {
            check_object(object, options).into_iter().map(move |finding| (number, finding))
        })
        .collect()
}

/// Findings of the rules that look at one object alone.
fn check_object(object: &Object<'_>, options: &Options) -> Vec<Finding> {
    let mut findings = Vec::new();
    if options.runs(Family::Schema) {
        schema::check(object, options, &mut findings);
    }
    if options.runs(Family::Server) {
        server::check(object, &mut findings);
    }
    findings
}
