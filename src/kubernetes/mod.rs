//! What is known of kinds: scopes, merge keys, reference fields, default field specs. Built-in tables plus what a
//! build adds (`crds`, `configurations`, `openapi`).

mod field_spec;
mod gvk;
mod scope;

pub use field_spec::{FieldSpec, NameReference, TransformerConfig};
pub use gvk::Gvk;
pub use scope::Scopes;
