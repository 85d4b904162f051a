//! Whose a directory and its files are. Compiled code runs with the rights of this process, so it is
//! taken only from where nobody but this user can have put it.

use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use tempfile::NamedTempFile;

/// The user as whom this process makes files.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    #[cfg(unix)]
    user: u32,
}

impl Owner {
    /// Whose the files are that this process makes. That tells who we are without asking the system
    /// in other ways, and that files can be made there at all.
    ///
    /// # Errors
    /// Where none can be made.
    pub fn of_files_in(directory: &Path) -> io::Result<Self> {
        let made = NamedTempFile::new_in(directory)?.as_file().metadata()?;
        Ok(Owner::of(&made))
    }

    #[cfg(unix)]
    fn of(metadata: &Metadata) -> Self {
        Owner { user: std::os::unix::fs::MetadataExt::uid(metadata) }
    }

    /// Elsewhere a file has the rights of its directory, which lies in the user's profile.
    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Self {
        Owner {}
    }

    /// Whether nobody else can write this file or directory.
    #[cfg(unix)]
    pub fn alone_writes(self, metadata: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt as _;

        metadata.uid() == self.user && metadata.mode() & 0o022 == 0
    }

    /// Elsewhere that is so by the place.
    #[cfg(not(unix))]
    pub fn alone_writes(self, _: &Metadata) -> bool {
        true
    }
}

/// Makes a directory, and those above it, for this user alone, where they are missing.
pub fn make_private_directory(directory: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn what_others_own_or_can_write_is_not_ours_alone() {
        let directory = tempfile::tempdir().unwrap();
        let owner = Owner::of_files_in(directory.path()).unwrap();
        let file = NamedTempFile::new_in(directory.path()).unwrap();
        let metadata = || file.as_file().metadata().unwrap();
        for (mode, expected) in [(0o600, true), (0o644, true), (0o620, false), (0o602, false)] {
            fs::set_permissions(file.path(), fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(owner.alone_writes(&metadata()), expected, "{mode:o}");
        }
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).unwrap();
        let other = Owner { user: owner.user.wrapping_add(1) };
        assert!(owner.alone_writes(&metadata()) && !other.alone_writes(&metadata()));
    }
}
