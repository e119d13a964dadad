//! One run of a function: what goes in, the program, what comes out. The annotations by which objects are told again
//! (path, index, id) are kyaml's, and so are the refusals when a function garbles them.
//!
//! Rules. A generator, and a transformer of nothing, is given its own configuration as the only object. Only objects
//! under the folder of the configuration's `path` annotation are given; the others wait. Nothing given back is nothing
//! left.

use std::collections::BTreeMap;
use std::path::Path;

use super::Function;
use super::stream::{
    self, ID, INDEX, Item, LEGACY_ID, LEGACY_INDEX, LEGACY_PATH, MIGRATION_ID, PATH, Stream,
};
use super::sync;
use crate::build::Run;
use crate::build::layer::Layer;
use crate::diagnostic::{Diagnostic, Result, Trace};
use crate::host::{Finished, Program, Trouble};
use crate::provenance::StepId;
use crate::source::SourceId;
use crate::yaml::{self, Document, SequenceIndent};

/// Lines of a program's standard error that a fault shows.
const SHOWN: usize = 20;
/// What of a program's standard output is taken.
const LARGEST_OUTPUT: u64 = 1 << 30;

/// Runs a function on a text of objects and gives the text of objects that it leaves.
pub(super) fn run(
    run: &mut Run<'_>,
    layer: &Layer<'_>,
    function: &Function,
    input: Vec<u8>,
    step: StepId,
) -> Result<SourceId> {
    let doing = || format!("while running the function {}", function.name);
    let config = function.config(run, step)?;
    let input = if input.is_empty() {
        let mut text = Vec::new();
        yaml::emit_v3(&config, config.root(), SequenceIndent::Compact, &mut text)?;
        text
    } else {
        input
    };
    let source = stream::register(
        &mut run.context.sources,
        format!("the input of {}", function.name),
        input,
        function.at,
    )?;
    let mut given = Stream::read(&run.context.sources, source, step)?;
    let mut left = if function.has_program(run) {
        filter(run, layer, function, &config, &mut given, step).while_doing(doing)?
    } else {
        run.context.warnings.add(
            Diagnostic::warning("function-without-program", "the function names no program: nothing is done")
                .at(function.at, "neither `exec.path` nor `container.image`"),
        );
        given
    };
    let name = format!("the output of {}", function.name);
    let text = left.print().while_doing(doing)?;
    stream::register(&mut run.context.sources, name, text, function.at)
}

/// kyaml's pipeline of one function.
fn filter(
    run: &mut Run<'_>,
    layer: &Layer<'_>,
    function: &Function,
    config: &Document,
    given: &mut Stream,
    step: StepId,
) -> Result<Stream> {
    let mut notes = Vec::with_capacity(given.items.len());
    for (number, item) in given.items.clone().into_iter().enumerate() {
        given.set(item, MIGRATION_ID, &number.to_string())?;
        notes.push(Notes::of(given, item));
        given.copy_legacy(item)?;
        given.check_pairs(item)?;
    }
    let folder = scope(config);
    let (inside, outside): (Vec<Item>, Vec<Item>) =
        given.items.iter().partition(|item| in_scope(given, **item, folder.as_deref()));
    let mut by_id = BTreeMap::new();
    for (number, item) in inside.iter().enumerate() {
        let id = (number + 1).to_string();
        given.set(*item, ID, &id)?;
        given.set(*item, LEGACY_ID, &id)?;
        by_id.insert(id, *item);
    }
    let input = given.resource_list(&inside, config)?;
    let output = start(run, layer, function, input)?;
    let name = format!("the output of {}", function.name);
    let source = stream::register(&mut run.context.sources, name, output, function.at)?;
    let mut returned = Stream::read(&run.context.sources, source, step)?;
    for item in returned.items.clone() {
        follow(given, &by_id, &mut returned, item)?;
        default_path(&mut returned, item, folder.as_deref().unwrap_or_default())?;
    }
    returned.append(given, &outside);
    reconcile(&mut returned, &notes)?;
    Ok(returned)
}

/// The folder that a function is confined to by the path of its configuration.
fn scope(config: &Document) -> Option<String> {
    let annotations = config.at(config.try_root()?, &["metadata", "annotations"])?;
    let path = [PATH, LEGACY_PATH].into_iter().find_map(|key| config.get(annotations, key))?;
    Some(folder_of(config.text(path)))
}

