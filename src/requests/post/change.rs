//! Changes of a post after it was added: edit, new time, approval, cancellation, a person's word
//! about what happened, taking back.

use super::add::{account, check_sources, due_at, past};
use super::answer::{Answer, attestation};
use super::pictures::{NewPicture, store_pictures};
use super::{Desk, Failure, PostView, Time, find, nothing_asked, review, save, write};
use crate::engine::{Act, Change};
use crate::platforms::Hands;
use crate::posting::audit::{Entry, Kind};
use crate::posting::holds::{Hold, HoldKind, settle};
use crate::posting::life::{State, Step, apply};
use crate::posting::post::{Approval, Post, PostId, Receipt};
use crate::requests::Changed;

/// What an edit changes; nothing where a field is absent.
#[derive(Debug, Clone, Default)]
pub struct Edit {
    /// Another text.
    pub text: Option<String>,
    /// Another time.
    pub time: Option<Time>,
    /// Other pictures, in place of the former ones.
    pub pictures: Option<Vec<NewPicture>>,
    /// Sources: evidence for source-or-caveat.
    pub sources: Vec<String>,
    /// Keep the text although it would be erased.
    pub keep: bool,
}

impl Edit {
    /// Nothing is wanted but that the text stays.
    fn is_to_keep_alone(&self) -> bool {
        let content = self.text.is_some() || self.pictures.is_some() || !self.sources.is_empty();
        self.keep && !content && self.time.is_none()
    }
}

/// Changes the content or time of a post; a changed content withdraws its answers.
pub fn edit(desk: &mut Desk, prefix: &str, edit: &Edit) -> Result<PostView, Failure> {
    let mut post = find(desk, prefix)?;
    if edit.is_to_keep_alone() && matches!(post.state, State::Cancelled { .. }) {
        not_erased(desk, &post)?;
        post.about.keep = true;
        return save(desk, post, Vec::new());
    }
    must_change(desk, &post)?;
    let former = post.content.hash();
    if let Some(text) = &edit.text {
        if text.trim().is_empty() {
            return Err(Failure::usage("The post would have no text."));
        }
        text.trim_end().clone_into(&mut post.content.text);
    }
    if let Some(pictures) = &edit.pictures {
        post.content.media = store_pictures(desk, pictures)?;
    }
    post.about.keep |= edit.keep;
    let changed = post.content.hash() != former;
    let owner = account(desk, &post.content.account)?.clone();
    let mut entries = Vec::new();
    if changed {
        post.changed_at = desk.now.wall;
        let entry = Entry::new(desk.now.wall, Kind::Edited, Some(&post.id), &owner.owner);
        entries.push(entry.with("content", post.content.hash()));
    }
    if !edit.sources.is_empty() {
        let rulebook = desk.rulebook()?;
        check_sources(&edit.sources, &post.content.text)?;
        let answer = Answer::new("source-or-caveat", Some(&edit.sources.join(" ")));
        let given = attestation(desk, &rulebook, &post, &owner, &answer, &owner.owner)?;
        post.attestations.push(given.attestation);
        entries.push(given.entry);
    }
    if let Some(time) = edit.time {
        set_time(desk, &mut post, time, &mut entries)?;
    }
    crate::requests::papers::look_up(desk, &post)?;
    save(desk, post, entries)
}

/// Refuses what can be done only to a post that has its text still.
pub(super) fn not_erased(desk: &Desk, post: &Post) -> Result<(), Failure> {
    let Some(at) = post.erased_at else {
        return Ok(());
    };
    let when = desk.plan.calendar.spoken(at);
    Err(Failure::refused(format!("Its text was erased on {when}."))
        .with_help("write a new one with `rounds post add`"))
}

fn must_change(desk: &Desk, post: &Post) -> Result<(), Failure> {
    not_erased(desk, post)?;
    if post.state.can_change() {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "The post is {}; it cannot be changed any more.",
        post.state.name()
    )))
}

fn set_time(
    desk: &Desk,
    post: &mut Post,
    time: Time,
    entries: &mut Vec<Entry>,
) -> Result<(), Failure> {
    if let Time::At(at) = time
        && at <= desk.now.wall
    {
        return Err(past(desk, at));
    }
    let account = account(desk, &post.content.account)?;
    post.due_at = due_at(desk, account, time)?;
    post.timed_at = Some(desk.now.wall);
    // A new time opens a new chance: what was missed or failed waits again.
    post.state = State::Held;
    let when = post
        .due_at
        .map(|at| desk.plan.calendar.rfc3339(at))
        .unwrap_or_default();
    let entry = Entry::new(
        desk.now.wall,
        Kind::Rescheduled,
        Some(&post.id),
        &account.owner,
    );
    entries.push(entry.with("due", when));
    Ok(())
}

