//! The newest hash of the audit chain, kept in a small file beside the database.
//!
//! Written after the database, so it may be one transaction behind, never ahead: a tail that was
//! cut off the database shows because the file still names it. Of several processes that write at
//! once one waits for the other, and an older head never replaces a newer one.

use std::fs;
use std::path::Path;

use super::{Result, StoreError};
use crate::files;
use crate::posting::audit::Head;

/// Reads the head; none if there is no file yet.
pub(super) fn read(path: &Path) -> Result<Option<Head>> {
    let failed = |source| StoreError::File {
        path: path.display().to_string(),
        source,
    };
    match fs::read_to_string(path) {
        Ok(text) => serde_json::from_str(&text)
            .map(Some)
            .map_err(|error| failed(error.into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

/// Replaces the head in one step, unless a newer one is there already.
pub(super) fn write(path: &Path, head: &Head) -> Result<()> {
    let failed = |source| StoreError::File {
        path: path.display().to_string(),
        source,
    };
    // The lock is on the folder and ends with this function.
    let folder = fs::File::open(path.parent().unwrap_or(path)).map_err(failed)?;
    folder.lock().map_err(failed)?;
    if read(path).is_ok_and(|there| there.is_some_and(|there| there.sequence >= head.sequence)) {
        return Ok(());
    }
    let text = serde_json::to_string(head).map_err(|error| failed(error.into()))?;
    files::put(path, text.as_bytes()).map_err(failed)
}
