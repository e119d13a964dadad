//! What tells objects apart: group, version, kind, name, namespace.

use std::fmt;

use crate::kubernetes::Gvk;

/// Identity of an object at one point of the build.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Default)]
pub struct ResId {
    /// Group, version, kind.
    pub gvk: Gvk,
    /// `metadata.name`
    pub name: String,
    /// `metadata.namespace`; empty means `default` when ids are compared.
    pub namespace: String,
}

impl ResId {
    /// The namespace that counts when ids are compared: kustomize takes none for `default`.
    pub fn effective_namespace(&self) -> &str {
        if self.namespace.is_empty() { "default" } else { &self.namespace }
    }
}

impl fmt::Display for ResId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} `{}`", self.gvk.kind, self.name)?;
        if !self.namespace.is_empty() {
            write!(f, " in namespace `{}`", self.namespace)?;
        }
        Ok(())
    }
}
