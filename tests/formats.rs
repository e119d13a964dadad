//! What `check --format sarif` writes, held against the structure of SARIF 2.1.0's schema. That is read by a small
//! reader of JSON Schema, which knows every keyword that it has and fails on any other.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

const SCHEMA: &str = include_str!("formats/sarif-2.1.0.json");

/// Adds what is wrong with a value at a path.
fn judge(root: &Value, schema: &Value, value: &Value, path: &str, faults: &mut Vec<String>) {
    let schema = match schema.get("$ref") {
        Some(name) => {
            let name = name.as_str().unwrap();
            &root["definitions"][name.strip_prefix("#/definitions/").unwrap()]
        }
        None => schema,
    };
    let mut bad = |what: &str| faults.push(format!("{path}: {what}"));
    let mut below: Vec<(&Value, &Value, String)> = Vec::new();
    for (keyword, says) in schema.as_object().unwrap() {
        let number = || says.as_f64().unwrap();
        match keyword.as_str() {
            "type" => {
                let is = |name: &str| match name {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "null" => value.is_null(),
                    _ => panic!("a type `{name}`"),
                };
                let fits = match says {
                    Value::Array(names) => names.iter().any(|name| is(name.as_str().unwrap())),
                    name => is(name.as_str().unwrap()),
                };
                if !fits {
                    bad(&format!("is not of type {says}"));
                }
            }
            "enum" if !says.as_array().unwrap().contains(value) => bad(&format!("is none of {says}")),
            "enum" => {}
            "required" => {
                for name in says.as_array().unwrap() {
                    if value.is_object() && value.get(name.as_str().unwrap()).is_none() {
                        bad(&format!("lacks {name}"));
                    }
                }
            }
            "properties" => {
                for (name, schema) in says.as_object().unwrap() {
                    below.extend(value.get(name).map(|value| (schema, value, format!("{path}.{name}"))));
                }
            }
            "additionalProperties" => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    let is_known = schema.get("properties").is_some_and(|known| known.get(name).is_some());
                    match says {
                        _ if is_known => {}
                        Value::Bool(true) => {}
                        Value::Bool(false) => bad(&format!("has an unknown `{name}`")),
                        schema => below.push((schema, value, format!("{path}.{name}"))),
                    }
                }
            }
            "items" => {
                for (number, value) in value.as_array().into_iter().flatten().enumerate() {
                    below.push((says, value, format!("{path}[{number}]")));
                }
            }
            "minItems" if value.as_array().is_some_and(|list| (list.len() as f64) < number()) => {
                bad("has too few items");
            }
            "uniqueItems" if says == &Value::Bool(true) => {
                let list = value.as_array().map_or(&[][..], Vec::as_slice);
                if list.iter().enumerate().any(|(at, item)| list[..at].contains(item)) {
                    bad("has an item twice");
                }
            }
            "minimum" if value.as_f64().is_some_and(|value| value < number()) => bad("is too small"),
            "maximum" if value.as_f64().is_some_and(|value| value > number()) => bad("is too great"),
            "minItems" | "uniqueItems" | "minimum" | "maximum" => {}
            "pattern" => {
                let pattern = regex::Regex::new(says.as_str().unwrap()).unwrap();
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
                    bad(&format!("does not match {says}"));
                }
            }
            "format" => {
                let Some(text) = value.as_str() else { continue };
                let is_plain =
                    text.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>\"{}|\\^`".contains(&byte));
                let fits = match says.as_str().unwrap() {
                    "uri" => is_plain && text.split_once(':').is_some_and(|(scheme, _)| !scheme.is_empty()),
                    "uri-reference" => is_plain,
                    "date-time" => text.len() >= 20 && text.as_bytes()[10] == b'T',
                    other => panic!("a format `{other}`"),
                };
                if !fits {
                    bad(&format!("`{text}` is no {says}"));
                }
            }
            "anyOf" | "oneOf" => {
                let fits = says.as_array().unwrap().iter().filter(|schema| {
                    let mut faults = Vec::new();
                    judge(root, schema, value, path, &mut faults);
                    faults.is_empty()
                });
                let count = fits.count();
                if count == 0 || keyword == "oneOf" && count > 1 {
                    bad(&format!("fits {count} of `{keyword}`"));
                }
            }
            "definitions" => {}
            other => panic!("the schema says `{other}`, which nothing here knows"),
        }
    }
    for (schema, value, path) in below {
        judge(root, schema, value, &path, faults);
    }
}

fn faults(text: &str) -> Vec<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let mut faults = Vec::new();
    judge(&schema, &schema, &serde_json::from_str(text).unwrap(), "$", &mut faults);
    faults
}

/// What `check` says of the examples of all rules (`tests/rules`) in SARIF.
fn sarif() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/rules");
    let mut command = Command::new(env!("CARGO_BIN_EXE_citadel"));
    command.args(["check", "--format", "sarif", "."]).current_dir(folder).env_remove("PWD");
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

#[test]
fn sarif_is_what_its_schema_says() {
    let text = sarif();
    let value: Value = serde_json::from_str(&text).unwrap();
    assert!(value["runs"][0]["results"].as_array().unwrap().len() > 100, "too little was found");
    let faults = faults(&text);
    assert!(faults.is_empty(), "{}", faults[..faults.len().min(20)].join("\n"));
}

#[test]
fn the_reader_of_the_schema_finds_what_breaks_it() {
    let fine = sarif();
    for (what, broken) in [
        ("\"version\"", "\"versoin\""),
        ("\"2.1.0\"", "\"2.2.0\""),
        ("\"level\":\"error\"", "\"level\":\"fatal\""),
        ("\"startLine\":", "\"startLine\":-"),
        ("\"ruleIndex\":", "\"ruleIndex\":0.5,\"x\":"),
    ] {
        assert!(fine.contains(what), "{what}");
        assert!(!faults(&fine.replacen(what, broken, 1)).is_empty(), "{broken} is taken");
    }
}
