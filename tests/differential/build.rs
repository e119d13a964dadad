//! One tree built by both: citadel in this process, kustomize by the oracle.

use citadel::build::{LoadRestrictor, Options, Reorder};
use citadel::host::Memory;
use serde_json::{Value, json};

use crate::generator::Tree;
use crate::yaml::oracle::{Oracle, bytes};

/// What came of a build: bytes, or the reason why there are none.
pub(crate) type Built = Result<Vec<u8>, String>;

/// The flags of a tree as citadel's options.
fn options(tree: &Tree) -> Options {
    let mut options = Options::default();
    let mut words = tree.arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--enable-managedby-label" => options.enable_managed_by_label = true,
            "--reorder" => {
                let none = words.next() == Some(&"none");
                options.reorder = if none { Reorder::None } else { Reorder::Legacy };
            }
            "--load-restrictor" => {
                words.next();
                options.load_restrictor = LoadRestrictor::None;
            }
            other => panic!("unknown flag {other}"),
        }
    }
    options
}

/// citadel's build; a panic is a reason that begins with `panic`.
pub(crate) fn ours(tree: &Tree) -> Built {
    let host = Memory::with_files(tree.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())));
    let options = options(tree);
    let root = if tree.root.is_empty() { "." } else { tree.root.as_str() };
    let work = std::panic::AssertUnwindSafe(|| citadel::build::build(&host, root, &options));
    match std::panic::catch_unwind(work) {
        Ok(outcome) => outcome.output.map_err(|faults| {
            let first = faults.first();
            first.map_or("no reason".to_owned(), |fault| format!("{}: {}", fault.code, fault.message))
        }),
        Err(cause) => {
            let text = cause.downcast_ref::<String>().cloned();
            let text = text.or_else(|| cause.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(format!("panic: {}", text.unwrap_or_default()))
        }
    }
}

/// The request that asks the oracle for a tree.
pub(crate) fn request(tree: &Tree) -> Value {
    let mut request = json!({"op": "build", "files": tree.files, "root": tree.root});
    let mut words = tree.arguments.iter();
    while let Some(word) = words.next() {
        match *word {
            "--enable-managedby-label" => request["enable_managedby_label"] = json!(true),
            "--reorder" => request["reorder"] = json!(words.next()),
            _ => request["load_restrictor"] = json!(words.next()),
        }
    }
    request
}

/// What an answer of the oracle says.
pub(crate) fn answered(answer: &Value) -> Built {
    match answer.get("refused") {
        Some(why) => Err(why.as_str().unwrap_or_default().to_owned()),
        None => Ok(bytes(&answer["out"])),
    }
}

/// kustomize's build.
pub(crate) fn theirs(oracle: &mut Oracle, tree: &Tree) -> Built {
    answered(&oracle.ask(&request(tree)))
}

/// Whether kustomize, asked again and again, also gives what citadel gave: it is not deterministic where its order
/// of keys is not total.
pub(crate) fn sometimes(oracle: &mut Oracle, tree: &Tree, ours: &Built) -> bool {
    let mut request = request(tree);
    request["repeat"] = json!(12);
    let answer = oracle.ask(&request);
    let others = answer["others"].as_array().map(Vec::as_slice).unwrap_or_default();
    others.iter().any(|other| match (answered(other), ours) {
        (Ok(theirs), Ok(ours)) => theirs == *ours,
        (theirs, ours) => theirs.is_err() && ours.is_err(),
    })
}

/// What kind of difference there is between two builds, in words that stay the same when names change; nothing when
/// both agree.
pub(crate) fn difference(ours: &Built, theirs: &Built) -> Option<String> {
    match (ours, theirs) {
        (Err(ours), _) if ours.starts_with("panic") => Some(ours.clone()),
        (Ok(ours), Ok(theirs)) if ours == theirs => None,
        (Err(_), Err(_)) => None,
        (Ok(ours), Ok(theirs)) => Some(format!("other bytes: {}", first_difference(ours, theirs))),
        (Err(ours), Ok(_)) => Some(format!("only citadel refuses: {}", without_names(ours))),
        (Ok(_), Err(theirs)) => Some(format!("only kustomize refuses: {}", without_names(theirs))),
    }
}

/// The key of the first line that differs, and in which way.
fn first_difference(ours: &[u8], theirs: &[u8]) -> String {
    let (ours, theirs) = (String::from_utf8_lossy(ours), String::from_utf8_lossy(theirs));
    let (mut our_lines, mut their_lines) = (ours.lines(), theirs.lines());
    loop {
        let (a, b) = (our_lines.next(), their_lines.next());
        if a == b && a.is_some() {
            continue;
        }
        let key = |line: Option<&str>| {
            let line = line.map_or("(end)", str::trim_start);
            line.split_inclusive(':').next().unwrap_or_default().chars().take(24).collect::<String>()
        };
        return format!("{} | {}", key(a), key(b));
    }
}

/// The words of a message that are not names, numbers or places.
fn without_names(message: &str) -> String {
    let mut quoted = false;
    let line = message.lines().last().unwrap_or_default();
    let line = if line.len() < 20 { message } else { line };
    let words: Vec<&str> = line
        .split_whitespace()
        .filter(|word| {
            let quotes = word.matches(['`', '"', '\'']).count();
            let inside = quoted || quotes > 0;
            quoted ^= quotes % 2 == 1;
            !inside && word.chars().all(|c| c.is_alphabetic() || matches!(c, ',' | '.' | ':' | '(' | ')'))
        })
        .collect();
    words.join(" ").chars().take(110).collect()
}
