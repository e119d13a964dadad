//! Numbers as Go spells them where kustomize turns them into text.

/// `strconv.FormatFloat(number, 'g', -1, 64)`, or with 32 bits when `narrow`.
pub(super) fn float_text(number: f64, narrow: bool) -> String {
    let scientific = if narrow { format!("{:e}", number as f32) } else { format!("{number:e}") };
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let (minus, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits = mantissa.replace('.', "");
    match usize::try_from(exponent) {
        Err(_) => format!("{minus}0.{}{digits}", "0".repeat(exponent.unsigned_abs() as usize - 1)),
        Ok(exponent) if digits.len() <= exponent + 1 => {
            format!("{minus}{digits}{}", "0".repeat(exponent + 1 - digits.len()))
        }
        Ok(exponent) => format!("{minus}{}.{}", &digits[..=exponent], &digits[exponent + 1..]),
    }
}

/// A float that JSON writes without fraction or exponent, as the whole number that a reader then sees.
pub(super) fn whole(number: f64) -> Option<i64> {
    // Go's JSON prints with an exponent from 1e21 on; what lies between 2^63 and that is out of range anyway.
    let fits = number.fract() == 0.0
        && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    fits.then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spells_floats_as_go_does() {
        for (number, expected) in [
            (1.5, "1.5"),
            (-0.25, "-0.25"),
            (100_000.0, "100000"),
            (1_000_000.0, "1e+06"),
            (1_234_567.0, "1.234567e+06"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (0.0, "0"),
            (12.75, "12.75"),
        ] {
            assert_eq!(float_text(number, false), expected);
        }
        assert_eq!(float_text(0.1, true), "0.1");
        assert_eq!(float_text(16_777_217.5, true), "1.6777218e+07");
        assert_eq!(whole(1e3), Some(1000));
        assert_eq!(whole(1.5), None);
        assert_eq!(whole(1e20), None);
    }
}
