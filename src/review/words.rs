//! A review in words: what the text on a terminal and the page say alike.

use jiff::civil::Date;

use super::kept::{LimitKept, StageKept};
use super::posts::Held;
use super::span::Kind;
use super::{Before, Breaks, Review};
use crate::calendar::Per;
use crate::plan::cadence::Word;
use crate::posting::post::Goal;

/// A length of time for people: `1 h 25 min`, `40 min`, `under a minute`, `none`.
pub fn said(seconds: u64) -> String {
    match (seconds / 3_600, seconds / 60 % 60) {
        (0, 0) if seconds == 0 => "none".to_owned(),
        (0, 0) => "under a minute".to_owned(),
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// Days for people: `23 to 29 November 2026`, with as much as differs.
pub fn days(from: Date, to: Date) -> String {
    let end = to.strftime("%-d %B %Y");
    if from == to {
        end.to_string()
    } else if (from.year(), from.month()) == (to.year(), to.month()) {
        format!("{} to {end}", from.day())
    } else if from.year() == to.year() {
        format!("{} to {end}", from.strftime("%-d %B"))
    } else {
        format!("{} to {end}", from.strftime("%-d %B %Y"))
    }
}

/// What the review is about: `Week of 23 to 29 November 2026`.
pub fn title(review: &Review) -> String {
    match review.period {
        Kind::Week => format!("Week of {}", days(review.from, review.to)),
        Kind::Month => review.from.strftime("%B %Y").to_string(),
        Kind::Year => format!("Year {}", review.from.year()),
        Kind::Days => days(review.from, review.to),
    }
}

/// The period before, for column heads: `week before`.
pub const fn before(review: &Review) -> &'static str {
    match review.period {
        Kind::Week => "week before",
        Kind::Month => "month before",
        Kind::Year => "year before",
        Kind::Days => "days before",
    }
}

/// The period before, with its days.
pub fn before_days(before: &Before) -> String {
    days(before.from, before.to)
}

/// The head of a column: `Day`, or `Month` where the bars are months.
pub fn bar_name(review: &Review) -> &'static str {
    let mut bars = review.bars.iter();
    match (bars.next(), bars.next()) {
        (Some(one), Some(other)) if (other.from - one.from).get_days() > 1 => "Month",
        _ if matches!(review.period, Kind::Year) => "Month",
        _ => "Day",
    }
}

/// `30 min per day`; `20 min to 30 min per day` where it was not the same all the time.
pub fn limit(limit: &LimitKept) -> String {
    let (least, most) = limit.each_s;
    let each = if least == most {
        said(most)
    } else {
        format!("{} to {}", said(least), said(most))
    };
    let was = if limit.in_force {
        ""
    } else {
        ", until it was removed"
    };
    format!("{each} per {}{was}", limit.per)
}

/// `5 of 7 days`, of those that are decided.
pub fn kept(limit: &LimitKept) -> String {
    match limit.decided() {
        0 => "still running".to_owned(),
        decided => format!("{} of {}", limit.ended.kept, counted(decided, limit.per)),
    }
}

/// What became of a floor; nothing where there is none.
pub fn floor(limit: &LimitKept) -> Option<String> {
    if limit.at_least_s == 0 {
        return None;
    }
    let floor = said(limit.at_least_s);
    Some(if limit.ended.whole == 0 {
        format!("at least {floor} per {}: no whole one is over", limit.per)
    } else if limit.floor_missed == 0 {
        format!("at least {floor} per {}: not missed", limit.per)
    } else {
        format!(
            "at least {floor} per {}: missed in {}, by {} together",
            limit.per,
            counted(limit.floor_missed, limit.per),
            said(limit.floor_lacking_s)
        )
    })
}

