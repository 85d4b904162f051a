#![doc = include_str!("../README.md")]
#![deny(missing_docs)]

pub mod check;
pub mod clock;
pub mod data_type;
pub mod decimal;
pub mod descriptor;
pub mod error;
pub mod event;
pub mod json_schema;
pub mod literal;
pub mod names;
pub mod near_miss;
pub mod origin;
pub mod schema;
pub mod settings;
pub mod template;
pub mod text;

pub use clock::{Clock, ManualClock, SystemClock};
pub use data_type::DataType;
pub use descriptor::{
    AuthMethod, AuthScheme, Basic, ChildTable, Choice, ClientAuthentication, Condition, Descriptor,
    ExchangeBasic, ExchangeBody, ExchangeRequest, Field, FieldKind, LimitMeaning, LimitSign,
    OAuth2, OAuth2Grant, Operation, Parameter, QuotaReset, RateLimit, Stream, TakenValue,
    TokenExchange, WriteOperation,
};
pub use error::{Error, ErrorKind, Result};
pub use event::{
    Event, LogLevel, Observer, RequestAudit, Unobserved, Usage, WaitReason, as_millis,
};
pub use names::{AccountName, ConnectorId, SyncName};
pub use schema::Column;
pub use settings::{Setting, Settings};
pub use template::{JsonTemplate, Template};
