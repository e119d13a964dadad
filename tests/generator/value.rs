//! What is to be written, before anyone decided how: scalars, lists, maps; and paths into them.

use std::fmt::Write as _;

/// A YAML value. `Text` is a string, however it ends up spelt; `Raw` is a plain scalar spelt exactly so.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Text(String),
    Raw(String),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

/// One step into a value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    Key(String),
    Index(usize),
}

pub(crate) type Path = Vec<Step>;

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Raw(number.to_string())
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Self {
        Self::Raw(truth.to_string())
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Self {
        Self::List(items.into_iter().map(Into::into).collect())
    }
}

/// `map! { "a" => 1, "b" => list }`
macro_rules! map {
    ($($key:expr => $value:expr),* $(,)?) => {
        $crate::generator::value::Value::Map(vec![
            $((String::from($key), $crate::generator::value::Value::from($value))),*
        ])
    };
}

/// `list![a, b]`, of things that need not have one type.
macro_rules! list {
    ($($value:expr),* $(,)?) => {
        $crate::generator::value::Value::List(vec![$($crate::generator::value::Value::from($value)),*])
    };
}

pub(crate) use {list, map};

/// A plain scalar with just this spelling.
pub(crate) fn raw(spelling: &str) -> Value {
    Value::Raw(spelling.to_owned())
}

pub(crate) fn key(name: &str) -> Step {
    Step::Key(name.to_owned())
}

/// A path of keys, and of indexes where a word is a number: `spec/template/containers/0`.
pub(crate) fn path(text: &str) -> Path {
    text.split('/').map(|word| word.parse().map_or_else(|_| key(word), Step::Index)).collect()
}

impl Value {
    pub(crate) fn get(&self, path: &[Step]) -> Option<&Value> {
        let mut at = self;
        for step in path {
            at = match (at, step) {
                (Value::Map(entries), Step::Key(k)) => &entries.iter().find(|(name, _)| name == k)?.1,
                (Value::List(items), Step::Index(i)) => items.get(*i)?,
                _ => return None,
            };
        }
        Some(at)
    }

    pub(crate) fn get_mut(&mut self, path: &[Step]) -> Option<&mut Value> {
        let mut at = self;
        for step in path {
            at = match (at, step) {
                (Value::Map(entries), Step::Key(k)) => &mut entries.iter_mut().find(|(name, _)| name == k)?.1,
                (Value::List(items), Step::Index(i)) => items.get_mut(*i)?,
                _ => return None,
            };
        }
        Some(at)
    }

    /// Adds a field, or replaces it where it is.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Value>) {
        if let Value::Map(entries) = self {
            match entries.iter_mut().find(|(k, _)| k == name) {
                Some(entry) => entry.1 = value.into(),
                None => entries.push((name.to_owned(), value.into())),
            }
        }
    }

    pub(crate) fn remove(&mut self, path: &[Step]) -> Option<Value> {
        let (last, parent) = path.split_last()?;
        match (self.get_mut(parent)?, last) {
            (Value::Map(entries), Step::Key(k)) => {
                let at = entries.iter().position(|(name, _)| name == k)?;
                Some(entries.remove(at).1)
            }
            (Value::List(items), Step::Index(i)) if *i < items.len() => Some(items.remove(*i)),
            _ => None,
        }
    }

    pub(crate) fn push(&mut self, item: impl Into<Value>) {
        if let Value::List(items) = self {
            items.push(item.into());
        }
    }

    pub(crate) fn entries(&self) -> &[(String, Value)] {
        if let Value::Map(entries) = self { entries } else { &[] }
    }

    pub(crate) fn items(&self) -> &[Value] {
        if let Value::List(items) = self { items } else { &[] }
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Value::Text(_) | Value::Raw(_))
    }

    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Value::List(items) => items.is_empty(),
            Value::Map(entries) => entries.is_empty(),
            _ => false,
        }
    }

    /// Every path below this value, collections included, parents first.
    pub(crate) fn paths(&self) -> Vec<Path> {
        let mut found = Vec::new();
        self.collect(&mut Vec::new(), &mut found);
        found
    }

    fn collect(&self, at: &mut Path, found: &mut Vec<Path>) {
        let children: Vec<(Step, &Value)> = match self {
            Value::Map(entries) => entries.iter().map(|(k, v)| (key(k), v)).collect(),
            Value::List(items) => items.iter().enumerate().map(|(i, v)| (Step::Index(i), v)).collect(),
            _ => return,
        };
        for (step, child) in children {
            at.push(step);
            found.push(at.clone());
            child.collect(at, found);
            at.pop();
        }
    }

    /// Whether a plain scalar in it would change its type in JSON.
    pub(crate) fn is_odd_in_json(&self) -> bool {
        match self {
            Value::Text(_) => false,
            Value::Raw(text) => !is_json_scalar(text),
            Value::List(items) => items.iter().any(Value::is_odd_in_json),
            Value::Map(entries) => entries.iter().any(|(_, v)| v.is_odd_in_json()),
        }
    }

    /// As JSON. A plain scalar that JSON does not have becomes a string.
    pub(crate) fn json(&self) -> String {
        match self {
            Value::Raw(text) if is_json_scalar(text) => text.clone(),
            Value::Text(text) | Value::Raw(text) => quoted(text),
            Value::List(items) => {
                format!("[{}]", items.iter().map(Value::json).collect::<Vec<_>>().join(","))
            }
            Value::Map(entries) => {
                let entries: Vec<_> =
                    entries.iter().map(|(k, v)| format!("{}:{}", quoted(k), v.json())).collect();
                format!("{{{}}}", entries.join(","))
            }
        }
    }
}

fn is_json_scalar(text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    let number = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    matches!(text, "true" | "false" | "null")
        || (digits(whole) && digits(part) && (whole == "0" || !whole.starts_with('0')))
}

/// A JSON string.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A JSON pointer to a path.
pub(crate) fn pointer(path: &[Step]) -> String {
    path.iter().fold(String::new(), |mut text, step| {
        text.push('/');
        match step {
            Step::Key(k) => text.push_str(&k.replace('~', "~0").replace('/', "~1")),
            Step::Index(i) => text.push_str(&i.to_string()),
        }
        text
    })
}

/// A field path of replacements and vars, or nothing where a key cannot be written in one. An element that has a
/// name may be chosen by it.
pub(crate) fn field_path(value: &Value, path: &[Step], by_name: bool) -> Option<String> {
    let mut words = Vec::new();
    for (i, step) in path.iter().enumerate() {
        match step {
            Step::Key(k) if k.contains('.') && !k.contains(['[', ']', '\\']) => words.push(format!("[{k}]")),
            Step::Key(k) if k.is_empty() || k.contains(['[', ']', '\\', '*', '=']) => return None,
            Step::Key(k) => words.push(k.clone()),
            Step::Index(n) => {
                let name = value.get(&path[..=i]).and_then(|v| v.get(&[key("name")])).and_then(Value::text);
                match name {
                    Some(name) if by_name && !name.contains('.') => words.push(format!("[name={name}]")),
                    _ => words.push(n.to_string()),
                }
            }
        }
    }
    Some(words.join("."))
}
