//! Child tables: rows that lie in a JSON column of other rows.

use proptest::prelude::*;
use tollgate_sdk::http::get;
use tollgate_sdk::manifest::StreamDescription;
use tollgate_sdk::paging::{Link, Pages};
use tollgate_sdk::testing::{self, Reply, Table};
use tollgate_sdk::values::{Date, Int, Json, Text};
use tollgate_sdk::{Child, Failure, Record, RecordScan, Shape};

/// A person.
#[derive(Record)]
struct Person<'a> {
    /// The id.
    #[record(key)]
    id: Int,
    /// The name.
    name: Text<'a>,
    /// The pets.
    pets: Json<'a>,
    /// The clubs.
    clubs: Json<'a>,
    /// A photo.
    #[record(large)]
    photos: Json<'a>,
}

/// A pet.
#[derive(Record)]
struct Pet<'a> {
    /// The name.
    #[record(key)]
    pet: Text<'a>,
    /// The birthday.
    born: Date<'a>,
}

/// A club.
#[derive(Record)]
struct Club {
    /// The club's id.
    #[record(required)]
    club_id: Int,
}

const CHILDREN: [Child; 2] = [
    Child::of::<Pet<'static>>("pets", "A pet."),
    Child::of_values::<Club>("clubs", "A club.", "club_id"),
];

fn describe() -> StreamDescription {
    StreamDescription::of::<Person<'static>>("people", "People", "People.").children(&CHILDREN)
}

fn read(pages: Vec<String>, children: &[&str]) -> Result<(Table, Vec<Table>), Failure> {
    read_columns(pages, children, &["name"])
}

fn read_columns(
    mut pages: Vec<String>,
    children: &[&str],
    columns: &[&str],
) -> Result<(Table, Vec<Table>), Failure> {
    pages.reverse();
    let (http, _) = testing::http(move |_| Reply::ok(pages.pop().expect("another request")));
    let mut request = testing::request(&http, "people");
    request.columns = columns.iter().map(|&name| name.to_owned()).collect();
    request.children = children.iter().map(|&name| name.to_owned()).collect();
    let pager = Link::new(get("https://example.com/"), "next");
    let pages = Pages::new(http, pager, Shape::list(&["people"]));
    let scan = RecordScan::new::<Person<'static>>(&request, pages)?;
    let scan = scan.each_row::<Person<'static>>(|row, _| Ok(row.name.as_str() != Some("nobody")));
    let described = describe().children;
    let asked = children.iter().filter_map(|name| described.iter().find(|one| one.name == *name));
    let asked: Vec<_> = asked.cloned().collect();
    testing::read_with_children(scan.with_children(&request, &CHILDREN)?, &asked)
}

fn page(people: &str, next: &str) -> String {
    format!("{{\"people\":[{people}],\"next\":\"{next}\"}}")
}

