//! Posts: what the clinician was told is kept, and whether what goes out may go out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::{Breach, never};
use crate::plan::{Account, Plan};
use crate::posting::checks::profile_hash;
use crate::posting::packs::{Applicable, Facts, Level, PostKind, StateHint};
use crate::posting::post::{Attestation, Content, Post, PostId, Relation};
use crate::posting::screening::{Category, Severity, finding_id};
use crate::rulebook::Rulebook;
use crate::store::Store;

/// States in which a platform may hold a post.
const MAY_BE_OUT: [&str; 5] = [
    "publishing",
    "published",
    "handed-off",
    "uncertain",
    "retracted",
];

/// A text is never erased before it has lain for so long.
const ERASED_AFTER: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A post as the clinician was told it is kept.
#[derive(Debug, Clone, Default)]
struct Known {
    content: Content,
    answers: Vec<Attestation>,
    disputed: BTreeSet<(String, String)>,
    approved: BTreeSet<String>,
    cancelled: bool,
    due: Option<Timestamp>,
    receipts: usize,
}

/// The witness's own book of posts.
#[derive(Debug, Default)]
pub(in crate::simulate) struct PostBook {
    known: BTreeMap<PostId, Known>,
    account_answers: Vec<(String, Attestation)>,
    consents: BTreeSet<String>,
    unchecked: u64,
}

impl PostBook {
    /// The clinician was told that this is kept.
    pub(in crate::simulate) fn acknowledge(&mut self, post: &Post) -> Result<(), Breach> {
        self.keeps(post)?;
        let known = self.known.entry(post.id.clone()).or_default();
        known.content.clone_from(&post.content);
        known.answers.clone_from(&post.attestations);
        known.due = post.due_at;
        known.cancelled = post.state.name() == "cancelled";
        known.receipts = post.receipts.len();
        let disputes = post.disputes.iter();
        known.disputed = disputes
            .map(|d| (d.finding.clone(), d.content_hash.clone()))
            .collect();
        let approvals = post.approval.iter();
        known.approved = approvals.map(|a| a.content_hash.clone()).collect();
        Ok(())
    }

    pub(in crate::simulate) fn acknowledge_for_account(
        &mut self,
        account: &str,
        answer: Attestation,
    ) {
        self.account_answers.push((account.to_owned(), answer));
    }

    pub(in crate::simulate) fn consent(&mut self, reference: &str, valid: bool) {
        if valid {
            self.consents.insert(reference.to_owned());
        } else {
            self.consents.remove(reference);
        }
    }

    /// The engine wrote a post: a receipt is acknowledged by it.
    pub(in crate::simulate) fn recorded(&mut self, post: &Post, held: usize) -> Result<(), Breach> {
        never(held > 0 && !MAY_BE_OUT.contains(&post.state.name()), || {
            format!(
                "{} is {} and its platform has it",
                post.id,
                post.state.name()
            )
        })?;
        if let Some(known) = self.known.get_mut(&post.id) {
            known.receipts = known.receipts.max(post.receipts.len());
            if let Some(at) = post.erased_at.filter(|_| known.content != post.content) {
                let idle = ["draft", "missed", "cancelled"].contains(&post.state.name());
                let rested = at.duration_since(post.changed_at) >= ERASED_AFTER;
                never(!idle || !rested || post.about.keep, || {
                    format!(
                        "{} was {} and its text is erased",
                        post.id,
                        post.state.name()
                    )
                })?;
                known.content.clone_from(&post.content);
                known.answers.clone_from(&post.attestations);
            }
        }
        Ok(())
    }

    /// Whether a post still holds everything that was acknowledged.
    fn keeps(&self, post: &Post) -> Result<(), Breach> {
        let Some(known) = self.known.get(&post.id) else {
            return Ok(());
        };
        let lost = known
            .answers
            .iter()
            .find(|answer| !post.attestations.contains(answer));
        never(lost.is_some(), || format!("{} lost an answer", post.id))?;
        never(post.receipts.len() < known.receipts, || {
            format!("{} lost a receipt", post.id)
        })?;
        never(known.cancelled && post.state.name() != "cancelled", || {
            format!("{} was cancelled and is {}", post.id, post.state.name())
        })
    }

    /// Reads everything back: nothing acknowledged is lost.
    pub(in crate::simulate) fn all_is_there(&self, store: &Store) -> Result<(), Breach> {
        for (id, known) in &self.known {
            let Some(post) = store.post(id)? else {
                return Err(Breach(format!("{id} is lost")));
            };
            self.keeps(&post)?;
            never(post.content != known.content, || {
                format!("{id} has another text than was acknowledged")
            })?;
            never(post.due_at != known.due, || {
                format!("{id} has another time than was acknowledged")
            })?;
        }
        let accounts: BTreeSet<&String> = self.account_answers.iter().map(|(a, _)| a).collect();
        for account in accounts {
            let stored = store.account_answers(account)?;
            let lost =
                |(of, answer): &&(String, Attestation)| of == account && !stored.contains(answer);
            never(self.account_answers.iter().any(|a| lost(&a)), || {
                format!("an answer for the account {account} is lost")
            })?;
        }
        Ok(())
    }

