//! The text of a configuration file, and problems that point into it.

use std::ops::Range;
use std::path::{Path, PathBuf};

use tollgate_model::text::{excerpt, is_control};
use tollgate_model::{Error, ErrorKind};

use crate::failure::Failure;

/// The most characters of a line that a problem shows.
const LINE_CHARS_MAX: usize = 160;

/// What stands for a part of a line that is not shown.
const HIDDEN: &str = "[not shown]";

/// The sections in which no secret can be meant to stand. Elsewhere a line is shown up to its `=`
/// only: the value behind it may be a secret that somebody wrote there in plain text.
const OPEN_SECTIONS: [&str; 4] = ["syncs", "limits", "origins", "runs"];
/// The keys of accounts whose values are no secrets.
const OPEN_KEYS: [&str; 5] =
    ["connector", "auth", "time_zone", "requests_per_second", "concurrent_requests"];
/// Words in a key that make its value a likely secret wherever it stands.
const SECRET_WORDS: [&str; 6] = ["pass", "secret", "token", "key", "credential", "auth"];

/// The text of a configuration file.
#[derive(Clone, Debug)]
pub struct Source {
    path: PathBuf,
    text: String,
}

/// Something wrong in a configuration file.
#[derive(Clone, Debug)]
pub struct Problem {
    span: Range<usize>,
    message: String,
    hint: Option<String>,
}

impl Problem {
    /// A problem with the text in this range.
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Problem { span, message: message.into(), hint: None }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same at another place, for errors that do not know where they are.
    pub fn from_error(span: Range<usize>, error: &Error) -> Self {
        Problem { span, message: error.message().to_owned(), hint: error.hint().map(str::to_owned) }
    }
}

impl Source {
    /// The text of the file at this path.
    pub fn new(path: &Path, text: String) -> Self {
        Source { path: path.to_owned(), text }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line of a position, from 1.
    pub fn line(&self, position: usize) -> usize {
        self.before(position).matches('\n').count() + 1
    }

    /// The error that tells of a problem: where it is, the line with a caret below, what to do.
    pub fn error(&self, problem: &Problem) -> Error {
        let position = problem.span.start.min(self.text.len());
        let line_start = self.before(position).rfind('\n').map_or(0, |end| end + 1);
        let line = self.text.get(line_start..).unwrap_or_default();
        let line = line.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let column = self.text.get(line_start..position).unwrap_or_default().chars().count();
        let number = self.line(position);
        let message = format!(
            "{}:{number}:{}: {}\n{}",
            self.path.display(),
            column + 1,
            problem.message,
            snippet(number, &self.shown(line_start, line), column, self.width(problem))
        );
        let error = Error::new(ErrorKind::Config, message);
        match &problem.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    /// All problems, in the order of the file.
    pub fn failure(&self, mut problems: Vec<Problem>) -> Failure {
        problems.sort_by_key(|problem| problem.span.start);
        Failure::Errors(problems.iter().map(|problem| self.error(problem)).collect())
    }

    fn before(&self, position: usize) -> &str {
        self.text.get(..position).unwrap_or(&self.text)
    }

    /// How many characters are marked: what is wrong, as far as it stands on its first line.
    fn width(&self, problem: &Problem) -> usize {
        let text = self.text.get(problem.span.clone()).unwrap_or_default();
        text.split(['\n', '\r']).next().unwrap_or_default().chars().count().max(1)
    }

    /// As much of a line as may be shown.
    fn shown(&self, line_start: usize, line: &str) -> String {
        let open = self.open_part(line_start, line);
        if open.len() == line.len() { line.to_owned() } else { format!("{open} {HIDDEN}") }
    }

    fn open_part<'a>(&self, line_start: usize, line: &'a str) -> &'a str {
        let trimmed = line.trim_start();
        if trimmed.is_empty() || is_plain_header(trimmed) {
            return line;
        }
        let is_open = self.is_open_section(line_start) && !may_hold_secret(line);
        let Some(equals) = line.find('=').filter(|_| !trimmed.starts_with(['[', '#'])) else {
            let is_open = is_open && !self.may_go_on_with_secret(line_start);
            let is_remark = trimmed.starts_with('#') && !may_hold_secret(line);
            let is_remark = is_remark && !line.contains(['"', '\'', '=']);
            return if is_open || is_remark { line } else { "" };
        };
        if is_open {
            return line;
        }
        let (key, value) = line.split_at(equals + 1);
        let name = key.trim_end_matches('=').trim();
        match name {
            _ if !is_key(name) => "",
            _ if OPEN_KEYS.contains(&name.to_lowercase().as_str()) => {
                &line[..key.len() + first_value(value)]
            }
            _ => key,
        }
    }

