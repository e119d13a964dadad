//! Golden cases: folders below `tests/golden` that hold `input/` and what citadel makes of it: `expected.yaml` (standard
//! output) and `expected.stderr`. The command is `build`, or the arguments in `command`, one a line, run in `input/`.
//! It ends with 0, or 2 when it writes nothing to standard output, or what stands in `code`.
//! Where there are `questions`, each line is a command of its own and `expected.explain` holds all of them with what they
//! answer. `CITADEL_UPDATE=1` writes what is expected anew: review the difference like code.

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

/// Runs the commands of `questions`, and tells each with what it answered.
fn check_questions(case: &Path, questions: &str, update: bool) -> Result<(), String> {
    let mut actual = String::new();
    for question in questions.lines() {
        let done = Command::new(env!("CARGO_BIN_EXE_citadel"))
            .args(question.split(' '))
            .current_dir(case.join("input"))
            .env("NO_COLOR", "1")
            .env_remove("PWD")
            .output()
            .unwrap();
        let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
        let code = done.status.code();
        if code != Some(if done.stdout.is_empty() { 2 } else { 0 }) {
            return Err(format!("`{question}` ended with {code:?}: {err}"));
        }
        actual.push_str(&format!("$ citadel {question}\n{out}{err}\n"));
    }
    let path = case.join("expected.explain");
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if actual == expected {
        return Ok(());
    }
    if !update {
        return Err(format!("expected.explain differs\n--- expected\n{expected}\n--- actual\n{actual}"));
    }
    std::fs::write(&path, actual).unwrap();
    Ok(())
}

fn check(case: &Path, update: bool) -> Result<(), String> {
    if let Ok(questions) = std::fs::read_to_string(case.join("questions")) {
        return check_questions(case, &questions, update);
    }
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
