//! The examples of RFC 5545, and what is refused.

use jiff::civil::date;
use jiff::tz::TimeZone;

use super::*;

fn new_york() -> Calendar {
    Calendar {
        zone: TimeZone::get("America/New_York").unwrap(),
        ..Calendar::default()
    }
}

fn nine(day: &str) -> DateTime {
    day.parse::<Date>().unwrap().at(9, 0, 0, 0)
}

fn window(from: Date, until: Date) -> Window {
    Window {
        from,
        until,
        most: 2000,
    }
}

fn years(from: i16, until: i16) -> Window {
    window(date(from, 1, 1), date(until, 12, 31))
}

/// The dates of a rule that begins at nine, in a short form: `1997-09: 2 4, 1997-10: 1`.
fn told(begins: &str, rule: &str, window: Window) -> String {
    let rule: Recurrence = rule.parse().unwrap();
    let found = rule.occurrences(nine(begins), &new_york(), window).unwrap();
    let (mut text, mut month) = (String::new(), String::new());
    for at in found {
        assert_eq!(at.time(), nine(begins).time(), "{at}");
        let this = at.strftime("%Y-%m").to_string();
        if this != month {
            let comma = if text.is_empty() { "" } else { ", " };
            text.push_str(&format!("{comma}{this}:"));
            month = this;
        }
        text.push_str(&format!(" {}", at.day()));
    }
    text
}

/// RFC 5545, section 3.8.5.3: beginning, rule, the year until whose end it is looked at, dates.
const EXAMPLES: [(&str, &str, i16, &str); 33] = [
    (
        "1997-09-02",
        "FREQ=DAILY;COUNT=10",
        1997,
        "1997-09: 2 3 4 5 6 7 8 9 10 11",
    ),
    (
        "1997-09-02",
        "FREQ=DAILY;INTERVAL=10;COUNT=5",
        1997,
        "1997-09: 2 12 22, 1997-10: 2 12",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10",
        1997,
        "1997-09: 2 9 16 23 30, 1997-10: 7 14 21 28, 1997-11: 4",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971224T000000Z",
        1998,
        "1997-09: 2 9 16 23 30, 1997-10: 7 14 21 28, 1997-11: 4 11 18 25, 1997-12: 2 9 16 23",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU",
        1997,
        "1997-09: 2 16 30, 1997-10: 14 28, 1997-11: 11 25, 1997-12: 9 23",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH",
        1998,
        "1997-09: 2 4 9 11 16 18 23 25 30, 1997-10: 2",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH",
        1998,
        "1997-09: 2 4 9 11 16 18 23 25 30, 1997-10: 2",
    ),
    (
        "1997-09-01",
        "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR",
        1998,
        "1997-09: 1 3 5 15 17 19 29, 1997-10: 1 3 13 15 17 27 29 31, \
         1997-11: 10 12 14 24 26 28, 1997-12: 8 10 12 22",
    ),
    (
        "1997-09-02",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH",
        1998,
        "1997-09: 2 4 16 18 30, 1997-10: 2 14 16",
    ),
    (
        "1997-09-05",
        "FREQ=MONTHLY;COUNT=10;BYDAY=1FR",
        1999,
        "1997-09: 5, 1997-10: 3, 1997-11: 7, 1997-12: 5, 1998-01: 2, 1998-02: 6, 1998-03: 6, \
         1998-04: 3, 1998-05: 1, 1998-06: 5",
    ),
    (
        "1997-09-05",
        "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR",
        1999,
        "1997-09: 5, 1997-10: 3, 1997-11: 7, 1997-12: 5",
    ),
    (
        "1997-09-07",
        "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU",
        1999,
        "1997-09: 7 28, 1997-11: 2 30, 1998-01: 4 25, 1998-03: 1 29, 1998-05: 3 31",
    ),
    (
        "1997-09-22",
        "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO",
        1999,
        "1997-09: 22, 1997-10: 20, 1997-11: 17, 1997-12: 22, 1998-01: 19, 1998-02: 16",
    ),
    (
        "1997-09-28",
        "FREQ=MONTHLY;BYMONTHDAY=-3",
        1997,
        "1997-09: 28, 1997-10: 29, 1997-11: 28, 1997-12: 29",
    ),
    (
        "1997-09-02",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15",
        1999,
        "1997-09: 2 15, 1997-10: 2 15, 1997-11: 2 15, 1997-12: 2 15, 1998-01: 2 15",
    ),
    (
        "1997-09-30",
        "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1",
        1999,
        "1997-09: 30, 1997-10: 1 31, 1997-11: 1 30, 1997-12: 1 31, 1998-01: 1 31, 1998-02: 1",
    ),
    (
        "1997-09-10",
        "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15",
        1999,
        "1997-09: 10 11 12 13 14 15, 1999-03: 10 11 12 13",
    ),
    (
        "1997-09-02",
        "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU",
        1997,
        "1997-09: 2 9 16 23 30, 1997-11: 4 11 18 25",
    ),
    (
        "1997-06-10",
        "FREQ=YEARLY;COUNT=10;BYMONTH=6,7",
        2010,
        "1997-06: 10, 1997-07: 10, 1998-06: 10, 1998-07: 10, 1999-06: 10, 1999-07: 10, \
         2000-06: 10, 2000-07: 10, 2001-06: 10, 2001-07: 10",
    ),
    (
        "1997-03-10",
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3",
        2010,
        "1997-03: 10, 1999-01: 10, 1999-02: 10, 1999-03: 10, 2001-01: 10, 2001-02: 10, \
         2001-03: 10, 2003-01: 10, 2003-02: 10, 2003-03: 10",
    ),
    (
        "1997-01-01",
        "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200",
        2010,
        "1997-01: 1, 1997-04: 10, 1997-07: 19, 2000-01: 1, 2000-04: 9, 2000-07: 18, 2003-01: 1, \
         2003-04: 10, 2003-07: 19, 2006-01: 1",
    ),
    (
        "1997-05-19",
        "FREQ=YEARLY;BYDAY=20MO",
        1999,
        "1997-05: 19, 1998-05: 18, 1999-05: 17",
    ),
    (
        "1997-05-12",
        "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO",
        1999,
        "1997-05: 12, 1998-05: 11, 1999-05: 17",
    ),
    (
        "1997-03-13",
        "FREQ=YEARLY;BYMONTH=3;BYDAY=TH",
        1999,
        "1997-03: 13 20 27, 1998-03: 5 12 19 26, 1999-03: 4 11 18 25",
    ),
    (
        "1997-06-05",
        "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8",
        1997,
        "1997-06: 5 12 19 26, 1997-07: 3 10 17 24 31, 1997-08: 7 14 21 28",
    ),
    (
        "1997-09-02",
        "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
        2000,
        "1998-02: 13, 1998-03: 13, 1998-11: 13, 1999-08: 13, 2000-10: 13",
    ),
    (
        "1997-09-13",
        "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13",
        1997,
        "1997-09: 13, 1997-10: 11, 1997-11: 8, 1997-12: 13",
    ),
    (
        "1996-11-05",
        "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8",
        2004,
        "1996-11: 5, 2000-11: 7, 2004-11: 2",
    ),
    (
        "1997-09-04",
        "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3",
        1999,
        "1997-09: 4, 1997-10: 7, 1997-11: 6",
    ),
    (
        "1997-09-29",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2",
        1997,
        "1997-09: 29, 1997-10: 30, 1997-11: 27, 1997-12: 30",
    ),
    (
        "1997-08-05",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO",
        1999,
        "1997-08: 5 10 19 24",
    ),
    (
        "1997-08-05",
        "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU",
        1999,
        "1997-08: 5 17 19 31",
    ),
    (
        "2007-01-15",
        "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5",
        2010,
        "2007-01: 15 30, 2007-02: 15, 2007-03: 15 30",
    ),
];