/// The folder of a path; a folder `functions` stands for the one that holds it.
fn folder_of(path: &str) -> String {
    let parent = |path: &str| path.rsplit_once('/').map_or(String::new(), |(parent, _)| parent.to_owned());
    let clean = |path: &str| {
        let path = crate::host::clean(Path::new(path)).to_string_lossy().into_owned();
        if path.is_empty() { ".".to_owned() } else { path }
    };
    let folder = clean(&parent(path));
    if folder == "functions" || folder.ends_with("/functions") { clean(&parent(&folder)) } else { folder }
}

fn in_scope(given: &Stream, item: Item, folder: Option<&str>) -> bool {
    match folder {
        None | Some("" | ".") => true,
        Some(folder) => {
            let path = given.annotation(item, PATH).or_else(|| given.annotation(item, LEGACY_PATH));
            path.is_some_and(|path| folder_of(path).starts_with(folder))
        }
    }
}

/// Runs the program.
fn start(run: &mut Run<'_>, layer: &Layer<'_>, function: &Function, input: Vec<u8>) -> Result<Vec<u8>> {
    let exec = &function.spec.exec;
    let root = layer.loader.root();
    if root == Path::new("/") {
        return Diagnostic::error("function-in-root", "functions may not run in the directory `/`")
            .at(exec.path.at, "asks for a program")
            .hint("move the kustomization into a directory of its own")
            .fail();
    }
    // Later values win; kustomize leaves out what has not exactly one `=`.
    let mut environment = BTreeMap::new();
    let asked = exec.envs.iter().map(|env| env.value.as_str());
    for entry in asked.chain(run.options.functions.environment.iter().map(String::as_str)) {
        if let Some((name, value)) = entry.split_once('=')
            && !value.contains('=')
        {
            environment.insert(name.to_owned(), value.to_owned());
        }
    }
    let program = Program {
        path: exec.path.value.as_str().into(),
        arguments: exec.args.iter().map(|argument| argument.value.clone()).collect(),
        environment: environment.into_iter().collect(),
        bare: false,
        directory: root.to_owned(),
        input,
        largest_output: LARGEST_OUTPUT,
    };
    let finished = match run.host.run(&program) {
        Ok(finished) => finished,
        Err(fault) => {
            let path = &exec.path.value;
            let trouble = match &fault.trouble {
                Trouble::Denied => "may not be run: permission denied".to_owned(),
                trouble => trouble.to_string(),
            };
            let mut told =
                Diagnostic::error("function-not-started", format!("the program `{path}` {trouble}"))
                    .at(exec.path.at, format!("looked for it from `{}`", layer.loader.display_root()));
            told = match fault.trouble {
                Trouble::Denied => told.hint(format!("make it a program: `chmod +x {path}`")),
                Trouble::Missing => told.hint("a path is taken from the directory of the kustomization; also look at the first line of a script"),
                _ => told,
            };
            return told.fail();
        }
    };
    if finished.code == Some(0) {
        let said = String::from_utf8_lossy(&finished.errors);
        run.context.warnings.kustomize.extend(said.lines().map(str::to_owned));
        return Ok(finished.output);
    }
    failed(run, function, finished)
}

fn failed<T>(run: &mut Run<'_>, function: &Function, finished: Finished) -> Result<T> {
    let path = &function.spec.exec.path;
    let ended = match finished.code {
        Some(code) => format!("ended with exit code {code}"),
        None => "was ended by a signal".to_owned(),
    };
    let mut fault = Diagnostic::error("function-failed", format!("the program `{}` {ended}", path.value))
        .at(path.at, "asks for it");
    let errors = String::from_utf8_lossy(&finished.errors);
    let lines: Vec<&str> = errors.lines().filter(|line| !line.trim().is_empty()).collect();
    for line in &lines[lines.len().saturating_sub(SHOWN)..] {
        fault = fault.while_doing(format!("it wrote: {line}"));
    }
    let name = format!("the output of {}", function.name);
    let results = stream::register(&mut run.context.sources, name, finished.output, function.at)
        .and_then(|source| Stream::read(&run.context.sources, source, StepId::READ));
    for message in results.iter().flat_map(Stream::messages).take(SHOWN) {
        fault = fault.while_doing(format!("its result: {message}"));
    }
    fault.fail()
}

