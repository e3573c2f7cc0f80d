//! The file's tables, taken apart key by key: values as text with their places.
//!
//! Rules: every fault is noted and reading goes on, so that one look tells them all; a key that
//! nobody asked for is told with the nearest known one. Values are taken as text whatever TOML calls
//! them, so that `time = 4` is refused with words about units, and dates may stand with or without
//! quotes. It checks no value itself.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Faults, Wrong, nearest};

/// A single value as text, and at which byte of the file it stands.
#[derive(Clone, Debug)]
pub(super) struct Leaf {
    pub(super) text: String,
    pub(super) at: usize,
}

/// What was read was wrong, and that is noted already.
#[derive(Clone, Copy, Debug)]
pub(super) struct Noted;

/// A key of a table, where it stands, and its value.
type Entry<'t> = (&'t str, usize, &'t Spanned<DeValue<'t>>);

/// One table of the file, or one entry of a list of tables.
pub(super) struct Section<'t> {
    /// Its name with those of the tables around it; empty at the top.
    path: &'static str,
    at: usize,
    /// What nobody took yet, in the order of the file.
    left: Vec<Entry<'t>>,
    /// The keys that were asked for.
    known: Vec<&'static str>,
    faults: &'t Faults,
}

impl<'t> Section<'t> {
    /// The table at the top.
    pub(super) fn top(table: &'t Spanned<DeTable<'t>>, faults: &'t Faults) -> Self {
        Self::of("", table.span().start, table.get_ref(), faults)
    }

    fn of(path: &'static str, at: usize, table: &'t DeTable<'t>, faults: &'t Faults) -> Self {
        let entries = table.iter();
        let entries = entries.map(|(key, value)| (key.get_ref().as_ref(), key.span().start, value));
        let mut left: Vec<Entry<'t>> = entries.collect();
        // The parser sorts keys by name; people mean the order of the file.
        left.sort_by_key(|(_, at, _)| *at);
        Self {
            path,
            at,
            left,
            known: Vec::new(),
            faults,
        }
    }

    /// A fault at the table itself.
    pub(super) fn fault(&self) -> Fault {
        Fault::at(self.at, self.path)
    }

