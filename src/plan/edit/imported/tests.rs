//! An import brings in, moves and removes, and keeps what was written by hand.

use jiff::civil::date;

use super::*;

const PLAN: &str = "timezone = \"Europe/London\"\n\n# mine\n[[engagements]]\n\
    name = \"Journal club\"\ncron = \"0 20 * * Sun\"\nlength = \"1h\"\n";

fn with() -> With {
    With {
        calendar: Some("Work".into()),
        site: None,
        activity: Activity::Chat,
        time: Duration::from_hours(1),
        known: None,
        today: date(2026, 5, 1),
    }
}

fn days(uid: &str, name: &str, from: Date, until: Date) -> Imported {
    Imported {
        uid: uid.into(),
        name: name.into(),
        when: When::Days(from, until),
    }
}

fn hours(uid: &str, name: &str, dates: &[&str]) -> Imported {
    let begins = dates.iter().map(|date| Begin::Exact(date.parse().unwrap()));
    Imported {
        uid: uid.into(),
        name: name.into(),
        when: When::Hours(vec![(Duration::from_hours(1), begins.collect())]),
    }
}

#[test]
fn importing_again_changes_nothing() {
    let appointments = [
        days("a", "ESC", date(2026, 8, 28), date(2026, 8, 31)),
        hours(
            "b",
            "Journal club",
            &["2026-06-02T18:00:00Z", "2026-06-09T18:00:00Z"],
        ),
    ];
    let (text, merged) = merge(PLAN, &appointments, &with()).unwrap();
    assert_eq!(merged.added, ["ESC", "Journal club (2)"]);
    assert!(text.contains("2026-06-02T19:00:00+01:00"), "{text}");
    let (again, merged) = merge(&text, &appointments, &with()).unwrap();
    assert_eq!(again, text);
    assert_eq!((merged.same, merged.added.len()), (2, 0), "{merged:?}");
}

#[test]
fn what_moved_is_moved_and_what_was_written_by_hand_stays() {
    let (text, _) = merge(
        PLAN,
        &[days("a", "ESC", date(2026, 8, 28), date(2026, 8, 31))],
        &with(),
    )
    .unwrap();
    let text = text.replace("time = \"1h\"", "time = \"2h\" # two");
    let moved = [days(
        "a",
        "ESC Congress",
        date(2026, 8, 27),
        date(2026, 8, 30),
    )];
    let (text, merged) = merge(&text, &moved, &with()).unwrap();
    assert_eq!(merged.changed, ["ESC Congress"]);
    let plan = read(&text).unwrap();
    assert_eq!(plan.conferences.len(), 1);
    assert_eq!(plan.conferences[0].until, date(2026, 8, 30));
    assert!(
        text.contains("time = \"2h\" # two") && text.contains("# mine"),
        "{text}"
    );
}

#[test]
fn what_was_called_off_goes() {
    let both = [
        days("a", "ESC", date(2026, 8, 28), date(2026, 8, 31)),
        hours("b", "Chat", &["2026-06-02T18:00:00Z"]),
    ];
    let (text, _) = merge(PLAN, &both, &with()).unwrap();
    let off = both.map(|appointment| Imported {
        when: When::Never,
        ..appointment
    });
    let (text, merged) = merge(&text, &off, &with()).unwrap();
    assert_eq!(merged.removed, ["ESC", "Chat"]);
    assert_eq!(read(&text).unwrap(), read(PLAN).unwrap());
}

#[test]
fn what_a_whole_calendar_no_longer_has_goes_and_nothing_else() {
    let both = [
        days("a", "ESC", date(2026, 8, 28), date(2026, 8, 31)),
        days("old", "ACC", date(2026, 4, 28), date(2026, 5, 1)),
    ];
    let (text, _) = merge(PLAN, &both, &with()).unwrap();
    let other = With {
        calendar: Some("Other".into()),
        known: Some(BTreeSet::new()),
        ..with()
    };
    assert_eq!(
        merge(&text, &[], &other).unwrap().0,
        text,
        "another calendar"
    );
    let later = With {
        known: Some(BTreeSet::new()),
        today: date(2026, 5, 2),
        ..with()
    };
    let (text, merged) = merge(&text, &[], &later).unwrap();
    assert_eq!(merged.removed, ["ESC"], "what is over stays as a record");
    assert_eq!(read(&text).unwrap().conferences[0].name, "ACC");
}

#[test]
fn a_conference_added_by_hand_is_the_same_one() {
    let text =
        format!("{PLAN}\n[[conferences]]\nname = \"ESC\"\nfrom = 2026-08-28\nuntil = 2026-08-30\n");
    let new = [days("a", "ESC", date(2026, 8, 28), date(2026, 8, 31))];
    let (text, merged) = merge(&text, &new, &with()).unwrap();
    assert_eq!(merged.changed, ["ESC"]);
    assert_eq!(read(&text).unwrap().conferences.len(), 1);
}

#[test]
fn two_of_one_name_on_one_day_are_told_apart() {
    let new = [
        days("a", "ESC", date(2026, 8, 28), date(2026, 8, 31)),
        days("b", "ESC", date(2026, 8, 28), date(2026, 8, 29)),
    ];
    let (text, merged) = merge(PLAN, &new, &with()).unwrap();
    assert_eq!(merged.added, ["ESC", "ESC (2)"]);
    assert_eq!(merge(&text, &new, &with()).unwrap().0, text);
}

#[test]
fn instances_of_another_length_have_their_own_entry() {
    let at = |text: &str| Begin::Exact(text.parse().unwrap());
    let split = Imported {
        uid: "a".into(),
        name: "Chat".into(),
        when: When::Hours(vec![
            (Duration::from_hours(1), vec![at("2026-06-02T18:00:00Z")]),
            (Duration::from_hours(2), vec![at("2026-06-09T18:00:00Z")]),
        ]),
    };
    let (text, merged) = merge(PLAN, &[split], &with()).unwrap();
    assert_eq!(merged.added, ["Chat", "Chat (2)"]);
    let one = [hours("a", "Chat", &["2026-06-02T18:00:00Z"])];
    let (text, merged) = merge(&text, &one, &with()).unwrap();
    assert_eq!(merged.removed, ["Chat (2)"]);
    assert_eq!(read(&text).unwrap().engagements.len(), 2);
}
