//! The language of the rules' patterns, read into a tree.
//!
//! It is the common part of regular expressions (`\b \w \s \d [..] (?:a|b) ? * + {m,n}`, `^` and `$`
//! for the ends), over folded text, with one addition: `{name}` stands for a class of words, which
//! are looked up once per text (see `lexicon`) instead of being built into every pattern. Nothing
//! is compiled, so that reading all rules costs milliseconds. A repeat has a bound even where none
//! is written, so that no text can make a match dear. It knows no text.

use super::lexicon::Classes;

/// Most repeats of one character, and of a group, where the pattern sets no bound.
const LONGEST_RUN: u8 = 128;
const MOST_GROUPS: u8 = 12;
/// More spellings than this are no list of words but a pattern.
const MOST_SPELLINGS: usize = 96;

/// A set of ASCII bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Set(u128);

impl Set {
    pub(super) const ALL: Self = Self(u128::MAX);

    pub(super) const fn holds(self, byte: u8) -> bool {
        byte < 128 && self.0 >> byte & 1 == 1
    }

    const DIGITS: Self = Self::range(b'0', b'9');
    const WORD: Self = Self::DIGITS
        .with(Self::range(b'a', b'z'))
        .with(Self::range(b'A', b'Z'))
        .with(Self::range(b'_', b'_'));
    const SPACE: Self = Self::range(b'\t', b'\n')
        .with(Self::range(b'\x0c', b'\r'))
        .with(Self::range(b' ', b' '));

    /// The bytes from `low` to `high`, both ASCII.
    const fn range(low: u8, high: u8) -> Self {
        if low > high || high > 127 {
            return Self(0);
        }
        Self(u128::MAX >> (127 - (high - low)) << low)
    }

    const fn without(self) -> Self {
        Self(!self.0)
    }

    const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Whether a byte belongs to a word.
pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// One step of a pattern.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// These bytes.
    Text(Box<str>),
    /// One byte of a set.
    One(Box<Set>),
    /// A word or phrase of a class.
    Class(u8),
    /// The edge of a word.
    Edge,
    /// The beginning and the end of what is looked at.
    Start,
    End,
    /// One after the other.
    Seq(Box<[Node]>),
    /// One of several: those that open with a letter, sorted by it, then the others.
    Either {
        firsts: Box<[u8]>,
        nodes: Box<[Node]>,
    },
    /// Again and again.
    Repeat(Box<Repeat>),
    /// The part that a finding tells.
    Told(Box<Node>),
}

/// How often a step may repeat; an eager one takes as much as it can.
#[derive(Debug, Clone)]
pub(super) struct Repeat {
    pub(super) node: Node,
    pub(super) least: u8,
    pub(super) most: u8,
    pub(super) eager: bool,
}

impl Node {
    /// Reads a pattern over folded text.
    pub(super) fn read(pattern: &str, classes: &Classes) -> Result<Self, String> {
        let mut reader = Reader {
            bytes: pattern.as_bytes(),
            at: 0,
            classes,
        };
        let node = reader.either()?;
        if reader.at < reader.bytes.len() {
            return Err(format!("unexpected {} in {pattern}", reader.at));
        }
        Ok(node)
    }

    /// The bytes with which a match can begin; all where that is not known.
    pub(super) fn first(&self) -> Set {
        match self {
            Self::Text(text) => text
                .bytes()
                .next()
                .map_or(Set::ALL, |first| Set::range(first, first)),
            Self::One(set) => **set,
            Self::Class(_) | Self::Edge | Self::Start | Self::End => Set::ALL,
            Self::Seq(nodes) => {
                let mut all = Set::default();
                for node in nodes {
                    if matches!(node, Self::Edge | Self::Start) {
                        continue;
                    }
                    all = all.with(node.first());
                    if !node.may_be_empty() {
                        return all;
                    }
                }
                Set::ALL
            }
            Self::Either { nodes, .. } => nodes
                .iter()
                .fold(Set::default(), |all, node| all.with(node.first())),
            Self::Repeat(repeat) => repeat.node.first(),
            Self::Told(node) => node.first(),
        }
    }

