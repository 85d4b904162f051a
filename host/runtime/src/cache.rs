//! Compiled components on disk, so that a component is compiled once per machine.
//!
//! A compiled component is native code: whoever can write one into the cache can run code in this
//! process. So the cache is used only where it lies in a directory of our own that nobody else can
//! write, and of it only files of our own that nobody else can write. A file is named after the
//! component's digest and the engine's compatibility, and carries both and a digest of its content;
//! and the bytes that are run are the bytes that were checked: the file is read, never mapped. What
//! is damaged, cut, a link or another's is refused, told and replaced.
//!
//! The digest finds what changed by accident or was put under another name. It is not keyed: who can
//! write as this user can read the user's keys as well, and run code without us. So a cache is never
//! to be filled from elsewhere, such as an archive of somebody else's.

mod owner;

use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use tollgate_package::Digest;
use wasmtime::Engine;
use wasmtime::component::Component;

use owner::Owner;

/// The first bytes of a file of the cache. The number changes with the form of its header.
const MAGIC: &[u8; 8] = b"tollgat1";
/// Magic, component digest, compatibility, digest of the compiled code.
const HEADER_BYTES: usize = 8 + 32 + 32 + 32;
/// The most bytes of a compiled component that are read. Code is some four times its WebAssembly.
const CODE_BYTES_MAX: u64 = 1 << 30;

/// A directory of compiled components.
#[derive(Clone, Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    owner: Owner,
    compatibility: [u8; 32],
}

/// What the cache has of a component.
pub(crate) enum Found {
    /// What was put there.
    Intact(Component),
    /// Nothing.
    Nothing,
    /// Something else than what was put there.
    Refused,
}

impl Cache {
    /// Opens a cache, and makes its directory where there is none.
    ///
    /// # Errors
    /// Where the directory cannot be made or written, or is open to others.
    pub(crate) fn open(directory: &Path, engine: &Engine) -> io::Result<Self> {
        owner::make_private_directory(directory)?;
        let owner = Owner::of_files_in(directory)?;
        if !owner.alone_writes(&fs::metadata(directory)?) {
            let text = "the directory belongs to another user, or others can write it";
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, text));
        }
        let mut hasher = Sha256Hasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let compatibility = hasher.0.finalize().into();
        Ok(Cache { directory: directory.to_owned(), owner, compatibility })
    }

    /// The compiled component of this digest, where what is there is intact.
    pub(crate) fn get(&self, engine: &Engine, digest: &Digest) -> Found {
        match self.read(digest) {
            Ok(file) => self.checked(engine, digest, &file).map_or(Found::Refused, Found::Intact),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Found::Nothing,
            Err(_) => Found::Refused,
        }
    }

    fn checked(&self, engine: &Engine, digest: &Digest, file: &[u8]) -> Option<Component> {
        let (header, code) = file.split_at_checked(HEADER_BYTES)?;
        if header != self.header(digest, code) {
            return None;
        }
        // SAFETY: the code must be what wasmtime compiled, unchanged. It lies in a file and a
        // directory that only this user can write (`Owner::alone_writes`), was put there by `put`,
        // for this very component and an engine of the same compatibility, and its digest shows that
        // it is whole. These bytes are in our own memory: nobody changes them after the check.
        unsafe { Component::deserialize(engine, code) }.ok()
    }

    /// Keeps a compiled component. Whoever reads meanwhile sees the old file or the new one whole.
    pub(crate) fn put(&self, digest: &Digest, component: &Component) -> io::Result<()> {
        let code = component.serialize().map_err(io::Error::other)?;
        let mut file = NamedTempFile::new_in(&self.directory)?;
        file.write_all(&self.header(digest, &code))?;
        file.write_all(&code)?;
        // Not synced: a file that a crash leaves short is found out and replaced.
        file.persist(self.path(digest)).map_err(|error| error.error)?;
        self.remove_other_versions(digest);
        Ok(())
    }

    fn read(&self, digest: &Digest) -> io::Result<Vec<u8>> {
        let path = self.path(digest);
        // A link would be followed by the opening; a pipe would never end.
        if !fs::symlink_metadata(&path)?.is_file() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        if !self.owner.alone_writes(&metadata) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        if metadata.len() > CODE_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let mut bytes = Vec::new();
        file.take(CODE_BYTES_MAX).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn header(&self, digest: &Digest, code: &[u8]) -> Vec<u8> {
        let code_digest: [u8; 32] = Sha256::digest(code).into();
        [MAGIC.as_slice(), digest.as_bytes(), &self.compatibility, &code_digest].concat()
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let compatibility: String =
            self.compatibility.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        self.directory.join(format!("{}-{compatibility}.cwasm", digest.hex()))
    }

    /// What engines of other versions or settings left of the same component.
    fn remove_other_versions(&self, digest: &Digest) {
        let prefix = digest.hex();
        let current = self.path(digest);
        let Ok(entries) = fs::read_dir(&self.directory) else { return };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(&prefix) && path != current {
                // It does no harm where it cannot be removed.
                let _ = fs::remove_file(&path);
            }
        }
    }
}

