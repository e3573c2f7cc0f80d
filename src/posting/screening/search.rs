//! Finds patterns in a text: tries each where it may begin, and goes back where it must.
//!
//! A match is the first in the order of the pattern, as with regular expressions. Each try has a
//! bounded number of steps, so that no text can make it dear; one that needs more has no match.
//! It knows no rule.

use std::ops::Range;

use super::lexicon::Marks;
use super::pattern::{Node, Repeat, Set, is_word};

/// Steps of one try.
const STEPS: u32 = 20_000;

/// A pattern ready to be looked for.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    node: Node,
    first: Set,
    needs: u128,
    at_edge: bool,
    at_word: bool,
    at_start: bool,
}

/// A folded text, or a stretch of it, with the words found in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) text: &'a [u8],
    pub(super) marks: &'a Marks,
    pub(super) from: usize,
    pub(super) to: usize,
}

impl Pattern {
    pub(super) fn new(node: Node) -> Self {
        let first = node.first();
        let at_edge = node.opens_at_edge();
        let at_word = at_edge && (0..128).all(|byte| !first.holds(byte) || is_word(byte));
        let at_start =
            matches!(&node, Node::Seq(nodes) if matches!(nodes.first(), Some(Node::Start)));
        Self {
            needs: node.needs(),
            node,
            first,
            at_edge,
            at_word,
            at_start,
        }
    }

    /// Whether the pattern matches anywhere on the page.
    pub(super) fn is_in(&self, page: Page) -> bool {
        self.next(page, page.from).is_some()
    }

    /// Adds the places of all matches: of the told part, where there is one.
    pub(super) fn places(&self, page: Page, places: &mut Vec<Range<usize>>) {
        let mut at = page.from;
        while let Some((whole, told)) = self.next(page, at) {
            at = whole.end.max(whole.start + 1);
            places.push(told.unwrap_or(whole));
        }
    }

    /// The next match from a byte on, and its told part.
    fn next(&self, page: Page, from: usize) -> Option<(Range<usize>, Option<Range<usize>>)> {
        if self.needs & !page.marks.present != 0 {
            return None;
        }
        if self.at_start {
            return (from == page.from).then(|| self.at(page, from)).flatten();
        }
        if self.at_edge {
            let places = if self.at_word {
                &page.marks.starts
            } else {
                &page.marks.edges
            };
            let first = places.partition_point(|place| (*place as usize) < from);
            let inner = places[first..].iter().map(|place| *place as usize);
            // The beginning of a stretch is an edge, too.
            let opens =
                (from == page.from && places.get(first) != Some(&(from as u32))).then_some(from);
            return opens
                .into_iter()
                .chain(inner)
                .take_while(|at| *at < page.to)
                .find_map(|at| self.at(page, at));
        }
        (from..=page.to).find_map(|at| self.at(page, at))
    }

    fn at(&self, page: Page, at: usize) -> Option<(Range<usize>, Option<Range<usize>>)> {
        if self.first != Set::ALL
            && !page.text[..page.to]
                .get(at)
                .is_some_and(|byte| self.first.holds(*byte))
        {
            return None;
        }
        let mut attempt = Attempt {
            page,
            steps: STEPS,
            told: None,
        };
        let end = attempt.node(&self.node, at, &mut |_, end| Some(end))?;
        Some((at..end, attempt.told))
    }
}

struct Attempt<'a> {
    page: Page<'a>,
    steps: u32,
    told: Option<Range<usize>>,
}

type Next<'n, 'a> = &'n mut dyn FnMut(&mut Attempt<'a>, usize) -> Option<usize>;

impl<'a> Attempt<'a> {
    fn byte(&self, at: usize) -> Option<u8> {
        (at < self.page.to).then(|| self.page.text[at])
    }

