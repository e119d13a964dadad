//! How the program ends.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};

use super::terminal;

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Exit {
    /// Done.
    Done,
    /// Findings or differences.
    Findings,
    /// The input cannot be rendered, or the command is misused.
    Refused,
    /// The same, told under the name of `kustomize`.
    RefusedAsKustomize,
}

impl Exit {
    /// The code for the system.
    pub(super) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Exit::Done => 0,
            Exit::Findings | Exit::RefusedAsKustomize => 1,
            Exit::Refused => 2,
        })
    }
}

/// Commands that people may look for, which are not there (yet).
const NOT_THERE: [(&str, &str); 7] = [
    ("preview", "is not there yet: `citadel diff` says what a release changes"),
    ("edit", "is not there yet: edit the file, or use kustomize's own command"),
    ("create", "is not there yet: write the file, or use kustomize's own command"),
    ("localize", "is not there yet: use kustomize's own command"),
    ("cfg", "is kustomize's alone: `citadel explain` shows objects and their fields"),
    ("fn", "is kustomize's alone: name functions in `transformers` and run them with `build --enable-exec`"),
    ("openapi", "is kustomize's alone: schemas come from `openapi` in the kustomization"),
];

/// What there is to say of a command that is looked for and not there.
pub(super) fn not_there(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let (name, words) = NOT_THERE.iter().find(|(name, _)| name == word)?;
    Some(format!("the command `{name}` {words}"))
}

/// What clap has to say: help and version are no misuse.
pub(super) fn misuse(error: &clap::Error) -> Exit {
    if let Some(words) = not_there(error) {
        terminal::complain(&format!("error: {words}\n"));
        return Exit::Refused;
    }
    // Whoever closed the pipe does not want to read it.
    let _ = error.print();
    if error.exit_code() == 0 { Exit::Done } else { Exit::Refused }
}
