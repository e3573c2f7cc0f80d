//! Files that appear in one step and are never replaced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

/// When an error came: certainly before the file could be seen, or perhaps after.
#[derive(Debug)]
pub(super) enum Put {
    Before(io::Error),
    After(io::Error),
}

/// Makes a file appear with all its bytes; one of this name that is there already is ours.
pub(super) fn appear(folder: &Path, name: &str, bytes: &[u8]) -> Result<(), Put> {
    let hidden = folder.join(format!(".{name}.rounds"));
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&hidden)?;
        file.write_all(bytes)?;
        file.sync_all()
    };
    if let Err(error) = write() {
        let _ = fs::remove_file(&hidden);
        return Err(Put::Before(error));
    }
    rename_new(&hidden, &folder.join(name)).map_err(Put::After)?;
    sync(folder).map_err(Put::After)
}

/// Renames unless the target is there; then only the source goes.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => Ok(()),
        Err(Errno::EXIST) => fs::remove_file(from),
        // File systems without the flag: this process is the only one that writes this name.
        Err(Errno::INVAL | Errno::NOSYS) if to.exists() => fs::remove_file(from),
        Err(Errno::INVAL | Errno::NOSYS) => fs::rename(from, to),
        Err(error) => Err(error.into()),
    }
}

/// Moves a file, also onto another disk.
pub(super) fn shift(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
            fs::copy(from, to)?;
            File::open(to)?.sync_all()?;
            fs::remove_file(from)
        }
        other => other,
    }
}

/// Writes a folder's listing to the disk.
pub(super) fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// `~` and `~/…` name the home directory.
pub fn expand(path: &str, home: &Path) -> PathBuf {
    match path.strip_prefix('~') {
        Some("") => home.to_owned(),
        Some(rest) if rest.starts_with('/') => home.join(rest.trim_start_matches('/')),
        _ => PathBuf::from(path),
    }
}
