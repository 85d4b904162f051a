//! `[origins]`: origins that are somewhere else, by the operator's word.

use tollgate_egress::Remap;
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
        match format!("{}={}", key.get_ref(), place.get_ref()).parse() {
            Ok(remap) => remaps.push(Spanned::new(key.span(), remap)),
            Err(error) => {
                let hint = "an entry is `\"https://HOST[:PORT]\" = \"http[s]://HOST[:PORT]\"`";
                reader.problem(Problem::from_error(key.span(), &error).with_hint(hint));
            }
        }
    }
    remaps.sort_by_key(|remap: &Spanned<Remap>| remap.span().start);
    remaps
}
