//! What every generator and transformer has at hand.

use crate::diagnostic::Warnings;
use crate::kubernetes::Schema;
use crate::provenance::Steps;
use crate::source::Sources;

/// What every generator and transformer has at hand. Only the sequential part of a build holds it; work on many
/// objects side by side registers its steps first.
#[derive(Debug, Default)]
pub struct Context {
    /// Texts read so far.
    pub sources: Sources,
    /// Steps registered so far.
    pub steps: Steps,
    /// What did not stop the build.
    pub warnings: Warnings,
    /// What is known of fields, merge keys and scopes; the first `openapi` field of the build decides.
    pub schema: Schema,
}
