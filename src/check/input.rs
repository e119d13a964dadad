//! What is to be checked: a folder with a kustomization is built; any other folder is walked, and each folder below it
//! that has a kustomization is built in its stead (its files may be patches and generators' input, no objects); files
//! are read one by one, so that a bad one does not hide the others.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;

use super::{Batch, Options};
use crate::build;
use crate::diagnostic::{self, Diagnostic, Severity};
use crate::host::{self, Entry, Host, Links, Step};
use crate::kubernetes::go_types::KnownKind;
use crate::load::{KUSTOMIZATION_FILES, decode_text, kustomization_file};
use crate::provenance::StepId;
use crate::resource::ResourceSet;
use crate::source::{Place, Source, SourceId, SourceText};
use crate::yaml::{self, Dialect, Document, Kind, Style, Tag};

/// One thing to check.
#[derive(Clone, Debug)]
pub enum Input {
    /// A file or folder.
    Path(PathBuf),
    /// A text that came from elsewhere, with the name it is told by.
    Text(Arc<str>, Vec<u8>),
}

/// Paths as inputs.
pub(super) fn paths(list: &[String]) -> Vec<Input> {
    list.iter().map(|path| Input::Path(path.into())).collect()
}

/// Folders above this number mean that something is wrong.
const MOST_FOLDERS: usize = 1_000_000;

/// The file, and its name, when that is all there is to be checked.
pub(super) fn lone_file(host: &dyn Host, inputs: &[Input], options: &Options) -> Option<(PathBuf, Arc<str>)> {
    let [Input::Path(path)] = inputs else { return None };
    let working_directory = host.working_directory().ok()?;
    let path = host::clean(&working_directory.join(path));
    if host.look(&path) != Ok(Entry::File) {
        return None;
    }
    let (mut files, mut roots, mut faults) = (Vec::new(), Vec::new(), Vec::new());
    find(host, &path, &working_directory, options, &mut files, &mut roots, &mut faults);
    files.pop().filter(|_| roots.is_empty() && faults.is_empty())
}

/// Reads everything: one batch a built target, one for all plain files together.
pub(super) fn read(host: &dyn Host, inputs: &[Input], options: &Options) -> Vec<Batch> {
    let Gathered { mut plain, texts, roots } = gather(host, inputs, options);
    let read: Vec<Read> = texts.par_iter().map(|id| read_text(*id, &plain.sources.get(*id).text)).collect();
    for (documents, faults) in read {
        plain.add(documents, faults);
    }
    with_built(host, plain, &roots)
}

/// What was found of inputs, before any YAML is read.
pub(crate) struct Gathered {
    /// The texts of plain files, and what is wrong with files.
    pub(crate) plain: Batch,
    /// Which texts could be read, in order.
    pub(crate) texts: Vec<SourceId>,
    /// Folders to build.
    pub(crate) roots: Vec<String>,
}

/// Finds the files and folders of inputs, and reads the files' bytes.
pub(super) fn gather(host: &dyn Host, inputs: &[Input], options: &Options) -> Gathered {
    let working_directory = host.working_directory().unwrap_or_else(|_| PathBuf::from("/"));
    let mut plain = Batch { dialect: Some(Dialect::V2), ..Batch::default() };
    let mut files: Vec<(PathBuf, Arc<str>)> = Vec::new();
    let mut given = Vec::new();
    let mut roots = Vec::new();
    for input in inputs {
        match input {
            Input::Text(name, bytes) => given.push((Arc::clone(name), bytes.clone())),
            Input::Path(path) => {
                let path = host::clean(&working_directory.join(path));
                find(host, &path, &working_directory, options, &mut files, &mut roots, &mut plain.faults);
            }
        }
    }
    let mut texts = Vec::with_capacity(given.len() + files.len());
    for (name, bytes) in given {
        texts.extend(take(&mut plain, name, bytes));
    }
    for (path, name) in files {
        let mut bytes = Vec::new();
        match host.read(&path, Links::Follow, &mut bytes) {
            Ok(()) => texts.extend(take(&mut plain, name, bytes)),
            Err(fault) => {
                plain.files += 1;
                let told = unreadable(&name, &fault.trouble.to_string());
                let source = plain.sources.add(Source { name, text: "".into(), inside: None });
                plain.faults.push(told.at(Place { source, offset: 0 }, ""));
            }
        }
    }
    Gathered { plain, texts, roots }
}

