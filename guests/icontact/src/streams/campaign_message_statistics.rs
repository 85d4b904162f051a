//! Campaign message statistics: what became of all messages, grouped by campaign or by sender.
//!
//! iContact has no such report of its own: it is made of the campaigns, the messages, and one
//! request for the statistics of each message. A part of a read is a group, so that its sums are
//! complete in one place.

use std::collections::BinaryHeap;

use tollgate_sdk::connector::Column;
use tollgate_sdk::manifest::{Choice, Field, StreamDescription};
use tollgate_sdk::plan::{Plan, Rows};
use tollgate_sdk::values::{Int, Text};
use tollgate_sdk::{Failure, Page, Partition, Record, Scan, ScanRequest, Stream};

use super::campaigns::{self, Campaign};
use super::message_statistics::{self, Statistics};
use super::messages::{self, Filter, MessageRef};
use super::options;
use crate::account::Account;
use crate::parts;

/// Messages whose statistics are asked for in one call: the host waits only so long for a call, and
/// shows progress after each.
const MESSAGES_PER_CALL: usize = 100;

/// The state of the part with the messages of no campaign that iContact lists.
const ORPHANS: &str = "-";

/// What became of the messages of a group.
#[derive(Record)]
pub struct Group<'a> {
    /// The campaign. Null where the group is a sender's, or its messages have no campaign.
    #[record(computed)]
    pub campaign_id: Int,
    /// The campaign's name.
    #[record(computed)]
    pub campaign_name: Text<'a>,
    /// The sender's name. Null where the campaigns of a sender differ in it.
    #[record(computed)]
    pub from_name: Text<'a>,
    /// The sender's e-mail address.
    #[record(computed)]
    pub from_email: Text<'a>,
    /// The message, where every message is a row of its own.
    #[record(computed)]
    pub message_id: Int,
    /// Messages in the group for which iContact has statistics.
    #[record(computed)]
    pub messages: Int,
    /// Mails that came back.
    #[record(computed)]
    pub bounces: Int,
    /// Mails that were delivered.
    #[record(computed)]
    pub delivered: Int,
    /// Unsubscribes.
    #[record(computed)]
    pub unsubscribes: Int,
    /// The sum of each message's unique opens: someone who opened two messages counts twice.
    #[record(computed)]
    pub opens_unique_sum: Int,
    /// Opens in all.
    #[record(computed)]
    pub opens_total: Int,
    /// The sum of each message's unique clicks: someone who clicked in two messages counts twice.
    #[record(computed)]
    pub clicks_unique_sum: Int,
    /// Clicks in all. Counted only in campaigns that track clicks.
    #[record(computed)]
    pub clicks_total: Int,
    /// Forwards.
    #[record(computed)]
    pub forwards: Int,
    /// Comments.
    #[record(computed)]
    pub comments: Int,
    /// Complaints.
    #[record(computed)]
    pub complaints: Int,
}

/// The stream of campaign message statistics.
pub struct CampaignMessageStatistics;

impl Stream for CampaignMessageStatistics {
    fn describe(&self) -> StreamDescription {
        let group_by = [
            ("campaign", "Campaign"),
            ("sender", "Sender (from address)"),
            ("message", "Message: no sums, each with its campaign"),
        ];
        StreamDescription::of::<Group<'static>>(
            "campaign_message_statistics",
            "Campaign Message Statistics",
            "What became of all messages, grouped by campaign or sender. One request per message.",
        )
        .partitioned()
        .options([
            Field::choice("group_by", "Group by", &group_by)
                .describe("What one row stands for.")
                .default("campaign"),
            options::campaign(),
            options::message_type(),
            options::window("created", "Created", "messages made"),
        ])
    }

    fn choices(&self, request: &ScanRequest, field: &str) -> Result<Vec<Choice>, Failure> {
        options::menu(request, field)
    }

    fn partitions(&self, request: &ScanRequest) -> Result<Vec<Partition>, Failure> {
        let account = Account::of(request)?;
        let directory = Directory::read(&account)?;
        let states = directory.states(&account, request)?;
        let part = |state: &String| parts::partition(&account, directory.title(state), state);
        Ok(states.iter().map(part).collect())
    }

    fn open(&self, request: &ScanRequest) -> Result<Box<dyn Scan>, Failure> {
        let plan = Plan::new(Group::TABLE, &[], &request.columns)?;
        let chosen = parts::state(request)?;
        let (account, state) = match chosen {
            Some((account, state)) => (account, Some(state.to_owned())),
            None => (Account::of(request)?, None),
        };
        let directory = Directory::read(&account)?;
        let mut states = match state {
            Some(state) => vec![state],
            None => directory.states(&account, request)?,
        };
        states.reverse();
        Ok(Box::new(GroupScan {
            rows: Rows::new(&plan),
            plan,
            filter: Filter::of(request)?,
            rows_are_messages: group_by(request) == "message",
            account,
            directory,
            states,
            current: None,
            calls: 0,
        }))
    }
}

