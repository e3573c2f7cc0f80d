//! Ways around the gates, each tried once: the post stays, and once it is answered it goes.

use jiff::SignedDuration;
use rounds::engine::Change;
use rounds::posting::life::State;
use rounds::posting::post::PostId;
use rounds::requests::post::{self, Edit, NewPost};
use rounds::store::Store;

use crate::bench::{Bench, plan};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const PLAIN: &str = "Our clinic opens at eight.";

fn new(text: &str) -> NewPost {
    NewPost {
        text: text.to_owned(),
        ..NewPost::default()
    }
}

fn answered(bench: &mut Bench) -> String {
    let id = bench.add(new(PLAIN), DAY).id;
    assert_eq!(bench.answer_all(&id, None).state, "queued");
    id
}

/// It does not go, and does once it is answered and has a time: nothing else held it.
fn stays_until_answered(bench: &mut Bench, id: &str) {
    bench.pass_days(3);
    assert_eq!(bench.sent.len(), 0, "{:?}", bench.sent);
    let at = bench.now + DAY;
    bench
        .ask(|desk| post::reschedule(desk, id, post::Time::At(at)))
        .unwrap();
    assert_eq!(bench.answer_all(id, None).state, "queued");
    bench.pass_days(2);
    assert_eq!(bench.sent.len(), 1);
}

fn edit(bench: &mut Bench, id: &str, text: &str) {
    let edit = Edit {
        text: Some(text.to_owned()),
        ..Edit::default()
    };
    bench.ask(|desk| post::edit(desk, id, &edit)).unwrap();
}

#[test]
fn an_edit_withdraws_the_answers() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = answered(&mut bench);
    edit(&mut bench, &id, "Our clinic opens at nine.");
    stays_until_answered(&mut bench, &id);
}

#[test]
fn an_edit_there_and_back_does_not_bring_them_back() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = answered(&mut bench);
    edit(&mut bench, &id, "Our clinic opens at nine.");
    assert!(bench.attest(&id, "newspaper-test", None));
    edit(&mut bench, &id, PLAIN);
    let view = bench.show(&id);
    assert_eq!(view.state, "held", "{:?}", view.checks);
    stays_until_answered(&mut bench, &id);
}

#[test]
fn another_time_asks_for_what_will_be_too_old() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = answered(&mut bench);
    let far = bench.now + DAY * 59;
    bench
        .ask(|desk| post::reschedule(desk, &id, post::Time::At(far)))
        .unwrap();
    assert_eq!(
        bench.show(&id).state,
        "queued",
        "the answers of today reach it"
    );
    let further = bench.now + DAY * 61;
    bench
        .ask(|desk| post::reschedule(desk, &id, post::Time::At(further)))
        .unwrap();
    bench.pass_days(70);
    assert_eq!(bench.sent.len(), 0);
}

#[test]
fn another_owner_platform_or_voice_asks_again() {
    for (from, to) in [
        ("Dr Lin", "Dr Marin"),
        ("path = \"/nonexistent\"", "path = \"/elsewhere\""),
        ("owner = ", "speaks_as = \"practice\"\nowner = "),
        ("packs = []", "packs = [\"gmc\", \"aafp\"]"),
    ] {
        let text = plan(&[], "");
        assert!(text.contains(from));
        let mut bench = Bench::new(&text);
        let id = answered(&mut bench);
        bench.replan(&text.replace(from, to));
        bench.pass_days(3);
        assert_eq!(bench.sent.len(), 0, "{to}");
        assert_ne!(bench.show(&id).state, "published");
    }
}

#[test]
fn an_account_that_is_gone_sends_nothing() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = answered(&mut bench);
    let text = plan(&[], "").replace("name = \"blog\"", "name = \"other\"");
    bench.replan(&text);
    bench.pass_days(3);
    assert_eq!(
        (bench.sent.len(), bench.stored(&id).state.name()),
        (0, "held")
    );
}

#[test]
fn a_pack_that_is_gone_does_not_take_its_questions_with_it() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = answered(&mut bench);
    bench.replan(&plan(&["hospital"], ""));
    bench.pass_days(3);
    let view = bench.show(&id);
    assert_eq!(bench.sent.len(), 0);
    assert!(
        view.holds[0].why.contains("no checklist pack `hospital`"),
        "{:?}",
        view.holds
    );
}

#[test]
fn shorter_lives_in_the_plan_hold_at_once() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = answered(&mut bench);
    bench.pass(SignedDuration::from_hours(12));
    let text = plan(&[], "").replace("cooling_off", "attestations_valid = \"6h\"\ncooling_off");
    bench.replan(&text);
    bench.pass_days(3);
    assert_eq!((bench.sent.len(), bench.show(&id).state), (0, "missed"));
}

#[test]
fn a_clock_that_jumps_ahead_sends_nothing_unanswered_and_nothing_late() {
    for jump in [DAY, DAY * 2, DAY * 59, DAY * 400] {
        let mut bench = Bench::new(&plan(&[], ""));
        let open = bench.add(new("Our clinic closes at noon."), DAY).id;
        let id = answered(&mut bench);
        bench.now += jump;
        bench.pass(SignedDuration::from_secs(1));
        // A day ahead is the due time itself.
        let expected = usize::from(jump == DAY);
        assert_eq!(bench.sent.len(), expected, "{jump}");
        assert!(bench.sent.iter().all(|post| post.id.0 == id));
        assert_ne!(bench.show(&open).state, "published");
    }
}

