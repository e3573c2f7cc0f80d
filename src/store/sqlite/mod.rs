//! The SQLite file: opening, format, errors, transactions.
//!
//! Posts, answers and receipts are written with full synchronisation; spans of usage, breaks and
//! shown nudges with the lighter kind, since losing the last minute of them is allowed. A fully
//! synchronised write takes all lighter ones before it to the disk, and while somebody is on a site
//! one is made every minute.
//!
//! To change the format add a file to `migrations/` and its line to `MIGRATIONS`; never edit one
//! that was released. `user_version` counts the files that were applied.

mod audit;
mod brought;
mod past;
mod posts;
mod reading;
mod records;
mod slots;
#[cfg(test)]
mod tests;
mod usage;

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, Params, Transaction, TransactionBehavior};
use rustix::fs::{StatVfsMountFlags, statvfs};

use super::{Result, StoreError};

const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001.sql"),
    include_str!("../migrations/0002.sql"),
    include_str!("../migrations/0003.sql"),
    include_str!("../migrations/0004.sql"),
    include_str!("../migrations/0005.sql"),
    include_str!("../migrations/0006.sql"),
    include_str!("../migrations/0007.sql"),
    include_str!("../migrations/0008.sql"),
    include_str!("../migrations/0009.sql"),
];

/// So many statements stay prepared: those of a day with posts.
const PREPARED: usize = 48;

/// How long to wait for another program that writes.
const PATIENCE: Duration = Duration::from_secs(5);

/// An open database.
#[derive(Debug)]
pub struct Sqlite {
    connection: Connection,
    path: PathBuf,
    /// Where the newest hash of the audit chain is kept; none for a database in memory.
    head: Option<PathBuf>,
}

impl Sqlite {
    pub(super) fn open(path: &Path) -> Result<Self> {
        prepare_folder(path)?;
        let connection = Connection::open(path).map_err(|error| explain(&error, path))?;
        let head = Some(path.with_file_name("audit.head"));
        let mut db = Self {
            connection,
            path: path.to_owned(),
            head,
        };
        db.prepare()?;
        db.tighten()?;
        Ok(db)
    }

    pub(super) fn in_memory() -> Result<Self> {
        let path = PathBuf::from(":memory:");
        let connection = Connection::open_in_memory().map_err(|error| explain(&error, &path))?;
        let mut db = Self {
            connection,
            path,
            head: None,
        };
        db.prepare()?;
        Ok(db)
    }

