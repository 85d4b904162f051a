//! Tables of texts, as files of comma-separated values in several encodings.

use super::settings::{Encoding, FileContent};

/// What a file says: a header, and rows of as many texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub header: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// How a file is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) content: FileContent,
    pub(super) encoding: Encoding,
    pub(super) has_header: bool,
}

impl Table {
    /// The file's bytes: lines end in CR LF, fields are quoted where they have to be.
    pub(super) fn to_bytes(&self, form: Form) -> Vec<u8> {
        if form.content == FileContent::Empty {
            return Vec::new();
        }
        let mut text = String::new();
        if form.has_header {
            write_line(&mut text, &self.header);
        }
        if form.content != FileContent::HeaderOnly {
            for (at, row) in self.rows.iter().enumerate() {
                let mut row = row.clone();
                match (form.content, at) {
                    (FileContent::Ragged, at) if at % 3 == 2 => drop(row.pop()),
                    (FileContent::Ragged, at) if at % 4 == 3 => row.push("one too many".to_owned()),
                    _ => {}
                }
                write_line(&mut text, &row);
            }
        }
        encode(&text, form.encoding)
    }
}

fn write_line(out: &mut String, fields: &[String]) {
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        match field.contains([',', '"', '\r', '\n']) {
            true => out.push_str(&format!("\"{}\"", field.replace('"', "\"\""))),
            false => out.push_str(field),
        }
    }
    out.push_str("\r\n");
}

fn encode(text: &str, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf8Bom => ["\u{feff}", text].concat().into_bytes(),
        Encoding::Windows1252 => text.chars().map(windows_1252).collect(),
        Encoding::Utf16Le => {
            let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        }
    }
}

fn windows_1252(letter: char) -> u8 {
    match letter {
        '€' => 0x80,
        '–' => 0x96,
        '’' => 0x92,
        _ => u8::try_from(u32::from(letter)).unwrap_or(b'?'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(content: FileContent, encoding: Encoding) -> Vec<u8> {
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let rows = vec![row(["1", "a \"b\""]), row(["2", "5 €\nü"]), row(["3", "x"])];
        let table = Table { header: row(["id", "note"]), rows };
        table.to_bytes(Form { content, encoding, has_header: true })
    }

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        let text = String::from_utf8(bytes(FileContent::Whole, Encoding::Utf8)).unwrap();
        assert_eq!(text, "id,note\r\n1,\"a \"\"b\"\"\"\r\n2,\"5 €\nü\"\r\n3,x\r\n");
        let ragged = String::from_utf8(bytes(FileContent::Ragged, Encoding::Utf8)).unwrap();
        assert!(ragged.ends_with("3\r\n"), "{ragged}");
        assert_eq!(bytes(FileContent::HeaderOnly, Encoding::Utf8), b"id,note\r\n");
        assert_eq!(bytes(FileContent::Empty, Encoding::Utf8Bom), b"");
    }

    #[test]
    fn each_encoding_has_its_bytes() {
        let has = |encoding, part: &[u8]| {
            let bytes = bytes(FileContent::Whole, encoding);
            bytes.windows(part.len()).any(|window| window == part)
        };
        assert!(has(Encoding::Utf8Bom, b"\xef\xbb\xbfid"));
        assert!(has(Encoding::Windows1252, b"5 \x80\n\xfc"));
        assert!(has(Encoding::Utf16Le, b"\xff\xfei\0d\0"));
    }
}
