//! `citadel rules`: what the rules check, why, and how to silence one.

use std::fmt::Write as _;

use clap::Command;
use serde_json::json;

use super::exit::Exit;
use super::flags::{Choice, Words, arguments, choice};
use super::gate;
use super::terminal;
use crate::host::Host;
use crate::source::Sources;
use crate::validate::rules::{self, Rule};
use crate::validate::{Family, Level};

/// List the rules of `check`, or tell all about some.
#[derive(Debug)]
pub(super) struct Flags {
    names: Vec<String>,
    format: Format,
}

impl Flags {
    /// The command.
    pub(super) fn command() -> Command {
        Command::new("rules").about("List the rules of `check`, or tell all about some").args([
            arguments(
                "RULE",
                "Ids, families, or names in other linters (`kube-linter:no-read-only-root-fs`)",
            ),
            choice::<Format>("format", "FORMAT", "How they are told"),
        ])
    }

    /// What was said.
    pub(super) fn read(words: &mut Words) -> Flags {
        Flags { names: words.all("RULE"), format: words.chosen("format") }
    }
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Text,
    Json,
}

impl Choice for Format {
    const ALL: &'static [(Format, &'static str, &'static str)] =
        &[(Format::Text, "text", "For people"), (Format::Json, "json", "A list of rules")];
}

/// Runs the command.
pub(super) fn run(host: &dyn Host, flags: &Flags) -> Exit {
    let mut chosen: Vec<&Rule> = Vec::new();
    for name in &flags.names {
        let found = rules::find(name);
        if found.is_empty() {
            return terminal::refuse(host, &gate::unknown(name), &Sources::default());
        }
        chosen.extend(found);
    }
    let text = match flags.format {
        Format::Json => {
            let list: Vec<&Rule> = if chosen.is_empty() { rules::all().collect() } else { chosen };
            let list: Vec<serde_json::Value> = list.into_iter().map(as_json).collect();
            format!("{}\n", json!({ "version": 1, "rules": list }))
        }
        Format::Text if chosen.is_empty() => table(),
        Format::Text => chosen.into_iter().map(page).collect::<Vec<String>>().join("\n"),
    };
    match terminal::print(text.as_bytes()) {
        Ok(()) => Exit::Done,
        Err(error) => terminal::refuse(host, &terminal::unprintable(&error), &Sources::default()),
    }
}

fn level(rule: &Rule) -> &'static str {
    rule.level.map_or("off", Level::name)
}

/// All rules, a line each, by family.
fn table() -> String {
    let mut out = String::new();
    let widest = rules::all().map(|rule| rule.id.len()).max().unwrap_or_default();
    for family in Family::ALL {
        let mut list = rules::all().filter(|rule| rule.family == family).peekable();
        if list.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "{}", family.name());
        for rule in list {
            let _ = writeln!(out, "  {:widest$}  {:7}  {}", rule.id, level(rule), rule.checks);
        }
    }
    out
}

/// Everything about one rule.
fn page(rule: &Rule) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "{} ({}, {})", rule.id, rule.family.name(), level(rule));
    let _ = writeln!(out, "  checks: {}", rule.checks);
    let _ = writeln!(out, "  why:    {}", rule.why);
    if !rule.old_names.is_empty() {
        let _ = writeln!(out, "  known as: {}", rule.old_names.join(", "));
    }
    let _ = writeln!(out, "  to silence it: {}", rule.silence());
    for (word, example) in [("fails", rule.fails), ("passes", rule.passes)] {
        if !example.is_empty() {
            let _ = writeln!(out, "\n  {word}:");
            for line in example.lines() {
                let _ = writeln!(out, "{}", format!("    {line}").trim_end());
            }
        }
    }
    out
}

fn as_json(rule: &Rule) -> serde_json::Value {
    json!({
        "id": rule.id,
        "family": rule.family.name(),
        "level": level(rule),
        "checks": rule.checks,
        "why": rule.why,
        "old_names": rule.old_names,
        "silence": rule.silence(),
        "fails": rule.fails,
        "passes": rule.passes,
    })
}
