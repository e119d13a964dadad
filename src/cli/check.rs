//! `citadel check`: the rules over overlays, files, folders and standard input.

use clap::{Args, ValueEnum};
use regex::Regex;

use super::exit::Exit;
use super::terminal;
use crate::check::{self, Input};
use crate::diagnostic::{Diagnostic, nearest};
use crate::host::Host;
use crate::project::Project;
use crate::report;
use crate::validate::{self, Family, Level};

/// Check objects: what the API server would refuse, whether they fit together, and good practice
#[derive(Args, Debug)]
pub(super) struct Flags {
    /// Overlays, files, folders (one with a kustomization is built, any other is walked), or `-`
    #[arg(value_name = "TARGET", default_value = ".")]
    targets: Vec<String>,

    /// How findings are told
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,

    /// Families or rules to run alone (comma-separated, repeatable)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    only: Vec<String>,

    /// Families or rules not to run (comma-separated, repeatable)
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    skip: Vec<String>,

    /// The Kubernetes version to check against: 1.24 to 1.37 (default: the newest)
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<String>,

    /// A folder (or file) with `CustomResourceDefinition` objects (repeatable)
    #[arg(long, value_name = "PATH")]
    crds: Vec<String>,

    /// Kinds not to look at: `Kind` or `group/version/Kind` (comma-separated, repeatable)
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    skip_kind: Vec<String>,

    /// Files and folders not to look at: a regular expression over paths (repeatable)
    #[arg(long, value_name = "REGEX")]
    ignore_path: Vec<Regex>,

    /// The Pod Security Standard that all pods must meet: `baseline`, `restricted`, or one in a version
    /// (`restricted:v1.30`)
    #[arg(long, value_name = "LEVEL")]
    pod_security: Option<String>,

    /// What is merely unknown or absent is an error
    #[arg(long)]
    strict: bool,

    /// From which level on findings make the exit code 1
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,

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
        Err(fault) => return terminal::refuse(host, &fault),
    };
    let report = check::check(host, &inputs, &options);
    let text = match flags.format {
        Format::Text if flags.summary => report::summary(&report),
        Format::Text => report::text(&report, terminal::dress_output(host)),
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
        return terminal::refuse(host, &terminal::unprintable(&error));
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

fn prepare(host: &dyn Host, flags: &Flags) -> Result<(check::Options, Vec<Input>), Box<Diagnostic>> {
    let mut rules = validate::Options { strict: flags.strict, ..validate::Options::default() };
    if let Some(version) = &flags.kubernetes_version {
        rules.kubernetes_minor = minor(version)?;
    }
    if let Some(level) = &flags.pod_security {
        let asked = validate::Asked::read(level);
        rules.pod_security =
            Some(asked.or_else(|message| Diagnostic::error("unknown-pod-security-level", message).fail())?);
    }
    let (only, only_rules) = families_and_rules(&flags.only)?;
    let (skip, skip_rules) = families_and_rules(&flags.skip)?;
    // A rule is told alone: all families run, and what else they find is left out.
    if only_rules.is_empty() {
        rules.only = only;
    }
    rules.skip = skip;
    let options = check::Options {
        rules,
        crds: flags.crds.clone(),
        only_rules,
        skip_rules,
        skip_kinds: flags.skip_kind.clone(),
        ignore_paths: flags.ignore_path.clone(),
    };
    let project = Project::here(host).unwrap_or_default();
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

/// The minor version that a flag names.
pub(super) fn minor(version: &str) -> Result<u32, Box<Diagnostic>> {
    validate::minor_version(version).ok_or_else(|| {
        let fault =
            Diagnostic::error("unknown-version", format!("no Kubernetes version `{version}` is known here"));
        Box::new(fault.hint(format!("known are 1.{} to 1.{}", validate::OLDEST, validate::NEWEST)))
    })
}

/// Sorts words into families and ids of rules.
fn families_and_rules(words: &[String]) -> Result<(Vec<Family>, Vec<String>), Box<Diagnostic>> {
    let (mut families, mut rules) = (Vec::new(), Vec::new());
    for word in words {
        match Family::ALL.into_iter().find(|family| family.name() == word) {
            Some(family) => families.push(family),
            // Ids of rules have a dash or are one word; what is nearly a family is taken for a slip.
            None => match nearest(word, Family::ALL.iter().map(|family| family.name())) {
                Some(meant) => {
                    return Diagnostic::error(
                        "unknown-family",
                        format!("no family or rule is called `{word}`"),
                    )
                    .hint(format!("did you mean `{meant}`?"))
                    .fail();
                }
                None => rules.push(word.clone()),
            },
        }
    }
    Ok((families, rules))
}
