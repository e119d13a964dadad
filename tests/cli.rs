//! The command line where golden folders do not reach: output to files and folders, pipes, devices, the name `kustomize`.

use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const CITADEL: &str = env!("CARGO_BIN_EXE_citadel");

/// A folder of this test's own, emptied.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn object(kind: &str, name: &str, namespace: &str) -> String {
    let version = if kind == "Deployment" { "apps/v1" } else { "v1" };
    let namespace = if namespace.is_empty() { String::new() } else { format!("  namespace: {namespace}\n") };
    format!("apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: {name}\n{namespace}")
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(CITADEL);
    command.args(arguments).current_dir(folder).env_remove("PWD").stdin(Stdio::null());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Refused: code 2, nothing on standard output, one message with this in it.
fn refused(done: &Output, words: &str) {
    let errors = text(&done.stderr);
    assert_eq!(done.status.code(), Some(2), "{errors}");
    assert!(done.stdout.is_empty(), "{}", text(&done.stdout));
    assert!(errors.contains(words), "{errors}");
    assert_eq!(errors.matches("error[").count(), 1, "{errors}");
}

fn simple(name: &str) -> PathBuf {
    let folder = folder(name);
    write(&folder, "kustomization.yaml", "resources:\n- a.yaml\n");
    write(&folder, "a.yaml", &object("ConfigMap", "a", ""));
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn writes_to_a_file() {
    let folder = simple("writes_to_a_file");
    std::fs::create_dir(folder.join("out")).unwrap();
    write(&folder, "out/old.yaml", "old\n");
    for name in ["out/new.yaml", "out/old.yaml"] {
        let done = run(&folder, &["build", "-o", name]);
        assert_eq!((done.status.code(), text(&done.stdout)), (Some(0), String::new()));
        assert_eq!(std::fs::read_to_string(folder.join(name)).unwrap(), object("ConfigMap", "a", ""));
    }
    assert_eq!(names(&folder.join("out")), ["new.yaml", "old.yaml"]);
}

#[test]
fn writes_through_a_link() {
    let folder = simple("writes_through_a_link");
    write(&folder, "real.yaml", "old\n");
    symlink("real.yaml", folder.join("link.yaml")).unwrap();
    assert!(run(&folder, &["build", "--output=link.yaml"]).status.success());
    assert!(folder.join("link.yaml").is_symlink());
    assert_eq!(std::fs::read_to_string(folder.join("real.yaml")).unwrap(), object("ConfigMap", "a", ""));
}

#[test]
fn leaves_a_file_alone_when_the_build_is_refused() {
    let folder = simple("leaves_a_file_alone");
    write(&folder, "out.yaml", "old\n");
    write(&folder, "kustomization.yaml", "resources:\n- a.yaml\n- b.yaml\n");
    refused(&run(&folder, &["build", "-o", "out.yaml"]), "`b.yaml` does not exist");
    assert_eq!(std::fs::read_to_string(folder.join("out.yaml")).unwrap(), "old\n");
}

#[test]
fn writes_one_file_an_object_to_a_folder() {
    let folder = folder("writes_one_file_an_object");
    let list = [
        ("ConfigMap", "a", ""),
        ("ConfigMap", "B.x", "other"),
        ("Deployment", "a", ""),
        ("Namespace", "ns", ""),
    ];
    let objects: Vec<String> = list.iter().map(|(kind, name, ns)| object(kind, name, ns)).collect();
    write(&folder, "all.yaml", &objects.join("---\n"));
    write(&folder, "kustomization.yaml", "resources:\n- all.yaml\n");
    std::fs::create_dir(folder.join("out")).unwrap();
    let done = run(&folder, &["build", "-o", "out"]);
    assert_eq!(
        (done.status.code(), text(&done.stdout), text(&done.stderr)),
        (Some(0), String::new(), String::new())
    );
    let expected = [
        "default_apps_v1_deployment_a.yaml",
        "default_v1_configmap_a.yaml",
        "other_v1_configmap_b.x.yaml",
        "v1_namespace_ns.yaml",
    ];
    assert_eq!(names(&folder.join("out")), expected);
    let namespace = std::fs::read_to_string(folder.join("out/v1_namespace_ns.yaml")).unwrap();
    assert_eq!(namespace, object("Namespace", "ns", ""));
}

#[test]
fn writes_all_files_of_a_folder_or_none() {
    let folder = folder("writes_all_or_none");
    write(&folder, "all.yaml", &[object("ConfigMap", "a", ""), object("ConfigMap", "b", "")].join("---\n"));
    write(&folder, "kustomization.yaml", "resources:\n- all.yaml\n");
    // A folder stands where the second file should go.
    std::fs::create_dir_all(folder.join("out/v1_configmap_b.yaml")).unwrap();
    refused(&run(&folder, &["build", "-o", "out"]), "could not be written");
    assert_eq!(names(&folder.join("out")), ["v1_configmap_b.yaml"]);
}

#[test]
fn tells_that_the_disk_is_full() {
    let folder = simple("tells_that_the_disk_is_full");
    if !Path::new("/dev/full").exists() {
        return;
    }
    refused(&run(&folder, &["build", "-o", "/dev/full"]), "no space left");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    refused(&command(&folder, &["build"]).stdout(full).output().unwrap(), "no space left");
    let done = run(&folder, &["build", "-o", "nowhere/out.yaml"]);
    refused(&done, "`nowhere/out.yaml` could not be written");
}

#[test]
fn takes_a_closed_pipe_for_success() {
    let folder = simple("takes_a_closed_pipe");
    let data: String = (0..200_000).fold(String::new(), |all, n| all + &format!("  key{n}: value\n"));
    write(&folder, "a.yaml", &(object("ConfigMap", "a", "") + "data:\n" + &data));
    let mut child =
        command(&folder, &["build"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!((done.status.code(), text(&done.stderr)), (Some(0), String::new()));
}

#[test]
fn refuses_endless_files() {
    let folder = simple("refuses_endless_files");
    let fifo = folder.join("pipe.yaml");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    symlink("/dev/zero", folder.join("zero.yaml")).unwrap();
    for (field, loose) in [("resources:\n- pipe.yaml\n", false), ("resources:\n- zero.yaml\n", true)] {
        write(&folder, "kustomization.yaml", field);
        let restriction = if loose { "LoadRestrictionsNone" } else { "LoadRestrictionsRootOnly" };
        let done = run(&folder, &["build", "--load-restrictor", restriction]);
        refused(&done, "is a device, a pipe or a socket");
    }
    write(&folder, "kustomization.yaml", "configMapGenerator:\n- name: a\n  files: [pipe.yaml]\n");
    refused(&run(&folder, &["build"]), "is a device, a pipe or a socket");
    std::fs::remove_file(folder.join("kustomization.yaml")).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("kustomization.yaml")).status().unwrap().success());
    refused(&run(&folder, &["build"]), "is a device, a pipe or a socket");
}

#[test]
fn refuses_files_it_may_not_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = simple("refuses_files_it_may_not_read");
    let path = folder.join("a.yaml");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o0)).unwrap();
    if std::fs::read(&path).is_ok() {
        return; // root may read anything
    }
    refused(&run(&folder, &["build"]), "permission denied");
}