    fn prepare(&mut self) -> Result<()> {
        let set = |c: &Connection| {
            c.busy_timeout(PATIENCE)?;
            c.pragma_update(None, "cache_size", -256)?;
            c.pragma_update(None, "foreign_keys", true)?;
            // What is deleted or replaced is overwritten with zeros.
            c.pragma_update(None, "secure_delete", true)?;
            // A plan that never depends on the values: else a statement is prepared anew whenever
            // it is asked with other ones.
            c.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
            c.set_prepared_statement_cache_capacity(PREPARED);
            c.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))
        };
        let found = set(&self.connection).map_err(|error| self.explain(&error))?;
        let known = MIGRATIONS.len() as i64;
        if found > known {
            let path = self.path.display().to_string();
            return Err(StoreError::Newer { path, found, known });
        }
        if found < known {
            self.migrate()?;
        }
        self.synchronise("FULL")
    }

    fn migrate(&mut self) -> Result<()> {
        let journal = self.connection.pragma_update(None, "journal_mode", "wal");
        journal.map_err(|error| self.explain(&error))?;
        self.in_transaction(|transaction| {
            let found: i64 = transaction.pragma_query_value(None, "user_version", |r| r.get(0))?;
            for migration in MIGRATIONS
                .iter()
                .skip(usize::try_from(found).unwrap_or_default())
            {
                transaction.execute_batch(migration)?;
            }
            transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)
        })
    }

    /// Only the owner may read the file.
    fn tighten(&self) -> Result<()> {
        let failed = |source| StoreError::File {
            path: self.path.display().to_string(),
            source,
        };
        let now = fs::metadata(&self.path).map_err(failed)?.permissions();
        if now.mode() & 0o077 != 0 {
            fs::set_permissions(&self.path, fs::Permissions::from_mode(0o600)).map_err(failed)?;
        }
        Ok(())
    }

    fn synchronise(&self, how: &str) -> Result<()> {
        self.connection
            .pragma_update(None, "synchronous", how)
            .map_err(|error| self.explain(&error))
    }

    /// Runs one transaction that takes the write lock at its beginning.
    fn in_transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let path = self.path.clone();
        self.try_transaction(|transaction| work(transaction).map_err(|e| explain(&e, &path)))
    }

    /// The same for usage, breaks and nudges: what is lost of them when the power fails is what came
    /// after the last full synchronisation.
    fn lightly<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T> {
        self.synchronise("NORMAL")?;
        let done = self.in_transaction(work);
        self.synchronise("FULL")?;
        done
    }

    fn try_transaction<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T>,
    ) -> Result<T> {
        let path = self.path.clone();
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| explain(&error, &path))?;
        let done = work(&transaction)?;
        transaction
            .commit()
            .map_err(|error| explain(&error, &path))?;
        Ok(done)
    }

    fn explain(&self, error: &rusqlite::Error) -> StoreError {
        explain(error, &self.path)
    }

    pub(super) fn backup(&self, to: &Path) -> Result<()> {
        let mut copy = Connection::open(to).map_err(|error| explain(&error, to))?;
        let backup = rusqlite::backup::Backup::new(&self.connection, &mut copy)
            .map_err(|error| explain(&error, to))?;
        backup
            .run_to_completion(256, Duration::ZERO, None)
            .map_err(|error| explain(&error, to))
    }

    /// Writes the log ahead into the file and empties it, so that former texts are nowhere.
    pub(super) fn scrub(&self) -> Result<()> {
        self.connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
            .map_err(|error| self.explain(&error))
    }

    pub(super) fn integrity(&self) -> Result<Vec<String>> {
        let look = || {
            let mut statement = self.connection.prepare("PRAGMA quick_check")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        let said = look().map_err(|error| self.explain(&error))?;
        Ok(said.into_iter().filter(|line| line != "ok").collect())
    }
}

/// Makes the folder, for its owner only.
fn prepare_folder(path: &Path) -> Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.exists()) else {
        return Ok(());
    };
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| StoreError::File {
            path: folder.display().to_string(),
            source,
        })
}

/// Whether nothing can be written where this file lies.
fn on_a_read_only_disk(path: &Path) -> bool {
    let disk = path.parent().and_then(|folder| statvfs(folder).ok());
    disk.is_some_and(|disk| disk.f_flag.contains(StatVfsMountFlags::RDONLY))
}

/// What an error of SQLite means to a person.
fn explain(error: &rusqlite::Error, path: &Path) -> StoreError {
    let read_only_disk = || on_a_read_only_disk(path);
    let is_folder = path.is_dir();
    let path = path.display().to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => StoreError::Full,
        Some(ErrorCode::CannotOpen) if is_folder => StoreError::Folder { path },
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) if read_only_disk() => {
            StoreError::ReadOnlyDisk { path }
        }
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StoreError::ReadOnly { path }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => StoreError::Damaged {
            path,
            why: error.to_string(),
        },
        _ => StoreError::Other(error.to_string()),
    }
}

/// Runs a statement that stays prepared, and says how many rows it changed.
fn run(connection: &Connection, sql: &str, values: impl Params) -> rusqlite::Result<usize> {
    connection.prepare_cached(sql)?.execute(values)
}

/// A time as a column holds it.
fn at(time: jiff::Timestamp) -> i64 {
    time.as_millisecond()
}

/// A time at which to wake, as a column holds it: never before the time itself, since whoever
/// wakes a part of a millisecond early would only be sent back.
fn at_or_after(time: jiff::Timestamp) -> i64 {
    let floor = time.as_millisecond();
    floor + i64::from(from_column(floor) < time)
}

/// A time from a column.
fn from_column(value: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(value).unwrap_or_default()
}

/// A value as JSON text.
fn json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StoreError::Unreadable {
        what,
        why: error.to_string(),
    })
}

/// A value from JSON text.
fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| StoreError::Unreadable {
        what,
        why: error.to_string(),
    })
}
