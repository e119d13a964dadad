//! What `check` and `snapshot` write as `JUnit` XML, held against the structure of the two schemas in use (`formats/junit.json`).
//! It is read by a small reader of XML, which takes only what is well-formed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

use regex::Regex;
use serde_json::Value;

const SCHEMAS: &str = include_str!("formats/junit.json");

/// An element.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
    text: String,
}

/// An expression, read once.
fn expression(pattern: &str) -> Regex {
    static KNOWN: Mutex<BTreeMap<String, Regex>> = Mutex::new(BTreeMap::new());
    let mut known = KNOWN.lock().unwrap();
    known.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).unwrap()).clone()
}

/// The texts of characters and entities; characters that XML does not have are a fault.
fn plain(text: &str) -> Result<String, String> {
    let entity = expression("&([^;&]*);?");
    let mut bad = None;
    let out = entity.replace_all(text, |found: &regex::Captures<'_>| match &found[0] {
        "&amp;" => "&".to_owned(),
        "&lt;" => "<".to_owned(),
        "&gt;" => ">".to_owned(),
        "&quot;" => "\"".to_owned(),
        "&apos;" => "'".to_owned(),
        other => {
            let number = other.strip_prefix("&#").and_then(|rest| rest.strip_suffix(';'));
            let char = number.and_then(|number| number.parse().ok()).and_then(char::from_u32);
            bad = bad.take().or(char.is_none().then(|| format!("an entity `{other}`")));
            char.map(String::from).unwrap_or_default()
        }
    });
    let odd = |char: char| {
        char < ' ' && !matches!(char, '\t' | '\n' | '\r') || matches!(char, '\u{fffe}' | '\u{ffff}')
    };
    if let Some(char) = out.chars().find(|char| odd(*char)) {
        return Err(format!("a character {char:?}"));
    }
    bad.map_or(Ok(out.into_owned()), Err)
}

