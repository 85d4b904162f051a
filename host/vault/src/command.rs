//! The output of a program, within bounds of size and time.

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

use secrecy::zeroize::Zeroizing;

/// Runs a program and gives what it prints, at most so many bytes. It gets no input, and what it
/// says on standard error is put aside, as it may be anything.
///
/// # Errors
/// Where it cannot be started, fails, or has not ended in time; then it is ended.
pub(crate) fn output(
    words: &[String],
    bytes_max: usize,
    patience: Duration,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let [program, arguments @ ..] = words else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it names no program"));
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let output = read_within(&mut child, bytes_max, patience);
    if output.is_err() {
        // One that has just ended by itself needs no end.
        let _ = child.kill();
    }
    let status = child.wait()?;
    let output = output?;
    if status.success() {
        Ok(output)
    } else {
        Err(io::Error::other(format!("it ended with {status}")))
    }
}

fn read_within(
    child: &mut Child,
    bytes_max: usize,
    patience: Duration,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let Some(stdout) = child.stdout.take() else {
        return Err(io::Error::other("its output cannot be read"));
    };
    let (sender, receiver) = sync_channel(1);
    // A read from a pipe cannot be given up on, so it waits on a thread of its own, which ends with
    // the program.
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(bytes_max));
        let read = stdout.take(bytes_max as u64).read_to_end(&mut bytes);
        // Nobody listens any more once the time is over.
        let _ = sender.send(read.map(|_| bytes));
    });
    match receiver.recv_timeout(patience) {
        Ok(read) => read,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("it took longer than {patience:?}"),
        )),
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Vec<String> {
        ["sh", "-c", script].map(str::to_owned).into()
    }

    fn ran(words: &[String], bytes_max: usize) -> io::Result<Zeroizing<Vec<u8>>> {
        output(words, bytes_max, Duration::from_secs(30))
    }

    #[test]
    fn what_a_program_prints_is_bounded() {
        assert_eq!(**ran(&shell("printf canary; echo noise >&2"), 100).unwrap(), *b"canary");
        assert_eq!(ran(&shell("printf canary"), 3).unwrap().len(), 3);
        assert_eq!(ran(&shell("cat"), 3).unwrap().len(), 0, "it gets no input");
    }

    #[test]
    fn a_program_that_fails_or_hangs_gives_nothing() {
        for words in [shell("printf canary; exit 3"), vec!["/no/such/program".to_owned()], vec![]] {
            let error = ran(&words, 100).unwrap_err();
            assert!(!format!("{error:?}").contains("canary"), "{error:?}");
        }
        let error = output(&shell("exec sleep 600"), 100, Duration::from_millis(1)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }
}
