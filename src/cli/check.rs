//! `citadel check`: the rules over overlays, files, folders and standard input.

use std::str::FromStr;

use clap::Command;
use regex::Regex;

use super::exit::Exit;
use super::flags::{Choice, Words, arguments, choice, commas, list, switch};
use super::gate::{Gate, Refusal};
use super::progress::Progress;
use super::terminal::{self, ErrorFormat};
use crate::check::{self, Input};
use crate::host::Host;
use crate::report;
use crate::source::Sources;
use crate::validate::Level;

/// Check objects: what the API server would refuse, whether they fit together, and good practice.
#[derive(Debug)]
pub(super) struct Flags {
    targets: Vec<String>,
    format: Format,
    gate: Gate,
    skip_kind: Vec<String>,
    ignore_path: Vec<Regex>,
    fail_on: FailOn,
    capacity: bool,
    summary: bool,
}

impl Flags {
    /// The command.
    pub(super) fn command() -> Command {
        Command::new("check").about("Check objects: what the API server would refuse, whether they fit together, and good practice").args([
            arguments("TARGET", "Overlays, files, folders (one with a kustomization is built, any other is walked), or `-`").default_value("."),
            choice::<Format>("format", "FORMAT", "How findings are told"),
        ]).args(Gate::arguments()).args([
            commas("skip-kind", "KIND", "Kinds not to look at: `Kind` or `group/version/Kind` (comma-separated, repeatable)"),
            list("ignore-path", "REGEX", "Files and folders not to look at: a regular expression over paths (repeatable)").value_parser(Regex::from_str),
            choice::<FailOn>("fail-on", "LEVEL", "From which level on findings make the exit code 1"),
            switch("capacity", "Show what the workloads ask for, with the fewest and the most replicas, against the quotas (formats text, json)"),
            switch("summary", "Tell the summary alone"),
        ])
    }

    /// What was said.
    pub(super) fn read(words: &mut Words) -> Flags {
        Flags {
            targets: words.all("TARGET"),
            format: words.chosen("format"),
            gate: Gate::read(words),
            skip_kind: words.all("skip-kind"),
            ignore_path: words.all("ignore-path"),
            fail_on: words.chosen("fail-on"),
            capacity: words.is_on("capacity"),
            summary: words.is_on("summary"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    Json,
    Sarif,
    Junit,
    Github,
}

impl Choice for Format {
    const ALL: &'static [(Format, &'static str, &'static str)] = &[
        (Format::Text, "text", "For people"),
        (Format::Json, "json", "The findings document, version 1"),
        (Format::Sarif, "sarif", "SARIF 2.1.0, for code scanning"),
        (Format::Junit, "junit", "`JUnit` XML, for CI systems"),
        (Format::Github, "github", "Commands of GitHub Actions"),
    ];
}

#[derive(Clone, Copy, Debug)]
enum FailOn {
    Error,
    Warning,
    Note,
}

impl Choice for FailOn {
    const ALL: &'static [(FailOn, &'static str, &'static str)] =
        &[(FailOn::Error, "error", ""), (FailOn::Warning, "warning", ""), (FailOn::Note, "note", "")];
}

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    let (options, inputs) = match prepare(host, flags) {
        Ok(prepared) => prepared,
        Err(refusal) => return refusal.tell(host, ErrorFormat::Text),
    };
    let progress = Progress::begin(host, || format!("checking {}", flags.targets.join(", ")));
    let report = check::check(host, &inputs, &options);
    drop(progress);
    let text = match flags.format {
        Format::Text if flags.summary => report::capacity(&report) + &report::summary(&report),
        Format::Text => report::capacity(&report) + &report::text(&report, terminal::dress_output(host)),
        Format::Json => report::json(&report),
        Format::Sarif => report::sarif(&report),
        Format::Junit => report::junit(&report),
        Format::Github => report::github(&report),
    };
    let nothing_readable = report.objects == 0 && report.worst() == Some(Level::Error);
    if nothing_readable {
        terminal::complain(&text);
        return Exit::Refused;
    }
    if let Err(error) = terminal::print(text.as_bytes()) {
        return terminal::refuse(host, &terminal::unprintable(&error), &Sources::default());
    }
    let limit = match flags.fail_on {
        FailOn::Error => Level::Error,
        FailOn::Warning => Level::Warning,
        FailOn::Note => Level::Note,
    };
    let exit = match report.worst() {
        Some(worst) if worst >= limit => Exit::Findings,
        _ => Exit::Done,
    };
    // The process ends here: giving memory back piece by piece would only take time.
    std::mem::forget(report);
    exit
}

fn prepare(host: &dyn Host, flags: &Flags) -> Result<(check::Options, Vec<Input>), Refusal> {
    let (project, mut options) = flags.gate.options(host)?;
    options.skip_kinds.clone_from(&flags.skip_kind);
    options.capacity = flags.capacity;
    // Of findings that nobody reads, neither places nor words are needed.
    options.count = flags.summary && matches!(flags.format, Format::Text);
    options.ignore_paths.clone_from(&flags.ignore_path);
    let mut inputs = Vec::new();
    for target in &flags.targets {
        inputs.push(if target == "-" {
            Input::Text("<stdin>".into(), terminal::read_input()?)
        } else {
            Input::Path(project.target(host, target))
        });
    }
    Ok((options, inputs))
}
