//! Which process holds a lock, and whether it is still there.

use std::fmt;
use std::fs;

/// A process, as others can find it.
///
/// On Linux, a process of the same machine and the same view of its processes can be asked about;
/// elsewhere, and from within another container, only the heartbeat tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The machine's name, for people. Empty: not known.
    pub host: String,
    /// Which boot of which machine, and which processes are seen there. Empty: not known.
    pub place: String,
    /// The number of the process.
    pub pid: u32,
    /// When the process began, by its machine: another that was given its number began later. Empty:
    /// not known.
    pub began: String,
}

impl Owner {
    /// This process.
    pub fn this_process() -> Self {
        let read = |path: &str| {
            fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default()
        };
        let boot = read("/proc/sys/kernel/random/boot_id");
        let processes = fs::read_link("/proc/self/ns/pid")
            .map(|link| link.display().to_string())
            .unwrap_or_default();
        let place = match boot.is_empty() || processes.is_empty() {
            true => String::new(),
            false => format!("{boot} {processes}"),
        };
        let pid = std::process::id();
        Owner {
            host: read("/proc/sys/kernel/hostname"),
            place,
            pid,
            began: began(pid).unwrap_or_default(),
        }
    }

    /// Whether this process is known to have ended, as `here` can see it.
    pub(crate) fn is_gone(&self, here: &Owner) -> bool {
        let can_be_seen = !self.place.is_empty() && self.place == here.place;
        can_be_seen && began(self.pid).is_none_or(|began| began != self.began)
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {}", self.pid)?;
        if self.host.is_empty() { Ok(()) } else { write!(f, " on {}", self.host) }
    }
}

/// When a process began, in ticks since the machine did. `None`: there is no such process, or it
/// has ended and only waits to be taken note of.
fn began(pid: u32) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is a name in parentheses, which may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_whitespace();
    let state = fields.next()?;
    let began = fields.nth(18)?;
    (!matches!(state, "Z" | "X")).then(|| began.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_is_gone_when_it_ended_or_its_number_is_anothers() {
        let here = Owner::this_process();
        assert!(!here.is_gone(&here), "{here:?}");
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(Owner { pid, ..here.clone() }.is_gone(&here));
        assert!(Owner { began: "1".to_owned(), ..here.clone() }.is_gone(&here));
    }

    #[test]
    fn of_another_machine_nothing_is_known() {
        let here = Owner::this_process();
        let there = Owner { place: "elsewhere".to_owned(), pid: u32::MAX, ..here.clone() };
        assert!(!there.is_gone(&here));
        let unknown = Owner { place: String::new(), pid: u32::MAX, ..here.clone() };
        assert!(!unknown.is_gone(&unknown));
    }

    #[test]
    fn an_owner_is_told_by_number_and_machine() {
        let owner =
            Owner { host: "tower".to_owned(), place: String::new(), pid: 12, began: String::new() };
        assert_eq!(owner.to_string(), "process 12 on tower");
        assert_eq!(Owner { host: String::new(), ..owner }.to_string(), "process 12");
    }
}
