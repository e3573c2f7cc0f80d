//! An independent witness: it keeps its own book and says when one of the six nevers happened.
//!
//! It learns what the clinician was told is done (acknowledged), what the platforms really hold,
//! where the clinician really was. It never asks the engine what is right. Secrets (the fourth
//! never) do not occur here: no adapter runs that has any.

mod nudges;
mod posts;
mod usage;

use crate::store::StoreError;
pub(super) use nudges::NudgeBook;
pub(super) use posts::PostBook;
pub(super) use usage::UsageBook;

/// What must never happen and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Breach(pub(super) String);

impl From<StoreError> for Breach {
    fn from(error: StoreError) -> Self {
        Self(format!("the database failed: {error}"))
    }
}

/// Fails with a reason that is put together only then.
pub(super) fn never(happened: bool, what: impl FnOnce() -> String) -> Result<(), Breach> {
    if happened {
        Err(Breach(what()))
    } else {
        Ok(())
    }
}

/// Everything the witness knows.
#[derive(Debug, Default)]
pub(super) struct Oracle {
    pub(super) posts: PostBook,
    pub(super) nudges: NudgeBook,
    pub(super) usage: UsageBook,
}
