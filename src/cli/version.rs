//! `citadel version`: its own version, and what it follows.

use clap::Command;

use super::exit::Exit;
use super::terminal;
use crate::validate;

/// The version of kustomize that is followed, as it names itself.
pub(super) const KUSTOMIZE: &str = "v5.8.1";

/// The command line.
pub(super) fn command() -> Command {
    Command::new("version").about("Print the version, and which kustomize and Kubernetes it follows")
}

/// Runs the command.
pub(super) fn run() -> Exit {
    let text = format!(
        "citadel {}\nkustomize {KUSTOMIZE} (the behaviour it follows; merge keys and scopes of Kubernetes 1.21.2, as \
         there)\nKubernetes 1.{} to 1.{} (what it checks against)\n",
        env!("CARGO_PKG_VERSION"),
        validate::OLDEST,
        validate::NEWEST,
    );
    match terminal::print(text.as_bytes()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Refused,
    }
}
