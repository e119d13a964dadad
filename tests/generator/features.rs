//! A second sort of trees, to ask other questions than the first: out of parts that people write (`features.txt`), with
//! choices in them, thrown together without an eye to what fits. About half of them build.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use super::Tree;
use super::random::Random;

/// What `features.txt` holds.
struct Parts {
    lists: BTreeMap<&'static str, &'static str>,
    objects: Vec<&'static str>,
    fields: Vec<Field>,
}

/// A field of a kustomization with the files it needs.
struct Field {
    once: bool,
    rare: bool,
    text: &'static str,
    files: Vec<(&'static str, &'static str)>,
}

fn parts() -> &'static Parts {
    static PARTS: OnceLock<Parts> = OnceLock::new();
    PARTS.get_or_init(|| {
        let mut parts = Parts { lists: BTreeMap::new(), objects: Vec::new(), fields: Vec::new() };
        for section in include_str!("features.txt").split("\n## ").skip(1) {
            let (head, body) = section.split_once('\n').unwrap_or((section, ""));
            let words: Vec<&str> = head.split(' ').collect();
            match words[0] {
                "list" => _ = parts.lists.insert(words[1], body),
                "object" => parts.objects.push(body),
                _ => {
                    let mut pieces = body.split("\n>>> ");
                    let text = pieces.next().unwrap_or_default();
                    let files = pieces.map(|piece| piece.split_once('\n').unwrap_or((piece, ""))).collect();
                    let is = |word| words.contains(&word);
                    parts.fields.push(Field { once: is("once"), rare: is("rare"), text, files });
                }
            }
        }
        parts
    })
}

/// Cuts a text at the bars that stand in no choice.
fn options(text: &'static str) -> Vec<&'static str> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '«' => depth += 1,
            '»' => depth -= 1,
            '¦' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

/// Makes the choices in a text.
fn choose(random: &mut Random, text: &'static str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['«', '@']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(inside) = rest.strip_prefix('«') {
            let mut depth = 0;
            let end = inside.char_indices().find(|(_, c)| {
                depth += i32::from(*c == '«') - i32::from(*c == '»');
                depth < 0
            });
            let end = end.map_or(inside.len(), |(end, _)| end);
            let chosen = *random.item(&options(&inside[..end])).unwrap_or(&"");
            out.push_str(&choose(random, chosen));
            rest = inside.get(end + '»'.len_utf8()..).unwrap_or_default();
        } else {
            let word = rest[1..].split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
            if let Some(list) = parts().lists.get(word) {
                let chosen = *random.item(&options(list)).unwrap_or(&"");
                out.push_str(&choose(random, chosen));
                rest = &rest[1 + word.len()..];
            } else {
                out.push('@');
                rest = &rest[1..];
            }
        }
    }
    out + rest
}

/// Roughens one text in six a little: line ends, marks, comments, quotes.
fn rough(random: &mut Random, text: String) -> String {
    match random.below(80) {
        0 => return text.replace('\n', "\r\n"),
        1 => return format!("\u{feff}{text}"),
        2 => return format!("---\n{text}"),
        3 => return format!("{text}\n...\n"),
        4 => return format!("# head\n\n{text}\n# foot\n"),
        5..=12 => {}
        _ => return text,
    }
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    for _ in 0..random.between(1, 3) {
        let at = random.below(lines.len());
        match random.below(4) {
            0 if !lines[at].trim().is_empty() => {
                let end =
                    random.pick(&[" # note", "  #", " ", "\t", " # {\"$setter\":\"x\"}", " &a", " # a: b"]);
                lines[at].push_str(end);
            }
            1 => lines.insert(at, random.pick(&["", "# between", "  # deeper", "    #"]).to_owned()),
            2 => {
                let split = lines[at].split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned()));
                if let Some((key, value)) = split
                    && !value.is_empty()
                    && value.chars().all(|c| c.is_ascii_alphanumeric())
                {
                    lines[at] = match random.below(5) {
                        0 => format!("{key}: \"{value}\""),
                        1 => format!("{key}: '{value}'"),
                        2 => format!("{key}: !!str {value}"),
                        3 => format!("{key}: &a {value}"),
                        _ => format!("{key}:   {value}"),
                    };
                }
            }
            _ => {
                let split = lines[at].split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned()));
                if let Some((key, value)) = split {
                    let name = key.trim_start_matches([' ', '-']);
                    let before = &key[..key.len() - name.len()];
                    if name.chars().all(|c| c.is_ascii_alphabetic()) {
                        lines[at] = format!("{before}\"{name}\": {value}");
                    }
                }
            }
        }
    }
    lines.join("\n")
}

/// The kind and the name of an object, as far as they show.
fn identity(text: &str) -> (String, String) {
    let word = |text: &str, key: &str| {
        let behind = text.split_once(key).map_or("", |(_, behind)| behind).trim_start();
        behind.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap_or_default().to_owned()
    };
    let metadata = text.split_once("metadata:").map_or(text, |(_, behind)| behind);
    (word(text, "kind:"), word(metadata, "name:"))
}

struct Making {
    random: Random,
    files: BTreeMap<String, String>,
    seen: BTreeSet<(String, String)>,
}

