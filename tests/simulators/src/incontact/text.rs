//! The words that records are made of.

/// Given names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "Aisha", "Bram", "Célia", "Dariusz", "Elif", "Florian", "Gülsüm", "Håkon", "Inés", "Jürgen",
    "Kwame", "Lucía", "Minh", "Nils", "Oona", "Pilar",
];

/// Family names.
pub(super) const LAST_NAMES: &[&str] = &[
    "Andersen", "Böhm", "Çelik", "Duarte", "Eklund", "Ferrão", "Goldberg", "Hosseini", "O'Connor",
    "Jarosz", "Kováč", "Larsen", "Mendoza", "Nowak",
];

/// Texts that have broken programs.
pub(super) const AWKWARD: &[&str] = &[
    "late shift",
    "naïve café – Ωμέγα",
    "he said \"on hold\", twice",
    "two\nlines\r\nand\ta tab",
    "000123",
    "family 👩‍👩‍👧 日本語",
    "back\\slash \\n \\\"",
    "null",
    " spaces around ",
    "=1+1",
    "1e5",
    "'; DROP TABLE agents; --",
    "line\u{2028}separator",
];

/// Notes in files, which Windows-1252 can say.
pub(super) const NOTES: &[&str] = &[
    "",
    "café, naïve – 5 €",
    "she said \"hello\", then left",
    "two\nlines",
    "three\r\nlines, \"quoted\"\r\nÜbergabe",
    "00042",
    " spaces around ",
    "plain",
];

/// Teams.
pub(super) const TEAMS: &[&str] = &["Billing", "Vertrieb Süd", "Night shift", "Soporte técnico"];

/// Skills, with the type of their medium.
pub(super) const SKILLS: &[(&str, i64)] = &[
    ("Billing inbound", 4),
    ("Sales outbound", 4),
    ("Chat", 3),
    ("E-mail", 1),
    ("Voicemail", 5),
    ("Rückruf", 4),
];

/// Campaigns.
pub(super) const CAMPAIGNS: &[&str] = &["Retention", "Winback \"spring\"", "Überweisungen", "Q4"];

/// Custom reports.
pub(super) const REPORTS: &[&str] =
    &["Weekly agents", "Queue, by day", "Überblick \"Süd\"", "Dispositions & notes"];

/// The name of a medium.
pub(super) fn media_type_name(id: i64) -> &'static str {
    match id {
        1 => "E-Mail",
        3 => "Chat",
        4 => "Phone Call",
        _ => "Voice Mail",
    }
}