/// The batches of folders, built, and that of plain files.
pub(crate) fn with_built(host: &dyn Host, plain: Batch, roots: &[String]) -> Vec<Batch> {
    let mut batches: Vec<Batch> = roots.par_iter().map(|root| built(host, root)).collect();
    if plain.files > 0 || !plain.faults.is_empty() || batches.is_empty() {
        batches.push(plain);
    }
    batches
}

type Read = (Vec<Document>, Vec<Diagnostic>);

/// Registers a text; a file that is no text has a name to be told by, though nothing to show.
fn take(batch: &mut Batch, name: Arc<str>, bytes: Vec<u8>) -> Option<SourceId> {
    batch.files += 1;
    let text = decode_text(bytes).map(json_escapes);
    let fault = text.as_ref().err().map(|at| undecodable(&name, *at));
    let source = Source { name, text: text.unwrap_or_else(|_| "".into()), inside: None };
    let id = batch.sources.add(source);
    let Some(fault) = fault else { return Some(id) };
    batch.faults.push(fault.at(Place { source: id, offset: 0 }, ""));
    None
}

/// The objects of one text, and what is wrong with it.
fn read_text(id: SourceId, text: &SourceText) -> Read {
    let parts = match yaml::split_documents(id, text) {
        Ok(parts) => parts,
        Err(fault) => return (Vec::new(), vec![template(*fault, text)]),
    };
    let (mut documents, mut faults) = (Vec::with_capacity(parts.len()), Vec::new());
    for seen in yaml::read_each(id, text, parts, |part, read| see(text, part, read)) {
        seen.put(&mut documents, &mut faults);
    }
    if documents.is_empty() && faults.is_empty() {
        faults.push(empty(id));
    }
    (documents, faults)
}

/// Nothing stands in a text.
pub(super) fn empty(id: SourceId) -> Diagnostic {
    let told = Diagnostic::warning("empty-file", "the file holds no objects");
    told.at(Place { source: id, offset: 0 }, "").hint("leave it out, or write objects into it")
}

/// The objects of some parts of a text, by part, and what is wrong with them.
pub(crate) fn read_parts(
    id: SourceId,
    text: &SourceText,
    parts: Vec<Range<usize>>,
) -> (Vec<Vec<Document>>, Vec<Diagnostic>) {
    let (mut documents, mut faults) = (vec![Vec::new(); parts.len()], Vec::new());
    let starts: Vec<usize> = parts.iter().map(|part| part.start).collect();
    let look = |part: &Range<usize>, read| (part.start, see(text, part, read));
    let mut at = 0;
    for (start, seen) in yaml::read_each(id, text, parts, look) {
        at += starts[at..].iter().take_while(|begin| **begin != start).count();
        seen.put(&mut documents[at], &mut faults);
    }
    (documents, faults)
}

/// What was seen in a part of a text.
pub(super) enum Seen {
    Object(Document),
    Objects(Vec<Document>),
    Fault(Box<Diagnostic>),
}

impl Seen {
    fn put(self, documents: &mut Vec<Document>, faults: &mut Vec<Diagnostic>) {
        match self {
            Seen::Object(document) => documents.push(document),
            Seen::Objects(several) => documents.extend(several),
            Seen::Fault(fault) => faults.push(*fault),
        }
    }
}

/// Looks at what was read of a part of a text: it may be a template of Helm, or a list.
pub(super) fn see(text: &str, part: &Range<usize>, read: diagnostic::Result<Document>) -> Seen {
    let document = match read {
        Ok(document) => document,
        Err(fault) => return Seen::Fault(Box::new(template(*fault, text))),
    };
    let templated = text.get(part.clone()).is_some_and(is_templated);
    match templated.then(|| braces(&document)).flatten() {
        Some(fault) => Seen::Fault(Box::new(fault)),
        None if is_typed_list(&document) => Seen::Objects(items_of_list(document)),
        None => Seen::Object(document),
    }
}

/// Whether this is a list of objects of one of Kubernetes' own kinds: a `DeploymentList`. The reader takes a `List` apart.
fn is_typed_list(document: &Document) -> bool {
    let Some(root) = document.try_root() else { return false };
    let Some(kind) = document.get(root, "kind").map(|kind| document.text(kind)) else { return false };
    if !kind.ends_with("List") || kind == "List" {
        return false;
    }
    let api_version = document.get(root, "apiVersion").map_or("", |version| document.text(version));
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    KnownKind::find(group, version, kind).is_some_and(KnownKind::is_list)
        && document.get(root, "items").is_some_and(|items| document.kind(items) == Kind::Sequence)
}

