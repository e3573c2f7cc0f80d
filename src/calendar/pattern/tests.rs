//! The grammar's edges and the daylight-saving promises, one example each.

use super::*;
use jiff::tz::TimeZone;

fn calendar(zone: &str) -> Calendar {
    Calendar {
        zone: TimeZone::get(zone).unwrap(),
        ..Calendar::default()
    }
}

/// The first `count` occurrences after an instant, in local time.
fn occurrences(zone: &str, pattern: &str, after: &str, count: usize) -> Vec<String> {
    let calendar = calendar(zone);
    Pattern::parse(pattern)
        .unwrap()
        .after(&calendar, after.parse().unwrap())
        .take(count)
        .map(|at| calendar.rfc3339(at))
        .collect()
}

fn refusal(pattern: &str) -> String {
    Pattern::parse(pattern).unwrap_err().to_string()
}

#[test]
fn weekdays_by_name_and_number_are_crontabs() {
    let named = occurrences("UTC", "0 8 * * Tue,Fri", "2026-11-23T00:00:00Z", 3);
    assert_eq!(
        named,
        [
            "2026-11-24T08:00:00+00:00",
            "2026-11-27T08:00:00+00:00",
            "2026-12-01T08:00:00+00:00"
        ]
    );
    let same = [
        ("0 8 * * 2,5", "0 8 * * Tue,Fri"),
        ("0 8 * * 0", "0 8 * * Sun"),
        ("0 8 * * 7", "0 8 * * sunday"),
        ("0 8 * * 5-7", "0 8 * * Fri-Sun"),
        ("0 8 * * 1-5", "0 8 * * mon-fri"),
        ("0 8 * * */7", "0 8 * * 0"),
        ("0 8 * * 1-7/3", "0 8 * * Mon,Thu,Sun"),
        ("@weekly", "0 0 * * 0"),
        ("@daily", "0  0\t* * *"),
        ("0 0 1 jan *", "@yearly"),
    ];
    for (one, other) in same {
        let from = "2026-11-23T00:00:00Z";
        assert_eq!(
            occurrences("UTC", one, from, 20),
            occurrences("UTC", other, from, 20),
            "{one} and {other}"
        );
    }
}

#[test]
fn day_of_month_and_weekday_both_restricted_means_either() {
    let either = occurrences("UTC", "0 8 13 * Fri", "2026-11-01T00:00:00Z", 6);
    let days: Vec<&str> = either.iter().map(|at| &at[5..10]).collect();
    assert_eq!(days, ["11-06", "11-13", "11-20", "11-27", "12-04", "12-11"]);
    let star = occurrences("UTC", "0 8 */2 * Fri", "2026-11-01T00:00:00Z", 3);
    let days: Vec<&str> = star.iter().map(|at| &at[5..10]).collect();
    assert_eq!(days, ["11-13", "11-27", "12-11"]);
}

#[test]
fn a_skipped_local_time_runs_at_the_first_instant_after_the_gap_and_only_once() {
    assert_eq!(
        occurrences("Europe/Berlin", "30 2 * * *", "2026-03-28T12:00:00Z", 2),
        ["2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"]
    );
    assert_eq!(
        occurrences(
            "Europe/Berlin",
            "*/20 2,3 29 3 *",
            "2026-03-28T12:00:00Z",
            3
        ),
        [
            "2026-03-29T03:00:00+02:00",
            "2026-03-29T03:20:00+02:00",
            "2026-03-29T03:40:00+02:00"
        ]
    );
}

#[test]
fn a_repeated_local_time_runs_once_the_first_time() {
    assert_eq!(
        occurrences("Europe/Berlin", "30 2 * * *", "2026-10-24T12:00:00Z", 2),
        ["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"]
    );
    // Asked between the two readings, the second one is not offered.
    assert_eq!(
        occurrences("Europe/Berlin", "30 2 * * *", "2026-10-25T01:10:00Z", 1),
        ["2026-10-26T02:30:00+01:00"]
    );
}

#[test]
fn after_is_strict_and_between_includes_its_start_only() {
    let calendar = Calendar::default();
    let pattern = Pattern::parse("0 8 * * *").unwrap();
    let eight: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    let next_eight: Timestamp = "2026-11-25T08:00:00Z".parse().unwrap();
    assert_eq!(pattern.after(&calendar, eight).next(), Some(next_eight));
    let just_before = eight - std::time::Duration::from_millis(1);
    assert_eq!(pattern.after(&calendar, just_before).next(), Some(eight));
    let between: Vec<_> = pattern.between(&calendar, eight, next_eight).collect();
    assert_eq!(between, [eight]);
}

#[test]
fn a_pattern_that_never_occurs_is_refused_and_a_rare_one_is_not() {
    assert!(refusal("0 8 30 2 *").contains("never occurs"));
    assert!(refusal("0 8 31 4,6,9,11 *").contains("never occurs"));
    // Either means that the Mondays of February remain.
    assert!(Pattern::parse("0 8 30 2 Mon").is_ok());
    assert_eq!(
        occurrences("UTC", "0 8 29 2 *", "2026-01-01T00:00:00Z", 1),
        ["2028-02-29T08:00:00+00:00"]
    );
}

#[test]
fn a_refusal_names_the_field_and_what_it_takes() {
    let cases = [
        (
            "60 8 * * *",
            "minute `60` is out of range; it takes 0 to 59",
        ),
        ("0 24 * * *", "hour `24` is out of range"),
        ("0 8 0 * *", "day of month `0` is out of range"),
        ("0 8 * 13 *", "month `13` is out of range"),
        ("0 8 * * 8", "weekday `8` is out of range"),
        ("0 8 * * Tues", "weekday `Tues` is not understood"),
        ("0 8 L * *", "day of month `L` is not understood"),
        ("0 8 ? * *", "day of month `?` is not understood"),
        ("0 8 * * 1#2", "weekday `1#2` is not understood"),
        (
            "0 17-8 * * *",
            "hour `17-8` is a range that ends before it starts",
        ),
        (
            "*/0 8 * * *",
            "minute `*/0` has a step that is out of range",
        ),
        (
            "*/90 8 * * *",
            "minute `*/90` has a step that is out of range",
        ),
        (
            "5/10 8 * * *",
            "minute `5/10` has a step after a single value",
        ),
        ("0, 8 * * *", "minute `` is not understood"),
        ("-5 8 * * *", "minute `-5` is not understood"),
        ("+5 8 * * *", "minute `+5` is not understood"),
        ("0 8 * *", "has 4 fields where a cron expression has five"),
        ("0 0 8 * * *", "has 6 fields"),
        ("", "has no fields"),
        ("@reboot", "`@reboot` is not known"),
    ];
    for (pattern, words) in cases {
        let told = refusal(pattern);
        assert!(told.contains(words), "{pattern}: {told}");
    }
    assert!(refusal("0 0 8 * * *").contains("seconds are left out"));
}

#[test]
fn a_pattern_is_stored_as_its_text() {
    let pattern = Pattern::parse(" 0 8 * * Tue,Fri ").unwrap();
    assert_eq!(pattern.as_str(), "0 8 * * Tue,Fri");
    let json = serde_json::to_string(&pattern).unwrap();
    assert_eq!(json, "\"0 8 * * Tue,Fri\"");
    assert_eq!(serde_json::from_str::<Pattern>(&json).unwrap(), pattern);
}
