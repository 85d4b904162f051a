//! "Did you mean": the closest of a few known names.

/// The most names that a hint lists: a terminal's width or two.
const NAMES_LISTED_MAX: usize = 20;

/// The known name that `given` was likely meant to be, if one is close.
pub fn near_miss<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase().replace('-', "_");
    known
        .into_iter()
        .map(|name| (strsim::damerau_levenshtein(&given, name), name))
        .filter(|(distance, name)| {
            *distance <= 1.max(name.len() / 3) || name.starts_with(&given) && given.len() >= 3
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// A hint for an unknown name: the near miss if there is one, else what there is.
pub fn hint<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match near_miss(given, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None if known.is_empty() => "there are none".to_owned(),
        None if known.len() > NAMES_LISTED_MAX => {
            let rest = known.len() - NAMES_LISTED_MAX;
            format!("there are: {} and {rest} more", known[..NAMES_LISTED_MAX].join(", "))
        }
        None => format!("there are: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn close_names_are_found_and_far_ones_are_not() {
        let known = ["contacts", "campaigns", "track_message_opens"];
        assert_eq!(near_miss("contact", known), Some("contacts"));
        assert_eq!(near_miss("Contacts", known), Some("contacts"));
        assert_eq!(near_miss("capmaigns", known), Some("campaigns"));
        assert_eq!(near_miss("track-message-open", known), Some("track_message_opens"));
        assert_eq!(near_miss("camp", known), Some("campaigns"));
        assert_eq!(near_miss("zebra", known), None);
        assert_eq!(hint("zebra", known), "there are: contacts, campaigns, track_message_opens");
        let many: Vec<String> = (0..500).map(|n| format!("column_{n}")).collect();
        assert!(hint("zebra", many.iter().map(String::as_str)).ends_with("column_19 and 480 more"));
    }
}
