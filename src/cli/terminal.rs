//! What goes to standard output and standard error, and how it is dressed.

use std::io::{self, ErrorKind, IsTerminal, Read, Write};

use super::exit::Exit;
use super::flags::Choice;
use crate::diagnostic::{Diagnostic, Dress, Warnings, draw, findings};
use crate::host::{Fault, Host, LARGEST_FILE, Trouble};
use crate::source::Sources;

/// How faults are told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum ErrorFormat {
    Text,
    Json,
}

impl Choice for ErrorFormat {
    const ALL: &'static [(ErrorFormat, &'static str, &'static str)] = &[
        (ErrorFormat::Text, "text", "For people"),
        (ErrorFormat::Json, "json", "The findings document, version 1"),
    ];
}

/// Writes pieces to standard output, each in one go. A reader that went away is no fault.
pub(super) fn print_pieces(pieces: &[impl AsRef<[u8]>]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match pieces.iter().try_for_each(|piece| out.write_all(piece.as_ref())).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// Writes to standard output in one go. A reader that went away is no fault.
pub(super) fn print(bytes: &[u8]) -> io::Result<()> {
    print_pieces(&[bytes])
}

/// Writes to standard error; when even that cannot be written, nobody is left to tell.
pub(super) fn complain(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// How text on standard error is dressed.
pub(super) fn dress_error(host: &dyn Host) -> Dress {
    dress_for(host, io::stderr().is_terminal())
}

/// How text on standard output is dressed.
pub(super) fn dress_output(host: &dyn Host) -> Dress {
    dress_for(host, io::stdout().is_terminal())
}

fn dress_for(host: &dyn Host, is_terminal: bool) -> Dress {
    let set = |name| host.variable(name).is_some_and(|value| !value.is_empty());
    let dumb = host.variable("TERM").is_some_and(|term| term == "dumb");
    if set("NO_COLOR") || dumb || !is_terminal { Dress::Plain } else { Dress::Colour }
}

/// Tells one fault that ends the program.
pub(super) fn refuse(host: &dyn Host, fault: &Diagnostic, sources: &Sources) -> Exit {
    complain(&draw(fault, sources, dress_error(host)));
    Exit::Refused
}

/// Tells faults that end the program, each with the texts it points into: in the format that was asked for.
pub(super) fn refuse_all<'f>(
    host: &dyn Host,
    format: ErrorFormat,
    faults: impl IntoIterator<Item = (&'f Diagnostic, &'f Sources)>,
) -> Exit {
    complain(&match format {
        ErrorFormat::Json => findings(faults),
        ErrorFormat::Text => {
            let dress = dress_error(host);
            faults.into_iter().map(|(fault, sources)| draw(fault, sources, dress)).collect()
        }
    });
    Exit::Refused
}

/// Standard output could not be written.
pub(super) fn unprintable(error: &io::Error) -> Diagnostic {
    let words = error.to_string();
    let words = words.split(" (os error").next().unwrap_or_default().to_lowercase();
    Diagnostic::error("output-failed", format!("standard output could not be written: {words}"))
}

/// A file could not be written.
pub(super) fn unwritten(fault: &Fault) -> Diagnostic {
    let why = match &fault.trouble {
        Trouble::DiskFull => "no space left on the device".to_owned(),
        Trouble::Other(words) => words.clone(),
        trouble => format!("it {trouble}"),
    };
    let message = format!("`{}` could not be written: {why}", fault.path.display());
    Diagnostic::error("output-failed", message).hint("nothing was written")
}

/// All of standard input, up to the largest text there may be.
pub(super) fn read_input() -> Result<Vec<u8>, Box<Diagnostic>> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(LARGEST_FILE + 1).read_to_end(&mut bytes);
    match read {
        Ok(_) if bytes.len() as u64 > LARGEST_FILE => {
            Diagnostic::error("input-too-large", "standard input is larger than 2 GiB").fail()
        }
        Ok(_) => Ok(bytes),
        Err(error) => {
            Diagnostic::error("unreadable-input", format!("standard input could not be read: {error}")).fail()
        }
    }
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
        let all = faults.iter().chain(&warnings.list).chain(&lines);
        return complain(&findings(all.map(|diagnostic| (diagnostic, sources))));
    }
    let mut text = String::new();
    for line in &warnings.kustomize {
        text.push_str(line);
        text.push('\n');
    }
    let dress = dress_error(host);
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
