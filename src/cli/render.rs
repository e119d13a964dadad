//! `citadel render`: builds, checks, prints. Nothing is printed unless every target passed.

use std::path::PathBuf;

use clap::Args;

use super::exit::Exit;
use super::gate::Gate;
use super::terminal::{self, ErrorFormat};
use crate::check::{self, Rendered};
use crate::diagnostic::{Diagnostic, nearest};
use crate::host::{Entry, Host};
use crate::project::Project;
use crate::report::{self, Report};
use crate::source::Sources;
use crate::validate::{Family, Level};

/// Render overlays: build, check, and print what passed
#[derive(Args, Debug)]
pub(super) struct Flags {
    /// Overlays of the project (a word without `/`), or folders
    #[arg(value_name = "TARGET", required_unless_present = "all")]
    targets: Vec<String>,

    /// Render every overlay of the project
    #[arg(long, conflicts_with = "targets")]
    all: bool,

    /// Write `NAME.yaml` for every target into this folder instead of printing
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,

    #[command(flatten)]
    gate: Gate,

    /// How findings are told on standard error
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    error_format: ErrorFormat,
}

/// Warnings of good practice above this number are counted, not told: `citadel check` tells them.
const MOST_TOLD: usize = 10;

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    if let Err(fault) = flags.gate.refuse_gaps() {
        return terminal::refuse(host, &fault, &Sources::default());
    }
    let (project, options) = match flags.gate.options(host) {
        Ok(prepared) => prepared,
        Err(refusal) => return refusal.tell(host),
    };
    let targets = match targets(host, &project, flags) {
        Ok(targets) => targets,
        Err(fault) => return terminal::refuse(host, &fault, &Sources::default()),
    };
    let folders: Vec<String> = targets.iter().map(|(_, folder)| folder.clone()).collect();
    let rendered = check::render(host, &folders, &options);
    let exit = judge(host, flags, &targets, &rendered);
    // The process ends here: giving memory back piece by piece would only take time.
    std::mem::forget(rendered);
    exit
}

fn judge(host: &dyn Host, flags: &Flags, targets: &[(String, String)], rendered: &[Rendered]) -> Exit {
    for target in rendered {
        tell(host, flags.error_format, &target.report);
    }
    if rendered.iter().any(|target| target.refused) {
        return Exit::Refused;
    }
    if rendered.iter().any(|target| target.report.worst() == Some(Level::Error)) {
        return Exit::Findings;
    }
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
        Err(fault) => terminal::refuse(host, &fault, &Sources::default()),
    }
}

/// Names and folders of what is to be rendered.
fn targets(host: &dyn Host, project: &Project, flags: &Flags) -> Result<Vec<(String, String)>, Diagnostic> {
    let overlays = project.overlays(host);
    if flags.all {
        if overlays.is_empty() {
            return Err(Diagnostic::error("no-overlays", "the project has no overlays")
                .hint("`--all` renders the folders in `overlays/` of the project root"));
        }
        return Ok(overlays.iter().map(|name| (name.clone(), folder(host, project, name))).collect());
    }
    let mut list: Vec<(String, String)> = Vec::new();
    for target in &flags.targets {
        let path = folder(host, project, target);
        if host.look(&working_directory(host).join(&path)) != Ok(Entry::Directory) {
            let fault =
                Diagnostic::error("unknown-target", format!("`{target}` is no overlay and no folder"));
            return Err(match nearest(target, overlays.iter().map(String::as_str)) {
                Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
                None if overlays.is_empty() => fault.hint("targets are folders, or overlays of the project"),
                None => fault.hint(format!("overlays are {}", overlays.join(", "))),
            });
        }
        let name = PathBuf::from(target);
        let name = name.file_name().map_or_else(|| "rendered".into(), |name| name.to_string_lossy());
        if flags.output.is_some() && list.iter().any(|(other, _)| *other == name) {
            return Err(Diagnostic::error("ambiguous-output", format!("two targets would be `{name}.yaml`"))
                .hint("render them one by one"));
        }
        list.push((name.into_owned(), path));
    }
    Ok(list)
}

fn working_directory(host: &dyn Host) -> PathBuf {
    host.working_directory().unwrap_or_default()
}

fn folder(host: &dyn Host, project: &Project, target: &str) -> String {
    project.target(host, target).display().to_string()
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
