//! Compiled components on disk, so that a component is compiled once per machine.
//!
//! A compiled component is native code: whoever can write one into the cache can run code in this
//! process. So the cache is used only where it lies in a directory of our own that nobody else can
//! write; a file is named after the component's digest and the engine's compatibility, and carries
//! both and a digest of its content; and the bytes that are run are the bytes that were checked: the
//! file is read, never mapped. A file that is damaged, cut or of another engine counts as absent and
//! is replaced.

use std::fs::{self, File};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use tempfile::NamedTempFile;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::digest::Digest;

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
    compatibility: [u8; 32],
}

impl Cache {
    /// Opens a cache, and makes its directory where there is none.
    ///
    /// # Errors
    /// Where the directory cannot be made or written, or is open to others.
    pub(crate) fn open(directory: &Path, engine: &Engine) -> io::Result<Self> {
        make_private_directory(directory)?;
        refuse_foreign_directory(directory)?;
        let mut hasher = Sha256Hasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let compatibility = hasher.0.finalize().into();
        Ok(Cache { directory: directory.to_owned(), compatibility })
    }

    /// The compiled component of this digest, if an intact one is there.
    pub(crate) fn get(&self, engine: &Engine, digest: &Digest) -> Option<Component> {
        let file = self.read(digest).ok()?;
        let (header, code) = file.split_at_checked(HEADER_BYTES)?;
        if header != self.header(digest, code) {
            return None;
        }
        // SAFETY: the code must be what wasmtime compiled, unchanged. It lies in a directory that
        // only this user can write (`refuse_foreign_directory`), was put there by `put`, for this
        // very component and an engine of the same compatibility, and its digest shows that it is
        // whole. These bytes are in our own memory: nobody changes them after the check.
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
        let mut bytes = Vec::new();
        let file = File::open(self.path(digest))?;
        if file.metadata()?.len() > CODE_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
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

#[cfg(unix)]
fn make_private_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;

    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn make_private_directory(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

/// Refuses a directory that another user owns or can write.
#[cfg(unix)]
fn refuse_foreign_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::MetadataExt;

    let metadata = fs::metadata(directory)?;
    // Whose files we make tells who we are, without asking the system in other ways.
    let own = NamedTempFile::new_in(directory)?.as_file().metadata()?.uid();
    if metadata.uid() == own && metadata.mode() & 0o022 == 0 {
        return Ok(());
    }
    let text = "the directory belongs to another user, or others can write it";
    Err(io::Error::new(io::ErrorKind::PermissionDenied, text))
}

/// Elsewhere the directory lies in the user's profile, which others cannot write.
#[cfg(not(unix))]
fn refuse_foreign_directory(directory: &Path) -> io::Result<()> {
    NamedTempFile::new_in(directory).map(drop)
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

        fn hits(&self) -> bool {
            self.cache.get(&self.engine, &self.digest).is_some()
        }
    }

    #[test]
    fn what_was_put_is_got() {
        let bench = bench();
        assert!(!bench.hits());
        bench.fill();
        assert!(bench.hits());
        assert!(bench.cache.get(&bench.engine, &Digest::of(b"other")).is_none());
    }

    #[test]
    fn no_damaged_file_is_run_and_all_are_replaced() {
        let bench = bench();
        let path = bench.fill();
        let intact = fs::read(&path).unwrap();
        let changed = |at: usize| {
            let mut bytes = intact.clone();
            bytes[at] ^= 1;
            bytes
        };
        let damaged = [
            Vec::new(),
            intact[..HEADER_BYTES].to_vec(),
            intact[..intact.len() - 1].to_vec(),
            [intact.as_slice(), b"x"].concat(),
            intact[HEADER_BYTES..].to_vec(),
            changed(0),
            changed(8),
            changed(40),
            changed(72),
            changed(HEADER_BYTES),
            changed(intact.len() - 1),
        ];
        for bytes in damaged {
            fs::write(&path, &bytes).unwrap();
            assert!(!bench.hits(), "{} bytes", bytes.len());
        }
        bench.fill();
        assert!(bench.hits());
    }

    #[test]
    fn a_file_under_the_name_of_another_component_is_not_taken() {
        let bench = bench();
        let path = bench.fill();
        let other = Digest::of(b"other");
        fs::copy(path, bench.cache.path(&other)).unwrap();
        assert!(bench.cache.get(&bench.engine, &other).is_none());
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
