//! A value as YAML text, in one of the countless ways people and programs write it: block or flow, every scalar
//! style, odd indentation, comments, anchors, merge keys, tags. What is written always reads back as the value
//! (but for line folding, where only the meaning of the text may change).

use std::fmt::Write as _;

use super::random::Random;
use super::value::Value;

/// How far from the usual a text may stray.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manner {
    /// As kubectl prints.
    Plain,
    /// As people write.
    Mild,
    /// As nobody should.
    Wild,
    /// As JSON.
    Json,
}

impl Manner {
    pub(crate) fn any(random: &mut Random) -> Self {
        [Self::Plain, Self::Mild, Self::Wild, Self::Json][random.weighted(&[40, 40, 17, 3])]
    }
}

/// Writes one document, without document markers.
pub(crate) fn write(random: &mut Random, value: &Value, manner: Manner) -> String {
    if manner == Manner::Json && !value.is_odd_in_json() {
        return value.json() + "\n";
    }
    let mut writer = Writer { random, manner, out: String::new(), anchors: Vec::new(), after_block: false };
    writer.document(value);
    writer.out
}

/// Joins documents into one text, with the markers and empty documents that may stand between them.
pub(crate) fn join(random: &mut Random, documents: &[String]) -> String {
    let mut out = String::new();
    if random.chance(30) {
        out.push_str(random.pick(&["---\n", "--- # first\n", "# a file\n---\n", "\n---\n", "---\n# note\n"]));
    }
    for (i, document) in documents.iter().enumerate() {
        if i > 0 {
            out.push_str("---");
            out.push_str(random.pick(&[
                "\n",
                "\n",
                "\n",
                " # next\n",
                "  \n",
                "\n\n",
                "\n# nothing here\n---\n",
            ]));
        }
        out.push_str(document);
    }
    if random.one_in(12) {
        out.push_str(random.pick(&["---\n", "...\n", "# the end\n", "\n\n", "---\n# empty\n"]));
    }
    if random.one_in(40) {
        out = out.replace('\n', "\r\n");
    }
    if random.one_in(60) {
        out.insert(0, '\u{feff}');
    }
    out
}

struct Writer<'a> {
    random: &'a mut Random,
    manner: Manner,
    out: String,
    anchors: Vec<(Value, String)>,
    /// The line before ended a block scalar: a comment too far to the right would belong to it.
    after_block: bool,
}

