//! The cluster as the old side: what it holds of the objects of the other side, and what it would make of them, asked by
//! a server-side dry run. `kubectl` does the asking, so that kubeconfigs, logins and proxies work as they do there;
//! nothing is ever written.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::change::{Change, Verb};
use super::path::Step;
use super::{Fate, Loaded, ObjectChange, Options, Refusal, Unread, compare_with};
use crate::diagnostic::Diagnostic;
use crate::host::{Finished, Host, Program, Trouble};
use crate::source::Place;
use crate::validate::Object;
use crate::yaml::{Document, Kind, Layout, NodeId, write_json_as};

/// Where `kubectl apply` without `--server-side` keeps what was applied.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What a cluster said.
pub struct Live {
    /// What it holds.
    pub old: Loaded,
    /// What it would hold.
    pub new: Loaded,
    /// What it refused: the number of the object asked for, and the cluster's words.
    pub refused: Vec<(usize, String)>,
}

/// How an object is applied: as it was before.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Way {
    Client,
    Server(String),
}

/// Asks the cluster of the current kubeconfig about objects.
///
/// # Errors
/// When there is no `kubectl`, no cluster, no permission, or no answer in time (seconds).
pub fn ask(host: &dyn Host, asked: &Loaded, timeout: u32) -> Result<Live, Unread> {
    let objects = asked.objects();
    let kubectl = Kubectl { host, timeout };
    let all: Vec<&Object<'_>> = objects.iter().collect();
    let got = kubectl.run(
        &["get", "-f", "-", "-o", "json", "--ignore-not-found", "--show-managed-fields"],
        &list(&all)?,
    )?;
    refuse_unless(&got, &["no matches for kind", "resource mapping not found", "not found"])?;
    let old = read(host, &got.output)?;
    let mut ways: BTreeMap<Way, Vec<usize>> = BTreeMap::new();
    {
        let stored = old.objects();
        for (number, object) in objects.iter().enumerate() {
            let found = stored.iter().find(|stored| is_same(object, stored));
            ways.entry(found.map_or(Way::Server("kubectl".to_owned()), way)).or_default().push(number);
        }
    }
    let mut made: Vec<u8> = Vec::new();
    let mut refused = Vec::new();
    for (way, numbers) in ways {
        let group: Vec<&Object<'_>> = numbers.iter().filter_map(|number| objects.get(*number)).collect();
        let done = kubectl.apply(&way, &group)?;
        answered_at_all(&done)?;
        let answer = read(host, &done.output)?;
        let answered = answer.objects();
        let missing: Vec<usize> = numbers
            .into_iter()
            .filter(|number| {
                objects
                    .get(*number)
                    .is_some_and(|object| !answered.iter().any(|answer| is_same(object, answer)))
            })
            .collect();
        let alone = group.len() == 1;
        for number in missing {
            let Some(object) = objects.get(number) else { continue };
            // Of several, each is asked for alone to know which words are whose; some fall silent beside others.
            let again;
            let told = if alone {
                &done
            } else {
                again = kubectl.apply(&way, &[object])?;
                answered_at_all(&again)?;
                &again
            };
            if told.code == Some(0) && !alone {
                add(&mut made, &told.output);
                continue;
            }
            let words = plain(&String::from_utf8_lossy(&told.errors));
            if !waits_for_others(&words, object, &objects) {
                refused.push((number, words));
            }
        }
        drop(answered);
        add(&mut made, &done.output);
    }
    Ok(Live { old, new: read(host, &made)?, refused })
}

/// Stops where the cluster did not judge what it was asked: it could not be reached, or this user may not ask.
fn answered_at_all(done: &Finished) -> Result<(), Unread> {
    const FATAL: [&str; 19] = [
        "connection refused",
        "connection reset",
        "no such host",
        "no route to host",
        "network is unreachable",
        "Unauthorized",
        "deadline exceeded",
        "i/o timeout",
        "Client.Timeout",
        "request canceled",
        "handshake timeout",
        "x509:",
        ": EOF",
        "(Timeout)",
        "(ServerTimeout)",
        "(ServiceUnavailable)",
        "(TooManyRequests)",
        "is forbidden: User ",
        "does not support dry run",
    ];
    let errors = String::from_utf8_lossy(&done.errors);
    if done.code != Some(0) && FATAL.iter().any(|words| errors.contains(words)) {
        return Err(failed(&errors));
    }
    Ok(())
}

/// Whether an object is refused only because its namespace or definition, which is applied with it, is not there yet.
fn waits_for_others(words: &str, object: &Object<'_>, asked: &[Object<'_>]) -> bool {
    let is = |other: &Object<'_>, group: &str, kind: &str| other.group == group && other.kind == kind;
    let no_namespace = words.contains(&format!("namespaces \"{}\" not found", object.namespace));
    if no_namespace {
        return asked.iter().any(|other| is(other, "", "Namespace") && other.name == object.namespace);
    }
    let unknown = ["no matches for kind", "resource mapping not found"];
    unknown.iter().any(|told| words.contains(told))
        && asked.iter().any(|other| {
            let root = other.at();
            let spec = root.field("spec");
            is(other, "apiextensions.k8s.io", "CustomResourceDefinition")
                && spec.field("group").text() == object.group
                && spec.field("names").field("kind").text() == object.kind
        })
}

