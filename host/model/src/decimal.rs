//! Decimal numbers, exactly: digits to a 128-bit integer, no float in between.

/// The number as an integer of units of the last place, for example `-12.5` with scale 2 as -1250.
///
/// # Errors
/// What is wrong: it is no number, or has too many digits before or behind the point.
pub fn parse(text: &str, precision: u8, scale: u8) -> Result<i128, &'static str> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (whole, fraction) = match digits.iter().position(|byte| *byte == b'.') {
        None => (digits, None),
        Some(point) => {
            let (whole, rest) = digits.split_at(point);
            (whole, rest.get(1..))
        }
    };
    if whole.is_empty() || fraction.is_some_and(<[u8]>::is_empty) {
        return Err("it is no decimal number");
    }
    let fraction = fraction.unwrap_or_default();
    if !whole.iter().chain(fraction).all(u8::is_ascii_digit) {
        return Err("it is no decimal number");
    }
    if fraction.len() > usize::from(scale) {
        return Err("it has more digits behind the point than the column's scale");
    }
    let missing = usize::from(scale) - fraction.len();
    let mut units = 0_i128;
    let mut significant = 0_u8;
    for digit in whole.iter().chain(fraction).copied().chain(std::iter::repeat_n(b'0', missing)) {
        // Leading zeros say nothing.
        if significant > 0 || digit != b'0' {
            significant += 1;
        }
        if significant > precision {
            return Err("it has more digits than the column's precision");
        }
        // 38 digits, the greatest precision, fit.
        units = units * 10 + i128::from(digit - b'0');
    }
    Ok(if negative { -units } else { units })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn digits_become_units_of_the_last_place() {
        for (text, units) in [
            ("0", 0),
            ("-0", 0),
            ("12", 1_200),
            ("-12.5", -1_250),
            ("0012.50", 1_250),
            ("0.01", 1),
            ("999.99", 99_999),
        ] {
            assert_eq!(parse(text, 5, 2), Ok(units), "{text}");
        }
        let greatest = "9".repeat(38);
        assert_eq!(parse(&greatest, 38, 0), Ok(10_i128.pow(38) - 1));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        for text in
            ["", "-", "+1", ".5", "5.", "1e3", "1,0", " 1", "1 ", "١", "--1", "1.2.3", "NaN"]
        {
            assert_eq!(parse(text, 38, 2), Err("it is no decimal number"), "{text}");
        }
        assert!(parse("1.500", 5, 2).is_err_and(|flaw| flaw.contains("scale")));
        assert!(parse("1000", 5, 2).is_err_and(|flaw| flaw.contains("precision")));
        assert!(parse(&"9".repeat(39), 38, 0).is_err_and(|flaw| flaw.contains("precision")));
        assert!(parse(&"1".repeat(300), 38, 38).is_err());
    }

    proptest! {
        #[test]
        fn any_number_survives(units in -(10_i128.pow(38) - 1)..10_i128.pow(38), scale in 0_u8..=38) {
            let digits = format!("{:0>width$}", units.unsigned_abs(), width = usize::from(scale) + 1);
            let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
            let point = if fraction.is_empty() { "" } else { "." };
            let text = format!("{}{whole}{point}{fraction}", if units < 0 { "-" } else { "" });
            prop_assert_eq!(parse(&text, 38, scale), Ok(units));
        }

        #[test]
        fn no_text_panics(text in ".{0,60}", precision: u8, scale: u8) {
            let _ = parse(&text, precision.clamp(1, 38), scale.min(38));
        }
    }
}