/// The items of such a list; those that do not say what they are, are what the list says, as kubectl has it.
fn items_of_list(document: Document) -> Vec<Document> {
    if !is_typed_list(&document) {
        return vec![document];
    }
    let root = document.root();
    let [kind, version, items] = document.get_each(root, ["kind", "apiVersion", "items"]);
    let (Some(kind), Some(version), Some(items)) = (kind, version, items) else { return vec![document] };
    let told = [
        ("kind", document.text(kind).trim_end_matches("List"), document.place(kind)),
        ("apiVersion", document.text(version), document.place(version)),
    ];
    let item = |item| {
        let mut item = document.extract(item);
        let root = item.root();
        for (name, text, place) in told {
            if item.kind(root) == Kind::Mapping && item.get(root, name).is_none() {
                let mut editor = item.edit(StepId::READ);
                editor.written_at(place);
                let value = editor.scalar(text, Tag::Implicit, Style::Plain);
                editor.insert_text_key(root, name, value);
            }
        }
        item
    };
    document.children(items).map(item).collect()
}

/// Whether a text may be a template of Helm.
pub(crate) fn is_templated(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"{{").is_some()
}

/// What to do with a template.
pub(super) const TEMPLATE: &str =
    "this looks like a Helm template: render it first (`helm template CHART | citadel check -`)";

/// A text with `{{` that is no YAML is most likely a template of Helm.
pub(crate) fn template(fault: Diagnostic, text: &str) -> Diagnostic {
    if is_templated(text) { fault.hint(TEMPLATE) } else { fault }
}

