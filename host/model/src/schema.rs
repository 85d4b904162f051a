//! Columns, and how they stand in Arrow.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType as ArrowType, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use serde::Serialize;

use crate::data_type::DataType;
use crate::error::{Error, ErrorKind, Result};

/// The key under which an Arrow field tells Tollgate's type, where Arrow has none of its own.
const TYPE_KEY: &str = "tollgate:type";
/// The key under which an Arrow field tells what the column means.
const DESCRIPTION_KEY: &str = "description";

/// One column of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub data_type: DataType,
    /// Whether a value may be missing.
    pub nullable: bool,
    /// What it means.
    pub description: String,
}

impl Column {
    /// The Arrow field that carries it. What Arrow cannot tell stands in the field's metadata, so
    /// that [`Column::from_arrow`] gives back the same column.
    pub fn to_arrow(&self) -> ArrowField {
        let mut metadata = HashMap::new();
        if self.data_type == DataType::Json {
            metadata.insert(TYPE_KEY.to_owned(), "json".to_owned());
            metadata.insert("ARROW:extension:name".to_owned(), "arrow.json".to_owned());
        }
        if !self.description.is_empty() {
            metadata.insert(DESCRIPTION_KEY.to_owned(), self.description.clone());
        }
        ArrowField::new(&self.name, self.data_type.to_arrow(), self.nullable)
            .with_metadata(metadata)
    }

    /// The column that an Arrow field carries.
    ///
    /// # Errors
    /// [`ErrorKind::Config`] for an Arrow type that Tollgate has no word for.
    pub fn from_arrow(field: &ArrowField) -> Result<Self> {
        let data_type = match field.data_type() {
            ArrowType::Boolean => DataType::Boolean,
            ArrowType::Int64 => DataType::Int64,
            ArrowType::Float64 => DataType::Float64,
            ArrowType::Decimal128(precision, scale) if (0..=38).contains(scale) => {
                DataType::Decimal { precision: *precision, scale: *scale as u8 }
            }
            ArrowType::Utf8 if field.metadata().get(TYPE_KEY).is_some_and(|t| t == "json") => {
                DataType::Json
            }
            ArrowType::Utf8 => DataType::Text,
            ArrowType::Date32 => DataType::Date,
            ArrowType::Timestamp(TimeUnit::Microsecond, Some(_)) => DataType::Timestamp,
            ArrowType::Binary => DataType::Bytes,
            other => {
                let message = format!("column {:?} has the Arrow type {other}", field.name());
                return Err(Error::new(ErrorKind::Config, message));
            }
        };
        Ok(Column {
            name: field.name().clone(),
            data_type,
            nullable: field.is_nullable(),
            description: field.metadata().get(DESCRIPTION_KEY).cloned().unwrap_or_default(),
        })
    }
}

/// The Arrow schema of these columns.
pub fn to_arrow_schema(columns: &[Column]) -> SchemaRef {
    Arc::new(Schema::new(columns.iter().map(Column::to_arrow).collect::<Vec<_>>()))
}

/// The columns of an Arrow schema that [`to_arrow_schema`] made.
///
/// # Errors
/// [`ErrorKind::Config`] for an Arrow type that Tollgate has no word for.
pub fn from_arrow_schema(schema: &Schema) -> Result<Vec<Column>> {
    schema.fields().iter().map(|field| Column::from_arrow(field)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_survives_the_way_through_arrow() -> Result<()> {
        let types = [
            DataType::Boolean,
            DataType::Int64,
            DataType::Float64,
            DataType::Decimal { precision: 38, scale: 9 },
            DataType::Text,
            DataType::Date,
            DataType::Timestamp,
            DataType::Json,
            DataType::Bytes,
        ];
        for (nullable, data_type) in types.into_iter().enumerate().map(|(i, t)| (i % 2 == 0, t)) {
            let name = format!("c_{data_type}");
            let column = Column { name, data_type, nullable, description: "what".to_owned() };
            assert_eq!(Column::from_arrow(&column.to_arrow())?, column);
        }
        Ok(())
    }
}
