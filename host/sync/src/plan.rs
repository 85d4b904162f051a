//! What a run is to do, decided before the first row is asked for and without input or output.

use std::collections::BTreeSet;

use tollgate_model::{Column, Error, ErrorKind, Result, Setting, Stream, near_miss};

use crate::destination::{Mode, Table};
use crate::source::Read;

/// How many parts of a stream are read side by side where nothing else is said. The account's own
/// limits hold beside it; each part under way costs an instance's memory.
pub const CONCURRENCY_DEFAULT: usize = 4;

/// What a run is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// What is read.
    pub read: Read,
    /// What is loaded.
    pub table: Table,
    /// How many parts of the stream are read side by side, at least 1.
    pub concurrency: usize,
    /// Rows after which the run is complete.
    pub limit: Option<u64>,
}

/// What a user chose for a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The stream's options, checked and resolved.
    pub options: Vec<Setting>,
    /// The columns, in order. Empty: all.
    pub columns: Vec<String>,
    /// The table. `None`: called like the stream.
    pub table: Option<String>,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// Parts read side by side. `None`: [`CONCURRENCY_DEFAULT`].
    pub concurrency: Option<usize>,
    /// Rows after which the run is complete.
    pub limit: Option<u64>,
}

impl Plan {
    /// Plans a run of this stream, whose columns for this account are `available`.
    ///
    /// The table has the stream's primary key only where all its columns are chosen.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a column that does not exist or is named twice.
    pub fn new(stream: &Stream, available: &[Column], choices: Choices) -> Result<Plan> {
        let columns = select(&stream.name, available, &choices.columns)?;
        let has = |name: &String| columns.iter().any(|column| column.name == *name);
        let primary_key = match stream.primary_key.iter().all(has) {
            true => stream.primary_key.clone(),
            false => Vec::new(),
        };
        Ok(Plan {
            read: Read {
                stream: stream.name.clone(),
                options: choices.options,
                columns: columns.iter().map(|column| column.name.clone()).collect(),
                rows_wanted: choices.limit,
            },
            table: Table {
                name: choices.table.unwrap_or_else(|| stream.name.clone()),
                columns,
                primary_key,
                mode: choices.mode,
            },
            concurrency: choices.concurrency.unwrap_or(CONCURRENCY_DEFAULT).max(1),
            limit: choices.limit,
        })
    }
}

/// The chosen ones of these columns, in the order of choice; all where none is chosen.
///
/// # Errors
/// [`ErrorKind::Config`] for a column that does not exist or is named twice.
pub fn select(stream: &str, available: &[Column], chosen: &[String]) -> Result<Vec<Column>> {
    if chosen.is_empty() {
        return Ok(available.to_vec());
    }
    let mut seen = BTreeSet::new();
    let find = |name: &String| {
        if !seen.insert(name.clone()) {
            let message = format!("column {name:?} is named twice");
            return Err(Error::new(ErrorKind::Config, message));
        }
        available.iter().find(|column| column.name == *name).cloned().ok_or_else(|| {
            let known = available.iter().map(|column| column.name.as_str());
            Error::new(ErrorKind::Config, format!("stream {stream} has no column {name:?}"))
                .with_hint(near_miss::hint(name, known))
        })
    };
    chosen.iter().map(find).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_model::DataType;

    fn column(name: &str) -> Column {
        Column {
            name: name.to_owned(),
            data_type: DataType::Int64,
            nullable: true,
            description: String::new(),
        }
    }

    fn stream() -> Stream {
        Stream {
            name: "contacts".to_owned(),
            title: "Contacts".to_owned(),
            description: String::new(),
            columns: vec![column("id"), column("email")],
            dynamic_columns: true,
            primary_key: vec!["id".to_owned()],
            cursor: None,
            partitioned: false,
            writes: Vec::new(),
            children: Vec::new(),
            options: Vec::new(),
        }
    }

    fn plan(columns: &[&str]) -> Result<Plan> {
        let available = [column("id"), column("email"), column("color")];
        let columns = columns.iter().map(|name| (*name).to_owned()).collect();
        Plan::new(&stream(), &available, Choices { columns, ..Choices::default() })
    }

    #[test]
    fn without_a_choice_all_columns_are_read_into_a_table_called_like_the_stream() {
        let plan = plan(&[]).unwrap();
        assert_eq!(plan.read.columns, ["id", "email", "color"]);
        assert_eq!((plan.table.name.as_str(), plan.table.primary_key.len()), ("contacts", 1));
    }

    #[test]
    fn the_order_of_choice_is_kept_and_a_key_that_is_not_chosen_is_no_key() {
        let plan = plan(&["color", "email"]).unwrap();
        assert_eq!(plan.read.columns, ["color", "email"]);
        assert!(plan.table.primary_key.is_empty());
    }

    #[test]
    fn unknown_and_repeated_columns_are_errors_that_help() {
        let error = plan(&["emial"]).unwrap_err();
        assert_eq!(error.hint(), Some("did you mean `email`?"));
        assert!(plan(&["id", "id"]).unwrap_err().message().contains("twice"));
    }
}
