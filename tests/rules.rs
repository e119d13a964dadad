//! The examples of every rule, `rules/ID/{fails,passes}.yaml`: the first is found by that rule, the second is not.

use std::collections::BTreeSet;
use std::path::Path;

use citadel::source::{SourceId, SourceText};
use citadel::validate::{Family, Level, Object, Options, check, rules};
use citadel::yaml::{Dialect, read_resources};

/// The ids of the rules that find something in a text.
fn found(text: &str, rule: &rules::Rule) -> Vec<String> {
    let documents = read_resources(SourceId::NONE, &SourceText::from(text))
        .unwrap_or_else(|_| panic!("{}: no YAML", rule.id));
    let objects: Vec<Object<'_>> =
        documents.iter().map(|document| Object::new(document, Dialect::V3)).collect();
    let levels =
        if rule.level.is_none() { vec![(rule.id.to_owned(), Some(Level::Note))] } else { Vec::new() };
    let options = Options { only: vec![rule.family], levels, ..Options::default() };
    let findings = check(&objects, &[], &options);
    findings
        .into_iter()
        .map(|(_, finding)| format!("{} at {}: {}", finding.rule, finding.path, finding.message))
        .collect()
}

#[test]
fn every_rule_finds_its_failing_example_and_passes_the_other() {
    let mut faults = Vec::new();
    for rule in rules::all().filter(|rule| !rule.fails.is_empty()) {
        let own = format!("{} at ", rule.id);
        let (fails, passes) = (found(rule.fails, rule), found(rule.passes, rule));
        if !fails.iter().any(|found| found.starts_with(&own)) {
            faults.push(format!("{}: fails.yaml is not found: {fails:?}", rule.id));
        }
        faults.extend(
            passes
                .into_iter()
                .filter(|found| found.starts_with(&own))
                .map(|found| format!("passes.yaml: {found}")),
        );
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_id_is_there_once_and_every_folder_has_its_rule() {
    let mut ids = BTreeSet::new();
    let twice: Vec<_> = rules::all().filter(|rule| !ids.insert(rule.id)).map(|rule| rule.id).collect();
    assert!(twice.is_empty(), "more than one row for {twice:?}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(ids.contains(name.as_str()), "tests/rules/{name} belongs to no rule");
    }
}

#[test]
fn every_row_says_what_and_why() {
    for rule in rules::all() {
        assert!(!rule.checks.is_empty() && !rule.why.is_empty(), "{}", rule.id);
        for text in [rule.checks, rule.why] {
            assert!(
                !text.ends_with('.') && !text.starts_with(char::is_uppercase) || text.starts_with("SELinux"),
                "{}: {text}",
                rule.id
            );
        }
    }
}

#[test]
fn the_manual_tells_of_every_rule() {
    let manual = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/manual/check");
    for family in [Family::Server, Family::PodSecurity, Family::Reference, Family::Pins, Family::Policy] {
        let page = std::fs::read_to_string(manual.join(format!("{}.md", family.name()))).unwrap();
        for rule in rules::all().filter(|rule| rule.family == family) {
            assert!(
                page.contains(&format!("`{}`", rule.id)),
                "{} says nothing of {}",
                family.name(),
                rule.id
            );
        }
    }
}

#[test]
fn every_check_of_three_other_linters_leads_to_a_rule() {
    for (linter, checks) in [("kube-linter", 63), ("kube-score", 39), ("polaris", 44)] {
        let prefix = format!("{linter}:");
        let names: BTreeSet<&str> = rules::all()
            .flat_map(|rule| rule.old_names)
            .filter_map(|name| name.strip_prefix(prefix.as_str()))
            .collect();
        assert_eq!(names.len(), checks, "{linter}: {names:?}");
    }
}

/// What `check` tells of an object with one more annotation.
fn told_with(annotation: &str) -> Vec<String> {
    let text = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  annotations:\n    {annotation}\nspec:\n  containers:\n  - name: \
         A\n    image: a:1\n    env:\n    - {{name: DB_PASSWORD, value: hunter2}}\n"
    );
    let host = citadel::host::Memory::default();
    let input = [citadel::check::Input::Text("a.yaml".into(), text.into_bytes())];
    let rules = Options { only: vec![Family::Server, Family::Policy], ..Options::default() };
    let options = citadel::check::Options { rules, ..Default::default() };
    let report = citadel::check::check(&host, &input, &options);
    report.told().map(|told| told.finding.rule.to_owned()).collect()
}

#[test]
fn rules_are_silenced_with_a_reason_and_for_a_finding() {
    let has = |told: &[String], rule: &str| told.iter().any(|id| id == rule);
    let all = told_with("a: b");
    assert!(
        has(&all, "secret-in-env-value")
            && has(&all, "read-only-root-filesystem")
            && has(&all, "invalid-name")
    );
    let told = told_with("citadel.dev/ignore.secret-in-env-value: a test");
    assert!(
        !has(&told, "secret-in-env-value") && !told.iter().any(|id| id.starts_with("silence-")),
        "{told:?}"
    );
    let told = told_with("citadel.dev/ignore.secret-in-env-value: ''");
    assert!(has(&told, "silence-without-reason") && has(&told, "secret-in-env-value"), "{told:?}");
    let told = told_with("citadel.dev/ignore.server: a family is no rule");
    assert!(has(&told, "silence-unknown-rule") && has(&told, "invalid-name"), "{told:?}");
    assert!(has(&told_with("citadel.dev/ignore.ssh-port: why"), "silence-without-finding"));
    assert!(has(&told_with("citadel.dev/ignore.ssh-prot: why"), "silence-unknown-rule"));
    for theirs in [
        "ignore-check.kube-linter.io/env-var-secret: why",
        "kube-linter.io/ignore-all: why",
        "polaris.fairwinds.com/sensitiveContainerEnvVar-exempt: 'true'",
        "polaris.fairwinds.com/exempt: 'true'",
    ] {
        let told = told_with(theirs);
        assert!(!has(&told, "secret-in-env-value"), "{theirs}: {told:?}");
        assert!(has(&told, "invalid-name"), "{theirs} hides what the server refuses");
    }
    let told = told_with("kube-score/ignore: container-security-context-readonlyrootfilesystem");
    assert!(!has(&told, "read-only-root-filesystem") && has(&told, "secret-in-env-value"));
}
