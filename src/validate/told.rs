//! What a rule gets beside the thing that it looks at: the set, the options, and where to tell what it found. The rule's
//! id, family and level are filled in here.

use super::rules::Rule;
use super::set::Set;
use super::{At, Family, Finding, Level, Options};

/// Where a rule tells what it found.
pub struct Told<'r> {
    /// The rule that speaks.
    pub rule: &'static Rule,
    /// Its level: its own, or what the configuration makes of it.
    pub level: Level,
    /// Whether the configuration chose that level.
    pub chosen: bool,
    /// All objects.
    pub set: &'r Set<'r>,
    /// What was asked for.
    pub options: &'r Options,
    /// All that was found so far.
    pub findings: &'r mut Vec<Finding>,
}

impl Told<'_> {
    /// Tells something at the rule's level.
    pub fn tell(&mut self, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        let level = self.level;
        self.tell_at(level, at, message)
    }

    /// Tells something that is only worse or better than usual: the configured level, where there is one, stands.
    pub fn tell_as(&mut self, level: Level, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        let level = if self.chosen { self.level } else { level };
        self.tell_at(level, at, message)
    }

    /// Tells of a partner that is not in the set, and may stand in the cluster: a warning, an error with `--strict`,
    /// a note for lone files.
    pub fn absent(&mut self, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        let level = match (self.options.whole_set, self.options.strict) {
            (false, _) => Level::Note,
            (true, true) if self.level >= Level::Warning => Level::Error,
            (true, _) => self.level,
        };
        self.tell_as(level, at, message)
    }

    /// Tells of a break that the set itself proves: an error, a note for lone files.
    pub fn proven(&mut self, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        let level = if self.options.whole_set { Level::Error } else { Level::Note };
        self.tell_as(level, at, message)
    }

    fn tell_at(&mut self, level: Level, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        // No policy rule is above a warning unless the configuration raises it.
        let level = if self.rule.family == Family::Policy && !self.chosen {
            level.min(Level::Warning)
        } else {
            level
        };
        self.findings.push(Finding::new(self.rule.id, self.rule.family, level, at, message));
        self.findings.last_mut().expect("what was just pushed")
    }
}
