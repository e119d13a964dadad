//! `citadel snapshot`: compares overlays with their golden files, or accepts what they render to now.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use clap::Command;
use rayon::prelude::*;

use super::exit::Exit;
use super::flags::{Choice, Words, arguments, choice, switch};
use super::gate::Refusal;
use super::progress::Progress;
use super::terminal::{self, ErrorFormat};
use crate::compare;
use crate::diagnostic::Diagnostic;
use crate::host::{self, Host};
use crate::project::{OVERLAYS, Project};
use crate::snapshot::{self, Key, Outcome, State, Target, Telling};
use crate::source::Sources;

/// Compare overlays with their golden files, or accept what they render to.
#[derive(Debug)]
pub(super) struct Flags {
    targets: Vec<String>,
    update: bool,
    format: Format,
    error_format: ErrorFormat,
}

impl Flags {
    /// The command.
    pub(super) fn command() -> Command {
        Command::new("snapshot")
            .about("Compare overlays with their golden files, or accept what they render to")
            .args([
                arguments("TARGET", "Overlays of the project (default: all), or folders"),
                switch("check", "Compare (the default)").conflicts_with("update"),
                switch("update", "Write the golden files anew"),
                choice::<Format>("format", "FORMAT", "How differences are told"),
                choice::<ErrorFormat>("error-format", "FORMAT", "How faults are told on standard error"),
            ])
    }

    /// What was said.
    pub(super) fn read(words: &mut Words) -> Flags {
        Flags {
            targets: words.all("TARGET"),
            update: words.is_on("update"),
            format: words.chosen("format"),
            error_format: words.chosen("error-format"),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    Json,
    Junit,
    Github,
}

impl Choice for Format {
    const ALL: &'static [(Format, &'static str, &'static str)] = &[
        (Format::Text, "text", "For people"),
        (Format::Json, "json", "The machine format, version 1"),
        (Format::Junit, "junit", "`JUnit` XML, for CI systems"),
        (Format::Github, "github", "Commands of GitHub Actions"),
    ];
}

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    match outcomes(host, flags) {
        Ok(outcomes) => tell(host, flags, &outcomes),
        Err(refusal) => refusal.tell(host, flags.error_format),
    }
}

fn tell(host: &dyn Host, flags: &Flags, outcomes: &[Outcome]) -> Exit {
    let telling = if flags.update { Telling::Updated } else { Telling::Checked };
    let text = match flags.format {
        Format::Text => snapshot::text(outcomes, telling, terminal::dress_output(host)),
        Format::Json => snapshot::json(outcomes),
        Format::Junit => snapshot::junit(outcomes),
        Format::Github => snapshot::github(outcomes),
    };
    if outcomes.iter().any(|outcome| matches!(outcome.state, State::Refused(_))) {
        // What cannot be compared is no difference: nothing goes to standard output.
        if flags.error_format == ErrorFormat::Json {
            let none = Sources::default();
            let faults = outcomes.iter().filter_map(|outcome| match &outcome.state {
                State::Refused(unread) => Some(unread),
                _ => None,
            });
            let faults = faults.flat_map(|unread| {
                let sources = |number: &usize| unread.sources.get(*number).unwrap_or(&none);
                unread.faults.iter().map(move |(number, fault)| (fault, sources(number)))
            });
            return terminal::refuse_all(host, ErrorFormat::Json, faults);
        }
        terminal::complain(&text);
        return Exit::Refused;
    }
    if let Err(error) = terminal::print(text.as_bytes()) {
        let fault = terminal::unprintable(&error);
        return terminal::refuse_all(host, flags.error_format, [(&fault, &Sources::default())]);
    }
    let accepted = |state: &State| flags.update && !matches!(state, State::Orphan);
    let clean = |outcome: &Outcome| matches!(outcome.state, State::Same) || accepted(&outcome.state);
    if outcomes.iter().all(clean) { Exit::Done } else { Exit::Findings }
}