/// Gives a post another time; with `Time::Slot`, its account's next slot that no post stands on.
pub fn reschedule(desk: &mut Desk, prefix: &str, time: Time) -> Result<PostView, Failure> {
    let mut post = find(desk, prefix)?;
    must_change(desk, &post)?;
    let mut entries = Vec::new();
    set_time(desk, &mut post, time, &mut entries)?;
    save(desk, post, entries)
}

/// The owner approves exactly this content: somebody else's draft, or a second look. It ends as
/// answers do.
pub fn approve(desk: &mut Desk, prefix: &str, by: Option<&str>) -> Result<PostView, Failure> {
    let mut post = find(desk, prefix)?;
    must_change(desk, &post)?;
    let by = owner(desk, &post, by, "approve it")?;
    let content_hash = post.content.hash();
    let approval = Approval {
        by: by.clone(),
        at: desk.now.wall,
        content_hash: content_hash.clone(),
    };
    if post.author != by {
        post.approval = Some(approval.clone());
    }
    post.second_look = Some(approval);
    let entry = Entry::new(desk.now.wall, Kind::Approved, Some(&post.id), &by)
        .with("content", content_hash)
        .with("system-account", desk.system_user.clone());
    save(desk, post, vec![entry])
}

/// The owner takes an approval back, as long as nothing was sent: the post is held again.
pub fn revoke(desk: &mut Desk, prefix: &str, by: Option<&str>) -> Result<PostView, Failure> {
    let mut post = find(desk, prefix)?;
    must_change(desk, &post)?;
    let by = owner(desk, &post, by, "take the approval back")?;
    if post.approval.is_none() && post.second_look.is_none() {
        return Err(Failure::refused("Nobody has approved it.")
            .with_help("to stop it: `rounds post cancel ID`"));
    }
    let approval = post.approval.take();
    let look = post.second_look.take();
    let taken = approval.or(look).map(|given| given.content_hash);
    let entry = Entry::new(desk.now.wall, Kind::Revoked, Some(&post.id), &by)
        .with("content", taken.unwrap_or_default())
        .with("system-account", desk.system_user.clone());
    save(desk, post, vec![entry])
}

/// The owner of a post's account, who alone may do this; `by` is who says so.
fn owner(desk: &Desk, post: &Post, by: Option<&str>, what: &str) -> Result<String, Failure> {
    let owner = account(desk, &post.content.account)?.owner.clone();
    match by {
        Some(other) if other != owner => Err(Failure::refused(format!(
            "Only {owner} can {what}, not {other}."
        ))),
        _ => Ok(owner),
    }
}

/// Calls a post off; its slot is free again.
pub fn cancel(desk: &mut Desk, prefix: &str) -> Result<PostView, Failure> {
    let mut post = find(desk, prefix)?;
    post.state = apply(&post.state, &Step::Cancel, desk.now.wall)?;
    post.holds.clear();
    let by = desk.system_user.clone();
    let mut entries = vec![Entry::new(
        desk.now.wall,
        Kind::Cancelled,
        Some(&post.id),
        &by,
    )];
    let review = review(desk, &post)?.review;
    settle(&mut post, &review, desk.now.wall, &mut entries)?;
    let reviewed = nothing_asked(&post);
    write(desk, post, entries, &reviewed)
}

/// A person says whether a post went out that only a person can know about.
pub fn resolve(desk: &mut Desk, prefix: &str, published: bool) -> Result<PostView, Failure> {
    let mut post = find(desk, prefix)?;
    let step = if published { Step::Confirm } else { Step::Deny };
    if matches!(post.state, State::Publishing { .. }) {
        return Err(Failure::refused(
            "The post is being sent; wait until that is settled.",
        ));
    }
    let was_handed_off = matches!(post.state, State::HandedOff { .. });
    post.state = apply(&post.state, &step, desk.now.wall)?;
    post.wake_at = None;
    let by = desk.system_user.clone();
    let word = if published {
        "published"
    } else {
        "not published"
    };
    let mut entries =
        vec![Entry::new(desk.now.wall, Kind::Resolved, Some(&post.id), &by).with("as", word)];
    if let Some(attempt) = post.attempts.last_mut() {
        attempt.outcome = if published {
            "published".into()
        } else {
            "not sent: you said so".into()
        };
    }
    if published {
        entries.push(confirmed(desk, &mut post));
        let reviewed = nothing_asked(&post);
        return write(desk, post, entries, &reviewed);
    }
    if was_handed_off {
        let why = "You said that it was not posted. Give it a new time, or cancel it.";
        post.holds = vec![Hold {
            kind: HoldKind::Late,
            item: None,
            why: why.into(),
        }];
        let reviewed = nothing_asked(&post);
        return write(desk, post, entries, &reviewed);
    }
    save(desk, post, entries)
}

