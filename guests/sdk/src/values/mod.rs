//! The types of a record's fields. Each takes what providers really send and refuses the rest with
//! an error that names the field; none turns what it does not understand into null.
//!
//! | type | JSON values it takes | column |
//! |---|---|---|
//! | [`Int`] | whole numbers, also as text; `""` and `null` are null | `int64` |
//! | [`Float`] | numbers, also as text; `""` and `null` are null | `float64` |
//! | [`Seconds`] | durations of ISO 8601, and numbers as [`Float`] has them | `float64` |
//! | [`Decimal`] | numbers, also as text, digit by digit; `""` and `null` are null | `decimal` |
//! | [`Flag`] | `true`, `false`, `0`, `1`, also as text; `""` and `null` are null | `boolean` |
//! | [`Text`] | texts, numbers, truth values; only `null` is null | `text` |
//! | [`Date`] | see [`parse_date`](crate::time::parse_date) | `date` |
//! | [`Timestamp`] | see [`parse_moment`](crate::time::parse_moment) | `timestamp` |
//! | [`Json`] | anything, kept as written; `null` is null | `json` |
//! | [`Others`] | all keys that no other field has, as one object | `json` |
//! | [`Dynamic`] | the keys that the account's dynamic columns have | one `text` each |

mod dynamic;
mod flag;
mod json;
mod numbers;
mod seconds;
mod text;
mod times;

pub use dynamic::Dynamic;
pub use flag::Flag;
pub use json::{Json, Others};
pub(crate) use numbers::decimal_of;
pub use numbers::{Decimal, Float, Int};
pub use seconds::Seconds;
pub use text::Text;
pub use times::{Date, Timestamp};
pub(crate) use times::{days_of, micros_of, present};

use crate::decode::Scalar;
use crate::failure::BadValue;

/// Takes what a JSON value says.
pub(crate) trait FromScalar<'de>: Sized {
    /// The value, or the error for one that the type cannot take. Whoever calls names the field.
    fn from_scalar(scalar: Scalar<'de>) -> Result<Self, BadValue>;
}
