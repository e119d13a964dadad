//! `secretGenerator` and the plugin SecretGenerator: everything goes to `data` as base64.

use super::base::{base64_lines, finish, frame, set};
use super::{FileReader, pairs};
use crate::diagnostic::Result;
use crate::kustomization::{GeneratorArgs, GeneratorOptions};
use crate::provenance::StepId;
use crate::resource::{Context, Resource};
use crate::yaml::{Style, Tag};

/// The Secret of one entry; `global` is the kustomization's `generatorOptions` (none for a plugin).
pub fn generate(
    args: &GeneratorArgs,
    global: Option<&GeneratorOptions>,
    step: StepId,
    context: &mut Context,
    files: &mut dyn FileReader,
) -> Result<Resource> {
    let mut document = frame("Secret", args, step)?;
    let root = document.root();
    let mut editor = document.edit(step);
    if args.secret_type.value.is_empty() {
        set(&mut editor, root, "type", "Opaque", args.at);
    } else {
        set(&mut editor, root, "type", &args.secret_type.value, args.secret_type.at);
    }
    let pairs = pairs::load(args, &mut context.sources, files)?;
    editor.written_at(args.at);
    let data = editor.mapping(Tag::Implicit, Style::Plain);
    editor.insert_text_key(root, "data", data);
    for (key, value) in &pairs {
        set(&mut editor, data, key, &base64_lines(value.bytes.as_slice()), value.at);
    }
    Ok(finish(document, args, global, step))
}
