//! What is known of kinds: scopes, merge keys, reference fields, default field specs. Built-in tables plus what a
//! build adds (`crds`, `configurations`, `openapi`).

mod crd;
mod decode;
mod defaults;
mod field_spec;
pub mod go_types;
mod gvk;
mod quantity;
mod schema;
mod scope;
mod shape;
mod table;
mod transformer_config;
mod types;

pub use field_spec::{FieldSpec, FieldSpecs, NameReference, NameReferences, merge_field_specs};
pub use gvk::{FIRST_KINDS, Gvk, LAST_KINDS};
pub use quantity::Quantity;
pub use schema::{Field, Schema};
pub use scope::Scopes;
pub use shape::Shapes;
pub use transformer_config::TransformerConfig;
pub use types::{Form, Type};