impl Making {
    fn objects(&mut self, folder: &str, chosen: &[usize]) -> Vec<String> {
        let mut names = Vec::new();
        let mut file = String::new();
        for (number, at) in chosen.iter().enumerate() {
            let mut made = None;
            for _ in 0..3 {
                let text = choose(&mut self.random, parts().objects[*at]);
                if self.random.chance(2) || !self.seen.contains(&identity(&text)) {
                    made = Some(text);
                    break;
                }
            }
            let Some(text) = made else { continue };
            self.seen.insert(identity(&text));
            if !file.is_empty() {
                file.push_str("---\n");
            }
            file.push_str(&rough(&mut self.random, text + "\n"));
            if self.random.chance(70) || number + 1 == chosen.len() {
                let name = format!("r{number}.yaml");
                self.files.insert(format!("{folder}/{name}"), std::mem::take(&mut file));
                names.push(name);
            }
        }
        names
    }

    fn some(&mut self, most: usize) -> Vec<usize> {
        let count = self.random.below(most);
        (0..count).map(|_| self.random.below(parts().objects.len())).collect()
    }

    /// Writes a kustomization with some fields.
    fn layer(&mut self, folder: &str, below: &[&str], fields: usize, objects: &[usize]) {
        let mut text = String::new();
        if folder.starts_with("component") {
            text.push_str("apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n");
        } else if self.random.chance(50) {
            text.push_str("apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n");
        }
        let names = self.objects(folder, objects);
        let resources: Vec<&str> = below.iter().copied().chain(names.iter().map(String::as_str)).collect();
        if !resources.is_empty() {
            text.push_str("resources:\n");
            resources.iter().for_each(|name| text.push_str(&format!("- {name}\n")));
        }
        let mut bodies: Vec<(String, String)> = Vec::new();
        if folder == "base" {
            for (field, name) in [("configMapGenerator:", "settings"), ("secretGenerator:", "creds")] {
                bodies.push((field.to_owned(), format!("- name: {name}\n  literals: [z=1]\n")));
            }
        }
        let mut used = BTreeSet::new();
        for _ in 0..fields {
            let at = self.random.below(parts().fields.len());
            let field = &parts().fields[at];
            if field.rare && self.random.chance(85) || field.once && !used.insert(at) {
                continue;
            }
            let mut written = choose(&mut self.random, field.text);
            for (path, content) in &field.files {
                let content = choose(&mut self.random, content);
                let plain = !path.ends_with("yaml");
                let content = if plain { content } else { rough(&mut self.random, content) };
                let mut name = (*path).to_owned();
                if self.files.contains_key(&format!("{folder}/{name}")) {
                    name = format!("f{}-{path}", self.files.len());
                    written = written.replace(path, &name);
                }
                self.files.insert(format!("{folder}/{name}"), content);
            }
            let (key, body) = written.split_once('\n').unwrap_or((&written, ""));
            let lines: Vec<&str> = body.lines().filter(|line| !line.trim().is_empty()).collect();
            let body = lines.iter().fold(String::new(), |body, line| body + line + "\n");
            match bodies.iter_mut().find(|(known, _)| known == key) {
                Some((_, all)) if key.ends_with(':') && body.starts_with('-') => all.push_str(&body),
                Some(_) => {}
                None => bodies.push((key.to_owned(), body)),
            }
        }
        for (key, body) in bodies {
            text.push_str(&format!("{key}\n{body}"));
        }
        let text = if self.random.chance(30) { rough(&mut self.random, text) } else { text };
        self.files.insert(format!("{folder}/kustomization.yaml"), text);
    }
}

/// The tree of a seed.
pub(crate) fn feature_tree(seed: u64) -> Tree {
    let mut random = Random::new(seed ^ 0x5bd1_e995_0000);
    random.next();
    let mut making = Making { random, files: BTreeMap::new(), seen: BTreeSet::new() };
    let mut objects = making.some(7);
    for at in 0..3 {
        if making.random.chance(85) && !objects.contains(&at) {
            objects.push(at);
        }
    }
    let fields = making.random.below(3);
    making.layer("base", &[], fields.saturating_sub(1), &objects);
    for component in ["component", "component2"] {
        let (fields, objects) = (making.random.between(1, 2), making.some(2));
        let objects = if making.random.chance(70) { Vec::new() } else { objects };
        making.layer(component, &[], fields, &objects);
    }
    let few = |making: &mut Making| if making.random.chance(80) { Vec::new() } else { making.some(3) };
    let below: &[&str] = match making.random.below(5) {
        0 | 1 => {
            let (fields, objects) = (making.random.below(3), few(&mut making));
            making.layer("mid", &["../base"], fields, &objects);
            &["../mid"]
        }
        2 => {
            let fields = making.random.between(1, 2);
            making.layer("mid", &["../base"], fields, &[]);
            let objects = making.some(3);
            making.layer("mid2", &[], 1, &objects);
            &["../mid", "../mid2"]
        }
        _ => &["../base"],
    };
    let (fields, objects) = (making.random.between(1, 4), few(&mut making));
    making.layer("top", below, fields, &objects);
    Tree {
        files: making.files,
        root: "top".to_owned(),
        arguments: Vec::new(),
        uses: BTreeSet::new(),
        mistake: None,
    }
}
