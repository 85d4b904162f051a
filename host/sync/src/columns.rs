//! What columns are called and hold where they are loaded, and how batches get there: renamed and
//! cast in one place, between source and destination.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use tollgate_model::text::{is_line, quote};
use tollgate_model::{Column, DataType, Error, ErrorKind, Result, near_miss, schema};

use crate::cast::cast;
use crate::destination::Table;

/// Other names and types than the source's, by column. The key is the source's name of a column, or
/// its stream's name, a dot, and that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnChanges {
    /// What columns are called.
    pub names: BTreeMap<String, String>,
    /// What columns hold.
    pub types: BTreeMap<String, DataType>,
}

impl ColumnChanges {
    /// Those for one stream, by column alone. `streams` are all streams there are: a key with
    /// another one's name is not about this one. A key with the stream's name comes before one
    /// without.
    #[must_use]
    pub fn of_stream(&self, stream: &str, streams: &[&str]) -> Self {
        ColumnChanges {
            names: of_stream(&self.names, stream, streams),
            types: of_stream(&self.types, stream, streams),
        }
    }

    /// The columns and streams that are named, as they were written.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.names.keys().chain(self.types.keys()).map(String::as_str)
    }

    /// Those that name one of these columns.
    #[must_use]
    pub fn about(&self, columns: &[Column]) -> Self {
        let is_there = |name: &String| columns.iter().any(|column| column.name == *name);
        let mut about = self.clone();
        about.names.retain(|name, _| is_there(name));
        about.types.retain(|name, _| is_there(name));
        about
    }

    /// What a column is called.
    fn name(&self, column: &str) -> String {
        self.names.get(column).cloned().unwrap_or_else(|| column.to_owned())
    }

    /// The names of a key's columns, of which these may be changed.
    pub(crate) fn keys_of(&self, key: &[String], may_change: impl Fn(&str) -> bool) -> Vec<String> {
        let name = |name: &String| match may_change(name) {
            true => self.name(name),
            false => name.clone(),
        };
        key.iter().map(name).collect()
    }

    /// What the column that tells deletions is called.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for one that is to hold something else: it has to say what it says.
    pub(crate) fn deletion(&self, column: Option<&String>) -> Result<Option<String>> {
        match column.filter(|column| self.types.contains_key(*column)) {
            None => Ok(column.map(|column| self.name(column))),
            Some(column) => {
                let message = format!("column {} tells deletions as it is", quote(column));
                let hint = "leave its type, or keep deleted rows";
                Err(Error::new(ErrorKind::Config, message).with_hint(hint))
            }
        }
    }

    /// Refuses changes of columns that are not read.
    ///
    /// # Errors
    /// [`ErrorKind::Config`], with what was likely meant.
    pub(crate) fn check(&self, stream: &str, available: &[Column], read: &[Column]) -> Result<()> {
        let is_in = |columns: &[Column], name: &str| columns.iter().any(|c| c.name == name);
        let Some(name) = self.keys().find(|name| !is_in(read, name)) else { return Ok(()) };
        if is_in(available, name) {
            let message = format!("column {} of stream {stream} is not read", quote(name));
            let hint = "name it among the columns too, or leave it as it is";
            return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
        }
        let known = available.iter().map(|column| column.name.as_str());
        let message = format!("stream {stream} has no column {}", quote(name));
        Err(Error::new(ErrorKind::Config, message).with_hint(near_miss::hint(name, known)))
    }

    /// The columns of a table as they are loaded, of those that may be changed.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for a type that a column cannot be turned into, a name that is no line
    /// of text, and two columns of one name.
    pub(crate) fn apply(
        &self,
        table: &str,
        columns: &[Column],
        may_change: impl Fn(&str) -> bool,
    ) -> Result<Vec<Column>> {
        let changed = |column: &Column| match may_change(&column.name) {
            true => self.changed(column),
            false => Ok(column.clone()),
        };
        let changed = columns.iter().map(changed).collect::<Result<Vec<_>>>()?;
        for (at, column) in changed.iter().enumerate() {
            if let Some(twin) = changed[..at].iter().position(|other| other.name == column.name) {
                let [one, other] = [twin, at].map(|at| quote(&columns[at].name));
                let name = quote(&column.name);
                let message =
                    format!("columns {one} and {other} of {table} would both be called {name}");
                let hint = "give one of them another name, or do not read it";
                return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
            }
        }
        Ok(changed)
    }

    fn changed(&self, column: &Column) -> Result<Column> {
        let (from, quoted) = (column.data_type, quote(&column.name));
        let to = self.types.get(&column.name).copied().unwrap_or(from);
        if !from.converts_to(to) {
            let message = format!("column {quoted} holds {from}, which cannot be turned into {to}");
            let hint = "any type can be turned into `text`, and `text` into any";
            return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
        }
        let name = self.name(&column.name);
        if name.is_empty() || !is_line(&name) {
            let message = format!("column {quoted} cannot be called {}", quote(&name));
            let hint = "a name is a line of text without control characters";
            return Err(Error::new(ErrorKind::Config, message).with_hint(hint));
        }
        Ok(Column { name, data_type: to, ..column.clone() })
    }
}

