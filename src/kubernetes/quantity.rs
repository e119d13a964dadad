//! Quantities: `100m`, `1.5Gi`, `2e3`. Read as Kubernetes reads them: exact down to a billionth, rounded away from zero
//! below that, and held at the bounds above what fits.

use std::cmp::Ordering;

/// One unit in billionths.
const UNIT: i128 = 1_000_000_000;
/// What a quantity with a binary suffix is held at: the largest signed number of 64 bits.
const BINARY_LIMIT: i128 = i64::MAX as i128 * UNIT;

/// An amount, in billionths. Amounts that no signed 128 bits hold are held at the bounds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Quantity {
    nano: i128,
}

impl Quantity {
    /// None of it.
    pub const ZERO: Quantity = Quantity { nano: 0 };

    /// A whole number.
    pub fn whole(value: i64) -> Quantity {
        Quantity { nano: i128::from(value) * UNIT }
    }

    /// So many thousandths.
    pub fn from_milli(value: i64) -> Quantity {
        Quantity { nano: i128::from(value) * (UNIT / 1000) }
    }

    /// Reads a quantity; `None` where Kubernetes refuses it.
    ///
    /// Mirrors `ParseQuantity`, `parseQuantityString`
    pub fn parse(text: &str) -> Option<Quantity> {
        if text.is_empty() {
            return None;
        }
        let bytes = text.as_bytes();
        let (negative, mut at) = match bytes[0] {
            b'-' => (true, 1),
            b'+' => (false, 1),
            _ => (false, 0),
        };
        let mut number = Mantissa::default();
        at = number.digits(bytes, at, false);
        if bytes.get(at) == Some(&b'.') {
            at = number.digits(bytes, at + 1, true);
        }
        let nano = match suffix(&bytes[at..])? {
            Suffix::Decimal(exponent) => number.nano(exponent, 1),
            Suffix::Binary(bits) => number.nano(0, 1 << bits).min(BINARY_LIMIT),
        };
        Some(Quantity { nano: if negative { -nano } else { nano } })
    }

    /// Less than nothing, nothing, or more.
    pub fn sign(self) -> Ordering {
        self.nano.cmp(&0)
    }

    /// Whether it is less than nothing.
    pub fn is_negative(self) -> bool {
        self.nano < 0
    }

    /// Whether it is nothing.
    pub fn is_zero(self) -> bool {
        self.nano == 0
    }

    /// Whether it is a whole number.
    pub fn is_whole(self) -> bool {
        self.nano % UNIT == 0
    }

    /// The amount as a whole number, rounded up, held within 64 bits.
    pub fn value(self) -> i64 {
        self.rounded_up(UNIT)
    }

    /// The amount in thousandths, rounded up, held within 64 bits.
    pub fn milli(self) -> i64 {
        self.rounded_up(UNIT / 1000)
    }

    /// Whether it is a whole number of thousandths.
    pub fn is_whole_milli(self) -> bool {
        self.nano % (UNIT / 1000) == 0
    }

    /// Whether it is a whole number once it is rounded up to thousandths.
    pub fn is_whole_by_milli(self) -> bool {
        let milli = UNIT / 1000;
        let whole = self.nano / UNIT;
        if whole > i128::from(i64::MAX) {
            // Beyond what the server can count in thousandths, its count comes round.
            return (whole as i64).wrapping_mul(1000) % 1000 == 0;
        }
        (self.nano / milli + (self.nano % milli).signum()) % 1000 == 0
    }

    /// The sum, held at the bounds.
    #[must_use]
    pub fn plus(self, other: Quantity) -> Quantity {
        Quantity { nano: self.nano.saturating_add(other.nano) }
    }

    /// So many times as much, held at the bounds.
    #[must_use]
    pub fn times(self, count: i64) -> Quantity {
        Quantity { nano: self.nano.saturating_mul(i128::from(count)) }
    }

    /// Whether whole steps lead from `first` to this; no step leads nowhere.
    pub fn is_steps_from(self, first: Quantity, step: Quantity) -> bool {
        self.nano.checked_sub(first.nano).and_then(|way| way.checked_rem(step.nano)) == Some(0)
    }

    fn rounded_up(self, unit: i128) -> i64 {
        let (whole, rest) = (self.nano / unit, self.nano % unit);
        // Go rounds away from zero.
        let value = whole + rest.signum();
        i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
    }
}

/// What stands behind the digits.
enum Suffix {
    /// Times ten to the power of this.
    Decimal(i32),
    /// Times two to the power of this.
    Binary(u32),
}

