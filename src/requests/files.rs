//! Files that are replaced in one step: whoever reads them sees the old text or the new, never half.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::Failure;

/// Reads a file of text. One that is no text in UTF-8 is a wrong file of the configuration.
pub fn read_text(file: &Path) -> Result<String, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::file(file, &error))?;
    String::from_utf8(bytes)
        .map_err(|error| Failure::no_text(file, error.as_bytes(), error.utf8_error()))
}

/// Makes a folder for its owner only, with the ones above it. One that is there stays as it is.
pub(super) fn make_folder(folder: &Path) -> Result<(), Failure> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|error| Failure::file(folder, &error).with_help("check what stands at that path"))
}

/// Keeps other calls of the program from changing files of this folder until it is dropped.
pub(super) fn lock(folder: &Path) -> Result<File, Failure> {
    let lock = File::open(folder).and_then(|file| file.lock().map(|()| file));
    lock.map_err(|error| Failure::file(folder, &error))
}

/// Replaces a file by one with this content. Its mode is kept, and a link stays a link.
pub(super) fn replace(file: &Path, content: &[u8]) -> Result<(), Failure> {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let mode = fs::metadata(&target).map_or(0o600, |data| data.permissions().mode() & 0o777);
    write_beside(&target, content, mode)
        .and_then(|new| rename(&new, &target))
        .map_err(|error| Failure::file(file, &error))
}

/// Writes a new file in one step, for its owner only; one that is there is left alone.
pub(super) fn create(file: &Path, content: &[u8]) -> Result<(), Failure> {
    let made = write_beside(file, content, 0o600).and_then(|new| {
        let linked = fs::hard_link(&new, file);
        let removed = fs::remove_file(&new);
        linked.and(removed)
    });
    made.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => exists(file),
        _ => Failure::file(file, &error),
    })
}

/// The failure for a file that would be written over.
pub(super) fn exists(file: &Path) -> Failure {
    Failure::failed(format!("{} is there already.", file.display()))
        .with_help("give another name, or move the file away")
}

fn write_beside(file: &Path, content: &[u8], mode: u32) -> io::Result<PathBuf> {
    let new = beside(file);
    let written = open_new(&new, mode).and_then(|mut open| {
        open.write_all(content)?;
        open.set_permissions(fs::Permissions::from_mode(mode))?;
        open.sync_all()
    });
    match written {
        Ok(()) => Ok(new),
        Err(error) => {
            let _ = fs::remove_file(&new);
            Err(error)
        }
    }
}

/// A name in the same folder that nobody else takes at the same time.
pub(super) fn beside(file: &Path) -> PathBuf {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!(".{name}.{}.new", std::process::id()))
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
pub(super) fn rename(from: &Path, to: &Path) -> io::Result<()> {
    if let Err(error) = fs::rename(from, to) {
        let _ = fs::remove_file(from);
        return Err(error);
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()
}
