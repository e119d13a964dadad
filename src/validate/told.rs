//! What a rule gets beside the thing that it looks at: the set, the options, and where to tell what it found. The rule's
//! id, family and level are filled in here.

use super::pod::Pod;
use super::rules::Rule;
use super::set::Set;
use super::{At, Family, Finding, Level, Options};
use crate::diagnostic::nearest;

/// Where a rule tells what it found.
pub struct Told<'r> {
    /// The rule that speaks.
    pub rule: &'static Rule,
    /// Its level: its own, or what the configuration makes of it.
    pub level: Level,
    /// Whether the configuration chose that level.
    pub chosen: bool,
    /// The number of the object that is looked at.
    pub number: usize,
    /// All objects.
    pub set: &'r Set<'r>,
    /// What was asked for.
    pub options: &'r Options,
    /// All that was found so far.
    pub findings: &'r mut Vec<Finding>,
}

impl<'r> Told<'r> {
    /// The pod of the object that is looked at.
    pub fn pod(&self) -> Option<&'r Pod<'r>> {
        self.set.pod(self.number)
    }

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

    /// Whether an object is in the set, is made by one that is, is declared to exist outside, or is there in every
    /// cluster.
    pub fn knows(&self, group: &str, kind: &str, namespace: &str, name: &str) -> bool {
        self.set.find(group, kind, namespace, name).is_some()
            || group.is_empty() && self.set.made(kind, namespace, name).is_some()
            || is_in_every_cluster(kind, namespace, name)
            || self.options.external.iter().any(|external| external.is(kind, namespace, name))
    }

    /// Tells of a reference to an object that is not known: `what` says what becomes of that. Names with `$` are
    /// filled in later, by the kubelet or whatever applies the objects.
    pub fn refers(&mut self, at: &At<'_>, group: &str, kind: &str, namespace: &str, name: &str, what: &str) {
        if name.is_empty() || name.contains('$') || self.knows(group, kind, namespace, name) {
            return;
        }
        let message = format!("no {kind} `{name}` is among the objects{what}");
        if let Some(maker) = self.set.operated(namespace).filter(|_| !self.options.strict) {
            let hint =
                format!("`{}` `{}` may make it: what it makes cannot be known here", maker.kind, maker.name);
            self.tell_as(Level::Note, at, message).hint = hint;
            return;
        }
        let hint = self.meant(kind, namespace, name);
        self.absent(at, message).hint = hint;
    }

    /// A thing to do about an object that is not known.
    fn meant(&self, kind: &str, namespace: &str, name: &str) -> String {
        if !self.options.whole_set {
            return String::new();
        }
        let here = super::set::namespace(namespace);
        let alike = self.set.of_kind(kind).take(MOST_CANDIDATES);
        let alike = alike.filter(|object| super::set::namespace(object.namespace) == here);
        let names: Vec<&str> =
            alike.map(|object| object.name).chain(self.set.made_names(kind, namespace)).collect();
        // A prefix or suffix that did not reach the reference is the likeliest slip.
        let longer = names.iter().copied().find(|known| {
            known.strip_suffix(name).is_some_and(|front| front.ends_with('-'))
                || known.strip_prefix(name).is_some_and(|rest| rest.starts_with('-'))
        });
        // Comparing is slow: most names differ too much to be meant.
        let close = names.into_iter().filter(|known| {
            known.len().abs_diff(name.len()) <= name.len() / 3 + 1
                && (known.as_bytes().first() == name.as_bytes().first()
                    || known.as_bytes().last() == name.as_bytes().last())
        });
        match longer.or_else(|| nearest(name, close)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "if the cluster has it, declare it under `external` in citadel.yaml".into(),
        }
    }

    /// Tells of a break that the set proves unless the cluster fills something in: an error where the set brings the
    /// namespace along and knows all that is made in it, else as for what is absent.
    pub fn proven_in(&mut self, namespace: &str, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        let name = if namespace.is_empty() { "default" } else { namespace };
        let whole =
            self.set.find("", "Namespace", "", name).is_some() && self.set.operated(namespace).is_none();
        if whole { self.proven(at, message) } else { self.presumed(at, message) }
    }

    /// Tells of a break that objects of controllers, which nobody can foresee, may mend: an error where there are none.
    pub fn proven_unless_operated(
        &mut self,
        namespace: &str,
        at: &At<'_>,
        message: impl Into<String>,
    ) -> &mut Finding {
        if self.set.operated(namespace).is_none() {
            self.proven(at, message)
        } else {
            self.presumed(at, message)
        }
    }

    /// A break that is likely: a warning, an error with `--strict`, a note for lone files.
    fn presumed(&mut self, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        let level = match (self.options.whole_set, self.options.strict) {
            (false, _) => Level::Note,
            (true, true) => Level::Error,
            (true, false) => Level::Warning,
        };
        self.tell_as(level, at, message)
    }

    fn tell_at(&mut self, level: Level, at: &At<'_>, message: impl Into<String>) -> &mut Finding {
        // No policy rule is above a warning unless the configuration raises it.
        let level = if self.rule.family == Family::Policy && !self.chosen {
            level.min(Level::Warning)
        } else {
            level
        };
        let mut finding = Finding::new(self.rule.id, self.rule.family, level, at, message);
        // Histories are those of the object itself.
        let own = self.set.objects().get(self.number);
        if own.is_none_or(|own| !std::ptr::eq(own.document, at.document)) {
            finding.node = None;
        }
        self.findings.push(finding);
        self.findings.last_mut().expect("what was just pushed")
    }
}

/// Among how many names a similar one is looked for.
const MOST_CANDIDATES: usize = 1000;

/// Objects that Kubernetes itself makes.
fn is_in_every_cluster(kind: &str, in_namespace: &str, name: &str) -> bool {
    match kind {
        "ServiceAccount" => name == "default",
        "ConfigMap" => name == "kube-root-ca.crt" || name == "extension-apiserver-authentication",
        "Service" => name == "kubernetes" && matches!(in_namespace, "" | "default"),
        "ClusterRole" => {
            matches!(name, "cluster-admin" | "admin" | "edit" | "view") || name.starts_with("system:")
        }
        "Role" => name.starts_with("system:") || name == "extension-apiserver-authentication-reader",
        "PriorityClass" => name.starts_with("system-"),
        "Namespace" => matches!(name, "default" | "kube-system" | "kube-public" | "kube-node-lease"),
        _ => false,
    }
}
