//! The house rules that a machine can check: floors, opening lines, file sizes, and the map in docs/ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Rooms from the ground up; a room uses only rooms on lower floors (`src/NAME/` or `src/NAME.rs`).
const FLOORS: &[&[&str]] = &[
    &["host", "source"],
    &["provenance"],
    &["diagnostic"],
    &["yaml"],
    &["kubernetes"],
    &["kustomization"],
    &["resource"],
    &["load"],
    &["generate", "transform", "order", "validate", "output"],
    &["build"],
    &["project", "report"],
    &["check"],
    &["compare", "explain"],
    &["snapshot"],
    &["cli"],
];

/// Production lines a file may have; tests inside a file do not count.
const LONGEST_FILE: usize = 600;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut todo = vec![dir.to_path_buf()];
    while let Some(dir) = todo.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The room a file belongs to; `None` for lib.rs and main.rs.
fn room(file: &Path) -> Option<String> {
    let inside = file.strip_prefix(root().join("src")).unwrap();
    let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
    let name = first.strip_suffix(".rs").unwrap_or(first);
    (!matches!(name, "lib" | "main")).then(|| name.to_owned())
}

fn floor(room: &str) -> usize {
    FLOORS
        .iter()
        .position(|rooms| rooms.contains(&room))
        .unwrap_or_else(|| panic!("`{room}` is on no floor: see tests/architecture.rs"))
}

/// Names that follow `crate::` in the text, comments left out.
fn used_rooms(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
        for part in line.split("crate::").skip(1) {
            let names: Vec<&str> = match part.strip_prefix('{') {
                Some(group) => group.split(',').map(|p| p.trim().split("::").next().unwrap()).collect(),
                None => vec![part],
            };
            for name in names {
                let name: String = name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                found.insert(name);
            }
        }
    }
    found
}

#[test]
fn a_room_uses_only_lower_floors() {
    let mut faults = Vec::new();
    for file in rust_files(&root().join("src")) {
        let Some(here) = room(&file) else { continue };
        for there in used_rooms(&std::fs::read_to_string(&file).unwrap()) {
            let known = FLOORS.iter().any(|rooms| rooms.contains(&there.as_str()));
            if known && there != here && floor(&there) >= floor(&here) {
                faults.push(format!("{} uses `{there}`", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "upward or sideways looks:\n{}", faults.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_is() {
    let silent: Vec<_> = rust_files(&root().join("src"))
        .into_iter()
        .chain(rust_files(&root().join("tests")))
        .filter(|file| !std::fs::read_to_string(file).unwrap().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:?}");
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<_> = rust_files(&root().join("src"))
        .into_iter()
        .filter_map(|file| {
            let text = std::fs::read_to_string(&file).unwrap();
            let lines = text.lines().take_while(|line| line.trim() != "#[cfg(test)]").count();
            (lines > LONGEST_FILE).then(|| format!("{}: {lines}", file.display()))
        })
        .collect();
    assert!(long.is_empty(), "more than {LONGEST_FILE} production lines:\n{}", long.join("\n"));
}

#[test]
fn the_map_shows_the_folders() {
    let map = std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    let mut rooms = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("src")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.strip_suffix(".rs").unwrap_or(&name).to_owned();
        if !matches!(name.as_str(), "lib" | "main") {
            rooms.insert(name);
        }
    }
    let drawn: BTreeSet<String> = map
        .lines()
        .filter_map(|line| line.strip_prefix("| `src/"))
        .map(|rest| rest.split('`').next().unwrap().trim_end_matches('/').trim_end_matches(".rs").to_owned())
        .collect();
    assert_eq!(rooms, drawn, "docs/ARCHITECTURE.md draws other rooms than src/ has");
}
