//! Changes keep every comment that is not the removed entry's own, and read back as meant.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::calendar::{Age, Pattern};
use crate::plan::presets::{Preset, render};
use crate::plan::{Activity, Begins, Platform, SpeaksAs, Stage, Times};

const PLAN: &str = r#"# My plan.
timezone = "Europe/London" # home

# Limits, talked over with Ana.

# All sites.
[[limits]]
per = "week"
of = "all"      # everything
time = "4h"     # was 6h in May
[[limits.overrides]]
from = 2026-05-05
until = 2026-05-07 # the last day
time = "8h"

# X eats my evenings.
[[limits]]
of = "x"
per = "day"
time = "15m"

[breaks] # from the physiotherapist
after = "25m"

# The end.
"#;

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

fn comments(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.split_once('#'))
        .map(|(_, comment)| comment)
        .collect()
}

#[test]
fn setting_a_limit_changes_one_value_and_nothing_else() {
    let changed = set_limit(PLAN, &Of::All, Per::Week, hours(3)).unwrap();
    assert_eq!(changed, PLAN.replace("\"4h\"", "\"3h\""));
}

#[test]
fn a_new_limit_follows_the_last_one() {
    let of = Of::Activity(Activity::Write);
    let changed = set_limit(PLAN, &of, Per::Week, hours(4)).unwrap();
    let added = "\n[[limits]]\nof = \"activity:write\"\nper = \"week\"\ntime = \"4h\"\n";
    assert_eq!(
        changed,
        PLAN.replacen("\n[breaks]", &format!("{added}\n[breaks]"), 1)
    );
    let again = set_limit(&changed, &of, Per::Week, hours(4)).unwrap();
    assert_eq!(again, changed);
}

#[test]
fn the_first_limit_comes_last_in_the_file() {
    let plan = "[quiet]\nfrom = \"22:00\"\n\n# That is all.\n";
    let changed = set_limit(plan, &Of::All, Per::Day, hours(1)).unwrap();
    assert!(changed.starts_with(plan), "{changed}");
    assert!(
        changed.ends_with("\n\n[[limits]]\nof = \"all\"\nper = \"day\"\ntime = \"1h\"\n"),
        "{changed}"
    );
    assert_eq!(
        read(&set_limit("", &Of::All, Per::Day, hours(1)).unwrap())
            .unwrap()
            .limits
            .len(),
        1
    );
}

#[test]
fn removing_a_limit_takes_its_own_comment_and_leaves_the_sections() {
    let without_x = remove_limit(PLAN, &Of::Site("x".into()), Per::Day).unwrap();
    assert!(
        !without_x.contains("evenings") && !without_x.contains("15m"),
        "{without_x}"
    );
    assert_eq!(comments(&without_x).len(), comments(PLAN).len() - 1);
    let without_all = remove_limit(PLAN, &Of::All, Per::Week).unwrap();
    assert_eq!(
        without_all,
        "# My plan.\ntimezone = \"Europe/London\" # home\n\n# Limits, talked over with Ana.\n\n\
         # X eats my evenings.\n[[limits]]\nof = \"x\"\nper = \"day\"\ntime = \"15m\"\n\n\
         [breaks] # from the physiotherapist\nafter = \"25m\"\n\n# The end.\n"
    );
    let none = remove_limit(&without_x, &Of::All, Per::Week).unwrap();
    assert!(read(&none).unwrap().limits.is_empty());
    assert!(none.contains("talked over with Ana"), "{none}");
    let absent = remove_limit(PLAN, &Of::All, Per::Day).unwrap_err();
    assert_eq!(absent.to_string(), "there is no limit of all per day");
}

#[test]
fn an_override_is_added_to_its_limit_and_replaced_for_the_same_days() {
    let mut exception = Override {
        from: date(2026, 12, 24),
        until: date(2026, 12, 26),
        time: hours(1),
        why: "holidays".into(),
    };
    let changed = add_override(PLAN, &Of::All, Per::Week, &exception).unwrap();
    let added = "[[limits.overrides]]\nfrom = 2026-12-24\nuntil = 2026-12-26\ntime = \"1h\"\nwhy = \"holidays\"\n";
    assert!(
        changed.contains(&format!("time = \"8h\"\n\n{added}\n# X eats")),
        "{changed}"
    );
    exception.time = hours(2);
    let replaced = add_override(&changed, &Of::All, Per::Week, &exception).unwrap();
    assert_eq!(replaced, changed.replace("\"1h\"", "\"2h\""));
    let absent = add_override(PLAN, &Of::All, Per::Day, &exception).unwrap_err();
    assert!(matches!(absent, EditError::Absent(_)));
    // Setting the limit anew keeps its overrides.
    let set = set_limit(&changed, &Of::All, Per::Week, hours(2)).unwrap();
    assert_eq!(read(&set).unwrap().limits[0].overrides.len(), 2);
}