fn outcomes(host: &dyn Host, flags: &Flags) -> Result<Vec<Outcome>, Refusal> {
    let project = Project::here(host).unwrap_or_default();
    let settings = Refusal::settings(host, &project)?;
    let working_directory = host.working_directory().unwrap_or_default();
    let root = project.root.clone().unwrap_or_else(|| working_directory.clone());
    let folder = snapshot::folder(&root, settings.snapshots.as_deref());
    let targets = targets(host, &project, flags, &folder, &working_directory)?;
    let key = Key::read(host, &root).map_err(|fault| {
        let message = format!("`{}` {}", snapshot::KEY_FILE, fault.trouble);
        Box::new(Diagnostic::error("unreadable-file", message))
    })?;
    let mut options = compare::Options::default();
    if let Some(minor) = settings.kubernetes_minor {
        options.kubernetes_minor = minor;
    }
    let done = Arc::new(AtomicUsize::new(0));
    let progress = Progress::of(host, targets.len(), &done, || {
        let names: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        format!("comparing {}", names.join(", "))
    });
    let compared = targets.par_iter().map(|target| {
        let outcome = snapshot::check(host, target, key.as_ref(), &options);
        done.fetch_add(1, Ordering::Relaxed);
        outcome
    });
    let mut outcomes: Vec<Outcome> = compared.collect();
    drop(progress);
    if flags.targets.is_empty() {
        let names: Vec<String> = targets.iter().map(|target| target.name.clone()).collect();
        for orphan in snapshot::orphans(host, &folder, &names) {
            let shown = host::relative(&folder.join(&orphan), &working_directory).display().to_string();
            let name = orphan.trim_end_matches(".yaml").to_owned();
            outcomes.push(Outcome { name, shown, state: State::Orphan });
        }
    }
    if flags.update && !outcomes.iter().any(|outcome| matches!(outcome.state, State::Refused(_))) {
        update(host, &targets, &outcomes, key.as_ref())?;
    }
    Ok(outcomes)
}

/// Writes the golden files of what differs: all or none.
fn update(
    host: &dyn Host,
    targets: &[Target],
    outcomes: &[Outcome],
    key: Option<&Key>,
) -> Result<(), Refusal> {
    let mut texts: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    for (target, outcome) in targets.iter().zip(outcomes) {
        // With a key, plain markers become digests.
        if key.is_some() || !matches!(outcome.state, State::Same) {
            let rendered = snapshot::render(host, &target.folder, key).map_err(|unread| {
                let fault = unread.faults.into_iter().next().map(|(_, fault)| fault);
                Box::new(
                    fault.unwrap_or_else(|| Diagnostic::error("unreadable", "an overlay changed meanwhile")),
                )
            })?;
            texts.push((target.golden.clone(), rendered.text));
        }
    }
    let files: Vec<(PathBuf, &[u8])> =
        texts.iter().map(|(path, text)| (path.clone(), text.as_slice())).collect();
    if let Some(folder) = files.first().and_then(|(path, _)| path.parent()) {
        host.make_folder(folder).map_err(|fault| Box::new(terminal::unwritten(&fault)))?;
    }
    host.write(&files).map_err(|fault| Box::new(terminal::unwritten(&fault)))?;
    Ok(())
}

fn targets(
    host: &dyn Host,
    project: &Project,
    flags: &Flags,
    folder: &Path,
    working_directory: &Path,
) -> Result<Vec<Target>, Box<Diagnostic>> {
    let overlays = project.overlays(host);
    if flags.targets.is_empty() && overlays.is_empty() {
        return Diagnostic::error("no-overlays", "there are no overlays here")
            .hint(format!("overlays are the folders in `{OVERLAYS}` of the project root; or name a folder"))
            .fail();
    }
    let names = if flags.targets.is_empty() { &overlays } else { &flags.targets };
    let mut list: Vec<Target> = Vec::new();
    for name in names {
        let path = project.folder(host, name)?;
        let clean = host::clean(&working_directory.join(&path));
        let (stem, golden) = snapshot::golden_file(folder, &clean);
        if let Some(other) = list.iter().find(|other| other.golden == golden) {
            let message = format!("`{name}` and `{}` have the same golden file", other.folder);
            return Diagnostic::error("ambiguous-snapshot", message).hint("rename one of the folders").fail();
        }
        let shown = host::relative(&golden, working_directory).display().to_string();
        list.push(Target { name: stem, folder: path.display().to_string(), golden, shown });
    }
    Ok(list)
}
