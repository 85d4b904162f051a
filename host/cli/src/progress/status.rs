//! Where a stream stands, as one line. Pure: time is given.

use std::time::{Duration, Instant};

use tollgate_model::{Event, WaitReason};

use crate::quantities::{self, counted};

/// Waits below this are the usual pace of a rate limit and not worth a word.
pub const WAIT_SHOWN_MIN: Duration = Duration::from_secs(1);

/// Where a stream stands.
#[derive(Clone, Copy, Debug)]
pub struct Status {
    started: Instant,
    rows: u64,
    /// Of a stream that is read as one; the parts of another each have their own.
    rows_total: Option<u64>,
    child_rows: u64,
    pages: u64,
    parts_started: u64,
    parts_finished: u64,
    waiting: Option<(WaitReason, Instant)>,
}

impl Status {
    /// At the beginning.
    pub fn new(started: Instant) -> Self {
        Status {
            started,
            rows: 0,
            rows_total: None,
            child_rows: 0,
            pages: 0,
            parts_started: 0,
            parts_finished: 0,
            waiting: None,
        }
    }

    /// Takes an event in; whether a line about it should not wait.
    pub fn take(&mut self, event: &Event, now: Instant) -> bool {
        match event {
            Event::Page { rows, rows_total } => {
                self.rows += rows;
                self.pages += 1;
                self.rows_total = if self.parts_started > 0 { None } else { *rows_total };
            }
            Event::PartitionStarted { .. } => self.parts_started += 1,
            Event::PartitionFinished { .. } => self.parts_finished += 1,
            Event::Wait { reason, wait } if *wait >= WAIT_SHOWN_MIN => {
                let until = now + *wait;
                let is_longer = self.waiting.is_none_or(|(_, before)| until > before);
                if is_longer {
                    self.waiting = Some((*reason, until));
                }
                return is_longer;
            }
            Event::Wait { .. }
            | Event::Request(_)
            | Event::Log { .. }
            | Event::GoesOn { .. }
            | Event::PartitionRetried { .. }
            | Event::PartitionLeft { .. }
            | Event::FromStart { .. } => {}
            Event::ChildRows { rows, .. } => self.child_rows += rows,
        }
        false
    }

    /// How many rows will come, where that is known.
    pub fn rows_total(&self) -> Option<u64> {
        self.rows_total
    }

    /// The line.
    pub fn line(&self, now: Instant) -> String {
        let mut parts = vec![match self.rows_total {
            // The total is the provider's word, and may be behind what has come.
            Some(total) if total >= self.rows => {
                format!("{} of {}", quantities::count(self.rows), counted(total, "row"))
            }
            _ => counted(self.rows, "row"),
        }];
        if self.child_rows > 0 {
            parts.push(counted(self.child_rows, "child row"));
        }
        parts.push(counted(self.pages, "page"));
        if self.parts_started > 0 {
            parts.push(format!("{} done", counted(self.parts_finished, "part")));
        }
        let seconds = now.duration_since(self.started).as_secs_f64();
        if seconds >= 1.0 && self.rows > 0 {
            parts.push(format!("{}/s", counted((self.rows as f64 / seconds) as u64, "row")));
        }
        if let Some((reason, until)) = self.waiting
            && until > now
        {
            parts.push(waiting(reason, until - now));
        }
        parts.join(", ")
    }
}

/// Why there is a wait, and how long it is still.
pub fn waiting(reason: WaitReason, wait: Duration) -> String {
    // Up to the next second: a countdown that ends with 0 seems to hang.
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let wait = quantities::duration(Duration::from_secs(seconds));
    match reason {
        WaitReason::RateLimit => format!("keeping to the rate limit, next request in {wait}"),
        WaitReason::RetryAfter => format!("rate limited by the provider, next try in {wait}"),
        WaitReason::Backoff => format!("a request failed, next try in {wait}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(rows: u64, rows_total: Option<u64>) -> Event {
        Event::Page { rows, rows_total }
    }

    #[test]
    fn a_line_tells_rows_pages_and_rate() {
        let start = Instant::now();
        let mut status = Status::new(start);
        assert_eq!(status.line(start), "0 rows, 0 pages");
        status.take(&page(500, Some(1_234)), start);
        let later = start + Duration::from_secs(2);
        assert_eq!(status.line(later), "500 of 1,234 rows, 1 page, 250 rows/s");
        status.take(&page(1_000, Some(1_234)), later);
        assert_eq!(status.line(start), "1,500 rows, 2 pages");
    }

    #[test]
    fn a_wait_counts_down_and_is_gone() {
        let start = Instant::now();
        let mut status = Status::new(start);
        let wait = |seconds| Event::Wait {
            reason: WaitReason::RetryAfter,
            wait: Duration::from_secs(seconds),
        };
        assert!(status.take(&wait(12), start));
        assert!(!status.take(&wait(5), start), "a shorter wait changes nothing");
        let text = "rate limited by the provider, next try in";
        let line = |after| status.line(start + Duration::from_millis(after));
        assert!(line(0).ends_with(&format!("{text} 12 s")));
        assert!(line(500).ends_with(&format!("{text} 12 s")));
        assert!(line(11_500).contains(&format!("{text} 1 s")));
        assert!(!line(12_000).contains(text));
    }

    #[test]
    fn parts_have_no_common_total() {
        let start = Instant::now();
        let mut status = Status::new(start);
        let partition = "a".to_owned();
        status.take(&Event::PartitionStarted { partition: partition.clone() }, start);
        status.take(&page(3, Some(10)), start);
        status.take(&Event::PartitionFinished { partition, rows: 3 }, start);
        assert_eq!(status.line(start), "3 rows, 1 page, 1 part done");
    }

    #[test]
    fn short_waits_are_the_usual_pace() {
        let start = Instant::now();
        let mut status = Status::new(start);
        let wait = Duration::from_millis(999);
        assert!(!status.take(&Event::Wait { reason: WaitReason::RateLimit, wait }, start));
        assert_eq!(status.line(start), "0 rows, 0 pages");
    }
}
