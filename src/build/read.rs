//! What a layer reads: its kustomization file, the schema, configurations and CRDs it names, and files of objects.

use rayon::prelude::*;

use super::Run;
use crate::diagnostic::{Diagnostic, Result, Severity};
use crate::kubernetes::{Shapes, TransformerConfig};
use crate::kustomization::{self, Kustomization, Written};
use crate::load::{Found, Loader};
use crate::resource::{self, ResourceSet};
use crate::source::{Place, SourceId};
use crate::yaml::{self, Document};

/// Bytes from which it pays to parse files side by side.
const WORTH_THREADS: usize = 64 << 10;

/// The kustomization at a root, decoded.
pub(super) fn kustomization(run: &mut Run<'_>, loader: &Loader<'_>) -> Result<Kustomization> {
    let (source, name) = loader.kustomization(&mut run.context.sources)?;
    let document = read_v2(run, source)?;
    let mut kustomization = kustomization::decode(&document, name, &mut run.context.warnings)
        .map_err(|faults| first_fault(run, faults))?;
    kustomization.marshal()?;
    Ok(kustomization)
}

/// A text read with the yaml.v2 dialect.
pub(super) fn read_v2(run: &mut Run<'_>, source: SourceId) -> Result<Document> {
    let text = run.context.sources.get(source).text.clone();
    yaml::read_v2(source, &text, &mut run.context.warnings.list)
}

/// The first of several faults stops the build; the others are told beside it.
#[expect(clippy::unnecessary_box_returns, reason = "it becomes the error of a `Result`")]
pub(super) fn first_fault(run: &mut Run<'_>, faults: Vec<Diagnostic>) -> Box<Diagnostic> {
    let mut faults = faults.into_iter();
    let first = faults.next().unwrap_or_else(|| Diagnostic::error("refused", "refused without a word"));
    run.context.warnings.list.extend(faults);
    Box::new(first)
}

/// Sets the schema that a kustomization asks for with `openapi`; the first one of a build wins.
pub(super) fn schema(run: &mut Run<'_>, loader: &Loader<'_>, kustomization: &Kustomization) -> Result<()> {
    let named = |key: &str| kustomization.openapi.iter().find(|pair| pair.key.value == key);
    let custom = match named("path") {
        Some(path) => {
            let source = loader.read(&mut run.context.sources, &path.value.value, path.value.at)?;
            let strict = strict_json(run, source, "invalid-openapi");
            Some(
                strict
                    .and_then(|()| read_v2(run, source))
                    .and_then(|document| Shapes::of_document(&document)),
            )
        }
        None => None,
    };
    let version = named("version").map(|pair| pair.value.value.as_str());
    run.context.schema.set(version, custom)
}

/// Refuses what kustomize takes for JSON, by its first character, and is not.
fn strict_json(run: &Run<'_>, source: SourceId, code: &'static str) -> Result<()> {
    let text = &run.context.sources.get(source).text;
    if !text.starts_with('{') {
        return Ok(());
    }
    let Err(fault) = serde_json::from_str::<serde_json::Value>(text) else { return Ok(()) };
    let start: usize = text.split_inclusive('\n').take(fault.line().saturating_sub(1)).map(str::len).sum();
    let offset = (start + fault.column().saturating_sub(1)) as u32;
    Diagnostic::error(code, "a file that begins with a brace is read as JSON, and this is not JSON")
        .at(Place { source, offset }, "not JSON from here on")
        .hint("quote keys and texts, or write YAML in lines instead of braces")
        .fail()
}

/// The field specs of a layer: kustomize's defaults with the files of `configurations` merged in.
pub(super) fn configurations(
    run: &mut Run<'_>,
    loader: &Loader<'_>,
    kustomization: &Kustomization,
) -> Result<TransformerConfig> {
    if kustomization.configurations.is_empty() {
        return Ok(TransformerConfig::defaults());
    }
    let read = |entry: &Written<String>| {
        let source = loader.read(&mut run.context.sources, &entry.value, entry.at)?;
        let text = run.context.sources.get(source).text.clone();
        // kustomize reads these strictly: where elsewhere the last of two equal keys counts, here it is refused.
        let mut warnings = Vec::new();
        let document = yaml::read_v2(source, &text, &mut warnings)?;
        match warnings.into_iter().find(|warning| warning.code == "yaml-duplicate-key") {
            Some(warning) => Err(Box::new(Diagnostic { severity: Severity::Error, ..warning })),
            None => Ok(document),
        }
    };
    let documents: Vec<Document> = kustomization.configurations.iter().map(read).collect::<Result<_>>()?;
    TransformerConfig::of_configurations(&documents)
}

/// The field specs that the files of `crds` give.
pub(super) fn crds(
    run: &mut Run<'_>,
    loader: &Loader<'_>,
    kustomization: &Kustomization,
) -> Result<TransformerConfig> {
    let mut merged = TransformerConfig::default();
    for entry in &kustomization.crds {
        let source = loader.read(&mut run.context.sources, &entry.value, entry.at)?;
        if run.context.sources.get(source).text.is_empty() {
            return Diagnostic::error("invalid-crd", format!("`{}` is empty", entry.value))
                .at(entry.at, "named here")
                .hint("kustomize crashes on an empty file: drop the entry")
                .fail();
        }
        strict_json(run, source, "invalid-crd")?;
        merged.merge(&TransformerConfig::of_crds(&read_v2(run, source)?)?)?;
    }
    Ok(merged)
}

/// The objects that entries name: files are parsed side by side where that pays, roots are left to the caller.
pub(super) fn entries<'f>(
    run: &mut Run<'f>,
    loader: &Loader<'f>,
    entries: &[Written<String>],
) -> Vec<Result<Entry<'f>>> {
    if entries.len() > 8 {
        let paths: Vec<&str> = entries.iter().map(|entry| entry.value.as_str()).collect();
        loader.read_ahead(&paths);
    }
    let sources = &mut run.context.sources;
    let found: Vec<Result<Found<'f>>> =
        entries.iter().map(|entry| loader.find(sources, &entry.value, entry.at)).collect();
    let sources = &run.context.sources;
    let bytes: usize = found
        .iter()
        .map(|found| match found {
            Ok(Found::File(id)) => sources.get(*id).text.len(),
            _ => 0,
        })
        .sum();
    let read = |found: Result<Found<'f>>| match found? {
        Found::File(id) => {
            resource::read(id, &sources.get(id).text).map(|objects| Entry::Objects(Box::new(objects)))
        }
        Found::Directory(loader) => Ok(Entry::Root(loader)),
    };
    if bytes > WORTH_THREADS {
        found.into_par_iter().map(read).collect()
    } else {
        found.into_iter().map(read).collect()
    }
}

/// What an entry of `resources` names.
pub(super) enum Entry<'f> {
    /// Objects of a file.
    Objects(Box<ResourceSet>),
    /// The root of another kustomization.
    Root(Loader<'f>),
}

/// The objects of one text.
pub(super) fn objects(run: &Run<'_>, source: SourceId) -> Result<ResourceSet> {
    resource::read(source, &run.context.sources.get(source).text)
}
