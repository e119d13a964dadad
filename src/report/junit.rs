//! `JUnit` XML: one suite a file, one case an object that has findings, errors as failures; for CI systems that show
//! test results. Objects without findings are counted in one passing case.

use std::fmt::Write as _;

use super::{Report, Told, number};
use crate::validate::Level;

/// The XML document.
pub fn junit(report: &Report) -> String {
    let mut suites: Vec<(&str, Vec<&Told>)> = Vec::new();
    let mut numbers = std::collections::HashMap::new();
    for told in report.told() {
        let number = *numbers.entry(&*told.file).or_insert_with(|| {
            suites.push((&told.file, Vec::new()));
            suites.len() - 1
        });
        suites[number].1.push(told);
    }
    let mut body = String::new();
    let (mut tests, mut failures) = (1, 0);
    for (file, list) in suites {
        let bad = list.iter().filter(|told| told.finding.level == Level::Error).count();
        tests += list.len();
        failures += bad;
        let name = if file.is_empty() { "(generated)" } else { file };
        let _ = writeln!(
            body,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{bad}\" errors=\"0\" skipped=\"0\" time=\"0\" \
             timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\">",
            xml(name),
            list.len(),
        );
        body.push_str("    <properties/>\n");
        for told in list {
            case(&mut body, told);
        }
        body.push_str("    <system-out/>\n    <system-err/>\n  </testsuite>\n");
    }
    let _ = writeln!(
        body,
        "  <testsuite name=\"citadel check\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"0\" time=\"0\" \
         timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\">\n    <properties/>\n    <testcase \
         classname=\"citadel check\" name=\"{}\" time=\"0\"/>\n    <system-out/>\n    <system-err/>\n  </testsuite>",
        number(report.objects, "object"),
    );
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{tests}\" failures=\"{failures}\" \
         errors=\"0\">\n{body}</testsuites>\n"
    )
}

fn case(out: &mut String, told: &Told) {
    let finding = &told.finding;
    let object = told.object.as_ref().map(|object| object.display()).unwrap_or_default();
    let name = format!("{object} {} {}", finding.rule, finding.path);
    let class = format!("{}.{}", finding.family.name(), finding.rule);
    let _ =
        write!(out, "    <testcase classname=\"{}\" name=\"{}\" time=\"0\"", xml(&class), xml(name.trim()));
    let place = if told.file.is_empty() {
        String::new()
    } else {
        format!("{}:{}:{}: ", told.file, told.line, told.column)
    };
    let hint = if finding.hint.is_empty() { String::new() } else { format!("\nhint: {}", finding.hint) };
    if finding.level == Level::Error {
        let _ = writeln!(
            out,
            ">\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>",
            xml(&finding.message),
            xml(finding.rule),
            xml(&format!("{place}{}{hint}", finding.message)),
        );
    } else {
        // A case that passes may still say something: its output carries warnings and notes.
        let said = format!("{}: {place}{}{hint}", finding.level.name(), finding.message);
        let _ = writeln!(out, ">\n      <system-out>{}</system-out>\n    </testcase>", xml(&said));
    }
}

/// Text of an attribute or element; characters that XML 1.0 does not have become `?`.
pub fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            char if char < ' ' || matches!(char, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            char => out.push(char),
        }
    }
    out
}
