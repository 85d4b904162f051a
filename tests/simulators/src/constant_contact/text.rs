//! The words that records are made of.

/// Given names.
pub(super) const FIRST_NAMES: &[&str] = &[
    "Amélie", "Björn", "Carla", "Deepa", "Emeka", "Freja", "Goran", "Hana", "Iris", "João",
    "Kemal", "Liesl", "Marek", "Noor", "Oskar", "Paloma", "Ravi", "Saoirse", "Teodor", "Uma",
];

/// Family names.
pub(super) const LAST_NAMES: &[&str] = &[
    "Achterberg",
    "Brontë",
    "Costa",
    "D'Angelo",
    "Eze",
    "Fontaine",
    "Grünwald",
    "Haddad",
    "Ivanov",
    "Jónsdóttir",
    "Kaya",
    "Łukasik",
    "Mbeki",
    "Nguyễn",
    "Okafor",
    "Pereira",
    "Sato",
    "Thorsen",
];

/// What people do.
pub(super) const JOB_TITLES: &[&str] = &[
    "Baker",
    "Head of \"Growth\"",
    "Ingénieure",
    "Librarian",
    "Owner, Founder & CEO",
    "Volunteer",
];

/// Companies.
pub(super) const COMPANIES: &[&str] =
    &["Blue Door Bakery", "Ferro & Figli", "Northwind, Inc.", "Röstwerk GmbH", "Tea/Time Ltd."];

/// Streets without their number.
pub(super) const STREETS: &[&str] =
    &["Harbour Road", "Mill Lane", "Quai des Brumes", "Rosenweg", "12th St., \"Rear\""];

/// Cities with their state and postal code; the code keeps its leading zero.
pub(super) const CITIES: &[(&str, &str, &str)] = &[
    ("Salem", "MA", "01970"),
    ("Burlington", "VT", "05401"),
    ("Hoboken", "NJ", "07030"),
    ("Cañon City", "CO", "81212"),
    ("Portland", "OR", "97201"),
];

/// Texts that have broken programs.
pub(super) const AWKWARD: &[&str] = &[
    "crème brûlée — Ζεύς",
    "he said \"yes\", then 'no'",
    "first\nsecond\r\nthird\ttabbed",
    "👩🏽‍🚀 and 🇧🇷",
    "00042",
    "c:\\temp \\n \\\"",
    "שלום עולם",
    "null",
    " leading and trailing ",
    "<i>not</i> &lt;markup&gt;",
    "=SUM(A1:A2)",
    "3e7",
    "'); DELETE FROM contacts; --",
    "control \u{1}\u{1f}\u{7f} characters",
    "line\u{2028}separator and \u{feff}mark",
    ",;|\t",
    "漢字 𝕬𝖇𝖈",
    "undefined",
];

/// Names of lists.
pub(super) const LIST_NAMES: &[&str] =
    &["Weekly letter", "Regulars", "Leads", "Workshop guests", "Journalists", "Team"];

/// Names of tags.
pub(super) const TAG_NAMES: &[&str] = &["vip", "2026 fair", "übrig", "needs call", "donor"];

/// Names of campaigns.
pub(super) const CAMPAIGN_NAMES: &[&str] = &[
    "Spring letter",
    "Open house: \"come in\"",
    "Ten % less, this week 🎈",
    "Neues aus der Werkstatt",
    "One question",
];

/// Links in campaigns.
pub(super) const LINKS: &[&str] = &[
    "https://www.example.com/",
    "https://www.example.com/shop?utm_source=mail&utm_campaign=a%20b",
    "https://example.org/with,comma",
    "https://例え.example/頁",
];

/// Why people leave.
pub(super) const REASONS: &[&str] = &["too many mails", "never asked for this", "« trop »"];

/// What reads mail.
pub(super) const DEVICES: &[&str] = &["computer", "mobile", "tablet", "other"];

/// Why mail comes back: the vendor's letters.
pub(super) const BOUNCE_CODES: &[&str] = &["B", "D", "F", "S", "V", "X", "Z"];

/// Names of events.
pub(super) const EVENT_NAMES: &[&str] =
    &["Summer fair", "Bread for beginners", "Lesung & Wein", "Members' evening"];

/// Names of files.
pub(super) const FILE_NAMES: &[&str] = &["logo.png", "Übersicht.pdf", "oven.jpg", "dance.gif"];
