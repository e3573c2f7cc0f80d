//! Answers to checklist items and disputes of findings.
//!
//! Every good answer is kept even if another of the same request is refused; a wrong item id
//! changes nothing.

use super::{Desk, Failure, PostView, find, review, save};
use crate::plan::Account;
use crate::posting::audit::{Entry, Kind};
use crate::posting::checks::{Check, CheckState, can_dispute, profile_hash};
use crate::posting::denial;
use crate::posting::evidence::{EvidenceKind, is_plain_answer, is_yes};
use crate::posting::packs::{Item, Level};
use crate::posting::post::{Attestation, Dispute, Post};
use crate::posting::screening::{Severity, finding_id};
use crate::requests::Changed;
use crate::rulebook::{Reviewed, Rulebook};

/// An answer to one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The item's id.
    pub item: String,
    /// What stands behind it.
    pub evidence: Option<String>,
    /// Hash of the content that whoever answers has seen; where none is given, it is for what
    /// stands now.
    pub about: Option<String>,
}

impl Answer {
    /// An answer for the content as it stands.
    pub fn new(item: &str, evidence: Option<&str>) -> Self {
        Self {
            item: item.to_owned(),
            evidence: evidence.map(str::to_owned),
            about: None,
        }
    }
}

/// A statement that a finding is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// The finding's id, or a unique beginning of it.
    pub finding: String,
    /// The reason.
    pub why: String,
}

/// An answer as it is kept.
pub(super) struct Given {
    pub(super) attestation: Attestation,
    pub(super) entry: Entry,
    level: Level,
}

/// Gives answers and disputes findings; returns the post as it stands then, and the first answer
/// that was refused.
pub fn answer(
    desk: &mut Desk,
    prefix: &str,
    answers: &[Answer],
    objection: Option<&Objection>,
    by: Option<&str>,
) -> Result<(PostView, Option<Failure>), Failure> {
    let mut post = find(desk, prefix)?;
    let account = super::add::account(desk, &post.content.account)?.clone();
    let by = by.unwrap_or(&account.owner).to_owned();
    let rulebook = desk.rulebook()?;
    super::change::not_erased(desk, &post)?;
    if !post.state.can_change() {
        return Err(Failure::refused(format!(
            "The post is {}; its questions are closed.",
            post.state.name()
        )));
    }
    for answer in answers {
        known_item(&rulebook, &account, &answer.item)?;
        same_content(&post, answer)?;
    }
    crate::requests::papers::look_up(desk, &post)?;
    let mut entries = Vec::new();
    let mut refused = None;
    if let Some(objection) = objection {
        let rules = (&*rulebook, &account);
        let (dispute, entry) = dispute(desk, &post, rules, objection, &by)?;
        post.disputes.push(dispute);
        entries.push(entry);
    }
    for answer in answers {
        match attestation(desk, &rulebook, &post, &account, answer, &by) {
            Ok(given) if given.level == Level::Account => {
                desk.store
                    .answer_for_account(&account.name, &given.attestation, &given.entry)?;
                desk.changed.insert(Changed::Posts);
            }
            Ok(given) => {
                post.attestations.push(given.attestation);
                entries.push(given.entry);
            }
            Err(failure) => refused = refused.or(Some(failure)),
        }
    }
    // The evidence may be a paper that was not named before.
    crate::requests::papers::look_up(desk, &post)?;
    let view = save(desk, post, entries)?;
    if desk.changed.contains(&Changed::Posts) {
        super::review_where(desk, |other| other.content.account == account.name)?;
    }
    Ok((view, refused))
}

/// Refuses an answer that was given for other words than those that stand now.
fn same_content(post: &Post, answer: &Answer) -> Result<(), Failure> {
    let seen = answer.about.as_ref();
    if seen.is_none_or(|seen| *seen == post.content.hash()) {
        return Ok(());
    }
    let message = "The post was changed while you answered: this answer is not for its new words.";
    Err(Failure::refused(message).with_help(format!(
        "look at it as it is now with `rounds post check {}`",
        post.id
    )))
}

