//! Paths to fields as definitions write them: `.spec.a`, `.spec['b']`. Mirrors `ValidFieldPath`

use super::schema::Schema;

/// Reads a path through a schema: the path as errors write it, and the schema it leads to.
pub(crate) fn read<'s>(
    path: &str,
    schema: &'s Schema,
    brackets: bool,
) -> Result<(String, &'s Schema), &'static str> {
    let mut out = String::new();
    let mut at = schema;
    let mut rest = path;
    while !rest.is_empty() {
        let name: String;
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[', ']']).unwrap_or(after.len());
            if end == 0 {
                return Err("is no path to a field");
            }
            name = after[..end].to_owned();
            rest = &after[end..];
        } else if let Some(after) = rest.strip_prefix("['").filter(|_| brackets) {
            let (text, after) = quoted(after).ok_or("has a name in quotes that does not end")?;
            name = text;
            rest = after.strip_prefix(']').ok_or("misses a `]`")?;
        } else if rest.starts_with('[') && !brackets {
            return Err("must not have brackets");
        } else {
            return Err("must have a dot or a bracket before each name");
        }
        let is_map = at.properties.is_empty();
        match (at.property(&name), at.additional_schema()) {
            (Some(property), _) => {
                at = property;
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&name);
            }
            (None, Some(within)) if is_map => {
                at = within;
                out.push('[');
                out.push_str(&name);
                out.push(']');
            }
            _ => return Err("does not lead to a field of the schema"),
        }
    }
    Ok((out, at))
}

/// A text up to its closing quote, and what follows.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' => return Some((out, &text[at + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => out.push('\n'),
                't' => out.push('\t'),
                'r' => out.push('\r'),
                other @ ('\'' | '\\') => out.push(other),
                _ => return None,
            },
            other => out.push(other),
        }
    }
    None
}