/// kubectl reads a text that begins with a brace as JSON, in which a character beyond the first 65,536 is written as two
/// escapes (`\ud83d\ude00`); YAML knows one (`\U0001F600`). Half of a pair is the replacement character, as in Go. JSON may
/// escape slashes, too.
fn json_escapes(text: SourceText) -> SourceText {
    let odd = ["\\ud", "\\uD", "\\/"];
    if !text.trim_start().starts_with('{') || !odd.iter().any(|odd| text.contains(odd)) {
        return text;
    }
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = 0;
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|text| text.find('\\')) {
        at += found;
        if text[at..].starts_with("\\/") {
            out.push_str(&text[rest..at]);
            rest = at + 1;
            at += 2;
            continue;
        }
        let Some(first @ 0xD800..=0xDFFF) = unit(at) else {
            // Whatever is escaped is passed over with its backslash.
            at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        };
        out.push_str(&text[rest..at]);
        let pair = match unit(at + 6) {
            Some(second @ 0xDC00..=0xDFFF) if first < 0xDC00 => {
                char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
            }
            _ => None,
        };
        at += if pair.is_some() { 12 } else { 6 };
        rest = at;
        out.push(pair.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    out.push_str(&text[rest..]);
    out.into()
}

/// `{{ .Values.name }}` without quotes is YAML, too: a mapping as the key of a mapping, which no object has.
fn braces(document: &Document) -> Option<Diagnostic> {
    let mut todo: Vec<_> = document.try_root().into_iter().collect();
    while let Some(node) = todo.pop() {
        match document.kind(node) {
            Kind::Mapping => {
                for (key, value) in document.entries(node) {
                    if document.kind(key) == Kind::Mapping {
                        let fault =
                            Diagnostic::error("helm-template", "a template of Helm that was not rendered")
                                .at(document.place(node), "in braces");
                        return Some(fault.hint("render it first: `helm template CHART | citadel check -`"));
                    }
                    todo.push(value);
                }
            }
            Kind::Sequence => todo.extend(document.children(node)),
            Kind::Scalar | Kind::Alias => {}
        }
    }
    None
}

fn undecodable(name: &str, at: usize) -> Diagnostic {
    Diagnostic::error("not-text", format!("`{name}` is neither UTF-8 nor UTF-16 (from byte {at} on)"))
        .hint("write it as UTF-8")
}

fn unreadable(name: &str, trouble: &str) -> Diagnostic {
    Diagnostic::error("unreadable-file", format!("`{name}` {trouble}"))
}

/// Sorts a path into files to read and roots to build.
fn find(
    host: &dyn Host,
    path: &Path,
    working_directory: &Path,
    options: &Options,
    files: &mut Vec<(PathBuf, Arc<str>)>,
    roots: &mut Vec<String>,
    faults: &mut Vec<Diagnostic>,
) {
    let shown = |path: &Path| host::relative(path, working_directory).display().to_string();
    let left_out = |name: &str| options.ignore_paths.iter().any(|pattern| pattern.is_match(name));
    match host.look(path) {
        Ok(Entry::Directory) => {}
        Ok(_) if left_out(&shown(path)) => return,
        Ok(_) if is_kustomization(path) => {
            return roots.push(shown(path.parent().unwrap_or(path)));
        }
        Ok(_) => return files.push((path.to_owned(), shown(path).into())),
        Err(fault) => {
            let fault = unreadable(&shown(path), &fault.trouble.to_string());
            return faults
                .push(fault.hint("targets are overlays, files, folders, or `-` for standard input"));
        }
    }
    let mut todo = vec![path.to_owned()];
    let mut visited = 0;
    let before = (files.len(), roots.len());
    while let Some(folder) = todo.pop() {
        visited += 1;
        if visited > MOST_FOLDERS {
            faults.push(Diagnostic::error("too-many-folders", format!("`{}` has no end", shown(path))));
            break;
        }
        if let Some(file) = kustomization_file(host, &folder) {
            // A component is a part of other kustomizations and need not build alone.
            if (folder == path || !is_component(host, &file)) && !left_out(&shown(&folder)) {
                roots.push(shown(&folder));
            }
            continue;
        }
        let names = match host.list(&folder) {
            Ok(names) => names,
            Err(fault) => {
                faults.push(unreadable(&shown(&folder), &fault.trouble.to_string()));
                continue;
            }
        };
        let mut below = Vec::new();
        for name in names {
            let name = name.to_string_lossy();
            if name.starts_with('.') {
                continue;
            }
            let path = folder.join(&*name);
            if options.leave_out.contains(&path) || left_out(&shown(&path)) {
                continue;
            }
            let is_manifest =
                matches!(path.extension().and_then(|e| e.to_str()), Some("yaml" | "yml" | "json"));
            match host.step(&path) {
                Ok(Step::Plain(Entry::Directory)) => below.push(path),
                Ok(Step::Plain(Entry::File)) if is_manifest => {
                    files.push((path.clone(), shown(&path).into()));
                }
                // A link to a file is followed; one to a folder is not, so that walks end.
                Ok(Step::Link) if is_manifest && host.look(&path) == Ok(Entry::File) => {
                    files.push((path.clone(), shown(&path).into()));
                }
                _ => {}
            }
        }
        todo.extend(below.into_iter().rev());
    }
    if (files.len(), roots.len()) == before {
        let message = format!("`{}` holds no manifests", shown(path));
        faults.push(
            Diagnostic::error("no-manifests", message)
                .hint("files that end in .yaml, .yml or .json are looked for"),
        );
    }
}

fn is_kustomization(path: &Path) -> bool {
    path.file_name().is_some_and(|name| KUSTOMIZATION_FILES.iter().any(|known| name == *known))
}

fn is_component(host: &dyn Host, file: &Path) -> bool {
    let mut buffer = Vec::new();
    host.read(file, Links::Follow, &mut buffer).is_ok()
        && String::from_utf8_lossy(&buffer)
            .lines()
            .any(|line| line.strip_prefix("kind:").is_some_and(|kind| kind.trim() == "Component"))
}

/// Builds a kustomization.
fn built(host: &dyn Host, root: &str) -> Batch {
    build_with(host, root, |_| ()).0
}

/// Builds a kustomization; `before` sees the finished set before it is taken apart.
pub(super) fn build_with<T>(
    host: &dyn Host,
    root: &str,
    before: impl FnOnce(&ResourceSet) -> T,
) -> (Batch, Option<T>) {
    let (result, context) = build::objects(host, root, &build::Options::default());
    let mut batch = Batch {
        sources: context.sources,
        steps: context.steps,
        dialect: Some(Dialect::V3),
        files: 1,
        faults: context.warnings.list,
        ..Batch::default()
    };
    let mut seen = None;
    match result {
        Ok(set) => {
            seen = Some(before(&set));
            batch.documents = set.into_list().into_iter().map(|resource| resource.document).collect();
        }
        Err(faults) => batch.faults.extend(faults),
    }
    // Notes of the build are not about the objects.
    batch.faults.retain(|fault| fault.severity >= Severity::Warning);
    (batch, seen)
}
