//! Changes rows at the provider and then says that it did not, or says too little or too much. Which
//! one, the first row's name tells.

use tollgate_hostile::{
    Batch, Column, DataType, Descriptor, Failure, Hostile, ORIGIN, Operation, RowOutcome, Stream,
    Values, WriteOperation, descriptor, export, post, stream,
};

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        let column = Column {
            name: "name".to_owned(),
            data_type: DataType::Text,
            nullable: false,
            description: String::new(),
        };
        let create = WriteOperation {
            operation: Operation::Create,
            description: String::new(),
            columns: vec![column],
            rows_per_call: 2,
            options: Vec::new(),
        };
        let stream = Stream { writes: vec![create], ..stream() };
        Descriptor { streams: vec![stream], ..descriptor() }
    }

    fn write(rows: Batch) -> Result<Vec<RowOutcome>, Failure> {
        let Some(Values::Texts(names)) = rows.columns.first().map(|column| &column.values) else {
            return Err(Failure::Internal("no names".to_owned()));
        };
        let first = names.bytes.get(..names.offsets[1] as usize).unwrap_or_default();
        match first {
            b"untried" => return Err(Failure::Unavailable("nothing was tried".to_owned())),
            b"long" => return Ok(vec![RowOutcome::Rejected("\u{1b}[31m".repeat(10_000)); 1]),
            b"escapes" => return Ok(vec![RowOutcome::Done(Some("\0\u{1b}[31m".to_owned())); 1]),
            b"unchanged" => return Ok(vec![RowOutcome::Unchanged("\0\u{1b}[31m".to_owned()); 1]),
            b"unknown" => return Ok(vec![RowOutcome::Unknown("\0\u{1b}[31m".to_owned()); 1]),
            _ => {}
        }
        let _ = post(&format!("{ORIGIN}/rows"), "{}");
        match first {
            b"fails" => Err(Failure::Unavailable("it did not work".to_owned())),
            b"nothing" => Ok(Vec::new()),
            b"too many" => Ok(vec![RowOutcome::Done(None); 3]),
            b"traps" => panic!("after the deed"),
            _ => Ok(vec![RowOutcome::Done(Some("1".to_owned()))]),
        }
    }
}

export!(Component);
