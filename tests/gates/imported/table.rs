//! Every gate, and a way around it through a file.

use rounds::posting::interests::{Interest, Tie};
use rounds::posting::post::{About, Relation};
use rounds::posting::screening::{Context, finding_id};
use rounds::requests::{consents, interests};
use serde_json::{Value, json};

use super::forge::{forget, hash, invent_answers, know_content, release, rows, tell};
use super::*;
use crate::bench::{consent, plan, rules};

const SENSITIVE: &str = "My patient Maria Garcia came back to my clinic with shingles yesterday.";

/// One gate and one way around it.
pub(super) struct Forgery {
    pub(super) gate: &'static str,
    pub(super) plan: String,
    /// What stands before the export; the post's id.
    pub(super) begin: fn(&mut Bench) -> String,
    /// What is changed in the file beside its record.
    pub(super) forge: fn(&mut Value),
    /// What is changed in its record, so that it knows nothing else.
    pub(super) rewrite: fn(&mut Value),
    /// Whether the record as it is tells of the change.
    pub(super) shows: bool,
    /// What opens the gate, after everything else was answered.
    pub(super) open: fn(&mut Bench, &str),
}

impl Forgery {
    fn new(gate: &'static str, begin: fn(&mut Bench) -> String, forge: fn(&mut Value)) -> Self {
        Self {
            gate,
            plan: plan(&[], ""),
            begin,
            forge,
            rewrite: |_| (),
            shows: false,
            open: approve,
        }
    }

    /// The record tells of it, unless that is written anew too.
    fn shown(mut self, rewrite: fn(&mut Value)) -> Self {
        (self.rewrite, self.shows) = (rewrite, true);
        self
    }

    fn under(mut self, plan: String) -> Self {
        self.plan = plan;
        self
    }

    fn opened(mut self, open: fn(&mut Bench, &str)) -> Self {
        self.open = open;
        self
    }
}

pub(super) fn forgeries() -> Vec<Forgery> {
    let mut all = of_answers();
    all.extend(of_states());
    all.extend(of_people());
    all.extend(of_registers());
    all
}

fn of_answers() -> Vec<Forgery> {
    vec![
        Forgery::new("nothing was changed", answered, |_| ()),
        Forgery::new("unanswered question", unanswered, invent_answers),
        Forgery::new("finding that blocks", sensitive, |file| {
            invent_answers(file);
            dispute_everything(file);
        }),
        Forgery::new("answers to another text", answered, |file| {
            let answers = file["posts"][0]["attestations"].as_array_mut().unwrap();
            answers[0]["content_hash"] = json!("00".repeat(32));
        }),
        Forgery::new("age of answers", answered, |file| {
            for answer in file["posts"][0]["attestations"].as_array_mut().unwrap() {
                answer["at"] = json!("2030-01-01T00:00:00Z");
            }
        }),
        Forgery::new("text changed after the answers", answered, |file| {
            file["posts"][0]["content"]["text"] = json!("Our clinic opens at nine.");
        })
        .shown(know_content),
        Forgery::new("cooling off", answered_slowly, |file| {
            release(file);
            file["posts"][0]["sends_at"] = file["posts"][0]["due_at"].clone();
            for answer in file["posts"][0]["attestations"].as_array_mut().unwrap() {
                answer["at"] = json!("2025-12-20T09:00:00Z");
            }
        })
        .under(plan(&[], "").replace("cooling_off = \"0s\"", "cooling_off = \"30h\"")),
        Forgery::new("another account's answers", answered, |file| {
            file["posts"][0]["content"]["account"] = json!("own");
            release(file);
        })
        .under(two_accounts())
        .shown(|file| {
            know_content(file);
            tell(file, "account", Some("own"));
        }),
    ]
}

fn of_states() -> Vec<Forgery> {
    vec![
        Forgery::new("state queued", unanswered, |file| {
            invent_answers(file);
            let retry = json!({"state": "queued", "retry_at": "2026-01-05T09:00:00Z"});
            file["posts"][0]["state"] = retry;
            file["posts"][0]["due_at"] = json!("2026-01-05T08:59:59Z");
        }),
        Forgery::new("state failed", unanswered, |file| {
            invent_answers(file);
            file["posts"][0]["state"] = json!({"state": "failed", "why": "no network"});
        }),
        Forgery::new("state missed", unanswered, |file| {
            invent_answers(file);
            let missed = json!({"state": "missed", "since": "2026-01-05T09:00:00Z"});
            file["posts"][0]["state"] = missed;
        }),
        Forgery::new("state draft", unanswered, |file| {
            invent_answers(file);
            file["posts"][0]["state"] = json!({"state": "draft"});
        }),
        Forgery::new("called off", cancelled, release).shown(|file| forget(file, &["cancelled"])),
        Forgery::new("out already", published, |file| {
            release(file);
            file["posts"][0]["receipts"] = json!([]);
        })
        .shown(|file| forget(file, &["published", "sending"])),
        Forgery::new("erased words", erased, |file| {
            let post = &mut file["posts"][0];
            post["erased_at"] = Value::Null;
            post["content"]["text"] = json!(PLAIN);
            post["about"]["keep"] = json!(true);
            invent_answers(file);
        })
        .shown(|file| {
            forget(file, &["erased"]);
            know_content(file);
        }),
    ]
}

