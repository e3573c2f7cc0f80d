//! Days, periods and windows, with the odd days that daylight saving makes.

use jiff::civil::{date, time};
use proptest::prelude::*;

use super::*;

fn calendar(zone: &str, starts: Time) -> Calendar {
    Calendar {
        zone: TimeZone::get(zone).unwrap(),
        day_starts: starts,
        ..Calendar::default()
    }
}

fn london() -> Calendar {
    calendar("Europe/London", time(4, 0, 0, 0))
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

#[test]
fn a_late_evening_counts_as_that_evening() {
    let london = london();
    assert_eq!(
        london.day_of(at("2026-11-22T01:30:00Z")),
        date(2026, 11, 21)
    );
    assert_eq!(
        london.day_of(at("2026-11-22T03:59:59Z")),
        date(2026, 11, 21)
    );
    assert_eq!(
        london.day_of(at("2026-11-22T04:00:00Z")),
        date(2026, 11, 22)
    );
    assert_eq!(london.day_of(at("2026-07-01T03:00:00Z")), date(2026, 7, 1));
}

#[test]
fn skipped_and_repeated_local_times_mean_one_instant() {
    let london = london();
    let skipped = date(2026, 3, 29).at(1, 30, 0, 0);
    assert_eq!(london.instant(skipped), at("2026-03-29T01:00:00Z"));
    let repeated = date(2026, 10, 25).at(1, 30, 0, 0);
    assert_eq!(london.instant(repeated), at("2026-10-25T00:30:00Z"));
    let howe = calendar("Australia/Lord_Howe", time(4, 0, 0, 0));
    let skipped = date(2026, 10, 4).at(2, 10, 0, 0);
    assert_eq!(howe.instant(skipped), at("2026-10-04T02:30:00+11:00"));
    // Samoa had no 30 December 2011.
    let apia = calendar("Pacific/Apia", time(4, 0, 0, 0));
    let skipped = date(2011, 12, 30).at(8, 0, 0, 0);
    assert_eq!(apia.instant(skipped), at("2011-12-31T00:00:00+14:00"));
}

#[test]
fn days_of_23_and_25_hours_are_whole() {
    let midnight = calendar("Europe/London", time(0, 0, 0, 0));
    let hours = |day| {
        let (from, until) = midnight.bounds(midnight.period(Per::Day, day));
        until.duration_since(from).as_hours()
    };
    assert_eq!(hours(date(2026, 3, 29)), 23);
    assert_eq!(hours(date(2026, 10, 25)), 25);
    assert_eq!(hours(date(2026, 6, 1)), 24);
}

#[test]
fn periods_are_inclusive_days() {
    let mut london = london();
    let tuesday = date(2026, 11, 24);
    let week = london.period(Per::Week, tuesday);
    assert_eq!(
        (week.first, week.last),
        (date(2026, 11, 23), date(2026, 11, 29))
    );
    london.week_starts = Weekday::Sunday;
    let week = london.period(Per::Week, tuesday);
    assert_eq!(
        (week.first, week.last),
        (date(2026, 11, 22), date(2026, 11, 28))
    );
    let month = london.period_at(Per::Month, at("2026-12-01T02:00:00Z"));
    assert_eq!(
        (month.first, month.last),
        (date(2026, 11, 1), date(2026, 11, 30))
    );
    assert!(month.contains(date(2026, 11, 30)) && !month.contains(date(2026, 12, 1)));
    assert_eq!(
        london.bounds(month),
        (at("2026-11-01T04:00:00Z"), at("2026-12-01T04:00:00Z"))
    );
}

#[test]
fn the_next_local_time_is_strictly_later() {
    let london = london();
    let seven = time(7, 0, 0, 0);
    let next = |after: &str, time| london.next_local_time(at(after), time);
    assert_eq!(
        next("2026-11-24T06:00:00Z", seven),
        at("2026-11-24T07:00:00Z")
    );
    assert_eq!(
        next("2026-11-24T07:00:00Z", seven),
        at("2026-11-25T07:00:00Z")
    );
    let half_one = time(1, 30, 0, 0);
    assert_eq!(
        next("2026-03-28T12:00:00Z", half_one),
        at("2026-03-29T01:00:00Z")
    );
    assert_eq!(
        next("2026-10-25T00:30:00Z", half_one),
        at("2026-10-25T01:30:00Z")
    );
}

#[test]
fn a_daily_window_may_cross_midnight_or_be_empty() {
    let london = london();
    let (from, until) = (time(22, 30, 0, 0), time(7, 0, 0, 0));
    let quiet = |text| london.in_daily_window(at(text), from, until);
    assert!(quiet("2026-11-24T22:30:00Z") && quiet("2026-11-24T06:59:59Z"));
    assert!(!quiet("2026-11-24T07:00:00Z") && !quiet("2026-11-24T22:29:59Z"));
    let noon = at("2026-11-24T12:00:00Z");
    assert!(london.in_daily_window(noon, until, from));
    assert!(!london.in_daily_window(noon, time(12, 0, 0, 0), time(12, 0, 0, 0)));
}

#[test]
fn instants_are_written_with_offset_and_spoken_with_weekday_and_zone() {
    let london = london();
    let winter = at("2026-11-24T08:00:00.7Z");
    assert_eq!(london.rfc3339(winter), "2026-11-24T08:00:00+00:00");
    assert_eq!(
        london.rfc3339(at("2026-07-01T08:00:00Z")),
        "2026-07-01T09:00:00+01:00"
    );
    assert_eq!(london.spoken(winter), "Tue 24 Nov 2026 08:00 Europe/London");
    assert_eq!(
        london.spoken(at("2026-11-04T08:00:30Z")),
        "Wed 4 Nov 2026 08:00:30 Europe/London"
    );
    assert_eq!(
        Calendar::default().spoken(winter),
        "Tue 24 Nov 2026 08:00 UTC"
    );
}

#[test]
fn periods_are_written_in_small_letters() {
    for per in [Per::Day, Per::Week, Per::Month] {
        assert_eq!(per.to_string().parse(), Ok(per));
        assert_eq!(serde_json::to_string(&per).unwrap(), format!("\"{per}\""));
    }
    let told = "fortnight".parse::<Per>().unwrap_err().to_string();
    assert!(told.contains("day, week or month"), "{told}");
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    const ZONES: [&str; 8] = [
        "Europe/London",
        "America/St_Johns",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "America/Santiago",
        "Africa/Cairo",
        "Pacific/Chatham",
        "Pacific/Apia",
    ];
    (
        prop::sample::select(&ZONES[..]).prop_map(str::to_owned),
        0_i8..24,
        0_i8..60,
    )
        .prop_map(|(zone, hour, minute)| calendar(&zone, time(hour, minute, 0, 0)))
}

proptest! {
    #[test]
    fn every_instant_lies_in_exactly_the_day_it_belongs_to(
        calendar in any_calendar(),
        second in 1_200_000_000_i64..2_000_000_000,
    ) {
        let instant = Timestamp::from_second(second).unwrap();
        for per in [Per::Day, Per::Week, Per::Month] {
            let (from, until) = calendar.bounds(calendar.period_at(per, instant));
            prop_assert!(from <= instant && instant < until);
        }
    }

    #[test]
    fn the_next_local_time_shows_it_or_the_end_of_a_gap(
        calendar in any_calendar(),
        second in 1_200_000_000_i64..2_000_000_000,
    ) {
        let after = Timestamp::from_second(second).unwrap();
        let wanted = calendar.day_starts;
        let next = calendar.next_local_time(after, wanted);
        prop_assert!(next > after);
        let shown = calendar.local(next);
        prop_assert!(shown.time() == wanted || calendar.instant(shown.date().to_datetime(wanted)) == next
            || calendar.instant(previous(shown.date()).to_datetime(wanted)) == next);
        // No earlier minute shows it.
        let mut minute = second - second.rem_euclid(60) + 60;
        while minute < next.as_second() {
            let local = calendar.local(Timestamp::from_second(minute).unwrap());
            prop_assert!(local.time() != wanted);
            minute += 60;
        }
    }
}

#[test]
fn a_time_of_others_that_is_skipped_counts_from_before_the_jump() {
    let london = london();
    let skipped = date(2026, 3, 29).at(1, 20, 0, 0);
    assert_eq!(london.instant(skipped), at("2026-03-29T01:00:00Z"));
    assert_eq!(
        london.instant_of_others(skipped),
        at("2026-03-29T01:20:00Z")
    );
    let twice = date(2026, 10, 25).at(1, 20, 0, 0);
    assert_eq!(london.instant_of_others(twice), at("2026-10-25T00:20:00Z"));
    assert_eq!(london.instant_of_others(DateTime::MAX), Timestamp::MAX);
}
