//! The first milestone: decode and emit equal to kustomize's on every document of the suites.

use citadel::source::{SourceId, SourceText};
use citadel::yaml::{self, Keep, SequenceIndent};
use serde_json::json;

use super::emit::{suites, yaml_files};
use super::oracle::{Oracle, each};

/// Text to text, as an object passes through a build that changes nothing.
pub(crate) fn pass(text: &str) -> Result<Vec<Vec<u8>>, String> {
    let text: SourceText = SourceText::from(text.replace("\r\n", "\n"));
    let documents = yaml::read_resources(SourceId(0), &text).map_err(|fault| fault.message)?;
    let print = |document: &yaml::Document| {
        let mut out = Vec::new();
        yaml::emit(document, document.root(), &mut out).map_err(|fault| fault.message)?;
        Ok(out)
    };
    documents.iter().filter(|document| !document.is_empty(document.root())).map(print).collect()
}

/// Text to text by yaml.v3, with comments.
pub(crate) fn pass_v3(text: &str) -> Result<Vec<Vec<u8>>, String> {
    let text: SourceText = SourceText::from(text);
    let documents = yaml::read_documents_v3(SourceId(0), &text, Keep { comments: true, aliases: true })
        .map_err(|fault| fault.message)?;
    let print = |document: &yaml::Document| {
        let mut out = Vec::new();
        yaml::emit_v3(document, document.root(), SequenceIndent::Compact, &mut out)
            .map_err(|fault| fault.message)?;
        Ok(out)
    };
    documents.iter().map(print).collect()
}

/// What rooms above the YAML room refuse or take apart.
pub(crate) fn is_for_rooms_above(text: &str, refused: &str) -> bool {
    let above = [
        "missing Resource metadata",
        "missing metadata.name",
        "invalid Kubernetes",
        "missing kind",
        "Object 'Kind' is missing",
        "does not allow duplicate",
        "wrong node kind",
        "annotations",
        "labels",
        "must be",
    ];
    text.contains("List") || above.iter().any(|word| refused.contains(word))
}

#[test]
fn reads_and_prints_every_document_of_the_suites() {
    let Some(mut oracle) = Oracle::start() else { return };
    let (mut same, mut refused_alike, mut above, mut wrong) = (0, 0, 0, Vec::new());
    for file in yaml_files(&suites()) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let theirs = each(&oracle.ask(&json!({"op": "decode3", "text": text})));
        match (theirs, pass(&text)) {
            (Ok(theirs), Ok(ours)) if theirs == ours => same += ours.len(),
            (Err(_), Err(_)) => refused_alike += 1,
            (Err(refused), Ok(_)) if is_for_rooms_above(&text, &refused) => above += 1,
            (Ok(_), _) if text.contains("List") => above += 1,
            (theirs, ours) => {
                let show = |side: &Result<Vec<Vec<u8>>, String>| match side {
                    Ok(list) => String::from_utf8_lossy(&list.concat()).into_owned(),
                    Err(fault) => format!("refused: {fault}"),
                };
                let (theirs, ours) = (show(&theirs), show(&ours));
                let line = theirs.lines().zip(ours.lines()).find(|(a, b)| a != b);
                wrong.push(format!("{}\n{line:?}", file.display()));
            }
        }
    }
    eprintln!(
        "{same} documents alike, {refused_alike} texts refused alike, {above} for rooms above, {} wrong",
        wrong.len()
    );
    for line in wrong.iter().take(30) {
        eprintln!("{line}\n");
    }
    assert!(wrong.is_empty());
}

#[test]
fn reads_and_prints_every_text_with_its_comments() {
    let Some(mut oracle) = Oracle::start() else { return };
    let (mut same, mut refused_alike, mut wrong) = (0, 0, Vec::new());
    for file in yaml_files(&suites()) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let theirs = each(&oracle.ask(&json!({"op": "emit3", "text": text})));
        let ours = pass_v3(&text);
        match (theirs, ours) {
            (Ok(theirs), Ok(ours)) if theirs == ours => same += ours.len(),
            (Err(_), Err(_)) => refused_alike += 1,
            (theirs, ours) => wrong.push(format!("{}: {:?} {:?}", file.display(), theirs.is_ok(), ours)),
        }
    }
    eprintln!("{same} documents alike, {refused_alike} texts refused alike, {} wrong", wrong.len());
    for line in wrong.iter().take(30) {
        eprintln!("{}\n", line.chars().take(600).collect::<String>());
    }
    assert!(wrong.is_empty());
}
