//! Whole builds of generated trees: both accept with the same bytes, or both refuse.
//!
//! `CITADEL_DIFFERENTIAL` says how many trees, `CITADEL_SEED` which seed comes first, `CITADEL_SHRINK=1` makes the first
//! tree of each kind of difference small and leaves it under `target/differential`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use super::build::{Built, answered, difference, ours, request, sometimes, theirs};
use super::shrink::shrink;
use crate::generator::{Tree, feature_tree, tree};
use crate::yaml::oracle::Oracle;

/// Trees of an ordinary test run.
const FEW: u64 = 300;
/// Trees asked for at once.
const BATCH: u64 = 64;
/// Kinds of difference that are shown.
const SHOWN: usize = 60;

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn generated_trees_build_as_with_kustomize() {
    compare(tree);
}

#[test]
fn trees_of_features_build_as_with_kustomize() {
    compare(feature_tree);
}

fn compare(tree: fn(u64) -> Tree) {
    let Some(mut oracle) = Oracle::start() else { return };
    let (count, first) = (number("CITADEL_DIFFERENTIAL", FEW), number("CITADEL_SEED", 0));
    let started = Instant::now();
    let (mut alike, mut refused, mut either) = (0, 0, 0);
    let mut different: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let mut seed = first;
    while seed < first + count {
        let seeds: Vec<u64> = (seed..(seed + BATCH).min(first + count)).collect();
        seed += BATCH;
        let trees: Vec<Tree> = seeds.iter().map(|seed| tree(*seed)).collect();
        let requests: Vec<_> = trees.iter().map(request).collect();
        let answers = oracle.ask_all(&requests);
        for ((seed, tree), answer) in seeds.iter().zip(&trees).zip(&answers) {
            let (ours, theirs) = (ours(tree), answered(answer));
            match difference(&ours, &theirs) {
                None if ours.is_ok() => alike += 1,
                None => refused += 1,
                Some(_) if sometimes(&mut oracle, tree, &ours) => either += 1,
                Some(kind) => {
                    let seeds = different.entry(kind.clone()).or_default();
                    if seeds.is_empty() {
                        eprintln!("{kind}  [{seed}]");
                    }
                    seeds.push(*seed);
                }
            }
        }
    }
    let failing: usize = different.values().map(Vec::len).sum();
    eprintln!(
        "trees {first}..{}: {alike} alike, {refused} refused by both, {either} as kustomize sometimes, {failing} different, \
         {:.0} s",
        first + count,
        started.elapsed().as_secs_f64()
    );
    let mut kinds: Vec<(&String, &Vec<u64>)> = different.iter().collect();
    kinds.sort_by_key(|(_, seeds)| std::cmp::Reverse(seeds.len()));
    for (kind, seeds) in kinds.iter().take(SHOWN) {
        eprintln!("{:5}  {kind}  {:?}", seeds.len(), &seeds[..seeds.len().min(6)]);
    }
    if std::env::var_os("CITADEL_SHRINK").is_some() {
        for (kind, seeds) in kinds.iter().take(SHOWN) {
            keep_small(&mut oracle, kind, tree(seeds[0]), seeds[0]);
        }
    }
    assert!(different.is_empty(), "{failing} of {count} trees differ");
}

/// Shrinks a tree and writes it down with both results.
fn keep_small(oracle: &mut Oracle, kind: &str, tree: Tree, seed: u64) {
    let small = shrink(&tree, |candidate| {
        let ours = ours(candidate);
        // where citadel's side alone rules it out, kustomize need not be asked
        let possible = match &ours {
            Ok(_) => !kind.starts_with("only citadel") && !kind.starts_with("panic"),
            Err(_) => !kind.starts_with("only kustomize") && !kind.starts_with("other bytes"),
        };
        let class = |kind: &str| kind.split(" | ").next().unwrap_or_default().to_owned();
        let same = |other: String| match kind.starts_with("other bytes") {
            true => class(&other) == class(kind),
            false => other == kind,
        };
        possible && difference(&ours, &theirs(oracle, candidate)).is_some_and(same)
    });
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/differential").join(seed.to_string());
    let _ = std::fs::remove_dir_all(&folder);
    for (path, text) in &small.files {
        write(&folder.join("input").join(path), text.as_bytes());
    }
    let show = |built: &Built| match built {
        Ok(bytes) => bytes.clone(),
        Err(why) => format!("refused: {why}\n").into_bytes(),
    };
    write(&folder.join("citadel.yaml"), &show(&ours(&small)));
    write(&folder.join("kustomize.yaml"), &show(&theirs(oracle, &small)));
    write(&folder.join("about"), format!("{kind}\nroot: {}\n{:?}\n", small.root, small.arguments).as_bytes());
}

fn write(path: &Path, bytes: &[u8]) {
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above).unwrap();
    }
    std::fs::write(path, bytes).unwrap();
}
