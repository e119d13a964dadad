//! The command line: one subcommand a file. The only room that prints.

mod build;
mod check;
mod complete;
mod diff;
mod exit;
mod explain;
mod flags;
mod gate;
mod kustomize;
mod manual;
mod progress;
mod render;
mod rules;
mod snapshot;
mod terminal;
mod version;

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::ExitCode;

use clap::Command;

use crate::host::{self, Disk};
use exit::Exit;
use flags::Words;

/// The command line.
fn command() -> Command {
    Command::new("citadel")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Renders Kubernetes manifests from kustomizations, byte for byte as kustomize does")
        .args_override_self(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommands([
            build::Flags::command(),
            check::Flags::command(),
            render::Flags::command(),
            diff::Flags::command(),
            snapshot::Flags::command(),
            explain::Flags::command(),
            rules::Flags::command(),
            version::command(),
            manual::completions_command(),
            complete::command(),
            manual::man_command(),
        ])
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
    let (name, mut words) = match Words::of(command(), arguments) {
        Ok(Some(said)) => said,
        Ok(None) => return Exit::Refused,
        Err(error) => return exit::misuse(&error),
    };
    let words = &mut words;
    match name.as_str() {
        "build" => build::run(&Disk, Box::new(build::Flags::read(words)), false),
        "check" => check::run(&Disk, &check::Flags::read(words)),
        "render" => render::run(&Disk, &render::Flags::read(words)),
        "diff" => diff::run(&Disk, &diff::Flags::read(words)),
        "snapshot" => snapshot::run(&Disk, &snapshot::Flags::read(words)),
        "explain" => explain::run(&Disk, &explain::Flags::read(words)),
        "rules" => rules::run(&Disk, &rules::Flags::read(words)),
        "completions" => manual::completions(command(), words),
        "complete" => complete::run(&Disk, words, command()),
        "man" => manual::man(command(), words),
        _ => version::run(),
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
            let Ok(Some((_, mut words))) = Words::of(command(), arguments) else {
                panic!("clap refuses {words:?}");
            };
            assert_eq!(short, Some(build::Flags::read(&mut words)));
        }
        assert_eq!(plain_build(&["citadel", "build", "--help"].map(OsString::from)), None);
    }

    #[test]
    fn flags_are_consistent() {
        command().debug_assert();
        kustomize::command().debug_assert();
    }
}