#[test]
fn a_child_table_has_the_parents_key_first() {
    let [pets, clubs] = &describe().children[..] else { panic!("two child tables") };
    let names = |table: &tollgate_sdk::manifest::ChildTable| {
        table.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!((pets.name.as_str(), names(pets)), ("pets", names_of(&["id", "pet", "born"])));
    assert_eq!(pets.primary_key, ["id", "pet"]);
    assert_eq!((clubs.name.as_str(), names(clubs)), ("clubs", names_of(&["id", "club_id"])));
    assert!(clubs.primary_key.is_empty());
    assert!(!pets.columns[0].nullable);
}

fn names_of(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn child_rows_come_with_the_parents_key_whatever_columns_are_wanted() {
    let people = r#"
        {"id":1,"name":"a","pets":[{"pet":"x","born":"2020-01-02"},{"pet":"y"}],"clubs":[7]},
        {"id":2,"name":"b","pets":null,"clubs":[]},
        {"id":3,"name":"nobody","pets":[{"pet":"dropped"}],"clubs":[8]}"#;
    let more = r#"{"id":4,"name":"c","pets":[{"pet":"z"}],"clubs":["9",10]}"#;
    let pages = vec![page(people, "/2"), page(more, "")];
    let (people, children) = read(pages, &["clubs", "pets"]).expect("it is read");
    assert_eq!(people.column("name"), ["a", "b", "c"]);
    let [clubs, pets] = &children[..] else { panic!("two child tables") };
    assert_eq!(clubs.column("id"), ["1", "4", "4"]);
    assert_eq!(clubs.column("club_id"), ["7", "9", "10"]);
    assert_eq!(pets.column("id"), ["1", "1", "4"]);
    assert_eq!(pets.column("pet"), ["x", "y", "z"]);
    assert_eq!(pets.column("born"), ["2020-01-02", "null", "null"]);
}

#[test]
fn a_page_that_is_read_again_gives_its_child_rows_once() {
    let broken = r#"{"id":1,"name":"a","pets":[{"pet":"x"}]},{"id":2,"name":"b","pets":[{}]}"#;
    let whole = r#"{"id":1,"name":"a","pets":[{"pet":"x"}]},{"id":2,"name":"b","pets":[]}"#;
    let (_, children) = read(vec![page(broken, ""), page(whole, "")], &["pets"]).expect("rows");
    assert_eq!(children[0].column("pet"), ["x"]);
}

#[test]
fn a_child_that_cannot_be_read_is_an_error_that_names_it() {
    for (person, part) in [
        (r#"{"id":1,"pets":{"pet":"x"}}"#, "pets: "),
        (r#"{"id":1,"pets":[{"born":"2020-01-02"}]}"#, "pets: pet: the record has no value"),
        (r#"{"id":1,"pets":[{"pet":"x","born":"soon"}]}"#, "pets: born: expected a date"),
        (r#"{"id":1,"pets":[null]}"#, "pets: "),
        (r#"{"id":1,"clubs":[null]}"#, "clubs: club_id: the record has no value"),
        (r#"{"id":1,"clubs":[{"id":7}]}"#, "clubs: club_id: expected a whole number"),
        (r#"{"id":1,"clubs":7}"#, "clubs: "),
    ] {
        let failure = read(vec![page(person, ""); 3], &["pets", "clubs"]).expect_err(person);
        let Failure::UnexpectedResponse(text) = &failure else { panic!("{failure:?}") };
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn what_is_no_child_table_is_refused() {
    let failure = read(Vec::new(), &["toys"]).expect_err("no such table");
    let Failure::InvalidConfig(config) = failure else { panic!("{failure:?}") };
    assert_eq!(config.field, "children");
}

#[test]
fn a_child_needs_a_column_that_is_decoded() {
    let (http, _) = testing::http(|_| Reply::ok("{}"));
    let mut request = testing::request(&http, "people");
    request.children = vec!["photos".to_owned()];
    let pager = Link::new(get("https://example.com/"), "next");
    let pages = Pages::new(http, pager, Shape::list(&["people"]));
    let scan = RecordScan::new::<Person<'static>>(&request, pages).expect("a scan");
    let children = [Child::of::<Pet<'static>>("photos", "A photo.")];
    let failure = scan.with_children(&request, &children).err();
    assert!(matches!(failure, Some(Failure::Internal(_))), "{failure:?}");
}

proptest! {
    #[test]
    fn no_child_is_lost_or_made_up(counts in prop::collection::vec(0usize..5, 1..30)) {
        let pets = |count: &usize| {
            (0..*count).map(|pet| format!("{{\"pet\":\"{pet}\"}}")).collect::<Vec<_>>().join(",")
        };
        let people: Vec<_> = counts.iter().enumerate().map(|(id, count)| {
            format!("{{\"id\":{id},\"name\":\"n\",\"pets\":[{}]}}", pets(count))
        }).collect();
        let (_, children) = read(vec![page(&people.join(","), "")], &["pets"]).expect("rows");
        let wanted = counts.iter().enumerate().flat_map(|(id, count)| vec![id.to_string(); *count]);
        prop_assert_eq!(children[0].column("id"), wanted.collect::<Vec<_>>());
    }
}
