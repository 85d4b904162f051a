//! Puts what acts on a terminal, ends a line or ends a string of C into every text that it can hand
//! over. The variant tells into which; what it is asked for by name, it does.

use tollgate_hostile::bindings::tollgate::connector::types::InvalidConfig;
use tollgate_hostile::{
    Choice, Column, DataType, Descriptor, Failure, FieldKind, Hostile, LogLevel, Page, Partition,
    Stream, columns, descriptor, export, field, log, page, stream,
};

const ESCAPES: &str =
    "a\0b\u{1b}[2J\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2066}\u{2028}\r\n[error] forged";

struct Component;

impl Hostile for Component {
    fn describe() -> Descriptor {
        let mut stream = Stream { dynamic_columns: true, partitioned: true, ..stream() };
        stream.options.push(field("menu", FieldKind::Lookup));
        Descriptor { streams: vec![stream], ..descriptor() }
    }

    fn check() -> Result<String, Failure> {
        Ok(ESCAPES.to_owned())
    }

    fn columns(variant: &str) -> Vec<Column> {
        let further = Column {
            name: text("a column's name", variant),
            data_type: DataType::Text,
            nullable: true,
            description: text("a column's description", variant),
        };
        let asked = variant.starts_with("a column");
        columns().into_iter().chain(asked.then_some(further)).collect()
    }

    fn choices(variant: &str) -> Vec<Choice> {
        let (value, title) = (text("a choice's value", variant), text("a choice's title", variant));
        vec![Choice { value, title }]
    }

    fn partitions(variant: &str) -> Vec<Partition> {
        vec![Partition {
            id: text("a part's id", variant),
            title: text("a part's title", variant),
            state: String::new(),
        }]
    }

    fn page_of(variant: &str, number: u64) -> Result<Option<Page>, Failure> {
        let says = || ESCAPES.to_owned();
        let mut page = page(&[ESCAPES], None);
        match variant {
            "log" => log(LogLevel::Warn, ESCAPES),
            "standard output" => println!("{ESCAPES}"),
            "panic" => panic!("{ESCAPES}"),
            "checkpoint" => page.checkpoint = Some(says()),
            "cursor" if number < 2 => page.next_cursor = Some(says()),
            "unauthorized" => return Err(Failure::Unauthorized(says())),
            "forbidden" => return Err(Failure::Forbidden(says())),
            "not found" => return Err(Failure::NotFound(says())),
            "invalid config" => {
                let wrong = InvalidConfig { field: says(), reason: says() };
                return Err(Failure::InvalidConfig(wrong));
            }
            "unavailable" => return Err(Failure::Unavailable(says())),
            "unexpected response" => return Err(Failure::UnexpectedResponse(says())),
            "denied" => return Err(Failure::Denied(says())),
            "internal" => return Err(Failure::Internal(says())),
            _ => {}
        }
        Ok((number < 2).then_some(page))
    }
}

fn text(place: &str, variant: &str) -> String {
    if place == variant { ESCAPES.to_owned() } else { "plain".to_owned() }
}

export!(Component);
