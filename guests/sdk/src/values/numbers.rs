//! Numbers, written as such or as text.

use super::{FromScalar, Json};
use crate::decode::Scalar;
use crate::record::{BadValue, DataType, DecimalSize, DoubleRule, Slot, Value};

/// The exponent up to which a decimal is written out.
const EXPONENT_MAX: i32 = 40;

/// A signed 64-bit integer: a whole number, also as text or with a fraction of zeros; `""` and
/// `null` are null. Digits are kept exactly; what does not fit is an error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Int(pub Option<i64>);

impl From<i64> for Int {
    fn from(value: i64) -> Self {
        Self(Some(value))
    }
}

impl<'de> Value<'de> for Int {
    const DATA_TYPE: DataType = DataType::Int64;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Int(self)
    }
}

impl<'de> FromScalar<'de> for Int {
    #[inline]
    fn from_scalar(scalar: Scalar<'de>) -> Result<Self, BadValue> {
        let int = match &scalar {
            Scalar::Null => Some(Self(None)),
            // `1e3` as well.
            Scalar::Number(number) => int_of(number).or_else(|| int_of(&plain_decimal(number)?)),
            Scalar::Text(text) => int_of(text),
            _ => None,
        };
        int.ok_or_else(|| scalar.unlike("a whole number of 64 bits"))
    }
}

/// Takes digits, with spaces around them and a fraction of zeros.
fn int_of(text: &str) -> Option<Int> {
    if let Ok(number) = text.parse() {
        return Some(Int(Some(number)));
    }
    let text = text.trim();
    if text.is_empty() {
        return Some(Int(None));
    }
    let whole = match text.split_once('.') {
        Some((whole, zeros)) if !zeros.is_empty() && zeros.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    whole.parse().ok().map(|number| Int(Some(number)))
}

/// A double: a number, also as text; `""` and `null` are null. Not for money and not for ids.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Float(pub Option<f64>);

impl<'de> Value<'de> for Float {
    const DATA_TYPE: DataType = DataType::Float64;

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Float(self, double_of)
    }
}

impl Float {
    /// Takes what a JSON value says, with `rule` to read numbers and texts.
    pub(crate) fn from_scalar(scalar: Scalar<'_>, rule: DoubleRule) -> Result<Self, BadValue> {
        let number = match &scalar {
            Scalar::Null => return Ok(Self(None)),
            Scalar::Number(number) => rule(number),
            Scalar::Text(text) => match text.trim() {
                "" => return Ok(Self(None)),
                text => rule(text),
            },
            _ => None,
        };
        match number {
            Some(number) => Ok(Self(Some(number))),
            None => Err(scalar.unlike("a number")),
        }
    }
}

/// The double of a number as JSON knows it: no `inf`, no `nan`.
pub(crate) fn double_of(text: &str) -> Option<f64> {
    let Some(Scalar::Number(number)) = Scalar::parse(text) else { return None };
    number.parse().ok().filter(|double: &f64| double.is_finite())
}

/// An exact decimal of up to `PRECISION` digits, `SCALE` of them behind the point: a number, also
/// as text, whose digits never pass through a double; `""` and `null` are null.
#[derive(Clone, Copy, Debug, Default)]
pub struct Decimal<'a, const PRECISION: u8, const SCALE: u8>(pub Json<'a>);

impl<const PRECISION: u8, const SCALE: u8> Decimal<'_, PRECISION, SCALE> {
    /// Its digits, without exponent, plus sign, leading or bare point.
    ///
    /// # Errors
    /// For something that is no number.
    pub fn digits(&self) -> Result<Option<String>, BadValue> {
        decimal_of(&self.0)
    }
}

impl<'de, const PRECISION: u8, const SCALE: u8> Value<'de> for Decimal<'de, PRECISION, SCALE> {
    const DATA_TYPE: DataType =
        DataType::Decimal(DecimalSize { precision: PRECISION, scale: SCALE });

    fn slot(&mut self) -> Slot<'_, 'de> {
        Slot::Decimal(&mut self.0)
    }
}

/// The digits of a JSON value.
pub(crate) fn decimal_of(json: &Json<'_>) -> Result<Option<String>, BadValue> {
    let Some(text) = json.as_str() else { return Ok(None) };
    let text = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    if text.trim().is_empty() {
        return Ok(None);
    }
    let digits = plain_decimal(text.trim()).ok_or_else(|| BadValue::new("a decimal", text))?;
    Ok(Some(digits))
}

/// Writes out a number without exponent, plus sign, leading or bare point. None for no number.
fn plain_decimal(text: &str) -> Option<String> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse().ok()?),
        None => (text, 0),
    };
    let (is_negative, unsigned) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let mut digits = format!("{whole}{fraction}");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if !(-EXPONENT_MAX..=EXPONENT_MAX).contains(&exponent) {
        return None;
    }
    let mut point = i32::try_from(whole.len()).ok()? + exponent;
    while point <= 0 {
        digits.insert(0, '0');
        point += 1;
    }
    let point = usize::try_from(point).ok()?;
    while digits.len() < point {
        digits.push('0');
    }
    let (whole, fraction) = digits.split_at(point);
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if is_negative { "-" } else { "" };
    let dot = if fraction.is_empty() { "" } else { "." };
    Some(format!("{sign}{whole}{dot}{fraction}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_written_out() {
        for (text, plain) in [
            ("0", Some("0")),
            ("-12.50", Some("-12.50")),
            ("+.5", Some("0.5")),
            ("007.", Some("7")),
            ("1.25e2", Some("125")),
            ("1.25e1", Some("12.5")),
            ("125E-4", Some("0.0125")),
            ("12e3", Some("12000")),
            ("123456789012345678901234567890.12", Some("123456789012345678901234567890.12")),
            ("", None),
            ("-", None),
            (".", None),
            ("1,5", None),
            ("1e99", None),
            ("nan", None),
            ("--1", None),
        ] {
            assert_eq!(plain_decimal(text).as_deref(), plain, "{text}");
        }
    }
}
