//! The review: what memory holds of some days, put together, as values or as a page in a file.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use jiff::civil::Date;

use super::transfer::Written;
use super::{Desk, Failure, files, words};
use crate::attention::usage::Usage;
use crate::daemon::socket::Live;
use crate::posting::post::Post;
use crate::review::page::{MARK, page};
use crate::review::posts::Past;
pub use crate::review::span::Kind;
use crate::review::span::Span;
use crate::review::{Breaks, Material, Review};

/// Which days are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// The period that runs, or the one so many before it.
    Ago(Kind, u32),
    /// Some days, both included.
    Days(Date, Date),
}

/// Nobody looks back further.
const MOST_AGO: u32 = 5_000;
const FIRST_YEAR: i16 = 1970;
const MOST_DAYS: i32 = 40 * 366;

/// Looks back. The texts of posts are in it only if `with_texts`; `live` adds the open span.
pub fn review(
    desk: &Desk,
    which: Which,
    with_texts: bool,
    live: Option<&Live>,
) -> Result<Review, Failure> {
    let calendar = &desk.plan.calendar;
    let today = calendar.day_of(desk.now.wall);
    let (instant, day) = desk.store.first_records()?;
    let first = [instant.map(|at| calendar.day_of(at)), day]
        .into_iter()
        .flatten();
    let begun = first.min().unwrap_or(today);
    let known = (begun.min(today), today);
    let span = match which {
        Which::Ago(_, ago) if ago > MOST_AGO => {
            return Err(Failure::usage(format!("{ago} is too far back."))
                .with_help("count the weeks, months or years before the running one"));
        }
        Which::Ago(kind, ago) => Span::ago(calendar, kind, ago, known),
        Which::Days(first, last) => {
            words::in_order((first, last))?;
            if first > today {
                return Err(Failure::usage(format!(
                    "{} lies in the future.",
                    words::spoken_day(first)
                ))
                .with_help("`rounds plan forecast` looks ahead"));
            }
            if (last - first).get_days() > MOST_DAYS {
                return Err(Failure::usage("That is more than forty years.")
                    .with_help("ask for fewer days"));
            }
            Span::of(first, last, known)
        }
    };
    if span.first.year() < FIRST_YEAR {
        return Err(
            Failure::usage(format!("Nothing before {FIRST_YEAR} was recorded."))
                .with_help("ask for later days, or a smaller --ago"),
        );
    }
    let material = gather(desk, span, with_texts, live)?;
    let before = gather(desk, span.before(calendar), false, None)?;
    let review = crate::review::review(&desk.plan, span, &material, &before, desk.now.wall);
    Ok(review)
}

fn gather(
    desk: &Desk,
    span: Span,
    with_texts: bool,
    live: Option<&Live>,
) -> Result<Material, Failure> {
    let calendar = &desk.plan.calendar;
    let instants = |(first, last): (Date, Date)| {
        let end = last.tomorrow().map(|day| calendar.day_start(day));
        (calendar.day_start(first), end.unwrap_or(Timestamp::MAX))
    };
    let wide = span.widened(calendar);
    let (from, until) = instants(wide);
    let (first, last) = instants((span.first, span.last));
    let mut usage = desk.store.usage((from, until), wide)?;
    if span.runs() {
        add_open(&mut usage, live);
    }
    let breaks = desk.store.breaks(first, last)?;
    let mut posts = Vec::new();
    for post in desk.store.published(from, until)? {
        posts.extend(past(desk, post, with_texts, (from, until))?);
    }
    if span.runs() {
        let queued = desk.store.counted(from, until)?.into_iter();
        posts.extend(queued.filter(|post| !post.published).map(to_come));
    }
    Ok(Material {
        usage,
        breaks: Breaks {
            taken: breaks.taken,
            snoozed: breaks.snoozed,
            skipped: breaks.skipped,
        },
        posts,
        entries: desk.store.entries(first, last)?,
        limits: desk.store.limits_over_time()?,
    })
}

fn add_open(usage: &mut Usage, live: Option<&Live>) {
    if let Some((doing, from, until)) = live.and_then(|live| live.open.clone()) {
        usage.put_open(doing, from, until);
    }
}

