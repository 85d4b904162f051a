//! Who says what type a column has.

use super::types::{SCALE_MAX, decimal_of};
use crate::failure::Failure;
use crate::manifest::{Field, FieldKind};
use crate::record::DataType;
use crate::request::ScanRequest;

const TYPES: &str = "types";
const COLUMN_TYPES: &str = "column_types";

/// The types that columns have beside what their values look like: first what the host discovered
/// for this read, so that all its parts agree; then what the user says; then the values.
#[derive(Clone, Debug, Default)]
pub struct TypeRules {
    discovered: Vec<(String, DataType)>,
    chosen: Vec<(String, DataType)>,
    /// All other columns are text, whatever their values look like.
    is_text: bool,
}

impl TypeRules {
    /// The options by which a user says what types columns have: `types` and `column_types`. A stream
    /// whose rules are made by [`TypeRules::of`] has them.
    pub fn fields() -> [Field; 2] {
        let types = [("infer", "By their values"), ("text", "All text")];
        let choice = Field::choice(TYPES, "Types", &types)
            .describe(
                "How columns come to their types. By their values: whole and decimal numbers, true \
                 and false, dates, and times with an offset; a column is text where one value is \
                 something else, such as an id with a leading zero.",
            )
            .default("infer");
        let list = Field::new(COLUMN_TYPES, "Types of columns", FieldKind::Texts).describe(
            "Columns with the types they are to have, for example `Agent No=text, Rate=decimal(4)`: \
             text, int64, decimal(DIGITS BEHIND THE POINT), boolean, date or timestamp. A value that \
             is not of its type is an error.",
        );
        [choice, list]
    }

    /// The rules of a request.
    ///
    /// # Errors
    /// `invalid-config` for an entry of `column_types` that is not a name and a type.
    pub fn of(request: &ScanRequest) -> Result<Self, Failure> {
        let chosen = request.options.values(COLUMN_TYPES).iter().map(|entry| {
            let parts = entry.rsplit_once('=');
            let parsed =
                parts.and_then(|(name, text)| Some((name.trim().to_owned(), parse(text.trim())?)));
            parsed.ok_or_else(|| {
                let text = format!(
                    "{entry:?} is no column with a type, such as `Agent No=text`; the types are \
                     text, int64, decimal(0) to decimal({SCALE_MAX}), boolean, date, timestamp"
                );
                Failure::invalid(COLUMN_TYPES, text)
            })
        });
        let discovered = request.wanted();
        let discovered = discovered.filter_map(|(name, of)| Some((name.to_owned(), of?)));
        let discovered: Vec<_> = discovered.collect();
        // The types of columns that are not wanted are not worth looking for.
        let needs_no_guess = !discovered.is_empty() && discovered.len() == request.columns.len();
        Ok(Self {
            discovered,
            chosen: chosen.collect::<Result<_, _>>()?,
            is_text: needs_no_guess || request.options.text(TYPES) == Some("text"),
        })
    }

    /// The type of a column, unless its values say.
    pub(super) fn data_type(&self, name: &str) -> Option<DataType> {
        let mut known = self.discovered.iter().chain(&self.chosen);
        let found = known.find(|(one, _)| one == name).map(|&(_, data_type)| data_type);
        found.or(self.is_text.then_some(DataType::Text))
    }

    /// Fails where the user says a type for a column that is none of these.
    pub(super) fn check(&self, names: &[String]) -> Result<(), Failure> {
        match self.chosen.iter().find(|(name, _)| !names.contains(name)) {
            Some((name, _)) => {
                let text = format!("no column is named {name:?}; there are: {}", names.join(", "));
                Err(Failure::invalid(COLUMN_TYPES, text))
            }
            None => Ok(()),
        }
    }

    /// What a user can do about a value that is not of its column's type.
    pub(super) fn advice(name: &str) -> String {
        format!("to read it as it is, put `{name}=text` into the option `{COLUMN_TYPES}`")
    }
}

fn parse(text: &str) -> Option<DataType> {
    Some(match text {
        "text" => DataType::Text,
        "int64" => DataType::Int64,
        "boolean" => DataType::Boolean,
        "date" => DataType::Date,
        "timestamp" => DataType::Timestamp,
        _ => {
            let scale = text.strip_prefix("decimal(")?.strip_suffix(')')?.parse().ok()?;
            (scale <= SCALE_MAX).then(|| decimal_of(scale))?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{http, request, settings};

    fn rules(options: &[(&str, &[&str])]) -> Result<TypeRules, Failure> {
        TypeRules::of(&wanted(options, [Some(DataType::Date), None]))
    }

    fn wanted(options: &[(&str, &[&str])], column_types: [Option<DataType>; 2]) -> ScanRequest {
        let (http, _) = http(|_| panic!("no request"));
        let mut request = request(&http, "report");
        request.options = settings(options);
        request.columns = vec!["Id".to_owned(), "Rate".to_owned()];
        request.column_types = column_types.to_vec();
        request
    }

    fn types(rules: &TypeRules, names: [&str; 4]) -> String {
        format!("{:?}", names.map(|name| rules.data_type(name)))
    }

    #[test]
    fn what_was_discovered_comes_before_what_the_user_says() {
        let chosen = ["Id=int64", " Rate = decimal(4) ", "a=b=text"];
        let rules = rules(&[("column_types", &chosen)]).expect("rules");
        let expected = [Some(DataType::Date), Some(decimal_of(4)), Some(DataType::Text), None];
        assert_eq!(types(&rules, ["Id", "Rate", "a=b", "other"]), format!("{expected:?}"));
        assert_eq!(rules.check(&["Id", "Rate", "a=b"].map(str::to_owned)), Ok(()));
        let Err(Failure::InvalidConfig(wrong)) = rules.check(&["Id".to_owned()]) else {
            panic!("a column that is not there");
        };
        assert_eq!(wrong.reason, "no column is named \"Rate\"; there are: Id");
    }

    #[test]
    fn all_others_can_be_text() {
        let rules = rules(&[("types", &["text"]), ("column_types", &["Rate=int64"])]);
        let expected = [
            Some(DataType::Date),
            Some(DataType::Int64),
            Some(DataType::Text),
            Some(DataType::Text),
        ];
        assert_eq!(
            types(&rules.expect("rules"), ["Id", "Rate", "x", "y"]),
            format!("{expected:?}")
        );
    }

    #[test]
    fn nothing_is_guessed_where_all_that_is_wanted_is_known() {
        let known = wanted(&[], [Some(DataType::Date), Some(DataType::Int64)]);
        let expected = [
            Some(DataType::Date),
            Some(DataType::Int64),
            Some(DataType::Text),
            Some(DataType::Text),
        ];
        let rules = TypeRules::of(&known).expect("rules");
        assert_eq!(types(&rules, ["Id", "Rate", "x", "y"]), format!("{expected:?}"));
    }

    #[test]
    fn what_is_no_type_is_refused() {
        for entry in ["Id", "Id=", "Id=integer", "Id=decimal", "Id=decimal(19)", "Id=decimal(-1)"] {
            let Err(Failure::InvalidConfig(wrong)) = rules(&[("column_types", &[entry])]) else {
                panic!("{entry}");
            };
            assert_eq!(wrong.field, "column_types");
            assert!(wrong.reason.contains(entry), "{}", wrong.reason);
        }
    }
}
