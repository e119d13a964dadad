//! citadel against kustomize itself on whole builds of trees that nobody wrote, and against malice on texts that
//! nobody should write.
#![allow(clippy::print_stderr)] // what was compared and what was skipped

mod build;
mod builds;
mod robustness;
mod shrink;
