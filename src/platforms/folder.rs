//! Publishing into a folder: one dated Markdown file with front matter for each post.
//!
//! The file's name carries the post's id, so the file is there or it is not: looking for it is
//! always certain, except when the whole folder is gone (an unplugged disk). The file appears in
//! one step, with everything in it, and never replaces another.

mod files;
mod markdown;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Places, RetractError};
use crate::calendar::Calendar;
use crate::engine::{Found, Outcome};
use crate::plan::Account;
use crate::posting::post::{Media, Post, Receipt, hex};
use files::Put;
pub use files::expand;
pub use markdown::FrontMatter;

/// A folder that is an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    account: String,
    path: PathBuf,
    front_matter: FrontMatter,
    base_url: Option<String>,
    media: PathBuf,
    retracted: PathBuf,
}

/// What is written, fixed before anything is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Request {
    folder: PathBuf,
    /// The folder was there when the request was frozen.
    folder_existed: bool,
    file: String,
    body: String,
    pictures: Vec<Picture>,
    url: Option<String>,
    #[serde(default)]
    content: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Picture {
    sha256: String,
    stored: PathBuf,
    file: String,
}

impl Folder {
    /// The folder of an account; `~` stands for the home directory.
    pub fn new(account: &Account, path: &str, places: &Places) -> Self {
        let setting = |key: &str| {
            account
                .settings
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value.clone())
        };
        Self {
            account: account.name.clone(),
            path: expand(path, &places.home),
            front_matter: setting("front_matter")
                .and_then(|name| FrontMatter::named(&name))
                .unwrap_or_default(),
            base_url: setting("base_url"),
            media: places.data.join("media"),
            retracted: places.data.join("retracted"),
        }
    }

    /// The folder's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn freeze(
        &self,
        post: &Post,
        now: Timestamp,
        calendar: &Calendar,
    ) -> serde_json::Value {
        let (title, text) = markdown::title(&post.content.text);
        let date = calendar.local(now).date();
        let stem = format!("{date}-{}-{}", markdown::slug(&title), post.id);
        let pictures: Vec<Picture> = post
            .content
            .media
            .iter()
            .enumerate()
            .map(|(index, media)| self.picture(&stem, index, media))
            .collect();
        let images = post.content.media.iter().zip(&pictures);
        let images: String = images
            .map(|(m, p)| markdown::image(&m.alt, &p.file))
            .collect();
        let matter = self.front_matter.text(&title, &calendar.rfc3339(now));
        let request = Request {
            folder: self.path.clone(),
            folder_existed: self.path.is_dir(),
            url: self
                .base_url
                .as_ref()
                .map(|base| format!("{}/{stem}", base.trim_end_matches('/'))),
            file: format!("{stem}.md"),
            body: format!("{matter}\n{text}\n{images}"),
            pictures,
            content: String::new(),
        };
        serde_json::to_value(request).unwrap_or_default()
    }

    fn picture(&self, stem: &str, index: usize, media: &Media) -> Picture {
        let extension = if media.format == "jpeg" {
            "jpg"
        } else {
            &media.format
        };
        Picture {
            sha256: media.sha256.clone(),
            stored: self
                .media
                .join(format!("{}.{}", media.sha256, media.format)),
            file: format!("{stem}-{}.{extension}", index + 1),
        }
    }

    pub(super) fn publish(&self, request: &serde_json::Value, now: Timestamp) -> Outcome {
        let request = match read(request) {
            Ok(request) => request,
            Err(why) => return Outcome::NotSent { why, lasting: true },
        };
        let why = |error: io::Error| format!("{}: {error}", request.folder.display());
        match put(&request) {
            Ok(()) => Outcome::Published(self.receipt(&request, now)),
            Err(Put::Before(error)) => Outcome::NotSent {
                lasting: error.kind() == io::ErrorKind::InvalidData,
                why: why(error),
            },
            Err(Put::After(error)) => Outcome::Unknown { why: why(error) },
        }
    }

    pub(super) fn look(&self, request: &serde_json::Value, now: Timestamp) -> Found {
        let Ok(request) = read(request) else {
            return Found::CertainlyAbsent;
        };
        match fs::symlink_metadata(request.folder.join(&request.file)) {
            Ok(_) => Found::Published(self.receipt(&request, now)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Found::CannotTell {
                why: format!("{}: {error}", request.folder.display()),
            },
            Err(_) if request.folder_existed && !request.folder.is_dir() => Found::CannotTell {
                why: format!("the folder {} is gone", request.folder.display()),
            },
            Err(_) => Found::CertainlyAbsent,
        }
    }

    /// Moves the file and its pictures into the data directory, where nothing is lost.
    pub(super) fn retract(&self, request: &serde_json::Value) -> Result<String, RetractError> {
        if request.is_null() {
            return Err(RetractError::NotFromHere);
        }
        let request = read(request).map_err(RetractError::Failed)?;
        let failed = |error: io::Error| RetractError::Failed(error.to_string());
        fs::create_dir_all(&self.retracted).map_err(failed)?;
        let names = request
            .pictures
            .iter()
            .map(|p| &p.file)
            .chain([&request.file]);
        for name in names {
            match files::shift(&request.folder.join(name), &self.retracted.join(name)) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                other => other.map_err(failed)?,
            }
        }
        files::sync(&request.folder).map_err(failed)?;
        Ok(format!(
            "{} was moved to {}",
            request.file,
            self.retracted.display()
        ))
    }

    fn receipt(&self, request: &Request, now: Timestamp) -> Receipt {
        Receipt {
            account: self.account.clone(),
            remote_id: Some(request.file.clone()),
            url: request.url.clone(),
            published_at: now,
            content_hash: request.content.clone(),
        }
    }
}

impl Picture {
    /// The checks were answered for these bytes and no others.
    fn is_what_was_answered(&self, bytes: &[u8]) -> io::Result<()> {
        if hex(&Sha256::digest(bytes)) == self.sha256 {
            return Ok(());
        }
        let why =
            "the stored picture is not the one that the checks were answered for; add it again";
        Err(io::Error::new(io::ErrorKind::InvalidData, why))
    }
}

/// Writes the pictures first, then the file in one step.
fn put(request: &Request) -> Result<(), Put> {
    fs::create_dir_all(&request.folder).map_err(Put::Before)?;
    for picture in &request.pictures {
        let bytes = fs::read(&picture.stored).map_err(Put::Before)?;
        picture.is_what_was_answered(&bytes).map_err(Put::Before)?;
        files::appear(&request.folder, &picture.file, &bytes)?;
    }
    files::appear(&request.folder, &request.file, request.body.as_bytes())
}

fn read(request: &serde_json::Value) -> Result<Request, String> {
    serde_json::from_value(request.clone())
        .map_err(|error| format!("the stored request cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_that_nobody_answered_for_stays_here() {
        let home = tempfile::tempdir().unwrap();
        let stored = home.path().join("stored.png");
        let request = Request {
            folder: home.path().join("out"),
            file: "post.md".to_owned(),
            pictures: vec![Picture {
                sha256: hex(&Sha256::digest(b"answered for")),
                stored: stored.clone(),
                file: "post-1.png".to_owned(),
            }],
            ..Request::default()
        };
        fs::write(&stored, b"another one").unwrap();
        assert!(matches!(put(&request), Err(Put::Before(_))));
        assert!(!request.folder.join("post.md").exists());
        fs::write(&stored, b"answered for").unwrap();
        assert!(put(&request).is_ok());
        let out = fs::read(request.folder.join("post-1.png")).unwrap();
        assert_eq!(out, b"answered for");
    }
}