    fn node(&mut self, node: &Node, at: usize, next: Next<'_, 'a>) -> Option<usize> {
        self.steps = self.steps.checked_sub(1)?;
        match node {
            Node::Seq(nodes) => self.seq(nodes, at, next),
            Node::Either { firsts, nodes } => self.either(firsts, nodes, at, next),
            Node::Class(class) => {
                let marks = self.page.marks;
                marks
                    .ends(at, *class)
                    .filter(|end| *end <= self.page.to)
                    .collect::<Vec<_>>()
                    .into_iter()
                    .find_map(|end| next(self, end))
            }
            Node::Repeat(repeat) => match &repeat.node {
                Node::One(set) => self.run(**set, repeat, at, next),
                _ => self.repeat(repeat, 0, at, next),
            },
            Node::Told(inner) => self.node(inner, at, &mut |attempt, end| {
                let before = attempt.told.replace(at..end);
                let found = next(attempt, end);
                if found.is_none() {
                    attempt.told = before;
                }
                found
            }),
            simple => {
                let end = self.simple(simple, at)?;
                next(self, end)
            }
        }
    }

    /// Steps that match in one way only.
    fn simple(&self, node: &Node, at: usize) -> Option<usize> {
        let (page, from) = (self.page, self.page.from);
        match node {
            Node::Text(text) => page.text[at..page.to]
                .starts_with(text.as_bytes())
                .then(|| at + text.len()),
            Node::One(set) => self
                .byte(at)
                .is_some_and(|byte| set.holds(byte))
                .then_some(at + 1),
            Node::Edge => {
                let before = at > from && is_word(page.text[at - 1]);
                let here = self.byte(at).is_some_and(is_word);
                (before != here).then_some(at)
            }
            Node::Start => (at == from).then_some(at),
            Node::End => (at == page.to).then_some(at),
            _ => None,
        }
    }

    fn seq(&mut self, nodes: &[Node], at: usize, next: Next<'_, 'a>) -> Option<usize> {
        let (mut at, mut rest) = (at, nodes);
        while let Some((first, tail)) = rest.split_first() {
            if !matches!(
                first,
                Node::Text(_) | Node::One(_) | Node::Edge | Node::Start | Node::End
            ) {
                return self.node(first, at, &mut |attempt, end| attempt.seq(tail, end, next));
            }
            at = self.simple(first, at)?;
            rest = tail;
        }
        next(self, at)
    }

    fn either(
        &mut self,
        firsts: &[u8],
        nodes: &[Node],
        at: usize,
        next: Next<'_, 'a>,
    ) -> Option<usize> {
        if let Some(byte) = self.byte(at) {
            let from = firsts.partition_point(|first| *first < byte);
            for (first, node) in firsts[from..].iter().zip(&nodes[from..]) {
                if *first != byte {
                    break;
                }
                if let Some(end) = self.node(node, at, next) {
                    return Some(end);
                }
            }
        }
        nodes[firsts.len()..]
            .iter()
            .find_map(|node| self.node(node, at, next))
    }

    /// Repeats of one byte, without going deeper for each.
    fn run(&mut self, set: Set, repeat: &Repeat, at: usize, next: Next<'_, 'a>) -> Option<usize> {
        let most = usize::from(repeat.most);
        let longest = self.page.text[at..self.page.to]
            .iter()
            .take(most)
            .take_while(|byte| set.holds(**byte))
            .count();
        let least = usize::from(repeat.least);
        if longest < least {
            return None;
        }
        let mut try_at = |attempt: &mut Self, length: usize| {
            attempt.steps = attempt.steps.checked_sub(1)?;
            next(attempt, at + length)
        };
        if repeat.eager {
            (least..=longest)
                .rev()
                .find_map(|length| try_at(self, length))
        } else {
            (least..=longest).find_map(|length| try_at(self, length))
        }
    }

    fn repeat(
        &mut self,
        repeat: &Repeat,
        done: u8,
        at: usize,
        next: Next<'_, 'a>,
    ) -> Option<usize> {
        if done < repeat.least {
            return self.again(repeat, done, at, next);
        }
        if repeat.eager {
            return self
                .again(repeat, done, at, next)
                .or_else(|| next(self, at));
        }
        next(self, at).or_else(|| self.again(repeat, done, at, next))
    }

    fn again(&mut self, repeat: &Repeat, done: u8, at: usize, next: Next<'_, 'a>) -> Option<usize> {
        if done >= repeat.most {
            return None;
        }
        self.node(&repeat.node, at, &mut |attempt, end| {
            if end == at && done >= repeat.least {
                return None;
            }
            attempt.repeat(repeat, done + 1, end, next)
        })
    }
}
