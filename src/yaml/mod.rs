//! Text ↔ nodes. Faithful to go-yaml: v3 for resources, v2 for kustomization files, JSON patches and configurations.
//! Knows no Kubernetes. A scalar is (text, style, tag), never a typed value: who reads it chooses the resolver.

mod document;
mod editor;
mod emit3;
mod emit_analysis;
mod emit_order;
mod emit_output;
mod emit_reread;
mod emit_text;
mod node;
mod number;
pub mod resolve;
mod timestamp;

pub use document::{Comments, Document};
pub use editor::Editor;
pub use emit_output::emit;
pub use emit3::{SequenceIndent, emit_v3, emit_v3_stream};
pub use node::{Kind, NodeId, Style, Tag};
pub use resolve::{Dialect, Value};
pub use timestamp::Timestamp;
