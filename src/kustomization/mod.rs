//! What a kustomization.yaml says, typed. Every value is [`Written`]: it knows its place.

mod types;

pub use types::*;
