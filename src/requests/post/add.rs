//! A new post: one for each account that it is meant for.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::answer::{Answer, attestation};
use super::pictures::{NewPicture, store_pictures};
use super::{Changed, Desk, Failure, PostView, new_id};
use crate::engine::Change;
use crate::plan::{Account, cadence};
use crate::posting::audit::{Entry, Kind};
use crate::posting::brought::with_declared;
use crate::posting::evidence::is_address;
use crate::posting::holds::settle;
use crate::posting::post::{About, Content, Post, Relation};

/// What is to be said, where and when.
#[derive(Debug, Clone, Default)]
pub struct NewPost {
    /// The text.
    pub text: String,
    /// Names of accounts.
    pub accounts: Vec<String>,
    /// When.
    pub time: Time,
    /// Pictures.
    pub pictures: Vec<NewPicture>,
    /// Sources: evidence for source-or-caveat.
    pub sources: Vec<String>,
    /// A record of the consent register.
    pub consent: Option<String>,
    /// What is known beside.
    pub about: About,
    /// Whose post it passes on, quotes or answers.
    pub relation: Relation,
    /// Who wrote it; the account's owner if nobody is named.
    pub author: Option<String>,
}

/// When a post is to go out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Time {
    /// Not yet known: a draft.
    #[default]
    None,
    /// At this time.
    At(Timestamp),
    /// At the account's next free slot.
    Slot,
}

/// Adds the posts, all or none.
pub fn add(desk: &mut Desk, new: &NewPost) -> Result<Vec<PostView>, Failure> {
    check(desk, new)?;
    let rulebook = desk.rulebook()?;
    let pictures = store_pictures(desk, &new.pictures)?;
    let mut changes = Vec::new();
    let mut views = Vec::new();
    for name in distinct(&new.accounts) {
        let account = account(desk, name)?.clone();
        let content = Content {
            account: account.name.clone(),
            text: new.text.trim_end().to_owned(),
            media: pictures.clone(),
            relation: new.relation.clone(),
        };
        let due_at = due_at(desk, &account, new.time)?;
        let mut post = draft(desk, new, &account, content, due_at)?;
        let by = post.author.clone();
        let mut entries = vec![created(&post)];
        for answer in evidence(new) {
            let given = attestation(desk, &rulebook, &post, &account, &answer, &by)?;
            entries.push(given.entry);
            post.attestations.push(given.attestation);
        }
        crate::requests::papers::look_up(desk, &post)?;
        let reviewed = rulebook.review(&desk.store, &desk.plan, &post, desk.now.wall)?;
        settle(&mut post, &reviewed.review, desk.now.wall, &mut entries)?;
        views.push(PostView::new(&post, &reviewed, desk));
        changes.push(Change { post, entries });
    }
    desk.store.insert(&changes)?;
    desk.changed.insert(Changed::Posts);
    Ok(views)
}

pub(super) fn check(desk: &Desk, new: &NewPost) -> Result<(), Failure> {
    let passes_on = matches!(new.relation, Relation::Repost(_));
    if new.text.trim().is_empty() && new.pictures.is_empty() && !passes_on {
        return Err(Failure::usage("The post has no text."));
    }
    if new.accounts.is_empty() {
        return Err(Failure::usage("Say for which account with --to."));
    }
    if new.about.dispute && !matches!(new.relation, Relation::Reply(_)) {
        return Err(Failure::usage("--dispute goes with --reply-to."));
    }
    if let Relation::Repost(of) | Relation::Quote(of) | Relation::Reply(of) = &new.relation
        && !is_address(of.trim())
    {
        let message = format!("“{of}” is no address of a post.");
        return Err(Failure::usage(message).with_help("copy its link: it begins with https://"));
    }
    check_sources(&new.sources, &new.text)?;
    if let Some(name) = &new.about.engagement {
        super::prepared::engagement(desk, name)?;
    }
    match new.time {
        Time::At(at) if at <= desk.now.wall => Err(past(desk, at)),
        _ => Ok(()),
    }
}

/// A time that has passed already.
pub(super) fn past(desk: &Desk, at: Timestamp) -> Failure {
    let spoken = desk.plan.calendar.spoken(at);
    Failure::usage(format!("{spoken} has passed; give a time to come."))
}

pub(super) fn distinct(names: &[String]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    names
        .iter()
        .map(|name| name.trim())
        .filter(|name| seen.insert(*name))
        .collect()
}

/// The account of this name.
pub(in crate::requests) fn account<'a>(desk: &'a Desk, name: &str) -> Result<&'a Account, Failure> {
    desk.plan.account(name).ok_or_else(|| {
        let known: Vec<_> = desk.plan.accounts.iter().map(|a| a.name.as_str()).collect();
        let known = if known.is_empty() {
            "none yet".to_owned()
        } else {
            known.join(", ")
        };
        Failure::usage(format!(
            "There is no account “{name}”; the plan has: {known}."
        ))
        .with_help("add one with `rounds account add NAME --platform folder --path DIR`")
    })
}

/// The instant for which a post is meant.
pub(super) fn due_at(
    desk: &Desk,
    account: &Account,
    time: Time,
) -> Result<Option<Timestamp>, Failure> {
    match time {
        Time::None => Ok(None),
        Time::At(at) => Ok(Some(at)),
        Time::Slot => next_slot(desk, account).map(Some),
    }
}

fn next_slot(desk: &Desk, account: &Account) -> Result<Timestamp, Failure> {
    if account.slots.is_empty() {
        let line = "slots = [\"0 8 * * Tue,Fri\"]";
        return Err(
            Failure::failed(format!("The account “{}” has no slot.", account.name))
                .with_help(format!("add a line such as {line} to it in plan.toml")),
        );
    }
    let taken = desk.store.taken_slots(&account.name, desk.now.wall)?;
    let taken: BTreeSet<_> = taken.into_iter().collect();
    cadence::next_free(account, &desk.plan.calendar, &taken, desk.now.wall)
        .ok_or_else(|| Failure::failed(format!("“{}” has no free slot.", account.name)))
}

fn draft(
    desk: &Desk,
    new: &NewPost,
    account: &Account,
    content: Content,
    due_at: Option<Timestamp>,
) -> Result<Post, Failure> {
    let author = new.author.clone().unwrap_or_else(|| account.owner.clone());
    let id = new_id(desk)?;
    let mut post = Post::draft(id, content, new.about.clone(), author, desk.now.wall);
    post.due_at = due_at;
    post.sends_at = due_at;
    Ok(post)
}

fn created(post: &Post) -> Entry {
    let entry = Entry::new(post.created_at, Kind::Created, Some(&post.id), &post.author)
        .with("account", post.content.account.clone())
        .with("content", post.content.hash());
    with_declared(entry, post)
}

/// The answers that come along with a new post.
fn evidence(new: &NewPost) -> Vec<Answer> {
    let sources = new.sources.join(" ");
    let source = (!sources.is_empty()).then(|| Answer::new("source-or-caveat", Some(&sources)));
    let consent = new.consent.as_deref();
    let consent = consent.map(|reference| Answer::new("publication-consent", Some(reference)));
    source.into_iter().chain(consent).collect()
}

/// Refuses a source that is none, before anything is written.
pub(super) fn check_sources(sources: &[String], text: &str) -> Result<(), Failure> {
    let kind = crate::posting::evidence::EvidenceKind::Url;
    match sources.iter().find(|source| !kind.accepts(source, text)) {
        Some(wrong) => Err(Failure::usage(format!("“{wrong}” is no source."))
            .with_help(format!("a source is {}", kind.wanted()))),
        None => Ok(()),
    }
}
