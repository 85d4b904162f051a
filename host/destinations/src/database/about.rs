//! What a database stores as JSON of a state, beside the numbers of its round.

use serde::{Deserialize, Serialize};
use tollgate_model::{Error, ErrorKind, Result, Setting};
use tollgate_sync::{Round, Scope};

/// What a state is about, and with what its round reads.
#[derive(Serialize, Deserialize)]
struct About {
    scope: Scope,
    options: Vec<Setting>,
    since: Option<i64>,
}

/// The text of a state of this scope in this round.
pub(crate) fn write(scope: &Scope, round: &Round) -> String {
    let Round { options, since, .. } = round.clone();
    // Texts, numbers and maps by text: nothing of it can fail.
    serde_json::to_string(&About { scope: scope.clone(), options, since }).unwrap_or_default()
}

/// The scope of this text, and the round with what it reads with.
///
/// # Errors
/// [`ErrorKind::Destination`] for a text of another form. To read from the start instead could have
/// rows twice, so that is for the user to decide.
pub(crate) fn read(table: &str, text: &str, round: Round) -> Result<(Scope, Round)> {
    let About { scope, options, since } = serde_json::from_str(text).map_err(|error| {
        let message = format!("what is kept of the reads of table {table:?} cannot be understood");
        Error::new(ErrorKind::Destination, message).with_source(error).with_hint(
            "another version of Tollgate may have written it; `tollgate state reset SYNC` throws it \
             away, and the next run reads from the start",
        )
    })?;
    Ok((scope, Round { options, since, ..round }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_another_form_is_an_error_with_the_way_out() {
        let scope = Scope { stream: "contacts".to_owned(), ..Scope::default() };
        let option = Setting { name: "a".to_owned(), values: vec!["b".to_owned()] };
        let round = Round { number: 3, options: vec![option], since: Some(5), ..Round::default() };
        let text = write(&scope, &round);
        let bare = Round { number: 3, ..Round::default() };
        assert_eq!(read("t", &text, bare).unwrap(), (scope.clone(), round));
        // As it was before options were kept beside the scope, and what is no JSON at all.
        for text in [serde_json::to_string(&scope).unwrap().as_str(), "{", "", "null"] {
            let error = read("t", text, Round::default()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Destination);
            assert!(error.hint().is_some_and(|hint| hint.contains("state reset")), "{error}");
        }
    }
}
