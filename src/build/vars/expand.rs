//! `$(NAME)` in a text: which parts are names, and what becomes of the rest (as in Kubernetes' own expansion of
//! `$(NAME)` in commands). `$$` is a dollar; other dollars stay.

use super::Substitute;

/// What a text becomes.
pub(super) enum Expanded<'v> {
    /// The text was nothing but one `$(NAME)`.
    Value(&'v Substitute),
    /// Any other; not UTF-8 where kustomize tears a character behind a dollar apart.
    Text(Vec<u8>),
}

/// Expands a text; names without a value stay as they stand.
pub(super) fn expand<'v>(text: &str, mut value: impl FnMut(&str) -> Option<&'v Substitute>) -> Expanded<'v> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut done = 0;
    let mut at = 0;
    while let Some(found) = memchr::memchr(b'$', bytes.get(at..).unwrap_or_default()) {
        let dollar = at + found;
        let Some(next) = bytes.get(dollar + 1) else { break };
        out.extend_from_slice(&bytes[done..dollar]);
        at = match next {
            b'$' => {
                out.push(b'$');
                dollar + 2
            }
            b'(' => {
                if let Some(length) = memchr::memchr(b')', &bytes[dollar + 2..]) {
                    let end = dollar + 2 + length;
                    let name = text.get(dollar + 2..end).unwrap_or_default();
                    match value(name) {
                        Some(value) if dollar == 0 && end + 1 == bytes.len() => {
                            return Expanded::Value(value);
                        }
                        Some(value) => write(value, &mut out),
                        None => out.extend_from_slice(&bytes[dollar..=end]),
                    }
                    end + 1
                } else {
                    out.extend_from_slice(b"$(");
                    dollar + 2
                }
            }
            byte => {
                out.push(b'$');
                // Go makes a character of the byte.
                let mut buffer = [0; 4];
                out.extend_from_slice(char::from(*byte).encode_utf8(&mut buffer).as_bytes());
                dollar + 2
            }
        };
        done = at;
    }
    out.extend_from_slice(bytes.get(done..).unwrap_or_default());
    Expanded::Text(out)
}

/// A value in the middle of a text, as Go's `%v` writes it.
fn write(value: &Substitute, out: &mut Vec<u8>) {
    match value {
        Substitute::Text(text) => out.extend_from_slice(text.as_bytes()),
        Substitute::Int(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Substitute::Bool(value) => out.extend_from_slice(value.to_string().as_bytes()),
        Substitute::Float(value) => out.extend_from_slice(go_float(*value).as_bytes()),
        Substitute::Collection => {}
    }
}

/// `%v` of a float: shortest, with an exponent of two digits below 1e-4 and from 1e21 on.
fn go_float(value: f64) -> String {
    let size = value.abs();
    if size == 0.0 || (1e-4..1e21).contains(&size) {
        return format!("{value}");
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{digits}e-{exponent:0>2}"),
            None => format!("{digits}e+{exponent:0>2}"),
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(input: &str) -> String {
        let (a, n) = (Substitute::Text("x".to_owned()), Substitute::Int(7));
        let lookup = |name: &str| match name {
            "A" => Some(&a),
            "N" => Some(&n),
            _ => None,
        };
        match expand(input, lookup) {
            Expanded::Value(value) => format!("{value:?}"),
            Expanded::Text(bytes) => String::from_utf8(bytes).unwrap_or_else(|_| "torn".to_owned()),
        }
    }

    #[test]
    fn expands_as_kustomize_does() {
        for (input, output) in [
            ("$(N)", "Int(7)"),
            ("a$(N)b", "a7b"),
            ("$(A)$(A)", "xx"),
            ("$$(A)", "$(A)"),
            ("$(B) $", "$(B) $"),
            ("$(A", "$(A"),
            ("$x$(A)", "$xx"),
            ("$($(A))", "$($(A))"),
            ("$é", "torn"),
            ("", ""),
        ] {
            assert_eq!(text(input), output, "{input}");
        }
        assert_eq!(go_float(1e21), "1e+21");
        assert_eq!(go_float(0.000_01), "1e-05");
    }
}
