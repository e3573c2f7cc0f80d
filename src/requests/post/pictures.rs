//! Pictures of a post: stripped of everything but the picture, looked at, kept under their hash.
//!
//! The stored copy is what is published, byte for byte. What no post holds any more is removed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Desk, Failure};
use crate::files;
use crate::pictures::look;
use crate::posting::media::strip;
use crate::posting::post::Media;
use crate::store::Store;

/// A picture as a person gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPicture {
    /// The file.
    pub file: PathBuf,
    /// Its description for those who cannot see it.
    pub alt: String,
}

/// Strips and stores pictures, in order.
pub(super) fn store_pictures(desk: &Desk, pictures: &[NewPicture]) -> Result<Vec<Media>, Failure> {
    pictures
        .iter()
        .map(|picture| store(&desk.paths.media(), picture))
        .collect()
}

fn store(folder: &Path, picture: &NewPicture) -> Result<Media, Failure> {
    let name = picture.file.display();
    if picture.alt.trim().is_empty() {
        return Err(Failure::usage(format!("{name} has no description."))
            .with_help("say with --alt what the picture shows"));
    }
    let bytes = fs::read(&picture.file).map_err(|error| Failure::file(&picture.file, &error))?;
    let stripped = strip(&bytes)
        .map_err(|error| Failure::refused(format!("{name}: {error}")).at(&picture.file, None))?;
    let media = Media {
        sha256: stripped.sha256_after.clone(),
        format: stripped.format.to_string().to_lowercase(),
        alt: picture.alt.trim().to_owned(),
        file_name: picture
            .file
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
        seen: Some(look(&stripped)),
    };
    let file = folder.join(format!("{}.{}", media.sha256, media.format));
    if !file.exists() {
        let written = files::make_folder(folder).and_then(|()| files::put(&file, &stripped.bytes));
        written.map_err(|error| Failure::file(&file, &error))?;
    }
    Ok(media)
}

/// How long a picture may lie there before its post is written.
const FRESH: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// Removes the stored pictures that no post holds any more; returns how many.
pub fn drop_unused(store: &Store, folder: &Path, now: Timestamp) -> Result<usize, Failure> {
    let Ok(listing) = fs::read_dir(folder) else {
        return Ok(0);
    };
    let mut used = BTreeSet::new();
    for post in store.posts(None)? {
        used.extend(post.content.media.into_iter().map(|media| media.sha256));
    }
    let mut dropped = 0;
    for file in listing.flatten().map(|entry| entry.path()) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        let written = file.metadata().and_then(|data| data.modified());
        let written = written.ok().and_then(|at| Timestamp::try_from(at).ok());
        let fresh = written.is_none_or(|at| now.duration_since(at) < FRESH);
        if !fresh && !used.contains(name.as_ref()) {
            fs::remove_file(&file).map_err(|error| Failure::file(&file, &error))?;
            dropped += 1;
        }
    }
    Ok(dropped)
}
