//! The law about the interface's documentation.

use crate::tree::{File, Tree};

/// What begins a line that is no item of its own: a name taken from elsewhere carries the
/// documentation it has there.
const NO_ITEM: &[&str] = &["//", "@", "}", "export ", "import ", "include ", "package ", "use "];

pub fn undocumented_items(tree: &Tree) -> Vec<String> {
    let ours = |file: &&File| {
        file.path.starts_with("wit/")
            && file.path.ends_with(".wit")
            && !file.path.split('/').any(|folder| folder == "deps")
    };
    tree.files.iter().filter(ours).flat_map(undocumented_in).collect()
}

fn undocumented_in(file: &File) -> Vec<String> {
    let mut offences = Vec::new();
    let mut documented = false;
    let mut statement = String::new();
    for (number, line) in file.text.lines().enumerate() {
        let line = line.trim();
        let code = line.split("//").next().unwrap_or_default().trim_end();
        if line.starts_with("///") {
            documented = true;
        } else if !statement.is_empty() {
            statement.push_str(code);
        } else if code.is_empty() || code.starts_with('@') {
            // A gate stands between an item and its documentation; an empty line parts them.
            documented &= !line.is_empty();
        } else {
            statement.push_str(code);
            for what in complaints(code, documented) {
                offences.push(format!("{}:{}: {what}: {line}", file.path, number + 1));
            }
            documented = false;
        }
        if is_complete(&statement) {
            statement.clear();
        }
    }
    offences
}

/// What is wrong with the line in which an item begins.
fn complaints(code: &str, documented: bool) -> Vec<&'static str> {
    if NO_ITEM.iter().any(|start| code.starts_with(start)) {
        return Vec::new();
    }
    let undocumented = (!documented).then_some("undocumented");
    let crowded = (items_on(code) > 1).then_some("more than one item in a line");
    undocumented.into_iter().chain(crowded).collect()
}

/// Whether an item, or its head, is complete: its parameters may take further lines, and so may the
/// names that a `use` lists.
fn is_complete(statement: &str) -> bool {
    if statement.starts_with("use ") {
        return statement.ends_with(';');
    }
    let open = statement.matches('(').count() > statement.matches(')').count();
    !open && statement.ends_with([',', ';', '{', '}'])
}

/// How many items a line holds: fields and cases are parted by commas outside of brackets, and a
/// block that opens and closes in one line hides what is in it.
fn items_on(code: &str) -> usize {
    let code = code.trim_end_matches([',', ';']).replace("->", "");
    let mut depth = 0_usize;
    let mut items = 1;
    for character in code.chars() {
        match character {
            '(' | '<' => depth += 1,
            ')' | '>' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => items += 1,
            _ => {}
        }
    }
    let block = code.split_once('{').map(|(_, block)| block.trim_end_matches('}').trim());
    items + usize::from(block.is_some_and(|inside| !inside.is_empty()))
}

mod seen_to_speak {
    use super::*;

    const GOOD: &str = "\
package a:b@0.1.0;

/// I.
interface i {
  use t.{
    a,
    b,
  };
  /// V.
  variant v {
    /// A.
    a(tuple<u8, u8>),
    /// B.
    b,
  }
  /// R.
  @since(version = 0.1.0)
  record r {
    /// F.
    f: list<u8>,
  }
  /// S.
  resource s {
    /// N.
    n: func() -> result<_, u8>;
  }
  /// M.
  m: func(
    a: u8,
    b: u8,
  ) -> u8;
  /// E.
  enum e {
    /// X.
    x,
  }
  /// G.
  flags g {
    /// Y.
    y,
  }
}

/// W.
world w {
  import i;
  export i;
}
";

    fn offences(path: &str, text: &str) -> Vec<String> {
        undocumented_items(&Tree::file_of(path, text))
    }

    #[test]
    fn a_documented_interface_passes() {
        assert_eq!(offences("wit/connector/a.wit", GOOD), [""; 0]);
    }

    #[test]
    fn each_missing_line_of_documentation_is_found() {
        let lines: Vec<&str> = GOOD.lines().collect();
        let docs = lines.iter().enumerate().filter(|(_, line)| line.trim().starts_with("///"));
        for (number, doc) in docs {
            let mut fewer = lines.clone();
            fewer.remove(number);
            assert_eq!(offences("wit/connector/a.wit", &fewer.join("\n")).len(), 1, "{doc}");
            assert_eq!(offences("wit/connector/deps/a.wit", &fewer.join("\n")).len(), 0, "{doc}");
        }
    }

    #[test]
    fn an_item_hidden_in_the_line_of_another_is_found() {
        for hiding in ["/// R.\nrecord r { a: u8 }", "/// E.\nenum e {\n/// A.\na, b,\n}"] {
            assert_eq!(offences("wit/connector/a.wit", hiding).len(), 1, "{hiding}");
        }
    }
}
