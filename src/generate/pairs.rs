//! The keys and values of a generated ConfigMap or Secret: from env files, literals and files, in this order.
//!
//! Rules (kustomize's `kv`). Env files: a line each; blank and `#` lines are skipped; white space before the key
//! goes; a line without `=` has an empty value (nothing comes from the environment of the process); a line without
//! key is skipped; reading stops without a word at a line of 64 KiB. Literals: `key=value`, one pair of quotes round
//! the value goes. Files: `path` or `key=path`. A key that comes twice is refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::FileReader;
use crate::diagnostic::{Diagnostic, Result};
use crate::kustomization::{GeneratorArgs, Written};
use crate::source::{Place, Source, SourceId, Sources};

/// A value and the place that wrote it.
#[derive(Debug)]
pub(super) struct Value {
    pub(super) bytes: Bytes,
    pub(super) at: Place,
}

/// A value: text of its own, or (a part of) a file.
#[derive(Debug)]
pub(super) enum Bytes {
    Text(String),
    File(Arc<[u8]>),
}

impl Bytes {
    pub(super) fn as_slice(&self) -> &[u8] {
        match self {
            Bytes::Text(text) => text.as_bytes(),
            Bytes::File(bytes) => bytes,
        }
    }
}

/// Longest line of an env file that Go's `bufio.Scanner` hands out, plus one.
const LINE_LIMIT: usize = 64 * 1024;

/// All keys and values that a generator's arguments name, sorted by key.
pub(super) fn load(
    args: &GeneratorArgs,
    sources: &mut Sources,
    files: &mut dyn FileReader,
) -> Result<BTreeMap<String, Value>> {
    let mut pairs = Pairs { owner: &args.name.value, found: BTreeMap::new() };
    for path in &args.envs {
        env_file(path, sources, files, &mut pairs)?;
    }
    for literal in &args.literals {
        let (key, value) = parse_literal(literal)?;
        pairs.add(key.to_owned(), Value { bytes: Bytes::Text(value.to_owned()), at: literal.at })?;
    }
    for source in &args.files {
        let (key, path) = parse_file_source(source)?;
        let content = files.read(path, source.at)?;
        let at = match std::str::from_utf8(&content.bytes) {
            Ok(text) => Place { source: register(sources, &content.name, text), offset: 0 },
            Err(_) => source.at,
        };
        pairs.add(key.to_owned(), Value { bytes: Bytes::File(content.bytes), at })?;
    }
    Ok(pairs.found)
}

fn register(sources: &mut Sources, name: &Arc<str>, text: &str) -> SourceId {
    sources.add(Source { name: Arc::clone(name), text: text.into(), inside: None })
}

struct Pairs<'a> {
    owner: &'a str,
    found: BTreeMap<String, Value>,
}

impl Pairs<'_> {
    fn add(&mut self, key: String, value: Value) -> Result<()> {
        if let Some(first) = self.found.get(&key) {
            return Diagnostic::error("repeated-key", format!("`{}` gets the key `{key}` twice", self.owner))
                .at(value.at, "here again")
                .at(first.at, "first here")
                .hint("keep one of the two, or give a file another key: `key=path`")
                .fail();
        }
        self.found.insert(key, value);
        Ok(())
    }
}

fn env_file(
    path: &Written<String>,
    sources: &mut Sources,
    files: &mut dyn FileReader,
    pairs: &mut Pairs<'_>,
) -> Result<()> {
    let content = files.read(&path.value, path.at)?;
    let text = String::from_utf8_lossy(&content.bytes);
    let source = register(sources, &content.name, &text);
    let valid = matches!(text, std::borrow::Cow::Borrowed(_));
    let mut offset = 0;
    for (number, full) in content.bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let start = offset;
        offset += full.len();
        let line = full.strip_suffix(b"\n").unwrap_or(full);
        if line.len() >= LINE_LIMIT {
            break;
        }
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let Ok(line) = std::str::from_utf8(line) else {
            return Diagnostic::error(
                "invalid-utf8",
                format!("line {} of `{}` is not UTF-8", number + 1, content.name),
            )
            .at(path.at, "read as an env file")
            .hint("name it under `files` to take it as it is")
            .fail();
        };
        let trimmed =
            if number == 0 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line }.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let (key, value) = trimmed.split_once('=').unwrap_or((trimmed, ""));
        if key.is_empty() {
            continue;
        }
        let at = if valid {
            Place { source, offset: (start + line.len() - trimmed.len()) as u32 }
        } else {
            path.at
        };
        pairs.add(key.to_owned(), Value { bytes: Bytes::Text(value.to_owned()), at })?;
    }
    Ok(())
}

