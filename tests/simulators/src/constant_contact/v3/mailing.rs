//! Campaigns and their activities.

use crate::constant_contact::ConstantContact;
use crate::constant_contact::collection::{Collection, Form};
use crate::constant_contact::data::Topic;
use crate::constant_contact::mailing::ACTIVITY_INCLUDES;
use crate::query::{Bounds, Parameters, Type};
use crate::vendor::{Reply, Request, Twist};

const PAGE: Parameters =
    &[super::LIMIT, ("after_date", Type::Moment), ("before_date", Type::Moment)];
const ACTIVITY: Parameters = &[("include", Type::Words(ACTIVITY_INCLUDES))];

impl ConstantContact {
    pub(super) fn campaign_page(
        &self,
        request: &Request,
        twists: &[Twist],
    ) -> Result<Reply, Reply> {
        let query = self.read_page(request, PAGE, Form::Next)?;
        let (after, before) = (query.moment("after_date"), query.moment("before_date"));
        let is_bound = self.settings.bounds == Bounds::Inclusive;
        let mut places: Vec<_> = (0..self.settings.campaigns)
            .filter(|campaign| {
                let at = self.data.campaign_updated(*campaign);
                after.is_none_or(|after| after < at || is_bound && after == at)
                    && before.is_none_or(|before| at < before || is_bound && at == before)
            })
            .collect();
        places.sort_by_key(|campaign| std::cmp::Reverse(self.data.campaign_updated(*campaign)));
        let row = |place| self.data.campaign(place);
        let list = Collection::new(&request.path, "campaigns", Form::Next, places, row);
        Ok(self.page(&list, query, twists))
    }

    pub(super) fn single_campaign(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, super::NONE)?;
        match self.find_campaign(id) {
            Some(campaign) => {
                let record = self.data.campaign_detail(campaign);
                Ok(self.single(200, &record, query.violations))
            }
            None => Err(self.not_found(request, "campaign")),
        }
    }

    pub(super) fn single_activity(&self, request: &Request, id: &str) -> Result<Reply, Reply> {
        let query = self.read(request, ACTIVITY)?;
        match self.find_activity(id) {
            Some(activity) => {
                let record = self.data.activity(activity, &query.list("include"));
                Ok(self.single(200, &record, query.violations))
            }
            None => Err(self.not_found(request, "campaign activity")),
        }
    }

    /// The place of the campaign of this id. One that a fault inserted in the list is gone again.
    pub(super) fn find_campaign(&self, id: &str) -> Option<usize> {
        let place = self.data.uuid_place(Topic::Campaign, id)?;
        (place < self.settings.campaigns).then_some(place)
    }

    pub(super) fn find_activity(&self, id: &str) -> Option<usize> {
        let place = self.data.uuid_place(Topic::Activity, id)?;
        let campaign = place / 4;
        let is_known = campaign < self.settings.campaigns;
        (is_known && self.data.activity_places(campaign).contains(&place)).then_some(place)
    }
}
