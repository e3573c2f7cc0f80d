//! The clinician's own checklist packs, taken up when their files change.
//!
//! A wrong file is told with its place and changes nothing: the packs that were in force stay. The
//! rules themselves are never loaded here; a process of its own looks at the posts.

use super::turn::Daemon;
use crate::clock::Moment;
use crate::requests::errand::Task;
use crate::rulebook::{Rulebook, own_packs};

impl Daemon {
    /// Reads the packs and notes what is wrong with them; whether they are others than before.
    pub(super) fn read_packs(&mut self) -> bool {
        let checklists = self.paths.checklists();
        let seen = own_packs(&checklists).unwrap_or_default();
        let changed = seen != self.packs_seen;
        self.packs_seen = seen;
        match Rulebook::load_packs(&checklists) {
            Ok(packs) => {
                if changed {
                    tracing::info!("The checklist packs in force: {}.", packs.names());
                }
                self.troubles.remove("packs")
            }
            Err(fault) => {
                let why = format!("{fault} The packs that were in force stay.");
                tracing::error!("{why}");
                self.troubles.insert("packs", why)
            }
        };
        changed
    }

    /// Takes up changed packs: every post that waits is looked at anew.
    pub(super) async fn reload_packs(&mut self, now: Moment) {
        if !self.read_packs() {
            return;
        }
        if let Err(failure) = self.have_done(Task::ReviewAll).await {
            self.troubles.insert("packs", failure.message);
        }
        self.turn_queue(now).await;
    }
}