#[test]
fn a_state_written_into_memory_is_not_believed() {
    for state in [
        State::Queued { retry_at: None },
        State::Publishing {
            since: crate::bench::monday(),
            looked: None,
        },
        State::Held,
    ] {
        let mut bench = Bench::new(&plan(&[], ""));
        let id = bench.add(new(PLAIN), DAY).id;
        let mut forged = bench.stored(&id);
        forged.state = state;
        forged.holds.clear();
        forged.wake_at = forged.due_at;
        bench.put(forged);
        bench.start();
        bench.pass_days(3);
        assert_eq!(bench.sent.len(), 0);
    }
}

#[test]
fn a_state_written_by_sql_is_not_believed() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("rounds.db");
    let store = Store::open(&file).unwrap();
    let mut bench = Bench::over(&plan(&[], ""), store, home.path().to_owned());
    let id = bench.add(new(PLAIN), DAY).id;
    let other = rusqlite::Connection::open(&file).unwrap();
    let due = bench.now + DAY;
    other
        .execute(
            "UPDATE posts SET state = 'queued', ask = NULL, wake_at = ?1, version = version + 1,
               body = replace(body, '\"state\":\"held\"', '\"state\":\"queued\"')",
            [due.as_millisecond()],
        )
        .unwrap();
    bench.start();
    stays_until_answered(&mut bench, &id);
}

#[test]
fn answers_of_an_older_rule_set_do_not_count() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = answered(&mut bench);
    let mut older = bench.stored(&id);
    for answer in &mut older.attestations {
        answer.rules = "0000-0000".to_owned();
    }
    bench.put(older);
    stays_until_answered(&mut bench, &id);
}

#[test]
fn a_restored_backup_brings_no_answers_for_other_words() {
    let home = tempfile::tempdir().unwrap();
    let store = Store::open(&home.path().join("rounds.db")).unwrap();
    let mut bench = Bench::over(&plan(&[], ""), store, home.path().to_owned());
    let id = bench.add(new(PLAIN), DAY).id;
    let backup = home.path().join("backup.db");
    bench.store().backup(&backup).unwrap();
    bench.answer_all(&id, None);
    let restored = home.path().join("elsewhere");
    std::fs::create_dir(&restored).unwrap();
    std::fs::copy(&backup, restored.join("rounds.db")).unwrap();
    bench.restore(Store::open(&restored.join("rounds.db")).unwrap());
    stays_until_answered(&mut bench, &id);
}

#[test]
fn two_programs_do_not_send_what_one_of_them_changed() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = answered(&mut bench);
    let decided = bench.stored(&id);
    edit(&mut bench, &id, "Our clinic opens at nine.");
    let entries = Vec::new();
    let claim = Change {
        post: rounds::posting::post::Post {
            state: State::Publishing {
                since: bench.now,
                looked: None,
            },
            ..decided
        },
        entries,
    };
    assert!(bench.store().write(&claim).is_err(), "its version is gone");
    stays_until_answered(&mut bench, &id);
}

#[test]
fn another_quiet_time_or_zone_does_not_undo_a_second_look() {
    let quiet = plan(&[], "").replace("from = \"04:00\"", "from = \"22:00\"");
    let quiet = quiet.replace("until = \"04:00\"", "until = \"10:00\"");
    let travelled = quiet.replace("\"UTC\"", "\"Asia/Tokyo\"");
    for other in [plan(&[], ""), travelled] {
        let mut bench = Bench::new(&quiet);
        let id = bench.add(new(PLAIN), SignedDuration::from_hours(2)).id;
        assert_eq!(bench.answer_all(&id, None).state, "held", "nine is quiet");
        bench.replan(&other);
        bench.pass_days(2);
        assert_eq!(bench.sent.len(), 0, "{:?}", bench.sent);
    }
}

#[test]
fn the_buttons_of_nudges_open_no_gate() {
    let mut bench = Bench::new(&plan(&[], ""));
    let id = bench.add(new(PLAIN), DAY).id;
    bench.pass_days(2);
    assert_eq!(bench.show(&id).state, "missed");
    let due = bench.stored(&id).due_at;
    for button in ["send-now", "approve", "posted", "keep"] {
        for ask in rounds::engine::Ask::OF_ONE_POST {
            let key = rounds::engine::post_key(ask, &PostId(id.clone()), due);
            bench.press(&key, button);
        }
    }
    bench.pass_days(1);
    assert_eq!(bench.sent.len(), 0);
    assert_eq!(
        bench.stored(&id).receipts,
        [],
        "nobody can say that it was posted"
    );
}

/// A hospital that wants a name where core takes a yes: an answer without one, however it got into
/// memory, is none.
#[test]
fn an_answer_with_less_than_the_strictest_pack_wants_is_none() {
    let home = tempfile::tempdir().unwrap();
    let pack = "name = \"hospital\"\ntitle = \"Ours\"\nversion = \"1\"\njurisdiction = \"any\"\n\
                [sources.policy]\ntitle = \"Policy 12\"\n[[items]]\nid = \"newspaper-test\"\n\
                question = \"Who let it go?\"\napplies = [\"always\"]\nseverity = \"attest\"\n\
                evidence_kind = \"approver\"\nsource = \"policy\"\n";
    std::fs::write(home.path().join("hospital.toml"), pack).unwrap();
    let rules = rounds::rulebook::Rulebook::load(home.path()).unwrap();
    let mut bench = Bench::ruled(&plan(&["hospital"], ""), rules);
    let id = bench.add(new(PLAIN), DAY).id;
    assert!(!bench.attest(&id, "newspaper-test", None));
    bench.answer_all(&id, None);
    let mut forged = bench.stored(&id);
    assert_eq!(forged.state.name(), "queued");
    for answer in &mut forged.attestations {
        answer.evidence = None;
    }
    bench.put(forged);
    stays_until_answered(&mut bench, &id);
}
