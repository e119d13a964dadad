//! Text ↔ nodes. Faithful to go-yaml: v3 for resources, v2 for kustomization files, JSON patches and configurations.
//! Knows no Kubernetes. A scalar is (text, style, tag), never a typed value: who reads it chooses the resolver.

mod compose;
mod decode_v2;
mod document;
mod duplicates;
mod editor;
mod emit3;
mod emit_analysis;
mod emit_comments;
mod emit_order;
mod emit_output;
mod emit_reread;
mod emit_text;
mod expand;
mod fast;
mod fault;
mod json;
mod node;
mod number;
mod parse;
mod read;
pub mod resolve;
mod scan;
mod split;
mod timestamp;

pub(crate) use document::Left;
pub use document::{Comments, Document, Notes, Tombstone};
pub use duplicates::check_duplicate_keys;
pub use editor::Editor;
pub use emit_comments::read_again;
pub(crate) use emit_order::sort_by as sort_without_total_order;
pub use emit_output::{Scratch as EmitScratch, emit, emit_directly, emit_in_row};
pub(crate) use emit_text::through_json as fold_through_json;
pub use emit3::{SequenceIndent, emit_v3, emit_v3_stream};
pub use json::{
    Layout, json_key, respell_through_json, through_json, to_json, write_json, write_json_as, write_json_text,
};
pub use node::{Kind, NodeId, Style, Tag};
pub use read::{
    Keep, read_document_v3, read_documents_v3, read_each, read_resources, read_resources_slowly,
    read_resources_with, read_split_v3, read_v2,
};
pub use resolve::{Dialect, Value};
pub use split::split_documents;
pub use timestamp::Timestamp;
