//! The plans that `rounds init` starts from, as commented files.
//!
//! The files stand in `config/plans/` and are compiled in; only zone and date are filled in. It
//! writes nothing itself.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;

/// A plan to start from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Preset {
    /// For somebody who has no idea yet: 30 min a day, 3 h a week, no account.
    #[default]
    Balanced,
    /// A blog: two posts a week from three to four hours of writing, slower over the years.
    Lin,
    /// News: 15 min a day of scanning, a post a day, a weekly chat.
    Sevilla,
}

impl Preset {
    /// All presets, in the order in which they are listed to people.
    pub const ALL: [Self; 3] = [Self::Balanced, Self::Lin, Self::Sevilla];

    /// Its name in commands.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Balanced => "balanced",
            Self::Lin => "lin",
            Self::Sevilla => "sevilla",
        }
    }

    const fn template(self) -> &'static str {
        match self {
            Self::Balanced => include_str!("../../config/plans/balanced.toml"),
            Self::Lin => include_str!("../../config/plans/lin.toml"),
            Self::Sevilla => include_str!("../../config/plans/sevilla.toml"),
        }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A word that names no preset.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a preset: there are balanced, lin and sevilla")]
pub struct UnknownPreset(String);

impl FromStr for Preset {
    type Err = UnknownPreset;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|preset| preset.name() == text)
            .ok_or_else(|| UnknownPreset(text.to_owned()))
    }
}

/// The text of `plan.toml` for a clinician in `zone` who starts on `today`.
pub fn render(preset: Preset, zone: &str, today: Date) -> String {
    preset
        .template()
        .replace("{{timezone}}", zone)
        .replace("{{today}}", &today.to_string())
}

#[cfg(test)]
mod tests;
