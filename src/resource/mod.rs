//! An object, its names over time, and the ordered, indexed set of objects.

mod absorb;
mod context;
mod id;
mod index;
mod label_selector;
mod object;
mod pattern;
pub mod projection;
mod selector;
mod set;

pub use context::Context;
pub use id::ResId;
pub use index::IdParts;
pub use object::{Behavior, Former, Resource};
pub use pattern::{Pattern, expression};
pub use selector::Target;
pub use set::ResourceSet;

/// Whether a plain text is a string for a YAML 1.1 reader; kustomize quotes the others when it writes new fields.
pub(crate) fn plain_means_string(text: &str) -> bool {
    // Until the 1.1 reader is there.
    text.is_empty() || text.contains('\n') || text.starts_with(|c: char| c.is_ascii_alphabetic())
}
