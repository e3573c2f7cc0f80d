//! Instants and days as people write them: `tomorrow 8am`, `fri 17:30`, `in 90s`, `-7d`.
//!
//! Rules: the zone is the calendar's. An hour or weekday without a date is the next such time, or
//! the latest one where the past is meant. A day without an hour keeps the present time of day,
//! as at(1) does. With a time, `today` and weekdays are the wall calendar's; alone, as a day of
//! the plan, they follow `day_starts`. Bare numbers are refused.
//! It does not know whether a past or future time is allowed where it stands.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time, Weekday};

use super::{Age, Calendar, next, parse_duration, previous, weekday_named};

/// Where an hour or weekday without a date is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The latest one, now or today included: for reports and for time spent.
    Past,
    /// The next one; today's weekday is today: for posts and appointments.
    Future,
}

/// The forms in which a time may be written, for messages.
const TIME_FORMS: &str =
    "write 2026-11-24 08:00, 08:00, 8am, tomorrow 8am, fri 17:30, in 2h or an RFC 3339 time";

/// The forms in which a day may be written, for messages.
const DAY_FORMS: &str =
    "write 2026-05-05, today, yesterday, tomorrow, a weekday such as monday, -7d or +3d";

/// Why a text is no time or no day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WhenError {
    /// A number without a unit.
    #[error(
        "`{0}` is a number without a unit: write {0}:00 or {0}am for an hour, in {0}h for later"
    )]
    BareNumber(String),
    /// A time that is not understood, with the word that is not.
    #[error("`{text}` is not a time{}: {TIME_FORMS}", because(.word.as_deref()))]
    Time {
        /// The whole text.
        text: String,
        /// Which part is not understood, where the rest is.
        word: Option<String>,
    },
    /// A day that is not understood.
    #[error("`{text}` is not a day: {DAY_FORMS}")]
    Day {
        /// The whole text.
        text: String,
    },
    /// `in` or `ago` with a wrong length of time.
    #[error(transparent)]
    Length(#[from] super::DurationError),
}

fn because(word: Option<&str>) -> String {
    word.map(|word| format!(" (`{word}` is not understood)"))
        .unwrap_or_default()
}

/// Reads a time; hours and weekdays without a date lie ahead.
pub fn parse_when(calendar: &Calendar, text: &str, now: Timestamp) -> Result<Timestamp, WhenError> {
    parse_when_towards(calendar, text, now, Direction::Future)
}

/// Reads a time; `towards` says where hours and weekdays without a date lie.
pub fn parse_when_towards(
    calendar: &Calendar,
    text: &str,
    now: Timestamp,
    towards: Direction,
) -> Result<Timestamp, WhenError> {
    let text = text.trim();
    if let Some(instant) = complete(calendar, text) {
        return Ok(instant);
    }
    let small = text.to_lowercase();
    if small == "now" {
        return Ok(now);
    }
    if let Some(length) = small.strip_prefix("in ") {
        return Ok(now
            .saturating_add(parse_duration(length)?)
            .unwrap_or(Timestamp::MAX));
    }
    if let Some(length) = small.strip_suffix(" ago") {
        return Ok(now
            .saturating_sub(parse_duration(length)?)
            .unwrap_or(Timestamp::MIN));
    }
    if !small.is_empty() && small.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(WhenError::BareNumber(text.to_owned()));
    }
    let words = Words::read(text, &small)?;
    Ok(words.instant(calendar, now, towards))
}

/// RFC 3339, or a date and time that leave nothing open.
fn complete(calendar: &Calendar, text: &str) -> Option<Timestamp> {
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Some(instant);
    }
    // A zone in brackets would be overlooked, not honoured.
    let has_time = text.len() > 10 && text.contains(':') && !text.contains('[');
    let local = text.parse::<DateTime>().ok().filter(|_| has_time)?;
    Some(calendar.instant(local))
}

/// A day as a word.
#[derive(Clone, Copy)]
enum Day {
    Date(Date),
    Today,
    Tomorrow,
    Yesterday,
    Weekday(Weekday),
}

impl Day {
    fn read(word: &str) -> Option<Self> {
        match word {
            "today" => Some(Self::Today),
            "tomorrow" => Some(Self::Tomorrow),
            "yesterday" => Some(Self::Yesterday),
            _ => weekday_named(word)
                .map(Self::Weekday)
                .or_else(|| iso_date(word).map(Self::Date)),
        }
    }

