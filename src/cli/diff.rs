//! `citadel diff`: what changes between two sides, and what that does to a cluster.

mod git_external;
mod sides;

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Command, value_parser};
use regex::Regex;

use super::exit::Exit;
use super::flags::{Choice, Words, arguments, choice, commas, list, switch, value};
use super::gate;
use super::progress::Progress;
use super::terminal::{self, ErrorFormat};
use crate::compare::format::{self, Report};
use crate::compare::{self, Filter, Impact, Live, Loaded, ObjectChange, Unread};
use crate::diagnostic::{Diagnostic, nearest};
use crate::host::Host;
use crate::project::Project;
use crate::source::Sources;

/// Compare two sides as Kubernetes sees them, and say what the change does to a cluster.
#[derive(Debug)]
pub(super) struct Flags {
    sides: Vec<String>,
    format: Format,
    kubernetes_version: Option<String>,
    crds: Vec<String>,
    timeout: u32,
    ignore_defaults: bool,
    show_secrets: bool,
    fail_on: Vec<String>,
    kind: Vec<String>,
    name: Vec<String>,
    path: Vec<String>,
    ignore_path: Vec<Regex>,
    error_format: ErrorFormat,
}

impl Flags {
    /// The command.
    pub(super) fn command() -> Command {
        Command::new("diff").about("Compare two sides as Kubernetes sees them, and say what the change does to a cluster").args([
            arguments("SIDE", "The old side and the new one: an overlay, a directory, a file, a folder of files, `-`, `golden` (the snapshot), `git:REV` (the other side's target at a revision), `live` (the cluster, through kubectl); one alone is compared with its snapshot, else with `git:HEAD`").num_args(1..=9).required(true),
            choice::<Format>("format", "FORMAT", "How differences are told"),
            value("kubernetes-version", "VERSION", "The Kubernetes version of the cluster: 1.24 to 1.37 (default: the newest)"),
            list("crds", "FOLDER", "`CustomResourceDefinition` objects that are not among those compared: files and folders (repeatable); they say how items of lists are matched"),
            value("timeout", "SECONDS", "How long `live` waits for each answer of the cluster, in seconds").value_parser(value_parser!(u32).range(1..)).default_value("30"),
            switch("ignore-defaults", "A field that is absent is the same as one that says what the server would set"),
            switch("show-secrets", "Tell the values of Secrets, not only that they changed"),
            commas("fail-on", "IMPACT", "Only these impacts make the exit code 1 (comma-separated): `cannot-apply`, `deletes-data` and the like"),
            commas("kind", "KIND", "Tell objects of these kinds alone (comma-separated, repeatable)"),
            commas("name", "NAME", "Tell objects of these names alone: `name` or `namespace/name`, `*` for any text (repeatable)"),
            list("path", "PATH", "Tell differences below this path alone: `spec.template` (repeatable)"),
            list("ignore-path", "REGEX", "Differences not to tell: a regular expression over paths (repeatable)").value_parser(Regex::from_str),
            choice::<ErrorFormat>("error-format", "FORMAT", "How faults are told on standard error"),
        ])
    }

