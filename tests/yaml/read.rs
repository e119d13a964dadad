//! The readers: golden documents, the fast reader against the complete one, and both against the oracle.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use citadel::diagnostic::Diagnostic;
use citadel::source::{SourceId, SourceText};
use citadel::yaml::{self, Dialect, Document, Keep, Kind, NodeId, resolve};
use serde_json::{Map, Value, json};

use super::dump;
use super::emit::{suites, yaml_files};
use super::oracle::{Oracle, bytes};

const SOURCE: SourceId = SourceId(0);

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/yaml/read");
    yaml_files(&folder)
}

fn normal(text: &str) -> SourceText {
    SourceText::from(text.replace("\r\n", "\n"))
}

fn told(fault: &Diagnostic) -> String {
    let mut out = format!("refused: {}: {}\n", fault.code, fault.message);
    for label in &fault.labels {
        writeln!(out, "  {} {}", label.place.offset, label.text).unwrap();
    }
    for hint in &fault.hints {
        writeln!(out, "  hint: {hint}").unwrap();
    }
    out
}

fn written(read: citadel::diagnostic::Result<Vec<Document>>) -> String {
    match read {
        Ok(documents) => documents.iter().fold(String::new(), |mut out, document| {
            out.push_str("---\n");
            dump::lines(document, &mut out);
            out
        }),
        Err(fault) => told(&fault),
    }
}