/// Feeds a hash into SHA-256, as the standard hasher's results may change from build to build.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let digest: [u8; 32] = self.0.clone().finalize().into();
        digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::engine;
    use crate::limits::Limits;

    /// The smallest component there is.
    const WASM: &[u8] = b"\0asm\x0d\0\x01\0";

    struct Bench {
        directory: tempfile::TempDir,
        engine: Engine,
        cache: Cache,
        digest: Digest,
    }

    fn bench() -> Bench {
        let directory = tempfile::tempdir().unwrap();
        let engine = engine(None, &Limits::default()).unwrap();
        let cache = Cache::open(&directory.path().join("deep/cache"), &engine).unwrap();
        Bench { directory, engine, cache, digest: Digest::of(WASM) }
    }

    impl Bench {
        fn fill(&self) -> PathBuf {
            let component = Component::from_binary(&self.engine, WASM).unwrap();
            self.cache.put(&self.digest, &component).unwrap();
            self.cache.path(&self.digest)
        }

        fn has(&self, digest: &Digest) -> &'static str {
            match self.cache.get(&self.engine, digest) {
                Found::Intact(_) => "intact",
                Found::Nothing => "nothing",
                Found::Refused => "refused",
            }
        }
    }

    #[test]
    fn what_was_put_is_got() {
        let bench = bench();
        assert_eq!(bench.has(&bench.digest), "nothing");
        bench.fill();
        assert_eq!(bench.has(&bench.digest), "intact");
        assert_eq!(bench.has(&Digest::of(b"other")), "nothing");
    }

    #[test]
    fn no_changed_file_is_run_and_all_are_replaced() {
        let bench = bench();
        let path = bench.fill();
        let intact = fs::read(&path).unwrap();
        let refuses = |bytes: &[u8], what: &str| {
            fs::write(&path, bytes).unwrap();
            assert_eq!(bench.has(&bench.digest), "refused", "{what}");
        };
        refuses(b"", "empty");
        refuses(&intact[..HEADER_BYTES], "without code");
        refuses(&intact[..intact.len() - 1], "cut");
        refuses(&[&intact, &b"x"[..]].concat(), "longer");
        refuses(&intact[HEADER_BYTES..], "without a header");
        // Every byte of the header, and of the code as many as take a second.
        let mut changed = intact.clone();
        for at in (0..HEADER_BYTES).chain((HEADER_BYTES..intact.len()).step_by(101)) {
            changed[at] ^= 1;
            refuses(&changed, &format!("byte {at}"));
            changed[at] ^= 1;
        }
        bench.fill();
        assert_eq!(bench.has(&bench.digest), "intact");
    }

    #[test]
    fn a_file_under_the_name_of_another_component_is_not_taken() {
        let bench = bench();
        let path = bench.fill();
        let other = Digest::of(b"other");
        fs::copy(path, bench.cache.path(&other)).unwrap();
        assert_eq!(bench.has(&other), "refused");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_files_that_others_can_write_are_not_taken() {
        use std::os::unix::fs::PermissionsExt;

        let bench = bench();
        let path = bench.fill();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).unwrap();
        assert_eq!(bench.has(&bench.digest), "refused");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(bench.has(&bench.digest), "intact");
        let elsewhere = path.with_file_name("elsewhere");
        fs::rename(&path, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
        assert_eq!(bench.has(&bench.digest), "refused");
        bench.fill();
        assert_eq!(bench.has(&bench.digest), "intact");
        assert!(fs::symlink_metadata(&path).unwrap().is_file(), "the link is replaced");
    }

    #[test]
    fn files_of_other_engines_are_cleared_away() {
        let bench = bench();
        let path = bench.fill();
        let stale = path.with_file_name(format!("{}-0000000000000000.cwasm", bench.digest.hex()));
        fs::write(&stale, b"old").unwrap();
        bench.fill();
        assert!(!stale.exists() && path.exists());
    }

    #[cfg(unix)]
    #[test]
    fn the_directory_is_private_and_one_open_to_others_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let bench = bench();
        let made = bench.directory.path().join("deep/cache");
        assert_eq!(fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o700);
        fs::set_permissions(&made, fs::Permissions::from_mode(0o770)).unwrap();
        assert!(Cache::open(&made, &bench.engine).is_err());
    }
}
