use std::sync::Mutex;
use std::sync::mpsc::channel;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;

use super::*;
use crate::secret::Secret;

fn no_env(_: &str) -> Option<String> {
    None
}

fn key(byte: u8) -> KeySource {
    KeySource::Given(Secret::new(STANDARD.encode([byte; 32])))
}

fn vault_at(path: &Path, key: KeySource) -> Arc<Vault> {
    Arc::new(Vault::new(path, key, no_env, Arc::new(|_: &str| ())))
}

fn name(name: &str) -> AccountName {
    name.parse().unwrap()
}

fn tokens(access: &str) -> Tokens {
    Tokens {
        access_token: Secret::new(access.to_owned()),
        refresh_token: Some(Secret::new(format!("{access}-refresh"))),
        expires_at: Some("2026-03-01T10:00:00Z".parse().unwrap()),
        obtained_at: "2026-03-01T09:00:00Z".parse().unwrap(),
        scope: Some("contact_data".to_owned()),
        fingerprint: "f".to_owned(),
    }
}

fn access(vault: &Vault, account: &str) -> Option<String> {
    let tokens = vault.tokens(&name(account)).unwrap();
    tokens.map(|tokens| tokens.access_token.expose_secret().to_owned())
}

fn put(vault: &Arc<Vault>, account: &str, access: &str) {
    vault.lock(Duration::ZERO).unwrap().put(&name(account), tokens(access)).unwrap();
}

/// The files in a folder, so that no test leaves one behind unnoticed.
fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn tokens_are_kept_for_each_account_and_nothing_of_them_shows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(".tollgate/vault");
    let vault = vault_at(&path, key(1));
    assert_eq!(access(&vault, "acme"), None);
    put(&vault, "acme", "canary-1");
    put(&vault, "Zürich", "canary-2");
    put(&vault, "acme", "canary-3");

    let again = vault_at(&path, key(1));
    assert_eq!(access(&again, "acme").as_deref(), Some("canary-3"));
    assert_eq!(access(&again, "Zürich").as_deref(), Some("canary-2"));
    let kept = again.tokens(&name("acme")).unwrap().unwrap();
    assert_eq!(kept.expires_at, tokens("").expires_at);
    assert_eq!((kept.scope.as_deref(), kept.fingerprint.as_str()), (Some("contact_data"), "f"));
    assert!(!format!("{kept:?} {again:?}").contains("canary"));

    let bytes = fs::read(&path).unwrap();
    assert!(!bytes.windows(6).any(|window| window == b"canary" || window == b"contac"));
    assert_eq!(files(path.parent().unwrap()), ["vault", "vault.lock"]);
    #[cfg(unix)]
    for (path, mode) in [
        (path.as_path(), 0o600),
        (&path.with_extension("lock"), 0o600),
        (path.parent().unwrap(), 0o700),
    ] {
        use std::os::unix::fs::PermissionsExt;
        let found = fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(found, mode, "{}", path.display());
    }

    let locked = again.lock(Duration::ZERO).unwrap();
    assert!(locked.remove(&name("acme")).unwrap());
    assert!(!locked.remove(&name("acme")).unwrap());
    assert_eq!(access(&vault, "acme"), None);
    assert!(access(&vault, "Zürich").is_some());
}

