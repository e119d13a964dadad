//! The words trees are made of: few enough that things meet, odd enough that corners are visited.

use super::random::Random;
use super::value::{Value, raw};

/// Names of objects.
pub(crate) const NAMES: &[&str] = &[
    "web",
    "api",
    "db",
    "cache",
    "worker",
    "web-db",
    "store-front",
    "batch",
    "mail",
    "auth",
    "queue",
    "edge",
];

pub(crate) const PREFIXES: &[&str] = &["dev-", "prod-", "a-", "team1-", "x", "p-", "my-app-"];

pub(crate) const SUFFIXES: &[&str] = &["-v2", "-eu", "-blue", "2", "-x-y", "-canary"];

pub(crate) const NAMESPACES: &[&str] = &["default", "shop", "kube-system", "staging", "team-a"];

pub(crate) const LABEL_KEYS: &[&str] = &[
    "app",
    "tier",
    "env",
    "app.kubernetes.io/name",
    "app.kubernetes.io/part-of",
    "team",
    "release",
    "track",
    "example.com/cost.center",
];

pub(crate) const LABEL_VALUES: &[&str] =
    &["web", "db", "front", "v1", "1.21", "true", "on", "a_b", "x.y", "42", "null", "0755", "1e3", "blue"];

pub(crate) const ANNOTATION_KEYS: &[&str] = &[
    "note",
    "example.com/owner",
    "prometheus.io/scrape",
    "checksum/config",
    "description",
    "a.b/c~d",
    "nginx.ingress.kubernetes.io/rewrite-target",
];

pub(crate) const IMAGES: &[&str] = &[
    "nginx",
    "nginx:1.21",
    "nginx@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    "registry.example.com:5000/team/app:v1.2.3",
    "gcr.io/proj/app",
    "busybox:1",
    "redis:6.2-alpine",
    "localhost:5000/x",
    "app:latest@sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3",
    "docker.io/library/postgres:13",
];

pub(crate) const IMAGE_NAMES: &[&str] = &[
    "nginx",
    "registry.example.com:5000/team/app",
    "gcr.io/proj/app",
    "busybox",
    "redis",
    "localhost:5000/x",
    "app",
    "docker.io/library/postgres",
    "ng.*",
    "unused/image",
];

/// Strings of every sort.
pub(crate) fn string(random: &mut Random) -> String {
    if random.chance(55) {
        return random
            .pick(&["hello", "a b c", "web", "http://example.com:8080/x?y=z", "/var/lib/data", "info"])
            .to_owned();
    }
    random
        .pick(&[
            "", " ", " leading", "trailing ", "yes", "no", "on", "NULL", "~", "true", "0755", "0o17", "0x1F", "1_000",
            "1e3", "12e03", ".5", "+1", "-1", "1.", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "12:30:45", "190:20:30",
            ".inf", "-.INF", ".NaN", "=", "<<", "!", "&a", "*b", "- x", "? y", "a: b", "a #b", "#c", "{", "[x]", "%d", "@at",
            "`tick`", "'single'", "\"double\"", "back\\slash", "tab\there", "é", "日本語 テキスト", "emoji 😀 end", "\u{feff}bom",
            "a\u{85}b", "line\u{2028}sep", "nbsp\u{a0}x", "one\ntwo", "one\ntwo\n", "one\n\ntwo\n\n", "  indented\nless\n",
            "trail \nx", "a\n  b\nc\n", "\n", "key: value\nlist:\n- a\n- b\n", "{\"json\": [1, 2]}", "$(HOME) $(NAME)",
            "#!/bin/sh\nset -e\necho \"$1\"\n", "\ttab first", "x:", ":x", "---", "...", "a,b", "9007199254740993", "1.0",
            "100000000000000000000", "aGVsbG8=", "0b101", "0.1", "-0", "0", "Y", "off",
            "The quick brown fox jumps over the lazy dog, and then it goes on to say quite a lot more than eighty characters.",
            "averyveryverylongwordwithoutanyblanksinitthatgoesonandonandonandonandonandonandonandonandonandon",
            "multi line with a long second\nThe quick brown fox jumps over the lazy dog, and then it goes on and on and on.\n",
        ])
        .to_owned()
}

/// Plain scalars of every sort that JSON can hold in the end.
pub(crate) fn scalar(random: &mut Random) -> Value {
    if random.chance(40) {
        return string(random).into();
    }
    raw(random.pick(&[
        "1",
        "0",
        "-1",
        "42",
        "1.5",
        "true",
        "false",
        "null",
        "~",
        "",
        "yes",
        "No",
        "ON",
        "off",
        "y",
        "0755",
        "0o17",
        "0x1F",
        "0b11",
        "1_000",
        "1e3",
        "1E-7",
        "1.0",
        ".5",
        "-.5",
        "+3",
        "2001-01-01",
        "2001-12-14t21:59:43.10-05:00",
        "2001-12-14 21:59:43",
        "12:30",
        "190:20:30",
        "9007199254740993",
        "9223372036854775808",
        "18446744073709551616",
        "100000000000000000000",
        "1e400x",
        "123456789.123456789",
        "0.000001",
        "0.0000001",
        "1e21",
        "1e20",
        "Null",
        "TRUE",
        "!!str 12",
        "!!int \"7\"",
        "!!float 1",
        "!local x",
        "!!binary aGk=",
        "\"quoted\"",
        "'it''s'",
    ]))
}

/// A small tree of anything, for the places where anything may stand.
pub(crate) fn anything(random: &mut Random, depth: usize) -> Value {
    if depth == 0 || random.chance(45) {
        return scalar(random);
    }
    let size = random.below(4);
    if random.chance(50) {
        // no nulls: kustomize refuses them in lists
        let items =
            (0..size).map(|_| anything(random, depth - 1)).map(|v| if is_null(&v) { "x".into() } else { v });
        return Value::List(items.collect());
    }
    let mut keys = vec![
        "name",
        "value",
        "mode",
        "Upper",
        "with space",
        "a.b",
        "x/y",
        "é",
        "true",
        "12",
        "empty",
        "size",
    ];
    keys.extend([
        "k1", "k2", "k10", "data-x", "data_y", "UPPER", "0", "~key", "$ref", "a b:c", "*star", "yes",
    ]);
    random.shuffle(&mut keys);
    Value::Map(keys[..size].iter().map(|k| ((*k).to_owned(), anything(random, depth - 1))).collect())
}

fn is_null(value: &Value) -> bool {
    matches!(value, Value::Raw(text) if matches!(text.as_str(), "null" | "~" | "" | "Null"))
}

/// Some labels, at least one.
pub(crate) fn labels(random: &mut Random) -> Value {
    pairs(random, LABEL_KEYS, |random| {
        let value = random.pick(LABEL_VALUES);
        value.into()
    })
}

/// Some annotations, at least one; their values may be odd, for kustomize makes strings of them.
pub(crate) fn annotations(random: &mut Random) -> Value {
    pairs(random, ANNOTATION_KEYS, |random| {
        if random.one_in(12) {
            raw(random.pick(&["true", "1.5", "0755", "~", "yes", "2001-01-01"]))
        } else {
            string(random).into()
        }
    })
}

fn pairs(random: &mut Random, keys: &[&str], mut value: impl FnMut(&mut Random) -> Value) -> Value {
    let mut keys = keys.to_vec();
    random.shuffle(&mut keys);
    let size = random.between(1, 3);
    Value::Map(keys[..size].iter().map(|k| ((*k).to_owned(), value(random))).collect())
}
