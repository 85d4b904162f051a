//! Faults on demand: what goes wrong, on which path, at which request. Knows no vendor.
//!
//! ```
//! use tollgate_simulators::{Fault, Kind};
//!
//! let library = Fault::new(Kind::CutBody).on("/contacts").at(4);
//! let command_line: Fault = "cut-body:/contacts@4".parse()?;
//! assert_eq!(library, command_line);
//! # Ok::<(), tollgate_simulators::fault::FaultParseError>(())
//! ```

mod apply;
mod armoury;
mod kind;
mod parse;
mod wire;

use std::fmt;

pub(crate) use apply::Outcome;
pub(crate) use armoury::{Armoury, Drawn};
pub use kind::{Echo, Kind, RetryAfter};
pub use parse::FaultParseError;

/// Which of the matching requests a fault falls on. They are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// From the n-th on, for ever.
    From(usize),
    /// From the n-th on, this many in a row.
    At {
        /// The first request that is hit.
        first: usize,
        /// How many are hit, that one included.
        times: usize,
    },
    /// Every so many.
    Every {
        /// The distance from one that is hit to the next; 0 hits none.
        step: usize,
        /// How many are hit in all.
        times: usize,
    },
}

impl When {
    /// Whether the `n`-th matching request is hit.
    pub fn hits(self, n: usize) -> bool {
        match self {
            When::From(first) => n >= first,
            When::At { first, times } => n >= first && n - first < times,
            When::Every { step, times } => step > 0 && n.is_multiple_of(step) && n / step <= times,
        }
    }
}

impl fmt::Display for When {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            When::From(1) => Ok(()),
            When::From(first) => write!(out, "@{first}+"),
            When::At { first, times: 1 } => write!(out, "@{first}"),
            When::At { first, times } => write!(out, "@{first}x{times}"),
            When::Every { step, times: usize::MAX } => write!(out, "@every{step}"),
            When::Every { step, times } => write!(out, "@every{step}x{times}"),
        }
    }
}

/// One thing that goes wrong.
///
/// Several faults may fall on the same request: they are applied in the order paging, content,
/// wire. Of several that replace the whole answer on the wire, the first one added wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    kind: Kind,
    path: String,
    when: When,
    name: String,
}

impl Fault {
    /// A fault of this kind on every request.
    pub fn new(kind: Kind) -> Self {
        Fault { name: kind.name(), kind, path: String::new(), when: When::From(1) }
    }

    /// Only on paths that end in `pattern`.
    ///
    /// Segments are compared from the end, whole, without a trailing slash; `*` stands for any one
    /// segment. `/contacts` matches the list of contacts but no single contact, which `/contacts/*`
    /// does; an empty pattern matches everything.
    #[must_use]
    pub fn on(mut self, pattern: &str) -> Self {
        self.path = pattern.trim_matches('/').to_owned();
        self
    }

    /// Only at the `n`-th matching request, counted from 1.
    #[must_use]
    pub fn at(mut self, n: usize) -> Self {
        self.when = When::At { first: n, times: 1 };
        self
    }

    /// This many times and no more: in a row from where [`at`](Fault::at) says or from the first
    /// request, or at the distance that [`every`](Fault::every) says.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.when = match self.when {
            When::From(first) | When::At { first, .. } => When::At { first, times },
            When::Every { step, .. } => When::Every { step, times },
        };
        self
    }

    /// At the `n`-th matching request and all later ones.
    #[must_use]
    pub fn from(mut self, n: usize) -> Self {
        self.when = When::From(n);
        self
    }

    /// At every `n`-th matching request.
    #[must_use]
    pub fn every(mut self, n: usize) -> Self {
        let (step, times) = (n, usize::MAX);
        self.when = When::Every { step, times };
        self
    }

    /// The name under which it is counted, in place of that of its kind.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.name = name.to_owned();
        self
    }

    /// What goes wrong.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// At which of the matching requests.
    pub fn when(&self) -> When {
        self.when
    }

    /// The name under which it is counted.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the fault is about `path` at all.
    pub fn is_about(&self, path: &str) -> bool {
        let mut segments = segments_from_end(path);
        segments_from_end(&self.path)
            .all(|wanted| segments.next().is_some_and(|it| wanted == "*" || wanted == it))
    }
}

fn segments_from_end(path: &str) -> impl Iterator<Item = &str> {
    path.rsplit('/').filter(|segment| !segment.is_empty())
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.kind)?;
        if !self.path.is_empty() {
            write!(out, ":/{}", self.path)?;
        }
        write!(out, "{}", self.when)?;
        if self.name != self.kind.name() {
            write!(out, "#{}", self.name)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pattern_compares_whole_segments_from_the_end() {
        let cases = [
            ("/contacts", "/icp/a/1/c/2/contacts", true),
            ("/contacts", "/icp/a/1/c/2/contacts/", true),
            ("contacts", "/icp/a/1/c/2/contacts", true),
            ("/contacts", "/icp/a/1/c/2/contacts/5", false),
            ("/contacts", "/icp/a/1/c/2/oldcontacts", false),
            ("/contacts/*", "/icp/a/1/c/2/contacts/5", true),
            ("/messages/*/opens", "/icp/a/1/c/2/messages/9/opens", true),
            ("/messages/*/opens", "/icp/a/1/c/2/messages/9/clicks", false),
            ("", "/anything", true),
            ("/a/b/c", "/b/c", false),
        ];
        for (pattern, path, expected) in cases {
            let fault = Fault::new(Kind::Html).on(pattern);
            assert_eq!(fault.is_about(path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn moments_are_counted_from_one() {
        let hits = |fault: Fault| (1..=6).filter(|n| fault.when().hits(*n)).collect::<Vec<_>>();
        let fault = Fault::new(Kind::Html);
        assert_eq!(hits(fault.clone()), [1, 2, 3, 4, 5, 6]);
        assert_eq!(hits(fault.clone().at(4)), [4]);
        assert_eq!(hits(fault.clone().at(2).times(3)), [2, 3, 4]);
        assert_eq!(hits(fault.clone().times(2)), [1, 2]);
        assert_eq!(hits(fault.clone().from(5)), [5, 6]);
        assert_eq!(hits(fault.clone().every(3)), [3, 6]);
        assert_eq!(hits(fault.clone().every(2).times(2)), [2, 4]);
        assert_eq!(hits(fault.every(0)), Vec::<usize>::new());
    }
}
