//! Why memory fails, in words for the clinician: what is wrong, where, what to do.

use crate::posting::post::PostId;

/// Why memory could not be read or written, for the clinician.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Somebody else changed the post meanwhile.
    #[error("the post {0} was changed by somebody else meanwhile; look at it again and repeat")]
    Conflict(PostId),
    /// A newer version of the program wrote the database.
    #[error(
        "the database {path} was written by a newer version of rounds (its format is {found}, \
         this version knows {known}); install that version again"
    )]
    Newer {
        /// The file.
        path: String,
        /// Its format.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// The file is not a database, or damaged.
    #[error(
        "the database {path} is damaged: {why}; restore a backup, or move the file away and start anew"
    )]
    Damaged {
        /// The file.
        path: String,
        /// What the database says.
        why: String,
    },
    /// A folder stands in its place.
    #[error("{path} is a folder, where the database belongs; move it away")]
    Folder {
        /// The folder.
        path: String,
    },
    /// No space is left.
    #[error("the disk is full; nothing was changed. Free some space and repeat")]
    Full,
    /// The file or its folder cannot be written.
    #[error(
        "the database {path} cannot be written; check the permissions of the file and its folder, \
         and that the disk is not mounted for reading only"
    )]
    ReadOnly {
        /// The file.
        path: String,
    },
    /// The file lies on a disk from which one can only read.
    #[error(
        "the disk with {path} is mounted for reading only, so nothing can be kept and nothing was \
         changed; restart the machine, and if it stays so, save what is on that disk: it may be \
         failing"
    )]
    ReadOnlyDisk {
        /// The file.
        path: String,
    },
    /// Another program holds it for too long.
    #[error("the database is busy: another program has held it for several seconds; repeat")]
    Busy,
    /// A stored value that this version cannot read.
    #[error("a stored {what} cannot be read: {why}")]
    Unreadable {
        /// What it is.
        what: &'static str,
        /// Why.
        why: String,
    },
    /// A file beside the database.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// Anything else.
    #[error("the database failed: {0}")]
    Other(String),
}

/// The result of asking memory.
pub type Result<T> = std::result::Result<T, StoreError>;
