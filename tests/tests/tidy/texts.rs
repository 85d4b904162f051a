//! Laws about every text file, whatever it holds.

use crate::tree::Tree;

/// Hosts of registries, in two parts each so that this file keeps its own law.
const HOSTS: &[(&str, &str)] = &[
    ("crates", ".io"),
    ("deb.debian", ".org"),
    ("files.pythonhosted", ".org"),
    ("proxy.golang", ".org"),
    ("pypi", ".org"),
    ("registry.npmjs", ".org"),
    ("static.rust-lang", ".org"),
];

/// Folders that only some machines have, in two parts each for the same reason.
const FOLDERS: &[(&str, &str)] = &[("/ro", "ot/"), ("/wo", "rk/")];

pub fn places_of_one_machine(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    // Cargo writes where each crate came from into the lock file.
    for file in tree.files.iter().filter(|file| file.path != "Cargo.lock") {
        for (number, line) in file.text.lines().enumerate() {
            let found = HOSTS.iter().map(pair).find(|host| line.contains(host.as_str()));
            let found =
                found.or_else(|| FOLDERS.iter().map(pair).find(|path| has_path(line, path)));
            if let Some(place) = found {
                offences.push(format!("{}:{}: {place}", file.path, number + 1));
            }
        }
    }
    offences
}

fn pair((first, second): &(&str, &str)) -> String {
    format!("{first}{second}")
}

/// Whether a path begins here, rather than going on: `guests/home/x` names no machine's folder.
fn has_path(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "_-./}>)$".contains(c))
    })
}

mod seen_to_speak {
    use super::*;

    fn offences(path: &str, text: &str) -> usize {
        places_of_one_machine(&Tree::file_of(path, text)).len()
    }

    #[test]
    fn each_host_is_found_but_in_the_lock_file() {
        for host in HOSTS.iter().map(pair) {
            let text = format!("fine\nsee https://{host}/x\n");
            assert_eq!(offences("README.md", &text), 1, "{host}");
            assert_eq!(offences("Cargo.lock", &text), 0, "{host}");
        }
    }

    #[test]
    fn each_folder_is_found_where_a_path_begins() {
        for folder in FOLDERS.iter().map(pair) {
            assert_eq!(offences("Makefile", &format!("cd {folder}main")), 1, "{folder}");
            assert_eq!(offences("Makefile", &format!("A=\"{folder}main\"")), 1, "{folder}");
            assert_eq!(offences("Makefile", &format!("cd guests{folder}main")), 0, "{folder}");
        }
    }
}