#[test]
fn the_examples_of_the_standard() {
    for (begins, rule, until, dates) in EXAMPLES {
        assert_eq!(told(begins, rule, years(1996, until)), dates, "{rule}");
    }
    let daily = "FREQ=DAILY;UNTIL=20000131T140000Z;BYMONTH=1";
    let yearly = "FREQ=YEARLY;UNTIL=20000131T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA";
    let all = told("1998-01-01", daily, years(1996, 2010));
    assert_eq!(all, told("1998-01-01", yearly, years(1996, 2010)));
    assert_eq!(all.matches(' ').count(), 3 * 31 + 2);
}

#[test]
fn an_end_in_utc_is_read_by_the_clock_of_the_series() {
    // 13:00 in UTC is nine in New York, in summer; the last one counts.
    let at = |until: &str| {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        told("1997-09-02", &rule, years(1997, 1997))
    };
    assert_eq!(at("19970904T130000Z"), "1997-09: 2 3 4");
    assert_eq!(at("19970904T125959Z"), "1997-09: 2 3");
    assert_eq!(at("19970904T090000"), "1997-09: 2 3 4");
    assert_eq!(at("19970904"), "1997-09: 2 3 4");
    assert_eq!(at("19970901"), "");
}

#[test]
fn several_times_a_day_and_the_last_of_them() {
    let rule: Recurrence = "freq=daily;byhour=18,8;byminute=30;X-OURS=1;COUNT=4"
        .parse()
        .unwrap();
    let at = |rule: &Recurrence| {
        let found = rule.occurrences(nine("2026-11-24"), &new_york(), years(2026, 2026));
        let found = found.unwrap().into_iter();
        found.map(|at| at.to_string()).collect::<Vec<_>>()
    };
    let (first, second) = ("2026-11-24T18:30:00", "2026-11-25T08:30:00");
    let third = ["2026-11-25T18:30:00", "2026-11-26T08:30:00"];
    assert_eq!(at(&rule), [first, second, third[0], third[1]]);
    let last = "FREQ=MONTHLY;BYDAY=MO,TU;BYHOUR=8,18;BYSETPOS=-1;COUNT=1".parse();
    assert_eq!(at(&last.unwrap()), ["2026-11-30T18:00:00"]);
}

