//! KRM functions: programs that get objects on standard input and give objects back. To come.

use super::Run;
use super::accumulate::Accumulator;
use super::layer::Layer;
use crate::diagnostic::{Diagnostic, Result};
use crate::resource::{Resource, ResourceSet};
use crate::source::Place;

/// A program, configured by an object.
pub(super) struct Function {
    /// Where its configuration begins.
    pub(super) at: Place,
}

/// What an object that is no built-in plugin asks for.
pub(super) fn configure(run: &mut Run<'_>, object: Resource) -> Result<Function> {
    let at = object.place();
    if !run.options.enable_plugins {
        return Diagnostic::error(
            "plugins-disabled",
            format!("external plugins disabled; unable to load external plugin `{}`", object.kind()),
        )
        .at(at, "this object is no built-in generator or transformer")
        .hint("pass --enable-alpha-plugins (and --enable-exec for programs) if you trust it")
        .fail();
    }
    Diagnostic::error("function-not-supported", "functions cannot be run yet").at(at, "asks for one").fail()
}

/// Runs a function that makes objects.
pub(super) fn generate(_run: &mut Run<'_>, _layer: &Layer<'_>, function: &Function) -> Result<ResourceSet> {
    Diagnostic::error("function-not-supported", "functions cannot be run yet").at(function.at, "").fail()
}

/// Runs a function that changes objects.
pub(super) fn transform(
    _run: &mut Run<'_>,
    _layer: &Layer<'_>,
    function: &Function,
    _set: &mut Accumulator,
) -> Result<()> {
    Diagnostic::error("function-not-supported", "functions cannot be run yet").at(function.at, "").fail()
}

/// What a validator changed, although it must not.
pub(super) fn changed_by_validator(before: &ResourceSet, after: &ResourceSet) -> Result<Option<Diagnostic>> {
    let _ = (before, after);
    Ok(None)
}
