//! Changed files of the configuration, saved sheets and a changed zone of the system, told by the
//! kernel.
//!
//! Only changes are asked for: who merely opens a file in a watched folder (each program that
//! starts opens some in /etc) does not wake the daemon. Knows folders and files, not what is in
//! them.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::mem::{self, MaybeUninit};
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

/// Tells when anything changes in the folder, in a folder in it, or in a file that a link in it
/// names. Editors replace files, so it is folders that are watched. A folder that goes is waited for;
/// one that is a link itself is followed to wherever it leads next.
pub(super) fn watch(folder: &Path, inbox: Inbox) -> io::Result<()> {
    let watched = Watched::new(folder, CHANGES.union(WatchFlags::MOVE_SELF), true)?;
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

/// What comes into being in a folder.
const COMES: WatchFlags = WatchFlags::CREATE.union(WatchFlags::MOVED_TO);

/// A folder, perhaps with the folders in it and the files that links in it name, as the kernel
/// watches it.
struct Watched {
    folder: PathBuf,
    changes: WatchFlags,
    with_inner: bool,
    kernel: OwnedFd,
    /// The kernel's numbers for folders.
    numbers: Vec<Number>,
    /// The files that links name, wherever they are.
    linked: BTreeSet<PathBuf>,
    /// The folder above, while the folder itself is gone.
    above: Option<i32>,
}

struct Number {
    /// What its events bear.
    id: i32,
    folder: PathBuf,
    /// All of it matters, not only a file that a link names.
    whole: bool,
}

impl Watched {
    fn new(folder: &Path, changes: WatchFlags, with_inner: bool) -> io::Result<Self> {
        let mut watched = Self {
            folder: folder.to_owned(),
            changes,
            with_inner,
            kernel: inotify::init(CreateFlags::CLOEXEC)?,
            numbers: Vec::new(),
            linked: BTreeSet::new(),
            above: None,
        };
        watched.add(folder, true)?;
        watched.add_inner();
        Ok(watched)
    }

    fn add(&mut self, folder: &Path, whole: bool) -> io::Result<()> {
        let number = inotify::add_watch(&self.kernel, folder, self.changes)?;
        let known = self.numbers.iter().position(|n| n.id == number);
        match known {
            Some(known) if whole => drop(self.numbers.swap_remove(known)),
            Some(_) => return Ok(()),
            None => {}
        }
        let folder = folder.to_owned();
        self.numbers.push(Number {
            id: number,
            folder,
            whole,
        });
        Ok(())
    }

    /// Takes in the folders of the folder, and what links in it name; what is known stays as it is.
    fn add_inner(&mut self) {
        if !self.with_inner {
            return;
        }
        self.linked.clear();
        let link = self.folder.clone();
        if let Some(above) = link.parent().filter(|_| link.is_symlink()) {
            self.try_add(above, false);
            self.linked.insert(link);
        }
        let mut paths = paths_in(&self.folder);
        for folder in paths.clone().into_iter().filter(|path| path.is_dir()) {
            paths.extend(paths_in(&folder));
            self.try_add(&folder, true);
        }
        let links = paths.into_iter().filter(|path| path.is_symlink());
        for file in links.filter_map(|link| link.canonicalize().ok()) {
            if let Some(folder) = file.parent().filter(|_| file.is_file()) {
                self.try_add(folder, false);
                self.linked.insert(file);
            }
        }
    }

    fn try_add(&mut self, folder: &Path, whole: bool) {
        if let Err(error) = self.add(folder, whole) {
            tracing::warn!(%error, "changed files of a folder are not noticed; use SIGHUP");
        }
    }

    /// Watches the folder again, or what is left above it until it is there again.
    fn find_again(&mut self) -> bool {
        let folder = self.folder.clone();
        let found = self.add(&folder, true).is_ok();
        let mut left = folder.ancestors().skip(1);
        let come = |above: &Path| inotify::add_watch(&self.kernel, above, COMES).ok();
        let above = if found { None } else { left.find_map(come) };
        let former = mem::replace(&mut self.above, above);
        // A watch that is removed is an event: what is the same folder still must keep its watch, or
        // each event would make the next one.
        if let Some(former) = former.filter(|_| former != self.above) {
            let _ = inotify::remove_watch(&self.kernel, former);
        }
        // It may have come meanwhile.
        found || self.add(&folder, true).is_ok()
    }

    /// Watches the folder no more: its name leads elsewhere now.
    fn let_go(&mut self) {
        let ours = self.numbers.iter().position(|n| n.folder == self.folder);
        if let Some(ours) = ours {
            let number = self.numbers.swap_remove(ours);
            let _ = inotify::remove_watch(&self.kernel, number.id);
        }
    }

    /// Some changes were lost: anything may be another now, also what is watched.
    fn all_anew(&mut self) -> Vec<PathBuf> {
        for number in self.numbers.drain(..) {
            let _ = inotify::remove_watch(&self.kernel, number.id);
        }
        let mut paths = paths_in(&self.folder);
        paths.push(self.folder.clone());
        paths
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
        let mut paths = self.read()?;
        if paths.contains(&self.folder) {
            self.let_go();
        }
        let is_ours = |n: &Number| n.folder == self.folder;
        if !self.numbers.iter().any(is_ours) && self.find_again() {
            paths.push(self.folder.clone());
        }
        if !paths.is_empty() {
            self.add_inner();
        }
        Ok(paths)
    }

    /// What the kernel has to tell next.
    fn read(&mut self) -> io::Result<Vec<PathBuf>> {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = Reader::new(&self.kernel, &mut buffer);
        let mut paths = Vec::new();
        let mut lost = false;
        loop {
            let event = reader.next()?;
            let (what, number) = (event.events(), event.wd());
            let known = self.numbers.iter().find(|n| n.id == number);
            if let (Some(known), Some(name)) = (known, event.file_name()) {
                let path = known.folder.join(OsStr::from_bytes(name.to_bytes()));
                if known.whole || self.linked.contains(&path) {
                    paths.push(path);
                }
            }
            lost |= what.contains(ReadFlags::QUEUE_OVERFLOW);
            if what.intersects(ReadFlags::IGNORED | ReadFlags::MOVE_SELF) {
                if what.contains(ReadFlags::MOVE_SELF) {
                    let _ = inotify::remove_watch(&self.kernel, number);
                }
                self.numbers.retain(|n| n.id != number);
            }
            if reader.is_buffer_empty() {
                return Ok(if lost { self.all_anew() } else { paths });
            }
        }
    }
}

fn paths_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).collect()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::time::Duration;

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
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

    #[tokio::test]
    async fn a_file_that_a_link_names_is_told_and_its_neighbours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let (config, files) = (folder.path().join("rounds"), folder.path().join("files"));
        fs::create_dir(&config).unwrap();
        fs::create_dir(&files).unwrap();
        fs::write(files.join("plan.toml"), "x").unwrap();
        symlink("../files/plan.toml", config.join("plan.toml")).unwrap();
        let (inbox, mut incoming) = Inbox::open();
        watch(&config, inbox).unwrap();
        fs::write(files.join("other"), "x").unwrap();
        let told = timeout(Duration::from_millis(200), incoming.recv()).await;
        assert!(told.is_err(), "a neighbour was told");
        // As an editor does, twice: the second time another file stands there.
        for _ in 0..2 {
            fs::write(files.join("new"), "y").unwrap();
            fs::rename(files.join("new"), files.join("plan.toml")).unwrap();
            assert!(
                next(&mut incoming).await.is_some(),
                "the file that is meant"
            );
        }
        // A link made later.
        fs::write(files.join("sites.toml"), "x").unwrap();
        symlink("../files/sites.toml", config.join("sites.toml")).unwrap();
        assert!(next(&mut incoming).await.is_some(), "the link");
        fs::write(files.join("sites.toml"), "y").unwrap();
        assert!(next(&mut incoming).await.is_some(), "what it names");
    }

    /// Whether the kernel has more to tell at once.
    fn has_more(watched: &Watched) -> bool {
        let mut asked = [PollFd::new(&watched.kernel, PollFlags::IN)];
        poll(&mut asked, Some(&Timespec::default())).unwrap() > 0
    }

    #[test]
    fn a_folder_that_goes_is_waited_for() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("config").join("rounds");
        fs::create_dir_all(&folder).unwrap();
        let changes = CHANGES.union(WatchFlags::MOVE_SELF);
        let mut watched = Watched::new(&folder, changes, true).unwrap();
        let until_told = |watched: &mut Watched| while watched.changed().unwrap().is_empty() {};
        let rests = |watched: &mut Watched| {
            for _ in 0..8 {
                if !has_more(watched) {
                    return true;
                }
                watched.changed().unwrap();
            }
            false
        };
        let moved = parent.path().join("moved");
        for go in [
            &|| fs::remove_dir_all(folder.parent().unwrap()).unwrap() as (),
            &|| fs::rename(&folder, &moved).unwrap() as (),
        ] as [&dyn Fn(); 2]
        {
            go();
            while watched.above.is_none() {
                watched.changed().unwrap();
            }
            assert!(
                rests(&mut watched),
                "the loss of the folder is told for ever"
            );
            fs::create_dir_all(parent.path().join("config")).unwrap();
            fs::write(parent.path().join("config").join("neighbour"), "x").unwrap();
            assert!(rests(&mut watched), "a neighbour is told for ever");
            fs::create_dir_all(&folder).unwrap();
            until_told(&mut watched);
            assert_eq!(watched.above, None);
            fs::write(folder.join("plan.toml"), "x").unwrap();
            until_told(&mut watched);
        }
    }

    /// More changes than the kernel keeps for somebody who does not read them.
    fn flood(folder: &Path) {
        let most = fs::read_to_string("/proc/sys/fs/inotify/max_queued_events").unwrap();
        let most: usize = most.trim().parse().unwrap();
        let [a, b] = ["a", "b"].map(|name| folder.join(name));
        fs::write(&a, "x").unwrap();
        // Each is two changes, of either name.
        for _ in 0..=most / 4 {
            fs::rename(&a, &b).unwrap();
            fs::rename(&b, &a).unwrap();
        }
    }

    #[test]
    fn after_lost_changes_everything_is_looked_at_anew() {
        let folder = tempfile::tempdir().unwrap();
        let [early, late] = ["localtime", "late"].map(|name| folder.path().join(name));
        fs::write(&early, "x").unwrap();
        let mut watched = Watched::new(folder.path(), CHANGES, true).unwrap();
        flood(folder.path());
        // Neither the change of a file nor a new folder is told by the kernel any more.
        fs::write(&early, "y").unwrap();
        fs::create_dir(&late).unwrap();
        let mut told = BTreeSet::new();
        while !told.contains(folder.path()) {
            told.extend(watched.changed().unwrap());
        }
        assert!(told.contains(&early) && told.contains(&late), "{told:?}");
        fs::write(late.join("ours.toml"), "x").unwrap();
        let told = watched.changed().unwrap();
        assert!(told.contains(&late.join("ours.toml")), "{told:?}");
    }

    #[test]
    fn a_folder_whose_link_leads_elsewhere_is_followed() {
        let parent = tempfile::tempdir().unwrap();
        let at = |name: &str| parent.path().join(name);
        let (here, there, link) = (at("here"), at("there"), at("rounds"));
        for folder in [&here, &there] {
            fs::create_dir(folder).unwrap();
        }
        symlink(&here, &link).unwrap();
        let mut watched = Watched::new(&link, CHANGES.union(WatchFlags::MOVE_SELF), true).unwrap();
        let mut told_by = |change: &dyn Fn()| {
            change();
            loop {
                let told = watched.changed().unwrap();
                if !told.is_empty() {
                    return told;
                }
            }
        };
        let file = link.join("plan.toml");
        let told = told_by(&|| fs::write(here.join("plan.toml"), "x").unwrap());
        assert!(told.contains(&file), "{told:?}");
        let told = told_by(&|| {
            symlink(&there, at("new")).unwrap();
            fs::rename(at("new"), &link).unwrap();
        });
        assert!(told.iter().all(|path| *path == link), "{told:?}");
        // What it led to is watched no more; a neighbour of the link never was.
        fs::write(here.join("plan.toml"), "y").unwrap();
        fs::write(at("neighbour"), "y").unwrap();
        let told = told_by(&|| fs::write(there.join("plan.toml"), "z").unwrap());
        assert!(told.iter().all(|path| *path == file), "{told:?}");
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
