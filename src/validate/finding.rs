//! What a rule found. Which file, line and column it is told at follows from the node's origin.

use super::at::At;
use crate::source::Place;
use crate::yaml::NodeId;

/// Kinds of rules: one rule, one id, one family.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Family {
    /// What cannot be read at all.
    Input,
    /// Types, unknown fields, formats.
    Schema,
    /// What kube-apiserver refuses beyond types.
    Server,
    /// Removed and deprecated APIs.
    ApiVersion,
    /// Pod Security Standards.
    PodSecurity,
    /// Whether the objects of a set fit together.
    Reference,
    /// What a release must state.
    Pins,
    /// Good practice.
    Policy,
}

impl Family {
    /// All families, in the order of their names here.
    pub const ALL: [Family; 8] = [
        Family::Input,
        Family::Schema,
        Family::Server,
        Family::ApiVersion,
        Family::PodSecurity,
        Family::Reference,
        Family::Pins,
        Family::Policy,
    ];

    /// The name that users write: `api-version`.
    pub fn name(self) -> &'static str {
        match self {
            Family::Input => "input",
            Family::Schema => "schema",
            Family::Server => "server",
            Family::ApiVersion => "api-version",
            Family::PodSecurity => "pod-security",
            Family::Reference => "reference",
            Family::Pins => "pins",
            Family::Policy => "policy",
        }
    }
}

/// How bad a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// An opinion worth seeing.
    Note,
    /// Probably not meant.
    Warning,
    /// Refused, or cannot work.
    Error,
}

impl Level {
    /// All levels, the least first.
    pub const ALL: [Level; 3] = [Level::Note, Level::Warning, Level::Error];

    /// The name in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        }
    }
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule's id: `unknown-field`, `required`, `invalid-port`.
    pub rule: &'static str,
    /// Its family.
    pub family: Family,
    /// How bad it is.
    pub level: Level,
    /// One sentence: lower case, no full stop, names in backticks.
    pub message: String,
    /// The field as the API server writes it: `spec.template.spec.containers[0].image`; labels as `metadata.labels`.
    pub path: String,
    /// Down to the value, where that is deeper than `path`.
    pub value_path: Option<String>,
    /// Where the value was written.
    pub place: Place,
    /// The node at that place, whose history tells the steps that led to it.
    pub node: Option<NodeId>,
    /// A thing to do; empty when there is none.
    pub hint: String,
}

impl Finding {
    /// An error of the family `server` at a field.
    pub fn server(rule: &'static str, at: &At<'_>, message: impl Into<String>) -> Finding {
        Finding::new(rule, Family::Server, Level::Error, at, message)
    }

    /// An error of the family `schema` at a field.
    pub fn schema(rule: &'static str, at: &At<'_>, message: impl Into<String>) -> Finding {
        Finding::new(rule, Family::Schema, Level::Error, at, message)
    }

    /// A finding at a field; its place is the field's, or that of the nearest field above that is there.
    pub fn new(
        rule: &'static str,
        family: Family,
        level: Level,
        at: &At<'_>,
        message: impl Into<String>,
    ) -> Finding {
        Finding {
            rule,
            family,
            level,
            message: message.into(),
            path: at.path(),
            value_path: None,
            place: at.place(),
            node: at.nearest(),
            hint: String::new(),
        }
    }

    /// The same as a warning.
    #[must_use]
    pub fn warning(mut self) -> Finding {
        self.level = Level::Warning;
        self
    }

    /// With a thing to do.
    #[must_use]
    pub fn hint(mut self, text: impl Into<String>) -> Finding {
        self.hint = text.into();
        self
    }

    /// The deeper path of the value itself.
    #[must_use]
    pub fn value_at(mut self, at: &At<'_>) -> Finding {
        self.value_path = Some(at.path());
        self.place = at.place();
        self.node = at.nearest();
        self
    }
}