/// A published post, by its last receipt.
fn past(
    desk: &Desk,
    post: Post,
    with_texts: bool,
    (from, until): (Timestamp, Timestamp),
) -> Result<Option<Past>, Failure> {
    let metrics = desk.store.metrics(&post.id)?;
    let receipts = post.receipts.iter().map(|receipt| receipt.published_at);
    let at = receipts.filter(|at| from <= *at && *at < until).max();
    Ok(at.map(|at| Past {
        account: post.content.account,
        at,
        published: true,
        goal: post.about.goal,
        text: with_texts.then_some(post.content.text),
        metrics,
        id: post.id,
    }))
}

fn to_come(post: crate::store::Counted) -> Past {
    Past {
        id: crate::posting::post::PostId(String::new()),
        account: post.account,
        at: post.at,
        published: false,
        goal: None,
        text: None,
        metrics: None,
    }
}

/// The review as a page.
pub fn html(review: &Review) -> Result<String, Failure> {
    page(review).map_err(|error| Failure::failed(format!("The page cannot be made: {error}.")))
}

/// Writes the page into a file, for its owner only. A former review there is replaced; any other
/// file is left alone.
pub fn write(review: &Review, file: &Path) -> Result<Written, Failure> {
    let text = html(review)?;
    match fs::read(file) {
        Ok(former) if is_review(&former) => files::replace(file, text.as_bytes())?,
        Ok(_) => return Err(files::exists(file)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            files::create(file, text.as_bytes())?;
        }
        Err(error) => return Err(Failure::file(file, &error)),
    }
    Ok(Written {
        file: file.display().to_string(),
        bytes: text.len() as u64,
    })
}

fn is_review(content: &[u8]) -> bool {
    let head = &content[..content.len().min(500)];
    String::from_utf8_lossy(head).contains(MARK)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::civil::date;

    use super::*;
    use crate::attention::usage::{Amount, Doing};
    use crate::clock::Moment;
    use crate::config::Paths;
    use crate::plan::Activity;

    /// A desk at noon of a day of March 2026, with this daily limit of all time.
    fn desk(home: &Path, day: i8, limit: &str) -> Desk {
        let paths = Paths {
            config: home.join("config"),
            data: home.join("data"),
            socket: home.join("socket"),
            home: home.to_owned(),
            units: home.join("units"),
        };
        fs::create_dir_all(&paths.config).unwrap();
        let limit = match limit {
            "" => String::new(),
            time => format!("[[limits]]\nof = \"all\"\nper = \"day\"\ntime = \"{time}\"\n"),
        };
        let plan = format!("timezone = \"UTC\"\n{limit}");
        fs::write(paths.plan(), plan).unwrap();
        let now = Moment {
            wall: format!("2026-03-{day:02}T12:00:00Z").parse().unwrap(),
            awake: Duration::ZERO,
            boot: Duration::ZERO,
        };
        let mut desk = Desk::open(paths, now).unwrap();
        let amount = Amount {
            day: date(2026, 3, day),
            time: Duration::from_mins(25),
            doing: Doing {
                site: Some("x".to_owned()),
                activity: Activity::Browse,
            },
        };
        desk.store.add_amount(&amount).unwrap();
        desk
    }

    #[test]
    fn what_is_over_is_judged_by_the_limits_that_were_in_force_then() {
        let home = tempfile::tempdir().unwrap();
        let limits = |day, limit| {
            let desk = desk(home.path(), day, limit);
            let week = review(&desk, Which::Ago(Kind::Week, 0), false, None).unwrap();
            week.now.limits
        };
        // From Monday half an hour is allowed, from Wednesday only twenty minutes.
        assert_eq!(limits(2, "30m")[0].kept, 1);
        limits(3, "30m");
        let changed = limits(4, "20m");
        assert_eq!((changed[0].periods, changed[0].kept), (3, 2));
        assert_eq!(changed[0].each_s, (20 * 60, 30 * 60));
        assert_eq!(changed[0].over_s, 5 * 60);
        let later = limits(5, "20m");
        assert_eq!((later[0].ended.periods, later[0].ended.exceeded), (3, 1));
        // A limit that is gone has judged its days, and judges no other.
        let gone = limits(6, "");
        assert_eq!((gone[0].periods, gone[0].in_force), (4, false));
        // The last word of a day is that day's.
        limits(7, "3h");
        let again = limits(7, "10m");
        assert_eq!((again[0].periods, again[0].kept), (5, 2));
    }
}
