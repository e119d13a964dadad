//! An object, its names over time, and the ordered, indexed set of objects.

mod absorb;
mod context;
mod former;
mod id;
mod identity;
mod index;
mod label_selector;
mod names;
mod object;
mod pattern;
pub mod projection;
mod read;
mod selector;
mod set;

pub use context::Context;
pub use former::{Affixes, Former, Seldom};
pub use id::ResId;
pub(crate) use identity::Identity;
pub use index::IdParts;
pub(crate) use index::{IdHashes, KindScopes, NOT_A_NAMESPACE, ScopeMemory};
pub use object::{Behavior, Resource};
pub use pattern::{Pattern, expression};
pub use read::{check_metadata, read};
pub use selector::Target;
pub(crate) use selector::has_odd_lists;
pub use set::{Grave, ResourceSet};

use crate::yaml::{Dialect, Value, resolve};

/// Whether a plain text is a string for a YAML 1.1 reader; kustomize quotes the others when it writes new fields.
pub(crate) fn plain_means_string(text: &str) -> bool {
    if text.is_empty() || text.contains('\n') {
        return true;
    }
    let is_collection = text.contains(": ")
        || text.ends_with(':')
        || text.starts_with("- ")
        || text.starts_with("? ")
        || text.starts_with(['[', '{', '#'])
        || text == "-"
        || text == "?"
        || text == "---";
    !is_collection && matches!(resolve::plain(Dialect::V2, text), Value::Text(_) | Value::Timestamp(_))
}
