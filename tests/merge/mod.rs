//! Strategic merge against kustomize's own, on objects and patches made at random. `CITADEL_CASES` says how many
//! (default 3,000), `CITADEL_SEED` from which seed on.
#![allow(clippy::print_stderr)] // what was compared and what was skipped

mod generate;

use citadel::diagnostic::Result;
use citadel::kubernetes::Schema;
use citadel::provenance::StepId;
use citadel::source::{SourceId, SourceText};
use citadel::transform::patch::{Merged, apply_strategic_merge};
use citadel::yaml;
use serde_json::json;

use crate::yaml::oracle::{Oracle, each};
use generate::Generator;

/// Every object of a text after every object of a patch.
fn ours(target: &str, patch: &str) -> Result<Vec<Vec<u8>>> {
    let schema = Schema::default();
    let patches = yaml::read_resources(SourceId(1), &SourceText::from(patch))?;
    let mut printed = Vec::new();
    'objects: for mut document in yaml::read_resources(SourceId(0), &SourceText::from(target))? {
        for patch in &patches {
            if apply_strategic_merge(&mut document, patch, &schema, StepId(0), false, false)?
                == Merged::Deleted
            {
                continue 'objects;
            }
        }
        let root = document.root();
        if document.is_empty(root) {
            continue;
        }
        yaml::check_duplicate_keys(&document, root)?;
        let mut out = Vec::new();
        yaml::emit(&document, root, &mut out)?;
        printed.push(out);
    }
    Ok(printed)
}

/// `tests/golden/strategic_merge/CASE/`: `target.yaml`, `patch.yaml` and `expected.yaml`, or `refused` when kustomize
/// refuses. What is expected comes from the oracle: with `CITADEL_UPDATE=1` it is asked again.
#[test]
fn golden_cases_hold() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/strategic_merge");
    let mut oracle = std::env::var("CITADEL_UPDATE").ok().and_then(|_| Oracle::start());
    let mut cases: Vec<_> = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() > 20);
    for case in cases {
        let read = |name: &str| std::fs::read_to_string(case.join(name));
        let (target, patch) = (read("target.yaml").unwrap(), read("patch.yaml").unwrap());
        if let Some(oracle) = &mut oracle {
            let answer = oracle.ask(&json!({"op": "merge", "text": target, "patch": patch}));
            let _ = std::fs::remove_file(case.join("expected.yaml"));
            let _ = std::fs::remove_file(case.join("refused"));
            match each(&answer) {
                Ok(list) => std::fs::write(case.join("expected.yaml"), list.join(&b"---\n"[..])).unwrap(),
                Err(refused) => std::fs::write(case.join("refused"), refused + "\n").unwrap(),
            }
        }
        let ours = ours(&target, &patch).map(|list| String::from_utf8(list.join(&b"---\n"[..])).unwrap());
        match (read("expected.yaml"), ours) {
            (Ok(expected), Ok(ours)) => assert_eq!(ours, expected, "{}", case.display()),
            (Ok(_), Err(fault)) => panic!("{}: refused: {fault:?}", case.display()),
            (Err(_), Ok(ours)) => panic!("{}: not refused:\n{ours}", case.display()),
            (Err(_), Err(_)) => assert!(read("refused").is_ok(), "{}", case.display()),
        }
    }
}

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn merges_as_kustomize_does() {
    let Some(mut oracle) = Oracle::start() else { return };
    let (first, count) = (number("CITADEL_SEED", 1), number("CITADEL_CASES", 3_000));
    let (mut merged, mut refused, mut wrong) = (0, 0, 0);
    for seed in first..first + count {
        let (target, patch) = Generator::new(seed, 4 << (seed % 5)).pair();
        let answer = oracle.ask(&json!({"op": "merge", "text": target, "patch": patch}));
        let theirs = each(&answer);
        let ours = ours(&target, &patch);
        match (&theirs, &ours) {
            (Ok(theirs), Ok(ours)) if theirs == ours => merged += 1,
            (Err(_), Err(_)) => refused += 1,
            _ => {
                wrong += 1;
                if wrong <= 3 {
                    let text = |list: &Vec<Vec<u8>>| {
                        list.iter()
                            .map(|each| String::from_utf8_lossy(each).into_owned())
                            .collect::<Vec<_>>()
                            .join("---\n")
                    };
                    eprintln!(
                        "seed {seed}\n--- target\n{target}--- patch\n{patch}--- kustomize\n{}\n--- citadel\n{}",
                        theirs.as_ref().map_or_else(|refused| format!("refused: {refused}"), text),
                        ours.as_ref().map_or_else(|fault| format!("refused: {fault:?}"), text),
                    );
                }
            }
        }
    }
    eprintln!("{merged} merged alike, {refused} refused by both, {wrong} wrong");
    assert_eq!(wrong, 0);
}
