//! The disk that the database lies on: how much is free, and whether it is encrypted.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{StatVfsMountFlags, major, minor, statvfs};

use super::Row;

/// Below this, a database and its backup soon have no room.
const ROOM: u64 = 200 * 1024 * 1024;

pub(super) fn rows(data: &Path) -> Vec<Row> {
    let place = data.ancestors().find(|folder| folder.exists());
    let Some(place) = place else {
        return Vec::new();
    };
    vec![space(place), encryption(place)]
}

fn space(place: &Path) -> Row {
    match statvfs(place) {
        Ok(disk) if disk.f_flag.contains(StatVfsMountFlags::RDONLY) => Row::broken(
            "disk space",
            format!(
                "{} is mounted for reading only: nothing can be kept, and no post goes out.",
                place.display()
            ),
            "Restart the machine. If it stays so, the disk may be failing: save what is on it.",
        ),
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let shown = format!("{} MB free for {}.", free / 1_000_000, place.display());
            if free < ROOM {
                Row::caveat("disk space", shown, "Free some: a full disk stops posts.")
            } else {
                Row::works("disk space", shown)
            }
        }
        Err(error) => Row::broken(
            "disk space",
            format!("{}: {error}.", place.display()),
            "Look whether the disk is there.",
        ),
    }
}

fn encryption(place: &Path) -> Row {
    let topic = "disk encryption";
    match fs::metadata(place)
        .ok()
        .and_then(|found| encrypted(&device(found.dev())))
    {
        Some(true) => Row::works(topic, "The disk is encrypted (dm-crypt)."),
        Some(false) => Row::caveat(
            topic,
            "The disk is not encrypted: who takes the machine can read drafts and usage.",
            "Encrypt the home directory or the disk; a hospital will ask for it.",
        ),
        None => Row::caveat(
            topic,
            "Whether the disk is encrypted cannot be told from here.",
            "Ask who set this machine up.",
        ),
    }
}

/// Where the kernel tells about a device.
fn device(number: u64) -> PathBuf {
    let name = format!("{}:{}", major(number), minor(number));
    Path::new("/sys/dev/block").join(name)
}

/// Whether a device, or one that it stands on, is a dm-crypt mapping; none where it has no entry.
fn encrypted(device: &Path) -> Option<bool> {
    if !device.exists() {
        return None;
    }
    let uuid = fs::read_to_string(device.join("dm/uuid")).unwrap_or_default();
    if uuid.starts_with("CRYPT-") {
        return Some(true);
    }
    let below = fs::read_dir(device.join("slaves")).ok();
    let mut below = below.into_iter().flatten().flatten();
    Some(below.any(|part| encrypted(&part.path()) == Some(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_found_below_other_layers() {
        let dir = tempfile::tempdir().unwrap();
        let layer = |path: &str, uuid: &str| {
            let dm = dir.path().join(path).join("dm");
            fs::create_dir_all(&dm).unwrap();
            fs::write(dm.join("uuid"), uuid).unwrap();
        };
        layer("253:1", "LVM-abc\n");
        assert_eq!(encrypted(&dir.path().join("253:1")), Some(false));
        layer("253:1/slaves/dm-0", "CRYPT-LUKS2-abc\n");
        assert_eq!(encrypted(&dir.path().join("253:1")), Some(true));
        assert_eq!(encrypted(&dir.path().join("0:40")), None);
    }
}