fn group_by(request: &ScanRequest) -> &str {
    request.options.text("group_by").unwrap_or("campaign")
}

/// The campaigns, by ascending id. Lists that are searched by halves, as maps would add more code
/// to the component than all of this file.
struct Directory(Vec<Profile>);

/// What a row tells of its campaign. They compare by their ids, of which there are no two alike.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Profile {
    id: i64,
    name: Option<String>,
    from_name: Option<String>,
    from_email: Option<String>,
}

impl Directory {
    fn read(account: &Account) -> Result<Self, Failure> {
        let mut pages = account.list(account.get("/campaigns"), campaigns::RECORDS);
        let owned = |text: &Text<'_>| text.as_str().map(str::to_owned);
        let campaigns = pages.collect::<Campaign<'static>, _>(|row| {
            Ok(Profile {
                id: row.campaign_id.0.unwrap_or_default(),
                name: owned(&row.name),
                from_name: owned(&row.from_name),
                from_email: owned(&row.from_email),
            })
        })?;
        Ok(Self(BinaryHeap::from(campaigns).into_sorted_vec()))
    }

    fn get(&self, id: i64) -> Option<&Profile> {
        let found = self.0.binary_search_by(|profile| profile.id.cmp(&id)).ok()?;
        self.0.get(found)
    }

    /// The groups that have messages: the ids of their campaigns, or [`ORPHANS`].
    fn states(&self, account: &Account, request: &ScanRequest) -> Result<Vec<String>, Failure> {
        let messages = messages::all(account, &Filter::of(request)?)?;
        let known = |one: &MessageRef| one.campaign.filter(|&id| self.get(id).is_some());
        let campaigns = parts::ascending(messages.iter().filter_map(known).collect());
        let mut groups: Vec<(Option<&str>, Vec<i64>)> = Vec::new();
        for &id in &campaigns {
            let sender = self.get(id).and_then(|profile| profile.from_email.as_deref());
            let is_same = |group: &&mut (Option<&str>, Vec<i64>)| group.0 == sender;
            match groups.iter_mut().find(is_same).filter(|_| group_by(request) == "sender") {
                Some((_, ids)) => ids.push(id),
                None => groups.push((sender, vec![id])),
            }
        }
        let mut states: Vec<_> = groups.iter().map(|(_, ids)| parts::join(ids)).collect();
        if messages.iter().any(|message| known(message).is_none()) {
            states.push(ORPHANS.to_owned());
        }
        Ok(states)
    }

    fn title(&self, state: &str) -> String {
        let first = state.split(',').next().and_then(|id| self.get(id.parse().ok()?));
        match first.and_then(|profile| profile.from_email.as_ref().or(profile.name.as_ref())) {
            Some(name) => format!("campaigns {state} of {name}").chars().take(100).collect(),
            None => "messages without campaign".to_owned(),
        }
    }

    /// What all these campaigns have in common.
    fn common(&self, ids: &[i64]) -> Profile {
        let mut profiles = ids.iter().filter_map(|&id| self.get(id));
        let first = profiles.next().cloned().unwrap_or_default();
        profiles.fold(first, |common, other| Profile {
            id: common.id,
            name: common.name.filter(|name| Some(name) == other.name.as_ref()),
            from_name: common.from_name.filter(|name| Some(name) == other.from_name.as_ref()),
            from_email: common.from_email.filter(|mail| Some(mail) == other.from_email.as_ref()),
        })
    }
}

/// Reads group after group, some messages a call.
struct GroupScan {
    account: Account,
    directory: Directory,
    filter: Filter,
    rows_are_messages: bool,
    plan: Plan,
    rows: Rows,
    /// The groups to come, the next one last.
    states: Vec<String>,
    current: Option<GroupUnderWay>,
    calls: u64,
}

struct GroupUnderWay {
    campaigns: Vec<i64>,
    profile: Profile,
    /// The messages to come, the next one last.
    messages: Vec<i64>,
    sums: Sums,
}

