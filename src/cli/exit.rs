//! How the program ends.

use std::process::ExitCode;

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

/// What clap has to say: help and version are no misuse.
pub(super) fn misuse(error: &clap::Error) -> Exit {
    // Whoever closed the pipe does not want to read it.
    let _ = error.print();
    if error.exit_code() == 0 { Exit::Done } else { Exit::Refused }
}
