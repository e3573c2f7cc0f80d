//! *Write now*: a sheet opens in the person's editor, and what they save on it becomes the post.

use std::path::Path;

use jiff::Timestamp;

use super::inbox::Incoming;
use super::turn::Daemon;
use super::watch::watch_saved;
use super::words;
use crate::clock::Moment;
use crate::notify::Nudge;
use crate::platforms::handoff::opening::{OpenError, Way, open_file};
use crate::requests::Desk;
use crate::requests::errand::{Done, Task};
use crate::requests::sheets::{self, Sheet};

impl Daemon {
    /// Opens a sheet for a slot in the editor of the desktop, off the loop.
    pub(super) fn write(&mut self, account: &str, slot: Timestamp) {
        let opened = Desk::open(self.paths.clone(), Moment::now())
            .and_then(|desk| sheets::lay_out(&desk, account, slot));
        let sheet = match opened {
            Ok(sheet) => sheet,
            Err(failure) => {
                self.troubles.insert("button", failure.message);
                return;
            }
        };
        self.troubles.remove("button");
        self.watch_sheets();
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            let done = open_file(&sheet.file).await;
            inbox.put(Incoming::SheetOpened(sheet, done)).await;
        });
    }

    /// Tells what to do with the sheet, or without an editor.
    pub(super) async fn sheet_opened(&mut self, sheet: &Sheet, done: &Result<Way, OpenError>) {
        self.tell(words::sheet_opened(sheet, done.is_ok())).await;
    }

    /// Makes the post that was written, or changes it.
    pub(super) async fn sheet_saved(&mut self, file: &Path, now: Moment) {
        match self.have_done(Task::TakeUp(file.to_owned())).await {
            Ok(Done::TakenUp(Some(saved))) => {
                self.troubles.remove("sheet");
                self.turn_queue(now).await;
                self.tell(words::sheet_saved(&saved)).await;
            }
            Ok(_) => {}
            Err(failure) => {
                self.tell(words::sheet_refused(&failure)).await;
                self.troubles.insert("sheet", failure.message);
            }
        }
    }

    /// Watches the folder of sheets, where there is one.
    pub(super) fn watch_sheets(&mut self) {
        let folder = self.paths.sheets();
        if self.sheets_watched || !folder.is_dir() {
            return;
        }
        let watching = watch_saved(&folder, self.inbox.clone(), |file| {
            sheets::is_sheet(&file).then_some(Incoming::SheetSaved(file))
        });
        match watching {
            Ok(()) => self.sheets_watched = true,
            Err(error) => tracing::warn!(%error, "what is written on sheets is not noticed"),
        }
    }

    async fn tell(&mut self, popup: Nudge) {
        if let Some(notifier) = &mut self.notifier
            && let Err(error) = notifier.show(popup).await
        {
            tracing::warn!(%error, "a notification could not be shown");
        }
    }
}
