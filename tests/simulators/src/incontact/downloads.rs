//! Data downloads: reports of the vendor's own about a span of time, made while the client waits.

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
        let names =
            ["Report", "Contact ID", "Agent No", "Agent Name", "Started", "Seconds", "Note"];
        let entries = self.entries(Item::Contact).into_iter();
        let entries = entries.filter(|entry| {
            start <= entry.created && entry.created < end && !self.data.is_open(entry.place)
        });
        let rows = entries.map(|entry| {
            let (agent, _) = self.data.parties(entry.place);
            let (first, last) = self.data.file_name_of(agent);
            let contact = self.data.completed_contact(&entry);
            let seconds = contact.get("totalDurationSeconds").map(|it| it.text());
            vec![
                format!("R{report:04}"),
                self.data.contact_id(entry.place).to_string(),
                format!("{agent:05}"),
                format!("{last}, {first}"),
                entry.created.strftime("%Y-%m-%d %H:%M:%S").to_string(),
                seconds.unwrap_or_default(),
                text::NOTES[entry.place % text::NOTES.len()].to_owned(),
            ]
        });
        Table { header: names.map(str::to_owned).to_vec(), rows: rows.collect() }
    }

    pub(super) fn download(&self, call: &Call<'_>, report: &str) -> Result<Reply, Reply> {
        use base64::Engine as _;
        let query = self.read(call, PARAMETERS)?;
        let id = report.parse().ok().filter(|id| DOWNLOADS.contains(id));
        let Some(id) = id else {
            return Err(self.refuse(call.request, 404, "Data download report not found"));
        };
        let window = self.window(call, &query, self.settings.windows.downloads_days)?;
        let table = self.download_table(id, window.0, window.1);
        if !self.settings.download_error.is_empty() {
            let error = &self.settings.download_error;
            let body = json!({
                "errorMessage": error, "fileName": "", "file": "", "fileType": "", "URI": ""
            });
            return Ok(self.plain(body, query.violations));
        }
        if table.rows.is_empty() {
            return Ok(self.nothing(query.violations));
        }
        let bytes = table.to_bytes(self.file_form(query.get("includeHeaders") == Some("true")));
        let is_saved = query.get("saveAsFile") == Some("true");
        let (mut name, mut uri) = (String::new(), String::new());
        if is_saved {
            let number = lock(&self.state).files.len();
            let usual = format!("download_{id}_{number}.csv");
            name = query.get("fileName").map_or(usual, str::to_owned);
            uri = self.file_url(call.version, &name);
            let mut state = lock(&self.state);
            if state.files.iter().any(|file| file.name == name) {
                return Err(self.refuse(call.request, 409, "The file name is in use"));
            }
            let made = self.clock.now();
            state.files.push(File { name: name.clone(), made, content: bytes.clone().into() });
        }
        let engine = base64::engine::general_purpose::STANDARD;
        let file = if is_saved { String::new() } else { engine.encode(bytes) };
        let body = json!({
            "errorMessage": "", "fileName": name, "file": file, "fileType": "csv", "URI": uri
        });
        Ok(self.plain(body, query.violations))
    }
}
