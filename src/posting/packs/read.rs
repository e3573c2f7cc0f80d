//! Reading packs: TOML text in, packs or one error with file, line and field out.
//!
//! Unknown keys, words and ids are errors that list what is known: a rule that is misspelt must
//! not silently be a rule that is never asked. It opens no file; its caller gives the text.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::condition::Condition;
use super::{Item, Level, Pack, Source};
use crate::plan::SpeaksAs;
use crate::posting::evidence::EvidenceKind;
use crate::posting::screening::Severity;

/// What is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {field}: {message}.")]
pub struct PackError {
    /// The file as its reader named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// The key that is wrong.
    pub field: String,
    /// What is wrong and what would be right, without a full stop.
    pub message: String,
}

/// An item of another pack that a pack holds too, by a source of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Also {
    pub(super) id: String,
    pub(super) pack: String,
    pub(super) source: Source,
    /// File and line, for errors.
    #[serde(skip)]
    pub(super) place: (String, usize),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPack {
    name: Spanned<String>,
    title: String,
    version: String,
    jurisdiction: String,
    sources: BTreeMap<String, RawSource>,
    #[serde(default)]
    items: Vec<RawItem>,
    #[serde(default)]
    also: Vec<RawAlso>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSource {
    title: String,
    year: Option<u16>,
    #[serde(default = "yes")]
    verified: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawItem {
    id: Spanned<String>,
    question: Spanned<String>,
    #[serde(default = "everybody")]
    speaks_as: Vec<SpeaksAs>,
    #[serde(default)]
    applies: Vec<Spanned<String>>,
    #[serde(default)]
    opened_by: Vec<Spanned<String>>,
    severity: Spanned<Severity>,
    #[serde(default)]
    block_when: Vec<Spanned<String>>,
    weak: Option<Spanned<Severity>>,
    #[serde(default)]
    level: Level,
    evidence_kind: Option<EvidenceKind>,
    asked_with: Option<Spanned<String>>,
    source: Spanned<String>,
    paragraph: Option<String>,
    verified: Option<bool>,
    jurisdiction: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAlso {
    id: Spanned<String>,
    pack: String,
    source: Spanned<String>,
    paragraph: Option<String>,
}

fn everybody() -> Vec<SpeaksAs> {
    vec![SpeaksAs::Doctor, SpeaksAs::Practice, SpeaksAs::Person]
}

/// The packs that come with rounds, the core one first.
pub fn builtin() -> Result<Vec<Pack>, PackError> {
    macro_rules! pack {
        ($name:literal) => {
            read_pack(
                concat!("config/checklists/", $name, ".toml"),
                include_str!(concat!("../../../config/checklists/", $name, ".toml")),
            )?
        };
    }
    Ok(vec![
        pack!("core"),
        pack!("aafp"),
        pack!("gmc"),
        pack!("bma"),
        pack!("ftc"),
        pack!("hipaa"),
        pack!("ccmc"),
        pack!("ama"),
        pack!("employer"),
    ])
}

/// Reads one pack. `file` is only named in errors.
pub fn read_pack(file: &str, text: &str) -> Result<Pack, PackError> {
    let place = Place { file, text };
    let raw: RawPack = toml::from_str(text).map_err(|error| place.of_toml(&error))?;
    if !is_id(raw.name.get_ref()) {
        return Err(place.error(
            &raw.name,
            "name",
            "lower-case letters, digits and hyphens only",
        ));
    }
    let mut items: Vec<Item> = Vec::new();
    let mut lines = BTreeMap::new();
    for item in raw.items {
        lines.insert(item.id.get_ref().clone(), place.line(item.id.span().start));
        if items.iter().any(|known| known.id == *item.id.get_ref()) {
            let message = format!("`{}` stands twice in this pack", item.id.get_ref());
            return Err(place.error(&item.id, "id", &message));
        }
        items.push(item.read(&place, &raw.sources, &raw.jurisdiction)?);
    }
    let also = raw
        .also
        .into_iter()
        .map(|also| also.read(&place, &raw.sources));
    Ok(Pack {
        also: also.collect::<Result<_, _>>()?,
        place: super::Place {
            file: file.to_owned(),
            name: place.line(raw.name.span().start),
            items: lines,
        },
        name: raw.name.into_inner(),
        title: raw.title,
        version: raw.version,
        items,
    })
}

impl RawItem {
    fn read(
        self,
        place: &Place<'_>,
        sources: &BTreeMap<String, RawSource>,
        jurisdiction: &str,
    ) -> Result<Item, PackError> {
        self.check(place)?;
        let mut source = place.source(&self.source, self.paragraph, sources)?;
        source.verified &= self.verified.unwrap_or(true);
        Ok(Item {
            applies: place.conditions(&self.applies, "applies", Condition::parse_either)?,
            opened_by: place.conditions(&self.opened_by, "opened_by", Condition::parse_category)?,
            block_when: place.conditions(
                &self.block_when,
                "block_when",
                Condition::parse_either,
            )?,
            id: self.id.into_inner(),
            question: self.question.into_inner(),
            speaks_as: self.speaks_as,
            severity: self.severity.into_inner(),
            weak: self.weak.map(Spanned::into_inner),
            level: self.level,
            evidence_kind: self.evidence_kind,
            asked_with: self.asked_with.map(Spanned::into_inner),
            source,
            jurisdiction: self.jurisdiction.unwrap_or_else(|| jurisdiction.to_owned()),
        })
    }

    /// What the types alone do not rule out.
    fn check(&self, place: &Place<'_>) -> Result<(), PackError> {
        if !is_id(self.id.get_ref()) {
            return Err(place.error(
                &self.id,
                "id",
                "lower-case letters, digits and hyphens only",
            ));
        }
        if self.question.get_ref().trim().is_empty() {
            return Err(place.error(&self.question, "question", "write one sentence"));
        }
        if self.applies.is_empty() && self.opened_by.is_empty() {
            let message = "it would never be asked; give `applies`, `opened_by` or both";
            return Err(place.error(&self.id, "applies", message));
        }
        if let Some(weak) = &self.weak
            && weak.get_ref() >= self.severity.get_ref()
        {
            return Err(place.error(weak, "weak", "must weigh less than `severity`"));
        }
        match &self.asked_with {
            Some(leader) if leader.get_ref() == self.id.get_ref() => {
                Err(place.error(leader, "asked_with", "an item cannot be asked with itself"))
            }
            Some(leader) if self.evidence_kind.is_some() => {
                let message = "an item with evidence of its own needs a question of its own";
                Err(place.error(leader, "asked_with", message))
            }
            _ => Ok(()),
        }
    }
}

impl RawAlso {
    fn read(
        self,
        place: &Place<'_>,
        sources: &BTreeMap<String, RawSource>,
    ) -> Result<Also, PackError> {
        Ok(Also {
            source: place.source(&self.source, self.paragraph, sources)?,
            place: (place.file.to_owned(), place.line(self.id.span().start)),
            id: self.id.into_inner(),
            pack: self.pack,
        })
    }
}

/// The file being read, for errors with a place.
struct Place<'a> {
    file: &'a str,
    text: &'a str,
}

impl Place<'_> {
    fn line(&self, offset: usize) -> usize {
        let before = self
            .text
            .as_bytes()
            .get(..offset)
            .unwrap_or(self.text.as_bytes());
        1 + String::from_utf8_lossy(before).matches('\n').count()
    }

    fn error<T>(&self, at: &Spanned<T>, field: &str, message: &str) -> PackError {
        PackError {
            file: self.file.to_owned(),
            line: self.line(at.span().start),
            field: field.to_owned(),
            message: message.trim_end_matches('.').to_owned(),
        }
    }

    /// An error of the TOML reader; the field is the key on the line it points at.
    fn of_toml(&self, error: &toml::de::Error) -> PackError {
        let line = self.line(error.span().map_or(0, |span| span.start));
        let words = self
            .text
            .lines()
            .nth(line.saturating_sub(1))
            .unwrap_or_default();
        let field = words.split('=').next().unwrap_or_default().trim();
        PackError {
            file: self.file.to_owned(),
            line,
            field: if field.is_empty() { "file" } else { field }.to_owned(),
            message: error.message().trim_end_matches('.').replace('\n', ", "),
        }
    }

    fn conditions(
        &self,
        words: &[Spanned<String>],
        field: &str,
        parse: fn(&str) -> Result<Condition, String>,
    ) -> Result<Vec<Condition>, PackError> {
        let read = |word: &Spanned<String>| {
            parse(word.get_ref()).map_err(|message| self.error(word, field, &message))
        };
        words.iter().map(read).collect()
    }

    fn source(
        &self,
        key: &Spanned<String>,
        paragraph: Option<String>,
        sources: &BTreeMap<String, RawSource>,
    ) -> Result<Source, PackError> {
        let Some(source) = sources.get(key.get_ref()) else {
            let known: Vec<&str> = sources.keys().map(String::as_str).collect();
            let message = format!(
                "there is no [sources.{}] in this file; known are: {}",
                key.get_ref(),
                known.join(", ")
            );
            return Err(self.error(key, "source", &message));
        };
        Ok(Source {
            title: source.title.clone(),
            year: source.year,
            paragraph,
            verified: source.verified,
        })
    }
}

fn is_id(word: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(fits)
}
