//! What is counted without reading the posts is what a reading would count.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Connection;

use super::Sqlite;
use super::posts::{COUNTED, CUES, NEXT, OVERDUE, STATES, TALLY};
use super::records::NEWEST_ANSWERS;
use super::slots::STOCKED;
use crate::engine::Change;
use crate::posting::audit::{Entry, Kind};
use crate::posting::life::State;
use crate::posting::post::{About, Attestation, Content, Post, PostId, Receipt};

fn at(hours: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(hours)
}

fn post(number: i64, state: State) -> Change {
    let content = Content {
        account: if number % 2 == 0 { "blog" } else { "other" }.to_owned(),
        ..Content::default()
    };
    let id = PostId(format!("{number:04}"));
    let mut post = Post::draft(id, content, About::default(), "Lin".to_owned(), at(0));
    (post.state, post.due_at) = (state, Some(at(number)));
    Change {
        post,
        entries: Vec::new(),
    }
}

fn queued() -> State {
    State::Queued { retry_at: None }
}

/// The numbers of posts by state, read from the posts themselves.
fn recount(db: &Sqlite) -> Vec<(String, u64)> {
    let sql = "SELECT state, count(*) FROM posts GROUP BY state";
    let mut statement = db.connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn counts(db: &Sqlite) -> Vec<(String, u64)> {
    db.counts().unwrap().by_state.into_iter().collect()
}

#[test]
fn posts_are_counted_by_state_whatever_becomes_of_them() {
    let mut db = Sqlite::in_memory().unwrap();
    assert_eq!(counts(&db), []);
    let changes: Vec<_> = (0..20).map(|number| post(number, queued())).collect();
    db.insert(&changes).unwrap();
    assert_eq!(counts(&db), [("queued".to_owned(), 20)]);
    let states = [State::Held, State::Draft, State::Published { at: at(1) }];
    let mut changes = changes.into_iter();
    for state in states {
        for mut change in changes.by_ref().take(5) {
            change.post.state = state.clone();
            db.write(&change).unwrap();
            assert_eq!(counts(&db), recount(&db));
        }
    }
    assert_eq!(counts(&db).len(), 4);
    assert_eq!(db.next(at(-1)).unwrap().unwrap().0.as_str(), "0000");
    db.connection
        .execute("DELETE FROM posts WHERE id < '0010'", [])
        .unwrap();
    assert_eq!(counts(&db), recount(&db));
    assert_eq!(db.next(at(-1)).unwrap().unwrap().0.as_str(), "0015");
    let overdue = |now| {
        let overdue = db.overdue(at(now), 3).unwrap().into_iter();
        overdue.map(|(id, ..)| id.0).collect::<Vec<_>>()
    };
    assert_eq!(overdue(14), [""; 0]);
    assert_eq!(overdue(16), ["0015", "0016"]);
    assert_eq!(overdue(99).len(), 3);
    assert_eq!(db.next(at(16)).unwrap().unwrap().0.as_str(), "0017");
    assert_eq!(db.next(at(99)).unwrap(), None);
}

#[test]
fn a_tally_is_of_one_account_and_time() {
    let mut db = Sqlite::in_memory().unwrap();
    let mut changes: Vec<_> = (0..20).map(|number| post(number, queued())).collect();
    changes[3].post.sends_at = Some(at(100));
    changes[5].post.state = State::Held;
    for change in &mut changes[6..12] {
        change.post.state = State::Published { at: at(9) };
        change.post.receipts.push(Receipt {
            account: change.post.content.account.clone(),
            remote_id: None,
            url: None,
            published_at: change.post.due_at.unwrap(),
            content_hash: String::new(),
        });
    }
    db.insert(&changes).unwrap();
    let blog = db.tally("blog", at(4), at(10)).unwrap();
    assert_eq!((blog.published, blog.to_come), (2, 1));
    let other = db.tally("other", at(1), at(10)).unwrap();
    assert_eq!((other.published, other.to_come), (2, 1));
    let of_all = db.counted(at(4), at(10)).unwrap();
    let counted = |account: &str| of_all.iter().filter(|one| one.account == account).count();
    assert_eq!((counted("blog"), counted("other")), (3, 2));
}

#[test]
fn a_format_without_counts_gets_those_of_its_posts() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rounds.db");
    let old = Connection::open(&path).unwrap();
    for migration in &super::MIGRATIONS[..3] {
        old.execute_batch(migration).unwrap();
    }
    let sql = "INSERT INTO posts (id, version, state, account, due_at, body)
               VALUES ('a', 1, 'queued', 'blog', 1, '{}'), ('b', 1, 'draft', 'blog', 2, '{}')";
    old.execute(sql, []).unwrap();
    old.pragma_update(None, "user_version", 3).unwrap();
    drop(old);
    let db = Sqlite::open(&path).unwrap();
    assert_eq!(counts(&db), recount(&db));
    assert_eq!(db.counts().unwrap().reviewed(), 2);
}

/// How SQLite would go about a question.
fn steps(db: &Sqlite, sql: &str) -> Vec<String> {
    let explained = format!("EXPLAIN QUERY PLAN {sql}");
    let mut statement = db.connection.prepare(&explained).unwrap();
    let mut rows = statement.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>(3).unwrap());
    }
    steps
}

#[test]
fn how_things_stand_is_told_without_reading_the_queue() {
    let db = Sqlite::in_memory().unwrap();
    for sql in [STATES, NEXT, OVERDUE, TALLY] {
        let steps = steps(&db, sql);
        let costly = |step: &String| step == "SCAN posts" || step.contains("TEMP B-TREE");
        assert!(!steps.iter().any(costly), "{sql}: {steps:?}");
        assert!(
            !steps.iter().any(|s| s.contains("posts_by_state")),
            "{steps:?}"
        );
    }
}

#[test]
fn of_the_answers_for_an_account_the_newest_to_each_item_is_read() {
    let mut db = Sqlite::in_memory().unwrap();
    let answer = |item: &str, second| Attestation {
        item: item.to_owned(),
        evidence: None,
        by: "Dr Lin".to_owned(),
        system_user: "lin".to_owned(),
        at: at(second),
        content_hash: "h".to_owned(),
        rules: "1".to_owned(),
    };
    let entry = Entry::new(at(1), Kind::AccountAnswered, None, "Dr Lin");
    let given = [("a", "x", 1), ("b", "x", 2), ("a", "y", 3), ("a", "x", 4)];
    for (account, item, second) in given {
        let answer = answer(item, second);
        db.answer_for_account(account, &answer, &entry).unwrap();
    }
    let newest = db.newest_account_answers("a").unwrap();
    assert_eq!(newest, [answer("y", 3), answer("x", 4)]);
    assert_eq!(db.account_answers("a").unwrap().len(), 3);
    let steps = steps(&db, NEWEST_ANSWERS);
    let covered = |step: &String| step.contains("COVERING INDEX account_answers_by_item");
    assert!(steps.iter().any(covered), "{steps:?}");
}

#[test]
fn the_queue_is_read_without_going_through_the_posts_of_former_years() {
    let db = Sqlite::in_memory().unwrap();
    for sql in [CUES, COUNTED, STOCKED] {
        let steps = steps(&db, sql);
        let every = |step: &String| {
            step == "SCAN posts"
                || step.starts_with("SCAN") && step.contains("autoindex_posts")
                || step.ends_with("posts_by_state (state=?)")
        };
        assert!(!steps.iter().any(every), "{sql}: {steps:?}");
    }
}
