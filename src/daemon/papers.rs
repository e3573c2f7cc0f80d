//! Papers are asked about once more before a post goes out: a retraction may have come meanwhile.
//!
//! Only where the clinician allows it, and off the loop. The post is examined when the answer is
//! there; what the answer means is decided by the review, like everything else. Whoever cannot be
//! asked keeps no post that could go out before.

use jiff::SignedDuration;

use super::Incoming;
use super::turn::Daemon;
use crate::clock::Moment;
use crate::config::{Config, Paths};
use crate::engine::Effect;
use crate::lookups::papers::{due, look_up_now};
use crate::posting::life::State;
use crate::posting::post::PostId;
use crate::posting::sources::{Paper, PaperId, of_post};
use crate::requests::papers;

impl Daemon {
    /// Whether somebody has to be asked before this post is examined; then they are asked.
    pub(super) fn asks_first(&mut self, id: &PostId, now: Moment) -> bool {
        if self.looked_up.remove(id) {
            return false;
        }
        let papers = self.papers_of(id, now);
        if papers.is_empty() {
            return false;
        }
        let Ok(config) = Config::load(&self.paths) else {
            return false;
        };
        if !config.lookups.sources {
            return false;
        }
        let (paths, inbox, id) = (self.paths.clone(), self.inbox.clone(), id.clone());
        tokio::task::spawn_blocking(move || {
            let key = key(&paths, &papers);
            let papers = look_up_now(&config.lookups, key.as_deref(), papers, now.wall);
            inbox.put_blocking(Incoming::LookedUp(id, papers));
        });
        true
    }

    /// The papers of a post that is about to go out, as far as they are to be asked about.
    fn papers_of(&self, id: &PostId, now: Moment) -> Vec<Paper> {
        let post = self.clerk.store.post(id).ok().flatten();
        let going = post.filter(|post| {
            let queued = matches!(post.state, State::Queued { .. });
            queued && post.sends_at.is_some_and(|at| at <= now.wall)
        });
        let ids = going.map(|post| of_post(&post)).unwrap_or_default();
        if ids.is_empty() {
            return Vec::new();
        }
        let known = self.clerk.store.papers(&ids).unwrap_or_default();
        due(&ids, &known, SignedDuration::ZERO, now.wall)
    }

    /// The answer is there: it is kept, and the post is examined.
    pub(super) async fn looked_up(&mut self, id: PostId, papers: &[Paper], now: Moment) {
        if let Err(error) = self.clerk.store.save_papers(papers) {
            tracing::error!(%error, "what is known of a post's papers could not be kept");
        }
        self.looked_up.insert(id.clone());
        self.carry_out(vec![Effect::Examine(id)], now).await;
    }
}

fn key(paths: &Paths, papers: &[Paper]) -> Option<String> {
    let wanted = papers.iter().any(|p| matches!(p.id, PaperId::Pmid(_)));
    wanted.then(|| papers::key(paths)).flatten()
}