/// The receipt for a person's word.
fn confirmed(desk: &Desk, post: &mut Post) -> Entry {
    post.receipts.push(Receipt {
        account: post.content.account.clone(),
        remote_id: None,
        url: None,
        published_at: desk.now.wall,
        content_hash: post.content.hash(),
    });
    Entry::new(
        desk.now.wall,
        Kind::Published,
        Some(&post.id),
        &desk.system_user,
    )
    .with("account", post.content.account.clone())
    .with("content", post.content.hash())
}

/// Takes a published post back from its platform.
pub fn retract(desk: &mut Desk, prefix: &str) -> Result<(PostView, String), Failure> {
    let mut post = find(desk, prefix)?;
    let next = apply(&post.state, &Step::Retract, desk.now.wall)?;
    let hands = Hands::of(account(desk, &post.content.account)?, &desk.places());
    let request = post
        .attempts
        .last()
        .map(|attempt| attempt.request.clone())
        .unwrap_or_default();
    let done = hands
        .retract(&request)
        .map_err(|error| Failure::failed(format!("{error}.")))?;
    post.state = next;
    post.wake_at = None;
    let by = desk.system_user.clone();
    let entry = Entry::new(desk.now.wall, Kind::Retracted, Some(&post.id), &by);
    let reviewed = nothing_asked(&post);
    Ok((write(desk, post, vec![entry], &reviewed)?, done))
}

/// Carries out what a person asked by a button of a nudge.
pub fn act(desk: &mut Desk, id: &PostId, act: Act) -> Result<(), Failure> {
    let id = id.as_str();
    match act {
        Act::SendNow => send_now(desk, id).map(drop),
        Act::Cancel => cancel(desk, id).map(drop),
        Act::Approve => approve(desk, id, None).map(drop),
        Act::Posted => resolve(desk, id, true).map(drop),
        Act::NotPosted => resolve(desk, id, false).map(drop),
        Act::Keep => edit(
            desk,
            id,
            &Edit {
                keep: true,
                ..Edit::default()
            },
        )
        .map(drop),
    }
}

/// A late post goes now, if nothing else holds it.
fn send_now(desk: &mut Desk, prefix: &str) -> Result<PostView, Failure> {
    let mut post = find(desk, prefix)?;
    must_change(desk, &post)?;
    post.due_at = Some(desk.now.wall);
    post.timed_at = Some(desk.now.wall);
    post.state = State::Held;
    let entry = Entry::new(
        desk.now.wall,
        Kind::Rescheduled,
        Some(&post.id),
        &desk.system_user,
    );
    let when = desk.plan.calendar.rfc3339(desk.now.wall);
    save(desk, post, vec![entry.with("due", when)])
}

/// Reviews every post that can still go out or be erased, since rules, accounts or records did
/// change; returns how many came out differently.
pub fn review_all(desk: &mut Desk) -> Result<usize, Failure> {
    review_in(
        desk,
        &["held", "queued", "draft", "missed", "cancelled"],
        |_| true,
    )
}

/// Reviews the posts that wait and pass `concerns`; returns how many came out differently.
pub fn review_where(desk: &mut Desk, concerns: impl Fn(&Post) -> bool) -> Result<usize, Failure> {
    review_in(desk, &["held", "queued"], concerns)
}

fn review_in(
    desk: &mut Desk,
    states: &[&str],
    concerns: impl Fn(&Post) -> bool,
) -> Result<usize, Failure> {
    let mut posts = Vec::new();
    for state in states {
        posts.extend(desk.store.posts(Some(state))?);
    }
    posts.retain(|post| post.erased_at.is_none() && concerns(post));
    // Rules take long to load: not for nothing.
    if posts.is_empty() {
        return Ok(0);
    }
    let rulebook = desk.rulebook()?;
    let mut changed = 0;
    for mut post in posts {
        let former = post.clone();
        let mut entries = Vec::new();
        let reviewed = rulebook.review(&desk.store, &desk.plan, &post, desk.now.wall)?;
        settle(&mut post, &reviewed.review, desk.now.wall, &mut entries)?;
        if former != post {
            desk.store.write(&Change { post, entries })?;
            desk.changed.insert(Changed::Posts);
            changed += 1;
        }
    }
    Ok(changed)
}
