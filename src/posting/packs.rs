//! The professional rules: packs of checklist items, and which of them a post has to answer.
//!
//! - A pack is data (`config/checklists/*.toml`); no rule of the guidance stands in code.
//! - The core pack is asked on every account, first; a pack listed after it can ask for more or
//!   weigh an item heavier, never for less.
//! - An item that two packs hold under one id is asked once, in the words of the first, with the
//!   stricter evidence. Packs that ask for evidence of which neither is stricter are refused.
//! - A pack of one's own adds to the others and takes the place of none: its name is its own.
//! - Items that one answer settles are one question (`asked_with`).
//! - A rule whose source was not read says UNVERIFIED.
//!
//! It knows no file, clock or answer: which answers are still valid is decided in the checks.

mod condition;
mod questions;
mod read;
mod resolve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

pub use self::condition::{Condition, Facts, PostKind};
pub use self::questions::{Applicable, StateHint};
pub use self::read::{PackError, builtin, read_pack};
use crate::plan::SpeaksAs;
use crate::posting::evidence::EvidenceKind;
use crate::posting::screening::Severity;

/// The pack that every account has.
pub const CORE: &str = "core";

/// Whether an item is answered for each post, or once for the account until the answer expires.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For each post.
    #[default]
    Post,
    /// Once for the account.
    Account,
}

/// Where a rule comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Title and publisher.
    pub title: String,
    /// Year of the text, where known.
    pub year: Option<u16>,
    /// Paragraph, point or rule inside it.
    pub paragraph: Option<String>,
    /// The text was read; where not, `Display` says UNVERIFIED.
    pub verified: bool,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)?;
        if let Some(year) = self.year {
            write!(f, " ({year})")?;
        }
        if let Some(paragraph) = &self.paragraph {
            write!(f, ", {paragraph}")?;
        }
        if self.verified {
            Ok(())
        } else {
            f.write_str(", UNVERIFIED")
        }
    }
}

/// One question of a pack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Its name in answers, the same in every pack.
    pub id: String,
    /// One sentence to the clinician; "yes" is the good answer to most.
    pub question: String,
    /// Accounts for which it can be asked at all.
    pub speaks_as: Vec<SpeaksAs>,
    /// Asked when one of these holds; a plain answer does, also where it names a finding.
    pub applies: Vec<Condition>,
    /// Opened when screening found one of these; while it blocks, a plain answer does not do.
    pub opened_by: Vec<Condition>,
    /// Its weight, unless `block_when` or `weak` changes it.
    pub severity: Severity,
    /// Makes it block.
    pub block_when: Vec<Condition>,
    /// Its weight when all that opened it are findings that would not block.
    pub weak: Option<Severity>,
    /// For each post or once for the account.
    pub level: Level,
    /// What an answer must bring along.
    pub evidence_kind: Option<EvidenceKind>,
    /// Id of the item whose question takes this one in.
    pub asked_with: Option<String>,
    /// Where the rule comes from.
    pub source: Source,
    /// Where it holds: `any`, `UK`, `US`, …
    pub jurisdiction: String,
}

/// A named set of items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pack {
    /// Its name in the plan.
    pub name: String,
    /// Its name for people.
    pub title: String,
    /// Its edition.
    pub version: String,
    /// In the order of the file.
    pub items: Vec<Item>,
    /// Items of other packs that it holds too; empty once resolved by [`Packs::new`].
    also: Vec<read::Also>,
    /// Where it stands, for errors.
    #[serde(skip)]
    place: Place,
}

/// The file of a pack, the line of its name and those of its items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    file: String,
    name: usize,
    items: BTreeMap<String, usize>,
}

impl Pack {
    /// Something wrong with its name, or with one of its items.
    fn error(&self, item: Option<&str>, field: &str, message: String) -> PackError {
        let line = item.and_then(|item| self.place.items.get(item));
        PackError {
            file: self.place.file.clone(),
            line: line.copied().unwrap_or(self.place.name),
            field: field.to_owned(),
            message,
        }
    }
}

/// A pack that an account lists and nobody provides.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("There is no checklist pack `{name}`; known are: {known}.")]
pub struct UnknownPack {
    /// The name that was asked for.
    pub name: String,
    /// Those there are, with commas.
    pub known: String,
}

/// All packs there are: the built-in ones and those of the configuration directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packs {
    packs: Vec<Pack>,
    version: String,
}

impl Packs {
    /// The built-in packs and `added` ones, none of which may have the name of another.
    pub fn new(added: Vec<Pack>) -> Result<Self, PackError> {
        let mut packs = builtin()?;
        let builtin = packs.len();
        for pack in added {
            if let Some(at) = packs.iter().position(|known| known.name == pack.name) {
                let whose = if at < builtin {
                    "comes with rounds and stays as it is".to_owned()
                } else {
                    format!("stands in {}", packs[at].place.file)
                };
                let message = format!(
                    "there is a pack `{0}` already, which {whose}; give this one a name of its \
                     own, such as `our-{0}`, and list that under `packs` of the account",
                    pack.name
                );
                return Err(pack.error(None, "name", message));
            }
            packs.push(pack);
        }
        let packs = resolve::resolve(packs)?;
        let version = digest(&packs)?;
        Ok(Self { packs, version })
    }

    /// The rule-set version: changes when any rule does, not when a comment does.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// All packs, the core one first.
    pub fn all(&self) -> &[Pack] {
        &self.packs
    }

    /// The pack of that name.
    pub fn get(&self, name: &str) -> Result<&Pack, UnknownPack> {
        self.packs
            .iter()
            .find(|pack| pack.name == name)
            .ok_or_else(|| UnknownPack {
                name: name.to_owned(),
                known: self.names(),
            })
    }

    /// The names of all packs, with commas.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.packs.iter().map(|pack| pack.name.as_str()).collect();
        names.join(", ")
    }
}

/// SHA-256 over the rules themselves, twelve hexadecimal digits.
fn digest(packs: &[Pack]) -> Result<String, PackError> {
    let text = serde_json::to_string(packs).map_err(|error| PackError {
        file: CORE.to_owned(),
        line: 1,
        field: "file".to_owned(),
        message: format!("the rules have no digest: {error}"),
    })?;
    let hash = Sha256::digest(text.as_bytes());
    let start = hash
        .iter()
        .take(6)
        .fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    Ok(format!("{start:012x}"))
}