#[test]
fn reads_the_golden_documents() {
    let update = std::env::var_os("CITADEL_UPDATE").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 60, "golden documents are missing");
    for input in cases {
        let raw: SourceText = SourceText::from(std::fs::read_to_string(&input).unwrap());
        let text = normal(&raw);
        let mut warnings = Vec::new();
        let v2 = yaml::read_v2(SOURCE, &raw, &mut warnings).map(|document| vec![document]);
        let mut found = format!(
            "# resources\n{}# nodes\n{}# yaml 1.1\n{}",
            written(yaml::read_resources(SOURCE, &text)),
            written(yaml::read_documents_v3(SOURCE, &raw, Keep { comments: true, aliases: true })),
            written(v2),
        );
        for warning in &warnings {
            writeln!(found, "warning: {}", warning.message).unwrap();
        }
        let expected = input.with_file_name("expected.nodes");
        if update {
            std::fs::write(&expected, &found).unwrap();
        } else if std::fs::read_to_string(&expected).is_ok_and(|expected| expected == found) {
        } else {
            wrong.push(format!("{}\n{found}", expected.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Kind, style, tag, text, origin and comments of all nodes.
fn same(a: &Document, b: &Document) -> bool {
    let mut todo = vec![(a.root(), b.root())];
    while let Some((x, y)) = todo.pop() {
        let alike = a.kind(x) == b.kind(y)
            && a.style(x) == b.style(y)
            && a.tag(x) == b.tag(y)
            && a.is_tagged(x) == b.is_tagged(y)
            && a.text(x) == b.text(y)
            && a.len(x) == b.len(y)
            && a.origin(x) == b.origin(y)
            && a.comments(x) == b.comments(y)
            && a.anchor(x) == b.anchor(y);
        if !alike {
            return false;
        }
        let keys = |document: &Document, node: NodeId| -> Vec<NodeId> {
            document.entries(node).map(|(key, _)| key).collect()
        };
        todo.extend(keys(a, x).into_iter().zip(keys(b, y)));
        todo.extend(a.children(x).zip(b.children(y)));
    }
    true
}

fn fast_and_slow_differ(text: &SourceText) -> bool {
    match (yaml::read_resources(SOURCE, text), yaml::read_resources_slowly(SOURCE, text)) {
        (Ok(fast), Ok(slow)) => fast.len() != slow.len() || fast.iter().zip(&slow).any(|(a, b)| !same(a, b)),
        (Err(_), Err(_)) => false,
        _ => true,
    }
}

#[test]
fn the_fast_reader_reads_as_the_complete_one() {
    let mut wrong = Vec::new();
    let mut files = cases();
    files.extend(yaml_files(&suites()));
    let golden = cases().len();
    for (i, file) in files.iter().enumerate() {
        let Ok(text) = std::fs::read_to_string(file) else { continue };
        let text = normal(&text);
        if fast_and_slow_differ(&text) {
            wrong.push(file.display().to_string());
        }
        // Cut anywhere, a text ends in the middle of something.
        for cut in [text.len() / 3, text.len() / 2, text.len().saturating_sub(1)] {
            let Some(head) = text.get(..cut).filter(|_| i < golden || i % 16 == 0 && text.len() < 20_000)
            else {
                continue;
            };
            if fast_and_slow_differ(&SourceText::from(head)) {
                wrong.push(format!("{} up to {cut}", file.display()));
            }
        }
    }
    eprintln!("{} texts read fast and slowly", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn json_of(document: &Document, node: NodeId) -> Value {
    match document.kind(node) {
        Kind::Mapping => Value::Object(
            document
                .entries(node)
                .map(|(key, value)| (document.text(key).to_owned(), json_of(document, value)))
                .collect::<Map<_, _>>(),
        ),
        Kind::Sequence => document.children(node).map(|item| json_of(document, item)).collect(),
        Kind::Scalar | Kind::Alias => match resolve::scalar(document, node, Dialect::V2).unwrap() {
            yaml::Value::Null => Value::Null,
            yaml::Value::Bool(value) => json!(value),
            #[allow(clippy::cast_precision_loss)]
            yaml::Value::Int(value) => json!(value as f64),
            #[allow(clippy::cast_precision_loss)]
            yaml::Value::Unsigned(value) => json!(value as f64),
            yaml::Value::Float(value) => json!(value),
            yaml::Value::Text(text) => json!(text),
            yaml::Value::Timestamp(_) => json!(document.text(node)),
            yaml::Value::Bytes(bytes) => json!(String::from_utf8_lossy(&bytes)),
        },
    }
}

/// Numbers as floats, for comparison.
fn floats(value: &mut Value) {
    match value {
        Value::Number(number) => *value = json!(number.as_f64()),
        Value::Array(list) => list.iter_mut().for_each(floats),
        Value::Object(map) => map.values_mut().for_each(floats),
        _ => {}
    }
}

fn against_oracle(oracle: &mut Oracle, text: &str) -> Option<String> {
    let raw: SourceText = SourceText::from(text);
    let nodes = oracle.ask(&json!({"op": "nodes3", "text": text}));
    // Go's JSON goes 10,000 levels deep, and a node takes several: such an answer says nothing of go-yaml.
    if nodes["refused"].as_str().is_some_and(|words| words.starts_with("answer cannot be written")) {
        return None;
    }
    let ours = yaml::read_documents_v3(SOURCE, &raw, Keep { comments: true, aliases: true });
    let wrong = match (ours, nodes.get("refused")) {
        (Err(_), Some(_)) => None,
        (Err(fault), None) => Some(format!("nodes: we refuse: {}", fault.message)),
        (Ok(_), Some(refused)) => Some(format!("nodes: they refuse: {refused}")),
        (Ok(documents), None) => {
            let ours: Value = documents.iter().map(dump::document_value).collect();
            let mut theirs = nodes["data"].as_array().cloned().unwrap_or_default();
            theirs.iter_mut().for_each(|node| dump::plainer(node, true));
            dump::difference(&ours, &Value::Array(theirs))
        }
    };
    if wrong.is_some() {
        return wrong;
    }
    let kio = oracle.ask(&json!({"op": "nodes3", "mode": "kio", "text": text}));
    let wrong = match (yaml::read_resources(SOURCE, &normal(text)), kio.get("refused")) {
        (Err(_), Some(_)) => None,
        (Err(fault), None) => Some(format!("resources: we refuse: {}", fault.message)),
        (Ok(_), Some(refused)) => Some(format!("resources: they refuse: {refused}")),
        (Ok(documents), None) => {
            // kyaml sets a null key twice, which it refuses later; here it stays, and is refused later too.
            let refused = documents.iter().any(|d| yaml::check_duplicate_keys(d, d.root()).is_err());
            let ours: Value = documents.iter().map(|d| dump::value(d, d.root(), false)).collect();
            let mut theirs = kio["data"].as_array().cloned().unwrap_or_default();
            for node in &mut theirs {
                if node["k"] == "doc" {
                    *node = node["n"][0].take();
                }
                dump::plainer(node, false);
            }
            dump::difference(&ours, &Value::Array(theirs)).filter(|_| !refused)
        }
    };
    if wrong.is_some() {
        return wrong;
    }
    let json = oracle.ask(&json!({"op": "nodes2", "text": text}));
    match (yaml::read_v2(SOURCE, &raw, &mut Vec::new()), json.get("refused")) {
        (Err(_), Some(_)) => None,
        (Err(fault), None) => Some(format!("yaml 1.1: we refuse: {}", fault.message)),
        (Ok(_), Some(refused)) => Some(format!("yaml 1.1: they refuse: {refused}")),
        (Ok(document), None) => {
            let mut theirs = serde_json::from_slice(&bytes(&json["out"])).unwrap();
            floats(&mut theirs);
            dump::difference(&json_of(&document, document.root()), &theirs)
        }
    }
}

#[test]
fn reads_the_golden_documents_as_the_oracle_does() {
    let Some(mut oracle) = Oracle::start() else { return };
    let mut wrong = Vec::new();
    for file in cases() {
        let text = std::fs::read_to_string(&file).unwrap();
        if let Some(difference) = against_oracle(&mut oracle, &text) {
            wrong.push(format!("{}\n{difference}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn reads_the_suites_as_the_oracle_does() {
    let Some(mut oracle) = Oracle::start() else { return };
    let (mut compared, mut wrong) = (0, Vec::new());
    for file in yaml_files(&suites()) {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        // Deeper than the JSON that the answers are written in.
        if text.contains("[[[[[[[[[[[[[[[[") {
            continue;
        }
        compared += 1;
        if let Some(difference) = against_oracle(&mut oracle, &text) {
            wrong.push(format!("{}\n{difference}", file.display()));
        }
    }
    eprintln!("{compared} texts compared");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
