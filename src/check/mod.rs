//! `check`: reads what is to be checked (`input.rs`), runs the rules over it, and places what they find. Rules stand in
//! `validate`, formats in `report`.

mod definitions;
mod input;
mod pieces;
mod silence;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use regex::Regex;

use crate::diagnostic::{Diagnostic, Severity};
use crate::host::{self, Host, Links};
use crate::output;
use crate::project::Ignore;
use crate::provenance::{Steps, Whence};
use crate::report::{Counts, ObjectId, Part, Report, Told};
use crate::source::{Place, SourceId, Sources};
use crate::validate::custom::Catalogue;
use crate::validate::{self, Family, Finding, Level, Object};
use crate::yaml::{self, Dialect, Document, NodeId};
use silence::Ignores;

pub use input::Input;
pub(crate) use input::{Gathered, is_templated, read_parts, template, with_built};

/// What to check and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How the rules judge.
    pub rules: validate::Options,
    /// Folders and files with `CustomResourceDefinition` objects.
    pub crds: Vec<String>,
    /// Folders (or templates of paths) with JSON schemas of kinds that nothing else is known of.
    pub schemas: Vec<String>,
    /// Ids of rules to tell alone (families are [`validate::Options::only`]); empty: all.
    pub only_rules: Vec<String>,
    /// Ids of rules not to tell.
    pub skip_rules: Vec<String>,
    /// Objects of these kinds are left out: `Kind` or `group/version/Kind`.
    pub skip_kinds: Vec<String>,
    /// Files whose paths match are left out.
    pub ignore_paths: Vec<Regex>,
    /// Whether to sum up what the workloads ask for.
    pub capacity: bool,
    /// Findings about objects are counted, and not told.
    pub count: bool,
    /// Files and folders that hold no objects to check: the project file, golden files.
    pub leave_out: Vec<PathBuf>,
    /// What the project file silences, and the texts that its places point into.
    pub ignores: Vec<Ignore>,
    /// See [`Options::ignores`].
    pub project_sources: Sources,
    /// How many targets of [`render`] are finished, for whoever waits.
    pub done: Arc<AtomicUsize>,
}

/// Objects that are judged together, and the texts their places point into.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    pub(crate) sources: Sources,
    pub(crate) steps: Steps,
    pub(crate) documents: Vec<Document>,
    pub(crate) dialect: Option<Dialect>,
    /// What was wrong with the files.
    pub(crate) faults: Vec<Diagnostic>,
    pub(crate) files: usize,
}

impl Batch {
    /// Adds what was read of a text.
    fn add(&mut self, documents: Vec<Document>, faults: Vec<Diagnostic>) {
        if self.documents.is_empty() {
            self.documents = documents;
        } else {
            self.documents.extend(documents);
        }
        self.faults.extend(faults);
    }
}

/// Reads targets without checking them: one batch a built kustomization, one for all plain files together.
pub(crate) fn read(host: &dyn Host, targets: &[Input]) -> Vec<Batch> {
    input::read(host, targets, &Options::default())
}

/// Finds what targets are, and reads the bytes of plain files.
pub(crate) fn gather(host: &dyn Host, targets: &[Input]) -> Gathered {
    input::gather(host, targets, &Options::default())
}

/// Checks targets: files, folders, kustomizations, standard input (whose text `-` stands for).
pub fn check(host: &dyn Host, targets: &[Input], options: &Options) -> Report {
    let definitions = Definitions::read(host, options);
    let mut report = Report::default();
    let mut ignores = Ignores::new(&options.ignores);
    if let Some(part) = pieces::check(host, targets, &definitions, options, pieces::LENGTH) {
        report.add(part);
    } else {
        for batch in input::read(host, targets, options) {
            report.add(judge(batch, &definitions, options, &mut ignores));
        }
    }
    report.parts.extend(definitions.part(options));
    report.parts.push(of_project(&ignores, options));
    report
}

/// Objects that passed the rules or did not.
pub struct Rendered {
    /// The text, exactly as `build` prints it; `None` when there is none.
    pub text: Option<Vec<u8>>,
    /// The target could not be built at all.
    pub refused: bool,
    /// What was found.
    pub report: Report,
}

