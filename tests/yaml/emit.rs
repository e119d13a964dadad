//! The output emitter: the nodes of every document of the suites, printed by us and by kustomize.

use std::path::{Path, PathBuf};

use citadel::yaml::{self, SequenceIndent};
use serde_json::json;

use super::nodes;
use super::oracle::{Oracle, each};

/// All YAML files below a folder, in order.
pub(crate) fn yaml_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(folder) = todo.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                todo.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|e| e == "yaml" || e == "yml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The suites beside the project, or those that `CITADEL_SUITES` names.
pub(crate) fn suites() -> PathBuf {
    if let Some(path) = std::env::var_os("CITADEL_SUITES") {
        return PathBuf::from(path);
    }
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance")
}

#[test]
fn prints_the_nodes_of_every_document_of_the_suites() {
    let Some(mut oracle) = Oracle::start() else { return };
    let (mut same, mut skipped, mut wrong) = (0, 0, Vec::new());
    for file in yaml_files(&suites()) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        compare(&mut oracle, &text, &file.display().to_string(), &mut same, &mut skipped, &mut wrong);
    }
    eprintln!("{same} documents alike, {skipped} texts skipped, {} wrong", wrong.len());
    for line in wrong.iter().take(10) {
        eprintln!("{line}\n");
    }
    assert!(wrong.is_empty());
}

#[test]
fn prints_nodes_as_yaml_v3_does() {
    let Some(mut oracle) = Oracle::start() else { return };
    let (mut same, mut skipped, mut wrong) = (0, 0, Vec::new());
    for file in yaml_files(&suites()) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let read = oracle.ask(&json!({"op": "nodes3", "text": text}));
        let Some(list) = read["data"].as_array() else {
            skipped += 1;
            continue;
        };
        for (wide, indent) in [(false, SequenceIndent::Compact), (true, SequenceIndent::Wide)] {
            let Ok(theirs) = each(&oracle.ask(&json!({"op": "emit3", "text": text, "wide": wide}))) else {
                skipped += 1;
                continue;
            };
            for (node, theirs) in list.iter().zip(theirs) {
                if node["h"].is_string() || node["f"].is_string() {
                    skipped += 1;
                    continue;
                }
                let document = nodes::document(node);
                let mut ours = Vec::new();
                let done = yaml::emit_v3(&document, document.root(), indent, &mut ours);
                if done.is_ok() && ours == theirs {
                    same += 1;
                } else {
                    let (theirs, ours) = (String::from_utf8_lossy(&theirs), String::from_utf8_lossy(&ours));
                    let line = theirs.lines().zip(ours.lines()).find(|(a, b)| a != b);
                    wrong.push(format!("{} {indent:?} {done:?}\n{line:?}", file.display()));
                }
            }
        }
    }
    eprintln!("{same} documents alike, {skipped} skipped, {} wrong", wrong.len());
    for line in wrong.iter().take(10) {
        eprintln!("{line}\n");
    }
    assert!(wrong.is_empty());
}

fn compare(
    oracle: &mut Oracle,
    text: &str,
    name: &str,
    same: &mut usize,
    skipped: &mut usize,
    wrong: &mut Vec<String>,
) {
    let read = oracle.ask(&json!({"op": "nodes3", "mode": "kio", "text": text}));
    let Some(list) = read["data"].as_array() else {
        *skipped += 1;
        return;
    };
    let expected = each(&oracle.ask(&json!({"op": "decode3", "text": text})));
    let printed: Result<Vec<Vec<u8>>, String> = list
        .iter()
        .map(|node| {
            let document = nodes::document(node);
            let mut out = Vec::new();
            match yaml::emit(&document, document.root(), &mut out) {
                Ok(()) => Ok(out),
                Err(fault) => Err(fault.message),
            }
        })
        .collect();
    match (expected, printed) {
        (Ok(theirs), Ok(ours)) if theirs == ours => *same += ours.len(),
        // Lists are taken apart by rooms above.
        (Ok(_), Ok(_)) if text.contains("List") => *skipped += 1,
        (Ok(theirs), Ok(ours)) if theirs.len() == ours.len() => {
            for (theirs, ours) in theirs.iter().zip(&ours) {
                if theirs == ours {
                    *same += 1;
                    continue;
                }
                let (theirs, ours) = (String::from_utf8_lossy(theirs), String::from_utf8_lossy(ours));
                let line = theirs.lines().zip(ours.lines()).find(|(a, b)| a != b);
                wrong.push(format!("{name}\n{line:?}"));
            }
        }
        (Ok(_), Ok(_)) => *skipped += 1,
        (Err(_), Err(_)) => *same += 1,
        (Ok(_), Err(fault)) => wrong.push(format!("{name}: we refuse: {fault}")),
        // Most refusals of resources come from rooms above.
        (Err(refused), Ok(_)) => {
            let above = ["missing", "kind", "apiVersion", "must be", "annotation", "label", "expected"];
            if above.iter().any(|word| refused.contains(word)) {
                *skipped += 1;
            } else {
                wrong.push(format!("{name}: kustomize refuses: {refused}"));
            }
        }
    }
}