    /// Whether a line without a key may go on with the value of one above, in its section or before.
    fn may_go_on_with_secret(&self, line_start: usize) -> bool {
        let above = || self.before(line_start).lines().rev();
        let mut section = above().take_while(|line| !is_header(line.trim_start()));
        let key = above().find(|line| line.contains('='));
        section.any(may_hold_secret) || key.is_some_and(may_hold_secret)
    }

    fn is_open_section(&self, position: usize) -> bool {
        let headers = self.before(position).lines().rev().map(str::trim_start);
        let header = headers.into_iter().find(|line| is_header(line)).unwrap_or_default();
        let name = header.trim_start_matches(['[', ' ']);
        OPEN_SECTIONS.iter().any(|section| {
            name.strip_prefix(section).is_some_and(|rest| rest.starts_with(['.', ']', ' ']))
        })
    }
}

fn line_has(line: &str, word: &str) -> bool {
    line.to_lowercase().contains(word)
}

/// Whether a line says that it holds a secret.
fn may_hold_secret(line: &str) -> bool {
    SECRET_WORDS.iter().any(|word| line_has(line, word)) || has_password_in_url(line)
}

/// Whether this can be a key, in quotes or not, or several with dots: a secret whose `=` is part of
/// it is none.
fn is_key(text: &str) -> bool {
    let is_quoted = |quote: char| {
        let inner = text.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
        inner.is_some_and(|inner| !inner.contains(quote))
    };
    text.chars().all(is_key_char) || is_quoted('"') || is_quoted('\'')
}

/// The bytes of the first value, and of the white space before it; 0 for one that has no end here.
fn first_value(text: &str) -> usize {
    let value = text.trim_start();
    let before = text.len() - value.len();
    let length = match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value[1..].find(quote).map(|end| end + 2),
        _ => value.find(|c: char| c.is_whitespace() || "\"',{".contains(c)).or(Some(value.len())),
    };
    length.map_or(0, |length| before + length)
}

/// Whether something stands between a user and the host of a URL.
fn has_password_in_url(line: &str) -> bool {
    let authority = line.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
    authority.is_some_and(|(user, _)| user.contains(':'))
}

/// Whether a line begins a section, whatever else may stand on it.
fn is_header(line: &str) -> bool {
    let Some(inner) = line.strip_prefix('[') else { return false };
    let inner = inner.trim_start_matches(['[', ' ']);
    inner.starts_with(|c: char| c.is_ascii_alphabetic()) && !inner.contains('=')
}

/// Whether a line is a header as it has to be, and so holds nothing but names.
fn is_plain_header(line: &str) -> bool {
    let Some((inner, rest)) = line.rsplit_once(']') else { return false };
    let (inner, rest) = (inner.trim_start_matches('[').trim_end_matches(']'), rest.trim_start());
    let is_remark = rest.starts_with('#') && !may_hold_secret(rest);
    // Every second piece stands in quotes.
    let is_named = inner.split(['"', '\'']).step_by(2).all(|piece| piece.chars().all(is_key_char));
    is_header(line) && is_named && (rest.is_empty() || is_remark)
}

