//! Changed files of the configuration and a changed zone of the system, told by the kernel.

use std::path::{Path, PathBuf};

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::inbox::{Inbox, Incoming};

/// Watches the directory (editors replace files) for as long as the value lives.
pub(super) fn watch(folder: &Path, inbox: Inbox) -> notify::Result<RecommendedWatcher> {
    watch_where(
        folder,
        |_| true,
        move || {
            inbox.put_blocking(Incoming::FilesChanged);
        },
    )
}

/// Watches one file of a directory, such as the link that names the system's zone: it is replaced,
/// not written, so its directory has to be watched.
pub(super) fn watch_file(file: &Path, inbox: Inbox) -> notify::Result<RecommendedWatcher> {
    let folder = file.parent().unwrap_or(file);
    let file = file.to_owned();
    watch_where(
        folder,
        move |paths| paths.contains(&file),
        move || {
            inbox.put_blocking(Incoming::FilesChanged);
        },
    )
}

fn watch_where(
    folder: &Path,
    concerns: impl Fn(&[PathBuf]) -> bool + Send + 'static,
    tell: impl Fn() + Send + 'static,
) -> notify::Result<RecommendedWatcher> {
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        if event.is_ok_and(|event| !event.kind.is_access() && concerns(&event.paths)) {
            tell();
        }
    })?;
    watcher.watch(folder, RecursiveMode::Recursive)?;
    Ok(watcher)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn a_link_that_is_replaced_is_told_and_its_neighbours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("localtime");
        symlink("/usr/share/zoneinfo/Europe/London", &link).unwrap();
        let (inbox, mut incoming) = Inbox::open();
        let _watcher = watch_file(&link, inbox).unwrap();
        fs::write(folder.path().join("resolv.conf"), "x").unwrap();
        let new = folder.path().join(".localtime.new");
        symlink("/usr/share/zoneinfo/Asia/Tokyo", &new).unwrap();
        assert!(incoming.try_recv().is_err(), "a neighbour was told");
        fs::rename(&new, &link).unwrap();
        assert!(matches!(
            incoming.blocking_recv(),
            Some(Incoming::FilesChanged)
        ));
    }
}
