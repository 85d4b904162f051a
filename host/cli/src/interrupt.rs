//! Ctrl-C: once ends the command in order, twice at once.

use std::future::Future;

use tokio_util::sync::CancellationToken;
use tollgate_model::{Error, ErrorKind};

use crate::failure::Outcome;
use crate::messages::Messages;

/// Listens for Ctrl-C, and on Unix for the signal to terminate, as long as the process lives.
pub fn listen(cancel: CancellationToken, messages: Messages) {
    tokio::spawn(async move {
        asked_to_stop().await;
        messages.say("stopping; Ctrl-C again stops at once");
        cancel.cancel();
        asked_to_stop().await;
        std::process::exit(i32::from(ErrorKind::Cancelled.consequence().exit_code));
    });
}

/// Ends what is under way when the user asks to stop. For commands that leave nothing behind.
///
/// # Errors
/// [`ErrorKind::Cancelled`], else those of the future.
pub async fn or_stop<T>(
    cancel: &CancellationToken,
    work: impl Future<Output = Outcome<T>>,
) -> Outcome<T> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::new(ErrorKind::Cancelled, "stopped").into()),
        outcome = work => outcome,
    }
}

#[cfg(unix)]
async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};

    // Where the signal cannot be had, the command goes on as if it could not be stopped.
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return ctrl_c().await;
    };
    tokio::select! {
        () = ctrl_c() => {}
        received = terminate.recv() => {
            if received.is_none() {
                std::future::pending::<()>().await;
            }
        }
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() {
    ctrl_c().await;
}

async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
