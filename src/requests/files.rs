//! Files as requests read and write them: what goes wrong is told as a failure, with the file.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::Failure;
use crate::files::{PRIVATE, write_beside};
pub(super) use crate::files::{beside, clear_beside, rename};

/// Reads a file of text. One that is no text in UTF-8 is a wrong file of the configuration.
pub fn read_text(file: &Path) -> Result<String, Failure> {
    let bytes = fs::read(file).map_err(|error| Failure::file(file, &error))?;
    String::from_utf8(bytes)
        .map_err(|error| Failure::no_text(file, error.as_bytes(), error.utf8_error()))
}

/// Makes a folder for its owner only, with the ones above it. One that is there stays as it is.
pub(super) fn make_folder(folder: &Path) -> Result<(), Failure> {
    crate::files::make_folder(folder)
        .map_err(|error| Failure::file(folder, &error).with_help("check what stands at that path"))
}

/// Keeps other calls of the program from changing files of this folder until it is dropped.
pub(super) fn lock(folder: &Path) -> Result<File, Failure> {
    let lock = File::open(folder).and_then(|file| file.lock().map(|()| file));
    lock.map_err(|error| Failure::file(folder, &error))
}

/// Replaces a file by one with this content. Its mode is kept, a link stays a link, and a device or
/// a pipe is left alone.
pub(super) fn replace(file: &Path, content: &[u8]) -> Result<(), Failure> {
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let data = fs::metadata(&target).ok();
    if data.as_ref().is_some_and(|data| !data.is_file()) {
        let what = format!("{} is no ordinary file.", file.display());
        return Err(Failure::failed(what).with_help("name a file, or a new one"));
    }
    let mode = data.map_or(PRIVATE, |data| data.permissions().mode() & 0o777);
    write_beside(&target, content, mode)
        .and_then(|new| rename(&new, &target))
        .map_err(|error| Failure::file(file, &error))
}

/// Writes a new file in one step, for its owner only; one that is there is left alone.
pub(super) fn create(file: &Path, content: &[u8]) -> Result<(), Failure> {
    let made = write_beside(file, content, PRIVATE).and_then(|new| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_ordinary_file_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        assert!(replace(&socket, b"new").is_err());
        assert!(!fs::metadata(&socket).unwrap().is_file());
        assert!(replace(dir.path(), b"new").is_err());
        let (file, link) = (dir.path().join("file"), dir.path().join("link"));
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        replace(&link, b"new").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"new");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    }
}