fn parse_literal(literal: &Written<String>) -> Result<(&str, &str)> {
    match literal.value.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key, without_quotes(value))),
        _ => Diagnostic::error("invalid-literal", format!("invalid literal source `{}`", literal.value))
            .at(literal.at, "expected `key=value`")
            .fail(),
    }
}

fn without_quotes(text: &str) -> &str {
    for quote in ['"', '\''] {
        if text.len() >= 2
            && let Some(inner) = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote))
        {
            return inner;
        }
    }
    text
}

fn parse_file_source(source: &Written<String>) -> Result<(&str, &str)> {
    let refuse = |message: String, label: &str| {
        Diagnostic::error("invalid-file-source", message).at(source.at, label).fail()
    };
    let text = source.value.as_str();
    match text.split_once('=') {
        None => Ok((base_name(text), text)),
        Some((_, path)) if path.contains('=') => {
            refuse(format!("the key or path in `{text}` contains `=`"), "expected `path` or `key=path`")
        }
        Some(("", path)) => refuse(format!("there is no key for the file `{path}`"), "expected `key=path`"),
        Some((key, "")) => refuse(format!("there is no file for the key `{key}`"), "expected `key=path`"),
        Some((key, path)) => Ok((key, path)),
    }
}

/// Go's `path.Base`.
fn base_name(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    trimmed.rsplit('/').next().unwrap_or(trimmed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::FileContent;

    struct One(&'static [u8]);

    impl FileReader for One {
        fn read(&mut self, path: &str, _: Place) -> Result<FileContent> {
            Ok(FileContent { name: Arc::from(path), bytes: Arc::from(self.0) })
        }
    }

    fn written(text: &str) -> Written<String> {
        Written { value: text.to_owned(), at: Place::NONE }
    }

    fn envs(content: &'static [u8]) -> Result<Vec<(String, String)>> {
        let args = GeneratorArgs { envs: vec![written("e")], ..GeneratorArgs::default() };
        let found = load(&args, &mut Sources::default(), &mut One(content))?;
        Ok(found
            .into_iter()
            .map(|(k, v)| (k, String::from_utf8_lossy(v.bytes.as_slice()).into_owned()))
            .collect())
    }

    #[test]
    fn reads_env_lines_as_kustomize_does() {
        let found = envs(b"\xef\xbb\xbf a=1 \r\n# c\n\n=x\nb\nc==\"q\"\n").unwrap();
        let expected = [("a", "1 "), ("b", ""), ("c", "=\"q\"")];
        assert_eq!(found, expected.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert!(envs(b"a=\xff").is_err());
        assert!(envs(b"a=1\na=2").is_err());
    }

    #[test]
    fn stops_at_a_line_that_go_does_not_hand_out() {
        let long: &'static [u8] =
            Box::leak([b"a=1\nb=".as_slice(), &vec![b'x'; LINE_LIMIT], b"\nc=1"].concat().into());
        assert_eq!(envs(long).unwrap().len(), 1);
    }

    #[test]
    fn takes_one_pair_of_quotes_off_a_literal() {
        for (text, value) in
            [("a='b'", "b"), ("a=\"", "\""), ("a='b\"", "'b\""), ("a=''", ""), ("a=b=c", "b=c")]
        {
            assert_eq!(parse_literal(&written(text)).unwrap(), ("a", value));
        }
        assert!(parse_literal(&written("=a")).is_err());
        assert!(parse_literal(&written("a")).is_err());
    }

    #[test]
    fn takes_key_and_path_apart() {
        for (text, pair) in
            [("d/f.txt", ("f.txt", "d/f.txt")), ("k=d/f", ("k", "d/f")), ("d//", ("d", "d//"))]
        {
            assert_eq!(parse_file_source(&written(text)).unwrap(), pair);
        }
        for text in ["=a", "a=", "a=b=c"] {
            assert!(parse_file_source(&written(text)).is_err());
        }
    }
}
