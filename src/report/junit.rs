//! `JUnit` XML: one suite a file, one case a finding, errors as failures; for CI systems that show test results. What
//! warns stands in the output of its suite; a case that passes says how many objects were looked at.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use super::{Report, Told, number};
use crate::validate::Level;

/// How a case failed: its kind, a message, details.
pub type Failure = (String, String, String);

/// One test suite, to be written out.
pub struct Suite {
    /// Its name: a file.
    pub name: String,
    /// Cases: name, class and, when it failed, how.
    pub cases: Vec<(String, String, Option<Failure>)>,
    /// What else it says.
    pub output: String,
}

/// The XML document of some suites. Both dialects in use accept it: that of Ant and that of Jenkins.
pub fn junit_suites(suites: &[Suite]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for (id, suite) in suites.iter().enumerate() {
        let failures = suite.cases.iter().filter(|(_, _, failure)| failure.is_some()).count();
        let _ = writeln!(
            out,
            "  <testsuite name=\"{}\" package=\"citadel\" id=\"{id}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\" \
             time=\"0\" timestamp=\"1970-01-01T00:00:00\" hostname=\"localhost\">\n    <properties/>",
            xml(&suite.name),
            suite.cases.len(),
        );
        for (name, class, failure) in &suite.cases {
            let _ =
                write!(out, "    <testcase name=\"{}\" classname=\"{}\" time=\"0\"", xml(name), xml(class));
            let _ = match failure {
                None => writeln!(out, "/>"),
                Some((kind, message, details)) => writeln!(
                    out,
                    ">\n      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>",
                    xml(message),
                    xml(kind),
                    xml(details),
                ),
            };
        }
        let _ = writeln!(
            out,
            "    <system-out>{}</system-out>\n    <system-err/>\n  </testsuite>",
            xml(&suite.output)
        );
    }
    out.push_str("</testsuites>\n");
    out
}

/// The XML document of a report.
pub fn junit(report: &Report) -> String {
    let mut suites: Vec<Suite> = Vec::new();
    let mut numbers: FxHashMap<&str, usize> = FxHashMap::default();
    for told in report.told() {
        let number = *numbers.entry(&told.file).or_insert_with(|| {
            let name = if told.file.is_empty() { "(generated)" } else { &told.file };
            suites.push(Suite { name: name.to_owned(), cases: Vec::new(), output: String::new() });
            suites.len() - 1
        });
        if let Some(suite) = suites.get_mut(number) {
            add(suite, told);
        }
    }
    let looked = format!("{} looked at", number(report.objects, "object"));
    let cases = vec![(looked, "citadel.check".to_owned(), None)];
    suites.push(Suite { name: "citadel check".to_owned(), cases, output: String::new() });
    junit_suites(&suites)
}

fn add(suite: &mut Suite, told: &Told) {
    let finding = &told.finding;
    let object = told.object.as_ref().map(|object| object.display()).unwrap_or_default();
    let name = format!("{object} {} {}", finding.rule, finding.path).trim().to_owned();
    let class = format!("{}.{}", finding.family.name(), finding.rule);
    let hint = if finding.hint.is_empty() { String::new() } else { format!("\nhint: {}", finding.hint) };
    let place = match told.line {
        0 => String::new(),
        line => format!("{}:{line}:{}: ", told.file, told.column),
    };
    if finding.level == Level::Error {
        let details = format!("{place}{}{hint}", finding.message);
        suite.cases.push((name, class, Some((finding.rule.to_owned(), finding.message.clone(), details))));
    } else {
        let _ = writeln!(
            suite.output,
            "{}[{}] {place}{object}: {}{hint}",
            finding.level.name(),
            finding.rule,
            finding.message
        );
        suite.cases.push((name, class, None));
    }
}

/// Text of an attribute or element; characters that XML 1.0 does not have become `?`.
fn xml(text: &str) -> String {
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
