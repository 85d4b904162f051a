//! Columns that are made wider. SQLite cannot change a column's type, so the table is written anew
//! under the definition that it had, but for those types: keys, constraints and defaults stay, and
//! indexes and triggers are made again.

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, Transaction};
use tollgate_model::{DataType, Result, literal};
use tollgate_sync::Table;

use super::error::Context;
use super::existing::{self, same};
use super::schema::{declared, list, quote};
use crate::database::existing::{ExistingColumn, Widening, not_ours};

/// Widens columns of a table. `name` is that of no other table.
pub(super) fn widen(
    transaction: &Transaction<'_>,
    name: &str,
    (table, columns): (&Table, &[ExistingColumn]),
    widenings: &[Widening<'_>],
    context: Context<'_>,
) -> Result<()> {
    if widenings.is_empty() {
        return Ok(());
    }
    let explain = |error| context.explain(error);
    let sql: String = transaction
        .query_row(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE",
            [&table.name],
            |row| row.get(0),
        )
        .map_err(explain)?;
    let mut definition = sql;
    for widening in widenings {
        definition =
            retyped(&definition, widening).ok_or_else(|| not_ours(table, widening.existing))?;
    }
    let attached = existing::attached(transaction, &table.name).map_err(explain)?;
    let (old, new) = (quote(&table.name), quote(name));
    let start = tokens(&definition).find(|(_, token)| *token == "(");
    let start = start.map_or(definition.len(), |(at, _)| at);
    let create = format!("CREATE TABLE {new} {}", &definition[start..]);
    transaction.execute_batch(&create).map_err(explain)?;
    copy(transaction, (&old, &new), columns, widenings).map_err(explain)?;
    [format!("DROP TABLE {old}"), format!("ALTER TABLE {new} RENAME TO {old}")]
        .into_iter()
        .chain(attached)
        .try_for_each(|sql| transaction.execute_batch(&sql))
        .map_err(explain)
}

/// Copies all rows, with the values of some columns in their new form.
fn copy(
    connection: &Connection,
    (old, new): (&str, &str),
    columns: &[ExistingColumn],
    widenings: &[Widening<'_>],
) -> rusqlite::Result<()> {
    let columns: Vec<_> = columns.iter().filter(|column| !column.is_generated).collect();
    let changes: Vec<Option<(DataType, DataType)>> = columns
        .iter()
        .map(|column| {
            let widening = widenings.iter().find(|one| one.existing.name == column.name);
            widening.map(|one| (one.from, one.to))
        })
        .collect();
    let names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let (names, places) = (list(&names), vec!["?"; columns.len()].join(", "));
    let mut insert =
        connection.prepare(&format!("INSERT INTO {new} ({names}) VALUES ({places})"))?;
    let mut select = connection.prepare(&format!("SELECT {names} FROM {old}"))?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        for (at, change) in changes.iter().enumerate() {
            let value = row.get_ref(at)?;
            let value = match change {
                Some((from, to)) => widened(value, *from, *to),
                None => ToSqlOutput::Borrowed(value),
            };
            insert.raw_bind_parameter(at + 1, value)?;
        }
        insert.raw_execute()?;
    }
    Ok(())
}

/// A value in the form that its new type has. What somebody else put there in another form stays.
fn widened(value: ValueRef<'_>, from: DataType, to: DataType) -> ToSqlOutput<'_> {
    let mut out = Vec::new();
    match (from, to, value) {
        (DataType::Boolean, DataType::Text, ValueRef::Integer(value @ (0 | 1))) => {
            literal::push_display(&mut out, value == 1);
        }
        (DataType::Int64, DataType::Decimal { scale, .. }, ValueRef::Integer(value)) => {
            // 19 digits and a scale of at most 19: what else would be text.
            let units = i128::from(value) * 10_i128.pow(u32::from(scale));
            literal::push_decimal(&mut out, units, scale);
        }
        (
            DataType::Decimal { scale: before, .. },
            DataType::Decimal { scale, .. },
            ValueRef::Text(text),
        ) => {
            out.extend_from_slice(text);
            if before == 0 && scale > 0 {
                out.push(b'.');
            }
            out.extend(std::iter::repeat_n(b'0', usize::from(scale.saturating_sub(before))));
        }
        (DataType::Decimal { .. }, DataType::Float64, ValueRef::Text(text)) => {
            let number = std::str::from_utf8(text).ok().and_then(literal::parse_float);
            return number.map_or(ToSqlOutput::Borrowed(value), |number| {
                ToSqlOutput::Owned(Value::Real(number))
            });
        }
        (DataType::Date, DataType::Timestamp, ValueRef::Text(text)) => {
            out.extend_from_slice(text);
            out.extend_from_slice(b"T00:00:00.000000Z");
        }
        (_, DataType::Text, ValueRef::Integer(value)) => literal::push_display(&mut out, value),
        (_, DataType::Text, ValueRef::Real(value)) => literal::push_float(&mut out, value),
        (DataType::Bytes, DataType::Text, ValueRef::Blob(bytes)) => {
            literal::push_base64(&mut out, bytes);
        }
        _ => return ToSqlOutput::Borrowed(value),
    }
    // Texts of SQLite are UTF-8, and what is added to them is ASCII.
    ToSqlOutput::Owned(Value::Text(String::from_utf8_lossy(&out).into_owned()))
}

/// The statement that made a table, with another type for one column; `None` where the column does
/// not stand there with the type that it is said to have.
fn retyped(sql: &str, widening: &Widening<'_>) -> Option<String> {
    let Widening { existing, to, .. } = widening;
    let mut depth = 0_usize;
    let mut is_name = false;
    for (at, token) in tokens(sql) {
        match token {
            "(" => depth += 1,
            ")" => depth = depth.checked_sub(1)?,
            _ if is_name && same(&unquoted(token), &existing.name) => {
                let end = at + token.len();
                let rest = sql[end..].trim_start();
                let start = sql.len() - rest.len();
                let found = rest.get(..existing.declared.len())?;
                let new = declared(*to);
                // `INTEGER PRIMARY KEY` takes no null; with another type it would.
                let rule = if existing.is_key && !existing.is_not_null { " NOT NULL" } else { "" };
                return found.eq_ignore_ascii_case(&existing.declared).then(|| {
                    let rest = &rest[existing.declared.len()..];
                    format!("{}{new}{rule}{rest}", &sql[..start])
                });
            }
            _ => {}
        }
        // A definition begins behind the bracket and behind each comma between such brackets.
        is_name = depth == 1 && matches!(token, "(" | ",");
    }
    None
}

fn unquoted(token: &str) -> String {
    let inner = |quote: &str| {
        let inner = token.strip_prefix(quote)?.strip_suffix(quote)?;
        Some(inner.replace(&quote.repeat(2), quote))
    };
    let bracketed = || Some(token.strip_prefix('[')?.strip_suffix(']')?.to_owned());
    ["\"", "`", "'"]
        .iter()
        .find_map(|quote| inner(quote))
        .or_else(bracketed)
        .unwrap_or_else(|| token.to_owned())
}

/// The tokens of a statement that SQLite has accepted, with their places; no spaces or comments.
fn tokens(sql: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = sql.get(at..).filter(|rest| !rest.is_empty())?;
            let length = token_length(rest);
            let (start, token) = (at, &rest[..length]);
            at += length;
            let is_comment = token.starts_with("--") || token.starts_with("/*");
            if !is_comment && !token.starts_with(char::is_whitespace) {
                return Some((start, token));
            }
        }
    })
}

