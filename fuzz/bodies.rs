//! What is tried on bytes from anywhere: nothing here may panic, hang, or eat memory. Used by the cargo-fuzz targets
//! beside it, and by `tests/differential/robustness.rs` on stable Rust. Needs `citadel` in scope.

use citadel::build::{Options, build};
use citadel::host::Memory;
use citadel::kubernetes::Schema;
use citadel::provenance::StepId;
use citadel::source::{SourceId, SourceText};
use citadel::transform::patch::{JsonPatch, apply_strategic_merge};
use citadel::yaml::{self, Document, Keep, Layout, SequenceIndent};

/// A body with its name.
pub type Body = (&'static str, fn(&[u8]));

/// All of them.
pub const ALL: &[Body] = &[
    ("scanner", scanner),
    ("resolvers", resolvers),
    ("emitters", emitters),
    ("strategic_merge", strategic_merge),
    ("json_patch", json_patch),
    ("whole_build", whole_build),
];

/// What divides the parts of an input that has several.
const DIVIDER: &str = "\n=====\n";

fn text(bytes: &[u8]) -> SourceText {
    SourceText::from(String::from_utf8_lossy(bytes).replace("\r\n", "\n"))
}

fn objects(text: &SourceText) -> Vec<Document> {
    yaml::read_resources(SourceId(0), text).unwrap_or_default()
}

/// Every reader of the YAML room; the fast one and the complete one agree.
pub fn scanner(bytes: &[u8]) {
    let text = text(bytes);
    let fast = yaml::read_resources(SourceId(0), &text);
    let slow = yaml::read_resources_slowly(SourceId(0), &text);
    assert_eq!(fast.is_ok(), slow.is_ok(), "the fast reader and the complete one disagree");
    if let (Ok(fast), Ok(slow)) = (fast, slow) {
        assert_eq!(fast.len(), slow.len());
        for (fast, slow) in fast.iter().zip(&slow) {
            let alike = match (fast.try_root(), slow.try_root()) {
                (Some(a), Some(b)) => fast.same(a, slow, b) && fast.place(a) == slow.place(b),
                (a, b) => a.is_none() && b.is_none(),
            };
            assert!(alike, "the fast reader and the complete one read other nodes");
        }
    }
    let _ = yaml::read_documents_v3(SourceId(0), &text, Keep { comments: true, aliases: true });
    let _ = yaml::read_documents_v3(SourceId(0), &text, Keep { comments: false, aliases: false });
    let _ = yaml::read_v2(SourceId(0), &text, &mut Vec::new());
}

/// Every scalar, by the rules of both dialects.
pub fn resolvers(bytes: &[u8]) {
    let text = text(bytes);
    for document in objects(&text) {
        if let Some(root) = document.try_root() {
            let _ = yaml::to_json(&document, root, &mut Vec::new());
        }
    }
    if let Ok(document) = yaml::read_v2(SourceId(0), &text, &mut Vec::new())
        && let Some(root) = document.try_root()
    {
        for dialect in [yaml::Dialect::V2, yaml::Dialect::V3] {
            let _ = yaml::write_json_as(&document, root, dialect, Layout::Compact, &mut Vec::new());
        }
    }
}

fn printed(document: &Document) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    yaml::emit(document, document.try_root()?, &mut out).ok()?;
    Some(out)
}

/// What is printed can be read, and is printed the same again.
pub fn emitters(bytes: &[u8]) {
    let text = text(bytes);
    for document in objects(&text) {
        let Some(first) = printed(&document) else { continue };
        let again = SourceText::from(String::from_utf8_lossy(&first).into_owned());
        let read = yaml::read_resources(SourceId(0), &again);
        let Ok(read) = read else { panic!("what was printed cannot be read:\n{}", &*again) };
        let Some(second) = read.first().and_then(printed) else { continue };
        let third = objects(&SourceText::from(String::from_utf8_lossy(&second).into_owned()));
        let third = third.first().and_then(printed);
        assert!(third.is_none_or(|third| third == second), "printing does not come to rest");
    }
    let keep = Keep { comments: true, aliases: true };
    for document in yaml::read_documents_v3(SourceId(0), &text, keep).unwrap_or_default() {
        if let Some(root) = document.try_root() {
            for indent in [SequenceIndent::Compact, SequenceIndent::Wide] {
                let _ = yaml::emit_v3(&document, root, indent, &mut Vec::new());
            }
        }
    }
}

/// A patch (before the divider) on objects (after it).
pub fn strategic_merge(bytes: &[u8]) {
    let text = text(bytes);
    let (patch, target) = text.split_once(DIVIDER).unwrap_or((&text, &text));
    let schema = Schema::default();
    let patches = yaml::read_resources(SourceId(1), &SourceText::from(patch)).unwrap_or_default();
    for mut document in objects(&SourceText::from(target)) {
        for patch in patches.iter().take(8) {
            for append in [false, true] {
                let merged =
                    apply_strategic_merge(&mut document, patch, &schema, StepId::READ, append, false);
                if merged.is_err() || document.try_root().is_none() {
                    break;
                }
            }
        }
        let _ = printed(&document);
    }
}

/// A JSON patch (before the divider) on objects (after it).
pub fn json_patch(bytes: &[u8]) {
    let text = text(bytes);
    let (patch, target) =
        text.split_once(DIVIDER).unwrap_or((&text, "kind: A\nmetadata: {name: a}\nlist: [1]\n"));
    let Ok(patch) = JsonPatch::read(SourceId(1), &SourceText::from(patch), StepId::READ) else { return };
    for mut document in objects(&SourceText::from(target)) {
        if patch.apply(&mut document, StepId::READ).is_ok() {
            let _ = printed(&document);
        }
    }
}

/// A build of files in memory: a kustomization, then what it may name as `a.yaml`, `b.yaml`, `base/kustomization.yaml`.
pub fn whole_build(bytes: &[u8]) {
    let text = text(bytes);
    let names = ["/kustomization.yaml", "/a.yaml", "/b.yaml", "/base/kustomization.yaml"];
    let parts: Vec<&str> = text.split(DIVIDER).collect();
    let host = Memory::with_files(names.iter().zip(&parts).map(|(name, part)| (*name, part.as_bytes())));
    let outcome = build(&host, "/", &Options::default());
    if let Err(faults) = outcome.output {
        assert!(!faults.is_empty(), "refused without a reason");
    }
}
