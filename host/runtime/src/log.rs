//! The guest's log: counted, cut and escaped before anybody sees it.
//!
//! A line can hold no secret: the guest never has one, and the gate lets none through that a
//! provider sends back.

use std::sync::Arc;

use tollgate_model::text::excerpt;
use tollgate_model::{Event, LogLevel, Observer};

use crate::meter::Breach;

/// The log of one read.
pub(crate) struct GuestLog {
    observer: Arc<dyn Observer>,
    lines_max: u32,
    line_bytes_max: usize,
    lines: u32,
}

impl GuestLog {
    pub(crate) fn new(observer: Arc<dyn Observer>, lines_max: u32, line_bytes_max: usize) -> Self {
        GuestLog { observer, lines_max, line_bytes_max, lines: 0 }
    }

    /// A line that the guest wrote.
    pub(crate) fn write(&mut self, level: LogLevel, message: &str) -> Result<(), Breach> {
        if self.lines >= self.lines_max {
            return Err(Breach::LogLines { max: self.lines_max });
        }
        self.lines += 1;
        self.tell(level, line(message, self.line_bytes_max));
        Ok(())
    }

    /// A line that the host writes about the guest. Its text is escaped already.
    pub(crate) fn tell(&self, level: LogLevel, message: String) {
        self.observer.observe(&Event::Log { level, message });
    }
}

/// A line as it is shown: control characters escaped, and marked where it was cut.
fn line(message: &str, bytes_max: usize) -> String {
    if message.len() <= bytes_max {
        return excerpt(message, usize::MAX);
    }
    let kept = message.get(..message.floor_char_boundary(bytes_max)).unwrap_or_default();
    format!("{} [cut: {} bytes]", excerpt(kept, usize::MAX), message.len())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Kept(Mutex<Vec<Event>>);

    impl Observer for Kept {
        fn observe(&self, event: &Event) {
            self.0.lock().unwrap().push(event.clone());
        }
    }

    #[test]
    fn lines_are_escaped_and_cut_with_a_mark() {
        assert_eq!(line("a\u{1b}[2J\nb", 100), "a\\u{1b}[2J\\nb");
        assert_eq!(line("abcdé", 5), "abcd [cut: 6 bytes]");
    }

    #[test]
    fn the_line_after_the_last_is_a_breach() {
        let kept = Arc::new(Kept::default());
        let mut log = GuestLog::new(kept.clone(), 2, 10);
        assert!(log.write(LogLevel::Info, "one").is_ok());
        assert!(log.write(LogLevel::Warn, "two").is_ok());
        assert_eq!(log.write(LogLevel::Info, "three"), Err(Breach::LogLines { max: 2 }));
        assert_eq!(kept.0.lock().unwrap().len(), 2);
    }
}
