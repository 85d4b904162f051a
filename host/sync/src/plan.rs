//! What a run is to do, decided before the first row is asked for and without input or output.

use std::collections::BTreeSet;

use tollgate_model::{Column, Error, ErrorKind, Result, Setting, Stream, near_miss};

use crate::destination::{ChildOf, Mode, Table};
use crate::retry::PART_RETRIES_DEFAULT;
use crate::source::{Read, WantedColumn};
use crate::state::Scope;

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
    /// What the state is about that is kept with the rows.
    pub scope: Scope,
    /// Whether a read goes on where the one before ended, and brings only what is new.
    pub has_cursor: bool,
    /// Whether what earlier runs have kept is gone on with.
    pub refresh: Refresh,
    /// How many parts of the stream are read side by side, at least 1.
    pub concurrency: usize,
    /// How often a part that fails is opened again.
    pub part_retries: u32,
    /// Rows after which the run is complete; of rows with children, the last page is taken whole. A
    /// run with a limit is a sample: it neither goes on with an earlier run nor keeps a state.
    pub limit: Option<u64>,
}

/// What merging does with a row that was deleted at the provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Deletes {
    /// It is taken from the table, its child rows with it.
    #[default]
    Remove,
    /// It stays, as it came.
    Keep,
}

/// Whether what earlier runs have kept is gone on with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// It is.
    #[default]
    GoOn,
    /// It is thrown away, and everything read from the start.
    Full,
}

/// What a user chose for a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// The stream's options, checked and resolved.
    pub options: Vec<Setting>,
    /// The columns, in order. Empty: all.
    pub columns: Vec<String>,
    /// The child tables, in order.
    pub children: Vec<String>,
    /// The table. `None`: called like the stream.
    pub table: Option<String>,
    /// What becomes of the rows that are there.
    pub mode: Mode,
    /// What merging does with deleted rows.
    pub deletes: Deletes,
    /// Whose rows they are: a connector and an account. A state of another one does not apply.
    pub source: String,
    /// When the run begins, in microseconds UTC.
    pub started_at: i64,
    /// Whether what earlier runs have kept is gone on with.
    pub refresh: Refresh,
    /// Parts read side by side. `None`: [`CONCURRENCY_DEFAULT`].
    pub concurrency: Option<usize>,
    /// How often a part that fails is opened again. `None`: [`PART_RETRIES_DEFAULT`].
    pub part_retries: Option<u32>,
    /// Rows after which the run is complete.
    pub limit: Option<u64>,
}

impl Plan {
    /// Plans a run of this stream, whose columns for this account are `available`.
    ///
    /// The table has the stream's primary key only where all its columns are chosen. A child table
    /// is called like the table, `_`, and its own name.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a column or child table that does not exist or is named twice, and
    /// for [`Mode::Merge`] without what it takes.
    pub fn new(stream: &Stream, available: &[Column], choices: Choices) -> Result<Plan> {
        let columns = select(&stream.name, available, &choices.columns)?;
        let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        check_mode(stream, &names, choices.mode, choices.deletes)?;
        let name = choices.table.unwrap_or_else(|| stream.name.clone());
        let wanted = columns.iter().map(WantedColumn::from).collect();
        let table = Table {
            children: children(stream, &name, &choices.children)?,
            name,
            columns,
            primary_key: if has_key(stream, &names) {
                stream.primary_key.clone()
            } else {
                Vec::new()
            },
            deletion: deletion(stream, choices.mode, choices.deletes).cloned(),
            mode: choices.mode,
        };
        let scope = Scope {
            source: choices.source,
            stream: stream.name.clone(),
            mode: choices.mode,
            options: Scope::options_of(&choices.options),
            columns: table
                .each()
                .iter()
                .flat_map(|table| Scope::columns_of(&table.name, &table.columns))
                .collect(),
        };
        Ok(Plan {
            read: Read {
                stream: stream.name.clone(),
                options: choices.options,
                columns: wanted,
                children: choices.children,
                started_at: choices.started_at,
                rows_wanted: choices.limit,
            },
            table,
            scope,
            // Only what is new in the place of all that is there would be a loss.
            has_cursor: stream.cursor.is_some() && choices.mode != Mode::Replace,
            refresh: choices.refresh,
            concurrency: choices.concurrency.unwrap_or(CONCURRENCY_DEFAULT).max(1),
            part_retries: choices.part_retries.unwrap_or(PART_RETRIES_DEFAULT),
            limit: choices.limit,
        })
    }
}