/// The item of this id among the packs of the account.
fn known_item<'a>(
    rulebook: &'a Rulebook,
    account: &Account,
    id: &str,
) -> Result<&'a Item, Failure> {
    let names = ["core"]
        .into_iter()
        .chain(account.packs.iter().map(String::as_str));
    let packs: Vec<_> = names
        .filter_map(|name| rulebook.packs().get(name).ok())
        .collect();
    let items = || packs.iter().flat_map(|pack| &pack.items);
    items().find(|item| item.id == id).ok_or_else(|| {
        let known: Vec<_> = items().map(|item| item.id.as_str()).collect();
        Failure::usage(format!("“{id}” is no item of this account's checklists."))
            .with_help(format!("the items are {}", known.join(", ")))
    })
}

/// Checks one answer against what its item takes, and writes it down.
pub(super) fn attestation(
    desk: &Desk,
    rulebook: &Rulebook,
    post: &Post,
    account: &Account,
    answer: &Answer,
    by: &str,
) -> Result<Given, Failure> {
    let item = known_item(rulebook, account, &answer.item)?;
    let evidence = answer
        .evidence
        .as_deref()
        .map(str::trim)
        .filter(|text| !text.is_empty());
    let checks = review(desk, post)?.review.checks;
    let check = checks.iter().find(|check| check.item == item.id);
    // One that is not asked now, and is asked with another, takes what that one takes.
    let leader = item.asked_with.as_deref();
    let leader = leader.and_then(|id| known_item(rulebook, account, id).ok());
    let kind = leader.unwrap_or(item).evidence_kind;
    let kind = check.map_or(kind, |check| check.evidence_kind);
    match kind {
        Some(kind) => take_evidence(desk, post, account, item, kind, evidence)?,
        None => plain(item, check, evidence)?,
    }
    if matches!(kind, None | Some(EvidenceKind::Text)) {
        tells_nobody(rulebook, evidence.unwrap_or_default(), "The note")?;
    }
    let content_hash = match item.level {
        Level::Post => post.content.hash(),
        Level::Account => profile_hash(account),
    };
    let attestation = Attestation {
        item: item.id.clone(),
        evidence: evidence
            .filter(|text| !is_plain_answer(text) && !is_yes(text))
            .map(str::to_owned),
        by: by.to_owned(),
        system_user: desk.system_user.clone(),
        at: desk.now.wall,
        content_hash,
        rules: rulebook.version().to_owned(),
    };
    let kind = if item.level == Level::Account {
        Kind::AccountAnswered
    } else {
        Kind::Answered
    };
    let entry = Entry::new(desk.now.wall, kind, Some(&post.id), by)
        .with("item", item.id.clone())
        .with("evidence", told(&attestation))
        .with("about", attestation.content_hash.clone())
        .with("rules", attestation.rules.clone())
        .with("system-account", desk.system_user.clone());
    Ok(Given {
        attestation,
        entry,
        level: item.level,
    })
}

/// The evidence as the audit tells it: a quotation from the post stays in the post.
fn told(answer: &Attestation) -> String {
    let evidence = answer.evidence.clone().unwrap_or_default();
    let mut words = evidence.split_whitespace();
    let quoted = answer.item == "source-or-caveat"
        && !EvidenceKind::Url.accepts(&evidence, "")
        && !words.all(|word| EvidenceKind::Url.accepts(word, ""));
    if quoted {
        "a caveat in the post itself".to_owned()
    } else {
        evidence
    }
}

/// An item whose kind of evidence is set takes nothing else.
fn take_evidence(
    desk: &Desk,
    post: &Post,
    account: &Account,
    item: &Item,
    kind: EvidenceKind,
    evidence: Option<&str>,
) -> Result<(), Failure> {
    let refuse = |why: String| {
        Failure::refused(why).with_help(format!(
            "answer with --attest {}=… and {}",
            item.id,
            kind.wanted()
        ))
    };
    let Some(evidence) = evidence else {
        return Err(refuse(format!(
            "“{}” needs evidence, not a plain answer.",
            item.id
        )));
    };
    if kind == EvidenceKind::Consent {
        return consent(desk, post, account, evidence).map_err(refuse);
    }
    let every = if kind == EvidenceKind::Url && evidence.split_whitespace().count() > 1 {
        evidence
            .split_whitespace()
            .all(|one| kind.accepts(one, &post.content.text))
    } else {
        false
    };
    if every || kind.accepts(evidence, &post.content.text) {
        Ok(())
    } else {
        Err(refuse(format!(
            "“{evidence}” is no evidence for “{}”.",
            item.id
        )))
    }
}

