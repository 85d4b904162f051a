//! Rows in the binary form of `COPY`.
//! See <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>.

use tollgate_model::literal;

use crate::cells::Cell;

/// What comes before the first row: the signature, no flags, no extension.
pub(super) const HEADER: &[u8; 19] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// What comes behind the last row, where a row would begin with the number of its fields.
pub(super) const TRAILER: [u8; 2] = (-1_i16).to_be_bytes();

/// Postgres counts from 2000-01-01, Arrow from 1970-01-01.
const EPOCH_DAYS: i32 = 10_957;
const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * 86_400_000_000;

/// The digits of a numeric are of base 10,000: 38 decimal digits, cut at the decimal point, take at
/// most eleven of them.
const NUMERIC_BASE: u128 = 10_000;
const NUMERIC_DIGITS_MAX: usize = 11;
const NUMERIC_NEGATIVE: u16 = 0x4000;

/// The version of the binary form of `jsonb`, which is followed by the text.
const JSONB_VERSION: u8 = 1;

/// Why Postgres does not take a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// A text with a NUL character.
    Nul,
    /// A JSON text with `\u0000` in one of its strings.
    JsonNul,
    /// A date or an instant outside the years 1 to 9999.
    OutOfRange(literal::OutOfRange),
    /// More bytes than a field can have.
    TooLong,
}

/// The number of fields, which begins a row. There are at most 1,600 columns.
pub(super) fn push_row(out: &mut Vec<u8>, columns: usize) {
    out.extend_from_slice(&i16::try_from(columns).unwrap_or(i16::MAX).to_be_bytes());
}

/// A field: its length, then its bytes.
pub(super) fn push_field(out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), Unfit> {
    match cell {
        Cell::Null => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        Cell::Boolean(value) => fixed(out, [u8::from(value)]),
        Cell::Int64(value) => fixed(out, value.to_be_bytes()),
        Cell::Float64(value) => fixed(out, value.to_be_bytes()),
        Cell::Decimal(value, scale) => push_numeric(out, value, scale),
        Cell::Text(value) if value.contains('\0') => return Err(Unfit::Nul),
        Cell::Text(value) => push_bytes(out, &[], value.as_bytes())?,
        Cell::Date(days) => {
            literal::check_date(days).map_err(Unfit::OutOfRange)?;
            fixed(out, (days - EPOCH_DAYS).to_be_bytes());
        }
        Cell::Timestamp(micros) => {
            literal::check_timestamp(micros).map_err(Unfit::OutOfRange)?;
            fixed(out, (micros - EPOCH_MICROS).to_be_bytes());
        }
        Cell::Json(value) if has_escaped_nul(value) => return Err(Unfit::JsonNul),
        Cell::Json(value) => push_bytes(out, &[JSONB_VERSION], value.as_bytes())?,
        Cell::Bytes(value) => push_bytes(out, &[], value)?,
    }
    Ok(())
}

/// What tells whether two values of a key are one to Postgres, which takes the two zeros for one.
pub(super) fn push_key(out: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), Unfit> {
    match cell {
        Cell::Float64(0.0) => push_field(out, Cell::Float64(0.0)),
        Cell::Float64(value) if value.is_nan() => push_field(out, Cell::Float64(f64::NAN)),
        cell => push_field(out, cell),
    }
}

fn fixed<const LENGTH: usize>(out: &mut Vec<u8>, bytes: [u8; LENGTH]) {
    // At most eight.
    out.extend_from_slice(&(LENGTH as i32).to_be_bytes());
    out.extend_from_slice(&bytes);
}

fn push_bytes(out: &mut Vec<u8>, before: &[u8], bytes: &[u8]) -> Result<(), Unfit> {
    let length = i32::try_from(before.len() + bytes.len()).map_err(|_| Unfit::TooLong)?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(before);
    out.extend_from_slice(bytes);
    Ok(())
}

/// A numeric: digits of base 10,000, the place of the first of them, sign, and how many decimal
/// digits are shown behind the point.
fn push_numeric(out: &mut Vec<u8>, unscaled: i128, scale: u8) {
    let scale = u32::from(scale);
    let magnitude = unscaled.unsigned_abs();
    let point = 10_u128.pow(scale);
    let (mut whole, mut part) = (magnitude / point, magnitude % point);
    let mut digits = [0_u16; NUMERIC_DIGITS_MAX + NUMERIC_DIGITS_MAX];
    // Below a power of its base, so that each fits.
    let digit = |value: u128| (value % NUMERIC_BASE) as u16;
    let mut first = NUMERIC_DIGITS_MAX;
    while whole > 0 {
        first -= 1;
        digits[first] = digit(whole);
        whole /= NUMERIC_BASE;
    }
    // Behind the point the digits are grouped from the left: four decimal digits a step.
    let mut end = NUMERIC_DIGITS_MAX;
    let mut left = scale;
    while part > 0 {
        let step = left.min(4);
        left -= step;
        let unit = 10_u128.pow(left);
        digits[end] = digit(part / unit * 10_u128.pow(4 - step));
        part %= unit;
        end += 1;
    }
    while first < end && digits[first] == 0 {
        first += 1;
    }
    while end > first && digits[end - 1] == 0 {
        end -= 1;
    }
    let digits = &digits[first..end];
    let weight = if digits.is_empty() { 0 } else { NUMERIC_DIGITS_MAX as i16 - 1 - first as i16 };
    let sign = if unscaled < 0 { NUMERIC_NEGATIVE } else { 0 };
    out.extend_from_slice(&(8 + 2 * digits.len() as i32).to_be_bytes());
    out.extend_from_slice(&(digits.len() as u16).to_be_bytes());
    out.extend_from_slice(&weight.to_be_bytes());
    out.extend_from_slice(&sign.to_be_bytes());
    out.extend_from_slice(&(scale as u16).to_be_bytes());
    digits.iter().for_each(|digit| out.extend_from_slice(&digit.to_be_bytes()));
}

