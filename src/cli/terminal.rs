//! What goes to standard output and standard error, and how it is dressed.

use std::io::{self, ErrorKind, IsTerminal, Write};

use crate::diagnostic::{Diagnostic, Dress, Warnings, draw, findings};
use crate::host::Host;
use crate::source::Sources;

/// How faults are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, clap::ValueEnum)]
pub(super) enum ErrorFormat {
    /// For people.
    #[default]
    Text,
    /// The findings document, version 1.
    Json,
}

/// Writes to standard output in one go. A reader that went away is no fault.
pub(super) fn print(bytes: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes to standard error; when even that cannot be written, nobody is left to tell.
pub(super) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn dress(host: &dyn Host) -> Dress {
    let set = |name| host.variable(name).is_some_and(|value| !value.is_empty());
    let dumb = host.variable("TERM").is_some_and(|term| term == "dumb");
    if set("NO_COLOR") || dumb || !io::stderr().is_terminal() { Dress::Plain } else { Dress::Colour }
}

/// Tells warnings and faults on standard error.
pub(super) fn tell(
    host: &dyn Host,
    format: ErrorFormat,
    sources: &Sources,
    warnings: &Warnings,
    faults: &[Diagnostic],
    as_kustomize: bool,
) {
    if warnings.kustomize.is_empty() && warnings.list.is_empty() && faults.is_empty() {
        return;
    }
    if format == ErrorFormat::Json {
        let lines = warnings.kustomize.iter().map(|line| {
            let line = line.trim_start_matches("# ").trim_start_matches("Warning: ");
            Diagnostic::warning("deprecated", line)
        });
        let lines: Vec<Diagnostic> = lines.collect();
        return complain(&findings(faults.iter().chain(&warnings.list).chain(&lines), sources));
    }
    let mut text = String::new();
    for line in &warnings.kustomize {
        text.push_str(line);
        text.push('\n');
    }
    let dress = dress(host);
    for diagnostic in warnings.list.iter().chain(faults) {
        let drawn = draw(diagnostic, sources, dress);
        match drawn.split_once("]: ") {
            // Scripts look for the word with which kustomize begins.
            Some((_, rest)) if as_kustomize && dress == Dress::Plain => text.extend(["Error: ", rest]),
            _ => text.push_str(&drawn),
        }
    }
    complain(&text);
}
