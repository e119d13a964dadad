//! A large file whose findings are only counted is read and judged piece by piece, so that neither its text nor all of its
//! nodes are ever held at once: what has been judged lets go of its text, and of what no rule will ask for.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex};

use super::input::{self, Input, Seen};
use super::silence::{self, Ignores};
use super::{Batch, Definitions, Group, Options, input_fault, leave_out};
use crate::diagnostic::Diagnostic;
use crate::host::Host;
use crate::report::{Counts, Part};
use crate::source::{Source, SourceId, SourceText, Sources};
use crate::validate::{self, Finding, Gradual, Object, Rest};
use crate::yaml::{self, Dialect, Document};

/// So much of a file is read at a time, in bytes: enough for all threads, little enough to stay close.
pub(super) const LENGTH: usize = 2 * 1024 * 1024;

/// A document longer than so many pieces is left to be read as a whole.
const MOST_PIECES: usize = 16;

/// The one text that there is.
const SOURCE: SourceId = SourceId(0);

/// Checks a file that is longer than `length`, if that is all there is to check. `None`: it must be read as a whole, since
/// findings are told or silenced, or since it is short or no text that can be cut at its documents.
pub(super) fn check(
    host: &dyn Host,
    inputs: &[Input],
    definitions: &Definitions<'_>,
    options: &Options,
    length: usize,
) -> Option<Part> {
    if !options.count || options.capacity || !options.ignores.is_empty() {
        return None;
    }
    let (path, name) = input::lone_file(host, inputs, options)?;
    let mut file = File { host, path: &path, length, next: 0, rest: Vec::new(), room: Vec::new() };
    let mut piece = file.read(true)?;
    if piece.is_last {
        return None;
    }
    let rules = validate::Options { whole_set: false, ..options.rules.clone() };
    let first = First {
        rules: &rules,
        gradual: Gradual::new(&rules),
        options,
        batch: Batch::default(),
        counted: Mutex::default(),
    };
    let (mut all, mut faults) = (Vec::new(), Vec::new());
    loop {
        let is_last = piece.is_last;
        let (text, parts) = (piece.text, piece.parts);
        let read = || if is_last { None } else { Some(file.read(false)) };
        let look =
            || yaml::read_each(SOURCE, &text, parts, |part, read| first.look(input::see(&text, part, read)));
        let (next, looked) = rayon::join(read, look);
        let mut kept = Vec::with_capacity(looked.len());
        for looked in looked {
            faults.extend(looked.fault.map(|fault| *fault));
            kept.extend(looked.first);
            kept.extend(looked.more);
        }
        all.push(kept);
        let Some(next) = next else { break };
        piece = next?;
        // What it was read into is good for another one.
        file.room = text.into_bytes().unwrap_or_default();
    }
    if all.iter().all(Vec::is_empty) && faults.is_empty() {
        faults.push(input::empty(SOURCE));
    }
    let mut sources = Sources::default();
    sources.add(Source { name, text: SourceText::default(), inside: None });
    Some(finish(&first, &all, definitions, (faults, sources)))
}

/// The second go, once all objects are known.
fn finish(
    first: &First<'_>,
    all: &[Vec<Kept>],
    definitions: &Definitions<'_>,
    (faults, sources): (Vec<Diagnostic>, Sources),
) -> Part {
    let nothing = Document::generated();
    let (objects, begun): (Vec<Object<'_>>, Vec<bool>) =
        all.iter().flatten().map(|kept| kept.object(&nothing)).unzip();
    if !definitions.batches.is_empty() {
        definitions.met.note(&objects);
    }
    let (schemas, more) = definitions.schemas(&objects, first.options);
    let told = faults.iter().chain(&more).map(|fault| input_fault(fault, &sources)).collect();
    let rules = validate::Options { schemas: Arc::new(schemas), ..first.rules.clone() };

    let each = |group: &mut Group<'_>, number: usize, findings: &mut Vec<Finding>| {
        if let Some(object) = objects.get(number) {
            if begun.get(number) == Some(&true) {
                group.count(findings, first.options);
            } else {
                group.tell(object, findings, &first.batch, (first.options, &rules));
            }
        }
    };
    let groups = first.gradual.finish(&objects, &begun, &definitions.objects(), &rules, group, each);
    let mut counted = first.counted.lock().map(|counted| *counted).unwrap_or_default();
    for group in groups {
        counted.join(&group.counted);
    }
    Part { sources, told, counted, objects: objects.len(), files: 1, capacity: Vec::new() }
}

/// A piece of a file.
struct Piece {
    text: SourceText,
    /// Its documents; what stands behind the last of them comes with the next piece.
    parts: Vec<Range<usize>>,
    is_last: bool,
}

/// A file that is read piece by piece.
struct File<'f> {
    host: &'f dyn Host,
    path: &'f Path,
    length: usize,
    next: u64,
    /// What was read and does not belong to a piece yet.
    rest: Vec<u8>,
    /// Memory that a piece was read into.
    room: Vec<u8>,
}

