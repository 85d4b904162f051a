//! Custom reports: the list of them, the jobs that run them, the files that come of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::checks::Call;
use super::data::{Data, Topic};
use super::record::{Record, record};
use super::settings::{Encoding, JobOutcome};
use super::table::{Form, Table};
use super::{InContact, text};
use crate::log::lock;
use crate::query::Type;
use crate::vendor::{Reply, Request};

/// A job that was started.
#[derive(Clone, Debug)]
pub(super) struct Job {
    report: usize,
    started: Timestamp,
    /// How many polls find it running still.
    pending: usize,
    /// The file's name; the file is there when the job has ended.
    file_name: String,
}

/// A file that a report made.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) made: Timestamp,
    pub(super) content: Bytes,
}

/// What a job can be told when it is started.
const START: &[(&str, Type)] = &[
    ("fileType", Type::Word(&["CSV", "PDF", "XML", "Excel"])),
    ("includeHeaders", Type::Flag),
    ("appendDate", Type::Flag),
    ("deleteAfter", Type::Whole(1, 365)),
    ("overwrite", Type::Flag),
    ("startDate", Type::Moment),
    ("endDate", Type::Moment),
];

const JOB_ID_FIRST: usize = 700_001;

impl Data {
    pub(super) fn report_id(&self, place: usize) -> i64 {
        600_001 + place as i64
    }

    fn report_name(&self, place: usize) -> String {
        let name = text::REPORTS[place % text::REPORTS.len()];
        match place / text::REPORTS.len() {
            0 => name.to_owned(),
            more => format!("{name} ({more})"),
        }
    }

    pub(super) fn report(&self, place: usize) -> Record {
        record! {
            "businessUnitId": self.business_unit(),
            "reportId": self.report_id(place),
            "reportName": self.report_name(place),
            "reportType": "Custom",
            "reportSubType": "",
            "reportDescription": text::AWKWARD[place % text::AWKWARD.len()],
            "url": "",
        }
    }

    /// What a custom report finds.
    pub(super) fn report_table(&self, place: usize) -> Table {
        let mut dice = self.dice(Topic::Report, place);
        let names = ["Agent ID", "Agent Name", "Handled", "Rate", "Day", "Contact ID", "Note"];
        let rows = (0..self.settings.report_rows).map(|row| {
            let agent = row % self.settings.agents.max(1);
            let (first, last) = self.file_name_of(agent);
            vec![
                format!("{agent:06}"),
                format!("{last}, {first}"),
                dice.below(300).to_string(),
                if row % 5 == 4 { String::new() } else { format!("{}.25", dice.below(100)) },
                format!("2026-10-{:02}", 1 + row % 28),
                self.contact_id(row).to_string(),
                text::NOTES[(row + place) % text::NOTES.len()].to_owned(),
            ]
        });
        Table { header: names.map(str::to_owned).to_vec(), rows: rows.collect() }
    }

    /// The name of an agent in letters that the encoding of files has.
    pub(super) fn file_name_of(&self, agent: usize) -> (&'static str, &'static str) {
        let is_narrow = self.settings.file_encoding == Encoding::Windows1252;
        let (first, last) = self.agent_name(agent);
        let fits = |name: &str| name.chars().all(|letter| u32::from(letter) < 0x100);
        let fitting = |name: &'static str| if is_narrow && !fits(name) { "Müller" } else { name };
        (fitting(first), fitting(last))
    }
}

impl InContact {
    /// The list of custom reports.
    pub(super) fn reports(&self, call: &Call<'_>) -> Result<Reply, Reply> {
        let query = self.read(call, &[("reportType", Type::Text)])?;
        let is_any = query.get("reportType").is_none_or(|it| it.eq_ignore_ascii_case("custom"));
        let places = if is_any { 0..self.settings.reports } else { 0..0 };
        let style = self.style(call.version, 0);
        let reports: Vec<_> =
            places.map(|place| self.data.report(place).written(style, place as u64)).collect();
        Ok(self.whole("reports", reports, query.violations))
    }

    pub(super) fn start_job(&self, call: &Call<'_>, report: &str) -> Result<Reply, Reply> {
        let place = self.report_place(call, report)?;
        // The first versions take the options in a body; all take them in the query.
        let mut pairs = call.request.query.clone();
        pairs.extend(body_pairs(call.request));
        let query = self.read_pairs(call, &pairs, START)?;
        let now = self.now();
        let mut state = lock(&self.state);
        let id = JOB_ID_FIRST + state.jobs.len();
        let name = self.data.report_name(place);
        let file_name = format!("{name}_{}_{id}.csv", now.strftime("%Y%m%d"));
        let has_header = query.get("includeHeaders") != Some("false");
        let bytes = self.data.report_table(place).to_bytes(self.file_form(has_header));
        let file = File { name: file_name.clone(), made: now, content: bytes.into() };
        state.files.push(file);
        state.jobs.push(Job {
            report: place,
            started: now,
            pending: self.settings.job_polls,
            file_name,
        });
        Ok(self.plain(json!({"jobId": self.job_id(call.version, id)}), query.violations))
    }

    /// How files are written.
    pub(super) fn file_form(&self, has_header: bool) -> Form {
        let (content, encoding) = (self.settings.file_content, self.settings.file_encoding);
        Form { content, encoding, has_header }
    }

