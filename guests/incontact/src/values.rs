//! Values as inContact writes them.

use tollgate_sdk::time::Utc;
use tollgate_sdk::values::Timestamp;

/// An instant. Without an offset it is UTC.
pub type Moment<'a> = Timestamp<'a, Utc>;
