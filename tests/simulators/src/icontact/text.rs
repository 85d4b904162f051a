//! The words that rows are made of.

/// Given names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "Ada",
    "Bruno",
    "Chloë",
    "Dmitri",
    "Edith",
    "Fatima",
    "Grace",
    "Hiroshi",
    "Ingrid",
    "José",
    "Katherine",
    "Linus",
    "Mei",
    "Nadia",
    "Olu",
    "Priya",
    "Quentin",
    "Rosa",
    "Søren",
    "Tomás",
    "Ursula",
    "Vera",
    "Wanda",
    "Zoë",
];

/// Family names.
pub(super) const LAST_NAMES: &[&str] = &[
    "Abbott", "Baker", "Castillo", "Dvořák", "Eriksen", "Fischer", "García", "Hopper", "Ito",
    "Jensen", "Kowalski", "Lovelace", "Müller", "Nakamura", "O'Brien", "Patel", "Quinn", "Rossi",
    "Schmidt", "Turing", "Usman", "Vance", "Weiß", "Zhang",
];

/// Streets without their number.
pub(super) const STREETS: &[&str] = &[
    "Example Street",
    "Elm Avenue",
    "Main Street",
    "Oak Lane",
    "Station Road",
    "5th Ave., \"B\"",
    "Rue de l'Église",
    "Hauptstraße",
];

/// Cities with their state and postal code; the code keeps its leading zero.
pub(super) const CITIES: &[(&str, &str, &str)] = &[
    ("Boston", "MA", "02108"),
    ("Durham", "NC", "27701"),
    ("Newark", "NJ", "07102"),
    ("San José", "CA", "95112"),
    ("Agawam", "MA", "00501"),
    ("Raleigh", "NC", "27601"),
];

/// Companies.
pub(super) const COMPANIES: &[&str] =
    &["Acme, Inc.", "Globex & Sons", "Initech", "Müller GmbH", "Hooli", "Example Ltd"];

/// Texts that have broken programs.
pub(super) const AWKWARD: &[&str] = &[
    "naïve café — Ωμέγα",
    "she said \"hello\", and 'goodbye'",
    "two\nlines\r\nand\ta tab",
    "family 👩‍👩‍👧‍👦 and flag 🇳🇴",
    "000123",
    "back\\slash \\n \\\"",
    "مرحبا بالعالم",
    "null",
    " spaces around ",
    "<b>not</b> &amp; bold",
    "=1+1",
    "1e5",
    "'; DROP TABLE contacts; --",
    "control \u{1}\u{1f}\u{7f} characters",
    "line\u{2028}separator and \u{feff}mark",
    ",;|\t",
    "𝔘𝔫𝔦𝔠𝔬𝔡𝔢 日本語",
    "N/A",
];

/// Names of lists.
pub(super) const LIST_NAMES: &[&str] =
    &["Newsletter", "Customers", "Prospects", "Events", "Press", "Staff"];

/// Subjects of messages.
pub(super) const SUBJECTS: &[&str] = &[
    "News of the month",
    "You're invited: \"open day\"",
    "Fifty % off, today only 🎉",
    "Ihre Bestellung – Übersicht",
    "A question",
];

/// Links in messages.
pub(super) const LINKS: &[&str] = &[
    "https://www.example.com/",
    "https://www.example.com/offer?utm_source=mail&utm_campaign=a%20b",
    "https://example.org/path/with,comma",
    "https://例え.example/頁",
];

/// Fields of a contact that a segment may look at, with an operator and values.
pub(super) const CRITERIA: &[(&str, &str, &[&str])] = &[
    ("firstName", "eq", &["Ada"]),
    ("createDate", "bet", &["2024-01-01", "2024-12-31"]),
    ("city", "contains", &["San", "Bos"]),
    ("bounceCount", "lte", &["2"]),
    ("email", "notcontains", &["\"quoted\"@"]),
    ("birthday", "month", &["7"]),
];