#[test]
fn a_file_that_cannot_be_opened_says_why_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    put(&vault_at(&path, key(1)), "acme", "canary");
    let good = fs::read(&path).unwrap();
    let mut foreign_version = good.clone();
    foreign_version[15] = 9;
    let mut changed = good.clone();
    *changed.last_mut().unwrap() ^= 1;
    let table = [
        (good.clone(), 2, "was sealed with another key than the key that was given"),
        (good[..good.len() - 1].to_vec(), 1, "is damaged"),
        (good[..20].to_vec(), 1, "is damaged"),
        (changed, 1, "is damaged"),
        (foreign_version, 1, "has the form 9"),
        (Vec::new(), 1, "is no vault"),
        (b"[accounts.acme]".to_vec(), 1, "is no vault"),
    ];
    for (content, byte, expected) in table {
        fs::write(&path, &content).unwrap();
        let vault = vault_at(&path, key(byte));
        let locked = vault.lock(Duration::ZERO).unwrap();
        let errors = [
            vault.tokens(&name("acme")).unwrap_err(),
            locked.prove_writable().unwrap_err(),
            locked.put(&name("acme"), tokens("canary")).unwrap_err(),
            locked.remove(&name("acme")).unwrap_err(),
        ];
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Config);
            assert!(error.message().contains(expected), "{expected}: {error}");
            assert!(error.hint().is_some() && !format!("{error:?}").contains("canary"));
        }
        assert_eq!(fs::read(&path).unwrap(), content, "{expected}");
    }
}

#[test]
fn a_place_that_cannot_be_written_is_found_before_anything_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    // A file where the folder should be: the one way that also stops the superuser.
    let error = vault_at(&file.join("vault"), key(1)).lock(Duration::ZERO).unwrap_err();
    assert!(error.message().starts_with("cannot write the vault"), "{error}");

    // A folder where the file should be.
    let vault = vault_at(&folder.path().join("vault"), key(1));
    let locked = vault.lock(Duration::ZERO).unwrap();
    locked.prove_writable().unwrap();
    fs::create_dir(vault.path()).unwrap();
    assert_eq!(locked.prove_writable().unwrap_err().kind(), ErrorKind::Config);
    assert_eq!(files(folder.path()), ["file", "vault", "vault.lock"]);
}

#[test]
fn a_vault_that_exists_never_gets_a_new_key() {
    let folder = tempfile::tempdir().unwrap();
    let (path, key_path) = (folder.path().join("vault"), folder.path().join("key"));
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = told.clone();
    let vault = || {
        let listener = listener.clone();
        let tell = move |text: &str| listener.lock().unwrap().push(text.to_owned());
        let own = KeySource::OwnFile(key_path.clone());
        Arc::new(Vault::new(&path, own, no_env, Arc::new(tell)))
    };
    assert_eq!(access(&vault(), "acme"), None);
    assert!(!key_path.exists(), "reading nothing needs no key");
    put(&vault(), "acme", "canary");
    assert_eq!(access(&vault(), "acme").as_deref(), Some("canary"));
    assert_eq!(told.lock().unwrap().len(), 1);
    assert!(told.lock().unwrap()[0].contains("made the key"));

    fs::remove_file(&key_path).unwrap();
    let locked = vault();
    let locked = locked.lock(Duration::ZERO).unwrap();
    for error in [
        locked.tokens(&name("acme")).unwrap_err(),
        locked.put(&name("acme"), tokens("x")).unwrap_err(),
    ] {
        assert!(error.message().starts_with("the key of the vault: the file"), "{error}");
    }
    assert!(!key_path.exists());
}

#[test]
fn only_one_writes_at_a_time_and_none_overwrites_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("vault");
    let held = vault_at(&path, key(1)).lock(Duration::ZERO).unwrap();
    let error = vault_at(&path, key(1)).lock(Duration::from_millis(1)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);

    // Others wait as long as it is held, and each finds what those before it wrote.
    let (begun, all_begun) = channel();
    let writers: Vec<_> = (0..8)
        .map(|number| {
            let (vault, begun) = (vault_at(&path, key(1)), begun.clone());
            thread::spawn(move || {
                begun.send(()).unwrap();
                let locked = vault.lock(Duration::from_secs(60)).unwrap();
                locked.put(&name(&format!("account-{number}")), tokens("canary")).unwrap();
            })
        })
        .collect();
    (0..8).for_each(|_| all_begun.recv().unwrap());
    assert!(!path.exists());
    drop(held);
    writers.into_iter().for_each(|writer| writer.join().unwrap());
    let vault = vault_at(&path, key(1));
    (0..8).for_each(|number| assert!(access(&vault, &format!("account-{number}")).is_some()));
}
