//! A fault told well: code, severity, one sentence, places, trace, hints. Written where the fault is found; drawn in
//! one place (`draw.rs`; as JSON, `findings.rs`).

mod draw;
mod findings;
mod nearest;

use crate::source::Place;

pub use draw::{Dress, Sketch, draw, draw_into};
pub use findings::findings;
pub use nearest::nearest;

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Probably not meant; the output is still what kustomize would write.
    Warning,
    /// The input cannot be rendered.
    Error,
}

/// A place with what there is to say about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub place: Place,
    /// What was found there or looked for; may be empty.
    pub text: String,
}

/// One fault. Messages are lower case, without full stop, names in backticks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// A stable name for the kind of fault: `patch-target-not-found`.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence.
    pub message: String,
    /// Places; the first is the main one.
    pub labels: Vec<Label>,
    /// Which calls led here, innermost first: "while reading `overlays/a`".
    pub trace: Vec<String>,
    /// Things to do.
    pub hints: Vec<String>,
}

/// The result of anything that can find a fault. Boxed so that the good path stays small.
pub type Result<T, E = Box<Diagnostic>> = std::result::Result<T, E>;

impl Diagnostic {
    /// An error.
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: Vec::new(),
            trace: Vec::new(),
            hints: Vec::new(),
        }
    }

    /// A warning.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic { severity: Severity::Warning, ..Diagnostic::error(code, message) }
    }

    /// Adds a place with what there is to say about it.
    #[must_use]
    pub fn at(mut self, place: Place, text: impl Into<String>) -> Diagnostic {
        if place.is_some() {
            self.labels.push(Label { place, text: text.into() });
        }
        self
    }

    /// Adds a thing to do.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Diagnostic {
        self.hints.push(text.into());
        self
    }

    /// Adds what was being done when the fault was found.
    #[must_use]
    pub fn while_doing(mut self, text: impl Into<String>) -> Diagnostic {
        self.trace.push(text.into());
        self
    }

    /// Boxes it as the error of a [`Result`].
    pub fn fail<T>(self) -> Result<T> {
        Err(Box::new(self))
    }
}

/// Adds a line of trace to an error on its way up.
pub trait Trace<T> {
    /// Says what was being done.
    fn while_doing(self, text: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Trace<T> for Result<T> {
    fn while_doing(self, text: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|mut fault| {
            fault.trace.push(text());
            fault
        })
    }
}

/// Collects what does not stop a build: warnings, and kustomize's own lines for standard error.
#[derive(Debug, Default)]
pub struct Warnings {
    /// In the order in which they were found.
    pub list: Vec<Diagnostic>,
    /// Lines that kustomize itself prints on standard error (deprecated fields), word for word.
    pub kustomize: Vec<String>,
}

impl Warnings {
    /// Adds a warning.
    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }
}
