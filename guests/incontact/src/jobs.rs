//! Report jobs: the runs of a custom report, each of which makes a file.

use tollgate_sdk::failure::excerpt;
use tollgate_sdk::http::{Request, encode_path_segment, post};
use tollgate_sdk::time::parse_moment;
use tollgate_sdk::{Failure, Fault, Response, log};

use crate::account::Api;
use crate::files::{self, NO_CONTENT};

/// Days after which inContact drops the file.
const DELETE_AFTER_DAYS: &str = "7";
/// Jobs that one read starts.
const STARTS_MAX: usize = 2;
/// The status of an answer that is still being made.
const ACCEPTED: u16 = 202;
/// Parts of the names of states in which a job makes no file any more. What states there are is
/// published nowhere, so that any other means that the job goes on.
const END_STATES: [&str; 5] = ["fail", "error", "cancel", "expire", "abort"];

/// A run of a report that is wanted.
pub struct Run {
    /// The report.
    pub report_id: i64,
    /// From when to when, as the API takes it, in place of the dates that are saved in the report.
    pub dates: Option<(String, String)>,
    /// A job will do that began no earlier, in microseconds UTC. None: a new job is started.
    pub reuse_since: Option<i64>,
}

/// The file that a job made.
pub struct JobFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When the job began, in microseconds UTC, where inContact says.
    pub job_start: Option<i64>,
}

/// A job, as far as it has come.
struct Job {
    id: String,
    report_id: Option<i64>,
    start: Option<i64>,
    has_ended: bool,
    state: String,
    file_name: String,
    /// Where the file is, once it is there.
    url: Option<String>,
}

impl Run {
    /// The file of a job that is there already or is started now, once it is made.
    ///
    /// inContact keeps it for some time only, and where it is gone another job is started, once.
    ///
    /// # Errors
    /// `unexpected-response` for a job that ended without a file, `not-found` for a file that is gone
    /// again, `invalid-config` for a report that does not exist; whatever a request failed with.
    pub fn file(&self, api: &Api) -> Result<JobFile, Failure> {
        if let Some(id) = self.reusable(api)?
            && let Some(file) = self.file_of(api, &id, true)?
        {
            return Ok(file);
        }
        for _ in 0..STARTS_MAX {
            if let Some(file) = self.file_of(api, &self.start(api)?, false)? {
                return Ok(file);
            }
        }
        Err(Failure::NotFound("the file of a report job that just ended is not there".to_owned()))
    }

    /// The newest job of the report that began late enough and makes, or made, CSV.
    fn reusable(&self, api: &Api) -> Result<Option<String>, Failure> {
        let Some(since) = self.reuse_since else { return Ok(None) };
        let request = api.get("/report-jobs").query("reportId", self.report_id.to_string());
        let mut newest: Option<Job> = None;
        api.http.read_answer(&request, &mut Vec::new(), &mut |head, body| {
            newest = None;
            if head.status == NO_CONTENT {
                return Ok(());
            }
            let answer = Response::document(body)?;
            for (list, is_done) in [("runningJobs", false), ("completedJobs", true)] {
                for job in answer.texts(list)? {
                    let job = Job::read(job.as_bytes())?;
                    let is_ours = job.report_id == Some(self.report_id);
                    let is_fit = !is_done || job.url.is_some() && job.is_csv();
                    let is_newer = newest.as_ref().is_none_or(|newest| newest.start < job.start);
                    if is_ours && is_fit && is_newer && job.start >= Some(since) {
                        newest = Some(job);
                    }
                }
            }
            Ok(())
        })?;
        Ok(newest.map(|job| job.id))
    }

    /// Starts a job and gives its id.
    fn start(&self, api: &Api) -> Result<String, Failure> {
        let request = post(api.url(&format!("/report-jobs/{}", self.report_id)), "")
            .query("fileType", "CSV")
            .query("includeHeaders", "true")
            .query("appendDate", "true")
            .query("deleteAfter", DELETE_AFTER_DAYS)
            .query("overwrite", "true");
        let request = match &self.dates {
            Some((start, end)) => request.query("startDate", start).query("endDate", end),
            None => request,
        };
        let mut id = String::new();
        let started = api.http.read(&request, &mut Vec::new(), &mut |body| {
            id = Job::read(body)?.id;
            Ok(())
        });
        match started {
            Ok(()) => Ok(id),
            Err(Failure::NotFound(says)) => {
                let text = format!("inContact has no report {}: {says}", self.report_id);
                Err(Failure::invalid("custom_report", text))
            }
            Err(failure) => Err(failure),
        }
    }

    /// The file of a job, once it is made. None where the job or its file is gone, and for a job
    /// that somebody else had make something other than CSV.
    fn file_of(
        &self,
        api: &Api,
        id: &str,
        may_be_foreign: bool,
    ) -> Result<Option<JobFile>, Failure> {
        let file = wait(api, id).and_then(|job| match &job.url {
            Some(url) if !may_be_foreign || job.is_csv() => {
                let bytes = files::fetch(api, url)?;
                Ok(Some(JobFile { bytes, job_start: job.start }))
            }
            _ => Ok(None),
        });
        match file {
            Err(Failure::NotFound(says)) => {
                log::info(format!("the result of report job {id} is gone: {says}"));
                Ok(None)
            }
            file => file,
        }
    }
}

/// Asks for a job until it has made its file. The host paces requests that come again, and ends the
/// read where one comes too often.
fn wait(api: &Api, id: &str) -> Result<Job, Failure> {
    let request = api.get(&format!("/report-jobs/{}", encode_path_segment(id)));
    loop {
        let Some(job) = look(api, &request)? else { continue };
        if job.url.is_some() {
            return Ok(job);
        }
        let state = job.state.to_ascii_lowercase();
        if job.has_ended || END_STATES.iter().any(|end| state.contains(end)) {
            let state = excerpt(&job.state);
            let text = format!("report job {id} ended without a file, in state \"{state}\"");
            return Err(Failure::unexpected(text));
        }
    }
}

/// The job, unless there is nothing to say of it yet.
fn look(api: &Api, request: &Request) -> Result<Option<Job>, Failure> {
    let mut job = None;
    api.http.read_answer(request, &mut Vec::new(), &mut |head, body| {
        job = match head.status {
            ACCEPTED | NO_CONTENT => None,
            _ => Some(Job::read(body)?),
        };
        Ok(())
    })?;
    Ok(job)
}

impl Job {
    /// Reads a job, which older versions wrap in `jobResult`.
    fn read(body: &[u8]) -> Result<Self, Fault> {
        let outer = Response::document(body)?;
        let job = match outer.member("jobResult")? {
            Some(inner) => Response::document(inner.as_bytes())?,
            None => outer,
        };
        let text = |member| Ok::<_, Fault>(job.text(member)?.map(String::from));
        let start = job.text("jobStart")?.and_then(|start| parse_moment(&start));
        Ok(Self {
            id: text("jobId")?.ok_or_else(|| Fault::malformed("it has no jobId"))?,
            report_id: job.integer("reportId")?,
            start: start.and_then(|start| start.utc_micros(|_| Some(0))),
            has_ended: job.text("jobEnd")?.is_some(),
            state: text("state")?.unwrap_or_default(),
            file_name: text("fileName")?.unwrap_or_default(),
            url: text("resultFileURL")?,
        })
    }

    fn is_csv(&self) -> bool {
        self.file_name.to_ascii_lowercase().ends_with(".csv")
    }
}
