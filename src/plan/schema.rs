//! The shape of `plan.toml` as a JSON Schema, for editors that complete and check while one writes.
//!
//! Rules: [`KEYS`] names every key that the reader knows, with its meaning; tests hold the two and
//! the commented files against each other. A default is never written here: it is asked of the
//! reader. The schema tells shapes only; what contradicts itself is the reader's to say.

use serde_json::{Map, Value, json};

use super::{Activity, Plan, Platform, read};
use crate::calendar::format_duration;

/// What may stand behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Words for people.
    Text,
    /// A name that can be typed.
    Name,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// The name of a time zone.
    Zone,
    /// A local time in minutes.
    TimeOfDay,
    /// A length of time.
    Length,
    /// A time in years, months or weeks after a date.
    Age,
    /// A date, quoted or not.
    Date,
    /// A cron expression.
    Cron,
    /// A date with its time, or several.
    Moments,
    /// A web address.
    Address,
    /// How many posts in which period.
    Posts,
    /// What a limit measures.
    Of,
    /// A list of names.
    Names,
    /// A list of cron expressions.
    Crons,
}

/// One key of the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    /// The table in which it stands, such as `limits.overrides`; empty at the top.
    table: &'static str,
    name: &'static str,
    kind: Kind,
    required: bool,
    about: &'static str,
}

const fn key(
    table: &'static str,
    name: &'static str,
    kind: Kind,
    required: bool,
    about: &'static str,
) -> Key {
    Key {
        table,
        name,
        kind,
        required,
        about,
    }
}

const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];
const ACTIVITIES: &[&str] = &{
    let mut names = [""; Activity::ALL.len()];
    let mut at = 0;
    while at < names.len() {
        names[at] = Activity::ALL[at].name();
        at += 1;
    }
    names
};

/// Every key, in the order in which the contract shows them.
#[rustfmt::skip]
const KEYS: &[Key] = &[
    key("", "timezone", Kind::Zone, false, "The zone in which all times are meant; \"system\" follows this machine's."),
    key("", "day_starts", Kind::TimeOfDay, false, "A day runs from here to here, so a late evening counts as that evening."),
    key("", "week_starts", Kind::OneOf(WEEKDAYS), false, "The first day of a week."),
    key("limits", "of", Kind::Of, true, "What counts: all, one site such as x, or an activity such as activity:write."),
    key("limits", "per", Kind::OneOf(&["day", "week", "month"]), true, "In which period."),
    key("limits", "time", Kind::Length, true, "How much at most."),
    key("limits", "at_least", Kind::Length, false, "How much at least; useful for writing time."),
    key("limits.overrides", "from", Kind::Date, true, "The first day."),
    key("limits.overrides", "until", Kind::Date, true, "The last day; it belongs to it."),
    key("limits.overrides", "time", Kind::Length, true, "How much at most on these days."),
    key("limits.overrides", "why", Kind::Text, false, "The reason, for yourself."),
    key("breaks", "after", Kind::Length, false, "A break is due after this much of one session."),
    key("breaks", "length", Kind::Length, false, "A pause of at least this ends the session."),
    key("breaks", "snooze", Kind::Length, false, "How long \"later\" puts the break off."),
    key("quiet", "from", Kind::TimeOfDay, false, "No notifications from this time in the evening."),
    key("quiet", "until", Kind::TimeOfDay, false, "No notifications until this time in the morning."),
    key("posting", "cooling_off", Kind::Length, false, "The least time between the last answer to a check and publishing."),
    key("posting", "late_after", Kind::Length, false, "A post overdue by more than this is not sent by itself any more: you are asked."),
    key("posting", "attestations_valid", Kind::Length, false, "Answers to checks older than this are asked again."),
    key("accounts", "name", Kind::Name, true, "Its name in commands."),
    key("accounts", "platform", Kind::OneOf(&Platform::NAMES), true, "Where it publishes."),
    key("accounts", "owner", Kind::Text, false, "The clinician whose account it is; you unless told."),
    key("accounts", "speaks_as", Kind::OneOf(&["doctor", "practice", "person"]), false, "As whom it speaks; decides which checks apply."),
    key("accounts", "packs", Kind::Names, false, "Checklist packs on top of the core one."),
    key("accounts", "slots", Kind::Crons, false, "When queued posts go out: minute hour day-of-month month weekday."),
    key("accounts.cadence", "from", Kind::Date, false, "The date on which the stage begins."),
    key("accounts.cadence", "after", Kind::Age, false, "How long after the first stage it begins."),
    key("accounts.cadence", "posts", Kind::Posts, true, "How many posts in which period."),
    key("engagements", "name", Kind::Text, true, "Its name in lists."),
    key("engagements", "site", Kind::Name, false, "The site on which it takes place."),
    key("engagements", "activity", Kind::OneOf(ACTIVITIES), false, "What is done there; it counts in limits of this activity."),
    key("engagements", "cron", Kind::Cron, false, "When it begins: minute hour day-of-month month weekday."),
    key("engagements", "at", Kind::Moments, false, "One date with its time, or a list of them, in place of cron."),
    key("engagements", "length", Kind::Length, true, "How long it lasts."),
    key("engagements", "uid", Kind::Text, false, "The calendar's entry that it was imported from."),
    key("engagements", "calendar", Kind::Text, false, "The name of that calendar."),
    key("conferences", "name", Kind::Text, true, "Its name in lists."),
    key("conferences", "from", Kind::Date, true, "The first day."),
    key("conferences", "until", Kind::Date, true, "The last day; it belongs to it."),
    key("conferences", "time", Kind::Length, false, "Time a day for posting from talks, beside the other limits."),
    key("conferences", "site", Kind::Name, false, "The only site that counts as time at the conference; any unless told."),
    key("conferences", "uid", Kind::Text, false, "The calendar's entry that it was imported from."),
    key("conferences", "calendar", Kind::Text, false, "The name of that calendar."),
    key("feeds", "name", Kind::Text, true, "Its name in lists."),
    key("feeds", "address", Kind::Address, false, "The address of an RSS, Atom or JSON feed."),
    key("feeds", "pubmed", Kind::Text, false, "A PubMed search, in place of an address."),
];