    /// The date, seen from `today`; today's weekday is today.
    fn date(self, today: Date, towards: Direction) -> Date {
        match (self, towards) {
            (Self::Date(date), _) => date,
            (Self::Today, _) => today,
            (Self::Tomorrow, _) => next(today),
            (Self::Yesterday, _) => previous(today),
            (Self::Weekday(weekday), Direction::Future) => {
                shift(today, i64::from(today.weekday().until(weekday)))
            }
            (Self::Weekday(weekday), Direction::Past) => {
                shift(today, -i64::from(today.weekday().since(weekday)))
            }
        }
    }
}

/// What a text says: a day, an hour or both.
struct Words {
    day: Option<Day>,
    time: Option<Time>,
}

impl Words {
    fn read(text: &str, small: &str) -> Result<Self, WhenError> {
        let wrong = |word: Option<&str>| WhenError::Time {
            text: text.to_owned(),
            word: word.map(str::to_owned),
        };
        let joined = small.replace(" am", "am").replace(" pm", "pm");
        let mut words = Self {
            day: None,
            time: None,
        };
        for word in joined.split_whitespace().filter(|word| *word != "at") {
            match (Day::read(word), clock(word)) {
                (Some(day), _) if words.day.is_none() => words.day = Some(day),
                (_, Some(time)) if words.time.is_none() => words.time = Some(time),
                _ => return Err(wrong(Some(word).filter(|word| *word != small))),
            }
        }
        if words.day.is_none() && words.time.is_none() {
            return Err(wrong(None));
        }
        Ok(words)
    }

    fn instant(&self, calendar: &Calendar, now: Timestamp, towards: Direction) -> Timestamp {
        let local = calendar.local(now);
        let on = |date: Date| {
            let time = self.time.unwrap_or_else(|| whole_minute(local.time()));
            calendar.instant(date.to_datetime(time))
        };
        let day = self.day.unwrap_or(Day::Today);
        let found = on(day.date(local.date(), towards));
        let step = match self.day {
            None => 1,
            Some(Day::Weekday(_)) => 7,
            Some(_) => return found,
        };
        let date = day.date(local.date(), towards);
        match towards {
            Direction::Future if found <= now => on(shift(date, step)),
            Direction::Past if found > now => on(shift(date, -step)),
            _ => found,
        }
    }
}

/// Reads a day of the plan; `towards` says where weekdays lie.
pub fn parse_day(
    calendar: &Calendar,
    text: &str,
    now: Timestamp,
    towards: Direction,
) -> Result<Date, WhenError> {
    let text = text.trim();
    let small = text.to_lowercase();
    let today = calendar.day_of(now);
    if let Some(day) = Day::read(&small) {
        return Ok(day.date(today, towards));
    }
    let age = |text: &str| Age::parse(text).ok();
    small
        .strip_prefix('-')
        .and_then(age)
        .map(|age| age.before(today))
        .or_else(|| {
            small
                .strip_prefix('+')
                .and_then(age)
                .map(|age| age.after(today))
        })
        .ok_or_else(|| WhenError::Day {
            text: text.to_owned(),
        })
}

/// `2026-05-05` and nothing shorter or longer.
fn iso_date(word: &str) -> Option<Date> {
    let shape = word.len() == 10 && word.bytes().filter(|byte| *byte == b'-').count() == 2;
    word.parse().ok().filter(|_| shape)
}

/// `08:00`, `8:00`, `08:00:30`, `8am`, `8:30pm`, `noon`, `midnight`.
fn clock(word: &str) -> Option<Time> {
    match word {
        "noon" => return Some(Time::constant(12, 0, 0, 0)),
        "midnight" => return Some(Time::midnight()),
        _ => {}
    }
    if let Some(hours) = word.strip_suffix("am") {
        return half_day(hours, 0);
    }
    if let Some(hours) = word.strip_suffix("pm") {
        return half_day(hours, 12);
    }
    let numbers: Option<Vec<i8>> = word.split(':').map(two_digits).collect();
    match numbers?.as_slice() {
        [hour, minute] => Time::new(*hour, *minute, 0, 0).ok(),
        [hour, minute, second] => Time::new(*hour, *minute, *second, 0).ok(),
        _ => None,
    }
}

/// `8` or `8:30` of the twelve-hour clock.
fn half_day(text: &str, plus: i8) -> Option<Time> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
    let hour = two_digits(hour).filter(|hour| (1..=12).contains(hour))?;
    Time::new(hour % 12 + plus, two_digits(minute)?, 0, 0).ok()
}

fn two_digits(text: &str) -> Option<i8> {
    let plain = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}

fn whole_minute(time: Time) -> Time {
    Time::new(time.hour(), time.minute(), 0, 0).unwrap_or(time)
}

fn shift(date: Date, days: i64) -> Date {
    date.saturating_add(jiff::SignedDuration::from_hours(24 * days))
}

#[cfg(test)]
mod tests;
