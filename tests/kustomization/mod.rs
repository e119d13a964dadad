//! Kustomization files: what citadel understands of one is what kustomize does.

mod json;

use std::path::{Path, PathBuf};

use citadel::diagnostic::Warnings;
use citadel::kustomization::decode;
use citadel::source::{SourceId, SourceText};
use serde_json::{Value, json};

use crate::yaml::oracle::Oracle;

/// What citadel makes of a text, or why it refuses it.
fn ours(text: &str) -> Result<Value, String> {
    let text: SourceText = SourceText::from(text);
    let mut warnings = Warnings::default();
    let document =
        citadel::yaml::read_v2(SourceId(0), &text, &mut warnings.list).map_err(|fault| fault.message)?;
    let decoded = decode(&document, "kustomization.yaml", &mut warnings);
    decoded.map(|k| json::kustomization(&k)).map_err(|faults| faults[0].message.clone())
}

/// What kustomize makes of it, as far as a build cares.
fn theirs(oracle: &mut Oracle, text: &str) -> Result<Value, String> {
    let mut answer = oracle.ask(&json!({"op": "kustomization", "text": text}));
    if let Some(refused) = answer["refused"].as_str() {
        return Err(refused.to_owned());
    }
    let mut data = answer["data"].take();
    for name in ["kind", "apiVersion", "metadata", "helmCharts", "helmGlobals"] {
        data.as_object_mut().map(|fields| fields.remove(name));
    }
    for var in data["vars"].as_array_mut().into_iter().flatten() {
        default_var(var);
    }
    for entry in data.as_object_mut().into_iter().flatten().map(|(_, value)| value) {
        tidy(entry);
    }
    Ok(data.as_object().map_or(json!({}), |fields| {
        Value::Object(
            fields.iter().filter(|(_, v)| **v != Value::Null).map(|(k, v)| (k.clone(), v.clone())).collect(),
        )
    }))
}

/// kustomize does this when vars are collected.
fn default_var(var: &mut Value) {
    if var["fieldref"]["fieldPath"].as_str().unwrap_or_default().is_empty() {
        var["fieldref"]["fieldPath"] = json!("metadata.name");
    }
    let version = var["objref"]["apiVersion"].as_str().unwrap_or_default().to_owned();
    match version.split('/').collect::<Vec<_>>()[..] {
        [""] => {}
        [version] => var["objref"]["version"] = json!(version),
        [group, version] => {
            var["objref"]["group"] = json!(group);
            var["objref"]["version"] = json!(version);
        }
        _ => {}
    }
    if let Some(target) = var["objref"].as_object_mut() {
        target.retain(|name, value| name == "name" || value != "");
    }
}

/// Pointers that are null are empty structs here; options that say nothing are none.
fn tidy(value: &mut Value) {
    match value {
        Value::Array(list) => {
            for item in list {
                if item.is_null() {
                    *item = json!({"select": null});
                }
                tidy(item);
            }
        }
        Value::Object(fields) => {
            if fields.contains_key("patch") || fields.contains_key("path") || fields.contains_key("target") {
                fields.retain(|name, value| name != "options" || *value != json!({}));
            }
            for name in ["orderFirst", "orderLast"] {
                if let Some(list @ Value::Null) = fields.get_mut(name) {
                    *list = json!([]);
                }
            }
            fields.values_mut().for_each(tidy);
        }
        _ => {}
    }
}

fn compare(oracle: &mut Oracle, text: &str, name: &str, wrong: &mut Vec<String>) {
    match (ours(text), theirs(oracle, text)) {
        (Ok(ours), Ok(theirs)) if ours == theirs => {}
        (Err(_), Err(_)) => {}
        (ours, theirs) => wrong.push(format!("{name}:\n{text}\nours:   {ours:?}\ntheirs: {theirs:?}\n")),
    }
}

fn files(below: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(below) else { return };
    let mut entries: Vec<PathBuf> =
        entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if path.is_dir() && !path.is_symlink() {
            files(&path, into);
        } else if matches!(name.as_str(), "kustomization.yaml" | "kustomization.yml" | "Kustomization") {
            into.push(path);
        }
    }
}

fn corpus() -> Vec<(String, String)> {
    let mut paths = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/conformance"), &mut paths);
    let texts = paths.into_iter().map(|path| (path.display().to_string(), std::fs::read_to_string(path)));
    texts.filter_map(|(name, text)| Some((name, text.ok()?.replace("\r\n", "\n")))).collect()
}

#[test]
fn understands_what_kustomize_does() {
    let Some(mut oracle) = Oracle::start() else { return };
    let mut wrong = Vec::new();
    for (name, text) in CASES {
        compare(&mut oracle, text, name, &mut wrong);
    }
    for (name, text) in corpus() {
        compare(&mut oracle, &text, &name, &mut wrong);
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong[..wrong.len().min(10)].join("\n"));
}

/// A small generator of numbers, so that runs repeat.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}

