//! `citadel.yaml`: the optional project file. Read over nodes, so that every setting has its place: a rule that is
//! silenced for nothing is told at the line that silences it.

use std::path::Path;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Result, nearest};
use crate::host::{self, Host, Links, Trouble};
use crate::load::decode_text;
use crate::source::{Place, Source, Sources};
use crate::validate::{Asked, At, External, Level, minor_version, rules};
use crate::yaml::{self, Dialect, Keep};

/// What `citadel.yaml` says; everything is optional.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// `kubernetes`: the minor version to check against.
    pub kubernetes_minor: Option<u32>,
    /// `crds`: folders and files with `CustomResourceDefinition` objects, from the project root.
    pub crds: Vec<String>,
    /// `podSecurity`: the Pod Security level to check at.
    pub pod_security: Option<String>,
    /// `external`: objects that exist outside of what is checked.
    pub external: Vec<External>,
    /// `rules`: other levels for rules; `None` stands for `off`.
    pub levels: Vec<(String, Option<Level>)>,
    /// `ignore`: rules silenced for objects.
    pub ignores: Vec<Ignore>,
    /// `snapshots`: the folder of the golden files, from the project root; `snapshots` when nothing is said.
    pub snapshots: Option<String>,
}

/// A rule silenced for some objects. Empty texts match everything.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ignore {
    /// The rule's id.
    pub rule: String,
    /// The kind.
    pub kind: String,
    /// The namespace; may hold `*`.
    pub namespace: String,
    /// The name; may hold `*`.
    pub name: String,
    /// Why.
    pub reason: String,
    /// Where it is said.
    pub place: Place,
}

const FIELDS: [&str; 7] = ["kubernetes", "crds", "podSecurity", "external", "rules", "ignore", "snapshots"];

/// Reads a project file.
///
/// # Errors
/// When it cannot be read, is no YAML, or says something that means nothing.
pub(super) fn read(host: &dyn Host, path: &Path, sources: &mut Sources) -> Result<Settings> {
    let mut bytes = Vec::new();
    let working_directory = host.working_directory().unwrap_or_default();
    let name: Arc<str> = host::relative(path, &working_directory).display().to_string().into();
    match host.read(path, Links::Follow, &mut bytes) {
        Ok(()) => {}
        Err(fault) if fault.trouble == Trouble::Missing => return Ok(Settings::default()),
        Err(fault) => {
            return Diagnostic::error("unreadable-project-file", format!("`{name}` {}", fault.trouble))
                .fail();
        }
    }
    let Ok(text) = decode_text(bytes) else {
        return Diagnostic::error("not-text", format!("`{name}` is not UTF-8")).fail();
    };
    let id = sources.add(Source { name, text: text.clone(), inside: None });
    let documents = yaml::read_documents_v3(id, &text, Keep { comments: false, aliases: false })?;
    for document in &documents {
        yaml::check_duplicate_keys(document, document.root())?;
    }
    let Some(document) = documents.first() else { return Ok(Settings::default()) };
    if let Some(second) = documents.get(1) {
        return wrong(&At::root(second, Dialect::V3), "the project file is one document").fail();
    }
    decode(&At::root(document, Dialect::V3))
}

fn wrong(at: &At<'_>, message: &str) -> Diagnostic {
    Diagnostic::error("invalid-project-file", message).at(at.place(), at.path())
}

