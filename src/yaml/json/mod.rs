//! JSON as Go's encoding/json writes it, and what becomes of objects that kustomize sends through it.

mod items;
mod respell;
mod write;

pub use items::through_json;
pub use respell::respell_through_json;
pub use write::{Layout, json_key, to_json, write_json, write_json_as, write_json_text};