/// Adds a document to others.
fn add(documents: &mut Vec<u8>, document: &[u8]) {
    if !document.is_empty() {
        documents.extend_from_slice(b"---\n");
        documents.extend_from_slice(document);
        documents.push(b'\n');
    }
}

/// Compares what a cluster holds with what it would hold; places and numbers of new objects are those of what was asked.
pub fn compare_live(
    live: &Live,
    asked: &Loaded,
    definitions: &[Object<'_>],
    options: &Options,
) -> Vec<ObjectChange> {
    let options = Options { ignore_defaults: true, judged_by_server: true, ..options.clone() };
    let (old, new, objects) = (live.old.objects(), live.new.objects(), asked.objects());
    // What was refused is compared as it was asked for, so that its differences can be seen.
    let mut made: Vec<Object<'_>> = Vec::with_capacity(objects.len());
    for object in &objects {
        let answer = new.iter().find(|answer| is_same(object, answer));
        made.push(*answer.unwrap_or(object));
    }
    let mut changes = compare_with(&old, &made, definitions, &options);
    // Whatever else came with the answer is not what was asked about.
    changes.retain(|change| change.fate != Fate::Removed);
    for change in &mut changes {
        let Some(object) = change.new.and_then(|number| objects.get(number)) else { continue };
        // What was refused says nothing of what the server would have filled in: what it lacks is no difference.
        if live.refused.iter().any(|(number, _)| Some(*number) == change.new) {
            change.changes.retain(|one| one.verb != Verb::Removed);
        }
        for one in &mut change.changes {
            one.place = place(object.document, one);
        }
    }
    for (number, words) in &live.refused {
        let refusal = Refusal { path: String::new(), message: words.clone(), hint: String::new() };
        match changes.iter_mut().find(|change| change.new == Some(*number)) {
            Some(change) => {
                change.impacts.insert(0, super::Impact::CannotApply);
                change.refusals.push(refusal);
            }
            None => {
                let mut change = super::whole(None, Some(*number), Fate::Changed);
                change.impacts.push(super::Impact::CannotApply);
                change.refusals.push(refusal);
                changes.push(change);
            }
        }
    }
    changes
}

/// Where a difference is written in what was asked for, or the nearest value above it.
fn place(document: &Document, change: &Change) -> Place {
    let mut at = document.try_root();
    let mut place = Place::NONE;
    for step in &change.steps {
        at = at.and_then(|node| child(document, node, step));
        match at {
            Some(node) => place = document.place(node),
            None => break,
        }
    }
    place
}

fn child(document: &Document, node: NodeId, step: &Step) -> Option<NodeId> {
    match step {
        Step::Field(name) | Step::Key(name) => document.get(node, name),
        Step::Item { key, new, .. } if document.kind(node) == Kind::Sequence => {
            let fits = |item: &NodeId| {
                key.split(',').filter_map(|part| part.split_once('=')).all(|(field, value)| {
                    document.get(*item, field).is_none_or(|node| document.text(node) == value)
                })
            };
            let by_key = (!key.is_empty()).then(|| document.children(node).find(fits)).flatten();
            by_key.or_else(|| document.item(node, (*new)?))
        }
        Step::Item { .. } | Step::Inside => None,
    }
}

/// Whether an answer is about an object.
fn is_same(object: &Object<'_>, answer: &Object<'_>) -> bool {
    object.group == answer.group
        && object.kind == answer.kind
        && object.name == answer.name
        && (object.namespace.is_empty()
            || answer.namespace.is_empty()
            || object.namespace == answer.namespace)
}

/// How a stored object was applied last.
fn way(stored: &Object<'_>) -> Way {
    let root = stored.at();
    let metadata = root.field("metadata");
    let annotations = metadata.field("annotations");
    if annotations.entry(LAST_APPLIED).is_there() {
        return Way::Client;
    }
    let managers = metadata.field("managedFields");
    let mut last: Option<(String, String)> = None;
    for manager in managers.items() {
        let (name, time) = (manager.field("manager"), manager.field("time"));
        let applied =
            manager.field("operation").text() == "Apply" && manager.field("subresource").text().is_empty();
        if applied && last.as_ref().is_none_or(|(_, before)| time.text() >= before.as_str()) {
            last = Some((name.text().to_owned(), time.text().to_owned()));
        }
    }
    Way::Server(last.map_or_else(|| "kubectl".to_owned(), |(name, _)| name))
}

/// Objects as a JSON list.
fn list(objects: &[&Object<'_>]) -> Result<Vec<u8>, Unread> {
    let mut out = b"{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[".to_vec();
    for (number, object) in objects.iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        if let Some(root) = object.document.try_root() {
            write_json_as(object.document, root, object.dialect, Layout::Compact, &mut out)?;
        }
    }
    out.extend_from_slice(b"]}");
    Ok(out)
}

fn read(host: &dyn Host, text: &[u8]) -> Result<Loaded, Unread> {
    if text.iter().all(u8::is_ascii_whitespace) {
        return Ok(Loaded::default());
    }
    Loaded::text(host, "live".into(), text.to_owned())
}

struct Kubectl<'h> {
    host: &'h dyn Host,
    timeout: u32,
}