/// What becomes of the rows that are there, where nobody says: a stream that tells what is new in
/// rows with a key is merged, if the destination can; any other is replaced.
pub fn default_mode(stream: &Stream, chosen: &[String], destination_merges: bool) -> Mode {
    if destination_merges && has_key(stream, chosen) && stream.cursor.is_some() {
        Mode::Merge
    } else {
        Mode::Replace
    }
}

/// Whether the chosen columns (none: all) hold the stream's key.
fn has_key(stream: &Stream, chosen: &[String]) -> bool {
    !stream.primary_key.is_empty()
        && (chosen.is_empty() || stream.primary_key.iter().all(|name| chosen.contains(name)))
}

/// The column by which rows are taken away.
fn deletion(stream: &Stream, mode: Mode, deletes: Deletes) -> Option<&String> {
    let removes = mode == Mode::Merge && deletes == Deletes::Remove;
    stream.deletion.as_ref().filter(|_| removes)
}

/// Refuses a mode that does not go with these columns (none: all).
///
/// # Errors
/// [`ErrorKind::Config`] for [`Mode::Merge`] without the stream's key, or without the column that
/// tells deletions where those are to be followed.
pub fn check_mode(stream: &Stream, chosen: &[String], mode: Mode, deletes: Deletes) -> Result<()> {
    if mode == Mode::Merge && !has_key(stream, chosen) {
        return Err(cannot_merge(stream));
    }
    match deletion(stream, mode, deletes) {
        Some(column) if !chosen.is_empty() && !chosen.contains(column) => {
            let message = format!(
                "merging stream {} takes its column {column}, which tells deletions",
                stream.name
            );
            let hint = "keep it among the columns that are read, or say deletes = \"keep\"";
            Err(Error::new(ErrorKind::Config, message).with_hint(hint))
        }
        _ => Ok(()),
    }
}

fn cannot_merge(stream: &Stream) -> Error {
    if stream.primary_key.is_empty() {
        let message = format!("stream {} has no key by which rows could be merged", stream.name);
        return Error::new(ErrorKind::Config, message).with_hint("the modes replace and append go");
    }
    let key = stream.primary_key.join(", ");
    Error::new(ErrorKind::Config, format!("merging stream {} takes its key: {key}", stream.name))
        .with_hint("keep the key among the columns that are read")
}

