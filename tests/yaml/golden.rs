//! Golden cases of the emitters, under `tests/golden/yaml/emit`: the same text as output, as yaml.v3 prints it, as JSON
//! and after JSON. A missing expectation is a refusal; `expected.refused` holds our words for it.

use std::path::{Path, PathBuf};

use super::json::{respell, to_json};
use super::milestone::{pass, pass_v3};

type Way = fn(&str) -> Result<Vec<Vec<u8>>, String>;

const WAYS: [(&str, Way); 4] = [
    ("expected.yaml", pass),
    ("expected.v3.yaml", pass_v3),
    ("expected.json", to_json),
    ("expected.respelt.yaml", respell),
];

#[test]
fn prints_what_is_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/yaml/emit");
    let mut cases: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(!cases.is_empty());
    let update = std::env::var_os("CITADEL_UPDATE").is_some();
    let mut wrong = Vec::new();
    for case in cases {
        let text = std::fs::read_to_string(case.join("input.yaml")).unwrap();
        let mut refused = String::new();
        let mut check = |name: &str, found: Option<&[u8]>| {
            let path = case.join(name);
            let expected = std::fs::read(&path).ok();
            if expected.as_deref() == found {
                return;
            }
            match (update, found) {
                (true, Some(found)) => std::fs::write(path, found).unwrap(),
                (true, None) => std::fs::remove_file(path).unwrap(),
                (false, _) => {
                    let found = found.map(|found| String::from_utf8_lossy(found).into_owned());
                    wrong.push(format!("{}: {found:?}", path.display()));
                }
            }
        };
        for (name, way) in WAYS {
            match way(&text) {
                Ok(found) => check(name, Some(&found.concat())),
                Err(fault) => {
                    refused.extend([name, ": ", &fault, "\n"]);
                    check(name, None);
                }
            }
        }
        check("expected.refused", Some(refused.as_bytes()).filter(|refused| !refused.is_empty()));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