#[test]
fn a_week_of_the_year_keeps_the_weekday_of_the_beginning() {
    let dates = told("2026-01-01", "FREQ=YEARLY;BYWEEKNO=1,53", years(2025, 2029));
    assert_eq!(
        dates,
        "2026-01: 1, 2026-12: 31, 2027-01: 7, 2028-01: 6, 2029-01: 4"
    );
}

#[test]
fn only_the_days_asked_for_and_no_more_than_asked_for() {
    let rule: Recurrence = "FREQ=DAILY;INTERVAL=3".parse().unwrap();
    let mut few = window(date(9990, 1, 1), date(9999, 12, 31));
    few.most = 3;
    let found = rule.occurrences(nine("1900-01-01"), &new_york(), few);
    let found = found.unwrap();
    assert_eq!(found.len(), 3);
    let days = found[0].date() - date(1900, 1, 1);
    assert_eq!(days.get_days() % 3, 0);
    assert!(found[0].date() >= few.from);
    // A date that never comes ends with the window, and one that leaves the years does not fail.
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;INTERVAL=4294967295;BYMONTH=2",
        "FREQ=DAILY;INTERVAL=4294967295;COUNT=4294967295",
    ] {
        let rule: Recurrence = rule.parse().unwrap();
        let found = rule.occurrences(nine("2026-01-01"), &new_york(), years(2027, 9999));
        assert_eq!(found, Ok(Vec::new()));
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    use RecurrenceError::{End, NotUnderstood, TooOften};
    for (rule, why) in [
        ("", NotUnderstood),
        ("COUNT=3", NotUnderstood),
        ("FREQ=", NotUnderstood),
        ("FREQ=NEVER", NotUnderstood),
        ("FREQ=HOURLY", TooOften),
        ("FREQ=MINUTELY;COUNT=4", TooOften),
        ("FREQ=SECONDLY", TooOften),
        ("FREQ=DAILY;BYHOUR=8,9,10,11,12", TooOften),
        ("FREQ=DAILY;BYHOUR=8,9;BYMINUTE=0,15,30", TooOften),
        ("FREQ=DAILY;COUNT=0", NotUnderstood),
        ("FREQ=DAILY;INTERVAL=0", NotUnderstood),
        ("FREQ=DAILY;INTERVAL=-1", NotUnderstood),
        ("FREQ=DAILY;FREQ=WEEKLY", NotUnderstood),
        ("FREQ=DAILY;BYEASTER=1", NotUnderstood),
        ("FREQ=DAILY;RSCALE=HEBREW", NotUnderstood),
        ("FREQ=DAILY;BYMONTH=13", NotUnderstood),
        ("FREQ=DAILY;BYMONTH=-1", NotUnderstood),
        ("FREQ=DAILY;BYHOUR=24", NotUnderstood),
        ("FREQ=MONTHLY;BYMONTHDAY=0", NotUnderstood),
        ("FREQ=MONTHLY;BYMONTHDAY=32", NotUnderstood),
        ("FREQ=MONTHLY;BYMONTHDAY=", NotUnderstood),
        ("FREQ=MONTHLY;BYWEEKNO=3", NotUnderstood),
        ("FREQ=MONTHLY;BYYEARDAY=3", NotUnderstood),
        ("FREQ=MONTHLY;BYDAY=0MO", NotUnderstood),
        ("FREQ=MONTHLY;BYDAY=1", NotUnderstood),
        ("FREQ=MONTHLY;BYDAY=é", NotUnderstood),
        ("FREQ=WEEKLY;BYDAY=1MO", NotUnderstood),
        ("FREQ=WEEKLY;BYMONTHDAY=1", NotUnderstood),
        ("FREQ=YEARLY;BYWEEKNO=3;BYDAY=1MO", NotUnderstood),
        ("FREQ=YEARLY;BYSETPOS=1", NotUnderstood),
        ("FREQ=DAILY;WKST=XX", NotUnderstood),
        ("FREQ=DAILY;UNTIL=soon", End),
        ("FREQ=DAILY;UNTIL=20261324", End),
        ("FREQ=DAILY;UNTIL=20261124T080000ZZ", End),
    ] {
        assert_eq!(rule.parse::<Recurrence>(), Err(why), "{rule}");
    }
    let rule: Recurrence = "FREQ=DAILY".parse().unwrap();
    let found = rule.occurrences(nine("1899-12-31"), &new_york(), years(2026, 2026));
    assert_eq!(found, Err(RecurrenceError::TooOld));
}
