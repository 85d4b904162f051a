//! Values that stand as texts.

use tollgate_destinations::conformance::Value;
use tollgate_model::DataType;

/// The value that a text stands for. A text that breaks the format of its type becomes a text,
/// which then is not what the suite expects.
pub fn parse(data_type: DataType, text: &str) -> Value {
    let parsed = match data_type {
        DataType::Boolean => match text {
            "true" => Some(Value::Boolean(true)),
            "false" => Some(Value::Boolean(false)),
            _ => None,
        },
        DataType::Int64 => text.parse().ok().map(Value::Int64),
        DataType::Float64 => text.parse().ok().map(Value::float64),
        DataType::Decimal { scale, .. } => {
            let digits = text.split_once('.').map_or("", |(_, digits)| digits);
            let unscaled = text.replace('.', "").parse().ok().map(Value::Decimal);
            unscaled.filter(|_| digits.len() == usize::from(scale))
        }
        DataType::Text => Some(Value::text(text)),
        DataType::Json => Some(Value::json(text)),
        DataType::Date => parse_date(text),
        DataType::Timestamp => parse_timestamp(text),
        DataType::Bytes => None,
    };
    parsed.unwrap_or_else(|| Value::text(format!("not a {data_type}: {text}")))
}

fn parse_date(text: &str) -> Option<Value> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = (date - epoch).get_days();
    (date.to_string() == text).then_some(Value::Date(days))
}

fn parse_timestamp(text: &str) -> Option<Value> {
    // The last days of the year 9999 are beyond what `Timestamp` takes, so they are counted here.
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let Value::Date(days) = parse_date(date)? else { return None };
    let time: jiff::civil::Time = time.parse().ok()?;
    let micros = time.duration_since(jiff::civil::Time::midnight()).as_micros();
    let is_fixed_form = text.len() == "2024-02-29T13:05:09.000250Z".len();
    let micros = i64::from(days) * 86_400_000_000 + i64::try_from(micros).ok()?;
    is_fixed_form.then_some(Value::Timestamp(micros))
}
