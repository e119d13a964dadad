//! The command line: one subcommand a file. The only room that prints.

use std::process::ExitCode;

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    ExitCode::from(2)
}