/// Tables: their place, whether there may be several, and what they are for.
const TABLES: &[(&str, bool, &str)] = &[
    ("limits", true, "Time budgets."),
    (
        "limits.overrides",
        true,
        "Another amount on some days; of a week or month limit, in every week or month that they touch.",
    ),
    ("breaks", false, "When to rest."),
    (
        "quiet",
        false,
        "When to be silent; the same time twice means never.",
    ),
    ("posting", false, "What holds for every account."),
    (
        "accounts",
        true,
        "Where posts go. Other keys are settings of the platform, such as path, site, server or handle; never a secret.",
    ),
    (
        "accounts.cadence",
        true,
        "How often it means to publish, in stages over the years.",
    ),
    (
        "engagements",
        true,
        "Recurring appointments, such as a chat.",
    ),
    (
        "conferences",
        true,
        "Dated congresses, each with its own time a day.",
    ),
    ("feeds", true, "What the daily scan reads."),
];

/// The JSON Schema (draft 7) of `plan.toml`.
pub fn schema() -> Value {
    let mut whole = table(
        "",
        "Your plan: how much time social media gets, and what it is for.",
    );
    whole["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    whole["title"] = json!("rounds: plan.toml");
    whole
}

/// The schema of one table with the tables in it.
fn table(path: &str, about: &str) -> Value {
    let keys = KEYS.iter().filter(|key| key.table == path);
    let mut properties: Map<String, Value> = keys
        .clone()
        .map(|key| (key.name.to_owned(), property(key)))
        .collect();
    for (inner, several, about) in TABLES {
        let (above, name) = inner.rsplit_once('.').unwrap_or(("", inner));
        if above == path {
            let one = table(inner, about);
            let value = if *several {
                json!({ "type": "array", "description": about, "items": one })
            } else {
                one
            };
            properties.insert(name.to_owned(), value);
        }
    }
    let required: Vec<&str> = keys
        .filter(|key| key.required)
        .map(|key| key.name)
        .collect();
    let others = if path == "accounts" {
        json!({ "type": ["string", "number", "boolean"] })
    } else {
        json!(false)
    };
    json!({
        "type": "object",
        "description": about,
        "properties": properties,
        "required": required,
        "additionalProperties": others,
    })
}

fn property(key: &Key) -> Value {
    let mut value = shape(key.kind);
    value["description"] = json!(key.about);
    if let Some(default) = default(key) {
        value["default"] = json!(default);
    }
    value
}

fn shape(kind: Kind) -> Value {
    let like = |pattern: &str, examples: &[&str]| json!({ "type": "string", "pattern": pattern, "examples": examples });
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Name => json!({ "type": "string", "maxLength": 40, "pattern": "^[^\\s,:/]+$" }),
        Kind::OneOf(words) => json!({ "enum": words }),
        Kind::Zone => like("^[A-Za-z0-9_+/-]+$", &["Europe/London", "system"]),
        Kind::TimeOfDay => like("^([01][0-9]|2[0-3]):[0-5][0-9](:00)?$", &["04:00"]),
        Kind::Length => like("^([0-9]+[ywdhms])+$", &["15m", "1h30m", "14d"]),
        Kind::Age => like("^([0-9]+(y|mo|w|d))+$", &["2y", "18mo"]),
        Kind::Date => like("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", &["2026-05-05"]),
        Kind::Moments => json!({
            "type": ["string", "array"],
            "pattern": MOMENT,
            "items": { "type": "string", "pattern": MOMENT },
        }),
        Kind::Address => like(
            "^https?://[^\\s]+$",
            &["https://www.bmj.com/rss/recent.xml"],
        ),
        Kind::Cron => like(CRON, &["0 20 * * Sun"]),
        Kind::Posts => like(
            "^[0-9]+([-–][0-9]+)? per (week|month)$",
            &["2 per week", "2-3 per month"],
        ),
        Kind::Of => like(
            "^(all|activity:[a-z]+|[^\\s,:/]+)$",
            &["all", "x", "activity:write"],
        ),
        Kind::Names => json!({ "type": "array", "items": { "type": "string" } }),
        Kind::Crons => json!({ "type": "array", "items": like(CRON, &["0 8 * * Tue,Fri"]) }),
    }
}

