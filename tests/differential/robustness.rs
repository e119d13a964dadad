//! The bodies of the fuzz targets (`fuzz/bodies.rs`) on generated and mutated inputs, and on the corpus: no panic,
//! bounded time. `CITADEL_ROBUSTNESS` says how many inputs a body gets, `CITADEL_SEED` which come first, `CITADEL_BODY`
//! which body alone.

use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use crate::generator::{Random, document, mutate, tree};

#[path = "../../fuzz/bodies.rs"]
#[allow(unreachable_pub)]
mod bodies;

/// Inputs of an ordinary test run.
const FEW: u64 = 400;
/// Nothing of a few thousand bytes may take longer.
const PATIENCE: Duration = Duration::from_secs(30);

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// An input that suits a body: parts that fit together, mostly mutated.
fn input(body: &str, seed: u64) -> Vec<u8> {
    let mut random = Random::new(seed.wrapping_mul(31) ^ body.len() as u64);
    random.next();
    let parts: Vec<String> = if matches!(body, "scanner" | "resolvers" | "emitters") {
        vec![document(&mut random)]
    } else {
        let tree = tree(seed);
        let is = |path: &str, what: &str| path.contains(what);
        let pick = |what: &[&str]| -> Vec<String> {
            tree.files
                .iter()
                .filter(|(path, _)| what.iter().any(|w| is(path, w)))
                .map(|(_, text)| text.clone())
                .collect()
        };
        let objects: Vec<String> = tree
            .files
            .iter()
            .filter(|(path, _)| !is(path, "ustomization"))
            .map(|(_, text)| text.clone())
            .collect();
        let any = |random: &mut Random, list: &[String]| random.item(list).cloned().unwrap_or_default();
        match body {
            "json_patch" => vec![any(&mut random, &pick(&["json-patch"])), any(&mut random, &objects)],
            "strategic_merge" => {
                let object = any(&mut random, &objects);
                vec![any(&mut random, &[pick(&["patch", "rename"]), vec![object.clone()]].concat()), object]
            }
            _ => {
                let kustomization = any(&mut random, &pick(&["ustomization"]));
                vec![kustomization, any(&mut random, &objects), any(&mut random, &objects), String::new()]
            }
        }
    };
    let seeds: Vec<&[u8]> = parts.iter().map(|part| part.as_bytes()).collect();
    let parts: Vec<Vec<u8>> = seeds
        .iter()
        .map(|part| if random.chance(60) { mutate(&mut random, &[*part]) } else { part.to_vec() })
        .collect();
    parts.join(b"\n=====\n".as_slice())
}

fn corpus(body: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(body);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    paths.into_iter().filter_map(|path| std::fs::read(path).ok()).collect()
}

/// What a worker tells: an input is begun, or has ended, perhaps by a panic.
enum News {
    Begun(Vec<u8>),
    Ended(bool),
}

fn watch(body: &str, news: &Receiver<News>, findings: &mut Vec<String>) -> Duration {
    let mut longest = Duration::ZERO;
    let mut current = (Vec::new(), Instant::now());
    loop {
        match news.recv_timeout(PATIENCE) {
            Ok(News::Begun(input)) => current = (input, Instant::now()),
            Ok(News::Ended(well)) => {
                longest = longest.max(current.1.elapsed());
                if !well {
                    findings.push(format!("{body} panics on {}", keep(body, &current.0)));
                }
            }
            Err(RecvTimeoutError::Disconnected) => return longest,
            Err(RecvTimeoutError::Timeout) => {
                findings.push(format!("{body} does not end on {}", keep(body, &current.0)));
                return PATIENCE;
            }
        }
    }
}

/// Writes a finding down.
fn keep(body: &str, input: &[u8]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/robustness");
    std::fs::create_dir_all(&folder).unwrap();
    let sum = input.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(1_099_511_628_211) ^ u64::from(*byte));
    let path = folder.join(format!("{body}-{sum:016x}"));
    std::fs::write(&path, input).unwrap();
    path.display().to_string()
}

#[test]
fn nothing_panics_or_hangs() {
    let (count, first) = (number("CITADEL_ROBUSTNESS", FEW), number("CITADEL_SEED", 0));
    let only = std::env::var("CITADEL_BODY").ok();
    let mut findings = Vec::new();
    for (name, body) in bodies::ALL {
        if only.as_deref().is_some_and(|only| only != *name) {
            continue;
        }
        let (to, news) = channel();
        let started = Instant::now();
        std::thread::spawn(move || {
            let inputs = corpus(name).into_iter().chain((first..first + count).map(|seed| input(name, seed)));
            for input in inputs {
                if to.send(News::Begun(input.clone())).is_err() {
                    return;
                }
                let well = std::panic::catch_unwind(|| body(&input)).is_ok();
                if to.send(News::Ended(well)).is_err() {
                    return;
                }
            }
        });
        let longest = watch(name, &news, &mut findings);
        eprintln!(
            "{name}: {count} inputs from seed {first} in {:.1} s, the longest {} ms",
            started.elapsed().as_secs_f64(),
            longest.as_millis()
        );
    }
    assert!(findings.is_empty(), "{}\n{}", findings.len(), findings.join("\n"));
}
