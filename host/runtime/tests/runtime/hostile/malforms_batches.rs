//! Every kind of batch that breaks the rules is refused with the place of the flaw.

use super::*;

// Proves: batches
#[tokio::test]
async fn no_malformed_batch_is_taken() {
    let limit = Limits::default().page_rows;
    let table = [
        ("more rows than values", "column `id`: it has 2 values instead of 3"),
        ("fewer rows than values", "column `id`: it has 2 values instead of 1"),
        ("no values at all", "column `id`: it has 2 values instead of 4294"),
        ("no columns", "it has 0 columns instead of 2"),
        ("a column too many", "it has 3 columns instead of 2"),
        ("columns of each other", "column `id`: its values are texts, which do not carry int64"),
        ("floats for ids", "column `id`: its values are float64s, which do not carry int64"),
        ("booleans for names", "column `name`: its values are booleans, which do not carry text"),
        ("a null where there may be none", "column `id`, row 2: a value is missing"),
        ("no validity", "column `name`: its validity have 0 bytes instead of 1"),
        ("a validity of another length", "column `name`: its validity have 1000 bytes instead of"),
        ("no offsets", "column `name`: it has 0 offsets instead of 3"),
        ("an offset too few", "column `name`: it has 2 offsets instead of 3"),
        ("offsets that begin elsewhere", "column `name`: its first offset is not 0"),
        ("offsets that descend", "column `name`, row 2: its offsets descend"),
        ("offsets out of range", "column `name`: its last offset is 1073741824, and it has 2"),
        ("offsets beyond what is signed", "column `name`: its last offset is 4294967295, and"),
        ("bytes of nobody", "column `name`: its last offset is 1, and it has 2 bytes"),
        ("bytes that are no text", "column `name`, row 2: its text is not UTF-8"),
        ("half a character in each row", "column `name`, row 1: its text is not UTF-8"),
        ("a surrogate", "column `name`, row 2: its text is not UTF-8"),
    ];
    let session = session("malforms_batches", Limits::default()).await;
    for (variant, flaw) in table {
        let (pages, error) = read_variant(&session, variant).await.unwrap_err();
        assert_eq!((pages, error.kind()), (0, ErrorKind::Data), "{variant}: {error}");
        let text = format!("connector hostile 0.1.0: page 1: {flaw}");
        assert!(error.message().starts_with(&text), "{variant}: {error}");
    }
    let (_, error) = read_variant(&session, "more rows than a page may have").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limit);
    assert!(error.message().contains(&format!("more than {limit}")), "{error}");
    // What only looks like a flaw is not one.
    assert_eq!(read_variant(&session, "a NUL, which is none of them").await.unwrap(), 2);
}
