//! The file's shape as serde reads it: known keys, values as text with their places.
//!
//! Values are taken as text whatever TOML calls them, so that `time = 4` is refused with words
//! about units, and dates may stand with or without quotes. It checks no value.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::value::Datetime;

/// A value with its place in the file.
pub(super) type Leaf = Spanned<Loose>;

/// A single value as text.
#[derive(Clone, Debug)]
pub(super) struct Loose(pub(super) String);

impl<'de> Deserialize<'de> for Loose {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LooseVisitor)
    }
}

struct LooseVisitor;

impl<'de> Visitor<'de> for LooseVisitor {
    type Value = Loose;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a single value in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Loose, E> {
        Ok(Loose(text.to_owned()))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Loose, E> {
        Ok(Loose(number.to_string()))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Loose, E> {
        Ok(Loose(number.to_string()))
    }

    fn visit_bool<E: Error>(self, answer: bool) -> Result<Loose, E> {
        Ok(Loose(answer.to_string()))
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Loose, M::Error> {
        Datetime::deserialize(MapAccessDeserializer::new(map))
            .map(|date| Loose(date.to_string()))
            .map_err(|_| M::Error::custom("a single value belongs here, not a table"))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPlan {
    pub(super) timezone: Option<Leaf>,
    pub(super) day_starts: Option<Leaf>,
    pub(super) week_starts: Option<Leaf>,
    pub(super) limits: Vec<RawLimit>,
    pub(super) breaks: RawBreaks,
    pub(super) quiet: RawQuiet,
    pub(super) posting: RawPosting,
    pub(super) accounts: Vec<RawAccount>,
    pub(super) engagements: Vec<RawEngagement>,
    pub(super) conferences: Vec<RawConference>,
    pub(super) feeds: Vec<RawFeed>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLimit {
    pub(super) of: Leaf,
    pub(super) per: Leaf,
    pub(super) time: Leaf,
    pub(super) at_least: Option<Leaf>,
    #[serde(default)]
    pub(super) overrides: Vec<RawOverride>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOverride {
    pub(super) from: Leaf,
    pub(super) until: Leaf,
    pub(super) time: Leaf,
    pub(super) why: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawBreaks {
    pub(super) after: Option<Leaf>,
    pub(super) length: Option<Leaf>,
    pub(super) snooze: Option<Leaf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawQuiet {
    pub(super) from: Option<Leaf>,
    pub(super) until: Option<Leaf>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawPosting {
    pub(super) cooling_off: Option<Leaf>,
    pub(super) late_after: Option<Leaf>,
    pub(super) attestations_valid: Option<Leaf>,
}

/// An account; what is not one of its own keys is a setting of its platform.
#[derive(Debug, Default)]
pub(super) struct RawAccount {
    pub(super) name: Option<Leaf>,
    pub(super) platform: Option<Leaf>,
    pub(super) owner: Option<Spanned<String>>,
    pub(super) speaks_as: Option<Leaf>,
    pub(super) packs: Vec<Leaf>,
    pub(super) slots: Vec<Leaf>,
    pub(super) cadence: Vec<Spanned<RawStage>>,
    pub(super) settings: Vec<(String, Leaf)>,
}

impl RawAccount {
    /// The keys that every account may have.
    pub(super) const KEYS: [&'static str; 7] = [
        "name",
        "platform",
        "owner",
        "speaks_as",
        "packs",
        "slots",
        "cadence",
    ];
}

impl<'de> Deserialize<'de> for RawAccount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_map(AccountVisitor)
    }
}

struct AccountVisitor;

impl<'de> Visitor<'de> for AccountVisitor {
    type Value = RawAccount;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an account with a name and a platform")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<RawAccount, M::Error> {
        let mut account = RawAccount::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "name" => account.name = Some(map.next_value()?),
                "platform" => account.platform = Some(map.next_value()?),
                "owner" => account.owner = Some(map.next_value()?),
                "speaks_as" => account.speaks_as = Some(map.next_value()?),
                "packs" => account.packs = map.next_value()?,
                "slots" => account.slots = map.next_value()?,
                "cadence" => account.cadence = map.next_value()?,
                _ => account.settings.push((key, map.next_value()?)),
            }
        }
        // The parser sorts keys by name; people mean the order of the file.
        account.settings.sort_by_key(|(_, leaf)| leaf.span().start);
        if account.name.is_none() {
            return Err(M::Error::missing_field("name"));
        }
        if account.platform.is_none() {
            return Err(M::Error::missing_field("platform"));
        }
        Ok(account)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawStage {
    pub(super) from: Option<Leaf>,
    pub(super) after: Option<Leaf>,
    pub(super) posts: Leaf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawEngagement {
    pub(super) name: Leaf,
    pub(super) site: Option<Leaf>,
    pub(super) activity: Option<Leaf>,
    pub(super) cron: Option<Leaf>,
    pub(super) at: Option<Spanned<Leaves>>,
    pub(super) length: Leaf,
    pub(super) uid: Option<Leaf>,
    pub(super) calendar: Option<Leaf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConference {
    pub(super) name: Leaf,
    pub(super) from: Leaf,
    pub(super) until: Leaf,
    pub(super) time: Option<Leaf>,
    pub(super) site: Option<Leaf>,
    pub(super) uid: Option<Leaf>,
    pub(super) calendar: Option<Leaf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFeed {
    pub(super) name: Leaf,
    pub(super) address: Option<Leaf>,
    pub(super) pubmed: Option<Leaf>,
}

/// One value, or a list of them.
#[derive(Debug, Clone)]
pub(super) enum Leaves {
    One(Loose),
    Several(Vec<Leaf>),
}

impl<'de> Deserialize<'de> for Leaves {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(LeavesVisitor)
    }
}

struct LeavesVisitor;

impl<'de> Visitor<'de> for LeavesVisitor {
    type Value = Leaves;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a date with a time, or a list of them")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Leaves, E> {
        LooseVisitor.visit_str(text).map(Leaves::One)
    }

    fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Leaves, M::Error> {
        LooseVisitor.visit_map(map).map(Leaves::One)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut list: S) -> Result<Leaves, S::Error> {
        let mut several = Vec::new();
        while let Some(leaf) = list.next_element()? {
            several.push(leaf);
        }
        Ok(Leaves::Several(several))
    }
}
