//! Secrets: in the desktop's Secret Service, or in a private file where there is none.
//!
//! - Never in the database, a log, an argument or an environment variable.
//! - The file is for its owner only (0600, its folder 0700).
//! - A service that is there and locked is not asked to open itself: that would put a dialog in
//!   front of whoever sits there.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use secret_service::{EncryptionType, Error, SecretService};
use serde::Serialize;

use crate::config::Paths;
use crate::files;
use crate::requests::Failure;

/// Where a secret was put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kept {
    /// In the Secret Service.
    Service,
    /// In this file.
    File(PathBuf),
}

/// Why a secret could not be kept or read.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The service is locked.
    #[error("the keyring is locked; unlock it and repeat")]
    Locked,
    /// The service failed.
    #[error("the keyring failed: {0}")]
    Service(String),
    /// The file failed.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::failed(crate::requests::failure::sentence(&error.to_string()))
    }
}

/// The secrets of one data directory.
#[derive(Debug, Clone)]
pub struct Secrets {
    folder: PathBuf,
    /// Names the data directory, so that two of them keep apart.
    place: String,
}

impl Secrets {
    /// The secrets that belong to these paths.
    pub fn of(paths: &Paths) -> Self {
        Self {
            folder: paths.data.join("secrets"),
            place: paths.data.display().to_string(),
        }
    }

    /// The secret of this name, if there is one.
    pub fn get(&self, name: &str) -> Result<Option<String>, SecretError> {
        let there = wait(async {
            let service = service().await?;
            let found = service.search_items(self.marks(name)).await?;
            if let Some(item) = found.unlocked.first() {
                let secret = item.get_secret().await?;
                return Ok(Some(String::from_utf8_lossy(&secret).into_owned()));
            }
            if found.locked.is_empty() {
                Ok(None)
            } else {
                Err(Error::Locked)
            }
        });
        match there {
            Ok(Some(secret)) => return Ok(Some(secret)),
            Ok(None) | Err(Error::Unavailable) => {}
            Err(error) => return Err(explain(&error)),
        }
        let file = self.file(name);
        match fs::read_to_string(&file) {
            Ok(secret) => Ok(Some(secret)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&file)(error)),
        }
    }

    /// Keeps a secret under a name, in place of the former one.
    pub fn set(&self, name: &str, secret: &str) -> Result<Kept, SecretError> {
        let kept = wait(async {
            let service = service().await?;
            let collection = service.get_default_collection().await?;
            if collection.is_locked().await? {
                return Err(Error::Locked);
            }
            let label = format!("rounds: {name}");
            let bytes = secret.as_bytes();
            let marks = self.marks(name);
            collection
                .create_item(&label, marks, bytes, true, "text/plain")
                .await?;
            Ok(())
        });
        match kept {
            Ok(()) => {
                // It must not lie in two places.
                let _ = files::remove(&self.file(name));
                Ok(Kept::Service)
            }
            // A service without any collection cannot keep anything.
            Err(Error::Unavailable | Error::NoResult) => self.write(name, secret),
            Err(error) => Err(explain(&error)),
        }
    }

    /// Forgets a secret; says whether there was one.
    pub fn remove(&self, name: &str) -> Result<bool, SecretError> {
        let removed = wait(async {
            let service = service().await?;
            let found = service.search_items(self.marks(name)).await?;
            if !found.locked.is_empty() {
                return Err(Error::Locked);
            }
            for item in &found.unlocked {
                item.delete().await?;
            }
            Ok(!found.unlocked.is_empty())
        });
        let in_service = match removed {
            Ok(removed) => removed,
            Err(Error::Unavailable) => false,
            Err(error) => return Err(explain(&error)),
        };
        let file = self.file(name);
        match files::remove(&file) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(in_service),
            Err(error) => Err(failed(&file)(error)),
        }
    }

    fn marks<'a>(&'a self, name: &'a str) -> HashMap<&'a str, &'a str> {
        HashMap::from([
            ("program", "rounds"),
            ("place", &self.place),
            ("name", name),
        ])
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Writes the private file, whole or not at all.
    fn write(&self, name: &str, secret: &str) -> Result<Kept, SecretError> {
        let file = self.file(name);
        let written =
            files::make_folder(&self.folder).and_then(|()| files::put(&file, secret.as_bytes()));
        written.map_err(failed(&file))?;
        Ok(Kept::File(file))
    }
}

fn failed(path: &Path) -> impl Fn(std::io::Error) -> SecretError {
    let path = path.display().to_string();
    move |source| SecretError::File {
        path: path.clone(),
        source,
    }
}

fn explain(error: &Error) -> SecretError {
    match error {
        Error::Locked | Error::Prompt => SecretError::Locked,
        other => SecretError::Service(other.to_string()),
    }
}

/// The service; no bus, or nobody on it who keeps secrets, is none.
async fn service() -> Result<SecretService<'static>, Error> {
    let bus = zbus::Connection::session().await;
    let bus = bus.map_err(|_| Error::Unavailable)?;
    match SecretService::connect_with_existing(EncryptionType::Dh, bus).await {
        Err(Error::Zbus(zbus::Error::MethodError(name, ..)))
            if name.ends_with(".ServiceUnknown") =>
        {
            Err(Error::Unavailable)
        }
        done => done,
    }
}

/// Runs a conversation with the service on a loop of its own.
fn wait<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    let runtime = builder.enable_all().build();
    runtime.map_err(|_| Error::Unavailable)?.block_on(work)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn secrets(folder: &Path) -> Secrets {
        Secrets {
            folder: folder.join("secrets"),
            place: folder.display().to_string(),
        }
    }

    #[test]
    fn the_file_is_private_whole_and_gone_when_removed() {
        let home = tempfile::tempdir().unwrap();
        let secrets = secrets(home.path());
        let Kept::File(file) = secrets.write("pubmed", "k3y").unwrap() else {
            panic!("written elsewhere");
        };
        secrets.write("pubmed", "n3w").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "n3w");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().unwrap()), 0o700);
        let names = fs::read_dir(file.parent().unwrap()).unwrap().count();
        assert_eq!(names, 1, "no copy is left beside it");
    }
}
