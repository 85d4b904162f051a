//! A question to a person at a terminal.

use std::io::{self, BufRead, IsTerminal, Write as _};

use tollgate_model::{Error, ErrorKind, Result};

/// Asks a person at a terminal whether to do something. A program that runs this command has made up
/// its mind.
///
/// # Errors
/// [`ErrorKind::Config`] where it cannot be asked.
pub async fn confirmed(question: String) -> Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(true);
    }
    yes(question).await.map_err(|error| {
        Error::new(ErrorKind::Config, "nobody can be asked whether to do it").with_source(error)
    })
}

/// Asks a question that is answered by yes or no; anything but a yes is a no.
///
/// # Errors
/// Where it cannot be asked.
pub async fn yes(question: String) -> io::Result<bool> {
    // On a thread of its own, so that Ctrl-C is heard while nobody answers.
    let answer = tokio::task::spawn_blocking(move || {
        eprint!("{question} [y/N] ");
        io::stderr().flush()?;
        let mut answer = String::new();
        io::stdin().lock().read_line(&mut answer)?;
        Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
    });
    answer.await.unwrap_or_else(|panic| Err(io::Error::other(panic)))
}
