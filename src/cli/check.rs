//! `citadel check`: the rules over overlays, files, folders and standard input.

use clap::{Args, ValueEnum};
use regex::Regex;

use super::exit::Exit;
use super::gate::{Gate, Refusal};
use super::terminal;
use crate::check::{self, Input};
use crate::host::Host;
use crate::report;
use crate::source::Sources;
use crate::validate::Level;

/// Check objects: what the API server would refuse, whether they fit together, and good practice
#[derive(Args, Debug)]
pub(super) struct Flags {
    /// Overlays, files, folders (one with a kustomization is built, any other is walked), or `-`
    #[arg(value_name = "TARGET", default_value = ".")]
    targets: Vec<String>,

    /// How findings are told
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    #[command(flatten)]
    gate: Gate,

    /// Kinds not to look at: `Kind` or `group/version/Kind` (comma-separated, repeatable)
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    skip_kind: Vec<String>,

    /// Files and folders not to look at: a regular expression over paths (repeatable)
    #[arg(long, value_name = "REGEX")]
    ignore_path: Vec<Regex>,

    /// From which level on findings make the exit code 1
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,

    /// Show what the workloads ask for, with the fewest and the most replicas, against the quotas (formats text, json)
    #[arg(long)]
    capacity: bool,

    /// Tell the summary alone
    #[arg(long)]
    summary: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// The findings document, version 1
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// `JUnit` XML, for CI systems
    Junit,
    /// Commands of GitHub Actions
    Github,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warning,
    Note,
}

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    let (options, inputs) = match prepare(host, flags) {
        Ok(prepared) => prepared,
        Err(refusal) => return refusal.tell(host),
    };
    let report = check::check(host, &inputs, &options);
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
