//! Which versions of the interface a component may be made for.
//!
//! The version stands in the names of a component's imports and exports, so it is known before
//! anything of it runs. Before 1.0 a new minor version breaks, a new patch adds.

use tollgate_model::text::quote;
use tollgate_model::{Error, ErrorKind, Result};

/// The export that makes a component a connector, without its version.
const CONNECTOR: &str = "tollgate:connector/connector@";

/// The version of the interface that this runtime has.
pub const INTERFACE_VERSION: &str = "0.1.0";

/// The version of the interface for which a component with these exports is made.
pub(crate) fn of_exports<'a>(exports: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let version = exports.into_iter().find_map(|name| name.strip_prefix(CONNECTOR))?;
    Some(version.to_owned())
}

/// Whether this runtime can load a component for that version.
///
/// # Errors
/// [`ErrorKind::Config`] where it cannot, or where the component is no connector at all.
pub(crate) fn check(version: Option<&str>) -> Result<()> {
    let Some(version) = version else {
        return Err(Error::new(ErrorKind::Config, "the component is not a Tollgate connector")
            .with_hint(format!("a connector exports `{CONNECTOR}{INTERFACE_VERSION}`")));
    };
    let ours = track(INTERFACE_VERSION);
    let theirs = track(version);
    if theirs.is_some() && theirs == ours {
        return Ok(());
    }
    let hint = if theirs > ours {
        "install a newer Tollgate"
    } else {
        "build the connector again with the current SDK"
    };
    let theirs = quote(version);
    let text = format!(
        "the component is made for version {theirs} of the connector interface, this Tollgate \
         has {INTERFACE_VERSION}"
    );
    Err(Error::new(ErrorKind::Config, text).with_hint(hint))
}

/// The part of a version within which everything fits: the major, and before 1.0 the minor too.
fn track(version: &str) -> Option<(u64, u64)> {
    let mut parts = version.split(['.', '-', '+']).map(|part| part.parse::<u64>().ok());
    match (parts.next()??, parts.next()??) {
        (0, minor) => Some((0, minor)),
        (major, _) => Some((major, 0)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_version_fits_where_its_track_is_ours() {
        let table = [
            (Some("0.1.0"), None),
            (Some("0.1.7"), None),
            (Some("0.2.0"), Some("install a newer Tollgate")),
            (Some("1.0.0"), Some("install a newer Tollgate")),
            (Some("0.0.9"), Some("build the connector again with the current SDK")),
            (Some("what"), Some("build the connector again with the current SDK")),
            (None, Some("a connector exports `tollgate:connector/connector@0.1.0`")),
        ];
        for (version, hint) in table {
            match (check(version), hint) {
                (Ok(()), None) => {}
                (Err(error), Some(hint)) => {
                    assert_eq!(error.kind(), ErrorKind::Config);
                    assert_eq!(error.hint(), Some(hint), "{version:?}");
                }
                (found, expected) => panic!("{version:?}: {found:?}, not {expected:?}"),
            }
        }
    }

    // Proves: texts
    #[test]
    fn a_version_that_acts_on_a_terminal_is_shown_escaped() {
        let error = check(Some("9\u{1b}[2J\nerror: forged")).unwrap_err();
        assert!(error.message().contains("`9\\u{1b}[2J\\nerror: forged`"), "{error}");
    }

    #[test]
    fn the_version_is_read_from_the_exports() {
        let exports = ["wasi:cli/run@0.2.0", "tollgate:connector/connector@0.3.1"];
        assert_eq!(of_exports(exports).unwrap(), "0.3.1");
        assert_eq!(of_exports(["tollgate:connector/types@0.1.0"]), None);
    }

    proptest! {
        /// Within a track all is loaded, beyond it nothing, and the hint says who is the older.
        #[test]
        fn a_component_of_another_track_is_not_loaded(
            major in 0_u64..3, minor in 0_u64..4, patch: u64, tail in "(-[a-z]{1,3})?",
        ) {
            let ours = track(INTERFACE_VERSION).unwrap();
            let theirs = (major, if major == 0 { minor } else { 0 });
            match check(Some(&format!("{major}.{minor}.{patch}{tail}"))) {
                Ok(()) => prop_assert_eq!(theirs, ours),
                Err(error) => {
                    prop_assert_ne!(theirs, ours);
                    let is_newer = error.hint() == Some("install a newer Tollgate");
                    prop_assert_eq!(is_newer, theirs > ours);
                }
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,20}") {
            let _ = check(Some(&text));
        }
    }
}