/// A date, a time, perhaps an offset.
const MOMENT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*$";

/// Five fields.
const CRON: &str = "^\\s*\\S+(\\s+\\S+){4}\\s*$";

/// What holds where the key is absent, as the reader says; none where that depends on the machine.
fn default(key: &Key) -> Option<String> {
    let plan = read::read(EMPTY_ENTRIES).ok()?;
    let time = |time: jiff::civil::Time| time.strftime("%H:%M").to_string();
    let Plan {
        breaks,
        quiet,
        posting,
        ..
    } = &plan;
    Some(match (key.table, key.name) {
        ("", "day_starts") => time(plan.calendar.day_starts),
        ("", "week_starts") => {
            let at = usize::try_from(plan.calendar.week_starts.to_monday_zero_offset()).ok()?;
            (*WEEKDAYS.get(at)?).to_owned()
        }
        ("limits", "at_least") => format_duration(plan.limits.first()?.at_least),
        ("breaks", "after") => format_duration(breaks.after),
        ("breaks", "length") => format_duration(breaks.length),
        ("breaks", "snooze") => format_duration(breaks.snooze),
        ("quiet", "from") => time(quiet.from),
        ("quiet", "until") => time(quiet.until),
        ("posting", "cooling_off") => format_duration(posting.cooling_off),
        ("posting", "late_after") => format_duration(posting.late_after),
        ("posting", "attestations_valid") => format_duration(posting.attestations_valid),
        ("accounts", "speaks_as") => {
            let word = serde_json::to_value(plan.accounts.first()?.speaks_as).ok()?;
            word.as_str()?.to_owned()
        }
        ("engagements", "activity") => plan.engagements.first()?.activity.name().to_owned(),
        ("conferences", "time") => format_duration(plan.conferences.first()?.time),
        _ => return None,
    })
}

/// One entry of each list with its required keys alone.
const EMPTY_ENTRIES: &str = r#"
limits = [{ of = "all", per = "day", time = "1h" }]
accounts = [{ name = "a", platform = "handoff" }]
engagements = [{ name = "e", cron = "0 20 * * 0", length = "1h" }]
conferences = [{ name = "c", from = 2026-01-01, until = 2026-01-01 }]
"#;

#[cfg(test)]
mod tests;