fn decode(root: &At<'_>) -> Result<Settings> {
    known_fields(root, &FIELDS)?;
    let mut settings = Settings::default();
    let version = root.field("kubernetes");
    if version.is_there() {
        let Some(minor) = minor_version(version.text()) else {
            return wrong(&version, "this is no Kubernetes version that is known here")
                .hint("known are 1.24 to 1.37; put it in quotes, 1.30 is the number 1.3")
                .fail();
        };
        settings.kubernetes_minor = Some(minor);
    }
    settings.pod_security = string(&root.field("podSecurity"))?;
    if let Some(level) = &settings.pod_security
        && let Err(message) = Asked::read(level)
    {
        return wrong(&root.field("podSecurity"), &message).fail();
    }
    settings.snapshots = string(&root.field("snapshots"))?;
    let crds = root.field("crds");
    for item in list(&crds)? {
        settings.crds.extend(string(&item)?);
    }
    let external = root.field("external");
    for item in list(&external)? {
        known_fields(&item, &["kind", "namespace", "name", "reason"])?;
        settings.external.push(External {
            kind: required(&item, "kind")?,
            namespace: string(&item.field("namespace"))?.unwrap_or_default(),
            name: required(&item, "name")?,
        });
    }
    let levels = root.field("rules");
    if levels.is_there() && !levels.is_mapping() {
        return wrong(&levels, "`rules` is a mapping of rules to levels").fail();
    }
    for (rule, level) in levels.entries() {
        let known = match level.text() {
            "error" => Some(Level::Error),
            "warning" => Some(Level::Warning),
            "note" => Some(Level::Note),
            // `off` is a word here, whatever YAML makes of it.
            "off" | "false" => None,
            _ => {
                return wrong(&level, "this is no level").hint("levels are error, warning, note, off").fail();
            }
        };
        let meant = rules::find(rule);
        if meant.is_empty() {
            let mut fault = wrong(&level, "");
            fault.message = format!("no rule is called `{rule}`");
            let near = nearest(rule, rules::all().map(|rule| rule.id));
            let hint = near.map_or_else(
                || "`citadel rules` lists them".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return fault.hint(hint).fail();
        }
        settings.levels.extend(meant.iter().map(|rule| (rule.id.to_owned(), known)));
    }
    let ignore = root.field("ignore");
    for item in list(&ignore)? {
        known_fields(&item, &["rule", "kind", "namespace", "name", "reason"])?;
        let ignored = Ignore {
            rule: required(&item, "rule")?,
            kind: string(&item.field("kind"))?.unwrap_or_default(),
            namespace: string(&item.field("namespace"))?.unwrap_or_default(),
            name: string(&item.field("name"))?.unwrap_or_default(),
            reason: string(&item.field("reason"))?.unwrap_or_default(),
            place: item.place(),
        };
        settings.ignores.push(ignored);
    }
    Ok(settings)
}

fn known_fields(at: &At<'_>, known: &[&'static str]) -> Result<()> {
    if !at.is_there() {
        return Ok(());
    }
    if !at.is_mapping() {
        return wrong(at, "a mapping is expected here").fail();
    }
    for (key, value) in at.entries() {
        if !known.contains(&key) {
            let message = format!("unknown setting `{key}`");
            let fault = Diagnostic::error("invalid-project-file", message).at(value.place(), "of this value");
            let meant = nearest(key, known.iter().copied());
            return match meant {
                Some(meant) => fault.hint(format!("did you mean `{meant}`?")),
                None => fault.hint(format!("known are {}", known.join(", "))),
            }
            .fail();
        }
    }
    Ok(())
}

fn list<'a>(at: &'a At<'a>) -> Result<impl Iterator<Item = At<'a>> + 'a> {
    if at.is_there() && !at.is_sequence() {
        return wrong(at, "a list is expected here").fail();
    }
    Ok(at.items())
}

fn string(at: &At<'_>) -> Result<Option<String>> {
    if at.is_mapping() || at.is_sequence() {
        return wrong(at, "a string is expected here").fail();
    }
    Ok(at.is_there().then(|| at.text().to_owned()))
}

fn required(at: &At<'_>, field: &str) -> Result<String> {
    match string(&at.field(field))? {
        Some(text) if !text.is_empty() => Ok(text),
        _ => {
            let mut fault = wrong(at, "");
            fault.message = format!("`{field}` is missing");
            fault.fail()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::Memory;

    fn settings(text: &str) -> Result<Settings> {
        let host = Memory::with_files([("citadel.yaml", text.as_bytes())]);
        read(&host, Path::new("/citadel.yaml"), &mut Sources::default())
    }

    #[test]
    fn reads_every_setting() {
        let read = settings(
            "kubernetes: '1.30'\ncrds: [crds]\npodSecurity: restricted\nsnapshots: golden\nexternal:\n\
             - {kind: Secret, name: a-*}\nrules: {run-as-non-root: off}\nignore:\n- {rule: x, kind: Pod, reason: y}\n",
        )
        .unwrap();
        assert_eq!(read.kubernetes_minor, Some(30));
        assert_eq!(read.external[0].name, "a-*");
        assert_eq!(read.levels[0].1, None);
        assert_eq!(read.ignores[0].reason, "y");
    }

    #[test]
    fn refuses_what_means_nothing() {
        for (text, code) in [
            ("kubernets: '1.30'\n", "unknown setting `kubernets`"),
            ("rules: {run-as-non-root: b}\n", "this is no level"),
            ("rules: {run-as-nonroot: off}\n", "no rule is called `run-as-nonroot`"),
            ("crds: x\n", "a list is expected here"),
            ("external: [{kind: Secret}]\n", "`name` is missing"),
            ("- a\n", "a mapping is expected here"),
        ] {
            assert_eq!(settings(text).unwrap_err().message, code);
        }
        assert!(settings("").is_ok());
    }
}
