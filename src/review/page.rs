//! A review as one page that needs nothing else: no script, no other file, no network.
//!
//! It is read on a screen, light or dark, on paper, and aloud: each chart stands beside its table.

use askama::Template;
use jiff::civil::DateTime;

use super::chart::{Chart, chart};
use super::kept::LimitKept;
use super::{Bar, Figures, ORDER, Review, Share, words};

/// The page.
#[derive(Debug, Template)]
#[template(path = "review/page.html")]
struct Page<'r> {
    review: &'r Review,
    chart: Chart,
    tiles: Vec<Tile>,
    /// Activities that occur in the table of days, in their order.
    columns: Vec<&'r str>,
    /// Activities that occur in the columns of the chart.
    drawn: Vec<&'r str>,
}

/// One figure, with what it was before.
#[derive(Debug)]
struct Tile {
    name: &'static str,
    now: String,
    before: String,
}

/// The mark by which a page made here is known again.
pub const MARK: &str = "<meta name=\"generator\" content=\"rounds\">";

/// The whole page as HTML.
///
/// # Errors
/// Only if the template itself is wrong.
pub fn page(review: &Review) -> Result<String, askama::Error> {
    let occurring = |shares: fn(&Bar) -> &Vec<Share>| {
        let names = ORDER.iter().map(|activity| activity.name());
        names
            .filter(|name| {
                let mut all = review.bars.iter().flat_map(shares);
                all.any(|share| share.key == *name)
            })
            .collect()
    };
    Page {
        review,
        chart: chart(review),
        tiles: tiles(&review.now, &review.before.figures),
        columns: occurring(|bar| &bar.by_activity),
        drawn: occurring(|bar| &bar.on_sites),
    }
    .render()
}

fn tiles(now: &Figures, before: &Figures) -> Vec<Tile> {
    let tile = |name, tell: &dyn Fn(&Figures) -> String| Tile {
        name,
        now: tell(now),
        before: tell(before),
    };
    let mut tiles = vec![tile("On social sites", &|f| words::said(f.usage_s))];
    if now.writing_s + before.writing_s > 0 {
        tiles.push(tile("Writing", &|f| words::said(f.writing_s)));
    }
    if now.published + before.published > 0 {
        tiles.push(tile("Posts out", &|f| f.published.to_string()));
    }
    if now.per_post_s.or(before.per_post_s).is_some() {
        tiles.push(tile("Writing per post", &per_post));
    }
    tiles.push(tile(
        "Breaks taken",
        &|f| match f.breaks.taken + f.breaks.skipped {
            0 => "none due".to_owned(),
            due => format!("{} of {due}", f.breaks.taken),
        },
    ));
    tiles
}

fn per_post(figures: &Figures) -> String {
    figures
        .per_post_s
        .map_or_else(|| "–".to_owned(), words::said)
}

impl Page<'_> {
    /// Whether writing was done away from sites.
    fn any_away(&self) -> bool {
        self.review.bars.iter().any(|bar| bar.away_s > 0)
    }

    /// When the page was made, as people say it.
    fn made(&self) -> String {
        let made = &self.review.made_at;
        let local = made.get(..19).unwrap_or(made).parse::<DateTime>();
        local.map_or_else(
            |_| made.clone(),
            |at| at.strftime("%-d %B %Y at %H:%M").to_string(),
        )
    }

    /// A sentence in pieces; what stands between backticks is a command.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn ticks<'t>(&self, text: &'t str) -> Vec<(bool, &'t str)> {
        let pieces = text.split('`').enumerate();
        pieces
            .map(|(number, piece)| (number % 2 == 1, piece))
            .collect()
    }

    /// The share of one activity in a bar, in words; empty where there was none.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn cell(&self, shares: &[Share], key: &str) -> String {
        let share = shares.iter().find(|share| share.key == key);
        share
            .map(|share| words::said(share.usage_s))
            .unwrap_or_default()
    }

    /// What the same row was in the period before.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn former(&self, shares: &[Share], key: &str) -> String {
        let share = shares.iter().find(|share| share.key == key);
        words::said(share.map_or(0, |share| share.usage_s))
    }

    /// How the same limit was kept in the period before.
    fn former_limit(&self, limit: &LimitKept) -> String {
        let former = self.review.former_limit(limit);
        let former = former.filter(|former| former.periods > 0);
        former.map_or_else(
            || "–".to_owned(),
            |former| format!("{}, {}", words::said(former.used_s), words::kept(former)),
        )
    }

    /// The greatest of some shares.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn most(&self, shares: &[Share]) -> u64 {
        shares.first().map_or(0, |share| share.usage_s)
    }

    /// A part of a whole, in whole per cent.
    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn percent(&self, of: u64, all: u64) -> u64 {
        (of * 100).div_ceil(all.max(1)).min(100)
    }

    #[expect(clippy::unused_self, reason = "templates call methods")]
    fn number(&self, number: Option<u64>) -> String {
        number.map_or_else(|| "–".to_owned(), |number| number.to_string())
    }
}
