//! What is wrong with definitions and schemas that were handed over beside the objects: told once, where they stand.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Batch, Options, input_fault, objects, place, wanted};
use crate::diagnostic::Diagnostic;
use crate::host::{self, Entry, Host};
use crate::report::{ObjectId, Told};
use crate::validate::{self, Level, Object, custom::Catalogue};

/// The groups and kinds of the objects that were checked.
#[derive(Default)]
pub(super) struct Met(Mutex<BTreeSet<(String, String)>>);

impl Met {
    /// Notes the kinds of objects that no server has of itself.
    pub(super) fn note(&self, objects: &[Object<'_>]) {
        let mut kinds: BTreeSet<(&str, &str)> = BTreeSet::new();
        let mut last = ("", "");
        for object in objects {
            let kind = (object.group, object.kind);
            if kind != last && !validate::schema::knows(object.group, object.version, object.kind) {
                kinds.insert(kind);
            }
            last = kind;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(kinds.into_iter().map(|(group, kind)| (group.to_owned(), kind.to_owned())));
    }

    /// The first thing for which a server would refuse each definition of a batch that objects were met of: they are
    /// judged by it all the same, as far as it goes.
    pub(super) fn refused(&self, batch: &Batch, options: &Options) -> Vec<Told> {
        let met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut told = Vec::new();
        for object in objects(batch).filter(is_definition) {
            let root = object.at();
            let spec = root.field("spec");
            let names = spec.field("names");
            let kind = (spec.field("group").text().to_owned(), names.field("kind").text().to_owned());
            if !met.contains(&kind) {
                continue;
            }
            let mut findings = validate::check_alone(&object, &options.rules);
            findings.retain(|finding| finding.level == Level::Error && wanted(finding, options));
            if let Some(mut finding) = findings.into_iter().next() {
                finding.level = Level::Warning;
                finding.hint = format!(
                    "a server refuses this definition; objects of the kind `{}` are checked as far as it goes",
                    kind.1
                );
                told.push(place(finding, &object, &Arc::new(ObjectId::of(&object)), batch));
            }
        }
        told
    }
}

fn is_definition(object: &Object<'_>) -> bool {
    object.group == "apiextensions.k8s.io" && object.kind == "CustomResourceDefinition"
}

/// Folders of definitions that hold none, where nothing else is wrong with them.
pub(super) fn without_definitions(batches: &[Batch]) -> Option<Told> {
    let is_fine = batches.is_empty()
        || batches.iter().any(|batch| !batch.faults.is_empty() || objects(batch).any(|o| is_definition(&o)));
    if is_fine {
        return None;
    }
    let fault = Diagnostic::warning("no-definitions", "`--crds` names no CustomResourceDefinition")
        .hint("hand over the folder that holds them");
    Some(input_fault(&fault, &batches[0].sources))
}

/// Folders of JSON schemas that are not there.
pub(super) fn missing_schemas(host: &dyn Host, options: &Options) -> Vec<Diagnostic> {
    let working_directory = host.working_directory().unwrap_or_default();
    let folders = options.schemas.iter().filter(|folder| !Catalogue::is_template(folder));
    let is_missing = |folder: &&String| {
        let place = host::clean(&working_directory.join(folder));
        !matches!(host.look(&place), Ok(Entry::Directory))
    };
    folders
        .filter(is_missing)
        .map(|folder| {
            Diagnostic::error("unreadable-file", format!("`{folder}` is no folder of JSON schemas"))
        })
        .collect()
}
