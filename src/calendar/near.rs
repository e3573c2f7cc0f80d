//! Times as people say them, seen from now: `Mon 30 Nov 08:00, in 4 days`.
//!
//! The year is said where it is another one. How far away it is counts in days of the local clock,
//! as people count: after the next midnight is tomorrow, but for the hours that are near. What is read
//! by programs is written by `Calendar::rfc3339`.

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::Calendar;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
/// Up to here hours are counted although midnight lies between: three at night is tonight.
const SOON: i64 = 6 * HOUR;
/// From here on months are counted, and then years.
const MANY_DAYS: i32 = 60;
const MANY_MONTHS: i32 = 24;

impl Calendar {
    /// An instant, and how far away it is: `Mon 30 Nov 08:00, in 4 days`.
    pub fn near(&self, at: Timestamp, now: Timestamp) -> String {
        format!("{}, {}", self.short(at, now), self.away(at, now))
    }

    /// An instant without its distance: `Mon 30 Nov 08:00`, with the year where it is another one.
    pub fn short(&self, at: Timestamp, now: Timestamp) -> String {
        let local = self.local(at);
        let same_year = local.year() == self.local(now).year();
        let format = if same_year {
            "%a %-d %b %H:%M"
        } else {
            "%a %-d %b %Y %H:%M"
        };
        local.strftime(format).to_string()
    }

    /// How far away an instant is: `now`, `in 25 min`, `3 h ago`, `tomorrow`, `in 4 days`.
    pub fn away(&self, at: Timestamp, now: Timestamp) -> String {
        let time = at.duration_since(now);
        let seconds = time.abs().as_secs();
        let is_past = time < SignedDuration::ZERO;
        let (today, day) = (self.local(now).date(), self.local(at).date());
        if seconds < MINUTE {
            return if is_past { "just now" } else { "now" }.to_owned();
        }
        // To the nearest minute: what was asked for as `in 2h` is in 2 h, a moment later too.
        let minutes = (seconds + MINUTE / 2) / MINUTE;
        if minutes < HOUR / MINUTE {
            return told(is_past, &format!("{minutes} min"));
        }
        if seconds < SOON || day == today {
            return told(is_past, &format!("{} h", minutes * MINUTE / HOUR));
        }
        match days_between(today, day) {
            1 if is_past => "yesterday".to_owned(),
            1 => "tomorrow".to_owned(),
            days => told(is_past, &in_days(days)),
        }
    }
}

fn days_between(one: Date, other: Date) -> i32 {
    (other - one).get_days().abs()
}

fn in_days(days: i32) -> String {
    match (days, days * 12 / 365) {
        (..MANY_DAYS, _) => format!("{days} days"),
        (_, months @ ..MANY_MONTHS) => format!("{months} months"),
        (_, months) => format!("{} years", months / 12),
    }
}

fn told(is_past: bool, time: &str) -> String {
    if is_past {
        format!("{time} ago")
    } else {
        format!("in {time}")
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;

    fn near(at: &str) -> String {
        let calendar = Calendar {
            zone: TimeZone::get("Europe/London").unwrap(),
            ..Calendar::default()
        };
        let now: Timestamp = "2026-11-26T09:30:00Z".parse().unwrap();
        calendar.near(at.parse().unwrap(), now)
    }

    #[test]
    fn times_are_said_as_people_say_them() {
        for (at, said) in [
            ("2026-11-26T09:30:20Z", "Thu 26 Nov 09:30, now"),
            ("2026-11-26T09:29:50Z", "Thu 26 Nov 09:29, just now"),
            ("2026-11-26T09:55:00Z", "Thu 26 Nov 09:55, in 25 min"),
            ("2026-11-26T10:29:40Z", "Thu 26 Nov 10:29, in 1 h"),
            ("2026-11-26T11:29:59Z", "Thu 26 Nov 11:29, in 2 h"),
            ("2026-11-26T11:29:20Z", "Thu 26 Nov 11:29, in 1 h"),
            ("2026-11-26T20:00:00Z", "Thu 26 Nov 20:00, in 10 h"),
            ("2026-11-27T08:00:00Z", "Fri 27 Nov 08:00, tomorrow"),
            ("2026-11-30T08:00:00Z", "Mon 30 Nov 08:00, in 4 days"),
            ("2027-01-20T08:00:00Z", "Wed 20 Jan 2027 08:00, in 55 days"),
            ("2027-02-26T08:00:00Z", "Fri 26 Feb 2027 08:00, in 3 months"),
            ("2031-11-26T08:00:00Z", "Wed 26 Nov 2031 08:00, in 5 years"),
            ("2026-11-26T07:20:00Z", "Thu 26 Nov 07:20, 2 h ago"),
            ("2026-11-25T22:00:00Z", "Wed 25 Nov 22:00, yesterday"),
            ("2026-11-20T08:00:00Z", "Fri 20 Nov 08:00, 6 days ago"),
        ] {
            assert_eq!(near(at), said);
        }
    }

    #[test]
    fn midnight_decides_what_is_tomorrow_but_not_for_the_next_hours() {
        let calendar = Calendar::default();
        let now: Timestamp = "2026-11-26T23:00:00Z".parse().unwrap();
        let away = |at: &str| calendar.away(at.parse().unwrap(), now);
        assert_eq!(away("2026-11-27T03:00:00Z"), "in 4 h");
        assert_eq!(away("2026-11-27T06:00:00Z"), "tomorrow");
        assert_eq!(away("2026-11-28T06:00:00Z"), "in 2 days");
    }
}
