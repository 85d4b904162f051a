//! What is said where Tollgate itself is at fault.

use std::io::Write;
use std::panic::PanicHookInfo;

/// Replaces the panic message by one that says whose fault it is and what to report: the place, and
/// never the message, into which a value may have been formatted.
pub fn report_as_bugs() {
    std::panic::set_hook(Box::new(|info| {
        let _ = std::io::stderr().lock().write_all(text(info).as_bytes());
    }));
}

fn text(info: &PanicHookInfo<'_>) -> String {
    let place = info.location().map(|place| format!("{}:{}", place.file(), place.line()));
    format!(
        "error: this is a bug in Tollgate {}, at {}\nhint: report it with this line and the command \
         that led to it; no data was committed by the step that failed\n",
        env!("CARGO_PKG_VERSION"),
        place.unwrap_or_else(|| "an unknown place".to_owned()),
    )
}
