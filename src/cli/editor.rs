//! The clinician's own editor, on a file that only they can read.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::config::editor;
use crate::requests::{Failure, read_text};

/// Runs the editor on a file.
pub(super) fn open(file: &Path) -> Result<(), Failure> {
    let editor = editor().ok_or_else(|| {
        Failure::failed("No editor is set.").with_help("set VISUAL, for example to nano")
    })?;
    let failed = |error: std::io::Error| Failure::failed(format!("{editor}: {error}."));
    let status = std::process::Command::new("sh")
        .args(["-c", &format!("{editor} \"$1\""), "sh"])
        .arg(file)
        .status()
        .map_err(failed)?;
    if !status.success() {
        let why = format!("{editor} ended with an error: nothing was changed.");
        return Err(Failure::failed(why));
    }
    Ok(())
}

/// Runs the editor on a text, in a file of the data directory that is gone afterwards.
pub(super) fn edit_text(text: &str, data: &Path, name: &str) -> Result<String, Failure> {
    let file = data.join(name);
    let write = || {
        let mut open = fs::OpenOptions::new();
        let mut out = open
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&file)?;
        out.write_all(text.as_bytes())
    };
    write().map_err(|error| Failure::file(&file, &error))?;
    let edited = open(&file).and_then(|()| read_text(&file));
    let _ = fs::remove_file(&file);
    edited
}