fn of_people() -> Vec<Forgery> {
    let quiet = plan(&[], "").replace("from = \"04:00\"", "from = \"08:00\"");
    let quiet = quiet.replace("until = \"04:00\"", "until = \"10:00\"");
    vec![
        Forgery::new(
            "second look at what was written in quiet time",
            answered_late,
            |file| {
                release(file);
                let post = &mut file["posts"][0];
                for time in ["created_at", "changed_at"] {
                    post[time] = json!("2026-01-03T12:00:00Z");
                }
                post.as_object_mut().unwrap().remove("quiet_at");
            },
        )
        .under(quiet),
        Forgery::new("reply in a dispute", reply, |file| {
            file["posts"][0]["about"]["dispute"] = json!(false);
            file["posts"][0]["changed_at"] = json!("2025-12-01T09:00:00Z");
            invent_answers(file);
        })
        .shown(|file| tell(file, "declared", None)),
        Forgery::new("owner's approval of another's draft", delegated, |file| {
            file["posts"][0]["author"] = json!(OWNER);
            invent_answers(file);
        })
        .under(plan(&["employer"], ""))
        .shown(|file| {
            for row in rows(file) {
                row["by"] = json!(OWNER);
            }
        }),
    ]
}

fn of_registers() -> Vec<Forgery> {
    vec![
        Forgery::new("consent that was withdrawn", withdrawn, |file| {
            file["consents"][0]["withdrawn_at"] = Value::Null;
            release(file);
        })
        .shown(|file| forget(file, &["consent-withdrawn"]))
        .opened(confirm),
        Forgery::new("consent that does not cover it", released, |file| {
            file["consents"][0]["expires_on"] = Value::Null;
            file["consents"][0]["platforms"] = json!(["all"]);
            release(file);
        })
        .opened(confirm),
        Forgery::new("conflict of interest", tied, |file| {
            file["interests"] = json!([]);
            invent_answers(file);
        })
        .shown(|file| forget(file, &["interest-added"])),
    ]
}

fn two_accounts() -> String {
    let more = format!(
        "[[accounts]]\nname = \"own\"\nplatform = \"folder\"\npath = \"/own\"\nowner = \"{OWNER}\"\n"
    );
    plan(&[], &more)
}

fn dispute_everything(file: &mut Value) {
    let (at, about) = (
        file["posts"][0]["created_at"].clone(),
        hash(&file["posts"][0]),
    );
    let context = Context {
        professional: true,
        own_names: vec!["Dr".to_owned(), "Lin".to_owned()],
        ..Context::default()
    };
    let seen = rules().screen(SENSITIVE, &context).findings;
    assert!(!seen.is_empty());
    let dispute = |finding| {
        json!({
            "finding": finding_id(finding), "why": "that is nobody", "by": OWNER,
            "system_user": "lin", "at": at, "content_hash": about,
        })
    };
    file["posts"][0]["disputes"] = seen.iter().map(dispute).collect();
}

fn sensitive(bench: &mut Bench) -> String {
    add(bench, text(SENSITIVE))
}

fn answered_slowly(bench: &mut Bench) -> String {
    let id = unanswered(bench);
    bench.answer_all(&id, None);
    id
}

fn answered_late(bench: &mut Bench) -> String {
    let id = bench.add(text(PLAIN), SignedDuration::from_hours(3)).id;
    assert_eq!(bench.answer_all(&id, None).state, "held", "nine is quiet");
    id
}

fn delegated(bench: &mut Bench) -> String {
    let author = Some("Ana".to_owned());
    let plain = text(PLAIN);
    add(bench, NewPost { author, ..plain })
}

fn erased(bench: &mut Bench) -> String {
    let new = NewPost {
        accounts: vec!["blog".to_owned()],
        time: Time::None,
        ..text(SENSITIVE)
    };
    let added = bench.ask(|desk| post::add(desk, &new)).unwrap();
    bench.pass_days(60);
    let id = added[0].id.clone();
    assert!(bench.show(&id).erased_at.is_some());
    id
}

fn cancelled(bench: &mut Bench) -> String {
    let id = answered(bench);
    bench.ask(|desk| post::cancel(desk, &id)).unwrap();
    id
}

fn reply(bench: &mut Bench) -> String {
    let new = NewPost {
        about: About {
            dispute: true,
            ..About::default()
        },
        relation: Relation::Reply("https://example.org/post/1".to_owned()),
        ..text(PLAIN)
    };
    add(bench, new)
}

fn tied(bench: &mut Bench) -> String {
    let tie = Interest {
        name: "Acme".to_owned(),
        kind: Tie::Payment,
        since: "2025-01-01".parse().unwrap(),
        until: None,
        known_as: Vec::new(),
    };
    bench.ask(|desk| interests::add(desk, tie)).unwrap();
    add(bench, text("Acme lent us a fridge for the clinic."))
}

/// A post about a patient that rests on a consent.
pub(super) fn released(bench: &mut Bench) -> String {
    consent(bench, "R-1");
    let new = NewPost {
        about: About {
            patient: true,
            ..About::default()
        },
        ..text("Thank you for the kind words about our clinic.")
    };
    let id = add(bench, new);
    bench.answer_all(&id, None);
    id
}

pub(super) fn withdrawn(bench: &mut Bench) -> String {
    let id = released(bench);
    bench.ask(|desk| consents::withdraw(desk, "R-1")).unwrap();
    id
}

fn confirm(bench: &mut Bench, id: &str) {
    bench.ask(|desk| consents::confirm(desk, "R-1")).unwrap();
    bench.answer_all(id, None);
    approve(bench, id);
}
