//! Bringing in what a file holds, in one transaction.

use rusqlite::{Transaction, params};

use super::super::brought::Brought;
use super::super::{Result, StoreError};
use super::audit::append;
use super::posts::put;
use super::usage::{add_amount, add_interval};
use super::{Sqlite, explain, json, run};

impl Sqlite {
    pub(in crate::store) fn bring_in(&mut self, brought: &Brought) -> Result<()> {
        let path = self.path.clone();
        let newest = self.try_transaction(|transaction| {
            for change in &brought.posts {
                let id = &change.post.id;
                let sql = "SELECT EXISTS (SELECT 1 FROM posts WHERE id = ?1)";
                let here = transaction.query_row(sql, [id.as_str()], |row| row.get(0));
                if here.map_err(|error| explain(&error, &path))? {
                    return Err(StoreError::Conflict(id.clone()));
                }
                put(transaction, &change.post, 1)?;
            }
            bodies(transaction, brought)?;
            usage(transaction, brought).map_err(|error| explain(&error, &path))?;
            let of_posts = brought.posts.iter().flat_map(|change| &change.entries);
            let entries: Vec<_> = of_posts.chain(&brought.entries).cloned().collect();
            append(transaction, &entries)
        })?;
        self.publish_head(newest)
    }
}

/// What stands under a name of its own. What has the name already stays.
fn bodies(transaction: &Transaction<'_>, brought: &Brought) -> Result<()> {
    let put = |sql: &str, name: &str, body: String| {
        run(transaction, sql, params![name, body])
            .map(drop)
            .map_err(|error| explain(&error, std::path::Path::new("import")))
    };
    for record in &brought.consents {
        let sql = "INSERT OR IGNORE INTO consents (reference, body) VALUES (?1, ?2)";
        put(sql, &record.reference, json("consent", record)?)?;
    }
    for interest in &brought.interests {
        let sql = "INSERT OR IGNORE INTO interests (name, body) VALUES (?1, ?2)";
        put(sql, &interest.name, json("interest", interest)?)?;
    }
    for (post, metrics) in &brought.metrics {
        let sql = "INSERT OR IGNORE INTO metrics (post, body) VALUES (?1, ?2)";
        put(sql, post.as_str(), json("number", metrics)?)?;
    }
    for (day, limits) in &brought.limits {
        let sql = "INSERT OR IGNORE INTO limits_in_force (day, body) VALUES (?1, ?2)";
        put(sql, &day.to_string(), json("limit", limits)?)?;
    }
    Ok(())
}

fn usage(transaction: &Transaction<'_>, brought: &Brought) -> rusqlite::Result<()> {
    for interval in &brought.intervals {
        add_interval(transaction, interval)?;
    }
    for amount in &brought.amounts {
        add_amount(transaction, amount)?;
    }
    Ok(())
}