    /// What was said.
    pub(super) fn read(words: &mut Words) -> Flags {
        Flags {
            sides: words.all("SIDE"),
            format: words.chosen("format"),
            kubernetes_version: words.one("kubernetes-version"),
            crds: words.all("crds"),
            timeout: words.one("timeout").unwrap_or_default(),
            ignore_defaults: words.is_on("ignore-defaults"),
            show_secrets: words.is_on("show-secrets"),
            fail_on: words.all("fail-on"),
            kind: words.all("kind"),
            name: words.all("name"),
            path: words.all("path"),
            ignore_path: words.all("ignore-path"),
            error_format: words.chosen("error-format"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    Json,
    Markdown,
    Unified,
    Github,
}

impl Choice for Format {
    const ALL: &'static [(Format, &'static str, &'static str)] = &[
        (Format::Text, "text", "For people"),
        (Format::Json, "json", "The machine format, version 1"),
        (Format::Markdown, "markdown", "For a pull request, folded and bounded in size"),
        (Format::Unified, "unified", "Objects as YAML, line by line"),
        (Format::Github, "github", "Commands of GitHub Actions"),
    ];
}

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    match compare(host, flags) {
        Ok(exit) => exit,
        Err(unread) => {
            let none = Sources::default();
            let sources = |number: &usize| unread.sources.get(*number).unwrap_or(&none);
            let faults = unread.faults.iter().map(|(number, fault)| (fault, sources(number)));
            terminal::refuse_all(host, flags.error_format, faults)
        }
    }
}

fn compare(host: &dyn Host, flags: &Flags) -> Result<Exit, Unread> {
    if let Some(exit) = git_external::run(host, flags)? {
        return Ok(exit);
    }
    let progress = Progress::begin(host, || format!("reading {}", flags.sides.join(", ")));
    if flags.sides.iter().any(|word| word == "live") {
        let asked = sides::beside_live(host, &flags.sides)?;
        let live = compare::ask(host, &asked, flags.timeout)?;
        drop(progress);
        return tell(host, flags, &live.old, &asked, Some(&live));
    }
    let sides = sides::read(host, &flags.sides)?;
    drop(progress);
    let told = tell(host, flags, &sides.0, &sides.1, None);
    // The process ends here: giving memory back piece by piece would only take time.
    std::mem::forget(sides);
    told
}

/// Compares two sides that were read, and prints what differs.
fn tell(
    host: &dyn Host,
    flags: &Flags,
    old_side: &Loaded,
    new_side: &Loaded,
    live: Option<&Live>,
) -> Result<Exit, Unread> {
    let fail_on = impacts(&flags.fail_on)?;
    let mut options = compare::Options {
        ignore_defaults: flags.ignore_defaults,
        filter: Filter {
            kinds: flags.kind.clone(),
            names: flags.name.clone(),
            paths: flags.path.clone(),
            ignored_paths: flags.ignore_path.clone(),
        },
        ..compare::Options::default()
    };
    let project = Project::here(host).unwrap_or_default();
    let settings = sides::settings(host, &project)?;
    let minor = match &flags.kubernetes_version {
        Some(version) => Some(gate::minor(version)?),
        None => settings.kubernetes_minor,
    };
    options.kubernetes_minor = minor.unwrap_or(options.kubernetes_minor);
    let (old, new) = (old_side.objects(), new_side.objects());
    let of_project = project.root.iter().flat_map(|root| settings.crds.iter().map(|path| root.join(path)));
    let definitions =
        Loaded::definitions(host, flags.crds.iter().map(PathBuf::from).chain(of_project), &new)?;
    let definitions = definitions.objects();
    let changes = match live {
        Some(live) => compare::compare_live(live, new_side, &definitions, &options),
        None => compare::compare_with(&old, &new, &definitions, &options),
    };
    let report = Report {
        old: &old,
        new: &new,
        old_side,
        new_side,
        changes: &changes,
        show_secrets: flags.show_secrets,
    };
    let text = match flags.format {
        Format::Text => format::text(&report, terminal::dress_output(host)),
        Format::Json => format::json(&report),
        Format::Markdown => format::markdown(&report),
        Format::Unified => format::unified(&report),
        Format::Github => format::github(&report),
    };
    if let Err(error) = terminal::print(text.as_bytes()) {
        return Err(Box::new(terminal::unprintable(&error)).into());
    }
    let counts = |change: &ObjectChange| {
        fail_on.is_empty() || change.impacts.iter().any(|impact| fail_on.contains(impact))
    };
    let exit = if changes.iter().any(counts) { Exit::Findings } else { Exit::Done };
    Ok(exit)
}

fn impacts(words: &[String]) -> Result<Vec<Impact>, Box<Diagnostic>> {
    let mut list = Vec::new();
    for word in words {
        match Impact::ALL.into_iter().find(|impact| impact.name() == word) {
            Some(impact) => list.push(impact),
            None => {
                let names = Impact::ALL.map(Impact::name);
                let fault = Diagnostic::error("unknown-impact", format!("no impact is called `{word}`"));
                return match nearest(word, names) {
                    Some(meant) => fault.hint(format!("did you mean `{meant}`?")).fail(),
                    None => fault.hint(format!("impacts are {}", names.join(", "))).fail(),
                };
            }
        }
    }
    Ok(list)
}
