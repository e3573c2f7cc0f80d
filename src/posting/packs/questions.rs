//! Which questions a post has to answer: packs held against the facts of one post.
//!
//! The first pack's words, the strictest pack's weight and evidence, one question for all items that
//! one answer settles. It knows no answers; `StateHint` says only why something is asked.

use super::{CORE, Facts, Item, Pack, Packs, UnknownPack};
use crate::posting::evidence::EvidenceKind;
use crate::posting::screening::Severity;

/// Whether a post must answer an item, as far as the pack can say; answers are not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateHint {
    /// Only a finding opens it and there is none.
    Unopened,
    /// Asked because of what the post or the account is.
    Asked,
    /// Asked because of a finding.
    Opened,
}

/// An item that concerns a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicable<'a> {
    /// The item, in the words of the first pack that holds it.
    pub item: &'a Item,
    /// Name of that pack.
    pub pack: &'a str,
    /// The weight in force for this post.
    pub severity: Severity,
    /// Why it is asked, if it is.
    pub state: StateHint,
    /// What an answer must bring along: the strictest that any of the packs asks for.
    pub evidence_kind: Option<EvidenceKind>,
    /// Items that the same answer settles, with their packs; shown as part of the question.
    pub with: Vec<(&'a Item, &'a str)>,
}

impl Applicable<'_> {
    /// Whether an answer to this question settles the item of that id.
    pub fn settles(&self, id: &str) -> bool {
        self.item.id == id || self.with.iter().any(|(item, _)| item.id == id)
    }
}

impl Packs {
    /// The items that concern a post on an account with these packs; core comes by itself. A pack
    /// that is missing is an error, since leaving out its questions would let posts through.
    pub fn items_for(
        &self,
        names: &[&str],
        facts: &Facts<'_>,
    ) -> Result<Vec<Applicable<'_>>, UnknownPack> {
        let mut found = Vec::new();
        for name in std::iter::once(CORE).chain(names.iter().copied()) {
            add(&mut found, self.get(name)?, facts);
        }
        Ok(fold(found))
    }
}

/// Adds a pack's items; one that is there already is not asked again, only weighed again.
fn add<'a>(found: &mut Vec<Applicable<'a>>, pack: &'a Pack, facts: &Facts<'_>) {
    for item in &pack.items {
        let Some((state, severity)) = item.evaluate(facts) else {
            continue;
        };
        if let Some(known) = found.iter_mut().find(|known| known.item.id == item.id) {
            known.strengthen(state, severity, item.evidence_kind);
        } else {
            let with = Vec::new();
            found.push(Applicable {
                item,
                pack: &pack.name,
                severity,
                state,
                evidence_kind: item.evidence_kind,
                with,
            });
        }
    }
}

impl Item {
    /// Why it is asked of a post and how much it weighs there; `None` when it does not concern it.
    fn evaluate(&self, facts: &Facts<'_>) -> Option<(StateHint, Severity)> {
        if !self.speaks_as.contains(&facts.speaks_as) {
            return None;
        }
        let weight = self.opened_by.iter().filter_map(|c| c.weight(facts)).max();
        let asked = self.applies.iter().any(|condition| condition.holds(facts));
        let state = match (weight, asked) {
            (Some(_), _) => StateHint::Opened,
            (None, true) => StateHint::Asked,
            (None, false) if !self.opened_by.is_empty() => StateHint::Unopened,
            (None, false) => return None,
        };
        Some((state, self.severity_in_force(facts, weight)))
    }

    fn severity_in_force(&self, facts: &Facts<'_>, weight: Option<Severity>) -> Severity {
        if self
            .block_when
            .iter()
            .any(|condition| condition.holds(facts))
        {
            return Severity::Block;
        }
        match (self.weak, weight) {
            (Some(weak), Some(weight)) if weight < Severity::Block => weak,
            _ => self.severity,
        }
    }

    /// The item whose answer settles this one: itself, unless it is asked with another.
    fn leader(&self) -> &str {
        self.asked_with.as_deref().unwrap_or(&self.id)
    }
}

impl Applicable<'_> {
    /// Takes in what another pack says of the same item or question.
    fn strengthen(&mut self, state: StateHint, severity: Severity, kind: Option<EvidenceKind>) {
        if state != StateHint::Unopened || self.state == StateHint::Unopened {
            self.evidence_kind = stricter(self.evidence_kind, kind);
        }
        if state != StateHint::Unopened {
            self.severity = self.severity.max(severity);
            self.state = self.state.max(state);
        }
    }
}

/// The stricter of two demands; packs in which neither is were refused when they were read.
fn stricter(one: Option<EvidenceKind>, other: Option<EvidenceKind>) -> Option<EvidenceKind> {
    match (one, other) {
        (Some(one), Some(other)) => one.stricter(other).or(Some(one)),
        (one, other) => one.or(other),
    }
}

/// Makes one question of the items that are asked together: the leader's, or, where no pack in use
/// holds the leader, the first one's.
fn fold(found: Vec<Applicable<'_>>) -> Vec<Applicable<'_>> {
    let mut questions: Vec<Applicable<'_>> = Vec::new();
    for one in found {
        match questions
            .iter_mut()
            .find(|q| q.item.leader() == one.item.leader())
        {
            Some(question) => question.join(one),
            None => questions.push(one),
        }
    }
    questions
}

impl<'a> Applicable<'a> {
    fn join(&mut self, other: Applicable<'a>) {
        let leads = other.item.asked_with.is_none();
        let stands_in = self.item.asked_with.is_some();
        if stands_in && self.state == StateHint::Unopened {
            *self = other;
            return;
        }
        if leads {
            self.with.insert(0, (self.item, self.pack));
            (self.item, self.pack) = (other.item, other.pack);
            self.severity = self.severity.max(other.severity);
            self.evidence_kind = stricter(other.evidence_kind, self.evidence_kind);
        } else if other.state != StateHint::Unopened {
            self.with.push((other.item, other.pack));
        }
        self.strengthen(other.state, other.severity, other.evidence_kind);
    }
}
