//! `[origins]`: origins that are somewhere else, by the operator's word.

use tollgate_egress::Remap;
use tollgate_model::text::quote;
use toml::Spanned;
use toml::de::DeTable;

use super::reader::Reader;
use super::source::Problem;

/// Every entry of `[origins]`, in the order of the file: `"https://X" = "http://127.0.0.1:8088"`.
pub fn read_all(table: &DeTable<'_>, problems: &mut Vec<Problem>) -> Vec<Spanned<Remap>> {
    let mut reader = Reader::new("the file", 0..0, table, problems);
    let Some((span, table)) = reader.table("origins") else { return Vec::new() };
    let mut reader = Reader::new("`[origins]`", span, table, problems);
    let mut remaps = Vec::new();
    for key in table.keys() {
        let Some(place) = reader.text(key.get_ref()) else { continue };
        // What stands behind a key that is none is not told: it may be a secret in the wrong table.
        let problem = match (key.get_ref().parse(), place.get_ref().parse()) {
            (Ok(from), Ok(to)) => {
                remaps.push(Spanned::new(key.span(), Remap::new(from, to)));
                continue;
            }
            (Err(error), _) => Problem::from_error(key.span(), &error),
            (Ok(_), Err(_)) => {
                let message = format!("{} takes the place where it is", quote(key.get_ref()));
                Problem::new(place.span(), message)
            }
        };
        let hint = "an entry is `\"https://HOST[:PORT]\" = \"http[s]://HOST[:PORT]\"`";
        reader.problem(problem.with_hint(hint));
    }
    remaps.sort_by_key(|remap: &Spanned<Remap>| remap.span().start);
    remaps
}
