//! Feeds: when they were asked, and their items with what became of them.

use jiff::SignedDuration;
use rusqlite::{OptionalExtension, Row, params};

use super::super::{Asked, Result};
use super::{Sqlite, at, from_column};
use crate::attention::reading::{FeedItem, Item, ItemState};

/// An item that nobody looked at goes after this.
const STALE: SignedDuration = SignedDuration::from_hours(24 * 30);
/// One that was dealt with is remembered for so long after its feed last had it.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24 * 60);
/// How many items of one feed wait at most, the newest.
const MOST: i64 = 100;

fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let state: String = row.get("state")?;
    let state = ItemState::ALL
        .into_iter()
        .find(|known| known.name() == state);
    Ok(Item {
        id: row.get("id")?,
        feed: row.get("feed")?,
        told: FeedItem {
            guid: row.get("guid")?,
            title: row.get("title")?,
            address: row.get("address")?,
            published: row.get::<_, Option<i64>>("published_at")?.map(from_column),
            summary: row.get("summary")?,
            words: row.get("words")?,
        },
        state: state.unwrap_or(ItemState::Skipped),
        first_seen: from_column(row.get("first_seen")?),
    })
}

impl Sqlite {
    pub(in crate::store) fn asked(&self, feed: &str) -> Result<Option<Asked>> {
        self.connection
            .query_row(
                "SELECT etag, modified, checked_at FROM feeds WHERE key = ?1",
                [feed],
                |row| {
                    Ok(Asked {
                        etag: row.get(0)?,
                        modified: row.get(1)?,
                        at: from_column(row.get(2)?),
                    })
                },
            )
            .optional()
            .map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn save_items(
        &mut self,
        feed: &str,
        asked: &Asked,
        items: &[FeedItem],
    ) -> Result<()> {
        self.in_transaction(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO feeds (key, etag, modified, checked_at)
                 VALUES (?1, ?2, ?3, ?4)",
                params![feed, asked.etag, asked.modified, at(asked.at)],
            )?;
            let mut insert = transaction.prepare(
                "INSERT INTO items (feed, guid, title, address, published_at, summary, words,
                                    state, first_seen, last_seen)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'new', ?8, ?8)
                 ON CONFLICT (feed, guid) DO UPDATE SET
                   title = ?3, address = ?4, summary = ?6, words = ?7, last_seen = ?8",
            )?;
            for new in items {
                insert.execute(params![
                    feed,
                    new.guid,
                    new.title,
                    new.address,
                    new.published.map(at),
                    new.summary,
                    new.words,
                    at(asked.at)
                ])?;
            }
            let before = |ago: SignedDuration| asked.at.checked_sub(ago).map_or(0, at);
            transaction.execute(
                "DELETE FROM items WHERE state NOT IN ('new', 'later') AND last_seen < ?1",
                [before(REMEMBERED)],
            )?;
            // What is too old or too much is passed over, not forgotten: its feed may still have it.
            transaction.execute(
                "UPDATE items SET state = 'skipped', summary = ''
                 WHERE state IN ('new', 'later') AND first_seen < ?1",
                [before(STALE)],
            )?;
            transaction.execute(
                "UPDATE items SET state = 'skipped', summary = ''
                 WHERE feed = ?1 AND state = 'new' AND id NOT IN
                   (SELECT id FROM items WHERE feed = ?1 AND state = 'new'
                    ORDER BY coalesce(published_at, first_seen) DESC, id LIMIT ?2)",
                params![feed, MOST],
            )?;
            Ok(())
        })
    }

    pub(in crate::store) fn waiting_items(&self) -> Result<Vec<Item>> {
        let find = || {
            let sql = "SELECT * FROM items WHERE state IN ('new', 'later') ORDER BY id";
            let mut statement = self.connection.prepare(sql)?;
            let rows = statement.query_map([], item)?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        };
        find().map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn item(&self, id: i64) -> Result<Option<Item>> {
        self.connection
            .query_row("SELECT * FROM items WHERE id = ?1", [id], item)
            .optional()
            .map_err(|error| self.explain(&error))
    }

    pub(in crate::store) fn set_item(&mut self, id: i64, state: ItemState) -> Result<()> {
        self.in_transaction(|transaction| {
            let sql = "UPDATE items SET state = ?2 WHERE id = ?1";
            transaction
                .execute(sql, params![id, state.name()])
                .map(drop)
        })
    }

    pub(in crate::store) fn forget_feed(&mut self, feed: &str) -> Result<()> {
        self.in_transaction(|transaction| {
            transaction.execute("DELETE FROM items WHERE feed = ?1", [feed])?;
            transaction.execute("DELETE FROM feeds WHERE key = ?1", [feed])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::store::Store;

    fn new(guid: &str) -> FeedItem {
        FeedItem {
            guid: guid.into(),
            title: guid.into(),
            address: String::new(),
            published: None,
            summary: "s".into(),
            words: 3,
        }
    }

    fn asked(day: i64) -> Asked {
        Asked {
            etag: Some("e".into()),
            modified: None,
            at: Timestamp::from_second(day * 86_400).unwrap(),
        }
    }

    #[test]
    fn items_come_once_and_stay_as_they_were_dealt_with() {
        let mut store = Store::in_memory().unwrap();
        store
            .save_items("f", &asked(1), &[new("a"), new("b")])
            .unwrap();
        let waiting = store.waiting_items().unwrap();
        assert_eq!(waiting.len(), 2);
        store.set_item(waiting[0].id, ItemState::Done).unwrap();
        store
            .save_items("f", &asked(2), &[new("a"), new("b")])
            .unwrap();
        let left: Vec<_> = store.waiting_items().unwrap();
        assert_eq!((left.len(), left[0].told.title.as_str()), (1, "b"));
        assert_eq!(store.asked("f").unwrap(), Some(asked(2)));
    }

    #[test]
    fn old_items_go_and_do_not_come_back() {
        let mut store = Store::in_memory().unwrap();
        store.save_items("f", &asked(1), &[new("a")]).unwrap();
        store
            .save_items("f", &asked(40), &[new("a"), new("b")])
            .unwrap();
        let left = store.waiting_items().unwrap();
        assert_eq!((left.len(), left[0].told.title.as_str()), (1, "b"));
        store
            .save_items("f", &asked(41), &[new("a"), new("b")])
            .unwrap();
        assert_eq!(store.waiting_items().unwrap().len(), 1);
        store.forget_feed("f").unwrap();
        assert!(store.waiting_items().unwrap().is_empty() && store.asked("f").unwrap().is_none());
    }

    #[test]
    fn a_feed_that_floods_is_bounded() {
        let mut store = Store::in_memory().unwrap();
        let many: Vec<_> = (0..500).map(|n| new(&n.to_string())).collect();
        store.save_items("f", &asked(1), &many).unwrap();
        assert_eq!(store.waiting_items().unwrap().len(), 100);
    }
}
