//! Changed files of the configuration, told by the kernel.

use std::path::Path;

use notify::{RecursiveMode, Watcher};

use super::inbox::{Inbox, Incoming};

/// Watches the directory (editors replace files) for as long as the value lives.
pub(super) fn watch(folder: &Path, inbox: Inbox) -> notify::Result<notify::RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        let matters = event.is_ok_and(|event| !event.kind.is_access());
        if matters {
            inbox.put_blocking(Incoming::FilesChanged);
        }
    })?;
    watcher.watch(folder, RecursiveMode::NonRecursive)?;
    Ok(watcher)
}