/// Builds targets (folders) side by side, checks and prints them.
pub fn render(host: &dyn Host, targets: &[String], options: &Options) -> Vec<Rendered> {
    let definitions = Definitions::read(host, options);
    let mut rendered: Vec<Rendered> = targets
        .par_iter()
        .map(|target| {
            let (mut batch, text) = input::build_with(host, target, output::print);
            let text = match text {
                Some(Ok(text)) => Some(text),
                Some(Err(fault)) => {
                    batch.faults.push(*fault);
                    None
                }
                None => None,
            };
            let refused = text.is_none();
            let mut report = Report::default();
            let mut ignores = Ignores::new(&options.ignores);
            report.add(judge(batch, &definitions, options, &mut ignores));
            report.parts.push(of_project(&ignores, options));
            options.done.fetch_add(1, Ordering::Relaxed);
            Rendered { text, refused, report }
        })
        .collect();
    // What is wrong with the definitions concerns all targets, and is told once.
    if let Some(first) = rendered.first_mut() {
        first.report.parts.extend(definitions.part(options));
    }
    rendered
}

/// `CustomResourceDefinition` objects from folders of their own.
struct Definitions<'h> {
    batches: Vec<Batch>,
    host: &'h dyn Host,
    /// What is wrong with folders of JSON schemas.
    faults: Vec<Diagnostic>,
    met: definitions::Met,
}

impl<'h> Definitions<'h> {
    fn read(host: &'h dyn Host, options: &Options) -> Definitions<'h> {
        let paths = input::paths(&options.crds);
        let batches = if paths.is_empty() { Vec::new() } else { input::read(host, &paths, options) };
        let faults = definitions::missing_schemas(host, options);
        Definitions { batches, host, faults, met: definitions::Met::default() }
    }

    fn objects(&self) -> Vec<Object<'_>> {
        self.batches.iter().flat_map(objects).collect()
    }

    /// JSON schemas of those kinds that nobody knows.
    fn schemas(&self, objects: &[Object<'_>], options: &Options) -> (Catalogue, Vec<Diagnostic>) {
        let (mut catalogue, mut faults) = (Catalogue::default(), Vec::new());
        if options.schemas.is_empty() {
            return (catalogue, faults);
        }
        let working_directory = self.host.working_directory().unwrap_or_default();
        let mut met = std::collections::BTreeSet::new();
        let mut buffer = Vec::new();
        for object in objects {
            let known = validate::schema::knows(object.group, object.version, object.kind);
            if known || !met.insert((object.group, object.version, object.kind)) {
                continue;
            }
            for path in options.schemas.iter().flat_map(|folder| Catalogue::paths(folder, object)) {
                let place = host::clean(&working_directory.join(&path));
                if self.host.read(&place, Links::Follow, &mut buffer).is_err() {
                    continue;
                }
                let text = String::from_utf8_lossy(&buffer).into_owned();
                match yaml::read_resources(SourceId::NONE, &text.into()) {
                    Ok(documents) if !documents.is_empty() => catalogue.add(object, &documents[0]),
                    _ => {
                        let message = format!("`{path}` is no JSON schema");
                        faults.push(Diagnostic::error("unreadable-schema", message));
                    }
                }
                break;
            }
        }
        (catalogue, faults)
    }

    /// What was wrong with their files, and with the definitions of kinds that were met.
    fn part(self, options: &Options) -> Vec<Part> {
        let mut first: Vec<Told> =
            self.faults.iter().map(|fault| input_fault(fault, &Sources::default())).collect();
        first.extend(definitions::without_definitions(&self.batches));
        let met = &self.met;
        let parts = self.batches.into_iter().map(|batch| {
            let mut told: Vec<Told> =
                batch.faults.iter().map(|fault| input_fault(fault, &batch.sources)).collect();
            told.extend(met.refused(&batch, options));
            Part { sources: batch.sources, told, ..Part::default() }
        });
        let parts: Vec<Part> = parts.collect();
        std::iter::once(Part { told: first, ..Part::default() }).chain(parts).collect()
    }
}

/// Documents above this number are dropped while others go on.
const MANY: usize = 256;

/// Runs the rules over objects that belong together.
fn judge(
    mut batch: Batch,
    definitions: &Definitions<'_>,
    options: &Options,
    ignores: &mut Ignores<'_>,
) -> Part {
    let dialect = batch.dialect.unwrap_or(Dialect::V2);
    let objects =
        batch.documents.par_iter().with_min_len(MANY).map(|document| Object::new(document, dialect));
    let objects = leave_out(objects.collect(), options);
    let mut told: Vec<Told> = batch.faults.iter().map(|fault| input_fault(fault, &batch.sources)).collect();
    // Partners of what stands in lone files may stand elsewhere; what was built is all there is.
    let whole_set = batch.dialect == Some(Dialect::V3);
    if !definitions.batches.is_empty() {
        definitions.met.note(&objects);
    }
    let (schemas, faults) = definitions.schemas(&objects, options);
    told.extend(faults.iter().map(|fault| input_fault(fault, &batch.sources)));
    let rules = validate::Options { whole_set, schemas: Arc::new(schemas), ..options.rules.clone() };
    let start =
        || Group { told: Vec::new(), counted: Counts::default(), ignores: Ignores::new(&options.ignores) };
    let each = |group: &mut Group<'_>, number: usize, findings: &mut Vec<Finding>| {
        if let Some(object) = objects.get(number) {
            group.tell(object, findings, &batch, (options, &rules));
        }
    };
    let groups = validate::check_each(&objects, &definitions.objects(), &rules, start, each);
    told.reserve_exact(groups.iter().map(|group| group.told.len()).sum());
    let mut counted = Counts::default();
    for group in groups {
        told.extend(group.told);
        counted.join(&group.counted);
        ignores.join(&group.ignores);
    }
    let capacity = if options.capacity { validate::capacity(&objects) } else { Vec::new() };
    let (objects, files) = (objects.len(), batch.files);
    // Nobody needs to wait for that.
    let documents = std::mem::take(&mut batch.documents);
    if documents.len() > MANY {
        rayon::spawn(move || drop(documents));
    }
    Part { sources: batch.sources, told, counted, objects, files, capacity }
}

