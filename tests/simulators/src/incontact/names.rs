//! Names of fields in their three cases.

/// The column of a field: `dateACWWarehoused` is `date_acw_warehoused`.
pub(super) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(letters.len() + 8);
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let is_next_small = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let begins_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before != '_' && (!before.is_ascii_uppercase() || is_next_small)
            });
        if begins_word {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    out
}

/// The field of an old version: `agentId` is `AgentId`.
pub(super) fn pascal(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_begin_where_the_case_says() {
        let cases = [
            ("agentId", "agent_id", "AgentId"),
            ("userID", "user_id", "UserID"),
            ("custom1", "custom1", "Custom1"),
            ("wfm2Enabled", "wfm2_enabled", "Wfm2Enabled"),
            ("dateACWWarehoused", "date_acw_warehoused", "DateACWWarehoused"),
            ("ACWEnabled", "acw_enabled", "ACWEnabled"),
            ("stateIdACW", "state_id_acw", "StateIdACW"),
            ("Teams_channel_Id", "teams_channel_id", "Teams_channel_Id"),
            ("contactsOutOfSLA", "contacts_out_of_sla", "ContactsOutOfSLA"),
            ("popThankYouURL", "pop_thank_you_url", "PopThankYouURL"),
        ];
        for (name, column, old) in cases {
            assert_eq!(snake(name), column);
            assert_eq!(pascal(name), old);
        }
    }
}
