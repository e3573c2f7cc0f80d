//! How often an account means to publish: `2 per week`, `2-3 per month`.

use crate::calendar::Per;

/// Why a text says no number of posts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostsError {
    /// It does not have the shape.
    #[error("`{0}` is not a number of posts: write \"2 per week\" or \"2-3 per month\"")]
    Shape(String),
    /// A period that is neither a week nor a month.
    #[error("`{text}` counts per {per}: posts count per week or month, such as \"7 per week\"")]
    Period {
        /// The whole text.
        text: String,
        /// What stood after `per`.
        per: String,
    },
    /// The greater number stands first.
    #[error("`{0}` has the greater number first: write \"2-3 per month\"")]
    Order(String),
    /// No post at all.
    #[error("`{0}` is no post at all: remove the stage, or write \"0-1 per month\"")]
    None(String),
    /// More than anybody means.
    #[error("`{0}` is more than 1000 posts")]
    Many(String),
}

/// Reads `2 per week` or `2-3 per month` as the least and greatest number and their period.
pub fn parse_posts(text: &str) -> Result<(u32, u32, Per), PostsError> {
    let shape = || PostsError::Shape(text.to_owned());
    let (numbers, per) = text.split_once(" per ").ok_or_else(shape)?;
    let period = || PostsError::Period {
        text: text.to_owned(),
        per: per.trim().to_owned(),
    };
    let (least, most) = numbers
        .split_once(['-', '–'])
        .map_or((numbers, numbers), |(least, most)| (least, most));
    let least = number(least).ok_or_else(shape)?;
    let most = number(most).ok_or_else(shape)?;
    let per: Per = per.parse().map_err(|_| period())?;
    match (least, most) {
        _ if per == Per::Day => Err(period()),
        (_, 0) => Err(PostsError::None(text.to_owned())),
        _ if least > most => Err(PostsError::Order(text.to_owned())),
        _ if most > 1000 => Err(PostsError::Many(text.to_owned())),
        _ => Ok((least, most, per)),
    }
}

fn number(text: &str) -> Option<u32> {
    let text = text.trim();
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| plain)
}