/// Whether `\u0000` stands in a string of a JSON text. A backslash stands only in strings, and the
/// character behind it belongs to it.
fn has_escaped_nul(json: &str) -> bool {
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        let escape = &rest[at + 1..];
        if escape.starts_with("u0000") {
            return true;
        }
        let mut behind = escape.chars();
        behind.next();
        rest = behind.as_str();
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn field(cell: Cell<'_>) -> Vec<u8> {
        let mut out = Vec::new();
        push_field(&mut out, cell).unwrap();
        let length = i32::from_be_bytes(out[..4].try_into().unwrap());
        assert_eq!(usize::try_from(length).unwrap(), out.len() - 4);
        out.split_off(4)
    }

    /// A numeric read as the documentation has it: digit, times 10,000 to its place.
    fn read_numeric(bytes: &[u8]) -> (String, u16) {
        let words: Vec<u16> =
            bytes.chunks(2).map(|pair| u16::from_be_bytes(pair.try_into().unwrap())).collect();
        let [count, weight, sign, scale, digits @ ..] = words.as_slice() else { panic!() };
        assert_eq!(usize::from(*count), digits.len());
        assert!(digits.first() != Some(&0) && digits.last() != Some(&0), "{digits:?}");
        let weight = i32::from(*weight as i16);
        let at = |place: i32| {
            let index = usize::try_from(weight - place).ok();
            index.and_then(|index| digits.get(index)).copied().unwrap_or(0)
        };
        let whole: String = (0..=weight.max(0)).rev().map(|p| format!("{:04}", at(p))).collect();
        let part: String = (1..=11).map(|place| format!("{:04}", at(-place))).collect();
        let (shown, beyond) = part.split_at(usize::from(*scale));
        assert!(beyond.bytes().all(|digit| digit == b'0'), "{part} behind {scale} digits");
        let whole = whole.trim_start_matches('0');
        let sign = if *sign == NUMERIC_NEGATIVE { "-" } else { "" };
        let whole = if whole.is_empty() { "0" } else { whole };
        let point = if *scale > 0 { "." } else { "" };
        (format!("{sign}{whole}{point}{shown}"), *scale)
    }

    proptest! {
        #[test]
        fn every_decimal_is_the_same_number(unscaled in any::<i128>(), scale in 0_u8..=38) {
            let unscaled = unscaled % 10_i128.pow(38);
            let mut expected = Vec::new();
            literal::push_decimal(&mut expected, unscaled, scale);
            let (shown, of_scale) = read_numeric(&field(Cell::Decimal(unscaled, scale)));
            prop_assert_eq!(shown.into_bytes(), expected);
            prop_assert_eq!(of_scale, u16::from(scale));
        }
    }

    #[test]
    fn decimals_at_the_ends_are_the_same_numbers() {
        let most = 10_i128.pow(38) - 1;
        for (unscaled, scale, expected) in [
            (0, 0, "0"),
            (0, 2, "0.00"),
            (1250, 2, "12.50"),
            (-5, 2, "-0.05"),
            (10_000, 0, "10000"),
            (1, 38, "0.00000000000000000000000000000000000001"),
            (most, 0, "99999999999999999999999999999999999999"),
            (-most, 38, "-0.99999999999999999999999999999999999999"),
            (most, 19, "9999999999999999999.9999999999999999999"),
        ] {
            assert_eq!(read_numeric(&field(Cell::Decimal(unscaled, scale))).0, expected);
        }
    }

    #[test]
    fn days_and_instants_are_counted_from_2000() {
        assert_eq!(field(Cell::Date(10_957)), 0_i32.to_be_bytes());
        assert_eq!(field(Cell::Date(-1)), (-10_958_i32).to_be_bytes());
        assert_eq!(field(Cell::Timestamp(946_684_800_000_001)), 1_i64.to_be_bytes());
        assert_eq!(field(Cell::Timestamp(0)), (-946_684_800_000_000_i64).to_be_bytes());
        let mut out = Vec::new();
        assert!(matches!(push_field(&mut out, Cell::Date(i32::MAX)), Err(Unfit::OutOfRange(_))));
        let beyond = Cell::Timestamp(i64::MIN);
        assert!(matches!(push_field(&mut out, beyond), Err(Unfit::OutOfRange(_))));
    }

    #[test]
    fn a_nul_is_found_in_texts_and_in_json_only_where_it_is_one() {
        let mut out = Vec::new();
        assert_eq!(push_field(&mut out, Cell::Text("a\0b")), Err(Unfit::Nul));
        for (json, unfit) in [
            (r#""\u0000""#, true),
            (r#"{"a":["\\\u0000"]}"#, true),
            (r#""\\u0000""#, false),
            (r#""\\\\u0000 \u0001""#, false),
            ("\"\\ü\\", false),
        ] {
            let expected = if unfit { Err(Unfit::JsonNul) } else { Ok(()) };
            assert_eq!(push_field(&mut out, Cell::Json(json)), expected, "{json}");
        }
    }

    #[test]
    fn the_two_zeros_are_one_key() {
        let key = |value| {
            let mut out = Vec::new();
            push_key(&mut out, Cell::Float64(value)).unwrap();
            out
        };
        assert_eq!(key(0.0), key(-0.0));
        assert_eq!(key(f64::NAN), key(-f64::NAN));
        assert_ne!(field(Cell::Float64(0.0)), field(Cell::Float64(-0.0)));
    }
}
