//! What the recursion carries upwards: objects, field specs, vars.

use super::vars::VarSet;
use crate::diagnostic::{Result, Trace};
use crate::kubernetes::{Scopes, TransformerConfig};
use crate::resource::ResourceSet;

/// What one kustomization has gathered so far.
#[derive(Default)]
pub(super) struct Accumulator {
    pub(super) resources: ResourceSet,
    pub(super) config: TransformerConfig,
    pub(super) vars: VarSet,
}

impl Accumulator {
    /// Takes in what another kustomization gathered, in kustomize's order: objects, field specs, vars.
    pub(super) fn merge(&mut self, other: Accumulator, scopes: &dyn Scopes) -> Result<()> {
        self.resources.append_all(other.resources, scopes)?;
        self.config.merge(&other.config).while_doing(|| "while merging field specs".to_owned())?;
        self.vars.merge(other.vars)
    }
}
