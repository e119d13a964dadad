//! What the trip of an object through JSON, which every JSON patch takes, does to its scalars.

use crate::diagnostic::Result;
use crate::provenance::StepId;
use crate::yaml::{
    Dialect, Document, Kind, NodeId, Style, Tag, Value, check_duplicate_keys, resolve, write_yaml_float,
};

/// Sends the object through JSON: numbers through a double, times become texts.
pub(super) fn respell(document: &mut Document, step: StepId) -> Result<()> {
    let Some(root) = document.try_root() else { return Ok(()) };
    check_duplicate_keys(document, root)?;
    document.edit(step).unshare();
    let mut todo = vec![root];
    while let Some(node) = todo.pop() {
        if document.kind(node) == Kind::Scalar {
            scalar(document, node, step)?;
        }
        todo.extend(document.children(node));
    }
    Ok(())
}

fn scalar(document: &mut Document, node: NodeId, step: StepId) -> Result<()> {
    let text = match resolve::scalar(document, node, Dialect::V3)? {
        Value::Int(value) => number(value as f64),
        Value::Unsigned(value) => number(value as f64),
        Value::Float(value) => number(value),
        Value::Timestamp(time) => {
            let text = time.text();
            document.edit(step).respell(node, &text, Tag::Str, Style::DoubleQuoted);
            return Ok(());
        }
        _ => return Ok(()),
    };
    if document.text(node) != text {
        document.edit(step).respell(node, &text, Tag::Implicit, Style::Plain);
    }
    Ok(())
}

/// A double as yaml.v3 prints it.
fn number(value: f64) -> String {
    let mut out = Vec::new();
    write_yaml_float(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}
