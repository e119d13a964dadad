//! The command line: one subcommand a file. The only room that prints.

mod build;
mod check;
mod complete;
mod diff;
mod exit;
mod explain;
mod gate;
mod kustomize;
mod manual;
mod render;
mod rules;
mod snapshot;
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
    Check(Box<check::Flags>),
    Render(Box<render::Flags>),
    Diff(Box<diff::Flags>),
    Snapshot(Box<snapshot::Flags>),
    Explain(Box<explain::Flags>),
    Rules(rules::Flags),
    Version(version::Flags),
    Completions(manual::CompletionFlags),
    #[command(hide = true)]
    Complete(complete::Flags),
    Man(manual::ManFlags),
}

/// Runs the program with the process's own arguments.
pub fn main() -> ExitCode {
    run(host::arguments()).code()
}

fn run(arguments: Vec<OsString>) -> Exit {
    let arguments = in_our_order(arguments);
    let name = arguments.first().map(Path::new).and_then(Path::file_stem).and_then(OsStr::to_str);
    let as_kustomize = name == Some("kustomize");
    if let Some(directory) = plain_build(&arguments) {
        return build::run(&Disk, Box::new(build::Flags::plain(directory.to_owned())), as_kustomize);
    }
    if as_kustomize {
        return kustomize::run(&Disk, arguments);
    }
    match Citadel::try_parse_from(arguments) {
        Err(error) => exit::misuse(&error),
        Ok(citadel) => match citadel.command {
            Command::Build(flags) => build::run(&Disk, flags, false),
            Command::Check(flags) => check::run(&Disk, &flags),
            Command::Render(flags) => render::run(&Disk, &flags),
            Command::Diff(flags) => diff::run(&Disk, &flags),
            Command::Snapshot(flags) => snapshot::run(&Disk, &flags),
            Command::Explain(flags) => explain::run(&Disk, &flags),
            Command::Rules(flags) => rules::run(&Disk, &flags),
            Command::Version(flags) => version::run(&flags),
            Command::Completions(flags) => manual::completions(Citadel::command(), &flags),
            Command::Complete(flags) => complete::run(&Disk, &flags, Citadel::command()),
            Command::Man(flags) => manual::man(Citadel::command(), &flags),
        },
    }
}

/// `KUBECTL_EXTERNAL_DIFF="citadel diff --flag"`: kubectl puts its two folders in front of the words.
fn in_our_order(mut arguments: Vec<OsString>) -> Vec<OsString> {
    let is = |at: usize, word: &str| {
        let path = arguments.get(at).map(Path::new).and_then(Path::file_name).and_then(OsStr::to_str);
        path.is_some_and(|name| name.starts_with(word))
    };
    if arguments.get(3).is_some_and(|word| word == "diff") && is(1, "LIVE-") && is(2, "MERGED-") {
        arguments[1..].rotate_left(2);
    }
    arguments
}

/// The directory of `build` and `build DIR`.
fn plain_build(arguments: &[OsString]) -> Option<&str> {
    match arguments {
        [_, build] if build == "build" => Some("."),
        [_, build, directory] if build == "build" => {
            directory.to_str().filter(|directory| !directory.starts_with('-'))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_short_way_is_the_long_way() {
        for words in [vec!["citadel", "build"], vec!["citadel", "build", "overlays/a"]] {
            let arguments: Vec<OsString> = words.iter().map(OsString::from).collect();
            let short = plain_build(&arguments).map(|directory| build::Flags::plain(directory.to_owned()));
            let Ok(Citadel { command: Command::Build(long) }) = Citadel::try_parse_from(&arguments) else {
                panic!("clap refuses {words:?}");
            };
            assert_eq!(short.as_ref(), Some(&*long));
        }
        assert_eq!(plain_build(&["citadel", "build", "--help"].map(OsString::from)), None);
    }

    #[test]
    fn flags_are_consistent() {
        Citadel::command().debug_assert();
    }
}
