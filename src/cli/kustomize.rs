//! The program under the name of `kustomize`: exit code 1 for every fault, its `version`, no word that it would not say.

use std::ffi::OsString;

use clap::Command;
use clap::error::ErrorKind;

use super::exit::Exit;
use super::flags::{Words, arguments, switch, value};
use super::version::KUSTOMIZE;
use super::{build, manual, terminal};
use crate::host::Host;

/// The command line.
pub(super) fn command() -> Command {
    let version = Command::new("version").about("Print the version").args([
        value("output", "OUTPUT", "`yaml` or `json`").short('o').default_value("").hide_default_value(true),
        switch("short", "").hide(true),
        arguments("REST", "").hide(true),
    ]);
    Command::new("kustomize")
        .about("Renders Kubernetes manifests from kustomizations (citadel under the name of kustomize)")
        .args_override_self(true)
        .subcommands([
            build::Flags::command(),
            version,
            manual::completions_command().name("completion").alias("completions"),
        ])
}

/// Runs the program.
pub(super) fn run(host: &dyn Host, mut arguments: Vec<OsString>) -> Exit {
    if let Some(name) = arguments.first_mut() {
        *name = OsString::from("kustomize");
    }
    match Words::of(command(), arguments) {
        Err(error) => misuse(&error),
        Ok(None) => {
            let _ = command().print_help();
            Exit::Done
        }
        Ok(Some((name, mut words))) => match name.as_str() {
            "build" => build::run(host, Box::new(build::Flags::read(&mut words)), true),
            "version" => version(&mut words),
            _ => match manual::completions(command(), &mut words) {
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
    if let Some(words) = super::exit::not_there(error) {
        terminal::complain(&format!("Error: {words}\n"));
        return Exit::RefusedAsKustomize;
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    // After a fault in an argument, kustomize stays silent about how it is used.
    let known = error.kind() != ErrorKind::InvalidSubcommand;
    let shown = if known { text.split("\n\n").next().unwrap_or(text) } else { text };
    terminal::complain(&format!("Error: {}\n", shown.trim_end()));
    Exit::RefusedAsKustomize
}

fn version(words: &mut Words) -> Exit {
    let output: String = words.one("output").unwrap_or_default();
    let short = words.is_on("short");
    if short {
        terminal::complain("Flag --short has been deprecated, and will be removed in the future.\n");
        if !output.is_empty() {
            terminal::complain("Error: --short and --output are mutually exclusive\n");
            return Exit::RefusedAsKustomize;
        }
    }
    let text = match output.as_str() {
        "" if short => format!("{{{KUSTOMIZE}  unknown   }}\n"),
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
