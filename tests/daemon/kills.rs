//! Kill -9 at random moments while posts go to the folder: afterwards each is there exactly once.
//!
//! Some kills come at any time around a due time, others as soon as the claim is written or the
//! folder changes, where a mistake would show. Ten of them run always, fifty with `ROUNDS_LONG=1`.
//! The seed and the state that each kill left behind are printed.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::thread::sleep;
use std::time::Duration;

use crate::home::{Home, until, uptime};
use fastrand::Rng;

const AT_ONCE: &str = "cooling_off = \"0s\"\nlate_after = \"30m\"";
/// Each post is due so long after it was added.
const AHEAD: Duration = Duration::from_secs(2);
/// A kill that waits for something comes at the latest so long after the due time.
const WAITS: Duration = Duration::from_secs(3);

fn long() -> bool {
    std::env::var_os("ROUNDS_LONG").is_some_and(|on| on == "1")
}

/// When the kill comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// At any time around the due time.
    Any,
    /// As the database is written to.
    Claimed,
    /// As the folder changes.
    Appeared,
}

const MOMENTS: [Moment; 3] = [Moment::Any, Moment::Claimed, Moment::Appeared];

/// What changes when the database or the folder is written to.
fn trace(home: &Home, moment: Moment) -> (u64, i64, i64) {
    let path = match moment {
        Moment::Appeared => home.dir.path().join("home/blog"),
        _ => home.data().join("rounds.db-wal"),
    };
    fs::metadata(path).map_or((0, 0, 0), |m| (m.size(), m.mtime(), m.mtime_nsec()))
}

/// Waits for the moment, and a little.
fn wait(home: &Home, moment: Moment, added: Duration, rng: &mut Rng) {
    let due = added + AHEAD;
    if moment == Moment::Any {
        let at = due + Duration::from_millis(rng.u64(0..900));
        sleep(at.saturating_sub(uptime() + Duration::from_millis(300)));
        return;
    }
    sleep(due.saturating_sub(uptime() + Duration::from_millis(20)));
    let before = trace(home, moment);
    while trace(home, moment) == before && uptime() < due + WAITS {
        sleep(Duration::from_micros(200));
    }
    sleep(Duration::from_micros(rng.u64(0..4_000)));
}

#[test]
fn each_post_is_there_exactly_once_after_kills_at_random_moments() {
    let kills = if long() { 50 } else { 10 };
    let seed = fastrand::u64(..);
    let mut rng = Rng::with_seed(seed);
    let home = Home::with_blog(AT_ONCE);
    let mut ids = Vec::new();
    let mut left: BTreeMap<String, u32> = BTreeMap::new();
    for round in 0..kills {
        let mut daemon = home.daemon();
        let moment = MOMENTS[round % MOMENTS.len()];
        let text = format!("Wash your hands, number {round}.");
        let added = uptime();
        let id = home.queue(&text, &format!("in {}s", AHEAD.as_secs()));
        wait(&home, moment, added, &mut rng);
        daemon.kill();
        let state = home.post(&id)["state"].as_str().unwrap().to_owned();
        *left.entry(format!("{moment:?} {state}")).or_default() += 1;
        ids.push(id);
    }
    println!("seed {seed}: {kills} kills, the post was then: {left:?}");
    let _daemon = home.daemon();
    for id in &ids {
        let post = home.until_state(id, "published");
        assert_eq!(post["receipts"].as_array().unwrap().len(), 1, "{post:#}");
    }
    let files = home.published();
    for id in &ids {
        let mine = files.iter().filter(|name| name.contains(id.as_str()));
        assert_eq!(mine.count(), 1, "seed {seed}, {id} in {files:#?}");
    }
    assert_eq!(files.len(), ids.len(), "seed {seed}: {files:#?}");
    home.intact();
}

/// A post that is answered while the daemon is killed is not lost either.
#[test]
fn what_was_acknowledged_beside_a_dying_daemon_is_kept() {
    let home = Home::with_blog(AT_ONCE);
    let mut daemon = home.daemon();
    let mut adding = home.command(&["post", "add", "Sleep well.", "--to", "blog"]);
    let adding = adding.stdout(std::process::Stdio::null()).spawn().unwrap();
    daemon.kill();
    assert!(adding.wait_with_output().unwrap().status.success());
    let posts = home.json(&["post", "list"]);
    assert_eq!(posts["posts"].as_array().unwrap().len(), 1, "{posts:#}");
    home.intact();
    let again = home.daemon();
    until("the socket of the new one", || {
        home.run(&["focus", "stop"]).code.filter(|c| *c == 0)
    });
    assert!(again.stop().success());
}
