//! `citadel diff` where golden folders do not reach: revisions of git, what git and kubectl hand over, short cuts.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use citadel::check::Input;
use citadel::compare::format::{Report, json, unified};
use citadel::compare::{Loaded, Options, compare};
use citadel::host::Disk;

use crate::generator::Random;

const CITADEL: &str = env!("CARGO_BIN_EXE_citadel");

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  value: VALUE\n";

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(CITADEL);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("PWD").stdin(Stdio::null());
    command.output().unwrap()
}

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let mut command = Command::new("git");
    command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]);
    command.args(arguments).current_dir(folder).env("GIT_CONFIG_GLOBAL", "/dev/null");
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A repository with three commits: value 1 (tagged `first`), 2 and 3; `None` where there is no git.
fn repository(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    if !git(&folder, &["init", "-q"]) {
        println!("skipped: there is no git here");
        return None;
    }
    write(&folder, "citadel.yaml", "");
    write(&folder, "overlays/prod/kustomization.yaml", "resources: [../../base]\n");
    write(&folder, "base/kustomization.yaml", "resources: [a.yaml]\n");
    for value in ["1", "2", "3"] {
        write(&folder, "base/a.yaml", &CONFIG_MAP.replace("VALUE", &format!("'{value}'")));
        assert!(git(&folder, &["add", "-A"]) && git(&folder, &["commit", "-qm", value]));
        if value == "1" {
            assert!(git(&folder, &["tag", "-am", "the first", "first"]));
        }
    }
    Some(folder)
}

fn told(done: &Output) -> String {
    String::from_utf8_lossy(&done.stdout).into_owned()
}

#[test]
fn reads_revisions_from_the_object_store() {
    let Some(folder) = repository("diff-revisions") else { return };
    for packed in [false, true] {
        if packed {
            assert!(git(&folder, &["gc", "-q", "--aggressive", "--prune=now"]));
        }
        for (side, value) in
            [("git:HEAD~1", "2"), ("git:first", "1"), ("git:HEAD^^", "1"), ("git:main~2^{commit}", "1")]
        {
            let done = run(&folder, &["diff", side, "prod"]);
            assert_eq!(done.status.code(), Some(1), "{}", String::from_utf8_lossy(&done.stderr));
            assert!(told(&done).contains(&format!("data[value]: {value} → 3")), "{side}: {}", told(&done));
        }
        assert_eq!(run(&folder, &["diff", "prod"]).status.code(), Some(0));
        let done = run(&folder, &["diff", "git:mian", "prod"]);
        assert_eq!((done.status.code(), done.stdout.len()), (Some(2), 0));
        assert!(String::from_utf8_lossy(&done.stderr).contains("did you mean `git:main`?"));
    }
}

#[test]
fn is_a_program_that_git_and_kubectl_run() {
    let Some(folder) = repository("diff-external") else { return };
    write(&folder, "old.yaml", &CONFIG_MAP.replace("VALUE", "x"));
    let mode = "100644";
    let git_calls = ["diff", "base/a.yaml", "old.yaml", "abc", mode, "base/a.yaml", "abc", mode];
    let done = run(&folder, &git_calls);
    assert_eq!(done.status.code(), Some(0));
    assert!(told(&done).contains("data[value]: x → \"3\"") || told(&done).contains("data[value]: x → 3"));
    for (side, value) in [("LIVE-1", "'1'"), ("MERGED-2", "'2'")] {
        write(&folder, &format!("{side}/v1.ConfigMap.default.a"), &CONFIG_MAP.replace("VALUE", value));
    }
    let done = run(&folder, &["LIVE-1", "MERGED-2", "diff", "--format=json"]);
    assert_eq!(done.status.code(), Some(1));
    assert!(told(&done).contains("\"path\":\"data[value]\""));
}