/// What is told of some objects.
struct Group<'i> {
    told: Vec<Told>,
    counted: Counts,
    ignores: Ignores<'i>,
}

impl Group<'_> {
    /// Counts what was found in an object that silences nothing.
    fn count(&mut self, findings: &mut Vec<Finding>, options: &Options) {
        for finding in findings.drain(..) {
            let finding =
                if options.rules.levels.is_empty() { Some(finding) } else { levelled(finding, options) };
            if let Some(finding) = finding.filter(|finding| wanted(finding, options)) {
                self.counted.add(finding.family, finding.level);
            }
        }
    }

    /// Adds what is told of one object.
    fn tell(
        &mut self,
        object: &Object<'_>,
        findings: &mut Vec<Finding>,
        batch: &Batch,
        (options, rules): (&Options, &validate::Options),
    ) {
        if !options.rules.levels.is_empty() {
            let all = std::mem::take(findings);
            findings.extend(all.into_iter().filter_map(|finding| levelled(finding, options)));
        }
        silence::apply(object, findings, &mut self.ignores, rules);
        let mut id = None;
        for finding in findings.drain(..).filter(|finding| wanted(finding, options)) {
            if options.count {
                self.counted.add(finding.family, finding.level);
                continue;
            }
            let id = id.get_or_insert_with(|| Arc::new(ObjectId::of(object)));
            self.told.push(place(finding, object, id, batch));
        }
    }
}

/// Findings about the project file's own silences.
fn of_project(ignores: &Ignores<'_>, options: &Options) -> Part {
    let sources = options.project_sources.clone();
    let tell = |(ignore, rule, message): (&Ignore, &'static str, String)| -> Option<Told> {
        let finding = Finding {
            rule,
            family: Family::Policy,
            level: Level::Warning,
            message,
            path: String::new(),
            value_path: None,
            place: ignore.place,
            node: None,
            hint: String::new(),
        };
        let finding = silence::at_level(finding, &options.rules)?;
        wanted(&finding, options).then(|| at_place(finding, None, &sources))
    };
    let runs = options.rules.runs(Family::Policy);
    let told = if runs { ignores.faults().filter_map(tell).collect() } else { Vec::new() };
    Part { sources, told, ..Part::default() }
}