#[test]
fn behaves_as_kustomize_under_its_name() {
    let folder = simple("behaves_as_kustomize");
    write(&folder, "kustomization.yaml", "namePrefix: x-\nresources:\n- a.yaml\nnamePrefix: y-\n");
    let name = folder.join("kustomize");
    symlink(CITADEL, &name).unwrap();
    let run = |arguments: &[&str]| {
        let done =
            Command::new(&name).args(arguments).current_dir(&folder).env_remove("PWD").output().unwrap();
        (done.status.code(), text(&done.stdout), text(&done.stderr))
    };
    // Duplicate keys are worth no word to kustomize.
    assert_eq!(run(&["build"]), (Some(0), object("ConfigMap", "y-a", ""), String::new()));
    assert_eq!(run(&["build", "."]), run(&["build", "--enable-helm=false", "."]));
    assert_eq!(run(&["version"]), (Some(0), "v5.8.1\n".to_owned(), String::new()));
    for arguments in [&["build", "nowhere"][..], &["build", "--nonsense"], &["bild"], &["build", "a", "b"]] {
        let (code, out, errors) = run(arguments);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{errors}");
        assert!(!errors.is_empty());
    }
    let (code, help, _) = run(&["build", "--help"]);
    assert!(code == Some(0) && help.contains("--load-restrictor"), "{help}");
    assert_eq!(run(&[]).0, Some(0));
}