    /// Where faults are noted.
    pub(super) fn faults(&self) -> &'t Faults {
        self.faults
    }

    /// Whether a key stands there, right or wrong.
    pub(super) fn has(&self, key: &str) -> bool {
        self.left.iter().any(|(name, ..)| *name == key)
    }

    /// Notes what is wrong.
    pub(super) fn note(&self, fault: Fault) {
        self.faults.note(fault);
    }

    /// The name of a key with its tables.
    pub(super) fn field(&self, key: &str) -> String {
        match self.path {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        }
    }

    fn take(&mut self, key: &'static str) -> Option<Entry<'t>> {
        self.known.push(key);
        let at = self.left.iter().position(|(name, ..)| *name == key)?;
        Some(self.left.remove(at))
    }

    /// The value of a key, where it is there and a single one.
    pub(super) fn leaf(&mut self, key: &'static str) -> Option<Leaf> {
        let (_, _, value) = self.take(key)?;
        self.single(key, value)
    }

    /// A value that has to be there.
    pub(super) fn required_leaf(&mut self, key: &'static str) -> Option<Leaf> {
        if !self.has(key) {
            self.known.push(key);
            self.note(self.fault().missing(key));
            return None;
        }
        self.leaf(key)
    }

    /// Checks a value; a refusal is noted with its place.
    pub(super) fn check<T>(
        &self,
        leaf: &Leaf,
        key: &str,
        check: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let refused = |wrong| self.note(Fault::at(leaf.at, self.field(key)).of(wrong));
        check(&leaf.text).map_err(refused).ok()
    }

    /// A value that has to be there, checked.
    pub(super) fn required<T>(
        &mut self,
        key: &'static str,
        check: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Option<T> {
        let leaf = self.required_leaf(key)?;
        self.check(&leaf, key, check)
    }

    /// A value that has a default, checked; none where it is wrong.
    pub(super) fn or<T>(
        &mut self,
        key: &'static str,
        check: impl FnOnce(&str) -> Result<T, Wrong>,
        default: T,
    ) -> Option<T> {
        let value = self.optional(key, check).ok()?;
        Some(value.unwrap_or(default))
    }

    /// A value that may be absent, checked; none where it is.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        check: impl FnOnce(&str) -> Result<T, Wrong>,
    ) -> Result<Option<T>, Noted> {
        let Some((_, _, value)) = self.take(key) else {
            return Ok(None);
        };
        let leaf = self.single(key, value).ok_or(Noted)?;
        self.check(&leaf, key, check).map(Some).ok_or(Noted)
    }

    /// Words for people that may be absent or empty; they have to be a text.
    pub(super) fn words(&mut self, key: &'static str) -> Option<String> {
        let Some((_, _, value)) = self.take(key) else {
            return Some(String::new());
        };
        let leaf = self.single(key, value)?;
        if value.get_ref().as_str().is_none() {
            let wrong = Wrong::new("a text belongs here", "write it in quotes");
            self.note(Fault::at(leaf.at, self.field(key)).of(wrong));
            return None;
        }
        self.check(&leaf, key, super::values::words)
    }

    /// A list of values, each checked; none where the list or one of them is wrong.
    pub(super) fn list<T>(
        &mut self,
        key: &'static str,
        check: impl Fn(&str) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let Some((_, _, value)) = self.take(key) else {
            return Some(Vec::new());
        };
        let leaves = self.leaves(key, value)?;
        let checked: Vec<_> = leaves
            .iter()
            .map(|leaf| self.check(leaf, key, &check))
            .collect();
        checked.into_iter().collect()
    }

    /// One value or a list of them, and where it stands.
    pub(super) fn one_or_several(&mut self, key: &'static str) -> Option<(usize, Vec<Leaf>)> {
        let (_, _, value) = self.take(key)?;
        let leaves = match value.get_ref() {
            DeValue::Array(_) => self.leaves(key, value)?,
            _ => vec![self.single(key, value)?],
        };
        Some((value.span().start, leaves))
    }

    fn leaves(&self, key: &str, value: &'t Spanned<DeValue<'t>>) -> Option<Vec<Leaf>> {
        let Some(several) = value.get_ref().as_array() else {
            let wrong = Wrong::new(
                "a list belongs here",
                "write it in square brackets: slots = [\"0 8 * * Tue\"]",
            );
            self.note(Fault::at(value.span().start, self.field(key)).of(wrong));
            return None;
        };
        let leaves: Vec<_> = several.iter().map(|one| self.single(key, one)).collect();
        leaves.into_iter().collect()
    }

    fn single(&self, key: &str, value: &'t Spanned<DeValue<'t>>) -> Option<Leaf> {
        let at = value.span().start;
        let (what, help) = match value.get_ref() {
            DeValue::Array(_) => ("a list", "write one value in quotes"),
            DeValue::Table(_) => (
                "a table",
                "write one value in quotes; a section such as [quiet] has single brackets",
            ),
            one => {
                let text = text_of(one);
                return Some(Leaf { text, at });
            }
        };
        let wrong = Wrong::new(format!("a single value belongs here, not {what}"), help);
        self.note(Fault::at(at, self.field(key)).of(wrong));
        None
    }

    /// The table of this name; an empty one where it is absent.
    pub(super) fn table(&mut self, key: &'static str) -> Self {
        let mut entries = self.tables_of(key, key, false);
        match entries.len() {
            0 => Self {
                path: key,
                at: self.at,
                left: Vec::new(),
                known: Vec::new(),
                faults: self.faults,
            },
            _ => entries.swap_remove(0),
        }
    }

    /// The entries of a list of tables; `path` is their name with those around it.
    pub(super) fn tables(&mut self, key: &'static str, path: &'static str) -> Vec<Self> {
        self.tables_of(key, path, true)
    }

    fn tables_of(&mut self, key: &'static str, path: &'static str, many: bool) -> Vec<Self> {
        let Some((_, _, value)) = self.take(key) else {
            return Vec::new();
        };
        let (field, faults) = (self.field(key), self.faults);
        let wrong = |at, wrong| faults.note(Fault::at(at, field.as_str()).of(wrong));
        let at = value.span().start;
        match value.get_ref() {
            DeValue::Table(table) => {
                if many {
                    wrong(at, several());
                }
                vec![Self::of(path, at, table, faults)]
            }
            DeValue::Array(entries) => {
                if !many {
                    wrong(at, one_table());
                }
                let section = |entry: &'t Spanned<DeValue<'t>>| {
                    let at = entry.span().start;
                    let table = entry.get_ref().as_table();
                    if table.is_none() {
                        wrong(at, one_table());
                    }
                    Some(Self::of(path, at, table?, faults))
                };
                entries.iter().filter_map(section).collect()
            }
            _ => {
                wrong(at, if many { several() } else { one_table() });
                Vec::new()
            }
        }
    }

    /// Everything that was not asked for, as text: settings of an account's platform.
    pub(super) fn rest(mut self) -> Vec<(String, Leaf)> {
        let left = std::mem::take(&mut self.left);
        let single = |(key, _, value): Entry<'t>| {
            let leaf = self.single(key, value)?;
            Some((key.to_owned(), leaf))
        };
        left.into_iter().filter_map(single).collect()
    }

    /// Notes what was not asked for.
    pub(super) fn end(self) {
        for (key, at, _) in &self.left {
            let meant = nearest(key, &self.known, 2);
            let meant = meant.map(|known| format!("did you mean `{known}`? "));
            let help = format!(
                "{}keys here: {}",
                meant.unwrap_or_default(),
                self.known.join(", ")
            );
            let wrong = Wrong::new(format!("`{key}` is no key here"), help);
            self.note(Fault::at(*at, self.field(key)).of(wrong));
        }
    }
}

fn several() -> Wrong {
    let help = "write the name in double brackets, such as [[limits]]";
    Wrong::new("there may be several of these", help)
}

fn one_table() -> Wrong {
    let help = "write its name in single brackets, such as [quiet], and its keys below";
    Wrong::new("a table belongs here", help)
}

/// A single value as text.
fn text_of(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(answer) => answer.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => String::new(),
    }
}