/// An object that comes back under the id of one that went in takes its order, and loses the id.
fn follow(given: &Stream, by_id: &BTreeMap<String, Item>, returned: &mut Stream, item: Item) -> Result<()> {
    let id = returned.annotation(item, ID).or_else(|| returned.annotation(item, LEGACY_ID));
    let Some(before) = id.and_then(|id| by_id.get(id)) else { return Ok(()) };
    let (mut editor, node) = returned.edit(item);
    sync::follow(given.get(*before), &mut editor, node)?;
    returned.clear(item, ID);
    returned.clear(item, LEGACY_ID);
    Ok(())
}

/// Gives an object a path that has none.
fn default_path(returned: &mut Stream, item: Item, folder: &str) -> Result<()> {
    returned.copy_legacy(item)?;
    if returned.annotation(item, PATH).is_some() {
        return Ok(());
    }
    let (document, node) = returned.get(item);
    let text = |path: &[&str]| match document.at(node, path) {
        Some(node) if !document.is_null(node) => document.text(node),
        _ => "",
    };
    let file = format!("{}_{}.yaml", text(&["kind"]).to_lowercase(), text(&["metadata", "name"]));
    let path: Vec<&str> = [folder, text(&["metadata", "namespace"]), &file]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    let path = crate::host::clean(Path::new(&path.join("/"))).to_string_lossy().into_owned();
    returned.set(item, PATH, &path)?;
    returned.set(item, LEGACY_PATH, &path)
}

/// What an object that was given said of itself.
struct Notes {
    path: String,
    index: String,
    /// Whether it used the names of today, and those of old; `None` when it used neither.
    uses: Option<(bool, bool)>,
}

impl Notes {
    fn of(given: &Stream, item: Item) -> Notes {
        let found = |keys: [&str; 3]| keys.into_iter().any(|key| given.annotation(item, key).is_some());
        let (new, old) = (found([PATH, INDEX, ID]), found([LEGACY_PATH, LEGACY_INDEX, LEGACY_ID]));
        let first = |key: &str, legacy: &str| {
            given
                .annotation(item, key)
                .or_else(|| given.annotation(item, legacy))
                .unwrap_or_default()
                .to_owned()
        };
        Notes {
            path: first(PATH, LEGACY_PATH),
            index: first(INDEX, LEGACY_INDEX),
            uses: (new || old).then_some((new, old)),
        }
    }
}

/// Makes the annotations of today and those of old agree in what came back.
fn reconcile(returned: &mut Stream, notes: &[Notes]) -> Result<()> {
    let mut uses = notes.iter().filter_map(|note| note.uses);
    let (use_new, use_old) = match uses.next() {
        None if notes.is_empty() => (true, true),
        None => (false, false),
        Some(first) => {
            if uses.any(|other| other != first) {
                return Diagnostic::error(
                    "function-annotations-mismatch",
                    "some objects have path, index or id annotations in their older form only, and some do not",
                )
                .hint("take the annotations `config.kubernetes.io/path`, `…/index` and `config.k8s.io/id` out")
                .fail();
            }
            first
        }
    };
    for item in returned.items.clone() {
        returned.copy_legacy(item)?;
        let number: Option<usize> = returned.annotation(item, MIGRATION_ID).and_then(|id| id.parse().ok());
        if let Some(note) = number.and_then(|number| notes.get(number)) {
            settle(returned, item, &note.path, PATH, LEGACY_PATH, "path")?;
            settle(returned, item, &note.index, INDEX, LEGACY_INDEX, "index")?;
        }
        for (used, keys) in [(use_new, [ID, PATH, INDEX]), (use_old, [LEGACY_ID, LEGACY_PATH, LEGACY_INDEX])]
        {
            for key in keys {
                if !used {
                    returned.clear(item, key);
                }
            }
        }
        returned.check_pairs(item)?;
        returned.clear(item, MIGRATION_ID);
    }
    Ok(())
}

/// Of two annotations of the same meaning, the one that a function has changed counts.
fn settle(returned: &mut Stream, item: Item, was: &str, new: &str, legacy: &str, what: &str) -> Result<()> {
    if was.is_empty() {
        return Ok(());
    }
    let (is, old) = (returned.said(item, new).to_owned(), returned.said(item, legacy).to_owned());
    if was != is && was != old && is != old {
        return stream::mismatch(what, returned.place(item));
    }
    if was != is {
        returned.set(item, legacy, &is)?;
    } else if was != old {
        returned.set(item, new, &old)?;
    }
    Ok(())
}
