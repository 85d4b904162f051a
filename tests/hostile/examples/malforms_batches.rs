//! Gives a batch that breaks the rules of the interface: the variant tells which one.

use tollgate_hostile::{Batch, Failure, Hostile, Page, TextData, Values, export, page, raw_page};

struct Component;

impl Hostile for Component {
    fn page_of(variant: &str, number: u64) -> Result<Option<Page>, Failure> {
        if number > 0 {
            return Ok(None);
        }
        let mut page = page(&["one", "two"], None);
        malform(variant, &mut page)?;
        Ok(Some(page))
    }
}

fn malform(variant: &str, page: &mut Page) -> Result<(), Failure> {
    let texts = |offsets: &[u32], bytes: &[u8]| {
        let names = TextData { offsets: offsets.to_vec(), bytes: bytes.to_vec() };
        raw_page(2, names, None)
    };
    let Batch { rows, columns } = &mut page.batch;
    let [ids, names] = columns.as_mut_slice() else { return Ok(()) };
    match variant {
        "more rows than values" => *rows = 3,
        "fewer rows than values" => *rows = 1,
        "no values at all" => *rows = u32::MAX / 1_000_000,
        "more rows than a page may have" => *rows = u32::MAX,
        "no columns" => columns.clear(),
        "a column too many" => {
            let further = ids.clone();
            columns.push(further);
        }
        "columns of each other" => std::mem::swap(ids, names),
        "floats for ids" => ids.values = Values::Float64s(vec![f64::NAN; 2]),
        "booleans for names" => names.values = Values::Booleans(vec![0xff]),
        "a null where there may be none" => ids.validity = Some(vec![0b01]),
        "no validity" => names.validity = Some(Vec::new()),
        "a validity of another length" => names.validity = Some(vec![0xff; 1_000]),
        "no offsets" => *page = texts(&[], b""),
        "an offset too few" => *page = texts(&[0, 2], b"ab"),
        "offsets that begin elsewhere" => *page = texts(&[1, 1, 2], b"ab"),
        "offsets that descend" => *page = texts(&[0, 2, 1], b"ab"),
        "offsets out of range" => *page = texts(&[0, 1, 1 << 30], b"ab"),
        "offsets beyond what is signed" => *page = texts(&[0, 1, u32::MAX], b"ab"),
        "bytes of nobody" => *page = texts(&[0, 1, 1], b"ab"),
        "bytes that are no text" => *page = texts(&[0, 1, 3], b"a\xc3\x28"),
        "half a character in each row" => *page = texts(&[0, 1, 2], "é".as_bytes()),
        "a surrogate" => *page = texts(&[0, 0, 3], b"\xed\xa0\x80"),
        "a NUL, which is none of them" => *page = texts(&[0, 1, 2], b"\0\0"),
        _ => return Err(Failure::Internal(format!("there is no variant {variant}"))),
    }
    Ok(())
}

export!(Component);
