//! Findings for people, drawn as faults are, and one line that sums up.

use rayon::prelude::*;

use super::{Report, Told, number};
use crate::diagnostic::{Dress, Severity, Sketch, draw_into};
use crate::source::Sources;
use crate::validate::{Family, Level};

/// All findings, then the summary.
pub fn text(report: &Report, dress: Dress) -> String {
    let mut out = text_of(report, dress, |_| true);
    out.push_str(&summary(report));
    out
}

/// Those findings that are wanted, without the summary.
pub fn text_of(report: &Report, dress: Dress, wanted: impl Fn(&Told) -> bool + Sync) -> String {
    let mut out = String::new();
    for part in &report.parts {
        let draw = |some: &[Told]| {
            let mut text = String::new();
            for told in some.iter().filter(|told| wanted(told)) {
                draw_told(&mut text, told, &part.sources, dress);
            }
            text
        };
        if part.told.len() <= MANY {
            out.push_str(&draw(&part.told));
            continue;
        }
        let texts: Vec<String> = part.told.par_chunks(MANY).map(draw).collect();
        out.reserve(texts.iter().map(String::len).sum());
        for text in &texts {
            out.push_str(text);
        }
    }
    out
}

/// So many findings are drawn in one go; more of them side by side.
const MANY: usize = 512;

/// Draws a finding as faults are drawn.
fn draw_told(out: &mut String, told: &Told, sources: &Sources, dress: Dress) {
    let finding = &told.finding;
    let severity = match finding.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    };
    let path = finding.value_path.as_deref().unwrap_or(&finding.path);
    let label = [(finding.place, path)];
    let labels = if finding.place.is_some() { &label[..] } else { &[] };
    let mut doing = String::new();
    if let Some(object) = &told.object {
        doing.push_str("in ");
        object.show(&mut doing);
        if labels.is_empty() && !path.is_empty() {
            doing.push_str(" at ");
            doing.push_str(path);
        }
    }
    let mut trace = Vec::with_capacity(1 + told.trace.len());
    if told.object.is_some() {
        trace.push(doing.as_str());
    }
    trace.extend(told.trace.iter().map(String::as_str));
    let hint = [finding.hint.as_str()];
    let hints = if finding.hint.is_empty() { &[] } else { &hint[..] };
    let (code, message) = (finding.rule, finding.message.as_str());
    draw_into(out, &Sketch { code, severity, message, labels, trace: &trace, hints }, sources, dress);
}

/// One line: what was looked at, what was found.
pub fn summary(report: &Report) -> String {
    let looked = format!("{} in {}", number(report.objects, "object"), number(report.files, "file"));
    let found = report.counts();
    let counts: Vec<String> = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")]
        .into_iter()
        .map(|(level, word)| (found.of_level(level), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| number(count, word))
        .collect();
    if counts.is_empty() {
        return format!("{looked}: nothing found\n");
    }
    let families: Vec<String> = Family::ALL
        .iter()
        .map(|family| (family.name(), found.of_family(*family)))
        .filter(|(_, count)| *count > 0)
        .map(|(name, count)| format!("{name} {count}"))
        .collect();
    format!("{looked}: {} ({})\n", counts.join(", "), families.join(", "))
}
