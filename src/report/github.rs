//! Workflow commands that GitHub Actions shows beside the lines of a pull request.

use std::fmt::Write as _;

use super::Report;
use crate::validate::Level;

/// One command a finding.
pub fn github(report: &Report) -> String {
    let mut out = String::new();
    for told in report.told() {
        let command = match told.finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let mut message = String::new();
        if let Some(object) = &told.object {
            message.push_str(&object.display());
            if !told.finding.path.is_empty() {
                let _ = write!(message, " {}", told.finding.path);
            }
            message.push_str(": ");
        }
        message.push_str(&told.finding.message);
        if !told.finding.hint.is_empty() {
            let _ = write!(message, "\nhint: {}", told.finding.hint);
        }
        let title = property(&format!("{}: {}", told.finding.family.name(), told.finding.rule));
        let _ = if told.file.is_empty() {
            writeln!(out, "::{command} title={title}::{}", data(&message))
        } else {
            let file = property(&told.file);
            writeln!(
                out,
                "::{command} file={file},line={},col={},title={title}::{}",
                told.line,
                told.column,
                data(&message)
            )
        };
    }
    out
}

/// Text behind the second pair of colons.
pub(crate) fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property: also its separators are escaped.
pub(crate) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
