//! What came of golden files, for people and for machines.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Difference, Outcome, State};
use crate::compare::format;
use crate::diagnostic::{Dress, draw};
use crate::report::{Suite, data, junit_suites, property};
use crate::source::Sources;

/// What was done with the golden files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Telling {
    /// They were compared.
    Checked,
    /// They were written anew.
    Updated,
}

fn report<T>(difference: &Difference, tell: impl FnOnce(&format::Report<'_, '_>) -> T) -> T {
    let (old, new) = (difference.old.objects(), difference.new.objects());
    tell(&format::Report {
        old: &old,
        new: &new,
        old_side: &difference.old,
        new_side: &difference.new,
        changes: &difference.changes,
        show_secrets: false,
    })
}

/// One sentence about an outcome.
fn sentence(outcome: &Outcome, telling: Telling) -> String {
    let Outcome { name, shown, state } = outcome;
    match (state, telling) {
        (State::Same, _) => format!("{name}: unchanged"),
        (State::Missing, Telling::Checked) => {
            format!("{name}: no golden file `{shown}` (citadel snapshot --update {name} makes it)")
        }
        (State::Missing, Telling::Updated) => format!("{name}: wrote `{shown}`"),
        (State::Orphan, _) => format!("{name}: `{shown}` has no overlay (delete it)"),
        (State::Spelling(_), Telling::Checked) => format!(
            "{name}: the same objects as in `{shown}`, written otherwise (citadel snapshot --update {name} accepts it)"
        ),
        (State::Changed(difference), Telling::Checked) => {
            let count = difference.changes.len();
            let differ = if count == 1 { "object differs" } else { "objects differ" };
            format!("{name}: {count} {differ} from `{shown}` (citadel snapshot --update {name} accepts it)")
        }
        (State::Spelling(_) | State::Changed(_), Telling::Updated) => format!("{name}: updated `{shown}`"),
        (State::Refused(_), _) => format!("{name}: cannot be compared"),
    }
}

/// For people.
pub fn text(outcomes: &[Outcome], telling: Telling, dress: Dress) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        let _ = writeln!(out, "{}", sentence(outcome, telling));
        match &outcome.state {
            State::Changed(difference) | State::Spelling(difference) if !difference.changes.is_empty() => {
                out.push_str(&report(difference, |report| format::text(report, dress)));
            }
            State::Refused(unread) => {
                for (number, fault) in &unread.faults {
                    let none = Sources::default();
                    out.push_str(&draw(fault, unread.sources.get(*number).unwrap_or(&none), dress));
                }
            }
            _ => {}
        }
    }
    out
}

/// The machine format, version 1: `snapshots`, each with `name`, `file`, `state` and, when objects differ, `objects` as
/// `diff --format json` has them.
pub fn json(outcomes: &[Outcome]) -> String {
    let list: Vec<Value> = outcomes
        .iter()
        .map(|outcome| {
            let mut value =
                json!({ "name": outcome.name, "file": outcome.shown, "state": word(&outcome.state) });
            match &outcome.state {
                State::Changed(difference) | State::Spelling(difference) => {
                    let told = report(difference, format::json);
                    let told: Value = serde_json::from_str(&told).unwrap_or_default();
                    value["objects"] = told["objects"].clone();
                }
                State::Refused(unread) => {
                    value["faults"] = unread.faults.iter().map(|(_, fault)| json!(fault.message)).collect();
                }
                _ => {}
            }
            value
        })
        .collect();
    format!("{}\n", json!({ "version": 1, "snapshots": list }))
}

fn word(state: &State) -> &'static str {
    match state {
        State::Same => "unchanged",
        State::Missing => "missing",
        State::Orphan => "orphan",
        State::Spelling(_) => "spelling",
        State::Changed(_) => "changed",
        State::Refused(_) => "refused",
    }
}

/// `JUnit` XML: one case a golden file.
pub fn junit(outcomes: &[Outcome]) -> String {
    let case = |outcome: &Outcome| {
        let failure = (!matches!(outcome.state, State::Same)).then(|| {
            let details = text(std::slice::from_ref(outcome), Telling::Checked, Dress::Plain);
            (word(&outcome.state).to_owned(), sentence(outcome, Telling::Checked), details)
        });
        (outcome.name.clone(), "citadel.snapshot".to_owned(), failure)
    };
    let cases = outcomes.iter().map(case).collect();
    junit_suites(&[Suite { name: "citadel snapshot".to_owned(), cases, output: String::new() }])
}

/// Workflow commands of GitHub Actions: one a change, at the line that caused it.
pub fn github(outcomes: &[Outcome]) -> String {
    let mut out = String::new();
    for outcome in outcomes {
        match &outcome.state {
            State::Same => {}
            State::Changed(difference) | State::Spelling(difference) => {
                let _ =
                    writeln!(out, "::error title=snapshot::{}", data(&sentence(outcome, Telling::Checked)));
                report(difference, |report| commands(&mut out, report));
            }
            _ => {
                let _ =
                    writeln!(out, "::error title=snapshot::{}", data(&sentence(outcome, Telling::Checked)));
            }
        }
    }
    out
}

fn commands(out: &mut String, report: &format::Report<'_, '_>) {
    for whole in report.changes {
        let Some(object) = report.object(whole) else { continue };
        for change in &whole.changes {
            let values = if format::is_hidden(report, object, change) {
                "another secret value".to_owned()
            } else {
                format::in_one_line(change)
            };
            let message = format!("{} {} {}: {values}", object.kind, object.name, change.path());
            let place = report.place_of(whole, change);
            let place = place
                .map(|(file, line, column)| format!(" file={},line={line},col={column},", property(&file)));
            let place = place.unwrap_or_else(|| " ".to_owned());
            let message = data(&message);
            let _ = writeln!(out, "::error{place}title=snapshot::{message}");
        }
    }
}