    fn report_place(&self, call: &Call<'_>, report: &str) -> Result<usize, Reply> {
        let places = 0..self.settings.reports;
        let mut found = places.filter(|place| self.data.report_id(*place).to_string() == report);
        found.next().ok_or_else(|| self.refuse(call.request, 404, "Report not found"))
    }

    /// A job's id, which is a text where jobs lie in a `jobResult`.
    fn job_id(&self, version: u32, id: usize) -> Value {
        match version < self.settings.versions.job_result_below {
            true => json!(id.to_string()),
            false => json!(id),
        }
    }

    pub(super) fn poll_job(&self, call: &Call<'_>, id: &str) -> Result<Reply, Reply> {
        let query = self.read(call, &[("fields", Type::Text)])?;
        let id: usize = id.parse().unwrap_or_default();
        let mut state = lock(&self.state);
        let job = id.checked_sub(JOB_ID_FIRST).and_then(|place| state.jobs.get_mut(place));
        let Some(job) = job else {
            return Err(self.refuse(call.request, 404, "Report job not found"));
        };
        let body = self.describe_job(call.version, id, job);
        if self.settings.job_outcome != JobOutcome::Never {
            job.pending = job.pending.saturating_sub(1);
        }
        let body = match call.version < self.settings.versions.job_result_below {
            true => json!({"jobResult": body}),
            false => body,
        };
        Ok(self.plain(body, query.violations))
    }

    fn describe_job(&self, version: u32, id: usize, job: &Job) -> Value {
        let outcome = self.settings.job_outcome;
        let is_running = job.pending > 0 || outcome == JobOutcome::Never;
        let has_file = !is_running && outcome == JobOutcome::Finished;
        let state = match outcome {
            _ if is_running => "Running",
            JobOutcome::Failed => "Failed",
            JobOutcome::Expired => "Expired",
            JobOutcome::Finished | JobOutcome::Never => "Finished",
        };
        let ended = job.started + SignedDuration::from_secs(40);
        let lifetime = SignedDuration::try_from(self.settings.file_lifetime).unwrap_or_default();
        let deleted = job.started.checked_add(lifetime).unwrap_or(Timestamp::MAX);
        let or_empty = |is_there: bool, text: String| if is_there { text } else { String::new() };
        json!({
            "jobId": self.job_id(version, id),
            "reportId": self.data.report_id(job.report),
            "reportName": self.data.report_name(job.report),
            "jobStart": job.started.to_string(),
            "jobEnd": or_empty(!is_running, ended.to_string()),
            "fileName": or_empty(has_file, job.file_name.clone()),
            "resultFileURL": or_empty(has_file, self.file_url(version, &job.file_name)),
            "state": state,
            "deleteTime": or_empty(has_file, deleted.to_string()),
        })
    }

    pub(super) fn job_list(&self, call: &Call<'_>) -> Result<Reply, Reply> {
        let parameters = [
            ("fields", Type::Text),
            ("reportId", Type::Whole(0, usize::MAX)),
            ("jobStatus", Type::Text),
            ("jobSpan", Type::Whole(0, usize::MAX)),
        ];
        let query = self.read(call, &parameters)?;
        let state = lock(&self.state);
        let jobs = state.jobs.iter().zip(JOB_ID_FIRST..);
        let jobs = jobs.map(|(job, id)| self.describe_job(call.version, id, job));
        let report = query.whole("reportId");
        let jobs = jobs.filter(|job| report.is_none_or(|id| job["reportId"] == id));
        let (running, completed): (Vec<_>, Vec<_>) =
            jobs.partition(|job| job["state"] == "Running");
        let body = json!({"runningJobs": running, "completedJobs": completed});
        Ok(self.plain(body, query.violations))
    }

    /// Where a file is fetched.
    pub(super) fn file_url(&self, version: u32, name: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("fileName", &format!("Reports\\{name}"));
        let (origin, query) = (&self.settings.urls.files, query.finish().replace('+', "%20"));
        format!("{origin}/inContactAPI/services/v{version}.0/files?{query}")
    }

    pub(super) fn file(&self, call: &Call<'_>) -> Result<Reply, Reply> {
        let query = self.read(call, &[("fileName", Type::Text)])?;
        let path = query.get("fileName").unwrap_or_default();
        let name = path.strip_prefix("Reports\\").unwrap_or(path);
        let state = lock(&self.state);
        let lifetime = SignedDuration::try_from(self.settings.file_lifetime).unwrap_or_default();
        let now = self.now();
        let Some(file) = state.files.iter().rfind(|file| file.name == name) else {
            return Err(self.refuse(call.request, 404, "File not found"));
        };
        if now.duration_since(file.made) >= lifetime {
            let status = self.settings.file_expired_status;
            return Err(self.refuse(call.request, status, "The file is no longer there"));
        }
        let content = STANDARD.encode(&file.content);
        let body = json!({"files": {"file": content, "fileName": file.name}});
        Ok(self.plain(body, query.violations))
    }
}

/// The options in a body of JSON, whose values are texts.
fn body_pairs(request: &Request) -> Vec<(String, String)> {
    let fields = serde_json::from_slice::<serde_json::Map<String, Value>>(&request.body);
    let pairs = fields.unwrap_or_default().into_iter();
    pairs.map(|(name, value)| (name, value.as_str().unwrap_or_default().to_owned())).collect()
}