/// Lines dropped, doubled and swapped, words changed.
fn mutate(text: &str, dice: &mut Dice) -> String {
    const VALUES: [&str; 24] = [
        "12",
        "1.5",
        "1e3",
        "yes",
        "true",
        "\"true\"",
        "null",
        "~",
        "[]",
        "{}",
        "0x1F",
        "017",
        "2001-01-01",
        ".inf",
        "text",
        "'12'",
        "[a, 1]",
        "{a: b}",
        "!!str 12",
        "\"a\\tb\"",
        "-0",
        "1_000",
        "18446744073709551615",
        "&x y",
    ];
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.is_empty() {
        return String::new();
    }
    for _ in 0..=dice.roll(3) {
        let at = dice.roll(lines.len());
        match dice.roll(6) {
            0 => {
                lines.remove(at);
            }
            1 => lines.insert(at, lines[at].clone()),
            2 => {
                let other = dice.roll(lines.len());
                lines.swap(at, other);
            }
            3 => {
                let line = lines[at].clone();
                if let Some((key, _)) = line.split_once(": ") {
                    lines[at] = format!("{key}: {}", VALUES[dice.roll(VALUES.len())]);
                } else if let Some((dash, _)) = line.split_once("- ") {
                    lines[at] = format!("{dash}- {}", VALUES[dice.roll(VALUES.len())]);
                } else if line.ends_with(':') {
                    lines[at] = format!("{line} {}", VALUES[dice.roll(VALUES.len())]);
                }
            }
            4 => {
                let line = lines[at].clone();
                let upper = dice.roll(2) == 0;
                if let Some((key, rest)) = line.split_once(':') {
                    let key = if upper { key.to_uppercase() } else { key.to_lowercase() };
                    lines.insert(at, format!("{key}:{rest}"));
                }
            }
            _ => {
                let line = &lines[at];
                if line.len() > 2 && line.is_ascii() {
                    let (from, to) = (dice.roll(line.len()), dice.roll(line.len()));
                    lines[at] = format!("{}{}", &line[..from.min(to)], &line[from.max(to)..]);
                }
            }
        }
        if lines.is_empty() {
            break;
        }
    }
    lines.join("\n") + "\n"
}

/// `CITADEL_MUTANTS` says how many (CI: few); `CITADEL_SEED` where to begin.
#[test]
fn understands_mutants_as_kustomize_does() {
    let Some(mut oracle) = Oracle::start() else { return };
    let number = |name: &str, default: u64| {
        std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let count = number("CITADEL_MUTANTS", 2_000);
    let mut dice = Dice(number("CITADEL_SEED", 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut corpus = corpus();
    corpus.extend(CASES.map(|(name, text)| (name.to_owned(), text.to_owned())));
    let mut wrong = Vec::new();
    for _ in 0..count {
        let (name, text) = &corpus[dice.roll(corpus.len())];
        let mutant = mutate(text, &mut dice);
        compare(&mut oracle, &mutant, name, &mut wrong);
        if wrong.len() >= 10 {
            break;
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

const CASES: [(&str, &str); 30] = [
    ("letter case", "NAMEPREFIX: a-\nReSources: [a.yaml]\n"),
    ("two letter cases, the greater key wins", "namePrefix: a-\nNAMEPREFIX: b-\n"),
    (
        "two letter cases of lists merge",
        "patches:\n- path: a\n- path: b\n  target: {name: x}\nPatches:\n- patch: c\n",
    ),
    ("two letter cases of maps merge", "commonLabels: {a: b}\nCommonLabels: {a: c, d: e}\n"),
    ("exact before other case", "images:\n- name: a\n  NAME: b\n"),
    ("merge key", "x: &x\n  namePrefix: a-\n"),
    ("merge key inside", "labels:\n- &l\n  pairs: {a: b}\n- <<: *l\n  includeSelectors: true\n"),
    ("merge key later in the text", "labels:\n- &l\n  pairs: {a: b}\n- pairs: {c: d}\n  <<: *l\n"),
    ("duplicate", "namePrefix: a-\nnamePrefix: b-\n"),
    ("number for text", "namePrefix: 12\n"),
    ("number in a map", "commonLabels: {a: 1}\nresources: [a]\n"),
    ("number as key", "commonLabels: {1: a, true: b, 1.5: c, yes: d}\n"),
    ("null key", "commonLabels: {~: a}\n"),
    ("null in a map", "commonLabels: {a: ~}\n"),
    ("null in a list", "resources: [a, ~, ]\n"),
    ("nulls", "namePrefix: ~\nresources: ~\nlabels: ~\ngeneratorOptions: ~\n"),
    ("null after value in another case", "Resources: [a]\nresources: ~\nNamePrefix: x\nnamePrefix: ~\n"),
    ("empty lists", "resources: []\n"),
    ("empty bases", "bases: []\n"),
    ("empty text", ""),
    ("a list", "- a\n"),
    ("only kind", "kind: Kustomization\napiVersion: kustomize.config.k8s.io/v1beta1\n"),
    ("wrong kind", "kind: Deployment\nresources: [a]\n"),
    (
        "component of wrong version",
        "kind: Component\napiVersion: kustomize.config.k8s.io/v1beta1\nresources: [a]\n",
    ),
    ("component", "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\nresources: [a]\n"),
    ("count as float", "replicas:\n- name: a\n  count: 1e3\n"),
    ("count too large", "replicas:\n- name: a\n  count: 18446744073709551615\n"),
    ("null target", "replacements:\n- source: {kind: A}\n  targets: [~]\n"),
    ("old fields", "bases: [b]\nresources: [a]\nimageTags: [{name: x}]\nimages: [{name: y}]\n"),
    (
        "env",
        "configMapGenerator:\n- name: a\n  env: x\n  envs: [y]\nsecretGenerator:\n- name: a\n  env: x\n  type: t\n",
    ),
];