    /// A request leaves the machine: may it?
    pub(in crate::simulate) fn sending(
        &mut self,
        post: &Post,
        plan: &Plan,
        rules: &Rulebook,
        wall: Timestamp,
    ) -> Result<(), Breach> {
        let id = &post.id;
        let Some(known) = self.known.get(id) else {
            return Err(Breach(format!("{id} is sent and nobody wrote it")));
        };
        never(known.cancelled, || {
            format!("{id} is sent after it was cancelled")
        })?;
        never(post.content != known.content, || {
            format!("{id} is sent with a text that nobody acknowledged")
        })?;
        never(known.due.is_none_or(|due| due > wall), || {
            format!("{id} is sent at {wall}, before its time {:?}", known.due)
        })?;
        let cooling = SignedDuration::try_from(plan.posting.cooling_off).unwrap_or_default();
        let hash = known.content.hash();
        let own = known.answers.iter().filter(|a| a.content_hash == hash);
        let hot = own.filter(|a| wall.duration_since(a.at) < cooling).count();
        never(hot > 0, || format!("{id} is sent before it cooled off"))?;
        let open = self.open_item(post, known, plan, rules, wall)?;
        if open.is_some() {
            self.unchecked += 1;
        }
        never(open.is_some(), || {
            format!(
                "{id} is sent without an answer to {}",
                open.unwrap_or_default()
            )
        })
    }

    /// How many posts were sent without their checks.
    pub(in crate::simulate) const fn unchecked(&self) -> u64 {
        self.unchecked
    }

    /// An item of weight that has no valid answer in this book.
    fn open_item(
        &self,
        post: &Post,
        known: &Known,
        plan: &Plan,
        rules: &Rulebook,
        wall: Timestamp,
    ) -> Result<Option<String>, Breach> {
        let Some(account) = plan.account(&known.content.account) else {
            return Ok(Some("its account, which is not in the plan".to_owned()));
        };
        let hash = known.content.hash();
        if post.author != account.owner && !known.approved.contains(&hash) {
            return Ok(Some("the owner's approval".to_owned()));
        }
        let found: Vec<(Category, Severity)> = rules
            .findings(post, account)
            .iter()
            .filter(|finding| {
                !known
                    .disputed
                    .contains(&(finding_id(finding), hash.clone()))
            })
            .map(|finding| (finding.category, finding.severity))
            .collect();
        let facts = facts(post, known, account, &found);
        let packs: Vec<&str> = account.packs.iter().map(String::as_str).collect();
        let items = rules.packs().items_for(&packs, &facts);
        let items = items.map_err(|unknown| Breach(unknown.to_string()))?;
        let life = SignedDuration::try_from(plan.posting.attestations_valid).unwrap_or_default();
        let fresh =
            |a: &Attestation| wall.duration_since(a.at) < life && a.rules == rules.version();
        let open = items.iter().find(|item| {
            let weighs = item.severity >= Severity::Attest && item.state != StateHint::Unopened;
            weighs && !self.is_answered(item, known, account, fresh)
        });
        Ok(open.map(|item| item.item.id.clone()))
    }

    fn is_answered(
        &self,
        item: &Applicable<'_>,
        known: &Known,
        account: &Account,
        fresh: impl Fn(&Attestation) -> bool,
    ) -> bool {
        let kind = item.evidence_kind;
        if item.state == StateHint::Opened && item.severity == Severity::Block && kind.is_none() {
            return false;
        }
        let holds = |a: &Attestation, about: &str| {
            let evidence = a.evidence.as_deref();
            let proves = match kind {
                None => true,
                Some(crate::posting::evidence::EvidenceKind::Consent) => {
                    evidence.is_some_and(|reference| self.consents.contains(reference))
                }
                Some(_) => evidence.is_some(),
            };
            item.settles(&a.item) && a.content_hash == about && fresh(a) && proves
        };
        if item.item.level == Level::Account {
            let profile = profile_hash(account);
            let mut own = self.account_answers.iter();
            return own.any(|(of, a)| *of == account.name && holds(a, &profile));
        }
        let hash = known.content.hash();
        known.answers.iter().any(|a| holds(a, &hash))
    }
}

/// The facts that packs ask about, as this book has them.
fn facts<'a>(
    post: &Post,
    known: &Known,
    account: &'a Account,
    found: &'a [(Category, Severity)],
) -> Facts<'a> {
    let text = &known.content.text;
    let mut words = text.split_whitespace();
    Facts {
        speaks_as: account.speaks_as,
        about_patient: post.about.patient,
        has_consent: known
            .answers
            .iter()
            .any(|a| a.item == "publication-consent"),
        has_media: !known.content.media.is_empty(),
        has_faces_hint: false,
        kind: match known.content.relation {
            Relation::Own => PostKind::Post,
            Relation::Repost(_) => PostKind::Repost,
            Relation::Quote(_) => PostKind::Quote,
            Relation::Reply(_) => PostKind::Reply,
        },
        reply_in_dispute: post.about.dispute,
        has_links: text.contains("://"),
        has_sponsor: post.about.sponsor.is_some(),
        mentions: words.any(|word| word.len() > 1 && word.starts_with('@')),
        goal: post.about.goal,
        platform: account.platform.name(),
        delegated: post.author != account.owner,
        found,
    }
}
