//! Locks as files of this user that all processes of this machine try. Nothing here blocks: a lock
//! that somebody holds is told, and what cannot be made into a lock counts as none.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use nix::fcntl::OFlag;
use nix::unistd::Uid;
use tracing::debug;

use super::Way;
use super::record::Record;

/// Permissions of the directory: its owner only.
const MODE: u32 = 0o700;
/// Bytes of a file that are read at most. Its records are far shorter.
const LONGEST: u64 = 64 * 1024;

/// A file that is locked until it is dropped.
#[derive(Debug)]
pub(super) struct LockedFile {
    file: File,
    way: Way,
}

/// What came of trying a lock.
#[derive(Debug)]
pub(super) enum Tried {
    /// It is ours.
    Locked(LockedFile),
    /// Somebody holds it.
    Held,
    /// There is no lock, and why.
    Impossible(String),
}

/// Returns where the locks of this user lie: in `$TMPDIR`, or else in `/tmp`.
pub(super) fn directory() -> PathBuf {
    let name = format!("terraform-provider-digicert-{}", Uid::current());
    std::env::temp_dir().join(name)
}

/// Tries a lock in a directory, which is made if it is not there.
pub(super) fn try_lock(directory: &Path, name: &str, way: Way) -> Tried {
    let opened = own(directory).and_then(|()| open(&directory.join(name)));
    let file = match opened {
        Ok(file) => file,
        Err(error) => return Tried::Impossible(error.to_string()),
    };
    let tried = match way {
        Way::Alone => file.try_lock(),
        Way::WithOthers => file.try_lock_shared(),
    };
    match tried {
        Ok(()) => Tried::Locked(LockedFile { file, way }),
        Err(TryLockError::WouldBlock) => Tried::Held,
        Err(TryLockError::Error(error)) => Tried::Impossible(error.to_string()),
    }
}

impl LockedFile {
    /// Returns what those who held the lock have written. What cannot be read says nothing.
    pub(super) fn records(&mut self) -> Vec<Record> {
        match self.text() {
            Ok(text) => Record::read(&text),
            Err(error) => {
                debug!(%error, "records of a lock not read");
                Vec::new()
            }
        }
    }

    /// Writes a record. Only one that holds the lock alone may shorten the file.
    pub(super) fn write(&mut self, record: &Record) {
        if let Err(error) = self.try_to_write(record) {
            debug!(%error, "record of a lock not written");
        }
    }

    fn try_to_write(&mut self, record: &Record) -> io::Result<()> {
        match self.way {
            Way::Alone => {
                let text = Record::appended(&self.text()?, record);
                self.file.set_len(0)?;
                self.file.write_all(text.as_bytes())
            }
            Way::WithOthers => self.file.write_all(record.line().as_bytes()),
        }
    }

    fn text(&mut self) -> io::Result<String> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        (&self.file).take(LONGEST).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// Makes the directory, or refuses one that is not for this user alone.
fn own(directory: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(MODE).create(directory) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    // Not followed: a link is nobody's directory.
    let found = directory.symlink_metadata()?;
    let is_ours =
        found.is_dir() && found.uid() == Uid::current().as_raw() && found.mode() & 0o777 == MODE;
    if is_ours {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "{} is not a directory of this user alone",
        directory.display()
    )))
}

/// Opens a file for records at its end. Neither a link nor a pipe is one.
fn open(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .custom_flags((OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK).bits())
        .open(path)?;
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is not a regular file")),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::super::record::Identity;
    use super::*;

    fn locked(tried: Tried) -> LockedFile {
        match tried {
            Tried::Locked(file) => file,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_lock_is_held_alone_or_with_others_until_it_is_dropped() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("locks");
        let tries = |way| try_lock(&directory, "a", way);
        let alone = locked(tries(Way::Alone));
        assert_eq!(directory.metadata().unwrap().mode() & 0o777, 0o700);
        for way in [Way::Alone, Way::WithOthers] {
            assert!(matches!(tries(way), Tried::Held), "{way:?}");
        }
        let other = try_lock(&directory, "b", Way::Alone);
        assert!(matches!(other, Tried::Locked(_)));
        drop(alone);
        let _one = locked(tries(Way::WithOthers));
        let _other = locked(tries(Way::WithOthers));
        assert!(matches!(tries(Way::Alone), Tried::Held));
    }

    #[test]
    fn what_is_written_is_read_by_the_next_one() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("locks");
        let own = Identity::of_this_process();
        let mut written = Vec::new();
        for way in [Way::Alone, Way::WithOthers, Way::Alone] {
            let mut file = locked(try_lock(&directory, "a", way));
            assert_eq!(file.records(), written);
            let record = own.record(2_147_500_001.try_into().ok(), "ssl_basic 123456");
            file.write(&record);
            written.push(record);
        }
    }

    #[test]
    fn a_directory_that_is_not_for_this_user_alone_is_no_lock() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        fs::create_dir(at("open")).unwrap();
        fs::set_permissions(at("open"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::create_dir(at("target")).unwrap();
        fs::set_permissions(at("target"), fs::Permissions::from_mode(0o700)).unwrap();
        symlink(at("target"), at("link")).unwrap();
        fs::write(at("file"), "").unwrap();
        for name in ["open", "link", "file", "missing/below"] {
            let tried = try_lock(&at(name), "a", Way::Alone);
            assert!(matches!(tried, Tried::Impossible(_)), "{name}: {tried:?}");
        }
    }

    #[test]
    fn a_file_that_is_a_link_or_a_directory_is_no_lock() {
        let parent = tempfile::tempdir().unwrap();
        let directory = parent.path().join("locks");
        drop(locked(try_lock(&directory, "a", Way::Alone)));
        fs::write(parent.path().join("elsewhere"), "").unwrap();
        symlink(parent.path().join("elsewhere"), directory.join("link")).unwrap();
        fs::create_dir(directory.join("folder")).unwrap();
        for name in ["link", "folder"] {
            let tried = try_lock(&directory, name, Way::Alone);
            assert!(matches!(tried, Tried::Impossible(_)), "{name}: {tried:?}");
        }
    }
}
