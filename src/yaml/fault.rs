//! What is wrong with a text, as the scanner, parser and composer find it; told as a [`Diagnostic`] by the readers.

use crate::diagnostic::Diagnostic;
use crate::source::{Place, SourceId};

/// A fault at an offset of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    code: &'static str,
    message: String,
    at: u32,
    found: &'static str,
    context: Option<(u32, &'static str)>,
    hint: &'static str,
}

/// The result of reading. Boxed so that the good path stays small.
pub(super) type Reading<T> = Result<T, Box<Fault>>;

impl Fault {
    pub(super) fn new(at: usize, message: impl Into<String>) -> Fault {
        Fault {
            code: "yaml-syntax",
            message: message.into(),
            at: at as u32,
            found: "",
            context: None,
            hint: "",
        }
    }

    pub(super) fn code(mut self, code: &'static str) -> Fault {
        self.code = code;
        self
    }

    pub(super) fn found(mut self, found: &'static str) -> Fault {
        self.found = found;
        self
    }

    pub(super) fn inside(mut self, start: usize, what: &'static str) -> Fault {
        self.context = Some((start as u32, what));
        self
    }

    pub(super) fn hint(mut self, hint: &'static str) -> Fault {
        self.hint = hint;
        self
    }

    pub(super) fn fail<T>(self) -> Reading<T> {
        Err(Box::new(self))
    }

    /// The fault as users see it.
    pub(super) fn tell(self, source: SourceId) -> Diagnostic {
        let mut told =
            Diagnostic::error(self.code, self.message).at(Place { source, offset: self.at }, self.found);
        if let Some((start, what)) = self.context
            && start != self.at
        {
            told = told.at(Place { source, offset: start }, what);
        }
        if !self.hint.is_empty() {
            told = told.hint(self.hint);
        }
        told
    }
}
