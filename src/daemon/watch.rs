//! Changed files of the configuration, saved sheets and a changed zone of the system, told by the
//! kernel.
//!
//! Only changes are asked for: who merely opens a file in a watched folder (each program that
//! starts opens some in /etc) does not wake the daemon. Knows folders and files, not what is in
//! them.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::thread;

use super::inbox::{Inbox, Incoming};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};

/// What may change what is in a folder.
const CHANGES: WatchFlags = WatchFlags::CLOSE_WRITE
    .union(WatchFlags::CREATE)
    .union(WatchFlags::MOVE)
    .union(WatchFlags::DELETE)
    .union(WatchFlags::ATTRIB);

/// Written through, or put in the place of the old one: editors do either.
const SAVED: WatchFlags = WatchFlags::CLOSE_WRITE.union(WatchFlags::MOVED_TO);

/// Tells when anything changes in the folder or in a folder in it. Editors replace files, so it is
/// folders that are watched.
pub(super) fn watch(folder: &Path, inbox: Inbox) -> io::Result<()> {
    let watched = Watched::new(folder, CHANGES, true)?;
    watched.tell(inbox, |changed| {
        Vec::from_iter((!changed.is_empty()).then_some(Incoming::FilesChanged))
    })
}

/// Watches one file of a directory, such as the link that names the system's zone: it is replaced,
/// not written, so its directory has to be watched.
pub(super) fn watch_file(file: &Path, inbox: Inbox) -> io::Result<()> {
    let folder = file.parent().unwrap_or(file);
    let file = file.to_owned();
    let watched = Watched::new(folder, CHANGES, false)?;
    watched.tell(inbox, move |changed| {
        Vec::from_iter(changed.contains(&file).then_some(Incoming::FilesChanged))
    })
}

/// Tells each file of the folder that was saved, as `wrap` makes it.
pub(super) fn watch_saved(
    folder: &Path,
    inbox: Inbox,
    wrap: impl Fn(PathBuf) -> Option<Incoming> + Send + 'static,
) -> io::Result<()> {
    let watched = Watched::new(folder, SAVED, false)?;
    watched.tell(inbox, move |saved| {
        saved.into_iter().filter_map(&wrap).collect()
    })
}

/// A folder, perhaps with the folders in it, as the kernel watches it.
struct Watched {
    folder: PathBuf,
    changes: WatchFlags,
    with_inner: bool,
    kernel: OwnedFd,
    /// The folders behind the kernel's numbers for them.
    numbers: Vec<(i32, PathBuf)>,
}

impl Watched {
    fn new(folder: &Path, changes: WatchFlags, with_inner: bool) -> io::Result<Self> {
        let mut watched = Self {
            folder: folder.to_owned(),
            changes,
            with_inner,
            kernel: inotify::init(CreateFlags::CLOEXEC)?,
            numbers: Vec::new(),
        };
        watched.add(folder)?;
        watched.add_inner();
        Ok(watched)
    }

    fn add(&mut self, folder: &Path) -> io::Result<()> {
        let number = inotify::add_watch(&self.kernel, folder, self.changes)?;
        self.numbers.retain(|(known, _)| *known != number);
        self.numbers.push((number, folder.to_owned()));
        Ok(())
    }

    /// Takes in the folders of the folder; one that is known already stays as it is.
    fn add_inner(&mut self) {
        let entries = if self.with_inner {
            fs::read_dir(&self.folder)
        } else {
            return;
        };
        let inner = entries.into_iter().flatten().flatten();
        for folder in inner.map(|entry| entry.path()).filter(|path| path.is_dir()) {
            if let Err(error) = self.add(&folder) {
                tracing::warn!(%error, "changed files of a folder are not noticed; use SIGHUP");
            }
        }
    }

    /// Tells from a thread that sleeps in the kernel, until nobody listens any more.
    fn tell(
        mut self,
        inbox: Inbox,
        choose: impl Fn(Vec<PathBuf>) -> Vec<Incoming> + Send + 'static,
    ) -> io::Result<()> {
        let watching = thread::Builder::new().name("files".into());
        watching.spawn(move || {
            while let Ok(changed) = self.changed() {
                let mut told = choose(changed).into_iter();
                if !told.all(|incoming| inbox.put_blocking(incoming)) {
                    return;
                }
            }
        })?;
        Ok(())
    }

    /// Waits for changes, and says at which paths.
    fn changed(&mut self) -> io::Result<Vec<PathBuf>> {
        let (paths, folder_came) = read(&self.kernel, &self.numbers)?;
        if folder_came {
            self.add_inner();
        }
        Ok(paths)
    }
}

/// What the kernel has to tell next, and whether a folder is among it.
fn read(kernel: &OwnedFd, numbers: &[(i32, PathBuf)]) -> io::Result<(Vec<PathBuf>, bool)> {
    let mut buffer = [MaybeUninit::uninit(); 4096];
    let mut reader = Reader::new(kernel, &mut buffer);
    let (mut paths, mut folder_came) = (Vec::new(), false);
    loop {
        let event = reader.next()?;
        folder_came |= event.events().contains(ReadFlags::ISDIR);
        let folder = numbers.iter().find(|(number, _)| *number == event.wd());
        if let (Some((_, folder)), Some(name)) = (folder, event.file_name()) {
            paths.push(folder.join(OsStr::from_bytes(name.to_bytes())));
        }
        if reader.is_buffer_empty() {
            return Ok((paths, folder_came));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    use tokio::sync::mpsc::Receiver;
    use tokio::time::timeout;

    use super::*;

    async fn next(incoming: &mut Receiver<Incoming>) -> Option<Incoming> {
        timeout(Duration::from_secs(20), incoming.recv())
            .await
            .ok()?
    }

    #[tokio::test]
    async fn a_link_that_is_replaced_is_told_and_its_neighbours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("localtime");
        symlink("/usr/share/zoneinfo/Europe/London", &link).unwrap();
        let (inbox, mut incoming) = Inbox::open();
        watch_file(&link, inbox).unwrap();
        fs::write(folder.path().join("resolv.conf"), "x").unwrap();
        let new = folder.path().join(".localtime.new");
        symlink("/usr/share/zoneinfo/Asia/Tokyo", &new).unwrap();
        let told = timeout(Duration::from_millis(200), incoming.recv()).await;
        assert!(told.is_err(), "a neighbour was told");
        fs::rename(&new, &link).unwrap();
        assert!(matches!(
            next(&mut incoming).await,
            Some(Incoming::FilesChanged)
        ));
    }

    #[tokio::test]
    async fn a_folder_that_comes_later_is_watched_too() {
        let folder = tempfile::tempdir().unwrap();
        let (inbox, mut incoming) = Inbox::open();
        watch(folder.path(), inbox).unwrap();
        let packs = folder.path().join("checklists");
        fs::create_dir(&packs).unwrap();
        assert!(next(&mut incoming).await.is_some(), "the folder");
        fs::write(packs.join("ours.toml"), "x").unwrap();
        assert!(next(&mut incoming).await.is_some(), "the file in it");
    }

    #[test]
    fn who_only_reads_is_not_told() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("plan.toml");
        fs::write(&file, "x").unwrap();
        let mut watched = Watched::new(folder.path(), CHANGES, true).unwrap();
        fs::read_to_string(&file).unwrap();
        fs::read_dir(folder.path()).unwrap().for_each(drop);
        fs::write(folder.path().join("mark"), "x").unwrap();
        let told = watched.changed().unwrap();
        let mark = folder.path().join("mark");
        assert!(told.iter().all(|path| *path == mark), "{told:?}");
    }
}
