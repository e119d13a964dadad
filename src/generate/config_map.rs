//! `configMapGenerator` and the plugin ConfigMapGenerator: text goes to `data`, other bytes as base64 to
//! `binaryData`.

use super::base::{base64_lines, finish, frame, set};
use super::{FileReader, pairs};
use crate::diagnostic::Result;
use crate::kustomization::{GeneratorArgs, GeneratorOptions};
use crate::provenance::StepId;
use crate::resource::{Context, Resource};
use crate::yaml::{Style, Tag};

/// The ConfigMap of one entry; `global` is the kustomization's `generatorOptions` (none for a plugin).
pub fn generate(
    args: &GeneratorArgs,
    global: Option<&GeneratorOptions>,
    step: StepId,
    context: &mut Context,
    files: &mut dyn FileReader,
) -> Result<Resource> {
    let mut document = frame("ConfigMap", args, step)?;
    let pairs = pairs::load(args, &mut context.sources, files)?;
    let root = document.root();
    let mut editor = document.edit(step);
    let (mut data, mut binary_data) = (None, None);
    for (key, value) in &pairs {
        let bytes = value.bytes.as_slice();
        let encoded;
        let (field, map, text) = if let Ok(text) = std::str::from_utf8(bytes) {
            ("data", &mut data, text)
        } else {
            encoded = base64_lines(bytes);
            ("binaryData", &mut binary_data, encoded.as_str())
        };
        let map = *map.get_or_insert_with(|| {
            editor.written_at(args.at);
            let map = editor.mapping(Tag::Implicit, Style::Plain);
            editor.insert_text_key(root, field, map);
            map
        });
        set(&mut editor, map, key, text, value.at);
    }
    Ok(finish(document, args, global, step))
}
