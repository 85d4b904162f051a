//! `tollgate.toml`: read, or refused with the line of each problem, and never with a secret.

use std::path::Path;

use arbitrary::{Result, Unstructured};
use jiff::Timestamp;
use tollgate_cli::config::{Config, Source};
use tollgate_cli::failure::{Failure, render};

/// What stands in secret places, and may stand in no error.
const SECRET: &str = "c4n4ry";

/// What a file is made of. The secret is not among it.
const PIECES: [&str; 40] = [
    "\n",
    " ",
    "[accounts.a]\n",
    "[syncs.n]\n",
    "[limits]\n",
    "[runs]\n",
    "[vault]\n",
    "[notify]\n",
    "[packages]\n",
    "[origins]\n",
    "[accounts]\n",
    "accounts.a.",
    "connector = \"icontact\"",
    "auth = \"x\"",
    "time_zone = \"UTC\"",
    "=",
    ",",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "'",
    "#",
    "password = ",
    "username = \"me\"",
    "account = \"a\"",
    "stream = \"contacts\"",
    "to = \"out.db\"",
    "mode = \"append\"",
    "schedule = \"every 5m\"",
    "a = { ",
    "options = { ",
    "env = \"VARIABLE\"",
    "pages = 1_000",
    "days = 0x7",
    "\r\n",
    "\t",
    "é",
    "2026-01-31",
];
/// How the names of secrets look: each tells what it is.
const KEYS: [&str; 6] =
    ["password", "api_token", "client_secret", "app_key", "Credentials", "x.passwd"];
/// What stands between the name and the secret, as it is meant and as it is mistaken.
const SIGNS: [&str; 6] = [" = ", "=", ": ", " ", " = [ ", " = { env = "];
const QUOTES: [&str; 4] = ["\"", "'", "", "\"\"\""];

/// A file, as it is where the first byte is even, else one of pieces around a secret.
pub fn run(input: &[u8]) {
    let Some((choice, rest)) = input.split_first() else { return };
    let text = match choice % 2 {
        0 => String::from_utf8_lossy(rest).into_owned(),
        _ => made(&mut Unstructured::new(rest)).unwrap_or_default(),
    };
    let source = Source::new(Path::new("dir/tollgate.toml"), text.clone());
    let Err(failure) = Config::parse(source) else { return };
    let Failure::Errors(errors) = failure else { panic!("nobody reads its output here") };
    assert!(!errors.is_empty(), "it was refused without a reason");
    for error in &errors {
        look_at(error.message(), text.matches('\n').count() + 1);
        let shown = render(error, Timestamp::UNIX_EPOCH);
        let is_hidden = choice % 2 == 0 || !shown.contains(SECRET);
        assert!(is_hidden, "a secret is shown:\n{shown}\nof:\n{text}");
        let acts = |c: char| c != '\n' && tollgate_model::text::is_control(c);
        assert!(!shown.contains(acts), "{shown:?}");
    }
}

/// Whether an error begins with file, line and column.
fn look_at(message: &str, lines: usize) {
    let place = message.strip_prefix("dir/tollgate.toml:").unwrap_or_else(|| panic!("{message}"));
    let line = place.split(':').next().and_then(|line| line.parse::<usize>().ok());
    assert!(line.is_some_and(|line| (1..=lines).contains(&line)), "{message}");
}

/// Pieces, an account with a secret, and pieces again.
fn made(input: &mut Unstructured<'_>) -> Result<String> {
    let mut text = String::new();
    pieces(input, &mut text)?;
    // What was open ends before the account: in a text of several lines its header is none.
    text = text.replace(['"', '\''], "");
    text.push_str("\n[accounts.acme]\n");
    pieces(input, &mut text)?;
    let quote = *input.choose(&QUOTES)?;
    let is_block = quote.len() == 3;
    text.push_str(input.choose(&KEYS)?);
    text.push_str(input.choose(&SIGNS)?);
    text.push_str(quote);
    text.push_str(if is_block { "\n" } else { "" });
    text.push_str(SECRET);
    text.push_str(if is_block { "\n" } else { "" });
    text.push_str(if input.arbitrary::<u8>()? % 4 == 3 { "" } else { quote });
    pieces(input, &mut text)?;
    Ok(text)
}

fn pieces(input: &mut Unstructured<'_>, text: &mut String) -> Result<()> {
    for _ in 0..input.int_in_range(0..=6)? {
        text.push_str(input.choose(&PIECES)?);
    }
    Ok(())
}