impl GroupScan {
    fn begin(&self, state: &str) -> Result<GroupUnderWay, Failure> {
        let campaigns = if state == ORPHANS { Vec::new() } else { parts::parse_ids(state)? };
        let mut found = Vec::new();
        for &campaign in &campaigns {
            found.extend(messages::all(&self.account, &self.filter.within(campaign))?);
        }
        if campaigns.is_empty() {
            let all = messages::all(&self.account, &self.filter)?;
            let is_known = |id: i64| self.directory.get(id).is_some();
            found.extend(all.into_iter().filter(|one| !one.campaign.is_some_and(is_known)));
        }
        let mut ids = parts::ascending(found.into_iter().map(|message| message.id).collect());
        ids.reverse();
        Ok(GroupUnderWay {
            profile: self.directory.common(&campaigns),
            campaigns,
            messages: ids,
            sums: Sums::default(),
        })
    }

    /// Asks for the statistics of some messages; says whether the group is complete.
    fn advance(&mut self, group: &mut GroupUnderWay) -> Result<bool, Failure> {
        for _ in 0..MESSAGES_PER_CALL {
            let Some(id) = group.messages.pop() else { break };
            let mut pages = message_statistics::pages(&self.account, vec![id], true);
            for statistics in pages.collect::<Statistics, _>(|row| Ok(*row))? {
                if self.rows_are_messages {
                    let mut sums = Sums::default();
                    sums.add(&statistics)?;
                    self.push(group, Some(id), &sums)?;
                } else {
                    group.sums.add(&statistics)?;
                }
            }
        }
        if !group.messages.is_empty() {
            return Ok(false);
        }
        if !self.rows_are_messages {
            let sums = group.sums;
            self.push(group, None, &sums)?;
        }
        Ok(true)
    }

    fn push(
        &mut self,
        group: &GroupUnderWay,
        message: Option<i64>,
        sums: &Sums,
    ) -> Result<(), Failure> {
        let text = |text: &Option<String>| Text(text.clone().map(Into::into));
        let [bounces, delivered, unsubscribes, forwards, comments, complaints] = sums.plain;
        let [opens_unique_sum, opens_total, clicks_unique_sum, clicks_total] = sums.events;
        let mut row = Group {
            campaign_id: Int(match group.campaigns.as_slice() {
                [only] => Some(*only),
                _ => None,
            }),
            campaign_name: text(&group.profile.name),
            from_name: text(&group.profile.from_name),
            from_email: text(&group.profile.from_email),
            message_id: Int(message),
            messages: Int(Some(sums.messages)),
            bounces,
            delivered,
            unsubscribes,
            opens_unique_sum,
            opens_total,
            clicks_unique_sum,
            clicks_total,
            forwards,
            comments,
            complaints,
        };
        let pushed = self.rows.push(&self.plan, &mut row);
        pushed.map_err(|_| Failure::internal("a sum does not fit its column"))
    }
}

impl Scan for GroupScan {
    fn columns(&self) -> Vec<Column> {
        self.plan.columns().to_vec()
    }

    fn next(&mut self) -> Result<Option<Page>, Failure> {
        let mut group = match self.current.take() {
            Some(group) => group,
            None => match self.states.pop() {
                Some(state) => self.begin(&state)?,
                None => return Ok(None),
            },
        };
        if !self.advance(&mut group)? {
            self.current = Some(group);
        }
        self.calls += 1;
        let is_done = self.current.is_none() && self.states.is_empty();
        Ok(Some(Page {
            batch: self.rows.take(&self.plan),
            children: Vec::new(),
            // Sums that are not complete cannot be gone on with.
            checkpoint: None,
            next_cursor: (!is_done).then(|| self.calls.to_string()),
            rows_total: None,
        }))
    }
}

/// Sums over messages. A counter that no message has stays null.
#[derive(Clone, Copy, Default)]
struct Sums {
    messages: i64,
    plain: [Int; 6],
    events: [Int; 4],
}

impl Sums {
    fn add(&mut self, one: &Statistics) -> Result<(), Failure> {
        self.messages += 1;
        let plain = [
            one.bounces,
            one.delivered,
            one.unsubscribes,
            one.forwards,
            one.comments,
            one.complaints,
        ];
        let events = [one.opens_unique, one.opens_total, one.clicks_unique, one.clicks_total];
        let sums = self.plain.iter_mut().chain(&mut self.events);
        for (sum, counter) in sums.zip(plain.into_iter().chain(events)) {
            let Some(counter) = counter.0 else { continue };
            let total = sum.0.unwrap_or(0).checked_add(counter);
            let too_large = || Failure::UnexpectedResponse("a sum is too large".to_owned());
            sum.0 = Some(total.ok_or_else(too_large)?);
        }
        Ok(())
    }
}
