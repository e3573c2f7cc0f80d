//! The chart of a review as numbers: stacked columns, their places already worked out.
//!
//! Only time on sites is stacked, since the limit's line measures that; writing away from sites
//! stands beside it, in a column of its own.

use super::{Bar, Review, words};
use crate::calendar::Per;
use crate::plan::Of;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 230.0;
const LEFT: f64 = 108.0;
const TOP: f64 = 14.0;
const BOTTOM: f64 = 26.0;
/// Labels closer to each other than this cannot be read.
const CLOSE: f64 = 13.0;

/// Steps between grid lines, in seconds: such that there are at most five.
const STEPS: [u64; 12] = [
    300, 600, 900, 1_800, 3_600, 7_200, 10_800, 18_000, 36_000, 72_000, 144_000, 360_000,
];

/// A drawing of `width` by `height`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chart {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) base: f64,
    pub(super) columns: Vec<Column>,
    pub(super) grid: Vec<Line>,
    /// The daily limit of all time on sites, where there is one.
    pub(super) limit: Option<Line>,
}

/// One day or month.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) x: f64,
    pub(super) width: f64,
    pub(super) middle: f64,
    /// What stands below it; empty where there is no room.
    pub(super) label: String,
    /// What it says aloud.
    pub(super) title: String,
    pub(super) parts: Vec<Part>,
    /// Writing away from sites.
    pub(super) away: Option<Beside>,
}

/// One activity in a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    pub(super) activity: String,
    pub(super) y: f64,
    pub(super) height: f64,
}

/// What stands beside a column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Beside {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A line across.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) y: f64,
    pub(super) label: String,
}

/// Lays out the bars of a review.
pub(super) fn chart(review: &Review) -> Chart {
    let by_day = words::bar_name(review) == "Day";
    let limits = review.now.limits.iter();
    let daily = limits
        .filter(|limit| by_day && limit.of == Of::All && limit.per == Per::Day)
        // One that changed on the way has no height of its own.
        .filter(|limit| limit.each_s.0 == limit.each_s.1)
        .map(|limit| limit.each_s.1)
        .next();
    let tallest = review.bars.iter().map(stacked).chain(daily).max();
    let (step, top) = scale(tallest.unwrap_or_default());
    let base = HEIGHT - BOTTOM;
    let y = |seconds: u64| base - (base - TOP) * seconds as f64 / top as f64;
    let line = |seconds: u64| Line {
        y: rounded(y(seconds)),
        label: words::said(seconds),
    };
    let any_away = review.bars.iter().any(|bar| bar.away_s > 0);
    let share = if any_away { 0.46 } else { 0.72 };
    let count = review.bars.len().max(1);
    let room = (WIDTH - LEFT) / count as f64;
    let every = count.div_ceil(16);
    let columns = review.bars.iter().enumerate().map(|(number, bar)| {
        let x = LEFT + room * number as f64 + room * 0.14;
        Column {
            x: rounded(x),
            width: rounded(room * share),
            middle: rounded(x + room * 0.36),
            label: if number % every == 0 {
                label(bar, by_day, count)
            } else {
                String::new()
            },
            title: title(bar, by_day),
            parts: parts(bar, &y),
            away: (bar.away_s > 0).then(|| Beside {
                x: rounded(x + room * 0.48),
                y: rounded(y(bar.away_s)),
                width: rounded(room * 0.24),
                height: rounded(base - y(bar.away_s)),
            }),
        }
    });
    let limit = daily.map(line);
    let apart = |mut line: Line| {
        let close = |limit: &Line| (limit.y - line.y).abs() < CLOSE;
        if limit.as_ref().is_some_and(close) {
            line.label.clear();
        }
        line
    };
    let grid = (1..=top / step).map(|number| apart(line(number * step)));
    let grid = grid.collect();
    Chart {
        width: WIDTH,
        height: HEIGHT,
        left: LEFT,
        right: WIDTH,
        base,
        columns: columns.collect(),
        grid,
        limit,
    }
}

/// The height of the higher column: activities lie on one another.
fn stacked(bar: &Bar) -> u64 {
    let on_sites: u64 = bar.on_sites.iter().map(|share| share.usage_s).sum();
    on_sites.max(bar.away_s)
}

/// The step between grid lines, and the highest of them.
fn scale(tallest: u64) -> (u64, u64) {
    let tallest = tallest.max(STEPS[0]);
    let fits = |step: &&u64| tallest <= **step * 5;
    let step = STEPS
        .iter()
        .find(fits)
        .copied()
        .unwrap_or(tallest.div_ceil(5));
    (step, tallest.div_ceil(step) * step)
}

fn parts(bar: &Bar, y: &dyn Fn(u64) -> f64) -> Vec<Part> {
    let mut below = 0;
    let parts = bar.on_sites.iter().map(|share| {
        let above = below + share.usage_s;
        let part = Part {
            activity: share.key.clone(),
            y: rounded(y(above)),
            height: rounded(y(below) - y(above)),
        };
        below = above;
        part
    });
    parts.collect()
}

fn label(bar: &Bar, by_day: bool, count: usize) -> String {
    let format = match (by_day, count) {
        (true, ..=7) => "%a %-d",
        (true, _) => "%-d",
        (false, _) => "%b",
    };
    bar.from.strftime(format).to_string()
}

fn title(bar: &Bar, by_day: bool) -> String {
    let format = if by_day { "%A %-d %B" } else { "%B %Y" };
    let shares = bar.on_sites.iter();
    let shares = shares.map(|share| format!("{} {}", share.key, words::said(share.usage_s)));
    let away = (bar.away_s > 0).then(|| format!("writing away {}", words::said(bar.away_s)));
    let shares: Vec<String> = shares.chain(away).collect();
    let what = if shares.is_empty() {
        "none".to_owned()
    } else {
        shares.join(", ")
    };
    format!("{}: {what}", bar.from.strftime(format))
}

/// A tenth is less than a pixel.
fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::scale;

    #[test]
    fn the_scale_reaches_over_everything_with_few_lines() {
        for tallest in [
            0, 1, 299, 301, 1_501, 5_000, 86_400, 300_000, 1_799_999, 9_999_999,
        ] {
            let (step, top) = scale(tallest);
            assert!(top >= tallest && top > 0 && top % step == 0, "{tallest}");
            assert!(top / step <= 5, "{tallest}: {top} in steps of {step}");
        }
    }
}