#[test]
fn prints_versions_completions_and_manual_pages() {
    let folder = folder("prints_versions");
    for (arguments, words) in [
        (&["version"][..], "kustomize v5.8.1"),
        (&["--version"], "citadel "),
        (&["completions", "bash"], "--load-restrictor"),
        (&["completions", "zsh"], "--load-restrictor"),
        (&["man"], ".TH citadel"),
        (&["man", "build"], "load\\-restrictor"),
    ] {
        let done = run(&folder, arguments);
        assert_eq!(done.status.code(), Some(0), "{arguments:?}");
        assert!(text(&done.stdout).contains(words), "{arguments:?}: {}", text(&done.stdout));
    }
    assert_eq!(run(&folder, &["man", "nothing"]).status.code(), Some(2));
    assert_eq!(run(&folder, &[]).status.code(), Some(2));
}

#[test]
fn bash_completes_what_the_project_holds() {
    if Command::new("bash").arg("--version").output().is_err() {
        return println!("skipped: there is no bash here");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = format!(
        "citadel() {{ '{CITADEL}' \"$@\"; }}\nsource <(citadel completions bash)\n\
         COMP_LINE=$1 COMP_POINT=${{#1}}\nread -ra COMP_WORDS <<<\"$1\"\nCOMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))\n\
         _citadel_project citadel \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"\nprintf '%s\\n' \"${{COMPREPLY[@]}}\""
    );
    let app = "citadel explain production deploy/citadelbuy-web";
    for (line, expected) in [
        ("citadel expl", vec!["explain"]),
        ("citadel explain prod", vec!["production"]),
        ("citadel explain -n x production deploy/citadelbuy-w", vec!["deploy/citadelbuy-web"]),
        (&format!("{app} spec.repl"), vec!["spec.replicas"]),
        (&format!("{app} spec.template.spec.cont"), vec!["spec.template.spec.containers[0]."]),
        ("citadel diff git:HE", vec!["HEAD"]),
        ("citadel diff gol", vec!["golden"]),
        ("citadel diff snapshots/prod", vec!["snapshots/production.yaml"]),
        ("citadel diff a --form", vec!["--format"]),
        ("citadel diff --format js", vec!["json"]),
    ] {
        let done =
            Command::new("bash").args(["-c", &script, "bash", line]).current_dir(folder).output().unwrap();
        let found = text(&done.stdout);
        assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{line}: {}", text(&done.stderr));
    }
}

#[test]
fn takes_colour_only_on_a_terminal() {
    let folder = folder("takes_colour_only");
    let errors = text(&run(&folder, &["build"]).stderr);
    assert!(!errors.contains('\u{1b}'), "{errors}");
    assert!(errors.contains("kustomization-not-found"), "{errors}");
    std::io::stderr().flush().unwrap();
}

#[test]
fn the_manual_names_every_flag_of_build() {
    let help = text(&run(&folder("the_manual_names"), &["build", "--help"]).stdout);
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manual/build.md")).unwrap();
    let flags = help.split_whitespace().filter(|word| word.starts_with("--"));
    for flag in flags.map(|word| word.trim_end_matches(|c: char| !c.is_ascii_alphabetic())) {
        let flag = flag.split(['[', '=']).next().unwrap();
        assert!(page.contains(&format!("`{flag}")), "{flag}");
    }
}

#[test]
fn shows_progress_on_a_terminal_alone() {
    let folder = simple("shows_progress");
    write(&folder, "f.sh", "#!/bin/sh\nsleep 1\ncat\n");
    std::fs::set_permissions(folder.join("f.sh"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
        .unwrap();
    let function = "apiVersion: a/v1\nkind: F\nmetadata:\n  name: f\n  annotations:\n    config.kubernetes.io/function: \
                    |\n      exec:\n        path: ./f.sh\n";
    write(&folder, "f.yaml", function);
    write(&folder, "kustomization.yaml", "resources:\n- a.yaml\ntransformers:\n- f.yaml\n");
    let build = format!("{CITADEL} build . --enable-alpha-plugins --enable-exec");
    let arguments: Vec<&str> = build.split(' ').skip(1).collect();
    let done = run(&folder, &arguments);
    assert_eq!((done.status.code(), text(&done.stderr)), (Some(0), String::new()));
    // `script` gives the program a terminal.
    let Ok(done) = command_named("script", &folder).args(["-qec", &build, "/dev/null"]).output() else {
        return eprintln!("SKIPPED: no `script` here");
    };
    let shown = text(&done.stdout);
    let (progress, output) = shown.rsplit_once("\u{1b}[2K").unwrap_or_default();
    assert!(progress.contains("building .: 0 s"), "{shown:?}");
    assert_eq!(output.replace('\r', ""), object("ConfigMap", "a", ""));
}

fn command_named(program: &str, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env_remove("PWD").env("TERM", "xterm").stdin(Stdio::null());
    command
}
