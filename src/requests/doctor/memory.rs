//! Memory: whether it can be kept where it belongs, is sound, and is the one that was written.

use std::path::Path;

use rustix::fs::{Access, access};
use rustix::io::Errno;

use super::Row;
use crate::config::Paths;
use crate::requests::failure::sentence;
use crate::store::{Store, StoreError};

const RESTORE: &str = "Restore a backup, or move the file away and start anew.";

/// `planned`: there is a plan, so there should be a memory.
pub(super) fn rows(paths: &Paths, planned: bool) -> Vec<Row> {
    if let Some(row) = shut(&paths.data) {
        return vec![row];
    }
    let file = paths.database();
    if !file.exists() {
        let missing = Row::caveat(
            "database",
            format!("{} is not there: nothing is remembered.", file.display()),
            "The next command makes an empty one; if there should be more, restore a backup.",
        );
        return Vec::from_iter(planned.then_some(missing));
    }
    match Store::open(&file) {
        Ok(store) => looked_through(&store),
        Err(error) => vec![fault("database", &error)],
    }
}

/// The folder of the database, or where it would be made, lets nothing be written by this person.
fn shut(data: &Path) -> Option<Row> {
    let place = data.ancestors().find(|folder| folder.exists())?;
    let asked = access(place, Access::WRITE_OK | Access::EXEC_OK);
    (asked == Err(Errno::ACCESS)).then(|| {
        let place = place.display();
        Row::broken(
            "database",
            format!("{place} may not be written by you: nothing can be remembered."),
            format!("`chmod u+rwx {place}` opens it, if it is yours."),
        )
    })
}

fn looked_through(store: &Store) -> Vec<Row> {
    let database = match store.integrity() {
        Ok(faults) if faults.is_empty() => Row::works("database", "Intact."),
        Ok(faults) => Row::broken("database", sentence(&faults.join("; ")), RESTORE),
        Err(error) => fault("database", &error),
    };
    let audit = match store.verify_audit() {
        Ok(verdict) if verdict.intact => {
            Row::works("audit", format!("{} entries, unbroken.", verdict.entries))
        }
        Ok(verdict) => Row::broken(
            "audit",
            match verdict.first_bad {
                Some(number) => format!("The chain is broken at entry {number}."),
                None => "The chain is not the one that was written.".to_owned(),
            },
            "Somebody changed it, or the file was damaged: keep a copy, then restore a backup.",
        ),
        Err(StoreError::Damaged { .. }) => Row::broken(
            "audit",
            "It cannot be read: the database is damaged.",
            "See `database`.",
        ),
        Err(error) => fault("audit", &error),
    };
    vec![database, audit]
}

/// Why memory cannot be read; what to do is said once.
fn fault(topic: &'static str, error: &StoreError) -> Row {
    match error {
        StoreError::Damaged { path, why } => {
            let what = format!("{path} is damaged: {why}.");
            Row::broken(topic, what, RESTORE)
        }
        error => {
            let to_do = "What is in it is left as it is.";
            Row::broken(topic, sentence(&error.to_string()), to_do)
        }
    }
}
