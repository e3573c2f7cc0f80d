//! What people write, understood: times, days, lengths, sites, activities, patterns; and said back.
//!
//! A word that is not understood is wrong usage, with what would be right. Unknown sites are told
//! with the nearest known ones.

use std::fs;
use std::time::Duration;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Desk, Failure};
use crate::attention::sites::Catalogue;
use crate::calendar::{Direction, Pattern, parse_day, parse_duration, parse_when_towards};
use crate::config::Paths;
use crate::plan::{Activity, Of};

/// Any error as wrong usage.
pub fn usage(error: &impl std::fmt::Display) -> Failure {
    Failure::usage(super::failure::sentence(&error.to_string()))
}

/// A length of time above zero.
pub fn length(text: &str) -> Result<Duration, Failure> {
    let length = parse_duration(text).map_err(|error| usage(&error))?;
    if length.is_zero() {
        return Err(Failure::usage(format!("`{text}` is no time at all."))
            .with_help("write for example 15m or 1h30m"));
    }
    Ok(length)
}

/// A day of the plan; `towards` says where weekdays lie.
pub fn day(desk: &Desk, text: &str, towards: Direction) -> Result<Date, Failure> {
    parse_day(&desk.plan.calendar, text, desk.now.wall, towards).map_err(|error| usage(&error))
}

/// A first and a last day in their order.
pub fn range(
    desk: &Desk,
    from: &str,
    until: &str,
    towards: Direction,
) -> Result<(Date, Date), Failure> {
    let range = (day(desk, from, towards)?, day(desk, until, towards)?);
    in_order(range)?;
    Ok(range)
}

/// Refuses a last day before the first.
pub fn in_order((first, last): (Date, Date)) -> Result<(), Failure> {
    if last < first {
        let message = format!("The last day, {last}, lies before the first, {first}.");
        return Err(Failure::usage(message).with_help("both days belong to it; put them in order"));
    }
    Ok(())
}

/// An instant; `towards` says where hours and weekdays without a date lie.
pub fn when(desk: &Desk, text: &str, towards: Direction) -> Result<Timestamp, Failure> {
    parse_when_towards(&desk.plan.calendar, text, desk.now.wall, towards)
        .map_err(|error| usage(&error))
}

/// A cron expression.
pub fn pattern(text: &str) -> Result<Pattern, Failure> {
    Pattern::parse(text).map_err(|error| usage(&error))
}

/// An activity by its word.
pub fn activity(text: &str) -> Result<Activity, Failure> {
    text.trim()
        .to_lowercase()
        .parse()
        .map_err(|error| usage(&error))
}

/// The catalogue of sites with the clinician's own.
pub fn catalogue(paths: &Paths) -> Result<Catalogue, Failure> {
    let file = paths.sites();
    match fs::read_to_string(&file) {
        Ok(extra) => Catalogue::read(Catalogue::builtin(), &extra)
            .map_err(|error| Failure::config(error.message.clone()).at(&file, Some(error.line))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Catalogue::builtin()),
        Err(error) => Err(Failure::file(&file, &error)),
    }
}

/// The front page of a known site.
pub fn address_of(paths: &Paths, site: &str) -> Option<String> {
    let catalogue = catalogue(paths).ok()?;
    let host = catalogue.get(site)?.hosts.first()?;
    Some(format!("https://{host}/"))
}

/// The name of a known site.
pub fn site(paths: &Paths, text: &str) -> Result<String, Failure> {
    let name = text.trim().to_lowercase();
    let catalogue = catalogue(paths)?;
    if catalogue.get(&name).is_some() {
        return Ok(name);
    }
    let known: Vec<&str> = catalogue.names().collect();
    Err(unknown_site(paths, &name, &known))
}

/// The name of a known site, where there is one.
pub fn site_if_any(paths: &Paths, text: Option<&str>) -> Result<Option<String>, Failure> {
    text.map(|text| site(paths, text)).transpose()
}

/// What a limit measures; a site has to be known.
pub fn of(paths: &Paths, text: &str) -> Result<Of, Failure> {
    let of: Of = text.parse().map_err(|error| usage(&error))?;
    if let Of::Site(name) = &of {
        site(paths, name)?;
    }
    Ok(of)
}

fn unknown_site(paths: &Paths, name: &str, known: &[&str]) -> Failure {
    let mut near: Vec<(f64, &str)> = known
        .iter()
        .map(|other| (strsim::jaro_winkler(name, other), *other))
        .filter(|(closeness, _)| *closeness > 0.7)
        .collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    let near: Vec<_> = near
        .iter()
        .take(3)
        .map(|(_, other)| format!("`{other}`"))
        .collect();
    let meant = match near.as_slice() {
        [] => String::new(),
        near => format!("did you mean {}? ", near.join(", ")),
    };
    let file = paths.sites();
    Failure::usage(format!("`{name}` is not a site known here.")).with_help(format!(
        "{meant}To add a site of your own write [[sites]], name = \"{name}\" and \
         hosts = [\"…\"] into {}",
        file.display()
    ))
}

/// A day with its weekday: `Mon 23 Nov 2026`.
pub fn spoken_day(day: Date) -> String {
    day.strftime("%a %-d %b %Y").to_string()
}

/// Days from the first to the last: `Tue 5 May 2026 to Thu 7 May 2026`.
pub fn days(from: Date, until: Date) -> String {
    if from == until {
        return spoken_day(from);
    }
    format!("{} to {}", spoken_day(from), spoken_day(until))
}