    fn may_be_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::One(_) | Self::Class(_) => false,
            Self::Edge | Self::Start | Self::End => true,
            Self::Seq(nodes) => nodes.iter().all(Self::may_be_empty),
            Self::Either { nodes, .. } => nodes.iter().any(Self::may_be_empty),
            Self::Repeat(repeat) => repeat.least == 0 || repeat.node.may_be_empty(),
            Self::Told(node) => node.may_be_empty(),
        }
    }

    /// Whether a match begins at the edge of a word.
    pub(super) fn opens_at_edge(&self) -> bool {
        match self {
            Self::Edge => true,
            Self::Seq(nodes) => nodes.first().is_some_and(Self::opens_at_edge),
            Self::Told(node) => node.opens_at_edge(),
            _ => false,
        }
    }

    /// The classes without which nothing matches, as bits.
    pub(super) fn needs(&self) -> u128 {
        match self {
            Self::Class(class) => 1 << class,
            Self::Seq(nodes) => nodes.iter().fold(0, |all, node| all | node.needs()),
            Self::Either { nodes, .. } => {
                nodes.iter().fold(u128::MAX, |all, node| all & node.needs())
            }
            Self::Repeat(repeat) if repeat.least > 0 => repeat.node.needs(),
            Self::Told(node) => node.needs(),
            _ => 0,
        }
    }

    /// All that the pattern can be, where that is a short list of words.
    pub(super) fn spellings(&self) -> Option<Vec<String>> {
        let all = match self {
            Self::Text(text) => vec![text.to_string()],
            Self::One(set) => (0..128)
                .filter(|byte| set.holds(*byte))
                .map(|byte| char::from(byte).to_string())
                .collect(),
            Self::Seq(nodes) => {
                let mut all = vec![String::new()];
                for node in nodes {
                    let parts = node.spellings()?;
                    all = all
                        .iter()
                        .flat_map(|head| parts.iter().map(move |part| format!("{head}{part}")))
                        .collect();
                    if all.len() > MOST_SPELLINGS {
                        return None;
                    }
                }
                all
            }
            Self::Either { nodes, .. } => {
                let mut all = Vec::new();
                for node in nodes {
                    all.extend(node.spellings()?);
                }
                all
            }
            Self::Repeat(repeat) if repeat.least == 0 && repeat.most == 1 => {
                let mut all = repeat.node.spellings()?;
                all.push(String::new());
                all
            }
            _ => return None,
        };
        (all.len() <= MOST_SPELLINGS).then_some(all)
    }

    fn either(nodes: Vec<Self>) -> Self {
        let (mut opened, others): (Vec<Self>, Vec<Self>) =
            nodes.into_iter().partition(|node| node.letter().is_some());
        opened.sort_by_key(Self::letter);
        let firsts = opened.iter().filter_map(Self::letter).collect();
        opened.extend(others);
        Self::Either {
            firsts,
            nodes: opened.into_boxed_slice(),
        }
    }

    /// The one byte with which a match begins, where there is but one.
    fn letter(&self) -> Option<u8> {
        match self {
            Self::Text(text) => text.bytes().next(),
            Self::Seq(nodes) => nodes.first()?.letter(),
            _ => None,
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    classes: &'a Classes,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self) -> Result<u8, String> {
        let byte = self.peek().ok_or_else(|| self.wrong("ends too early"))?;
        self.at += 1;
        Ok(byte)
    }

    fn takes(&mut self, text: &str) -> bool {
        let holds = self.bytes[self.at..].starts_with(text.as_bytes());
        if holds {
            self.at += text.len();
        }
        holds
    }

    fn wrong(&self, what: &str) -> String {
        format!(
            "the pattern {what} at byte {}: {}",
            self.at,
            String::from_utf8_lossy(self.bytes)
        )
    }

    fn either(&mut self) -> Result<Node, String> {
        let mut nodes = vec![self.seq()?];
        while self.takes("|") {
            nodes.push(self.seq()?);
        }
        Ok(match nodes.len() {
            1 => nodes.swap_remove(0),
            _ => Node::either(nodes),
        })
    }

    fn seq(&mut self) -> Result<Node, String> {
        let mut nodes: Vec<Node> = Vec::new();
        let mut text = String::new();
        while let Some(byte) = self.peek() {
            if matches!(byte, b'|' | b')') {
                break;
            }
            if let Some(letter) = self.letter() {
                text.push(letter);
                continue;
            }
            if !text.is_empty() {
                nodes.push(Node::Text(std::mem::take(&mut text).into()));
            }
            let node = self.atom()?;
            let node = self.repeat(node)?;
            nodes.push(node);
        }
        if !text.is_empty() || nodes.is_empty() {
            nodes.push(Node::Text(text.into()));
        }
        Ok(match nodes.len() {
            1 => nodes.swap_remove(0),
            _ => Node::Seq(nodes.into()),
        })
    }

    /// The next character, if it stands for itself and once.
    fn letter(&mut self) -> Option<char> {
        let escaped = self.peek() == Some(b'\\');
        let byte = *self.bytes.get(self.at + usize::from(escaped))?;
        let plain = if escaped {
            byte.is_ascii_punctuation()
        } else {
            is_word(byte) || matches!(byte, b' ' | b'\'' | b'-' | b',' | b'@' | b'#' | b'/' | b':')
        };
        let length = 1 + usize::from(escaped);
        let repeated = matches!(
            self.bytes.get(self.at + length),
            Some(b'?' | b'*' | b'+' | b'{')
        );
        if !plain || repeated {
            return None;
        }
        self.at += length;
        Some(char::from(byte))
    }

    fn atom(&mut self) -> Result<Node, String> {
        let byte = self.take()?;
        Ok(match byte {
            b'(' => {
                let plain = self.takes("?:");
                let inner = self.either()?;
                if !self.takes(")") {
                    return Err(self.wrong("has an open group"));
                }
                if plain {
                    inner
                } else {
                    Node::Told(Box::new(inner))
                }
            }
            b'[' => Node::One(Box::new(self.set()?)),
            b'{' => self.class()?,
            b'^' => Node::Start,
            b'$' => Node::End,
            b'.' => Node::One(Box::new(Set::range(b'\n', b'\n').without())),
            b'\\' => match self.take()? {
                b'b' => Node::Edge,
                escaped => match shorthand(escaped) {
                    Some(set) => Node::One(Box::new(set)),
                    None if escaped.is_ascii_alphanumeric() => {
                        return Err(self.wrong("has an unknown escape"));
                    }
                    None => Node::Text(char::from(escaped).to_string().into()),
                },
            },
            b'?' | b'*' | b'+' => return Err(self.wrong("repeats nothing")),
            plain => Node::Text(char::from(plain).to_string().into()),
        })
    }

    fn class(&mut self) -> Result<Node, String> {
        let rest = &self.bytes[self.at..];
        let length = rest
            .iter()
            .position(|byte| *byte == b'}')
            .ok_or_else(|| self.wrong("has an open brace"))?;
        let name = String::from_utf8_lossy(&rest[..length]).into_owned();
        self.at += length + 1;
        self.classes
            .node(&name)
            .ok_or_else(|| self.wrong(&format!("names no class {name}")))
    }

    fn set(&mut self) -> Result<Set, String> {
        let without = self.takes("^");
        let mut set = Set::default();
        loop {
            let byte = self.take()?;
            let low = match byte {
                b']' => break,
                b'\\' => {
                    let escaped = self.take()?;
                    if let Some(more) = shorthand(escaped) {
                        set = set.with(more);
                        continue;
                    }
                    if escaped == b'n' { b'\n' } else { escaped }
                }
                plain => plain,
            };
            let ranged = self.peek() == Some(b'-') && self.bytes.get(self.at + 1) != Some(&b']');
            let high = if ranged {
                self.at += 1;
                self.take()?
            } else {
                low
            };
            set = set.with(Set::range(low, high));
        }
        Ok(if without { set.without() } else { set })
    }

    fn repeat(&mut self, node: Node) -> Result<Node, String> {
        let unbounded = match node {
            Node::One(_) => LONGEST_RUN,
            _ => MOST_GROUPS,
        };
        let (least, most) = match self.peek() {
            Some(b'?') => (0, 1),
            Some(b'*') => (0, unbounded),
            Some(b'+') => (1, unbounded),
            Some(b'{') if self.bytes.get(self.at + 1).is_some_and(u8::is_ascii_digit) => {
                return self.counted(node, unbounded);
            }
            _ => return Ok(node),
        };
        self.at += 1;
        Ok(self.repeated(node, least, most))
    }

    fn counted(&mut self, node: Node, unbounded: u8) -> Result<Node, String> {
        self.at += 1;
        let least = self.number()?;
        let most = if self.takes(",") {
            if self.peek() == Some(b'}') {
                unbounded.max(least)
            } else {
                self.number()?
            }
        } else {
            least
        };
        if !self.takes("}") {
            return Err(self.wrong("has an open count"));
        }
        Ok(self.repeated(node, least, most))
    }

    fn number(&mut self) -> Result<u8, String> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        std::str::from_utf8(&self.bytes[start..self.at])
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| self.wrong("has a wrong count"))
    }

    fn repeated(&mut self, node: Node, least: u8, most: u8) -> Node {
        let eager = !self.takes("?");
        Node::Repeat(Box::new(Repeat {
            node,
            least,
            most,
            eager,
        }))
    }
}

fn shorthand(escaped: u8) -> Option<Set> {
    Some(match escaped {
        b'd' => Set::DIGITS,
        b'w' => Set::WORD,
        b's' => Set::SPACE,
        b'D' => Set::DIGITS.without(),
        b'W' => Set::WORD.without(),
        b'S' => Set::SPACE.without(),
        _ => return None,
    })
}