/// The chosen child tables of a stream that is loaded into this table.
fn children(stream: &Stream, table: &str, chosen: &[String]) -> Result<Vec<ChildOf>> {
    let mut seen = BTreeSet::new();
    let find = |name: &String| {
        if !seen.insert(name.clone()) {
            let message = format!("child table {name:?} is named twice");
            return Err(Error::new(ErrorKind::Config, message));
        }
        let child = stream.child(name).ok_or_else(|| {
            let known = stream.children.iter().map(|child| child.name.as_str());
            let message = format!("stream {} has no child table {name:?}", stream.name);
            Error::new(ErrorKind::Config, message).with_hint(near_miss::hint(name, known))
        })?;
        Ok(ChildOf {
            name: format!("{table}_{name}"),
            columns: child.columns.clone(),
            primary_key: child.primary_key.clone(),
        })
    };
    chosen.iter().map(find).collect()
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
            deletion: None,
            partitioned: false,
            writes: Vec::new(),
            children: vec![tollgate_model::ChildTable {
                name: "phones".to_owned(),
                description: String::new(),
                columns: vec![column("id"), column("number")],
                primary_key: Vec::new(),
            }],
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
        assert!(plan.read.columns.iter().map(|c| c.name.as_str()).eq(["id", "email", "color"]));
        assert_eq!((plan.table.name.as_str(), plan.table.primary_key.len()), ("contacts", 1));
    }

    #[test]
    fn the_order_of_choice_is_kept_and_a_key_that_is_not_chosen_is_no_key() {
        let plan = plan(&["color", "email"]).unwrap();
        assert!(plan.read.columns.iter().map(|c| c.name.as_str()).eq(["color", "email"]));
        assert!(plan.table.primary_key.is_empty());
    }

    #[test]
    fn unknown_and_repeated_columns_are_errors_that_help() {
        let error = plan(&["emial"]).unwrap_err();
        assert_eq!(error.hint(), Some("did you mean `email`?"));
        assert!(plan(&["id", "id"]).unwrap_err().message().contains("twice"));
    }

    fn planned(choices: Choices) -> Result<Plan> {
        Plan::new(&stream(), &[column("id"), column("email")], choices)
    }

    #[test]
    fn child_tables_are_called_like_the_table_and_themselves() {
        let (children, table) = (vec!["phones".to_owned()], Some("folk".to_owned()));
        let plan = planned(Choices { children, table, ..Choices::default() }).unwrap();
        assert_eq!(plan.table.children[0].name, "folk_phones");
        assert_eq!(plan.read.children, ["phones"]);
        assert!(plan.scope.columns.contains(&"folk_phones.number int64".to_owned()));
        for (names, text) in [(vec!["phone"], "phones"), (vec!["phones", "phones"], "twice")] {
            let children = names.into_iter().map(str::to_owned).collect();
            let error = planned(Choices { children, ..Choices::default() }).unwrap_err();
            let told = format!("{error} {}", error.hint().unwrap_or_default());
            assert!(error.kind() == ErrorKind::Config && told.contains(text), "{told}");
        }
    }

    #[test]
    fn merging_takes_the_key_among_the_columns() {
        let merge = |columns: &[&str]| {
            let columns = columns.iter().map(|name| (*name).to_owned()).collect();
            planned(Choices { columns, mode: Mode::Merge, ..Choices::default() })
        };
        assert!(merge(&[]).is_ok() && merge(&["email", "id"]).is_ok());
        let error = merge(&["email"]).unwrap_err();
        assert_eq!(
            (error.kind(), error.message()),
            (ErrorKind::Config, "merging stream contacts takes its key: id")
        );
    }

    #[test]
    fn deletions_are_followed_where_rows_are_merged_and_take_their_column() {
        let stream = Stream { deletion: Some("color".to_owned()), ..stream() };
        let planned = |mode, deletes, columns: &[&str]| {
            let columns = columns.iter().map(|name| (*name).to_owned()).collect();
            let available = [column("id"), column("email"), column("color")];
            let choices = Choices { mode, deletes, columns, ..Choices::default() };
            Plan::new(&stream, &available, choices).map(|plan| plan.table.deletion)
        };
        let color = Some("color".to_owned());
        for (mode, deletes, columns, expected) in [
            (Mode::Merge, Deletes::Remove, &[][..], color.clone()),
            (Mode::Merge, Deletes::Remove, &["color", "id"], color),
            (Mode::Merge, Deletes::Keep, &["id"], None),
            (Mode::Append, Deletes::Remove, &["id"], None),
            (Mode::Replace, Deletes::Remove, &[], None),
        ] {
            assert_eq!(planned(mode, deletes, columns).unwrap(), expected, "{mode:?} {columns:?}");
        }
        let error = planned(Mode::Merge, Deletes::Remove, &["id"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.message().contains("takes its column color, which tells deletions"));
    }

    #[test]
    fn a_stream_that_tells_what_is_new_in_rows_with_a_key_is_merged_where_that_can_be() {
        let cursor = Stream { cursor: Some("id".to_owned()), ..stream() };
        let keyless = Stream { primary_key: Vec::new(), ..cursor.clone() };
        let email = ["email".to_owned()];
        for (stream, chosen, merges, expected) in [
            (&cursor, &[][..], true, Mode::Merge),
            (&cursor, &email[..], true, Mode::Replace),
            (&cursor, &[][..], false, Mode::Replace),
            (&keyless, &[][..], true, Mode::Replace),
            (&stream(), &[][..], true, Mode::Replace),
        ] {
            assert_eq!(default_mode(stream, chosen, merges), expected);
        }
    }
}