impl Kubectl<'_> {
    fn apply(&self, way: &Way, objects: &[&Object<'_>]) -> Result<Finished, Unread> {
        let mut arguments =
            vec!["apply", "--dry-run=server", "-f", "-", "-o", "json", "--show-managed-fields=false"];
        let manager;
        if let Way::Server(name) = way {
            manager = format!("--field-manager={name}");
            arguments.extend(["--server-side", "--force-conflicts", &manager]);
        }
        self.run(&arguments, &list(objects)?)
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Finished, Unread> {
        let mut arguments: Vec<String> = arguments.iter().map(|word| (*word).to_owned()).collect();
        arguments.push(format!("--request-timeout={}s", self.timeout));
        let program = Program {
            path: PathBuf::from("kubectl"),
            arguments,
            directory: self.host.working_directory().unwrap_or_else(|_| PathBuf::from("/")),
            input: input.to_owned(),
            ..Program::default()
        };
        self.host.run(&program).map_err(|fault| {
            let missing = matches!(fault.trouble, Trouble::Missing);
            let message = if missing {
                "there is no `kubectl` here".to_owned()
            } else {
                format!("`kubectl` {}", fault.trouble)
            };
            let told = Diagnostic::error("no-kubectl", message);
            Box::new(told.hint("`live` asks the cluster through `kubectl`; put it into `PATH`")).into()
        })
    }
}

/// Stops where kubectl failed for another reason than these.
fn refuse_unless(done: &Finished, tolerated: &[&str]) -> Result<(), Unread> {
    if done.code == Some(0) {
        return Ok(());
    }
    let errors = String::from_utf8_lossy(&done.errors);
    let bad = errors.lines().any(|line| {
        !line.trim().is_empty()
            && !line.starts_with("ensure CRDs are installed")
            && !tolerated.iter().any(|words| line.contains(words))
    });
    if bad { Err(failed(&errors)) } else { Ok(()) }
}

/// Why the cluster gave no answer.
fn failed(errors: &str) -> Unread {
    let words = plain(errors);
    let has = |text: &str| errors.contains(text);
    let forbidden = has("Forbidden") || has("forbidden");
    let (id, what) = if forbidden {
        ("forbidden", "the cluster does not let this user ask")
    } else {
        ("no-answer", "the cluster gave no answer")
    };
    let told = Diagnostic::error(id, format!("{what}: {words}"));
    let told = if forbidden {
        told.hint("`live` asks with `get` and with a dry run of `patch` (`create` for what is not there yet): grant these verbs; nothing is written")
    } else if has("x509:") {
        told.hint(
            "the certificates of the cluster and of the kubeconfig do not go together, or one has expired",
        )
    } else if has("does not support dry run") {
        told.hint("a webhook of the cluster does not say that it has no side effects, so that the cluster judges these objects only in earnest")
    } else if has("refused") || has("no such host") || has("no configuration has been provided") {
        told.hint("is the current context of the kubeconfig the right one? `kubectl config current-context`")
    } else if has("Unauthorized") || has("must be logged in") {
        told.hint("log in again: the kubeconfig's credentials are not accepted")
    } else if has("deadline exceeded") || has("Timeout exceeded") || has("timed out") || has("i/o timeout") {
        told.hint("give it more time with `--timeout`, or see whether the cluster can be reached")
    } else {
        told
    };
    Box::new(told).into()
}

/// kubectl's words on one line.
fn plain(errors: &str) -> String {
    let mut lines: Vec<&str> = errors.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let is_log = |line: &str| {
        line.starts_with(['E', 'W', 'I'])
            && line.get(1..5).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    };
    lines.retain(|line| !line.starts_with("Warning:") && !is_log(line));
    lines.dedup();
    let text = lines.join("; ");
    let text = text.strip_prefix("error: ").unwrap_or(&text).trim_start_matches("Error from server ");
    // `(NotFound): …`: the words say the same as the reason in front of them.
    let text = text.strip_prefix('(').and_then(|rest| Some(rest.split_once("): ")?.1)).unwrap_or(text);
    match text.char_indices().nth(600) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
