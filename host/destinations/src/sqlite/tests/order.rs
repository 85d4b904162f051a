//! That the order in which parts of a read take turns is of no importance.

use std::sync::Arc;

use arrow_array::{ArrayRef, Int64Array, StringArray};
use proptest::prelude::*;
use tollgate_sync::{Change, ChildOf, Keeps, Round, Scope};

use super::*;
use crate::samples::batch;

/// A page: rows by key, each with a child row. Keys of one part are none of another.
type Page = Vec<i64>;

fn table(mode: Mode) -> Table {
    let columns = vec![column("id", DataType::Int64), column("note", DataType::Text)];
    let name = "contacts_notes".to_owned();
    let child = ChildOf { name, columns, primary_key: Vec::new() };
    let primary_key = if mode == Mode::Append { Vec::new() } else { vec!["id".to_owned()] };
    Table { primary_key, children: vec![child], ..contacts(mode) }
}

/// The pages of all parts in the order of these choices, each part's own in their order.
fn interleave(parts: &[Vec<Page>], choices: &[usize]) -> Vec<(usize, Page)> {
    let mut left: Vec<_> = parts.iter().map(|pages| pages.iter()).collect();
    let mut order = Vec::new();
    for choice in choices.iter().cycle() {
        let open: Vec<usize> = (0..left.len()).filter(|part| left[*part].len() > 0).collect();
        let Some(part) = open.get(choice % open.len().max(1)) else { break };
        order.extend(left[*part].next().map(|page| (*part, page.clone())));
    }
    order
}

/// What is in the table and its child table after a load of these pages, in no order. What a row
/// holds tells where in its part it stood.
fn loaded(mode: Mode, order: &[(usize, Page)], keeps: &[bool]) -> Vec<(i64, String)> {
    let fixture = Fixture { dir: tempfile::tempdir().unwrap() };
    let (table, scope) = (table(mode), Scope::default());
    let mut begun = fixture.sqlite().begin(&table, Start::GoOn(&scope)).unwrap().load;
    let round = Round { number: 1, ..Round::default() };
    let change = Change { scope: scope.clone(), round, parts: Vec::new(), keeps: Keeps::All };
    let mut row_of_part = std::collections::BTreeMap::<usize, u64>::new();
    for ((part, page), keeps) in order.iter().zip(keeps.iter().cycle()) {
        let ids = page.iter().map(|id| *part as i64 * 100 + id);
        let values: Vec<String> = page
            .iter()
            .map(|_| {
                let row = row_of_part.entry(*part).or_default();
                *row += 1;
                format!("row {row} of {part}")
            })
            .collect();
        let columns: [ArrayRef; 2] =
            [Arc::new(Int64Array::from_iter_values(ids)), Arc::new(StringArray::from(values))];
        let rows = batch(&table.columns, columns.to_vec());
        let notes = batch(&table.children[0].columns, columns.to_vec());
        begun.write(&rows, &[notes]).unwrap();
        if *keeps {
            begun.keep(&change).unwrap();
        }
    }
    begun.commit(Some(&change)).unwrap();
    let connection = fixture.connect();
    let sql = "SELECT id, email FROM contacts UNION ALL SELECT -id, note FROM contacts_notes";
    let mut rows = connection.prepare(sql).unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let mut rows: Vec<_> = rows.collect::<rusqlite::Result<_>>().unwrap();
    rows.sort();
    rows
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// The same table with `merge` and `replace`, the same rows with `append`, their child rows
    /// with them, whenever something was made durable in between.
    #[test]
    fn parts_may_take_turns_in_any_order(
        parts in prop::collection::vec(
            prop::collection::vec(prop::collection::vec(0..6_i64, 0..4), 0..5), 1..4),
        choices in prop::collection::vec(0..12_usize, 1..20),
        keeps in prop::collection::vec(any::<bool>(), 1..8),
    ) {
        let (order, one_by_one) = (interleave(&parts, &choices), interleave(&parts, &[0]));
        for mode in [Mode::Replace, Mode::Append, Mode::Merge] {
            let rows = loaded(mode, &order, &keeps);
            prop_assert_eq!(rows, loaded(mode, &one_by_one, &[false]), "{:?}", mode);
        }
    }
}
