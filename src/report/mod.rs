//! Findings with everything that readers of a report need: the object, file, line and column, the steps that led to a
//! value. One file a format.

mod capacity;
mod github;
mod json;
mod junit;
mod sarif;
mod text;

use std::sync::Arc;

use crate::source::Sources;
use crate::validate::{Capacity, Family, Finding, Level, Object};

pub use capacity::capacity;
pub use github::github;
pub(crate) use github::{data, property};
pub use json::json;
pub use junit::{Failure, Suite, junit, junit_suites};
pub use sarif::sarif;
pub use text::{summary, text, text_of};

/// Which object a finding is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ObjectId {
    /// `group/version`.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The namespace as written; empty when it says none.
    pub namespace: String,
    /// The name.
    pub name: String,
}

impl ObjectId {
    /// Who an object is.
    pub fn of(object: &Object<'_>) -> ObjectId {
        ObjectId {
            api_version: object.api_version(),
            kind: object.kind.to_owned(),
            namespace: object.namespace.to_owned(),
            name: object.name.to_owned(),
        }
    }

    /// `Deployment shop/api`.
    pub fn display(&self) -> String {
        let mut out = String::new();
        self.show(&mut out);
        out
    }

    /// The same, behind another text.
    pub(super) fn show(&self, out: &mut String) {
        let kind = if self.kind.is_empty() { "object" } else { &self.kind };
        let before = out.len();
        out.push_str(kind);
        out.push(' ');
        out.push_str(&self.namespace);
        if !self.namespace.is_empty() {
            out.push('/');
        }
        out.push_str(&self.name);
        out.truncate(out.trim_end().len().max(before));
    }
}

/// One finding, placed.
#[derive(Clone, Debug)]
pub struct Told {
    /// What was found.
    pub finding: Finding,
    /// The object; `None` when it is about a whole file.
    pub object: Option<Arc<ObjectId>>,
    /// The file; empty when nobody wrote the value.
    pub file: Arc<str>,
    /// The line, from 1; 0 without a file.
    pub line: usize,
    /// The column in characters, from 1; 0 without a file.
    pub column: usize,
    /// The steps through which the value went, newest first: ``set by `patches` (overlays/a/kustomization.yaml:7:3)``.
    pub trace: Vec<String>,
}

/// Findings whose places point into one set of texts.
#[derive(Debug, Default)]
pub struct Part {
    /// The texts.
    pub sources: Sources,
    /// The findings.
    pub told: Vec<Told>,
    /// How many objects were looked at.
    pub objects: usize,
    /// How many files (or targets) they came from.
    pub files: usize,
    /// What the workloads ask for, a namespace at a time, when that was asked.
    pub capacity: Vec<Capacity>,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Report {
    /// Findings by where they come from: built targets, plain files.
    pub parts: Vec<Part>,
    /// How many objects were looked at.
    pub objects: usize,
    /// How many files (or targets) they came from.
    pub files: usize,
}

impl Report {
    /// Adds a part.
    pub fn add(&mut self, part: Part) {
        self.objects += part.objects;
        self.files += part.files;
        self.parts.push(part);
    }

    /// Adds all of another report.
    pub fn join(&mut self, other: Report) {
        self.objects += other.objects;
        self.files += other.files;
        self.parts.extend(other.parts);
    }

    /// All findings in order.
    pub fn told(&self) -> impl Iterator<Item = &Told> {
        self.parts.iter().flat_map(|part| &part.told)
    }

    /// How many findings there are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.told().filter(|told| told.finding.level == level).count()
    }

    /// The worst level found.
    pub fn worst(&self) -> Option<Level> {
        self.told().map(|told| told.finding.level).max()
    }

    /// How many findings of each family: errors, warnings, notes.
    fn by_family(&self) -> [(Family, [usize; 3]); Family::ALL.len()] {
        let mut table = Family::ALL.map(|family| (family, [0; 3]));
        for told in self.told() {
            if let Some((_, counts)) = table.iter_mut().find(|(family, _)| *family == told.finding.family) {
                counts[match told.finding.level {
                    Level::Error => 0,
                    Level::Warning => 1,
                    Level::Note => 2,
                }] += 1;
            }
        }
        table
    }
}

/// `1 error`, `2 errors`.
fn number(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
