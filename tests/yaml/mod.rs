//! The YAML room against kustomize's own: every document of the suites, odd scalars, mutations.
#![allow(clippy::print_stderr)] // what was compared and what was skipped

mod dump;
mod emit;
mod golden;
mod json;
mod made;
mod milestone;
mod mutations;
mod nodes;
pub(crate) mod oracle;
mod read;
