//! Where values come from that went through a function: what came back as it went in keeps its history, all else is the
//! function's.

use std::path::Path;

use citadel::build::{self, Functions, Options};
use citadel::host::{Disk, Host, Program};
use citadel::provenance::{Verb, Whence};
use citadel::resource::{Context, Resource};

/// The file and line that a value comes from, and the field of the last step that wrote it.
fn told(object: &Resource, context: &Context, path: &[&str]) -> (String, Option<&'static str>) {
    let document = &object.document;
    let node = document.at(document.root(), path).unwrap_or_else(|| panic!("nothing at {path:?}"));
    let entry = match document.origin(node).read() {
        Whence::Entry(index) => Some(document.ledger().get(index)),
        _ => None,
    };
    let step = entry.and_then(|entry| entry.step);
    let place = match (step, entry) {
        (Some(step), Some(entry)) if entry.verb == Verb::Set && !entry.place.is_some() => {
            context.steps.get(step).place
        }
        _ => document.place(node),
    };
    let file = context.sources.display(place);
    let line = file.rsplit_once(':').map_or(String::new(), |(line, _)| line.to_owned());
    (line, step.map(|step| context.steps.get(step).field))
}

#[test]
fn what_comes_back_unchanged_keeps_its_history() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/functions/keeps_the_history_of_what_comes_back_unchanged/input");
    let functions = Functions { enable_exec: true, ..Functions::default() };
    let options = Options { enable_plugins: true, functions, ..Options::default() };
    let (objects, context) = build::objects(&Disk, case.to_str().unwrap(), &options);
    let objects = objects.unwrap_or_else(|faults| panic!("{faults:?}"));
    let web = objects.iter().find(|object| object.kind() == "Deployment").unwrap();
    let at = |path: &[&str]| {
        let (line, step) = told(web, &context, path);
        let file = line.rsplit_once('/').map_or(line.as_str(), |(_, file)| file);
        (file.to_owned(), step)
    };
    assert_eq!(at(&["kind"]).0, "deployment.yaml:2");
    assert_eq!(at(&["spec", "template", "spec", "serviceAccountName"]).0, "deployment.yaml:11");
    // The function changed it: its configuration is where the value is asked for.
    assert_eq!(at(&["spec", "replicas"]), ("tool.yaml:1".to_owned(), Some("transformers")));
    // A number that is spelt anew is still the same number.
    assert_eq!(at(&["spec", "minReadySeconds"]).0, "deployment.yaml:8");
    // A step before the function, and one behind it.
    assert_eq!(at(&["metadata", "labels", "by"]).1, Some("labels"));
    assert_eq!(at(&["metadata", "name"]).1, Some("namePrefix"));
}

fn shell(script: &str, input: &[u8], largest_output: u64) -> Program {
    Program {
        path: "sh".into(),
        arguments: vec!["-c".to_owned(), script.to_owned()],
        directory: env!("CARGO_MANIFEST_DIR").into(),
        input: input.to_vec(),
        largest_output,
        ..Program::default()
    }
}

#[test]
fn a_program_may_leave_its_input_unread_and_say_much_on_both_sides() {
    let input = vec![b'x'; 1 << 20];
    let script = "head -c 3000000 /dev/zero | tr '\\0' e >&2; head -c 2000000 /dev/zero; exit 3";
    let finished = Disk.run(&shell(script, &input, 0)).unwrap();
    assert_eq!(finished.code, Some(3));
    assert_eq!(finished.output.len(), 2_000_000);
    assert_eq!(finished.errors.len(), 1 << 20);
}

#[test]
fn a_program_that_never_ends_its_output_is_stopped() {
    let fault = Disk.run(&shell("while :; do echo more; done", b"", 10_000)).unwrap_err();
    assert!(fault.trouble.to_string().contains("10000 bytes"), "{fault:?}");
}
