//! Nodes as code makes and changes them: texts with tags and styles that no text reads as, printed by us and by
//! kustomize. `CITADEL_MUTATIONS` says how many.

use citadel::provenance::StepId;
use citadel::yaml::{self, Dialect, SequenceIndent};
use serde_json::{Value, json};

use super::mutations::{Dice, number};
use super::nodes;
use super::oracle::{Oracle, bytes, each};

const TEXTS: &[&str] = &[
    "",
    "a",
    "1",
    "007",
    "0x1F",
    "1.0",
    "1e3",
    "true",
    "yes",
    "null",
    "~",
    ".inf",
    "2001-01-01",
    "2001-01-01 1:2:3",
    "2001-01-01T1:2:3Z",
    "a b",
    "a: b",
    "a\nb",
    "a\nb\n",
    "\ta\nb",
    "\ta",
    " a\n",
    "a\n\n",
    "\n",
    "a \nb",
    "a\n  b\nc",
    "a\n\n  b\n\nc\n",
    " a\nb\n",
    "-",
    "- a",
    "#",
    "a #b",
    "'",
    "\"",
    "[a]",
    "{a}",
    "a,b",
    "aGk=",
    "12:30",
    "@",
    "a\u{2028}b",
    "a\nb\u{2028}",
    "a\u{85}b",
    "\u{feff}a",
    "😀",
    "é\nü",
    "a\tb",
    "a\t\n\tb\n",
    "%",
    "9007199254740993",
    "18446744073709551615",
    "-0",
    "-0.0",
    "1000000",
    "123456.5",
    "!",
    "a:",
    "?",
    "---",
    "...",
];

const TAGS: &[&str] = &[
    "",
    "",
    "",
    "",
    "!!str",
    "!!str",
    "!!int",
    "!!float",
    "!!bool",
    "!!null",
    "!!timestamp",
    "!!binary",
    "!custom",
];

const STYLES: &[u64] = &[0, 0, 0, 0, 2, 4, 8, 16];

fn scalar(dice: &mut Dice) -> Value {
    let (text, mut tag) = (*dice.pick(TEXTS), *dice.pick(TAGS));
    // Half of the tags fit.
    if !tag.is_empty() && dice.roll(2) == 0 {
        tag = match yaml::resolve::plain(Dialect::V3, text).tag() {
            yaml::Tag::Null => "!!null",
            yaml::Tag::Bool => "!!bool",
            yaml::Tag::Int => "!!int",
            yaml::Tag::Float => "!!float",
            yaml::Tag::Timestamp => "!!timestamp",
            _ => "!!str",
        };
    }
    let tagged = u64::from(!tag.is_empty() && dice.roll(4) == 0);
    json!({"k": "scalar", "v": text, "t": tag, "s": dice.pick(STYLES) | tagged})
}

fn is_null(key: &Value) -> bool {
    key["t"] == "!!null" || matches!(key["v"].as_str(), Some("~" | "null"))
}

fn node(dice: &mut Dice, depth: usize) -> Value {
    let flow = if dice.roll(4) == 0 { 32 } else { 0 };
    match if depth == 0 { 9 } else { dice.roll(10) } {
        0 | 1 => {
            let items: Vec<Value> = (0..dice.roll(3)).map(|_| node(dice, depth - 1)).collect();
            json!({"k": "seq", "s": flow, "n": items})
        }
        2 | 3 => mapping(dice, depth, flow),
        _ => scalar(dice),
    }
}

fn mapping(dice: &mut Dice, depth: usize, flow: u64) -> Value {
    let mut entries = Vec::new();
    for n in 0..dice.roll(4) {
        let key = match dice.roll(12) {
            // A null key is doubled when a text is read, and refused for that.
            0 => Some(scalar(dice))
                .filter(|key| !is_null(key))
                .unwrap_or_else(|| json!({"k": "scalar", "v": "k"})),
            1 => json!({"k": "scalar", "v": "long".repeat(10 + dice.roll(30)), "s": dice.pick(STYLES)}),
            _ => json!({"k": "scalar", "v": format!("k{n}"), "t": dice.pick(&["", "!!str"])}),
        };
        entries.push(key);
        entries.push(node(dice, depth - 1));
    }
    json!({"k": "map", "s": flow, "t": dice.pick(&["", "!!map"]), "n": entries})
}

#[test]
fn prints_nodes_that_code_makes() {
    let Some(mut oracle) = Oracle::start() else { return };
    let mut dice = Dice::new(number("CITADEL_SEED", 1));
    let (mut same, mut refused_alike, mut wrong) = (0, 0, Vec::new());
    for _ in 0..number("CITADEL_MUTATIONS", 500) {
        let node = mapping(&mut dice, 3, 0);
        let answer = oracle.ask(&json!({"op": "print", "node": node}));
        let theirs = each(&answer).map(|mut list| {
            list.insert(0, bytes(&answer["out"]));
            list
        });
        let ours = print(&node);
        match (&theirs, &ours) {
            (Ok(theirs), Ok(ours)) if theirs == ours => same += 1,
            (Err(_), Err(_)) => refused_alike += 1,
            _ => wrong.push(super::json::difference("print", &node.to_string(), &theirs, &ours)),
        }
    }
    eprintln!("{same} alike, {refused_alike} refused alike, {} wrong", wrong.len());
    super::mutations::note_wrong(&wrong);
    assert!(wrong.is_empty(), "{}", wrong[0]);
}

fn print(node: &Value) -> Result<Vec<Vec<u8>>, String> {
    let mut document = nodes::document(node);
    let root = document.root();
    let (mut out, mut v3, mut back) = (Vec::new(), Vec::new(), Vec::new());
    yaml::emit(&document, root, &mut out)
        .and_then(|()| yaml::emit_v3(&document, root, SequenceIndent::Compact, &mut v3))
        .and_then(|()| yaml::respell_through_json(&mut document.edit(StepId(0)), root, false))
        .and_then(|()| yaml::emit_v3(&document, root, SequenceIndent::Compact, &mut back))
        .map_err(|fault| fault.message)?;
    Ok(vec![out, v3, back])
}