/// A finding at the level that the configuration gives to its rule; `None` when that is off. Families with rows of
/// their own have seen to it already.
fn levelled(finding: Finding, options: &Options) -> Option<Finding> {
    let walked = matches!(finding.family, Family::Schema | Family::Server | Family::ApiVersion);
    if walked { silence::at_level(finding, &options.rules) } else { Some(finding) }
}

fn objects(batch: &Batch) -> impl Iterator<Item = Object<'_>> {
    let dialect = batch.dialect.unwrap_or(Dialect::V2);
    batch.documents.iter().map(move |document| Object::new(document, dialect))
}

fn leave_out<'a>(mut objects: Vec<Object<'a>>, options: &Options) -> Vec<Object<'a>> {
    if !options.skip_kinds.is_empty() {
        objects.retain(|object| {
            !options.skip_kinds.iter().any(|skip| {
                skip == object.kind
                    || skip
                        .rsplit_once('/')
                        .is_some_and(|(version, kind)| kind == object.kind && version == object.api_version())
            })
        });
    }
    objects
}

fn wanted(finding: &Finding, options: &Options) -> bool {
    let named = |list: &[String]| list.iter().any(|rule| rule == finding.rule);
    let only = options.only_rules.is_empty()
        || named(&options.only_rules)
        || options.rules.only.contains(&finding.family);
    only && !named(&options.skip_rules)
}

/// A fault of the input as a finding.
fn input_fault(fault: &Diagnostic, sources: &Sources) -> Told {
    let level = match fault.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Note => Level::Note,
    };
    let place = fault.labels.first().map_or(Place::NONE, |label| label.place);
    let finding = Finding {
        rule: fault.code,
        family: Family::Input,
        level,
        message: fault.message.clone(),
        path: fault.labels.first().map(|label| label.text.clone()).unwrap_or_default(),
        value_path: None,
        place,
        node: None,
        hint: fault.hints.join("; "),
    };
    let mut told = at_place(finding, None, sources);
    told.trace.clone_from(&fault.trace);
    told
}

fn place(finding: Finding, object: &Object<'_>, id: &Arc<ObjectId>, batch: &Batch) -> Told {
    let trace = finding.node.map(|node| trace(object.document, node, batch)).unwrap_or_default();
    let mut told = at_place(finding, Some(Arc::clone(id)), &batch.sources);
    told.trace = trace;
    if told.finding.level == Level::Error
        && told.finding.hint.is_empty()
        && input::is_templated(&told.finding.message)
    {
        input::TEMPLATE.clone_into(&mut told.finding.hint);
    }
    if told.file.is_empty() {
        // Nobody wrote the value down: the object itself is the nearest place there is.
        let finding = Finding { place: object.place(), ..told.finding };
        told = Told { trace: told.trace, ..at_place(finding, told.object, &batch.sources) };
    }
    told
}

fn at_place(mut finding: Finding, object: Option<Arc<ObjectId>>, sources: &Sources) -> Told {
    let (mut file, mut line, mut column) = (Arc::from(""), 0, 0);
    if sources.holds(finding.place) {
        finding.place = sources.outer(finding.place);
        (line, column) = sources.position(finding.place);
        file = Arc::clone(&sources.get(finding.place.source).name);
    }
    Told { finding, object, file, line, column, trace: Vec::new() }
}

/// The steps that a value went through, newest first.
fn trace(document: &Document, node: NodeId, batch: &Batch) -> Vec<String> {
    let mut lines = Vec::new();
    let mut origin = document.origin(node);
    while let Whence::Entry(index) = origin.read()
        && lines.len() < 8
    {
        let entry = document.ledger().get(index);
        if let Some(step) = entry.step {
            let step = batch.steps.get(step);
            let at = batch.sources.holds(step.place).then(|| batch.sources.display(step.place));
            let at = at.map(|at| format!(" ({at})")).unwrap_or_default();
            let line = format!("written by `{}`{at}", step.field);
            // A patch may touch a value more than once.
            if lines.last() != Some(&line) {
                lines.push(line);
            }
        }
        origin = if entry.from.read() == Whence::Unknown { entry.previous } else { entry.from };
    }
    lines
}
