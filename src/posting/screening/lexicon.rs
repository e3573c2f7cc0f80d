//! Classes of words: what the patterns write as `{name}`, found once in each text.
//!
//! A class lists words and phrases; those with alternative spellings (`tumou?r`) are written out
//! when the rules are read, and what is no finite list stays a pattern. All words of all classes
//! stand in one sorted table. It knows no rule.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::pattern::{Node, is_word};
use super::text::Folded;

/// All classes of the rules.
#[derive(Debug, Clone, Default)]
pub(super) struct Classes {
    names: BTreeMap<String, Class>,
    /// How patterns write each class, by number.
    labels: Vec<String>,
    /// All words and phrases one after the other.
    letters: String,
    /// Where each stands in `letters`, sorted by what it says.
    words: Vec<Word>,
}

#[derive(Debug, Clone)]
struct Class {
    number: u8,
    /// What of the class is no finite list.
    shapes: Vec<Node>,
}

#[derive(Debug, Clone, Copy)]
struct Word {
    start: u32,
    length: u16,
    class: u8,
}

/// Where words of the classes stand in one text.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Start, class and end, sorted.
    found: Vec<(u32, u8, u32)>,
    /// The classes that occur at all, as bits.
    pub(super) present: u128,
    /// Where words begin.
    pub(super) starts: Vec<u32>,
    /// Where words begin and end.
    pub(super) edges: Vec<u32>,
}

impl Classes {
    /// Reads the classes: names, and words between commas or line ends.
    pub(super) fn read(data: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut classes = Self::default();
        for (number, (name, list)) in data.iter().enumerate() {
            let number = u8::try_from(number)
                .ok()
                .filter(|number| *number < 128)
                .ok_or("more than 128 classes of words")?;
            let mut shapes = Vec::new();
            for word in list.split([',', '\n']) {
                let word = word.trim();
                if word.is_empty() {
                    continue;
                }
                let word = if word.is_ascii() {
                    Cow::Borrowed(word)
                } else {
                    Cow::Owned(Folded::new(word).cased)
                };
                if word
                    .bytes()
                    .all(|byte| is_word(byte) || matches!(byte, b' ' | b'\'' | b'-'))
                {
                    classes.add(number, &word.to_ascii_lowercase());
                    continue;
                }
                let node = Node::read(&word.replace(' ', r"\s+"), &classes)?;
                match Node::read(&word, &classes)?.spellings() {
                    Some(spellings) => {
                        for spelling in spellings {
                            classes.add(number, &spelling.to_ascii_lowercase());
                        }
                    }
                    None => shapes.push(node),
                }
            }
            classes.labels.push(format!("{{{name}}}"));
            classes.names.insert(name.clone(), Class { number, shapes });
        }
        let letters = &classes.letters;
        classes
            .words
            .sort_unstable_by(|a, b| a.text(letters).cmp(b.text(letters)));
        Ok(classes)
    }

    fn add(&mut self, class: u8, word: &str) {
        let start = self.letters.len() as u32;
        self.letters.push_str(word);
        self.words.push(Word {
            start,
            length: word.len() as u16,
            class,
        });
    }

    /// A class as patterns write it.
    pub(super) fn label(&self, class: u8) -> &str {
        self.labels
            .get(usize::from(class))
            .map_or("", String::as_str)
    }

    /// A class as a step of a pattern.
    pub(super) fn node(&self, name: &str) -> Option<Node> {
        let class = self.names.get(name)?;
        let word = Node::Class(class.number);
        if class.shapes.is_empty() {
            return Some(word);
        }
        let mut nodes = vec![word];
        nodes.extend(class.shapes.iter().cloned());
        Some(Node::Either {
            firsts: Box::default(),
            nodes: nodes.into(),
        })
    }

    /// Finds the words of all classes in folded, small text.
    pub(super) fn mark(&self, lower: &str) -> Marks {
        let bytes = lower.as_bytes();
        let mut marks = Marks::default();
        for at in 0..=bytes.len() {
            let before = at > 0 && is_word(bytes[at - 1]);
            let here = bytes.get(at).is_some_and(|byte| is_word(*byte));
            if before == here {
                continue;
            }
            marks.edges.push(at as u32);
            if here {
                marks.starts.push(at as u32);
                self.words_at(lower, at, &mut marks);
            }
        }
        marks
    }

    /// Looks up the first word, then every phrase that begins with it.
    fn words_at(&self, lower: &str, at: usize, marks: &mut Marks) {
        let rest = &lower[at..];
        let first_end = rest
            .bytes()
            .position(|byte| !is_word(byte))
            .unwrap_or(rest.len());
        let first = &rest[..first_end];
        let from = self
            .words
            .partition_point(|word| word.text(&self.letters) < first);
        for word in &self.words[from..] {
            let text = word.text(&self.letters);
            if !text.starts_with(first) {
                break;
            }
            if let Some(length) = matched(rest, text) {
                marks
                    .found
                    .push((at as u32, word.class, (at + length) as u32));
                marks.present |= 1 << word.class;
            }
        }
    }
}

impl Word {
    fn text(self, letters: &str) -> &str {
        &letters[self.start as usize..self.start as usize + usize::from(self.length)]
    }
}

impl Marks {
    /// The classes of the words that begin at a byte, each once.
    pub(super) fn classes(&self, at: usize) -> impl Iterator<Item = u8> {
        let from = self.found.partition_point(|found| (found.0 as usize) < at);
        let mut last = None;
        self.found[from..]
            .iter()
            .take_while(move |found| found.0 as usize == at)
            .map(|found| found.1)
            .filter(move |class| last.replace(*class) != Some(*class))
    }

    /// Where a word of a class that begins at a byte may end, the longest first.
    pub(super) fn ends(&self, at: usize, class: u8) -> impl Iterator<Item = usize> {
        let at = at as u32;
        let from = self.found.partition_point(|found| found.0 < at);
        let to = from
            + self.found[from..]
                .iter()
                .take_while(|found| found.0 == at)
                .count();
        self.found[from..to]
            .iter()
            .rev()
            .filter(move |found| found.1 == class)
            .map(|found| found.2 as usize)
    }
}

/// How much of a text a phrase takes, where any white space stands for a space of the phrase.
fn matched(text: &str, phrase: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    for letter in phrase.bytes() {
        if letter == b' ' {
            let start = at;
            while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
                at += 1;
            }
            if at == start {
                return None;
            }
        } else if bytes.get(at) == Some(&letter) {
            at += 1;
        } else {
            return None;
        }
    }
    let whole = bytes.get(at).is_none_or(|next| !is_word(*next))
        || !phrase.bytes().next_back().is_some_and(is_word);
    whole.then_some(at)
}

#[cfg(test)]
mod tests {
    use super::Classes;
    use std::collections::BTreeMap;

    #[test]
    fn finds_words_phrases_and_spellings() {
        let data = BTreeMap::from([
            ("place".to_owned(), "ward, side room".to_owned()),
            (
                "thing".to_owned(),
                "tumou?r, stitch(?:es)?, \\d+mg".to_owned(),
            ),
        ]);
        let classes = Classes::read(&data).unwrap_or_default();
        let text = "a tumour on the ward, side  room, wards";
        let marks = classes.mark(text);
        let found: Vec<&str> = marks
            .found
            .iter()
            .map(|(start, _, end)| &text[*start as usize..*end as usize])
            .collect();
        assert_eq!(found, ["tumour", "ward", "side  room"]);
        assert!(classes.node("thing").is_some() && classes.node("none").is_none());
    }
}
