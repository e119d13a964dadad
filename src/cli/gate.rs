//! What `check` and `render` share: flags about rules, and what citadel.yaml says of them. Flags win.

use clap::Arg;

use super::exit::Exit;
use super::flags::{Words, commas, list, switch, value};
use super::terminal::{self, ErrorFormat};
use crate::check;
use crate::diagnostic::{Diagnostic, nearest};
use crate::host::Host;
use crate::project::{PROJECT_FILE, Project, Settings};
use crate::snapshot;
use crate::source::Sources;
use crate::validate::{self, Family, rules};

/// Flags about rules.
#[derive(Debug, Default)]
pub(super) struct Gate {
    only: Vec<String>,
    skip: Vec<String>,
    kubernetes_version: Option<String>,
    crds: Vec<String>,
    schemas: Vec<String>,
    pod_security: Option<String>,
    strict: bool,
}

impl Gate {
    /// The flags.
    pub(super) fn arguments() -> [Arg; 7] {
        [
            commas("only", "NAME", "Families or rules to run alone (comma-separated, repeatable)"),
            commas("skip", "NAME", "Families or rules not to run (comma-separated, repeatable)"),
            value(
                "kubernetes-version",
                "VERSION",
                "The Kubernetes version to check against: 1.24 to 1.37 (default: citadel.yaml's, else the newest)",
            ),
            list(
                "crds",
                "PATH",
                "A folder (or file) with `CustomResourceDefinition` objects (repeatable; those of citadel.yaml count as well)",
            ),
            list(
                "schemas",
                "PATH",
                "A folder with JSON schemas of kinds without a definition, as kubeconform takes them: `{kind}-{group}-{version}.json` or `{group}/{kind}_{version}.json`, or a template of a path (repeatable)",
            ),
            value(
                "pod-security",
                "LEVEL",
                "The Pod Security Standard that all pods must meet: `baseline`, `restricted`, or one in a version (`restricted:v1.30`)",
            ),
            switch("strict", "What is merely unknown or absent is an error"),
        ]
    }

    /// What was said.
    pub(super) fn read(words: &mut Words) -> Gate {
        Gate {
            only: words.all("only"),
            skip: words.all("skip"),
            kubernetes_version: words.one("kubernetes-version"),
            crds: words.all("crds"),
            schemas: words.all("schemas"),
            pod_security: words.one("pod-security"),
            strict: words.is_on("strict"),
        }
    }
}

/// Why a command cannot begin, with the texts that it points into.
pub(super) struct Refusal {
    fault: Box<Diagnostic>,
    sources: Sources,
}

impl From<Box<Diagnostic>> for Refusal {
    fn from(fault: Box<Diagnostic>) -> Refusal {
        Refusal { fault, sources: Sources::default() }
    }
}

impl Refusal {
    /// The same for who reads sides of a comparison.
    pub(super) fn into_unread(self) -> crate::compare::Unread {
        crate::compare::Unread { faults: vec![(0, *self.fault)], sources: vec![self.sources] }
    }

    /// What the project file says.
    pub(super) fn settings(host: &dyn Host, project: &Project) -> Result<Settings, Refusal> {
        let mut sources = Sources::default();
        project.settings(host, &mut sources).map_err(|fault| Refusal { fault, sources })
    }

    /// Tells it.
    pub(super) fn tell(&self, host: &dyn Host, format: ErrorFormat) -> Exit {
        terminal::refuse_all(host, format, [(&*self.fault, &self.sources)])
    }
}