fn of_stream<T: Clone>(
    changes: &BTreeMap<String, T>,
    stream: &str,
    streams: &[&str],
) -> BTreeMap<String, T> {
    let column_of = |key: &str, stream: &str| -> Option<String> {
        key.strip_prefix(stream)?.strip_prefix('.').map(str::to_owned)
    };
    let is_bare = |key: &str| streams.iter().all(|stream| column_of(key, stream).is_none());
    let bare = changes.iter().filter(|(key, _)| is_bare(key));
    let own = changes.iter().filter_map(|(key, to)| Some((column_of(key, stream)?, to.clone())));
    bare.map(|(key, to)| (key.clone(), to.clone())).chain(own).collect()
}

/// How the batches of a read become those of the tables that are loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// That of the table itself is the first, those of its child tables follow.
    tables: Vec<TableShape>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct TableShape {
    schema: SchemaRef,
    columns: Vec<Way>,
    is_renamed: bool,
}

/// What a column holds, from the source on to the table: a type the user chose may lie between.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Way {
    name: String,
    types: Vec<DataType>,
}

impl Shape {
    /// From the columns that the source gives, those of each table, to those of the table.
    pub(crate) fn new(source: &[Vec<Column>], table: &Table) -> Self {
        let tables = table.each();
        let shape = |(source, table): (&Vec<Column>, &Table)| {
            let way =
                |column: &Column| Way { name: column.name.clone(), types: vec![column.data_type] };
            TableShape {
                schema: schema::to_arrow_schema(source),
                columns: source.iter().map(way).collect(),
                is_renamed: false,
            }
            .onto(table)
        };
        Shape { tables: source.iter().zip(&tables).map(shape).collect() }
    }

    /// The same, and then on to this table, whose types may be wider.
    #[must_use]
    pub(crate) fn onto(self, table: &Table) -> Self {
        let tables = self.tables.into_iter().zip(table.each());
        Shape { tables: tables.map(|(shape, table)| shape.onto(&table)).collect() }
    }

    /// Renames and casts a page: the rows, and those of each child table.
    ///
    /// # Errors
    /// [`ErrorKind::Data`] for a value that does not fit into its column's type, and
    /// [`ErrorKind::Bug`] for other columns than those of the shape.
    pub(crate) fn apply(
        &self,
        batch: RecordBatch,
        children: Vec<RecordBatch>,
    ) -> Result<(RecordBatch, Vec<RecordBatch>)> {
        let (Some(own), of_children) = (self.tables.first(), self.tables.iter().skip(1)) else {
            return Ok((batch, children));
        };
        if self.tables.len() != children.len() + 1 {
            let message = format!("a page has {} child tables", children.len());
            return Err(Error::new(ErrorKind::Bug, message));
        }
        let children = of_children.zip(children).map(|(shape, batch)| shape.apply(batch));
        Ok((own.apply(batch)?, children.collect::<Result<_>>()?))
    }
}

impl TableShape {
    fn onto(mut self, table: &Table) -> Self {
        for (way, column) in self.columns.iter_mut().zip(&table.columns) {
            self.is_renamed |= way.name != column.name;
            way.name.clone_from(&column.name);
            if way.types.last() != Some(&column.data_type) {
                way.types.push(column.data_type);
            }
        }
        self.schema = schema::to_arrow_schema(&table.columns);
        self
    }

    fn apply(&self, batch: RecordBatch) -> Result<RecordBatch> {
        let is_plain = !self.is_renamed && self.columns.iter().all(|way| way.types.len() == 1);
        if is_plain {
            return Ok(batch);
        }
        if batch.num_columns() != self.columns.len() {
            let (found, wanted) = (batch.num_columns(), self.columns.len());
            let message = format!("a batch has {found} columns instead of {wanted}");
            return Err(Error::new(ErrorKind::Bug, message));
        }
        let ways = batch.columns().iter().zip(&self.columns);
        let arrays = ways.map(|(array, Way { name, types })| {
            let mut steps = types.iter().zip(types.iter().skip(1));
            steps.try_fold(array.clone(), |array, (from, to)| cast(&array, name, (*from, *to)))
        });
        let arrays = arrays.collect::<Result<Vec<_>>>()?;
        RecordBatch::try_new(self.schema.clone(), arrays).map_err(|error| {
            Error::new(ErrorKind::Bug, "a batch does not fit its columns").with_source(error)
        })
    }
}

#[cfg(test)]
mod tests;
