//! Where a value comes from: a flag before the environment, before the file, before the default.

use std::fmt;

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// This flag of the command line.
    Flag(&'static str),
    /// This environment variable.
    Environment(&'static str),
    /// The configuration file, this line.
    File(usize),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag(flag) => write!(f, "flag {flag}"),
            Origin::Environment(variable) => write!(f, "environment {variable}"),
            Origin::File(line) => write!(f, "line {line}"),
            Origin::Default => f.write_str("default"),
        }
    }
}