/// A number of things, by the word for one of them: `1 week`, `3 weeks`.
pub fn counted(count: impl Into<u64>, one: impl std::fmt::Display) -> String {
    match count.into() {
        1 => format!("1 {one}"),
        count => match one.to_string() {
            one if one.ends_with("sh") => format!("{count} {one}es"),
            one if one.ends_with("ry") => format!("{count} {}ies", &one[..one.len() - 1]),
            one => format!("{count} {one}s"),
        },
    }
}

/// `3 taken, 1 snoozed, 0 skipped`.
pub fn breaks(breaks: Breaks) -> String {
    format!(
        "{} taken, {} snoozed, {} skipped",
        breaks.taken, breaks.snoozed, breaks.skipped
    )
}

/// `2 per week`, `2 or 3 per month`.
pub fn target(min: u32, max: u32, per: Per) -> String {
    match max - min.min(max) {
        0 => format!("{min} per {per}"),
        1 => format!("{min} or {max} per {per}"),
        _ => format!("{min} to {max} per {per}"),
    }
}

/// How many periods of a stage were kept; that none has ended, else.
pub fn stage(stage: &StageKept) -> String {
    if stage.periods == 0 {
        format!("no whole {} is over", stage.period)
    } else {
        format!(
            "{} of {} kept",
            stage.kept,
            counted(stage.periods, stage.period)
        )
    }
}

/// Where an account stands, in a word.
pub const fn standing(word: Word) -> &'static str {
    match word {
        Word::Behind => "behind",
        Word::OnTrack => "on track",
        Word::Ahead => "ahead",
    }
}

/// The word of a goal.
pub fn goal(goal: Option<Goal>) -> &'static str {
    match goal {
        Some(Goal::Educate) => "educate",
        Some(Goal::Promote) => "promote",
        Some(Goal::Connect) => "connect",
        Some(Goal::Advocate) => "advocate",
        Some(Goal::Network) => "network",
        Some(Goal::Learn) => "learn",
        Some(Goal::Teach) => "teach",
        None => "none named",
    }
}

/// Why posts were held, in words.
pub fn hold(held: &Held) -> String {
    let why = match held.kind.as_str() {
        "check" => "a question was open",
        "finding" => "screening saw something",
        "consent" => "a consent was missing",
        "approval" => "the owner had not approved",
        "cooling-off" => "a reply in a dispute waited",
        "second-look" => "written in quiet time",
        "account-off" => "the account could not be used",
        "late" => "its time had passed",
        "slot-missing" => "no slot was free",
        other => other,
    };
    match &held.item {
        Some(item) => format!("{why}: {item}"),
        None => why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn lengths_and_days_are_said_as_people_say_them() {
        let seconds = [0, 59, 60, 3_599, 3_600, 5_100, 360_000];
        let said: Vec<String> = seconds.into_iter().map(said).collect();
        let expected = [
            "none",
            "under a minute",
            "1 min",
            "59 min",
            "1 h",
            "1 h 25 min",
            "100 h",
        ];
        assert_eq!(said, expected);
        let (from, to) = (date(2026, 11, 23), date(2026, 11, 29));
        assert_eq!(days(from, to), "23 to 29 November 2026");
        assert_eq!(
            days(from, date(2026, 12, 1)),
            "23 November to 1 December 2026"
        );
        assert_eq!(
            days(from, date(2027, 1, 1)),
            "23 November 2026 to 1 January 2027"
        );
        assert_eq!(days(to, to), "29 November 2026");
    }

    #[test]
    fn one_thing_is_not_many() {
        let said = |count: u32| ["crash", "entry", "day"].map(|one| counted(count, one));
        assert_eq!(said(1), ["1 crash", "1 entry", "1 day"]);
        assert_eq!(said(0), ["0 crashes", "0 entries", "0 days"]);
    }

    #[test]
    fn targets_are_said_as_people_say_them() {
        assert_eq!(target(2, 2, Per::Week), "2 per week");
        assert_eq!(target(2, 3, Per::Month), "2 or 3 per month");
        assert_eq!(target(1, 4, Per::Week), "1 to 4 per week");
    }
}