fn consent(desk: &Desk, post: &Post, account: &Account, reference: &str) -> Result<(), String> {
    let consents = desk.store.consents().map_err(|error| error.to_string())?;
    let record = consents
        .iter()
        .find(|consent| consent.reference == reference);
    let record = record.ok_or_else(|| format!("There is no consent record “{reference}”."))?;
    let on = desk
        .plan
        .calendar
        .day_of(post.due_at.unwrap_or(desk.now.wall));
    record
        .covers(&account.name, account.platform.name(), on)
        .map_err(|not_covered| format!("{not_covered}."))
}

/// A plain answer: nothing, a yes or a note, not a no, and not where a finding blocks.
fn plain(item: &Item, check: Option<&Check>, evidence: Option<&str>) -> Result<(), Failure> {
    let said = evidence.unwrap_or("yes");
    if denial::begins(said) {
        return Err(
            Failure::refused(format!("You answered no to “{}”.", item.id))
                .with_help("change the post, then answer again"),
        );
    }
    if !is_yes(said) && said.split_whitespace().count() < 3 {
        let why = format!("“{said}” is no answer to “{}”.", item.id);
        return Err(Failure::refused(why).with_help(format!(
            "answer with --attest {0} or --attest {0}=yes if it is so, with a note of three words \
             or more, or change the post",
            item.id
        )));
    }
    let blocked =
        |check: &Check| check.severity == Severity::Block && check.state == CheckState::Found;
    if check.is_some_and(blocked) {
        return Err(Failure::refused(format!(
            "Screening saw something that “{}” cannot be answered over.",
            item.id
        ))
        .with_help("change the text, or dispute the finding: `rounds post check ID --dispute FINDING --why TEXT`"));
    }
    Ok(())
}

/// Refuses words that tell who a patient is: they would stay in the audit for good.
fn tells_nobody(rulebook: &Rulebook, words: &str, what: &str) -> Result<(), Failure> {
    let told = rulebook.tells_who(words);
    let Some(told) = told.filter(|finding| finding.severity == Severity::Block) else {
        return Ok(());
    };
    // The words themselves are not said again.
    let message = format!(
        "{what} itself seems to tell who a patient is ({}); it would stay in the audit.",
        told.category.spoken()
    );
    Err(Failure::refused(message).with_help(
        "say it without names, numbers, dates and addresses, such as \"that is a colleague, not a \
         patient\"",
    ))
}

fn dispute(
    desk: &Desk,
    post: &Post,
    (rulebook, account): (&Rulebook, &Account),
    objection: &Objection,
    by: &str,
) -> Result<(Dispute, Entry), Failure> {
    let why = objection.why.trim();
    if !EvidenceKind::Text.accepts(why, "") {
        return Err(Failure::usage(
            "Say with --why, in a few words, why the finding is wrong.",
        ));
    }
    tells_nobody(rulebook, why, "The reason")?;
    let Reviewed { findings, .. } = review(desk, post)?;
    let finding = findings
        .iter()
        .find(|finding| finding_id(finding) == objection.finding)
        .ok_or_else(|| {
            let known: Vec<_> = findings.iter().map(finding_id).collect();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            Failure::usage(format!(
                "There is no finding “{}”; there are: {known}.",
                objection.finding
            ))
        })?;
    if !can_dispute(finding, rulebook.packs(), &account.packs) {
        return Err(Failure::refused("This finding asks for a record; it cannot be disputed away.")
            .with_help("attach the consent record with `rounds post check ID --attest publication-consent=REF`, or change the post"));
    }
    let dispute = Dispute {
        finding: finding_id(finding),
        why: why.to_owned(),
        by: by.to_owned(),
        system_user: desk.system_user.clone(),
        at: desk.now.wall,
        content_hash: post.content.hash(),
    };
    let entry = Entry::new(desk.now.wall, Kind::Disputed, Some(&post.id), by)
        .with("finding", dispute.finding.clone())
        .with("item", finding.item.clone())
        .with("rule", finding.rule.clone())
        .with("why", why)
        .with("about", dispute.content_hash.clone())
        .with("system-account", desk.system_user.clone());
    Ok((dispute, entry))
}