/// How long the first token of a text that is not empty is.
fn token_length(rest: &str) -> usize {
    let until = |end: &str| rest[1..].find(end).map_or(rest.len(), |at| 1 + at + end.len());
    let run = |is_part: fn(char) -> bool| rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$' || !c.is_ascii();
    match rest.chars().next() {
        Some(quote @ ('"' | '\'' | '`')) => {
            let mut end = 1;
            // A quote that comes twice stands for itself.
            while let Some(at) = rest[end..].find(quote) {
                end += at + 1;
                if !rest[end..].starts_with(quote) {
                    return end;
                }
                end += 1;
            }
            rest.len()
        }
        Some('[') => until("]"),
        Some('-') if rest.starts_with("--") => until("\n"),
        Some('/') if rest.starts_with("/*") => until("*/"),
        Some(c) if c.is_whitespace() => run(char::is_whitespace),
        Some(c) if is_word(c) => run(is_word),
        Some(c) => c.len_utf8(),
        None => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::StringArray;
    use tollgate_sync::Mode;

    use super::*;
    use crate::Sqlite;
    use crate::samples::{batch, column, contacts, load, people};

    fn retype(sql: &str, name: &str, declared: &str) -> Option<String> {
        let existing = ExistingColumn {
            name: name.to_owned(),
            declared: declared.to_owned(),
            is_not_null: false,
            may_be_left_out: true,
            is_key: sql.contains("INTEGER PRIMARY KEY"),
            is_generated: false,
        };
        let (from, to) = (DataType::Int64, DataType::Text);
        retyped(sql, &Widening { existing: &existing, from, to })
    }

    #[test]
    fn keys_rules_and_what_is_attached_survive() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("out.db");
        let mut sqlite = Sqlite::at(&path);
        load(&mut sqlite, &contacts(Mode::Replace), &people(0..3)).unwrap();
        let connection = Connection::open(&path).unwrap();
        connection
            .execute_batch(
                "CREATE INDEX by_email ON contacts (email);
                 CREATE VIEW few AS SELECT * FROM contacts WHERE id < '2';
                 ALTER TABLE contacts ADD COLUMN note TEXT DEFAULT 'x' CHECK (note <> '')",
            )
            .unwrap();
        let columns = ["id", "email"].map(|name| column(name, DataType::Text)).to_vec();
        let key = vec!["id".to_owned()];
        let table = Table {
            columns: columns.clone(),
            primary_key: key,
            widen: true,
            ..contacts(Mode::Merge)
        };
        let texts = |texts: [&str; 2]| Arc::new(StringArray::from(texts.to_vec()));
        let rows = batch(&columns, vec![texts(["1", "b"]), texts(["new", "new"])]);
        load(&mut sqlite, &table, &rows).unwrap();
        let get = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
        let all = "SELECT group_concat(typeof(id) || id || email || note) FROM
                   (SELECT * FROM contacts ORDER BY id)";
        let expected = "text00@example.comx,text1newx,text22@example.comx,textbnewx";
        assert_eq!(get(all), expected);
        assert_eq!(get("SELECT group_concat(id) FROM few"), "0,1");
        assert_eq!(get("SELECT name FROM sqlite_master WHERE name = 'by_email'"), "by_email");
        for refused in ["(email) VALUES ('x')", "(id, note) VALUES ('x', '')"] {
            let insert = format!("INSERT INTO contacts {refused}");
            assert!(connection.execute(&insert, []).is_err(), "{refused}");
        }
    }

    #[test]
    fn the_type_of_one_column_is_changed_and_nothing_else() {
        for (sql, name, declared, expected) in [
            ("CREATE TABLE t (a INTEGER, b INTEGER)", "b", "INTEGER", "(a INTEGER, b TEXT)"),
            (
                "CREATE TABLE t (a INTEGER PRIMARY KEY)",
                "A",
                "INTEGER",
                "(a TEXT NOT NULL PRIMARY KEY)",
            ),
            (
                "CREATE TABLE \"a(b\" (\"x \"\"y\" DECIMAL_TEXT(9,2) NOT NULL)",
                "x \"y",
                "DECIMAL_TEXT(9,2)",
                "(\"x \"\"y\" TEXT NOT NULL)",
            ),
            (
                "CREATE TABLE t (a CHECK (b IN (1,\n b)), -- b INTEGER\n [b] /* , b */INTEGER)",
                "b",
                "INTEGER",
                "(a CHECK (b IN (1,\n b)), -- b INTEGER\n [b] /* , b */TEXT)",
            ),
        ] {
            let found = retype(sql, name, declared);
            let expected = match sql.contains("/*") {
                // A comment stands between the name and its type: not of our making.
                true => None,
                false => Some(expected),
            };
            let found =
                found.as_deref().map(|sql| &sql[tokens(sql).find(|t| t.1 == "(").unwrap().0..]);
            assert_eq!(found, expected, "{sql}");
        }
        assert_eq!(retype("CREATE TABLE t (a TEXT, b INTEGER)", "a", "INTEGER"), None);
        assert_eq!(retype("CREATE TABLE t (a INTEGER)", "c", "INTEGER"), None);
    }
}
