//! Golden cases: folders below `tests/golden` that hold `input/` and what citadel makes of it: `expected.yaml` (standard
//! output) and `expected.stderr`. The command is `build`, or the arguments in `command`, one a line, run in `input/`.
//! It ends with 0, or 2 when it writes nothing to standard output, or what stands in `code`.
//! `CITADEL_UPDATE=1` writes what is expected anew: review the difference like code.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders with an `input` in them, sorted.
fn cases(below: &Path, into: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(below).unwrap();
    let mut entries: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.join("input").is_dir() {
            into.push(path);
        } else if path.is_dir() && !path.is_symlink() {
            cases(&path, into);
        }
    }
}

fn check(case: &Path, update: bool) -> Result<(), String> {
    let arguments = std::fs::read_to_string(case.join("command")).unwrap_or_else(|_| "build".to_owned());
    let done = Command::new(env!("CARGO_BIN_EXE_citadel"))
        .args(arguments.lines())
        .current_dir(case.join("input"))
        .env("NO_COLOR", "1")
        .env_remove("PWD")
        .output()
        .unwrap();
    let code = done.status.code();
    let expected_code = match std::fs::read_to_string(case.join("code")) {
        Ok(code) => code.trim().parse().ok(),
        Err(_) if done.stdout.is_empty() => Some(2),
        Err(_) => Some(0),
    };
    if code != expected_code {
        return Err(format!("ended with {code:?}: {}", String::from_utf8_lossy(&done.stderr)));
    }
    for (name, actual) in [("expected.yaml", done.stdout), ("expected.stderr", done.stderr)] {
        let path = case.join(name);
        let expected = std::fs::read(&path).unwrap_or_default();
        if actual == expected {
            continue;
        }
        if !update {
            let (expected, actual) = (String::from_utf8_lossy(&expected), String::from_utf8_lossy(&actual));
            return Err(format!("{name} differs\n--- expected\n{expected}\n--- actual\n{actual}"));
        }
        if actual.is_empty() {
            std::fs::remove_file(&path).unwrap();
        } else {
            std::fs::write(&path, actual).unwrap();
        }
    }
    Ok(())
}

#[test]
fn cases_are_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let update = std::env::var_os("CITADEL_UPDATE").is_some();
    let mut all = Vec::new();
    cases(&root, &mut all);
    assert!(!all.is_empty());
    let wrong: Vec<String> = all
        .iter()
        .filter_map(|case| {
            let name = case.strip_prefix(&root).unwrap_or(case).display();
            check(case, update).err().map(|what| format!("{name}: {what}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
