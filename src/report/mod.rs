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

/// How many findings there are: of each family, notes, warnings and errors.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts([[usize; 3]; Family::ALL.len()]);

impl Counts {
    /// Counts one finding.
    pub fn add(&mut self, family: Family, level: Level) {
        self.0[family as usize][level as usize] += 1;
    }

    /// Adds what was counted elsewhere.
    pub fn join(&mut self, other: &Counts) {
        for (own, other) in self.0.as_flattened_mut().iter_mut().zip(other.0.as_flattened()) {
            *own += other;
        }
    }

    /// How many there are of a family at a level.
    pub fn of(&self, family: Family, level: Level) -> usize {
        self.0[family as usize][level as usize]
    }

    /// How many there are of a level.
    pub fn of_level(&self, level: Level) -> usize {
        Family::ALL.iter().map(|family| self.of(*family, level)).sum()
    }

    /// How many there are of a family.
    pub fn of_family(&self, family: Family) -> usize {
        self.0[family as usize].iter().sum()
    }
}

/// Findings whose places point into one set of texts.
#[derive(Debug, Default)]
pub struct Part {
    /// The texts.
    pub sources: Sources,
    /// The findings.
    pub told: Vec<Told>,
    /// Further findings, which were only counted.
    pub counted: Counts,
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

    /// How many findings there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for part in &self.parts {
            counts.join(&part.counted);
            part.told.iter().for_each(|told| counts.add(told.finding.family, told.finding.level));
        }
        counts
    }

    /// How many findings there are of a level.
    pub fn count(&self, level: Level) -> usize {
        self.counts().of_level(level)
    }

    /// The worst level found.
    pub fn worst(&self) -> Option<Level> {
        let counts = self.counts();
        Level::ALL.into_iter().rev().find(|level| counts.of_level(*level) > 0)
    }
}

/// `1 error`, `2 errors`.
fn number(count: usize, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}
