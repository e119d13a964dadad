//! Whether two scalars say the same to the API server: quantities by value, numbers however they are written, bytes
//! however base64 folds them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::kubernetes::Form;
use crate::yaml::resolve::{self, Dialect, Value};
use crate::yaml::{Document, NodeId};

/// One side of a comparison of scalars.
#[derive(Clone, Copy)]
pub(super) struct Scalar<'a> {
    pub(super) document: &'a Document,
    pub(super) node: NodeId,
    pub(super) dialect: Dialect,
}

impl<'a> Scalar<'a> {
    pub(super) fn text(self) -> &'a str {
        self.document.text(self.node)
    }

    fn value(self) -> Option<Value<'a>> {
        resolve::scalar(self.document, self.node, self.dialect).ok()
    }
}

/// Whether two scalars of a form (`None`: not known) are the same.
pub(super) fn same(form: Option<Form>, old: Scalar<'_>, new: Scalar<'_>) -> bool {
    let (a, b) = (old.text(), new.text());
    match form {
        Some(Form::String) => a == b,
        Some(Form::Quantity) => a == b || matches!((quantity(a), quantity(b)), (Some(a), Some(b)) if a == b),
        Some(Form::Bytes) => a == b || matches!((bytes(a), bytes(b)), (Some(a), Some(b)) if a == b),
        Some(Form::Time) => a == b || matches!((time(a), time(b)), (Some(a), Some(b)) if a == b),
        _ => match (old.value(), new.value()) {
            (Some(a), Some(b)) => same_value(&a, &b),
            _ => a == b,
        },
    }
}

fn same_value(a: &Value<'_>, b: &Value<'_>) -> bool {
    #[expect(clippy::cast_precision_loss, clippy::float_cmp, reason = "JSON has one kind of number")]
    match (a, b) {
        (Value::Int(whole), Value::Float(float)) | (Value::Float(float), Value::Int(whole)) => {
            float.fract() == 0.0 && float.abs() < 9e15 && *whole as f64 == *float
        }
        _ => a == b,
    }
}

/// Whether a scalar is what Go calls zero: the same as absent where a field is no pointer.
pub(super) fn is_zero(form: Form, scalar: Scalar<'_>) -> bool {
    match form {
        Form::String | Form::Bytes => scalar.text().is_empty(),
        Form::Int | Form::Float => match scalar.value() {
            Some(Value::Int(value)) => value == 0,
            Some(Value::Float(value)) => value == 0.0,
            _ => false,
        },
        Form::Bool => scalar.value() == Some(Value::Bool(false)),
        Form::Quantity => quantity(scalar.text()).is_some_and(|quantity| quantity.0 == 0),
        _ => false,
    }
}

/// A quantity as a whole number times a power of ten, without trailing zeros.
pub(super) fn quantity(text: &str) -> Option<(i128, i32)> {
    let bytes = text.as_bytes();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let end = bytes[sign..]
        .iter()
        .position(|byte| !byte.is_ascii_digit() && *byte != b'.')
        .map_or(bytes.len(), |at| at + sign);
    let (number, suffix) = (text.get(sign..end)?, text.get(end..)?);
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if (whole.is_empty() && fraction.is_empty()) || fraction.contains('.') {
        return None;
    }
    let mut value: i128 = 0;
    for digit in whole.bytes().chain(fraction.bytes()) {
        value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    let mut exponent = -i32::try_from(fraction.len()).ok()?;
    let binary = |power: u32| 1_i128.checked_shl(power * 10);
    let times = match suffix {
        "Ki" => binary(1)?,
        "Mi" => binary(2)?,
        "Gi" => binary(3)?,
        "Ti" => binary(4)?,
        "Pi" => binary(5)?,
        "Ei" => binary(6)?,
        _ => 1,
    };
    value = value.checked_mul(times)?;
    exponent += match suffix {
        "n" => -9,
        "u" => -6,
        "m" => -3,
        "" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" => 0,
        "k" => 3,
        "M" => 6,
        "G" => 9,
        "T" => 12,
        "P" => 15,
        "E" => 18,
        _ => {
            let digits = suffix.strip_prefix(['e', 'E'])?;
            digits
                .strip_prefix('+')
                .unwrap_or(digits)
                .parse::<i32>()
                .ok()
                .filter(|power| power.abs() < 1000)?
        }
    };
    if bytes.first() == Some(&b'-') {
        value = -value;
    }
    if value == 0 {
        return Some((0, 0));
    }
    while value % 10 == 0 {
        value /= 10;
        exponent += 1;
    }
    Some((value, exponent))
}

/// A quantity as a float: for sums and messages.
#[expect(clippy::cast_precision_loss, reason = "for people")]
pub(super) fn quantity_value(text: &str) -> Option<f64> {
    quantity(text).map(|(value, exponent)| value as f64 * 10_f64.powi(exponent))
}

pub(super) fn bytes(text: &str) -> Option<Vec<u8>> {
    let joined: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    STANDARD.decode(joined).ok()
}

/// A time in its shortest spelling, when it is in UTC.
fn time(text: &str) -> Option<&str> {
    let text = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"))?;
    Some(if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text })
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn quantities_are_compared_by_value() {
        for (a, b) in [
            ("1", "1000m"),
            ("0.5", "500m"),
            ("1Gi", "1024Mi"),
            ("1e3", "1k"),
            ("1E", "1000P"),
            ("2.50", "2.5"),
            ("+5", "5"),
            ("-0", "0m"),
            ("1.5Gi", "1536Mi"),
            (".5", "0.5"),
            ("5.", "5"),
        ] {
            assert_eq!(quantity(a).unwrap(), quantity(b).unwrap(), "{a} {b}");
        }
        for text in ["", "a", "1x", "1.2.3", "Gi", "1eE", "--1", "."] {
            assert_eq!(quantity(text), None, "{text}");
        }
        assert_ne!(quantity("1G"), quantity("1Gi"));
    }
}
