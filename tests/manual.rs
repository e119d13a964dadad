//! The manual is a test: on every page of docs/manual/fields, the files of the example build to the output shown.

use std::path::{Path, PathBuf};

use citadel::build::{Options, build};
use citadel::host::Memory;

/// The fenced blocks of a page: what stands behind the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}

fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manual/fields");
    let mut pages: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages
}

#[test]
fn examples_build_to_what_is_shown() {
    for page in pages() {
        let blocks = blocks(&std::fs::read_to_string(&page).unwrap());
        let files: Vec<(&str, &[u8])> = blocks
            .iter()
            .filter_map(|(info, text)| Some((info.split_once(" file=")?.1, text.as_bytes())))
            .collect();
        let shown = blocks.iter().find(|(info, _)| info == "yaml output");
        let (_, shown) = shown.unwrap_or_else(|| panic!("{} shows no output", page.display()));
        let built = build(&Memory::with_files(files), ".", &Options::default());
        let output = built.output.unwrap_or_else(|faults| panic!("{}: {faults:?}", page.display()));
        assert_eq!(*shown, String::from_utf8(output).unwrap(), "{}", page.display());
    }
}

#[test]
fn every_page_is_in_the_index() {
    let index =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manual/README.md")).unwrap();
    for page in pages() {
        let name = page.file_stem().unwrap().to_str().unwrap();
        assert!(index.contains(&format!("fields/{name}.md")), "`{name}` is not in docs/manual/README.md");
    }
}

#[test]
fn links_of_the_manual_lead_somewhere() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manual");
    let mut todo = vec![manual];
    let mut faults = Vec::new();
    while let Some(path) = todo.pop() {
        if path.is_dir() {
            todo.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let page = std::fs::read_to_string(&path).unwrap();
        for target in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            if !file.is_empty() && !file.contains("://") && !path.parent().unwrap().join(file).exists() {
                faults.push(format!("{}: {target}", path.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
