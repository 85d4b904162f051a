//! Data downloads: reports of the vendor's own about a span of time, made while the client waits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::json;

use super::InContact;
use super::checks::Call;
use super::data::Item;
use super::jobs::File;
use super::table::Table;
use super::text;
use crate::log::lock;
use crate::query::Type;
use crate::vendor::Reply;

/// The reports that there are.
pub const DOWNLOADS: [u32; 8] = [500, 521, 524, 531, 532, 540, 544, 548];

const PARAMETERS: &[(&str, Type)] = &[
    ("startDate", Type::Moment),
    ("endDate", Type::Moment),
    ("saveAsFile", Type::Flag),
    ("includeHeaders", Type::Flag),
    ("fileName", Type::Text),
];

impl InContact {
    /// A row for each completed contact that began within a span, its end excluded.
    pub(super) fn download_table(&self, report: u32, start: Timestamp, end: Timestamp) -> Table {
        let mut names =
            vec!["Report", "Contact ID", "Agent No", "Agent Name", "Started", "Seconds", "Note"];
        let has_team = self.settings.download_grows.is_some_and(|since| since <= start);
        if has_team {
            names.push("Team");
        }
        let entries = self.entries(Item::Contact).into_iter();
        let entries = entries.filter(|entry| {
            start <= entry.created && entry.created < end && !self.data.is_open(entry.place)
        });
        let rows = entries.map(|entry| {
            let (agent, _) = self.data.parties(entry.place);
            let (first, last) = self.data.file_name_of(agent);
            let contact = self.data.completed_contact(&entry);
            let seconds = contact.get("totalDurationSeconds").map(|it| it.text());
            let mut row = vec![
                format!("R{report:04}"),
                self.data.contact_id(entry.place).to_string(),
                format!("{agent:05}"),
                format!("{last}, {first}"),
                entry.created.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                seconds.unwrap_or_default(),
                text::NOTES[entry.place % text::NOTES.len()].to_owned(),
            ];
            if has_team {
                row.push(self.data.team_name(self.data.team_of(agent)));
            }
            row
        });
        let header = names.into_iter().map(str::to_owned).collect();
        Table { header, rows: rows.collect() }
    }

    pub(super) fn download(&self, call: &Call<'_>, report: &str) -> Result<Reply, Reply> {
        let query = self.read(call, PARAMETERS)?;
        let id = report.parse().ok().filter(|id| DOWNLOADS.contains(id));
        let Some(id) = id else {
            return Err(self.refuse(call.request, 404, "Data download report not found"));
        };
        let (start, end) = self.window(call, &query, self.settings.windows.downloads_days)?;
        let error = &self.settings.download_error;
        if !error.is_empty() {
            let body = json!({
                "errorMessage": error, "fileName": "", "file": "", "fileType": "", "URI": ""
            });
            return Ok(self.plain(body, query.violations));
        }
        let table = self.download_table(id, start, end);
        if table.rows.is_empty() {
            return Ok(self.nothing(query.violations));
        }
        let bytes = table.to_bytes(self.file_form(query.get("includeHeaders") == Some("true")));
        let (name, file, uri) = match query.get("saveAsFile") {
            Some("true") => {
                let name = self.save(call, id, query.get("fileName"), bytes)?;
                let uri = self.file_url(call.version, &name);
                (name, String::new(), uri)
            }
            _ => (String::new(), STANDARD.encode(bytes), String::new()),
        };
        let body = json!({
            "errorMessage": "", "fileName": name, "file": file, "fileType": "csv", "URI": uri
        });
        Ok(self.plain(body, query.violations))
    }

    /// Keeps a download as a file, whose name it gives. One that is in use is refused.
    fn save(
        &self,
        call: &Call<'_>,
        report: u32,
        name: Option<&str>,
        bytes: Vec<u8>,
    ) -> Result<String, Reply> {
        let mut state = lock(&self.state);
        let usual = format!("download_{report}_{}.csv", state.files.len());
        let name = name.map_or(usual, str::to_owned);
        if state.files.iter().any(|file| file.name == name) {
            return Err(self.refuse(call.request, 409, "The file name is in use"));
        }
        let (made, content) = (self.now(), bytes.into());
        state.files.push(File { name: name.clone(), made, content });
        Ok(name)
    }
}
