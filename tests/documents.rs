//! Commands in the documents run: those of `examples/*/README.md` in a copy of their folder, those of citadel in the
//! README and in CitadelBuy's documents in this repository.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The blocks of a Markdown text that are marked as `sh`.
fn blocks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut block: Option<String> = None;
    for line in text.lines() {
        match &mut block {
            Some(lines) if line.trim_start().starts_with("```") => {
                found.push(std::mem::take(lines));
                block = None;
            }
            Some(lines) => lines.extend([line, "\n"]),
            None if line.trim() == "```sh" => block = Some(String::new()),
            None => {}
        }
    }
    found
}

/// Runs a script where `citadel` is this build; its output when it fails.
fn run(folder: &Path, script: &str) -> Result<(), String> {
    let binary = Path::new(env!("CARGO_BIN_EXE_citadel")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let done = Command::new("bash")
        .args(["-euo", "pipefail", "-c", script])
        .current_dir(folder)
        .env("PATH", path)
        .env_remove("PWD")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    if done.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
    Err(format!("{script}\n{}", told.chars().take(2000).collect::<String>()))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn examples_do_what_their_pages_say() {
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root().join("examples"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(folders.len() >= 6);
    let mut faults = Vec::new();
    for folder in folders {
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        let page = std::fs::read_to_string(folder.join("README.md")).unwrap();
        let blocks = blocks(&page);
        assert!(!blocks.is_empty(), "examples/{name} has no commands");
        let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("examples").join(&name);
        let _ = std::fs::remove_dir_all(&work);
        copy(&folder, &work);
        for block in blocks {
            faults.extend(run(&work, &block).err().map(|fault| format!("examples/{name}: {fault}")));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The commands of citadel and `kubectl kustomize` in a document, up to what would change a cluster.
fn commands(text: &str) -> Vec<String> {
    let lines = blocks(text);
    let lines = lines.iter().flat_map(|block| block.lines()).map(str::trim);
    lines
        .filter(|line| line.starts_with("citadel ") || line.starts_with("kubectl kustomize"))
        .map(|line| line.split(" | ").next().unwrap().split("  #").next().unwrap().trim().to_owned())
        // What needs a cluster is run end to end.
        .filter(|line| !line.contains(" live "))
        .collect()
}

fn has_kubectl() -> bool {
    Command::new("kubectl").args(["version", "--client"]).output().is_ok_and(|done| done.status.success())
}

#[test]
fn commands_of_the_platform_s_documents_run() {
    let mut files = vec![
        root().join("README.md"),
        root().join("docs/PRODUCTION_DEPLOYMENT_GUIDE.md"),
        root().join("docs/DISASTER_RECOVERY.md"),
    ];
    for entry in std::fs::read_dir(root().join("docs/runbook")).unwrap() {
        files.push(entry.unwrap().path());
    }
    files.sort();
    let mut all: Vec<String> = Vec::new();
    for file in files {
        all.extend(commands(&std::fs::read_to_string(file).unwrap()));
    }
    all.sort();
    all.dedup();
    assert!(all.len() >= 8, "{all:?}");
    if !has_kubectl() {
        eprintln!("SKIPPED: `kubectl kustomize`, no kubectl here");
        all.retain(|command| !command.starts_with("kubectl"));
    }
    let rendered = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rendered");
    std::fs::create_dir_all(&rendered).unwrap();
    let rendered = format!("{}/", rendered.display());
    let mut faults = Vec::new();
    for command in all {
        // Golden files are not rewritten by tests.
        let script = command
            .replace("--update", "--check")
            .replace(" DIR", " overlays/production")
            .replace("rendered/", &rendered);
        // Differences are no failure; findings are.
        let differs = if command.starts_with("citadel diff") { " || test $? = 1" } else { "" };
        faults.extend(run(root(), &format!("{script} >/dev/null{differs}")).err());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn alternatives_for_secrets_pass_the_checks() {
    let work = Path::new(env!("CARGO_TARGET_TMPDIR")).join("alternatives");
    for component in ["sealed-secrets", "manual-secrets"] {
        let _ = std::fs::remove_dir_all(&work);
        for folder in ["base", "components", "overlays"] {
            copy(&root().join(folder), &work.join(folder));
        }
        let page = std::fs::read_to_string(root().join("docs/runbook/secrets.md")).unwrap();
        let external = page.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
        let project = std::fs::read_to_string(root().join("citadel.yaml")).unwrap();
        let made_by_hand = if component == "manual-secrets" { external } else { "" };
        std::fs::write(work.join("citadel.yaml"), project + made_by_hand).unwrap();
        let overlay = work.join("overlays/production/kustomization.yaml");
        let text = std::fs::read_to_string(&overlay).unwrap();
        let entry = format!("- ../../components/{component}\n");
        assert!(text.contains(&format!("  # {entry}")), "{component}");
        std::fs::write(&overlay, text.replace(&format!("  # {entry}"), &format!("  {entry}"))).unwrap();
        let check = "citadel check production --fail-on warning";
        run(&work, check).unwrap_or_else(|fault| panic!("{component}: {fault}"));
        let listed =
            "citadel build overlays/production | grep -c '^kind: ExternalSecret$\\|^kind: SecretStore$'";
        run(&work, &format!("test $({listed}) = 0")).unwrap_or_else(|fault| panic!("{component}: {fault}"));
    }
}