impl File<'_> {
    /// The next piece; `None` when the file cannot be read so.
    fn read(&mut self, is_first: bool) -> Option<Piece> {
        let mut bytes = std::mem::take(&mut self.room);
        bytes.clear();
        bytes.append(&mut self.rest);
        let mut more = Vec::new();
        loop {
            self.host.read_part(self.path, self.next, self.length, &mut more).ok()?;
            let is_last = more.len() < self.length;
            self.next += more.len() as u64;
            let is_other = is_first && (is_utf16(&more) || more.trim_ascii_start().starts_with(b"{"));
            // Lines may end in `\r\n` only where the text is read as a whole.
            if is_other || memchr::memchr(b'\r', &more).is_some() {
                return None;
            }
            bytes.extend_from_slice(&more);
            // Lines are whole, and so are characters.
            let end =
                if is_last { bytes.len() } else { memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1) };
            let behind = bytes.split_off(end);
            let text = String::from_utf8(bytes).ok()?;
            let mut parts = yaml::split_documents(SOURCE, &text).ok()?;
            // The last document may go on.
            let open = if is_last { None } else { parts.pop() };
            if !is_last && parts.is_empty() {
                if text.len() > MOST_PIECES * self.length {
                    return None;
                }
                bytes = text.into_bytes();
                bytes.extend_from_slice(&behind);
                continue;
            }
            if let Some(open) = open {
                self.rest.extend_from_slice(&text.as_bytes()[open]);
                self.rest.extend_from_slice(&behind);
            }
            return Some(Piece { text: text.into(), parts, is_last });
        }
    }
}

fn is_utf16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..])
}

/// What the first go needs.
struct First<'f> {
    rules: &'f validate::Options,
    gradual: Gradual<'f>,
    options: &'f Options,
    /// Findings that are counted have no places.
    batch: Batch,
    counted: Mutex<Counts>,
}

/// What was seen in a part of a piece.
#[derive(Default)]
struct Looked {
    /// Mostly there is one object.
    first: Option<Kept>,
    more: Vec<Kept>,
    fault: Option<Box<Diagnostic>>,
}

/// Where nothing is silenced.
fn group<'i>() -> Group<'i> {
    Group { told: Vec::new(), counted: Counts::default(), ignores: Ignores::new(&[]) }
}

impl First<'_> {
    fn look(&self, seen: Seen) -> Looked {
        let (mut group, mut findings) = (group(), Vec::new());
        let mut judge = |document: Document| {
            let object = Object::new(&document, Dialect::V2);
            let is_left_out =
                !self.options.skip_kinds.is_empty() && leave_out(vec![object], self.options).is_empty();
            if is_left_out { None } else { Some(self.judge(document, &mut group, &mut findings)) }
        };
        let (first, more, fault) = match seen {
            Seen::Object(document) => (judge(document), Vec::new(), None),
            Seen::Objects(several) => (None, several.into_iter().filter_map(judge).collect(), None),
            Seen::Fault(fault) => (None, Vec::new(), Some(fault)),
        };
        if let Ok(mut counted) = self.counted.lock() {
            counted.join(&group.counted);
        }
        Looked { first, more, fault }
    }

    /// The first go of an object, and what is left of it then.
    fn judge(&self, mut document: Document, group: &mut Group<'_>, findings: &mut Vec<Finding>) -> Kept {
        let object = Object::new(&document, Dialect::V2);
        if !Gradual::may_begin(&object) || silence::may_silence(&object) {
            document.detach();
            return Kept::Whole(document);
        }
        self.gradual.begin(&object, findings);
        group.count(findings, self.options);
        match self.gradual.rest(&object) {
            Rest::Whole => {
                document.detach();
                Kept::Rest(document)
            }
            Rest::Part(document) => Kept::Rest(document),
            Rest::Name => Kept::Name(Name::of(&object)),
        }
    }
}

/// What is kept of an object.
enum Kept {
    /// All of it: nothing has been told of it.
    Whole(Document),
    /// What the second go needs.
    Rest(Document),
    /// Who it is.
    Name(Name),
}

impl Kept {
    /// The object for the second go, and whether it has had the first.
    fn object<'a>(&'a self, nothing: &'a Document) -> (Object<'a>, bool) {
        match self {
            Kept::Whole(document) => (Object::new(document, Dialect::V2), false),
            Kept::Rest(document) => (Object::new(document, Dialect::V2), true),
            Kept::Name(name) => (name.object(nothing), true),
        }
    }
}

/// Who an object is: group, version, kind, namespace and name, one behind the other.
struct Name {
    text: Box<str>,
    ends: [u32; 4],
}