#[test]
fn lists_written_in_line_stay_in_line() {
    let plan = "limits = [\n  { of = \"all\", per = \"week\", time = \"4h\" }, # mine\n]\n";
    let x = Of::Site("x".into());
    let two = set_limit(plan, &x, Per::Day, hours(1)).unwrap();
    assert!(
        two.contains("\n  { of = \"x\", per = \"day\", time = \"1h\" }"),
        "{two}"
    );
    let exception = Override {
        from: date(2026, 5, 5),
        until: date(2026, 5, 5),
        time: hours(2),
        why: String::new(),
    };
    let changed = add_override(&two, &x, Per::Day, &exception).unwrap();
    assert_eq!(read(&changed).unwrap().limits[1].overrides, [exception]);
    let one = remove_limit(&changed, &x, Per::Day).unwrap();
    assert_eq!(read(&one).unwrap(), read(plan).unwrap());
    assert!(one.contains("# mine"), "{one}");
}

fn account(name: &str, platform: Platform) -> Account {
    Account {
        name: name.into(),
        platform,
        owner: "Dr \"Ana\" Lin".into(),
        speaks_as: SpeaksAs::Practice,
        packs: vec!["gmc".into(), "bma".into()],
        slots: vec![Pattern::parse("0 8 * * Tue,Fri").unwrap()],
        cadence: vec![
            Stage {
                begins: Begins::On(date(2026, 11, 24)),
                min: 2,
                max: 2,
                per: Per::Week,
            },
            Stage {
                begins: Begins::After(Age::parse("18mo").unwrap()),
                min: 2,
                max: 3,
                per: Per::Month,
            },
        ],
        settings: vec![
            ("server".into(), "https://example.org".into()),
            ("a b".into(), "c'\n\"d".into()),
        ],
    }
}

#[test]
fn accounts_read_back_as_they_were_added() {
    let kinds = [
        Platform::Folder {
            path: "~/rounds/blog".into(),
        },
        Platform::Handoff {
            site: "linkedin".into(),
        },
        Platform::Later {
            name: "mastodon".into(),
        },
    ];
    let mut text = PLAN.to_owned();
    for (number, platform) in kinds.into_iter().enumerate() {
        let added = account(&format!("a{number}"), platform);
        text = add_account(&text, &added).unwrap();
        assert_eq!(read(&text).unwrap().accounts.last(), Some(&added));
    }
    assert_eq!(comments(&text).len(), comments(PLAN).len());
    let again = add_account(&text, &account("A1", Platform::Later { name: "x".into() }));
    assert_eq!(again, Err(EditError::Exists("an account `a1`".into())));
    for name in ["a1", "a0", "a2"] {
        text = remove_account(&text, name).unwrap();
    }
    assert_eq!(read(&text), read(PLAN));
    assert!(matches!(
        remove_account(&text, "a1"),
        Err(EditError::Absent(_))
    ));
}

#[test]
fn a_change_that_makes_a_wrong_plan_is_refused() {
    let nameless = account("my blog", Platform::Later { name: "x".into() });
    let Err(EditError::Plan(error)) = add_account(PLAN, &nameless) else {
        panic!()
    };
    assert_eq!(error.field, "accounts.name");
    let wrong = PLAN.replace("\"4h\"", "4");
    assert!(matches!(
        set_limit(&wrong, &Of::All, Per::Day, hours(1)),
        Err(EditError::Plan(_))
    ));
}

