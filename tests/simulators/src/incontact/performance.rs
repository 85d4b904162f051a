//! What agents did in each hour, and the reports that sum it up over any span of time.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::data::{Data, Topic};
use super::record::{Datum, Record, record};
use crate::random::Dice;

pub(super) const HOUR_S: i64 = 3_600;

/// What was done: counts, and times in milliseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Work {
    offered: u64,
    refused: u64,
    inbound: u64,
    inbound_ms: u64,
    inbound_talk_ms: u64,
    outbound: u64,
    outbound_ms: u64,
    outbound_talk_ms: u64,
    consult_ms: u64,
    available_ms: u64,
    unavailable_ms: u64,
    acw_ms: u64,
    login_ms: u64,
}

impl Work {
    /// The work of one hour, in most of which somebody is logged in for all of it.
    fn in_an_hour(dice: &mut Dice) -> Work {
        let mut part = |most: usize| dice.below(most) as u64;
        let (offered, outbound) = (part(7), part(3));
        let refused = if part(5) == 0 { offered.min(1) } else { 0 };
        let inbound = offered - refused;
        let (inbound_talk_ms, outbound_talk_ms) =
            (inbound * part(240_000), outbound * part(90_000));
        let (acw_ms, consult_ms) = (part(300_000), if part(6) == 0 { part(60_000) } else { 0 });
        let inbound_ms = inbound_talk_ms + part(20_000);
        let outbound_ms = outbound_talk_ms + part(20_000);
        let login_ms = 3_600_000 - part(900_000);
        let busy_ms = inbound_ms + outbound_ms + acw_ms + consult_ms;
        let rest_ms = login_ms.saturating_sub(busy_ms);
        let available_ms = rest_ms * (30 + part(60)) / 100;
        Work {
            offered,
            refused,
            inbound,
            inbound_ms,
            inbound_talk_ms,
            outbound,
            outbound_ms,
            outbound_talk_ms,
            consult_ms,
            available_ms,
            unavailable_ms: rest_ms - available_ms,
            acw_ms,
            login_ms,
        }
    }

    fn add(&mut self, more: Work) {
        self.offered += more.offered;
        self.refused += more.refused;
        self.inbound += more.inbound;
        self.inbound_ms += more.inbound_ms;
        self.inbound_talk_ms += more.inbound_talk_ms;
        self.outbound += more.outbound;
        self.outbound_ms += more.outbound_ms;
        self.outbound_talk_ms += more.outbound_talk_ms;
        self.consult_ms += more.consult_ms;
        self.available_ms += more.available_ms;
        self.unavailable_ms += more.unavailable_ms;
        self.acw_ms += more.acw_ms;
        self.login_ms += more.login_ms;
    }

    /// The fields that agents and teams have in common.
    fn record(&self) -> Record {
        let handled = self.inbound + self.outbound;
        let talk_ms = self.inbound_talk_ms + self.outbound_talk_ms;
        let busy_ms = self.inbound_ms + self.outbound_ms + self.acw_ms + self.consult_ms;
        let percent = |part: u64, whole: u64| match whole {
            0 => Datum::Blank,
            whole => Datum::Hundredths((part * 10_000 / whole) as i64),
        };
        record! {
            "agentOffered": self.offered as i64,
            "inboundHandled": self.inbound as i64,
            "inboundTime": Datum::Duration(self.inbound_ms),
            "inboundTalkTime": Datum::Duration(self.inbound_talk_ms),
            "inboundAvgTalkTime": average(self.inbound_talk_ms, self.inbound),
            "outboundHandled": self.outbound as i64,
            "outboundTime": Datum::Duration(self.outbound_ms),
            "outboundTalkTime": Datum::Duration(self.outbound_talk_ms),
            "outboundAvgTalkTime": average(self.outbound_talk_ms, self.outbound),
            "totalHandled": handled as i64,
            "totalTalkTime": Datum::Duration(talk_ms),
            "totalAvgTalkTime": average(talk_ms, handled),
            "totalAvgHandleTime": average(busy_ms, handled),
            "consultTime": Datum::Duration(self.consult_ms),
            "availableTime": Datum::Duration(self.available_ms),
            "unavailableTime": Datum::Duration(self.unavailable_ms),
            "acwTime": Datum::Duration(self.acw_ms),
            "refused": self.refused as i64,
            "percentRefused": percent(self.refused, self.offered),
            "loginTime": Datum::Duration(self.login_ms),
            "workingRate": percent(busy_ms + self.available_ms, self.login_ms),
            "occupancy": percent(busy_ms, busy_ms + self.available_ms),
        }
    }
}

fn average(sum: u64, count: u64) -> Datum {
    Datum::Duration(sum.checked_div(count).unwrap_or(0))
}

impl Data {
    /// The hours that begin within a span, its end excluded, and are not in the future.
    pub(super) fn hours(&self, start: Timestamp, end: Timestamp) -> std::ops::Range<i64> {
        let hour = |time: Timestamp| {
            let (seconds, rest) = (time.as_second(), i64::from(time.subsec_nanosecond() > 0));
            (seconds + rest + HOUR_S - 1).div_euclid(HOUR_S)
        };
        hour(start.max(self.first))..hour(end.min(self.now))
    }

    /// What an agent did in an hour, and for which team; `None` if nothing.
    fn work(&self, agent: usize, hour: i64) -> Option<(usize, Work)> {
        let key = [self.settings.seed, Topic::Work as u64, agent as u64, hour.cast_unsigned()];
        let mut dice = Dice::new(&key);
        let shift = 6 + (agent % 7) as i64;
        let is_on_shift = (shift..shift + 8).contains(&hour.rem_euclid(24));
        if !is_on_shift || dice.chance(20) {
            return None;
        }
        // Some agents help another team every other day.
        let helps = agent % 6 == 5 && hour.div_euclid(24) % 2 == 1;
        let team = self.team_of(agent + usize::from(helps));
        Some((team, Work::in_an_hour(&mut dice)))
    }

    /// What each agent did for each team within a span.
    fn works(&self, start: Timestamp, end: Timestamp) -> BTreeMap<(usize, usize), Work> {
        let mut sums: BTreeMap<(usize, usize), Work> = BTreeMap::new();
        for hour in self.hours(start, end) {
            for agent in 0..self.settings.agents {
                if let Some((team, work)) = self.work(agent, hour) {
                    sums.entry((agent, team)).or_default().add(work);
                }
            }
        }
        sums
    }

    pub(super) fn agent_performance(&self, start: Timestamp, end: Timestamp) -> Vec<Record> {
        let rows = self.works(start, end).into_iter().map(|((agent, team), work)| {
            let ids = record! { "agentId": self.agent_id(agent), "teamId": self.team_id(team) };
            ids.and(work.record())
        });
        rows.collect()
    }

    pub(super) fn team_performance(&self, start: Timestamp, end: Timestamp) -> Vec<Record> {
        let mut teams: BTreeMap<usize, (u64, Work)> = BTreeMap::new();
        for ((_, team), work) in self.works(start, end) {
            let (agents, sum) = teams.entry(team).or_default();
            *agents += 1;
            sum.add(work);
        }
        let rows = teams.into_iter().map(|(team, (agents, work))| {
            let handled = work.inbound + work.outbound;
            record! { "teamId": self.team_id(team) }.and(work.record()).and(record! {
                "totalAvgHandled": (handled / agents) as i64,
                "avgAvailableTime": average(work.available_ms, agents),
                "avgUnavailableTime": average(work.unavailable_ms, agents),
            })
        });
        rows.collect()
    }
}
