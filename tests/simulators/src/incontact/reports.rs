//! The reports that sum up over a span of time, which have no pages.

use jiff::Timestamp;
use serde_json::Value;

use super::checks::Call;
use super::record::{Datum, Record, Style};
use super::{InContact, summary};
use crate::query::Type;
use crate::vendor::Reply;

const SPAN: &[(&str, Type)] =
    &[("startDate", Type::Moment), ("endDate", Type::Moment), ("fields", Type::Text)];

const SKILL_SPAN: &[(&str, Type)] = &[
    ("startDate", Type::Moment),
    ("endDate", Type::Moment),
    ("fields", Type::Text),
    ("mediaTypeId", Type::Whole(0, usize::MAX)),
    ("isOutbound", Type::Flag),
];

impl InContact {
    pub(super) fn agent_report(&self, call: &Call<'_>) -> Result<Reply, Reply> {
        let sum = |start, end| self.data.agent_performance(start, end);
        self.report(call, SPAN, "agentPerformance", sum)
    }

    pub(super) fn team_report(&self, call: &Call<'_>) -> Result<Reply, Reply> {
        let sum = |start, end| self.data.team_performance(start, end);
        self.report(call, SPAN, "teamPerformanceTotal", sum)
    }

    pub(super) fn skill_report(&self, call: &Call<'_>) -> Result<Reply, Reply> {
        let sum = |start, end| self.data.skill_summaries(start, end);
        self.report(call, SKILL_SPAN, "skillSummaries", sum)
    }

    fn report(
        &self,
        call: &Call<'_>,
        parameters: &[(&str, Type)],
        field: &'static str,
        sum: impl FnOnce(Timestamp, Timestamp) -> Vec<Record>,
    ) -> Result<Reply, Reply> {
        let query = self.read(call, parameters)?;
        let (start, end) = self.window(call, &query, self.settings.windows.reports_days)?;
        // Numbers are texts in these reports, whatever the version.
        let style = Style {
            is_textual: true,
            renamed: match self.style(call.version, 0).is_pascal {
                true => summary::OLD_NAMES,
                false => &[],
            },
            ..self.style(call.version, 0)
        };
        let names = query.get("fields").map(|_| query.list("fields"));
        let is_wanted = |record: &Record| {
            ["mediaTypeId", "isOutbound"].iter().all(|field| {
                let found = || record.get(field).map(Datum::text);
                query.get(field).is_none_or(|wanted| found().as_deref() == Some(wanted))
            })
        };
        let rows = sum(start, end).into_iter().filter(is_wanted);
        let rows: Vec<Value> =
            rows.map(|record| record.only(names.as_deref()).written(style, 1)).collect();
        Ok(self.whole(field, rows, query.violations))
    }
}
