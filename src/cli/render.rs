//! `citadel render`: builds, checks, prints. Nothing is printed unless every target passed.

use std::path::PathBuf;

use clap::{Command, value_parser};

use super::exit::Exit;
use super::flags::{Words, arguments, choice, switch, value};
use super::gate::Gate;
use super::progress::Progress;
use super::terminal::{self, ErrorFormat};
use crate::check::{self, Rendered};
use crate::diagnostic::Diagnostic;
use crate::host::{self, Entry, Host};
use crate::project::Project;
use crate::report::{self, Report};
use crate::source::Sources;
use crate::validate::{Family, Level};

/// Render overlays: build, check, and print what passed.
#[derive(Debug)]
pub(super) struct Flags {
    targets: Vec<String>,
    all: bool,
    output: Option<PathBuf>,
    gate: Gate,
    error_format: ErrorFormat,
}

impl Flags {
    /// The command.
    pub(super) fn command() -> Command {
        Command::new("render")
            .about("Render overlays: build, check, and print what passed")
            .args([
                arguments("TARGET", "Overlays of the project (a word without `/`), or folders")
                    .required_unless_present("all"),
                switch("all", "Render every overlay of the project").conflicts_with("TARGET"),
                value(
                    "output",
                    "FOLDER",
                    "Write `NAME.yaml` for every target into this folder instead of printing",
                )
                .short('o')
                .value_parser(value_parser!(PathBuf)),
            ])
            .args(Gate::arguments())
            .args([choice::<ErrorFormat>(
                "error-format",
                "FORMAT",
                "How findings are told on standard error",
            )])
    }

    /// What was said.
    pub(super) fn read(words: &mut Words) -> Flags {
        Flags {
            targets: words.all("TARGET"),
            all: words.is_on("all"),
            output: words.one("output"),
            gate: Gate::read(words),
            error_format: words.chosen("error-format"),
        }
    }
}

/// Warnings of good practice above this number are counted, not told: `citadel check` tells them.
const MOST_TOLD: usize = 10;

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    if let Err(fault) = flags.gate.refuse_gaps() {
        return refuse(host, flags, &fault);
    }
    let (project, options) = match flags.gate.options(host) {
        Ok(prepared) => prepared,
        Err(refusal) => return refusal.tell(host, flags.error_format),
    };
    let targets = match targets(host, &project, flags) {
        Ok(targets) => targets,
        Err(fault) => return refuse(host, flags, &fault),
    };
    let folders: Vec<String> = targets.iter().map(|(_, folder)| folder.clone()).collect();
    let progress = Progress::of(host, targets.len(), &options.done, || {
        let names: Vec<&str> = targets.iter().map(|(name, _)| name.as_str()).collect();
        format!("rendering {}", names.join(", "))
    });
    let mut rendered = check::render(host, &folders, &options);
    drop(progress);
    let exit = judge(host, flags, &targets, &mut rendered);
    // The process ends here: giving memory back piece by piece would only take time.
    std::mem::forget(rendered);
    exit
}

fn refuse(host: &dyn Host, flags: &Flags, fault: &Diagnostic) -> Exit {
    terminal::refuse_all(host, flags.error_format, [(fault, &Sources::default())])
}

fn judge(host: &dyn Host, flags: &Flags, targets: &[(String, String)], rendered: &mut [Rendered]) -> Exit {
    // Several targets, one report: one document for machines, one sum for people.
    let mut report = Report::default();
    for target in &mut *rendered {
        report.join(std::mem::take(&mut target.report));
    }
    tell(host, flags.error_format, &report);
    if rendered.iter().any(|target| target.refused) {
        return Exit::Refused;
    }
    if report.worst() == Some(Level::Error) {
        return Exit::Findings;
    }
    // The process ends here: giving memory back piece by piece would only take time.
    std::mem::forget(report);
    let texts = rendered.iter().filter_map(|target| target.text.as_deref());
    let written = match &flags.output {
        None => {
            let texts: Vec<&[u8]> = texts.filter(|text| !text.is_empty()).collect();
            terminal::print(&texts.join(b"---\n".as_slice())).map_err(|error| terminal::unprintable(&error))
        }
        Some(folder) => {
            let names = targets.iter().map(|(name, _)| folder.join(format!("{name}.yaml")));
            let files: Vec<(PathBuf, &[u8])> = names.zip(texts).collect();
            match host.look(folder) {
                Ok(Entry::Directory) => host.write(&files).map_err(|fault| terminal::unwritten(&fault)),
                _ => Err(Diagnostic::error("output-failed", format!("`{}` is no folder", folder.display()))
                    .hint("make the folder first")),
            }
        }
    };
    match written {
        Ok(()) => Exit::Done,
        Err(fault) => refuse(host, flags, &fault),
    }
}

/// Names and folders of what is to be rendered.
fn targets(
    host: &dyn Host,
    project: &Project,
    flags: &Flags,
) -> Result<Vec<(String, String)>, Box<Diagnostic>> {
    if flags.all {
        let overlays = project.overlays(host);
        if overlays.is_empty() {
            return Diagnostic::error("no-overlays", "the project has no overlays")
                .hint("`--all` renders the folders in `overlays/` of the project root")
                .fail();
        }
        let folder = |name: &String| project.target(host, name).display().to_string();
        return Ok(overlays.iter().map(|name| (name.clone(), folder(name))).collect());
    }
    let mut list: Vec<(String, String)> = Vec::new();
    for target in &flags.targets {
        let path = project.folder(host, target)?;
        let clean = host::clean(&host.working_directory().unwrap_or_default().join(&path));
        let name = clean.file_name().map_or_else(|| "root".into(), |name| name.to_string_lossy());
        if flags.output.is_some() && list.iter().any(|(other, _)| *other == name) {
            return Diagnostic::error("ambiguous-output", format!("two targets would be `{name}.yaml`"))
                .hint("render them one by one")
                .fail();
        }
        list.push((name.into_owned(), path.display().to_string()));
    }
    Ok(list)
}

/// Errors and warnings on standard error; of good practice, only as much as one reads.
fn tell(host: &dyn Host, format: ErrorFormat, report: &Report) {
    if format == ErrorFormat::Json {
        if report.told().next().is_some() {
            terminal::complain(&report::json(report));
        }
        return;
    }
    let advice = |family: Family| matches!(family, Family::Policy | Family::Pins);
    let few = report.told().filter(|told| advice(told.finding.family)).count() <= MOST_TOLD;
    let text = report::text_of(report, terminal::dress_error(host), |told| {
        told.finding.level == Level::Error
            || told.finding.level == Level::Warning && (few || !advice(told.finding.family))
    });
    terminal::complain(&text);
    if report.worst() >= Some(Level::Warning) {
        terminal::complain(&report::summary(report));
    }
}