impl Name {
    fn of(object: &Object<'_>) -> Name {
        let parts = [object.group, object.version, object.kind, object.namespace];
        let mut text =
            String::with_capacity(parts.iter().map(|part| part.len()).sum::<usize>() + object.name.len());
        let mut ends = [0; 4];
        for (end, part) in ends.iter_mut().zip(parts) {
            text.push_str(part);
            *end = text.len() as u32;
        }
        text.push_str(object.name);
        Name { text: text.into(), ends }
    }

    fn object<'a>(&'a self, document: &'a Document) -> Object<'a> {
        let ends = self.ends.map(|end| end as usize);
        let part = |from: usize, to: usize| self.text.get(from..to).unwrap_or_default();
        Object {
            document,
            dialect: Dialect::V2,
            group: part(0, ends[0]),
            version: part(ends[0], ends[1]),
            kind: part(ends[1], ends[2]),
            namespace: part(ends[2], ends[3]),
            name: part(ends[3], self.text.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::check;
    use crate::check::{Definitions, Input, Options};
    use crate::host::Memory;
    use crate::report::{Counts, Report};
    use crate::validate::{self, Family, Level, rules};

    /// What is found in a text: how many objects, and how much of each family and level.
    fn found(text: &str, options: &Options, length: Option<usize>) -> (usize, Vec<usize>) {
        let host = Memory::with_files([("objects.yaml", text.as_bytes())]);
        let inputs = [Input::Path("/objects.yaml".into())];
        let mut report = Report::default();
        match length {
            Some(length) => {
                let definitions = Definitions::read(&host, options);
                report.add(check(&host, &inputs, &definitions, options, length).expect("to be cut"));
            }
            None => report = crate::check::check(&host, &inputs, options),
        }
        let counts: Counts = report.counts();
        let each = |family| Level::ALL.map(|level| counts.of(family, level));
        (report.objects, Family::ALL.into_iter().flat_map(each).collect())
    }

    /// The examples of all rules, one behind the other, and some that are none.
    fn examples() -> String {
        let mut text = String::from("# many\n");
        for example in rules::all().flat_map(|rule| [rule.fails, rule.passes]) {
            let _ = write!(text, "---\n{}\n", example.trim_matches('\n'));
        }
        text.push_str("---\n---\n--- # empty\n---\na: [\n---\nkind: {{ .Values.kind }}\n---\n");
        text.push_str("kind: DeploymentList\napiVersion: apps/v1\nitems: [{metadata: {name: a}}, {metadata: {name: b}}]\n");
        text
    }

    #[test]
    fn pieces_have_what_the_whole_has() {
        let text = examples();
        let options = |rules: validate::Options| Options { rules, count: true, ..Options::default() };
        let off = rules::all().filter(|rule| rule.level.is_none());
        let levels = off.map(|rule| (rule.id.to_owned(), Some(Level::Warning))).collect();
        let strict = validate::Options { strict: true, kubernetes_minor: 30, levels, ..Default::default() };
        let only = validate::Options { only: vec![Family::Schema, Family::Server], ..Default::default() };
        for (name, options) in [
            ("default", options(validate::Options::default())),
            ("strict", options(strict)),
            ("two families", options(only)),
            (
                "no Deployments",
                Options { skip_kinds: vec!["Deployment".into()], ..options(validate::Options::default()) },
            ),
        ] {
            let told = Options { count: false, ..options.clone() };
            let whole = found(&text, &told, None);
            assert!(whole.1.iter().sum::<usize>() > 3, "{name}");
            for length in [700, 5000, 60_000] {
                assert_eq!(found(&text, &options, Some(length)), whole, "{name}, {length}");
            }
        }
    }

    #[test]
    fn what_cannot_be_cut_is_left() {
        let options = Options { count: true, ..Options::default() };
        let judged = |text: &[u8]| {
            let host = Memory::with_files([("objects.yaml", text)]);
            let inputs = [Input::Path("/objects.yaml".into())];
            check(&host, &inputs, &Definitions::read(&host, &options), &options, 16).is_some()
        };
        assert!(judged(b"kind: A\n---\nkind: B\n---\nkind: C\n"));
        assert!(!judged(b"kind: A\n"), "short");
        assert!(!judged(b"kind: A\r\n---\r\nkind: B\r\n---\n"), "other line ends");
        assert!(!judged(b"kind: A\n---\nkind: B\xFF\n---\n"), "no UTF-8");
        assert!(!judged(b"\xFF\xFEk\0i\0n\0d\0:\0 \0A\0\n\0-\0-\0-\0"), "UTF-16");
        assert!(!judged(b" {\"kind\": \"A\",    \"a\": 1}\n"), "JSON");
        assert!(!judged(b"kind: A\n---\nkind: B\n--- c\nkind: C\n"), "a text behind a separator");
        assert!(!judged(format!("kind: A\n{}", "a: b\n".repeat(200)).as_bytes()), "one that is too long");
    }
}
