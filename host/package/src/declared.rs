//! What a connector asks for, in the form in which it is signed, granted and compared.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// What a connector asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// The origins that it wants to reach.
    pub origins: BTreeSet<String>,
    /// Where its credentials go.
    pub audiences: BTreeSet<String>,
    /// The interfaces that it imports.
    pub imports: BTreeSet<String>,
}

impl Declared {
    /// What this asks for and the other did not, as lines for people. Their texts are the
    /// connector's: not escaped.
    pub fn beyond(&self, before: &Declared) -> Vec<String> {
        let new = |what: &str, now: &BTreeSet<String>, then: &BTreeSet<String>| -> Vec<String> {
            now.difference(then).map(|text| format!("{what} {text}")).collect()
        };
        [
            new("import", &self.imports, &before.imports),
            new("origin", &self.origins, &before.origins),
            new("credentials to", &self.audiences, &before.audiences),
        ]
        .concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_declaration_is_told_line_by_line_and_a_narrower_one_is_none() {
        let set = |text: &str| BTreeSet::from([text.to_owned()]);
        let before = Declared {
            origins: set("https://a.example.com"),
            audiences: set("https://a.example.com/v1"),
            imports: set("wasi:http/types@0.2.2"),
        };
        let mut after = before.clone();
        assert!(after.beyond(&before).is_empty());
        after.origins.insert("https://c.example.com".to_owned());
        after.audiences.insert("https://c.example.com".to_owned());
        after.imports.clear();
        let wider = after.beyond(&before);
        assert_eq!(wider, ["origin https://c.example.com", "credentials to https://c.example.com"]);
        assert_eq!(before.beyond(&after), ["import wasi:http/types@0.2.2"]);
    }
}
