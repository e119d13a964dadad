//! `citadel diff`: what changes between two sides, and what that does to a cluster.

use clap::{Args, ValueEnum};

use super::exit::Exit;
use super::{gate, terminal};
use crate::compare::format::{self, Report};
use crate::compare::{self, Loaded, Unread};
use crate::diagnostic::{Diagnostic, draw};
use crate::host::Host;
use crate::project::Project;
use crate::source::Sources;

/// Compare two sides as Kubernetes sees them, and say what the change does to a cluster
#[derive(Args, Debug)]
pub(super) struct Flags {
    /// The old side: an overlay, a directory, a file, a folder of files, or `-`
    #[arg(value_name = "OLD")]
    old: String,

    /// The new side
    #[arg(value_name = "NEW")]
    new: String,

    /// How differences are told
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// The Kubernetes version of the cluster: 1.24 to 1.37 (default: the newest)
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,

    /// A field that is absent is the same as one that says what the server would set
    #[arg(long)]
    ignore_defaults: bool,

    /// Tell the values of Secrets, not only that they changed
    #[arg(long)]
    show_secrets: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// The machine format, version 1
    Json,
}

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    match compare(host, flags) {
        Ok(exit) => exit,
        Err(unread) => {
            for (number, fault) in &unread.faults {
                let none = Sources::default();
                let sources = unread.sources.get(*number).unwrap_or(&none);
                terminal::complain(&draw(fault, sources, terminal::dress_error(host)));
            }
            Exit::Refused
        }
    }
}

fn compare(host: &dyn Host, flags: &Flags) -> Result<Exit, Unread> {
    let mut options =
        compare::Options { ignore_defaults: flags.ignore_defaults, ..compare::Options::default() };
    if let Some(version) = &flags.kubernetes_version {
        options.kubernetes_minor = gate::minor(version)?;
    }
    if flags.old == "-" && flags.new == "-" {
        return Err(Box::new(
            Diagnostic::error("one-standard-input", "both sides are standard input")
                .hint("name a file for one of them"),
        )
        .into());
    }
    let (old_side, new_side) = (side(host, &flags.old)?, side(host, &flags.new)?);
    let (old, new) = (old_side.objects(), new_side.objects());
    let changes = compare::compare(&old, &new, &options);
    let report = Report {
        old: &old,
        new: &new,
        old_side: &old_side,
        new_side: &new_side,
        changes: &changes,
        show_secrets: flags.show_secrets,
    };
    let text = match flags.format {
        Format::Text | Format::Json => format::json(&report),
    };
    if let Err(error) = terminal::print(text.as_bytes()) {
        return Err(Box::new(terminal::unprintable(&error)).into());
    }
    let exit = if changes.is_empty() { Exit::Done } else { Exit::Findings };
    drop((old, new));
    // The process ends here: giving memory back piece by piece would only take time.
    std::mem::forget((old_side, new_side, changes));
    Ok(exit)
}

fn side(host: &dyn Host, word: &str) -> Result<Loaded, Unread> {
    if word == "-" {
        return Loaded::text(host, "<stdin>".into(), terminal::read_input()?);
    }
    let project = Project::here(host).unwrap_or_default();
    Loaded::path(host, project.target(host, word))
}
