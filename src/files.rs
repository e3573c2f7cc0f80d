//! Files that are replaced in one step: whoever reads them sees the old content or the new, never
//! half, also after a power cut.
//!
//! The new content is written beside the file, taken to the disk and moved into place. What a process
//! that was killed left beside a file goes when the file is written or removed next. It knows no file
//! by name.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

/// The mode of files that only their owner may read.
pub const PRIVATE: u32 = 0o600;

/// Writes a file for its owner only, in place of one that may be there.
pub fn put(file: &Path, content: &[u8]) -> io::Result<()> {
    write_beside(file, content, PRIVATE).and_then(|new| rename(&new, file))
}

/// Writes content beside a file, on the disk when it returns; the name under which it lies.
pub fn write_beside(file: &Path, content: &[u8], mode: u32) -> io::Result<PathBuf> {
    let new = beside(file);
    clear_beside(file);
    let write = || {
        let mut open = open_new(&new, mode)?;
        open.write_all(content)?;
        open.set_permissions(Permissions::from_mode(mode))?;
        open.sync_all()
    };
    match write() {
        Ok(()) => Ok(new),
        Err(error) => {
            let _ = fs::remove_file(&new);
            Err(error)
        }
    }
}

/// A name in the same folder that no other process takes at the same time.
pub fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{}.new", std::process::id()))
}

/// Removes what processes that were killed left beside a file.
pub fn clear_beside(file: &Path) {
    sweep(file, is_gone);
}

/// Removes a file, with all that processes which were killed left of it.
pub fn remove(file: &Path) -> io::Result<()> {
    sweep(file, |_| true);
    fs::remove_file(file)
}

/// Removes what the processes meant left beside a file. It is no matter for whoever writes: what
/// cannot be removed stays.
fn sweep(file: &Path, of: impl Fn(i32) -> bool) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let begins = format!(".{name}.");
    let process = |left: &str| {
        let number = left.strip_prefix(&begins)?.strip_suffix(".new")?;
        i32::try_from(number.parse::<u32>().ok()?).ok()
    };
    for entry in fs::read_dir(folder_of(file))
        .into_iter()
        .flatten()
        .flatten()
    {
        let left = entry.file_name();
        if left.to_str().and_then(process).is_some_and(&of) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether no process of this number runs.
fn is_gone(process: i32) -> bool {
    let process = Pid::from_raw(process);
    process.is_none_or(|process| test_kill_process(process) == Err(Errno::SRCH))
}

fn folder_of(file: &Path) -> &Path {
    let folder = file
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or_else(|| Path::new("."))
}

fn open_new(file: &Path, mode: u32) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(file)
}

/// Moves a file to its place, and makes sure that it is there after a power cut.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    if let Err(error) = fs::rename(from, to) {
        let _ = fs::remove_file(from);
        return Err(error);
    }
    File::open(folder_of(to))?.sync_all()
}

/// Makes a folder for its owner only, with the ones above it. One that is there stays as it is.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(file: &Path) -> u32 {
        fs::metadata(file).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_file_is_put_for_its_owner_only_and_nothing_lies_beside_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b");
        make_folder(&folder).unwrap();
        let file = folder.join("note");
        fs::write(&file, "old").unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o644)).unwrap();
        put(&file, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert_eq!((mode(&file), mode(&folder)), (0o600, 0o700));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    }

    #[test]
    fn where_it_cannot_be_moved_nothing_is_left() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("taken");
        fs::create_dir_all(file.join("full")).unwrap();
        assert!(put(&file, b"new").is_err());
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 1);
    }

    /// The number of a process that ran once, and of one that runs.
    fn processes() -> [i32; 2] {
        let mut gone = std::process::Command::new("true").spawn().unwrap();
        gone.wait().unwrap();
        [gone.id(), std::os::unix::process::parent_id()].map(|id| i32::try_from(id).unwrap())
    }

    #[test]
    fn what_a_killed_process_left_goes_when_the_file_is_written_or_removed() {
        let home = tempfile::tempdir().unwrap();
        let at = |name: &str| home.path().join(name);
        let [gone, runs] = processes();
        let of = |name: &str, process: i32| at(&format!(".{name}.{process}.new"));
        let (left, written) = (of("note", gone), of("note", runs));
        let others = [of("note.txt", gone), of("other", gone), at(".note.-7.new")];
        for file in [&left, &written].into_iter().chain(&others) {
            fs::write(file, "half").unwrap();
        }
        put(&at("note"), b"new").unwrap();
        assert!(!left.exists(), "of a process that is gone");
        assert!(written.exists(), "of a process that may be writing it");
        remove(&at("note")).unwrap();
        assert!(!at("note").exists() && !written.exists());
        assert!(others.iter().all(|file| file.exists()), "other files");
        fs::write(&left, "half").unwrap();
        let nothing = remove(&at("note")).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::NotFound);
        assert!(!left.exists());
    }
}
