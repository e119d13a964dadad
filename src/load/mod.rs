//! Finds and reads kustomizations and what they name, within what a root may see. Rules, as in kustomize's loader:
//! a root is a directory without links in its path; a root may not be entered from itself or from below it; with
//! `LoadRestrictionsRootOnly` a file must lie in or below the root that names it once all links are followed. What a
//! file says is left to others.

mod faults;
mod files;
mod loader;
mod remote;

pub use files::{Files, decode_text};
pub use loader::{Found, KUSTOMIZATION_FILES, Loader, kustomization_file};
pub use remote::{Remote, remote};
