//! Sizes, durations and counts, against their arithmetic in whole numbers.

use std::time::Duration;

use tollgate_cli::quantities;

/// The first line is a text that somebody wrote; eight bytes are a number that is shown.
pub fn run(input: &[u8]) {
    if let Ok(bytes) = <[u8; 8]>::try_from(input) {
        look_at_shown(u64::from_le_bytes(bytes));
    }
    let text = String::from_utf8_lossy(input);
    let text = text.as_ref();
    if let Some(duration) = quantities::parse_duration(text) {
        let unit = |unit: &str| match unit {
            "ms" => 1,
            "s" | "sec" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            other => panic!("{text:?}: a duration has no unit {other:?}"),
        };
        check(text, duration.as_millis(), unit);
    }
    if let Some(bytes) = quantities::parse_size(text) {
        let unit = |unit: &str| match unit {
            "b" | "byte" | "bytes" => 1,
            "kb" => 1_000,
            "mb" => 1_000_000,
            "gb" => 1_000_000_000,
            "kib" => 1 << 10,
            "mib" => 1 << 20,
            "gib" => 1 << 30,
            other => panic!("{text:?}: a size has no unit {other:?}"),
        };
        check(text, u128::from(bytes), unit);
    }
    if let Some(count) = quantities::parse_count(text) {
        let digits: String = text.trim().chars().filter(|c| *c != '_').collect();
        assert_eq!(digits.parse(), Ok(count), "{text:?}");
    }
}

/// Whether an amount is what a text says, to the nearest one of its unit; whole numbers exactly.
fn check(text: &str, amount: u128, unit: impl Fn(&str) -> u128) {
    let lower = text.trim().to_ascii_lowercase();
    let (number, name) =
        lower.split_at(lower.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(lower.len()));
    let number = number.trim_end().replace('_', "");
    let (whole, fraction) = number.split_once('.').unwrap_or((&number, ""));
    let is_number = whole.len() + fraction.len() > 0
        && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    assert!(is_number, "{text:?} was taken for {amount}");
    let unit = unit(name);
    // Digits beyond these are less than the nearest one of any unit.
    let fraction: String = fraction.chars().take(18).collect();
    let digits = |digits: &str| digits.parse::<u128>().unwrap_or_default();
    let (scale, part) = (10_u128.pow(fraction.len() as u32), digits(&fraction));
    let exact = (digits(whole) * scale + part).saturating_mul(unit);
    let apart = exact.abs_diff(amount.saturating_mul(scale));
    let allowed = if part == 0 && number.find('.').is_none() { 0 } else { scale };
    assert!(apart <= allowed, "{text:?} was taken for {amount}");
}

/// What is shown has a number and a unit, and reads back as about the same.
fn look_at_shown(number: u64) {
    let commas: String = quantities::count(number).chars().filter(|c| *c != ',').collect();
    assert_eq!(commas.parse(), Ok(number));
    let shown = quantities::size(number);
    if let Some(again) = quantities::parse_size(&shown) {
        let apart = again.abs_diff(number);
        assert!(apart <= number / 20 + 1, "{number} is shown as {shown}");
    }
    let shown = quantities::duration(Duration::from_millis(number));
    assert!(shown.starts_with(|c: char| c.is_ascii_digit()), "{shown}");
    assert!(!quantities::instant(number as i64).is_empty());
}
