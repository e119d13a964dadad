//! The program under the name of `kustomize`: exit code 1 for every fault, its `version`, no word that it would not say.

use std::ffi::OsString;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};

use super::exit::Exit;
use super::version::KUSTOMIZE;
use super::{build, manual, terminal};
use crate::host::Host;

/// Renders Kubernetes manifests from kustomizations (citadel under the name of kustomize).
#[derive(Parser)]
#[command(name = "kustomize", args_override_self = true, arg_required_else_help = false)]
struct Kustomize {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    Build(Box<build::Flags>),
    Version(VersionFlags),
    #[command(alias = "completions")]
    Completion(manual::CompletionFlags),
}

/// Print the version
#[derive(clap::Args)]
struct VersionFlags {
    /// `yaml` or `json`
    #[arg(short, long, default_value = "", hide_default_value = true)]
    output: String,
    #[arg(long, hide = true)]
    short: bool,
    #[arg(hide = true)]
    rest: Vec<String>,
}

/// Runs the program.
pub(super) fn run(host: &dyn Host, mut arguments: Vec<OsString>) -> Exit {
    if let Some(name) = arguments.first_mut() {
        *name = OsString::from("kustomize");
    }
    match Kustomize::try_parse_from(arguments) {
        Err(error) => misuse(&error),
        Ok(kustomize) => match kustomize.command {
            None => {
                let mut command = Kustomize::command();
                let _ = command.print_help();
                Exit::Done
            }
            Some(Command::Build(flags)) => build::run(host, flags, true),
            Some(Command::Version(flags)) => version(&flags),
            Some(Command::Completion(flags)) => match manual::completions(Kustomize::command(), &flags) {
                Exit::Refused => Exit::RefusedAsKustomize,
                other => other,
            },
        },
    }
}

fn misuse(error: &clap::Error) -> Exit {
    if error.exit_code() == 0 {
        let _ = error.print();
        return Exit::Done;
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    // After a fault in an argument, kustomize stays silent about how it is used.
    let known = error.kind() != ErrorKind::InvalidSubcommand;
    let shown = if known { text.split("\n\n").next().unwrap_or(text) } else { text };
    terminal::complain(&format!("Error: {}\n", shown.trim_end()));
    Exit::RefusedAsKustomize
}

fn version(flags: &VersionFlags) -> Exit {
    if flags.short {
        terminal::complain("Flag --short has been deprecated, and will be removed in the future.\n");
        if !flags.output.is_empty() {
            terminal::complain("Error: --short and --output are mutually exclusive\n");
            return Exit::RefusedAsKustomize;
        }
    }
    let text = match flags.output.as_str() {
        "" if flags.short => format!("{{{KUSTOMIZE}  unknown   }}\n"),
        "" => format!("{KUSTOMIZE}\n"),
        "yaml" => format!("version: {KUSTOMIZE}\ngitCommit: unknown\nbuildDate: unknown\n\n"),
        "json" => {
            format!(
                "{{\n  \"version\": \"{KUSTOMIZE}\",\n  \"gitCommit\": \"unknown\",\n  \"buildDate\": \"unknown\"\n}}\n"
            )
        }
        _ => String::new(),
    };
    match terminal::print(text.as_bytes()) {
        Ok(()) => Exit::Done,
        Err(_) => Exit::RefusedAsKustomize,
    }
}