fn is_key_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The line with its number, and carets below what is wrong.
fn snippet(number: usize, line: &str, column: usize, width: usize) -> String {
    // Tabs would move the carets; other controls would act on the terminal.
    let line: String = line.chars().map(|c| if is_control(c) { ' ' } else { c }).collect();
    let line = excerpt(&line, LINE_CHARS_MAX);
    let shown = line.strip_suffix(HIDDEN).unwrap_or(&line).trim_end();
    let hidden = shown.chars().count() <= column;
    let number = number.to_string();
    let gutter = " ".repeat(number.len());
    if hidden || column >= LINE_CHARS_MAX {
        return format!("{gutter} |\n{number} | {}", line.trim_end());
    }
    let width = width.min(shown.chars().count() - column);
    let carets = "^".repeat(width.max(1));
    format!("{gutter} |\n{number} | {line}\n{gutter} | {}{carets}", " ".repeat(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str, wrong: &str) -> String {
        let source = Source::new(Path::new("tollgate.toml"), text.to_owned());
        let start = text.find(wrong).unwrap_or(text.len());
        let problem = Problem::new(start..start + wrong.len(), "is wrong");
        source.error(&problem).message().to_owned()
    }

    #[test]
    fn a_problem_names_file_line_and_column_and_marks_the_place() {
        insta::assert_snapshot!(error("[syncs.a]\nstrem = \"ä\"\nmode = 3\n", "strem"), @r#"
        tollgate.toml:2:1: is wrong
          |
        2 | strem = "ä"
          | ^^^^^
        "#);
        insta::assert_snapshot!(error("[syncs.ä]\n\tmode = 3", "3"), @r"
        tollgate.toml:2:9: is wrong
          |
        2 |  mode = 3
          |         ^
        ");
    }

    #[test]
    fn values_that_may_be_secrets_are_never_shown() {
        for (text, wrong) in [
            ("[accounts.a]\npassword = \"canary\"\n", "password"),
            ("[accounts.a]\npassword = \"canary\n", "\"canary"),
            ("accounts.a.password = \"canary\"\n", "\"canary\""),
            ("accounts = { a = { password = \"canary\" } }\n", "password"),
            ("[accounts]\na = { password = \"canary\" }\n", "password"),
            ("[acounts.a]\npassword = \"canary\"\n", "password"),
            ("[accounts.a]\nx = \"\"\"\ncanary\n\"\"\"\n", "canary"),
            ("[accounts.a]\nx = [\n  \"canary\",\n]\n", "\"canary\""),
            ("[accounts.a]\nx = [\n  [\"canary\"],\n]\n", "\"canary\""),
            ("[syncs.a]\npassword = \"canary\"\n", "password"),
            ("[syncs.a]\nto = \"postgres://me:canary@db/x\"\n", "\"postgres"),
            ("[syncs.a]\noptions = { token = \"canary\" }\n", "token"),
            ("[syncs.a]\npassword: \"canary\"\n", "password"),
            ("[syncs.a]\npassword = \"\"\"\ncanary\n\"\"\"\n", "canary"),
            ("[accounts.a]\nconnector = \"x\" password = \"canary\"\n", "password"),
            ("[accounts.a]\nconnector = \"x\", password: canary\n", "password"),
            ("[accounts.a]\npassword \"canary==\"\n", "password"),
            ("[limits]\n# app_key \"\"\"\ncanary\n", "canary"),
            ("[accounts.a] password: canary\n", "password"),
            ("[password canary[accounts]\n", "canary"),
            ("[accounts.a]\n# password canary\u{7}\n", "\u{7}"),
        ] {
            let shown = error(text, wrong);
            assert!(!shown.contains("canary"), "{shown}");
        }
        assert!(
            error("[accounts.a]\nconnector = \"icontact\"\n", "\"icontact\"").contains("icontact")
        );
    }

    #[test]
    fn a_problem_at_the_end_and_beyond_is_no_panic() {
        for text in ["", "\n", "[syncs.a]", "[syncs.a]\r\n"] {
            assert!(error(text, "\u{0}").contains("is wrong"));
        }
    }
}