/// Reads a document: a declaration, then one element.
fn read(text: &str) -> Result<Element, String> {
    let rest = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").ok_or("no declaration")?;
    let tag = expression(r#"^<(/?)([a-z-]+)((?: [a-z]+="[^"<]*")*)(/?)>"#);
    let attribute = expression(r#" ([a-z]+)="([^"<]*)""#);
    let mut open = vec![Element::default()];
    let mut at = 0;
    while at < rest.len() {
        let end = rest[at..].find('<').map_or(rest.len(), |found| at + found);
        if let Some(top) = open.last_mut() {
            top.text.push_str(&plain(&rest[at..end])?);
        }
        at = end;
        if at == rest.len() {
            break;
        }
        let found = tag.captures(&rest[at..]).ok_or_else(|| format!("no tag: {:.60}", &rest[at..]))?;
        at += found[0].len();
        let is_end = &found[1] == "/";
        if !is_end {
            let mut element = Element { name: found[2].to_owned(), ..Element::default() };
            for pair in attribute.captures_iter(&found[3]) {
                if element.attributes.iter().any(|(name, _)| *name == pair[1]) {
                    return Err(format!("`{}` twice", &pair[1]));
                }
                element.attributes.push((pair[1].to_owned(), plain(&pair[2])?));
            }
            open.push(element);
        }
        if is_end || &found[4] == "/" {
            let element = open.pop().unwrap();
            if element.name != found[2] {
                return Err(format!("`{}` ends `{}`", &found[2], element.name));
            }
            open.last_mut().ok_or("an end without a beginning")?.children.push(element);
        }
    }
    let mut document = open.pop().ok_or("nothing")?;
    let root = document.children.pop().ok_or("no element")?;
    let is_whole = open.is_empty() && document.children.is_empty() && document.text.trim().is_empty();
    if is_whole { Ok(root) } else { Err("more than one element, or one that does not end".into()) }
}

/// Whether a value is what a schema calls so.
fn is(word: &str, value: &str) -> bool {
    let fits = |pattern: &str| expression(&format!("^(?:{pattern})$")).is_match(value);
    match word {
        "text" => true,
        "filled" => !value.trim().is_empty(),
        "int" => value.parse::<i32>().is_ok(),
        "decimal" => fits(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
        // As Surefire writes them: with commas between thousands.
        "seconds" => fits(r"[0-9,]*(\.[0-9]*)?"),
        "time" => fits(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d"),
        other => panic!("the schema says `{other}`"),
    }
}

/// Adds what is wrong with an element.
fn judge(schema: &Value, element: &Element, faults: &mut Vec<String>) {
    let name = &element.name;
    let Some(rule) = schema.get(name) else {
        return faults.push(format!("an element `{name}`"));
    };
    let children: String = element.children.iter().map(|child| format!("{} ", child.name)).collect();
    let wanted = rule["children"].as_str().unwrap_or_default();
    if !expression(&format!("^(?:{wanted})$")).is_match(&children) {
        faults.push(format!("`{name}` holds {children:.80}"));
    }
    if rule["text"] != true && !element.text.trim().is_empty() {
        faults.push(format!("`{name}` holds the text {:.40}", element.text));
    }
    let said = |key: &str, attribute: &str| rule[key].get(attribute).and_then(Value::as_str);
    for (attribute, value) in &element.attributes {
        match said("required", attribute).or(said("optional", attribute)) {
            Some(word) if is(word, value) => {}
            Some(word) => faults.push(format!("`{name}`: `{attribute}` is no {word}: {value}")),
            None => faults.push(format!("`{name}` has an attribute `{attribute}`")),
        }
    }
    for attribute in rule["required"].as_object().into_iter().flat_map(|required| required.keys()) {
        if !element.attributes.iter().any(|(own, _)| own == attribute) {
            faults.push(format!("`{name}` lacks `{attribute}`"));
        }
    }
    for child in &element.children {
        judge(schema, child, faults);
    }
}

/// What is wrong with a text, by each schema; and that its numbers are those of what it holds.
fn faults(text: &str) -> Vec<String> {
    let root = match read(text) {
        Ok(root) => root,
        Err(fault) => return vec![fault],
    };
    let schemas: Value = serde_json::from_str(SCHEMAS).unwrap();
    let mut faults = Vec::new();
    if root.name != "testsuites" {
        faults.push(format!("`{}` is no root", root.name));
    }
    for (number, suite) in root.children.iter().enumerate() {
        let said = |name: &str| {
            suite.attributes.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
        };
        let cases = suite.children.iter().filter(|child| child.name == "testcase");
        let failed = cases.clone().filter(|case| case.children.iter().any(|child| child.name == "failure"));
        for (name, count) in [("tests", cases.clone().count()), ("failures", failed.count()), ("id", number)]
        {
            if said(name) != Some(&count.to_string()) {
                faults.push(format!("`{name}` of suite {number} is {:?}, not {count}", said(name)));
            }
        }
    }
    for (dialect, schema) in schemas.as_object().unwrap() {
        let mut of_dialect = Vec::new();
        judge(schema, &root, &mut of_dialect);
        faults.extend(of_dialect.into_iter().map(|fault| format!("{dialect}: {fault}")));
    }
    faults
}

fn run(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_citadel"));
    command.args(arguments).current_dir(folder).env_remove("PWD");
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

/// What `check` says of the examples of rules, all that stand in a folder.
fn checked(rules: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    run(&folder, &["check", "--format", "junit", rules])
}

fn assert_valid(text: &str, what: &str) {
    let faults = faults(text);
    assert!(faults.is_empty(), "{what}: {}", faults[..faults.len().min(20)].join("\n"));
}

/// A folder of its own for a test, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn junit_of_check_is_what_both_schemas_say() {
    let text = checked(".");
    assert!(text.matches("<testcase ").count() > 400, "too little was found");
    assert!(text.matches("<failure ").count() > 10, "too little failed");
    assert_valid(&text, "all rules");
}

#[test]
fn junit_of_odd_texts_is_what_both_schemas_say() {
    let folder = folder("junit-odd");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("none.yaml", "");
    write("broken & <odd> \"name\".yaml", "a: [\n");
    let object = |name: &str| {
        format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: {name}\nspec: {{\"a<b>&\\\"c\": 1}}\n")
    };
    write("odd.yaml", &object("\"a\\u0001<&>\\uFFFE\\t]]>\\n\""));
    write("fine.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: fine\n");
    let text = run(&folder, &["check", "--format", "junit", "."]);
    assert!(text.contains("<failure "), "{text}");
    assert_valid(&text, "odd texts");
    assert_valid(&run(&folder, &["check", "--format", "junit", "fine.yaml"]), "nothing found");
}

#[test]
fn junit_of_snapshot_is_what_both_schemas_say() {
    let folder = folder("junit-snapshot");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    write("citadel.yaml", "");
    write("kustomization.yaml", "resources: [object.yaml]\n");
    let object = |value: &str| {
        format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  a: \"{value}\"\n")
    };
    write("object.yaml", &object("1"));
    let check = ["snapshot", "--check", "--format", "junit", "."];
    let missing = run(&folder, &check);
    assert!(missing.contains("<failure "), "{missing}");
    assert_valid(&missing, "a snapshot that is missing");
    run(&folder, &["snapshot", "--update", "."]);
    let same = run(&folder, &check);
    assert!(!same.contains("<failure "), "{same}");
    assert_valid(&same, "a snapshot that holds");
    write("object.yaml", &object("<2>&"));
    let other = run(&folder, &check);
    assert!(other.contains("<failure "), "{other}");
    assert_valid(&other, "a snapshot that does not");
}

#[test]
fn the_reader_of_the_schemas_finds_what_breaks_them() {
    let fine = checked("duplicate-key");
    assert_valid(&fine, "one rule");
    for (what, broken) in [
        ("<testcase ", "<testcase id=\"1\" "),
        (" tests=\"", " tests=\"1"),
        ("time=\"0\"", "time=\"x\""),
        ("    <properties/>\n", ""),
        (" package=\"citadel\"", ""),
        ("<system-err/>", "<system-err/><system-err/>"),
        ("</testsuite>\n", ""),
        ("1970-01-01T", "1970-13-01T"),
        ("</failure>", "&nbsp;</failure>"),
        ("</testsuites>", "text</testsuites>"),
    ] {
        assert!(fine.contains(what), "{what}");
        assert!(!faults(&fine.replacen(what, broken, 1)).is_empty(), "{broken} is taken");
    }
}