/// Whatever a cluster does instead of answering: exit code 2, a message that says what to do, nothing printed.
#[cfg(unix)]
#[test]
fn a_cluster_that_does_not_answer_is_told_and_nothing_else() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("diff-no-cluster");
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/no_cluster");
    write(&folder, "a.yaml", &CONFIG_MAP.replace("VALUE", "x"));
    let cannot = |verb: &str| {
        format!(
            "Error from server (Forbidden): configmaps \"a\" is forbidden: User \"jane\" cannot {verb} resource \
             \"configmaps\" in API group \"\" in the namespace \"default\""
        )
    };
    let late =
        "Patch \"https://c/api\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
    let (get, patch) = (cannot("get"), cannot("patch"));
    let expired = "tls: failed to verify certificate: x509: certificate has expired or is not yet valid";
    let hook = "Error from server (BadRequest): admission webhook \"w\" does not support dry run";
    for (on, said, id, hint) in [
        ("get", &*get, "error[forbidden]", "grant these verbs"),
        ("apply", &*patch, "cannot patch resource", "grant these verbs"),
        ("get", "dial tcp: connect: connection refused", "error[no-answer]", "current context"),
        ("get", late, "error[no-answer]", "--timeout"),
        ("apply", late, "error[no-answer]", "--timeout"),
        ("get", expired, "error[no-answer]", "has expired"),
        ("apply", hook, "error[no-answer]", "side effects"),
        ("get", "", "error[yaml-syntax]", "close the quote"),
    ] {
        let mut command = Command::new(CITADEL);
        command.args(["diff", "live", "a.yaml"]).current_dir(&folder).env("PATH", &program);
        let done = command
            .env("FAIL_ON", on)
            .env("SAID", said)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert_eq!((done.status.code(), done.stdout.len()), (Some(2), 0), "{on} {said}: {errors}");
        assert!(errors.contains(id) && errors.contains(hint), "{on} {said}: {errors}");
    }
    let mut command = Command::new(CITADEL);
    command.args(["diff", "live", "a.yaml"]).current_dir(&folder).env("PATH", folder.join("nothing"));
    let done = command.stdin(Stdio::null()).output().unwrap();
    assert_eq!((done.status.code(), done.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&done.stderr).contains("there is no `kubectl` here"));
}

/// What is told of two sides, and whether anything differs.
fn told_of((old, new): &(Loaded, Loaded)) -> String {
    let (before, after) = (old.objects(), new.objects());
    let changes = compare(&before, &after, &Options::default());
    let report = Report {
        old: &before,
        new: &after,
        old_side: old,
        new_side: new,
        changes: &changes,
        show_secrets: false,
    };
    json(&report) + &unified(&report)
}

/// Documents that stand in both sides to the byte are read once: nothing may show that.
#[test]
fn what_stands_in_both_sides_is_told_as_if_it_were_read_twice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let texts = ["production", "staging", "development"]
        .map(|name| std::fs::read_to_string(folder.join(format!("{name}.yaml"))).unwrap());
    let pool: Vec<&str> = texts.iter().flat_map(|text| text.split("\n---\n")).collect();
    let mut random = Random::new(1);
    for round in 0..60 {
        let old: Vec<String> =
            (0..1 + random.below(40)).map(|_| pool[random.below(pool.len())].to_owned()).collect();
        let mut new = old.clone();
        for _ in 0..random.below(12) {
            let (at, other) = (random.below(new.len()), random.below(new.len()));
            match random.below(5) {
                0 if new.len() > 1 => drop(new.remove(at)),
                1 => new.insert(at, pool[random.below(pool.len())].to_owned()),
                2 => new.swap(at, other),
                3 => new.insert(at, format!("apiVersion: v1\nkind: List\nitems:\n- {{{}}}\n", "kind: A")),
                _ => new[at] = new[at].replacen('1', "2", 1 + random.below(3)),
            }
        }
        // The last document has no line end, or one more.
        let (old, mut new) = (old.join("\n---\n"), new.join("\n---\n"));
        new.push_str(["", "\n", "\n---\n"][random.below(3)]);
        let text = |text: &str| Loaded::text(&Disk, "a.yaml".into(), text.into()).unwrap();
        let apart = (text(&old), text(&new));
        let input = |text: &str| Input::Text("a.yaml".into(), text.into());
        let together = Loaded::both(&Disk, input(&old), input(&new)).unwrap();
        assert_eq!(told_of(&together), told_of(&apart), "round {round}");
    }
}
