//! Everything in one file: to read elsewhere, to bring in again, or to keep as a copy.

mod import;

use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::{Value, json};

use super::{Desk, Failure, audit, files};
use crate::plan::Limit;
use crate::posting::consent::Consent;
use crate::posting::interests::Interest;
use crate::posting::metrics::Metrics;
use crate::posting::post::{Post, PostId};
pub use import::{Imported, import, plan_in};

/// How a file says what it is.
const FORMAT: &str = "rounds 1";

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The file.
    pub file: String,
    /// Its size.
    pub bytes: u64,
}

/// Everything that is kept, in plain JSON.
#[derive(Debug, Clone, Serialize)]
struct Export {
    format: &'static str,
    exported_at: String,
    plan: String,
    config: Option<String>,
    posts: Vec<Post>,
    consents: Vec<Consent>,
    interests: Vec<Interest>,
    account_answers: Value,
    limits: Vec<(jiff::civil::Date, Vec<Limit>)>,
    metrics: Vec<(PostId, Metrics)>,
    usage: Value,
    audit: Vec<audit::AuditRow>,
}

/// Writes everything into a new file, for its owner only.
pub fn export(desk: &Desk, to: &Path) -> Result<Written, Failure> {
    if to.exists() {
        return Err(files::exists(to));
    }
    let read = |file: &Path| fs::read_to_string(file).map_err(|error| Failure::file(file, &error));
    let all = (jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    let mut usage = desk
        .store
        .usage(all, (jiff::civil::Date::ZERO, jiff::civil::Date::MAX))?;
    // What has only just begun, or was found to be no use at all.
    usage.intervals.retain(|one| one.from < one.until);
    let export = Export {
        format: FORMAT,
        exported_at: desk.plan.calendar.rfc3339(desk.now.wall),
        plan: read(&desk.paths.plan())?,
        config: read(&desk.paths.config_file()).ok(),
        posts: desk.store.posts(None)?,
        consents: desk.store.consents()?,
        interests: desk.store.interests()?,
        account_answers: account_answers(desk)?,
        limits: desk.store.limits_over_time()?,
        metrics: desk.store.all_metrics()?,
        usage: json!({ "intervals": usage.intervals, "amounts": usage.amounts }),
        audit: audit::rows(desk, audit::Texts::Left)?,
    };
    let text = serde_json::to_string_pretty(&export)
        .map_err(|error| Failure::failed(format!("The export has no JSON form: {error}.")))?;
    files::create(to, text.as_bytes())?;
    Ok(Written {
        file: to.display().to_string(),
        bytes: text.len() as u64,
    })
}

fn account_answers(desk: &Desk) -> Result<Value, Failure> {
    let mut all = serde_json::Map::new();
    for account in &desk.plan.accounts {
        let answers = desk.store.account_answers(&account.name)?;
        all.insert(account.name.clone(), json!(answers));
    }
    Ok(Value::Object(all))
}

/// Copies the database into a new file, for its owner only, while the daemon may run.
pub fn backup(desk: &Desk, to: &Path) -> Result<Written, Failure> {
    if to.exists() {
        return Err(files::exists(to));
    }
    files::clear_beside(to);
    let new = files::beside(to);
    // Made here, so that it is never readable for others.
    let _ = fs::remove_file(&new);
    files::create(&new, b"")?;
    let copied = desk
        .store
        .backup(&new)
        .map_err(Failure::from)
        .and_then(|()| {
            let open = fs::File::open(&new).and_then(|file| file.sync_all());
            open.and_then(|()| files::rename(&new, to))
                .map_err(|error| Failure::file(to, &error))
        });
    if copied.is_err() {
        let _ = fs::remove_file(&new);
    }
    copied?;
    let bytes = fs::metadata(to).map_or(0, |data| data.len());
    Ok(Written {
        file: to.display().to_string(),
        bytes,
    })
}