impl Gate {
    /// What is printed has passed every rule that can refuse it: only advice may be left out.
    pub(super) fn refuse_gaps(&self) -> Result<(), Box<Diagnostic>> {
        let advice = |word: &String| {
            let found = rules::find(word);
            !found.is_empty() && found.iter().all(|rule| matches!(rule.family, Family::Policy | Family::Pins))
        };
        let gap = if self.only.is_empty() {
            self.skip.iter().find(|word| !advice(word))
        } else {
            self.only.first()
        };
        match gap {
            None => Ok(()),
            Some(word) => Diagnostic::error("unchecked-render", format!("`render` prints nothing that `{word}` alone lets through"))
                .hint("`render` may only skip `policy` and `pins`; `citadel check` takes any family, `citadel build` checks nothing")
                .fail(),
        }
    }

    /// The project here, and how to check in it.
    pub(super) fn options(&self, host: &dyn Host) -> Result<(Project, check::Options), Refusal> {
        let project = Project::here(host).unwrap_or_default();
        let mut sources = Sources::default();
        let settings = match project.settings(host, &mut sources) {
            Ok(settings) => settings,
            Err(fault) => return Err(Refusal { fault, sources }),
        };
        let mut rules = validate::Options { strict: self.strict, ..validate::Options::default() };
        if let Some(minor) = settings.kubernetes_minor {
            rules.kubernetes_minor = minor;
        }
        if let Some(version) = &self.kubernetes_version {
            rules.kubernetes_minor = minor(version)?;
        }
        if let Some(level) = self.pod_security.as_ref().or(settings.pod_security.as_ref()) {
            let asked = validate::Asked::read(level);
            rules.pod_security = Some(
                asked.or_else(|message| Diagnostic::error("unknown-pod-security-level", message).fail())?,
            );
        }
        rules.external = settings.external;
        rules.levels = settings.levels;
        let (only, only_rules) = families_and_rules(&self.only)?;
        let (skip, skip_rules) = families_and_rules(&self.skip)?;
        // To tell a rule alone, all families run, and what else they find is left out.
        if only_rules.is_empty() {
            rules.only = only;
        }
        rules.skip = skip;
        let mut crds = self.crds.clone();
        let mut leave_out = Vec::new();
        if let Some(root) = &project.root {
            leave_out.push(root.join(PROJECT_FILE));
            leave_out.push(snapshot::folder(root, settings.snapshots.as_deref()));
            crds.extend(settings.crds.iter().map(|path| root.join(path).display().to_string()));
        }
        let options = check::Options {
            rules,
            crds,
            schemas: self.schemas.clone(),
            only_rules,
            skip_rules,
            leave_out,
            ignores: settings.ignores,
            project_sources: sources,
            ..check::Options::default()
        };
        Ok((project, options))
    }
}

/// The minor version that a flag names.
pub(super) fn minor(version: &str) -> Result<u32, Box<Diagnostic>> {
    validate::minor_version(version).ok_or_else(|| {
        let fault =
            Diagnostic::error("unknown-version", format!("no Kubernetes version `{version}` is known here"));
        Box::new(fault.hint(format!("known are 1.{} to 1.{}", validate::OLDEST, validate::NEWEST)))
    })
}

/// Sorts words into families and ids of rules; old names of other linters stand for ours.
fn families_and_rules(words: &[String]) -> Result<(Vec<Family>, Vec<String>), Box<Diagnostic>> {
    let (mut families, mut ids) = (Vec::new(), Vec::new());
    for word in words {
        if let Some(family) = Family::ALL.into_iter().find(|family| family.name() == word) {
            families.push(family);
            continue;
        }
        let found = rules::find(word);
        if found.is_empty() {
            return Err(Box::new(unknown(word)));
        }
        ids.extend(found.iter().map(|rule| rule.id.to_owned()));
    }
    Ok((families, ids))
}

/// There is no such family or rule.
pub(super) fn unknown(word: &str) -> Diagnostic {
    let fault = Diagnostic::error("unknown-rule", format!("no family or rule is called `{word}`"));
    let families = Family::ALL.iter().map(|family| family.name());
    match nearest(word, families.chain(rules::all().map(|rule| rule.id))) {
        Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
        None => fault.hint("`citadel rules` lists them"),
    }
}
