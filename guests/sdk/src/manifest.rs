//! The parts of a descriptor, with shorthands for the common ones.

pub use crate::bindings::tollgate::connector::manifest::{
    AuthMethod, AuthScheme, Basic, ClientAuthentication, Descriptor, ExchangeBasic, ExchangeBody,
    ExchangeRequest, Fixed, LimitMeaning, LimitSign, Oauth2, Oauth2Grants, Parameter, QuotaReset,
    RateLimit, TakenValue, TokenExchange,
};
pub use crate::bindings::tollgate::connector::types::Stream as StreamDescription;
pub use crate::bindings::tollgate::connector::types::{
    ChildTable, Choice, Column, Condition, DataType, DecimalSize, Field, FieldKind, Operation,
    WriteOperation,
};
use crate::record::{Record, Table};

impl Field {
    /// A field that may be left out and has no default.
    pub fn new(name: &str, title: &str, kind: FieldKind) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: String::new(),
            kind,
            required: false,
            default: None,
            shown_when: Vec::new(),
        }
    }

    /// One of several values.
    pub fn choice(name: &str, title: &str, choices: &[(&str, &str)]) -> Self {
        Self::new(name, title, FieldKind::Choice(menu(choices)))
    }

    /// Any of several values.
    pub fn choices(name: &str, title: &str, choices: &[(&str, &str)]) -> Self {
        Self::new(name, title, FieldKind::Choices(menu(choices)))
    }

    /// What the field does.
    #[must_use]
    pub fn describe(mut self, description: &str) -> Self {
        self.description = description.to_owned();
        self
    }

    /// It must be set.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Its value where none is set.
    #[must_use]
    pub fn default(mut self, value: &str) -> Self {
        self.default = Some(value.to_owned());
        self
    }

    /// It is shown only where another field has one of these values.
    #[must_use]
    pub fn shown_when(mut self, field: &str, one_of: &[&str]) -> Self {
        let one_of = one_of.iter().map(|&value| value.to_owned()).collect();
        self.shown_when.push(Condition { field: field.to_owned(), one_of });
        self
    }
}

fn menu(choices: &[(&str, &str)]) -> Vec<Choice> {
    choices.iter().map(|&(value, title)| Choice::new(value, title)).collect()
}

impl Choice {
    /// A value and what people read.
    pub fn new(value: impl Into<String>, title: impl Into<String>) -> Self {
        Self { value: value.into(), title: title.into() }
    }
}

impl Parameter {
    /// A name and the template of its value.
    pub fn new(name: &str, value: &str) -> Self {
        Self { name: name.to_owned(), value: value.to_owned() }
    }
}

impl Column {
    /// A column whose value may be missing.
    pub fn new(name: &str, data_type: DataType, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            data_type,
            nullable: true,
            description: description.to_owned(),
        }
    }

    /// Every row has a value; rows that are written have to bring it.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.nullable = false;
        self
    }
}

impl WriteOperation {
    /// An operation that takes these columns, one row a call, without options. The description
    /// says what identifies a row, and what happens to values that are left out.
    pub fn new(
        operation: Operation,
        description: &str,
        columns: impl IntoIterator<Item = Column>,
    ) -> Self {
        Self {
            operation,
            description: description.to_owned(),
            columns: columns.into_iter().collect(),
            rows_per_call: 1,
            options: Vec::new(),
        }
    }

    /// So many rows a call, up to 1,000: for providers that take several in one request. Where the
    /// process dies in a call, nobody knows what became of its rows.
    #[must_use]
    pub fn rows_per_call(mut self, rows: u32) -> Self {
        self.rows_per_call = rows;
        self
    }

    /// Its options.
    #[must_use]
    pub fn options(mut self, options: impl IntoIterator<Item = Field>) -> Self {
        self.options.extend(options);
        self
    }
}

impl StreamDescription {
    /// A stream of `R`, with its columns and its key: to be read whole, without options.
    pub fn of<R: Record>(name: &str, title: &str, description: &str) -> Self {
        Self::of_table(R::TABLE, name, title, description)
    }

    fn of_table(table: &'static Table, name: &str, title: &str, description: &str) -> Self {
        let columns = table.columns().map(|(_, field)| field.column()).collect();
        let keys = table.fields.iter().filter(|field| field.is_key);
        Self {
            primary_key: keys.map(|field| field.name.to_owned()).collect(),
            ..Self::of_columns(columns, name, title, description)
        }
    }

    /// A stream with these columns and no key: to be read whole, without options.
    pub fn of_columns(columns: Vec<Column>, name: &str, title: &str, description: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: title.to_owned(),
            description: description.to_owned(),
            columns,
            dynamic_columns: false,
            primary_key: Vec::new(),
            cursor: None,
            deletion: None,
            partitioned: false,
            writes: Vec::new(),
            children: Vec::new(),
            options: Vec::new(),
        }
    }

    /// Its options.
    #[must_use]
    pub fn options(mut self, options: impl IntoIterator<Item = Field>) -> Self {
        self.options.extend(options);
        self
    }

    /// The ways to change its rows.
    #[must_use]
    pub fn writes(mut self, operations: impl IntoIterator<Item = WriteOperation>) -> Self {
        self.writes.extend(operations);
        self
    }

    /// The column by which later runs go on.
    #[must_use]
    pub fn cursor(mut self, column: &str) -> Self {
        self.cursor = Some(column.to_owned());
        self
    }

    /// The column that tells, where it is not null, that a row was deleted at the provider.
    #[must_use]
    pub fn deletion(mut self, column: &str) -> Self {
        self.deletion = Some(column.to_owned());
        self
    }

    /// `partitions` splits a read of it.
    #[must_use]
    pub fn partitioned(mut self) -> Self {
        self.partitioned = true;
        self
    }

    /// `discover` may add columns.
    #[must_use]
    pub fn dynamic_columns(mut self) -> Self {
        self.dynamic_columns = true;
        self
    }
}
