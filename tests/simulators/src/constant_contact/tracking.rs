//! What became of campaigns once they were sent: one draw for all reports of both versions.

use std::sync::Arc;

use jiff::Timestamp;

use super::data::{Data, Topic, later};
use super::text;
use crate::log::lock;
use crate::random::Dice;

/// For how many activities the draw is remembered; each may take some megabytes.
const REMEMBERED_MAX: usize = 64;

/// What a contact did with a mail, or what happened to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TouchKind {
    /// It was sent.
    Send,
    /// It was opened.
    Open,
    /// A link in it was followed.
    Click,
    /// It was passed on.
    Forward,
    /// The contact opted out.
    OptOut,
    /// It came back.
    Bounce,
}

impl TouchKind {
    /// The name that v3 gives it.
    pub(super) fn v3_name(self) -> &'static str {
        match self {
            TouchKind::Send => "em_sends",
            TouchKind::Open => "em_opens",
            TouchKind::Click => "em_clicks",
            TouchKind::Forward => "em_forwards",
            TouchKind::OptOut => "em_optouts",
            TouchKind::Bounce => "em_bounces",
        }
    }
}

/// One thing that happened between a mail and a contact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Touch {
    pub(super) kind: TouchKind,
    /// The place of the contact.
    pub(super) contact: usize,
    pub(super) at: Timestamp,
    /// Whether it is the contact's first of this kind with this mail.
    pub(super) is_first: bool,
    /// The place of the link.
    pub(super) link: usize,
    pub(super) device: &'static str,
    pub(super) bounce_code: &'static str,
    pub(super) reason: Option<&'static str>,
}

impl Data {
    /// Everything that became of an activity, the latest first.
    pub(super) fn touches(&self, activity: usize) -> Arc<Vec<Touch>> {
        if let Some(known) = lock(&self.touches).get(&activity) {
            return Arc::clone(known);
        }
        let mut drawn = Vec::new();
        for recipient in 0..self.recipients(activity) {
            self.draw(activity, recipient, &mut drawn);
        }
        drawn.sort_by_key(|touch| std::cmp::Reverse(touch.at));
        let drawn = Arc::new(drawn);
        let mut known = lock(&self.touches);
        if known.len() == REMEMBERED_MAX {
            known.clear();
        }
        known.insert(activity, Arc::clone(&drawn));
        drawn
    }

    /// What one contact did with an activity, in the order in which it happened.
    pub(super) fn touches_of(&self, activity: usize, contact: usize) -> Vec<Touch> {
        let mut drawn = Vec::new();
        let contacts = self.settings.contacts;
        if contact < contacts {
            let recipient = (contact + contacts - self.first_recipient(activity)) % contacts;
            if recipient < self.recipients(activity) {
                self.draw(activity, recipient, &mut drawn);
            }
        }
        drawn
    }

    /// How many contacts an activity was sent to.
    pub(super) fn recipients(&self, activity: usize) -> usize {
        if self.sent_at(activity).is_none() {
            return 0;
        }
        let (campaign, role) = (activity / 4, activity % 4);
        // The first campaign is as large as there can be, so that a test knows of several pages.
        let share = match campaign {
            0 => 100,
            _ => 50 + self.dice(Topic::Tracking, activity).below(51),
        };
        let most = self.settings.tracking * share / 100;
        let most = if role == 0 { most } else { most / 3 };
        most.min(self.settings.contacts)
    }

    fn first_recipient(&self, activity: usize) -> usize {
        self.dice(Topic::Activity, activity).below(self.settings.contacts)
    }

    fn draw(&self, activity: usize, recipient: usize, out: &mut Vec<Touch>) {
        let Some(sent_at) = self.sent_at(activity) else {
            return;
        };
        let contacts = self.settings.contacts.max(1);
        let mut dice = Dice::new(&[self.settings.seed, 99, activity as u64, recipient as u64]);
        let mut touch = Touch {
            kind: TouchKind::Send,
            contact: (self.first_recipient(activity) + recipient) % contacts,
            at: later(sent_at, recipient % 60),
            is_first: true,
            link: 0,
            device: dice.pick(text::DEVICES),
            bounce_code: dice.pick(text::BOUNCE_CODES),
            reason: dice.chance(50).then(|| dice.pick(text::REASONS)),
        };
        out.push(touch);
        // The third campaign was sent and nobody stirred.
        if activity / 4 == 2 {
            return;
        }
        let mut happen = |kind, is_first, dice: &mut Dice| {
            touch.at = later(touch.at, 30 + dice.below(20_000));
            (touch.kind, touch.is_first, touch.link) =
                (kind, is_first, dice.below(text::LINKS.len()));
            out.push(touch);
        };
        if dice.chance(8) {
            return happen(TouchKind::Bounce, true, &mut dice);
        }
        let opens = dice.below(5).saturating_sub(1);
        let clicks = if opens > 0 { dice.below(4).saturating_sub(1) } else { 0 };
        (0..opens).for_each(|at| happen(TouchKind::Open, at == 0, &mut dice));
        (0..clicks).for_each(|at| happen(TouchKind::Click, at == 0, &mut dice));
        if opens > 0 && dice.chance(8) {
            happen(TouchKind::Forward, true, &mut dice);
        }
        if opens > 0 && dice.chance(6) {
            happen(TouchKind::OptOut, true, &mut dice);
        }
    }
}

/// What an activity came to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) sends: usize,
    pub(super) opens: usize,
    pub(super) opens_all: usize,
    pub(super) clicks: usize,
    pub(super) clicks_all: usize,
    pub(super) forwards: usize,
    pub(super) optouts: usize,
    pub(super) bounces: usize,
}

impl Tally {
    pub(super) fn of<'a>(touches: impl IntoIterator<Item = &'a Touch>) -> Self {
        let mut tally = Tally::default();
        for touch in touches {
            let first = usize::from(touch.is_first);
            match touch.kind {
                TouchKind::Send => tally.sends += 1,
                TouchKind::Open => {
                    (tally.opens, tally.opens_all) = (tally.opens + first, tally.opens_all + 1)
                }
                TouchKind::Click => {
                    (tally.clicks, tally.clicks_all) = (tally.clicks + first, tally.clicks_all + 1);
                }
                TouchKind::Forward => tally.forwards += 1,
                TouchKind::OptOut => tally.optouts += 1,
                TouchKind::Bounce => tally.bounces += 1,
            }
        }
        tally
    }

    /// Those who neither opened it nor sent it back.
    pub(super) fn not_opened(&self) -> usize {
        self.sends - self.bounces - self.opens
    }

    /// So many in a hundred sends.
    pub(super) fn percent(&self, count: usize) -> f64 {
        match self.sends {
            0 => 0.0,
            sends => (count * 1_000 / sends) as f64 / 10.0,
        }
    }
}