impl Writer<'_> {
    fn wild(&mut self, percent: usize) -> bool {
        self.manner == Manner::Wild && self.random.chance(percent)
    }

    fn mild(&mut self, percent: usize) -> bool {
        self.manner != Manner::Plain && self.random.chance(percent)
    }

    fn pad(&mut self, columns: usize) {
        for _ in 0..columns {
            self.out.push(' ');
        }
    }

    fn note(&mut self) {
        if self.mild(3) || self.wild(8) {
            let note = self.random.pick(&[
                " # note",
                "  #",
                " # a: b",
                " # - it's \"odd\"",
                "   # é ☃",
                " # TODO(team): later",
                " # {\"$setter\":\"x\"}",
            ]);
            self.out.push_str(note);
        }
    }

    fn line_before(&mut self, indent: usize) {
        let after_block = std::mem::take(&mut self.after_block);
        if self.mild(3) || self.wild(6) {
            match self.random.below(4) {
                0 => self.out.push('\n'),
                1 => {
                    self.pad(indent);
                    self.out.push_str("# above\n");
                }
                2 => self.out.push_str("# at the margin\n"),
                _ if after_block => self.out.push_str("#\n"),
                _ => {
                    self.pad(indent + 3);
                    self.out.push_str("#deeper\n\n");
                }
            }
        }
    }

    fn document(&mut self, value: &Value) {
        if self.wild(5) {
            self.flow(value, 1);
            self.out.push('\n');
            return;
        }
        match value {
            Value::Map(entries) if !entries.is_empty() => self.map(entries, 0, false),
            Value::List(items) if !items.is_empty() => self.list(items, 0, false),
            other => {
                self.flow(other, 1);
                self.out.push('\n');
            }
        }
    }

    fn map(&mut self, entries: &[(String, Value)], indent: usize, mut inline: bool) {
        let mut skip = Vec::new();
        if self.manner == Manner::Wild
            && !inline
            && let Some((covered, name)) = self.mergeable(entries)
        {
            self.pad(indent);
            let _ = writeln!(self.out, "<<: *{name}");
            skip = covered;
        }
        for (k, v) in entries.iter().filter(|(k, _)| !skip.contains(k)) {
            if !inline {
                self.line_before(indent);
                self.pad(indent);
            }
            inline = false;
            if self.wild(1) {
                self.out.push_str("? ");
                self.key(k);
                self.out.push('\n');
                self.pad(indent);
                self.out.push(':');
            } else {
                self.key(k);
                self.out.push(':');
            }
            self.node(v, indent, false);
        }
    }

    fn list(&mut self, items: &[Value], indent: usize, mut inline: bool) {
        for item in items {
            if !inline {
                self.line_before(indent);
                self.pad(indent);
            }
            inline = false;
            self.out.push('-');
            let gap = if self.wild(30) { self.random.between(1, 4) } else { 1 };
            let plainly = !self.wild(10) && self.known(item).is_none();
            match item {
                Value::Map(entries) if !entries.is_empty() && plainly => {
                    self.pad(gap);
                    self.map(entries, indent + 1 + gap, true);
                }
                Value::List(inner) if !inner.is_empty() && plainly => {
                    self.pad(gap);
                    self.list(inner, indent + 1 + gap, true);
                }
                other => self.node(other, indent, true),
            }
        }
    }

    /// Writes what follows `key:` or `-`, up to and with the end of the line.
    fn node(&mut self, value: &Value, indent: usize, in_list: bool) {
        if let Some(name) = self.known(value) {
            let _ = write!(self.out, " *{name}");
            self.note();
            self.out.push('\n');
            return;
        }
        self.name(value);
        let flow = self.mild(8) || self.wild(12);
        match value {
            Value::Map(entries) if !entries.is_empty() && !flow => {
                self.note();
                self.out.push('\n');
                let step = if self.wild(25) { self.random.between(1, 6) } else { 2 };
                self.map(entries, indent + step, false);
            }
            Value::List(items) if !items.is_empty() && !flow => {
                self.note();
                self.out.push('\n');
                let step = match self.manner {
                    _ if in_list => 2,
                    Manner::Plain => 0,
                    Manner::Mild => 2 * self.random.below(2),
                    _ => self.random.below(5),
                };
                self.list(items, indent + step, false);
            }
            Value::Map(_) | Value::List(_) => {
                self.out.push(' ');
                self.flow_of(value, indent + 2);
                self.note();
                self.out.push('\n');
            }
            Value::Raw(text) => {
                if !text.is_empty() {
                    self.out.push(' ');
                    self.out.push_str(text);
                }
                self.note();
                self.out.push('\n');
            }
            Value::Text(text) => self.text(text, indent),
        }
    }

    fn flow(&mut self, value: &Value, indent: usize) {
        match self.known(value) {
            Some(name) => {
                let _ = write!(self.out, "*{name} ");
            }
            None => self.flow_of(value, indent),
        }
    }

    fn flow_of(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Raw(text) => self.out.push_str(if text.is_empty() { "null" } else { text }),
            Value::Text(text) => {
                let text = self.inline(text, true, indent);
                self.out.push_str(&text);
            }
            Value::List(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    self.comma(i, indent);
                    self.flow(item, indent + 1);
                }
                let end = if self.wild(10) && !items.is_empty() { ",]" } else { "]" };
                self.out.push_str(end);
            }
            Value::Map(entries) => {
                self.out.push('{');
                for (i, (k, v)) in entries.iter().enumerate() {
                    self.comma(i, indent);
                    self.key(k);
                    self.out.push_str(": ");
                    self.flow(v, indent + 1);
                }
                let end = if self.wild(10) && !entries.is_empty() { ", }" } else { "}" };
                self.out.push_str(end);
            }
        }
    }

    fn comma(&mut self, i: usize, indent: usize) {
        if i > 0 {
            self.out.push(',');
        }
        if self.wild(15) {
            self.note();
            self.out.push('\n');
            self.pad(indent + 1);
        } else if i > 0 || self.wild(20) {
            self.out.push(' ');
        }
    }

    fn key(&mut self, k: &str) {
        if !plain(k, true) || self.wild(6) {
            let spelt =
                if self.wild(50) && single(k) { format!("'{}'", k.replace('\'', "''")) } else { double(k) };
            self.out.push_str(&spelt);
        } else {
            self.out.push_str(k);
        }
    }

    fn text(&mut self, text: &str, indent: usize) {
        let block = text.contains('\n') || self.wild(4);
        if block && literal(text) && !(self.mild(15)) {
            let folded = folds(text) && (self.mild(25) || self.wild(30));
            self.block(text, indent, folded);
            return;
        }
        self.out.push(' ');
        if self.wild(2) && !text.contains('\n') {
            self.out.push_str("!!str ");
        }
        let spelt = self.inline(text, false, indent);
        self.out.push_str(&spelt);
        self.note();
        self.out.push('\n');
    }

    /// A scalar that may stand in a line.
    fn inline(&mut self, text: &str, in_flow: bool, indent: usize) -> String {
        let odd = self.mild(12) || self.wild(25);
        if plain(text, in_flow) && !odd {
            if self.wild(15) && !in_flow && text.contains(' ') {
                return self.broken(text, indent);
            }
            return text.to_owned();
        }
        if single(text) && self.random.chance(40) {
            return format!("'{}'", text.replace('\'', "''"));
        }
        if self.wild(20) {
            return self.escaped(text);
        }
        double(text)
    }

    /// A plain scalar over several lines: each break reads back as a blank.
    fn broken(&mut self, text: &str, indent: usize) -> String {
        let mut out = String::new();
        for (i, word) in text.split(' ').enumerate() {
            if i > 0 && !word.is_empty() && !word.starts_with(['-', '?', ':', '#']) && self.random.chance(40)
            {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
            } else if i > 0 {
                out.push(' ');
            }
            out.push_str(word);
        }
        if text.contains("  ") { text.to_owned() } else { out }
    }

    /// Double quotes with more escapes than needed.
    fn escaped(&mut self, text: &str) -> String {
        let mut out = String::from("\"");
        for c in text.chars() {
            let code = c as u32;
            match self.random.below(10) {
                0 if code < 0x80 => {
                    let _ = write!(out, "\\x{code:02x}");
                }
                1 if code < 0x1_0000 => {
                    let _ = write!(out, "\\u{code:04X}");
                }
                2 => {
                    let _ = write!(out, "\\U{code:08x}");
                }
                4 if c == ' ' => out.push_str("\\ "),
                _ => {
                    let one = double(c.encode_utf8(&mut [0; 4]));
                    out.push_str(&one[1..one.len() - 1]);
                }
            }
        }
        out.push('"');
        out
    }

    fn block(&mut self, text: &str, indent: usize, folded: bool) {
        let step = if self.wild(40) { self.random.between(1, 5) } else { 2 };
        let hint = text.starts_with([' ', '\n']) || self.wild(15);
        let chomp = if text.ends_with("\n\n") || text == "\n" {
            "+"
        } else if text.ends_with('\n') {
            if self.wild(15) { "+" } else { "" }
        } else {
            "-"
        };
        self.out.push_str(if folded { " >" } else { " |" });
        let number = if hint { step.to_string() } else { String::new() };
        if self.random.chance(50) {
            let _ = write!(self.out, "{number}{chomp}");
        } else {
            let _ = write!(self.out, "{chomp}{number}");
        }
        self.note();
        self.out.push('\n');
        let body = text.strip_suffix('\n').unwrap_or(text);
        for line in body.split('\n') {
            if folded {
                self.folded_line(line, indent + step);
                self.out.push('\n');
            } else {
                if !line.is_empty() {
                    self.pad(indent + step);
                }
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
        self.after_block = true;
        if folded {
            // the last blank line belongs to no break
            self.out.pop();
        }
    }

    fn folded_line(&mut self, line: &str, indent: usize) {
        self.pad(indent);
        for (i, word) in line.split(' ').enumerate() {
            if i > 0 && !word.is_empty() && self.random.chance(20) && !line.contains("  ") {
                self.out.push('\n');
                self.pad(indent);
            } else if i > 0 {
                self.out.push(' ');
            }
            self.out.push_str(word);
        }
    }

    /// Gives a value an anchor now and then.
    fn name(&mut self, value: &Value) {
        if self.wild(8) && !value.is_empty() && self.anchors.len() < 6 {
            let name = format!("{}{}", self.random.pick(&["a", "ref-", "x_", "Ä"]), self.anchors.len());
            let name = if name.is_ascii() { name } else { format!("n{}", self.anchors.len()) };
            let _ = write!(self.out, " &{name}");
            self.anchors.push((value.clone(), name));
        }
    }

    fn known(&mut self, value: &Value) -> Option<String> {
        // an anchor is pushed before its content is written, and nothing contains itself
        let found = self.anchors.iter().find(|(v, _)| v == value).map(|(_, name)| name.clone());
        if found.is_some() && self.random.chance(70) { found } else { None }
    }

    /// An anchored map, at least two entries of which are in this one.
    fn mergeable(&mut self, entries: &[(String, Value)]) -> Option<(Vec<String>, String)> {
        for (value, name) in &self.anchors {
            let others = value.entries();
            if others.len() >= 2 && others.len() < entries.len() && others.iter().all(|e| entries.contains(e))
            {
                return Some((others.iter().map(|(k, _)| k.clone()).collect(), name.clone()));
            }
        }
        None
    }
}

/// Whether a text may be written bare. Careful: says no to much that may.
fn plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let reserved =
        ["null", "true", "false", "yes", "no", "on", "off", "y", "n", "t", "f", "inf", "nan", "infinity"];
    if !(first.is_ascii_alphanumeric() || first == '_' || first == '/' || (first == '$' && !in_flow)) {
        return false;
    }
    if reserved.contains(&text.to_ascii_lowercase().as_str()) {
        return false;
    }
    if first.is_ascii_digit()
        && !text.chars().any(|c| matches!(c, 'g'..='m' | 'p'..='s' | 'u'..='w' | 'G'..='N'))
    {
        return false;
    }
    if text.ends_with([' ', ':']) || text.contains(": ") || text.contains(" #") {
        return false;
    }
    if in_flow && text.contains([',', '[', ']', '{', '}', '"', '\'', ':']) {
        return false;
    }
    text.chars().all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{85}'))
}

fn single(text: &str) -> bool {
    text.chars().all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{85}'))
}

fn double(text: &str) -> String {
    super::value::quoted(text)
        .replace('\u{feff}', "\\ufeff")
        .replace('\u{2028}', "\\L")
        .replace('\u{85}', "\\N")
}

/// Whether a text may be a block scalar.
fn literal(text: &str) -> bool {
    let bare = text.trim_end_matches('\n');
    !bare.is_empty()
        && !bare.starts_with('\t')
        && !bare.starts_with('\n')
        && bare.chars().all(|c| c == '\n' || c == '\t' || single(c.encode_utf8(&mut [0; 4])))
}

/// Whether folding leaves a text as it is, given a blank line for each break.
fn folds(text: &str) -> bool {
    !text.contains("\n ") && !text.contains("\n\t") && !text.contains("\n\n") && !text.starts_with(' ')
}
