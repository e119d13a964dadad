//! The command line: one subcommand a file. The only room that prints.

mod build;
mod exit;
mod kustomize;
mod manual;
mod terminal;
mod version;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::host::{self, Disk};
use exit::Exit;

/// Renders Kubernetes manifests from kustomizations, byte for byte as kustomize does.
#[derive(Parser)]
#[command(name = "citadel", version, args_override_self = true)]
struct Citadel {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Build(Box<build::Flags>),
    Version(version::Flags),
    Completions(manual::CompletionFlags),
    Man(manual::ManFlags),
}

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    run(host::arguments()).code()
}

fn run(arguments: Vec<OsString>) -> Exit {
    let name = arguments.first().map(Path::new).and_then(Path::file_stem).and_then(OsStr::to_str);
    if name == Some("kustomize") {
        return kustomize::run(&Disk, arguments);
    }
    match Citadel::try_parse_from(arguments) {
        Err(error) => exit::misuse(&error),
        Ok(citadel) => match citadel.command {
            Command::Build(flags) => build::run(&Disk, flags, false),
            Command::Version(flags) => version::run(&flags),
            Command::Completions(flags) => manual::completions(Citadel::command(), &flags),
            Command::Man(flags) => manual::man(Citadel::command(), &flags),
        },
    }
}
