//! As much of Rust's syntax as the laws need: what is code, what is for tests only, where a
//! function ends. It works on text, so that it also reads what does not compile yet.

/// The text with comments and the contents of literals blanked. Lines and columns stay.
pub fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let after_word = at > 0 && is_word(bytes[at - 1]);
        let length = literal_or_comment(&text.as_bytes()[at..], after_word);
        blank(&mut code[at..at + length]);
        at += length.max(1);
    }
    String::from_utf8(code).expect("whole literals were replaced by spaces")
}

/// The code with every item blanked that is compiled for tests only.
pub fn production_code_of(text: &str) -> String {
    let mut code = code_of(text).into_bytes();
    for mark in ["#[cfg(test)]", "#[cfg(all(test"] {
        while let Some(start) = find(&code, mark.as_bytes(), 0) {
            let end = item_end(&code, start);
            blank(&mut code[start..end]);
            // A multi-line blank keeps its line breaks, but never the mark, so that this ends.
        }
    }
    String::from_utf8(code).expect("only spaces were written")
}

/// A function in a text: its name, the line it begins at (from 1) and how many lines it takes.
#[derive(Debug, PartialEq)]
pub struct Function {
    pub name: String,
    pub line: usize,
    pub lines: usize,
}

/// Every function with a body, those inside of others too.
pub fn functions(text: &str) -> Vec<Function> {
    let code = code_of(text);
    words(&code, "fn").filter_map(|start| function_at(&code, start)).collect()
}

/// Where a word stands in code, as a whole word; it may contain `::` and end in `!`.
pub fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word).map(|(start, _)| start).filter(move |start| {
        let (before, after) =
            (code.as_bytes()[..*start].last(), code.as_bytes().get(start + word.len()));
        let ends_open = word.ends_with('!');
        !before.is_some_and(|byte| is_word(*byte))
            && (ends_open || !after.is_some_and(|byte| is_word(*byte)))
    })
}

/// The line, from 1, that a place in a text belongs to.
pub fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

fn function_at(code: &str, start: usize) -> Option<Function> {
    let name: String = code[start + 2..]
        .trim_start()
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    let end = item_end(code.as_bytes(), start);
    // A type (`fn(u8)`), a macro's `fn $name`, or a declaration without a body has no length.
    if name.is_empty() || !code[..end].ends_with('}') {
        return None;
    }
    let line = line_of(code, start);
    Some(Function { name, line, lines: line_of(code, end) - line + 1 })
}

/// The end of the item that begins here: behind its `;`, or behind the `}` of its first block.
fn item_end(code: &[u8], start: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.iter().enumerate().skip(start) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' if depth == 0 => return at,
            b'}' if depth == 1 => return at + 1,
            b')' | b']' | b'}' => depth -= 1,
            b';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// How many bytes the literal or comment that begins here takes; 0 if none does.
fn literal_or_comment(rest: &[u8], after_word: bool) -> usize {
    if rest.starts_with(b"//") {
        return find(rest, b"\n", 0).unwrap_or(rest.len());
    }
    if rest.starts_with(b"/*") {
        return block_comment(rest);
    }
    match rest[0] {
        b'"' => string(rest),
        b'\'' => character(rest),
        b'r' | b'b' | b'c' if !after_word => raw_string(rest),
        _ => 0,
    }
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match rest.get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

fn string(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// A raw string, with whatever letters before it. A plain `b"…"` is found at its quote instead.
fn raw_string(rest: &[u8]) -> usize {
    let letters = rest.iter().take_while(|byte| b"brc".contains(byte)).count();
    let hashes = rest[letters..].iter().take_while(|byte| **byte == b'#').count();
    let body = letters + hashes + 1;
    if rest[letters - 1] != b'r' || rest.get(body - 1) != Some(&b'"') {
        return 0;
    }
    let close = [b"\"".as_slice(), &b"#".repeat(hashes)].concat();
    find(rest, &close, body).map_or(rest.len(), |at| at + close.len())
}

/// A character; 0 for a lifetime, whose quote does not close.
fn character(rest: &[u8]) -> usize {
    if rest.get(1) == Some(&b'\\') {
        return find(rest, b"'", 3).map_or(rest.len(), |at| at + 1);
    }
    let first = rest.get(1..).and_then(|after| {
        let width = after.first().map_or(0, |byte| byte.leading_ones().max(1) as usize);
        (after.get(width) == Some(&b'\'')).then_some(width)
    });
    first.map_or(0, |width| width + 2)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}

fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    let found = bytes.get(from..)?.windows(wanted.len()).position(|window| window == wanted);
    found.map(|at| at + from)
}

mod understood {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code() {
        for hidden in [
            "// X",
            "/* a /* X */ X */",
            "\"X \\\" X\"",
            "b\"X\"",
            "r\"X\\\"",
            "br##\"X\"# X\"##",
            "'X'",
            "'\\'', 'X'",
            "\"é X\"",
        ] {
            let code = code_of(&format!("let a = {hidden}\n; end"));
            assert!(!code.contains('X'), "{hidden} → {code}");
            assert!(code.ends_with("\n; end"), "{hidden} → {code}");
        }
    }

    #[test]
    fn lifetimes_and_raw_names_are_code() {
        let text = "fn f<'a>(r#type: &'a str, c: char) -> &'static X { r#type }";
        assert_eq!(code_of(text), text);
    }

    #[test]
    fn items_for_tests_are_not_production() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn X() { \"}\"; }\n}\n\
            #[cfg(test)]\nmod X;\n#[cfg(all(test, unix))]\nuse X;\nfn b() {}";
        let code = production_code_of(text);
        assert!(
            !code.contains('X') && code.contains("fn a()") && code.ends_with("fn b() {}"),
            "{code}"
        );
        assert_eq!(code.lines().count(), text.lines().count());
    }

    #[test]
    fn functions_have_their_lines() {
        let text = "fn a() -> [u8; 2] {\n}\ntrait T {\n    fn none(&self);\n    type F = fn(u8);\n\
            \x20   fn b(&self)\n    where\n        Self: Sized,\n    { '}' }\n}\n";
        let a = Function { name: "a".to_owned(), line: 1, lines: 2 };
        let b = Function { name: "b".to_owned(), line: 6, lines: 4 };
        assert_eq!(functions(text), [a, b]);
    }

    #[test]
    fn words_are_whole() {
        let code = "eprintln!(x); println!(y); my_fn(); fn z";
        assert_eq!(words(code, "println!").collect::<Vec<_>>(), [14]);
        assert_eq!(words(code, "fn").count(), 1);
    }
}