fn suffix(text: &[u8]) -> Option<Suffix> {
    Some(match text {
        b"" => Suffix::Decimal(0),
        b"n" => Suffix::Decimal(-9),
        b"u" => Suffix::Decimal(-6),
        b"m" => Suffix::Decimal(-3),
        b"k" => Suffix::Decimal(3),
        b"M" => Suffix::Decimal(6),
        b"G" => Suffix::Decimal(9),
        b"T" => Suffix::Decimal(12),
        b"P" => Suffix::Decimal(15),
        b"E" => Suffix::Decimal(18),
        b"Ki" => Suffix::Binary(10),
        b"Mi" => Suffix::Binary(20),
        b"Gi" => Suffix::Binary(30),
        b"Ti" => Suffix::Binary(40),
        b"Pi" => Suffix::Binary(50),
        b"Ei" => Suffix::Binary(60),
        [b'e' | b'E', digits @ ..] => Suffix::Decimal(exponent(digits)?),
        _ => return None,
    })
}

/// `+3`, `-2`, `7`: held within what matters.
fn exponent(text: &[u8]) -> Option<i32> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let value = digits.iter().fold(0i32, |value, digit| (value * 10 + i32::from(digit - b'0')).min(10_000));
    Some(if negative { -value } else { value })
}

/// The digits as one number, and where its point is.
#[derive(Default)]
struct Mantissa {
    value: i128,
    /// How many digits of `value` stand behind the point.
    fraction: i32,
    /// How many digits before the point did not fit.
    dropped: i32,
    /// Whether a digit other than zero was dropped.
    inexact: bool,
}

impl Mantissa {
    /// Takes digits from here on; says where they end.
    fn digits(&mut self, bytes: &[u8], mut at: usize, fraction: bool) -> usize {
        while let Some(digit) = bytes.get(at).filter(|byte| byte.is_ascii_digit()) {
            if self.value < 1_000_000_000_000_000_000_000_000_000 && self.dropped == 0 {
                self.value = self.value * 10 + i128::from(digit - b'0');
                self.fraction += i32::from(fraction);
            } else {
                self.inexact |= *digit != b'0';
                self.dropped = self.dropped.saturating_add(i32::from(!fraction));
            }
            at += 1;
        }
        at
    }

    /// The amount in billionths, rounded up.
    fn nano(&self, exponent: i32, times: i128) -> i128 {
        if self.value == 0 {
            return 0;
        }
        let Some(value) = self.value.checked_mul(times) else { return i128::MAX };
        let power = 9i32.saturating_sub(self.fraction).saturating_add(self.dropped).saturating_add(exponent);
        if power >= 0 {
            let value = 10i128.checked_pow(power.unsigned_abs()).and_then(|ten| value.checked_mul(ten));
            value.map_or(i128::MAX, |value| value.saturating_add(i128::from(self.inexact)))
        } else {
            let Some(ten) = 10i128.checked_pow(power.unsigned_abs()) else { return 1 };
            value / ten + i128::from(value % ten != 0 || self.inexact)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Quantity;

    fn nano(text: &str) -> Option<i128> {
        Quantity::parse(text).map(|quantity| quantity.nano)
    }

    #[test]
    fn reads_every_suffix() {
        assert_eq!(nano("100m"), Some(100_000_000));
        assert_eq!(nano("1.5Gi"), Some(1_610_612_736_000_000_000));
        assert_eq!(nano("1.5E2"), Some(150_000_000_000));
        assert_eq!(nano("1E"), Some(1_000_000_000_000_000_000_000_000_000));
        assert_eq!(nano("-2k"), Some(-2_000_000_000_000));
        assert_eq!(nano(".5"), Some(500_000_000));
        assert_eq!(nano("+1."), Some(1_000_000_000));
        assert_eq!(nano("0.1n"), Some(1));
        assert_eq!(nano("1e-20"), Some(1));
        assert_eq!(nano("m"), Some(0));
    }

    #[test]
    fn refuses_what_kubernetes_refuses() {
        for text in ["", "1 ", "a", "1K", "1ki", "1e", "1.5.5", "0x10", "10Mb", "1,5", "--1", "1e+", "1mm"] {
            assert_eq!(nano(text), None, "{text}");
        }
    }

    #[test]
    fn is_held_at_bounds() {
        assert_eq!(Quantity::parse("100Ei").map(Quantity::value), Some(i64::MAX));
        assert_eq!(Quantity::parse("1e300").map(Quantity::value), Some(i64::MAX));
        assert_eq!(Quantity::parse("1500m").map(Quantity::value), Some(2));
        assert_eq!(Quantity::parse("-1500m").map(Quantity::value), Some(-2));
    }
}
