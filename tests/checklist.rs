//! Every function of Kubernetes that refuses values is mirrored by a rule, or waived with a reason: the list of
//! functions (schemas/checklist/sites.txt) is held against the `Mirrors` lines of the rules.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Names in backticks behind `Mirrors`, on its line and on comment lines that go on with a name.
fn mirrored() -> BTreeSet<String> {
    let mut files = Vec::new();
    rust_files(&root().join("src/validate"), &mut files);
    rust_files(&root().join("src/compare"), &mut files);
    let mut names = BTreeSet::new();
    for file in files {
        let mut goes_on = false;
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let line = line.trim();
            let comment = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
            let Some(comment) = comment.map(str::trim) else {
                goes_on = false;
                continue;
            };
            let text = match comment.split_once("Mirrors") {
                Some((_, behind)) => behind,
                None if goes_on && comment.starts_with('`') => comment,
                None => {
                    goes_on = false;
                    continue;
                }
            };
            goes_on = true;
            names.extend(text.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    names
}

fn rows(name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("schemas/checklist").join(name)).unwrap();
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).map(str::to_owned).collect()
}

fn fits(pattern: &str, name: &str) -> bool {
    match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(end), _) => name.ends_with(end),
        (None, Some(start)) => name.starts_with(start),
        (None, None) => pattern == name,
    }
}

#[test]
fn every_function_that_refuses_is_mirrored_or_waived() {
    let mirrored = mirrored();
    let waivers: Vec<(String, String)> = rows("waivers.txt")
        .iter()
        .map(|line| {
            let (what, reason) = line.split_once(": ").unwrap_or_else(|| panic!("no reason: {line}"));
            assert!(reason.len() > 10, "no reason: {line}");
            let (package, function) = what.split_once(' ').unwrap_or_else(|| panic!("no function: {line}"));
            (package.to_owned(), function.to_owned())
        })
        .collect();
    let mut open = BTreeMap::new();
    let mut used = BTreeSet::new();
    for line in rows("sites.txt") {
        let mut words = line.split(' ');
        let (package, function) = (words.next().unwrap(), words.next().unwrap());
        if mirrored.contains(function) {
            continue;
        }
        let waiver = waivers.iter().position(|(p, f)| fits(p, package) && fits(f, function));
        match waiver {
            Some(waiver) => drop(used.insert(waiver)),
            None => drop(open.insert(format!("{package} {function}"), line.clone())),
        }
    }
    assert!(
        open.is_empty(),
        "neither mirrored nor waived:\n{}",
        open.into_values().collect::<Vec<_>>().join("\n")
    );
    let idle: Vec<_> =
        waivers.iter().enumerate().filter(|(n, _)| !used.contains(n)).map(|(_, w)| w).collect();
    assert!(idle.is_empty(), "waivers that waive nothing: {idle:?}");
}
