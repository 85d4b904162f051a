//! JSON Lines: one object a line. Empty lines are passed over.

use std::fmt;
use std::fs::File;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use tollgate_model::text::quote;
use tollgate_model::{Column, Result};

use crate::lines::Lines;
use crate::reader::{Chunk, Filling, Place, unknown};

pub(crate) struct Jsonl {
    lines: Lines,
    columns: Vec<Column>,
    /// The row that was read last.
    row: u64,
    /// A row that has other columns than those before it: the first of the next chunk.
    waiting: Option<(Place, String)>,
}

impl Jsonl {
    pub(crate) fn new(file: File, columns: &[Column]) -> Self {
        Jsonl { lines: Lines::new(file), columns: columns.to_vec(), row: 0, waiting: None }
    }

    pub(crate) fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let mut filling: Option<(Vec<bool>, Filling)> = None;
        while let Some((place, line)) = self.line()? {
            let values = self.values(place, &line)?;
            let present: Vec<bool> = values.iter().map(Option::is_some).collect();
            let (columns, chunk) = filling.get_or_insert_with(|| {
                let chosen = self.columns.iter().zip(&present).filter(|(_, is_there)| **is_there);
                let chosen = chosen.map(|(column, _)| column.clone()).collect();
                (present.clone(), Filling::new(chosen, place.row))
            });
            if *columns != present {
                self.waiting = Some((place, line));
                break;
            }
            let values: Vec<&RawValue> = values.into_iter().flatten().collect();
            chunk.row(place, line.len(), |index, cells| match values[index].get() {
                "null" => Ok(false),
                json => cells.push_json(json).map(|()| true),
            })?;
            if chunk.is_full() {
                break;
            }
        }
        filling.map_or(Ok(None), |(_, chunk)| chunk.finish())
    }

    /// The next line that is not empty, with the number of its row.
    fn line(&mut self) -> Result<Option<(Place, String)>> {
        if let Some(waiting) = self.waiting.take() {
            return Ok(Some(waiting));
        }
        let mut line = String::new();
        while self.lines.read(&mut line)? {
            if !line.trim_ascii().is_empty() {
                self.row += 1;
                return Ok(Some((Place { row: self.row, line: self.lines.number }, line)));
            }
            line.clear();
        }
        Ok(None)
    }

    /// The values of a row, one for each column that rows may have.
    fn values<'a>(&self, place: Place, line: &'a str) -> Result<Vec<Option<&'a RawValue>>> {
        let object: Members<'a> = serde_json::from_str(line)
            .map_err(|error| place.flaw(": it is no JSON object on one line").with_source(error))?;
        let mut values = vec![None; self.columns.len()];
        for (name, value) in object.0 {
            let position = self.columns.iter().position(|column| column.name == name);
            let Some(position) = position else {
                let Place { row, line } = place;
                let error = unknown(&self.columns, &name);
                return Err(error.context(format_args!("row {row} (line {line})")));
            };
            if values[position].replace(value).is_some() {
                return Err(place.flaw(format_args!(": it has the key {} twice", quote(&name))));
            }
        }
        let mut columns = self.columns.iter().zip(&values);
        match columns.find(|(column, value)| !column.nullable && value.is_none()) {
            None => Ok(values),
            Some((column, _)) => {
                Err(place.flaw(format_args!(": the column {} is missing", quote(&column.name))))
            }
        }
    }
}

/// The members of an object, in order, keys that come twice included.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(MembersVisitor).map(Members)
    }
}

struct MembersVisitor;

impl<'de> Visitor<'de> for MembersVisitor {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}
