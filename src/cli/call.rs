//! One call of the program: where its files are, how it answers, what the running daemon adds.

use std::path::PathBuf;

use super::Exit;
use super::output::Output;
use crate::clock::Moment;
use crate::config::Paths;
use crate::daemon::socket::{Ask, Live, Said, ask};
use crate::requests::{Changed, Desk, Failure, plans};

/// What every command needs.
#[derive(Debug)]
pub(super) struct Call {
    config_dir: Option<PathBuf>,
    data_dir: Option<PathBuf>,
    /// How it answers.
    pub(super) out: Output,
    /// When it was made; the whole command sees one moment.
    pub(super) now: Moment,
}

/// What a person said to something that is about to be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Agreed {
    /// It was shown, and they agreed.
    Yes,
    /// It was shown, and they did not.
    No,
    /// Nobody was asked, so nothing was shown yet.
    Unasked,
}

impl Call {
    pub(super) fn new(config_dir: Option<PathBuf>, data_dir: Option<PathBuf>, out: Output) -> Self {
        Self {
            config_dir,
            data_dir,
            out,
            now: Moment::now(),
        }
    }

    /// The directories that were given, as options for another call.
    pub(super) fn directories(&self) -> Vec<String> {
        let given = [
            ("--config-dir", &self.config_dir),
            ("--data-dir", &self.data_dir),
        ];
        given
            .into_iter()
            .filter_map(|(name, folder)| {
                let folder = std::path::absolute(folder.as_ref()?).ok()?;
                Some(format!("{name}={}", folder.display()))
            })
            .collect()
    }

    /// Where the files are.
    pub(super) fn paths(&self) -> Result<Paths, Failure> {
        Paths::find(self.config_dir.clone(), self.data_dir.clone())
    }

    /// Everything that a request works on.
    pub(super) fn desk(&self) -> Result<Desk, Failure> {
        Desk::open(self.paths()?, self.now)
    }

    /// What only a running daemon knows; none if none runs or it does not answer.
    pub(super) fn live(&self, paths: &Paths) -> Option<Live> {
        match ask(&paths.socket, &Ask::Live) {
            Ok(Some(Said::Live(live))) => Some(live),
            Ok(_) => None,
            Err(error) => {
                self.out
                    .warn(&format!("The running daemon does not answer: {error}."));
                None
            }
        }
    }

    /// Asks what only the running daemon can do.
    pub(super) fn ask_daemon(paths: &Paths, what: &Ask, why: &str) -> Result<(), Failure> {
        match ask(&paths.socket, what) {
            Ok(Some(Said::Refused(why))) => Err(Failure::refused(why)),
            Ok(Some(Said::Failed(why))) => Err(Failure::failed(why)),
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(Failure::needs_daemon(format!("{why} It is not running."))),
            Err(error) => Err(Failure::failed(format!(
                "The running daemon does not answer: {error}."
            ))),
        }
    }

    /// Tells a running daemon what was changed, and waits until it took it up.
    pub(super) fn tell(&self, desk: &Desk) {
        if let Some(fault) = desk.pack_fault() {
            self.out.fault(&fault);
        }
        let changed: Vec<_> = desk.changed.iter().copied().collect();
        self.tell_changed(&desk.paths, changed);
    }

    /// The same, where there is no desk.
    pub(super) fn tell_changed(&self, paths: &Paths, changed: Vec<Changed>) {
        if changed.is_empty() {
            return;
        }
        let trouble = match ask(&paths.socket, &Ask::TakeUp(changed)) {
            Ok(Some(Said::Failed(why) | Said::Refused(why))) => why,
            Ok(_) => return,
            Err(error) => error.to_string(),
        };
        let words = "The change is written, but the running daemon did not take it up";
        self.out.warn(&format!("{words}: {trouble}"));
    }

    /// Whether to save something: on a terminal it is shown and asked about first.
    pub(super) fn agreed(
        &self,
        yes: bool,
        told: impl FnOnce() -> String,
    ) -> Result<Agreed, Failure> {
        if yes || !self.out.can_ask() {
            return Ok(Agreed::Unasked);
        }
        self.out.text(&told())?;
        if self.out.ask("Save it?") {
            return Ok(Agreed::Yes);
        }
        self.out.warn("Nothing was changed.");
        Ok(Agreed::No)
    }

    /// The end of a command that changed something: the daemon knows before the shell does.
    pub(super) fn done(&self, desk: &Desk) -> Exit {
        self.tell(desk);
        Exit::Done
    }

    /// The end of a command that changed the plan: what contradicts itself in it is told, too.
    pub(super) fn finish(&self, desk: &Desk) -> Exit {
        self.tell(desk);
        match plans::contradictions(desk) {
            Ok(found) => found
                .iter()
                .for_each(|warning| self.out.warn(&warning.spoken())),
            Err(failure) => self.out.warn(&failure.message),
        }
        Exit::Done
    }
}