#[test]
fn appointments_come_and_go() {
    let engagement = Engagement {
        name: "Journal club".into(),
        site: Some("x".into()),
        activity: Activity::Network,
        times: Times::Recurring(Pattern::parse("0 20 * * Sun").unwrap()),
        length: Duration::from_mins(90),
        origin: None,
    };
    let conference = Conference {
        name: "Congress".into(),
        from: date(2026, 5, 5),
        until: date(2026, 5, 7),
        time: hours(1),
        site: None,
        origin: None,
    };
    let text = add_engagement(PLAN, &engagement).unwrap();
    let text = add_conference(&text, &conference).unwrap();
    let next_year = Conference {
        from: date(2027, 5, 4),
        until: date(2027, 5, 6),
        ..conference.clone()
    };
    let text = add_conference(&text, &next_year).unwrap();
    let plan = read(&text).unwrap();
    assert_eq!(plan.engagements, std::slice::from_ref(&engagement));
    assert_eq!(plan.conferences, [conference.clone(), next_year]);
    assert!(matches!(
        add_engagement(&text, &engagement),
        Err(EditError::Exists(_))
    ));
    assert!(matches!(
        add_conference(&text, &conference),
        Err(EditError::Exists(_))
    ));
    let text = remove_conference(&text, "Congress").unwrap();
    let text = remove_engagement(&text, "Journal club").unwrap();
    assert_eq!(read(&text), read(PLAN));
}

#[test]
fn presets_keep_their_comments_through_changes() {
    for preset in Preset::ALL {
        let text = render(preset, "Europe/London", date(2026, 11, 24));
        let x = Of::Site("x".into());
        let changed = set_limit(&text, &x, Per::Day, hours(1)).unwrap();
        let changed = add_account(
            &changed,
            &account("new", Platform::Later { name: "x".into() }),
        )
        .unwrap();
        assert_eq!(comments(&changed), comments(&text), "{preset}");
        let back = remove_account(&changed, "new").unwrap();
        let back = remove_limit(&back, &x, Per::Day).unwrap();
        assert_eq!(comments(&back), comments(&text), "{preset}");
        assert_eq!(read(&back), read(&text), "{preset}");
    }
}

#[derive(Clone, Debug)]
enum Change {
    Set(Of, Per, u64),
    Remove(Of, Per),
    Except(Of, Per, i8, u64),
}

fn change() -> impl Strategy<Value = Change> {
    let of = prop_oneof![
        Just(Of::All),
        Just(Of::Site("x".into())),
        Just(Of::Activity(Activity::Write))
    ];
    let per = prop::sample::select(&[Per::Day, Per::Week, Per::Month][..]);
    (of, per, 0..3, 1_i8..28, 1_u64..100_000).prop_map(|(of, per, kind, day, time)| match kind {
        0 => Change::Set(of, per, time),
        1 => Change::Remove(of, per),
        _ => Change::Except(of, per, day, time),
    })
}

proptest! {
    #[test]
    fn any_changes_do_to_the_text_what_they_do_to_the_plan(changes in prop::collection::vec(change(), 1..12)) {
        let mut text = PLAN.to_owned();
        let mut limits = read(PLAN).unwrap().limits;
        for change in changes {
            let at = |limits: &[crate::plan::Limit], of: &Of, per| limits.iter().position(|l| l.of == *of && l.per == per);
            let seconds = Duration::from_secs;
            let result = match change {
                Change::Set(of, per, time) => {
                    match at(&limits, &of, per) {
                        Some(at) => limits[at].time = seconds(time),
                        None => limits.push(crate::plan::Limit { of: of.clone(), per, time: seconds(time), at_least: Duration::ZERO, overrides: vec![] }),
                    }
                    set_limit(&text, &of, per, seconds(time))
                }
                Change::Remove(of, per) => {
                    if let Some(at) = at(&limits, &of, per) { limits.remove(at); }
                    remove_limit(&text, &of, per)
                }
                Change::Except(of, per, day, time) => {
                    let exception = Override { from: date(2026, 6, day), until: date(2026, 6, 28), time: seconds(time), why: String::new() };
                    if let Some(at) = at(&limits, &of, per) {
                        limits[at].overrides.retain(|o| o.from != exception.from || o.until != exception.until);
                        limits[at].overrides.push(exception.clone());
                    }
                    add_override(&text, &of, per, &exception)
                }
            };
            match result {
                Ok(changed) => text = changed,
                Err(EditError::Absent(_)) => {}
                Err(other) => prop_assert!(false, "{other}"),
            }
            prop_assert_eq!(&read(&text).unwrap().limits, &limits);
            prop_assert!(text.contains("# My plan.") && text.contains("talked over with Ana") && text.contains("# The end."));
        }
    }
}
