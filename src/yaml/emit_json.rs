//! Nodes as JSON, the way kustomize hashes them: printed with yaml.v3, read again, written by encoding/json with sorted
//! keys and every number a float64.

use super::emit_output::{DEPTH, no_json, too_deep};
use super::emit_reread::{self, Spot};
use super::number::write_json_float;
use super::resolve::Value;
use super::{Document, Kind, NodeId, Style};
use crate::diagnostic::Result;

/// What is still to be written.
enum Todo<'d> {
    Value { node: NodeId, depth: usize, flow: bool },
    Key { key: std::borrow::Cow<'d, str>, first: bool },
    Comma,
    Close(u8),
}

/// Appends a node as JSON.
///
/// # Errors
/// Where kustomize cannot read what it has printed, or JSON has no such value: see [`super::emit`].
pub fn write_json(document: &Document, node: NodeId, out: &mut Vec<u8>) -> Result<()> {
    let mut todo = vec![Todo::Value { node, depth: 0, flow: false }];
    while let Some(next) = todo.pop() {
        match next {
            Todo::Comma => out.push(b','),
            Todo::Close(bracket) => out.push(bracket),
            Todo::Key { key, first } => {
                if !first {
                    out.push(b',');
                }
                write_json_text(&key, out);
                out.push(b':');
            }
            Todo::Value { node, depth, .. } if depth > DEPTH => return too_deep(document, node),
            Todo::Value { node, depth, flow } => {
                let flow = flow || document.style(node) == Style::Flow;
                match document.kind(node) {
                    Kind::Scalar | Kind::Alias => scalar(document, node, flow, out)?,
                    Kind::Sequence => {
                        out.push(b'[');
                        todo.push(Todo::Close(b']'));
                        let start = todo.len();
                        for (n, item) in document.children(node).enumerate() {
                            if n > 0 {
                                todo.push(Todo::Comma);
                            }
                            todo.push(Todo::Value { node: item, depth: depth + 1, flow });
                        }
                        todo[start..].reverse();
                    }
                    Kind::Mapping => {
                        let mut entries = Vec::with_capacity(document.len(node));
                        for (key, value) in document.entries(node) {
                            if let Some(key) = emit_reread::key(document, key, depth == 0)? {
                                entries.push((key, value));
                            }
                        }
                        entries.sort_by(|a, b| a.0.cmp(&b.0));
                        out.push(b'{');
                        todo.push(Todo::Close(b'}'));
                        let start = todo.len();
                        for (n, (key, value)) in entries.into_iter().enumerate() {
                            todo.push(Todo::Key { key, first: n == 0 });
                            todo.push(Todo::Value { node: value, depth: depth + 1, flow });
                        }
                        todo[start..].reverse();
                    }
                }
            }
        }
    }
    Ok(())
}

fn scalar(document: &Document, node: NodeId, flow: bool, out: &mut Vec<u8>) -> Result<()> {
    let spot = if flow { Spot::Flow } else { Spot::Block };
    match emit_reread::value(document, node, spot)? {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        #[expect(clippy::cast_precision_loss, reason = "as encoding/json reads numbers")]
        Value::Int(value) => write_json_float(value as f64, out),
        #[expect(clippy::cast_precision_loss, reason = "as encoding/json reads numbers")]
        Value::Unsigned(value) => write_json_float(value as f64, out),
        Value::Float(value) if value.is_finite() => write_json_float(value, out),
        Value::Timestamp(time) if time.fits_json() => {
            out.push(b'"');
            time.write(out);
            out.push(b'"');
        }
        Value::Float(_) | Value::Timestamp(_) => return no_json(document, node),
        Value::Text(text) => write_json_text(&text, out),
        Value::Bytes(bytes) => write_json_text(&emit_reread::lossy(&bytes), out),
    }
    Ok(())
}

/// Appends a text as encoding/json writes it: what HTML and JavaScript could trip over is escaped.
pub fn write_json_text(text: &str, out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    let bytes = text.as_bytes();
    let mut written = 0;
    for (at, byte) in bytes.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => *byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            b'<' | b'>' | b'&' | 0..=0x1f => b'u',
            // U+2028 and U+2029.
            0xe2 if matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xa8 | 0xa9])) => 0,
            _ => continue,
        };
        out.extend_from_slice(&bytes[written..at]);
        written = at + 1;
        match short {
            0 => {
                out.extend_from_slice(if bytes.get(at + 2) == Some(&0xa8) { b"\\u2028" } else { b"\\u2029" });
                written = at + 3;
            }
            b'u' => {
                out.extend_from_slice(b"\\u00");
                out.extend([byte >> 4, byte & 15].map(|digit| HEX[usize::from(digit)]));
            }
            short => out.extend_from_slice(&[b'\\', short]),
        }
    }
    out.extend_from_slice(&bytes[written..]);
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::write_json_text;

    #[test]
    fn escapes_what_go_escapes() {
        let mut out = Vec::new();
        write_json_text("a<b>&\"\\\n\u{1}\u{8}\u{2028}é😀\u{7f}", &mut out);
        assert_eq!(out, "\"a\\u003cb\\u003e\\u0026\\\"\\\\\\n\\u0001\\b\\u2028é😀\u{7f}\"".as_bytes());
    }
}
