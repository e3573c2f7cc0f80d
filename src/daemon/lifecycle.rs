//! How the daemon starts, what it does with each thing that comes in, and how it stops.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::Receiver;

use super::apart::have_done;
use super::inbox::{Inbox, Incoming};
use super::socket::{Ask, Live, Said};
use super::turn::Daemon;
use super::{serve, watch};
use crate::attention::sites::Catalogue;
use crate::clerk::{Clerk, Rules};
use crate::clock::{Moment, WakeTimer};
use crate::config::{Config, Paths};
use crate::engine::{Engine, Event};
use crate::notify::{Answer, ClosedBy, Notifier, NotifyError};
use crate::requests::errand::Task;
use crate::requests::{Changed, Desk, Failure, parse_plan, post, read_text};
use crate::rulebook::OwnPacks;
use crate::sensors::logind::{self, Seen};
use crate::sensors::{Observation, x11};

/// How long attempts that run may take when the daemon is told to stop.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// What a daemon that has just started says.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Started {
    /// What it sees on this desktop.
    pub sees: Vec<String>,
    /// What is wrong.
    pub troubles: Vec<String>,
}

/// Runs until it is told to stop; `ready` is called once everything listens.
pub fn run(paths: &Paths, ready: impl FnOnce(&Started)) -> Result<(), Failure> {
    // What would stop any command is said first; this also makes the data directory.
    drop(Desk::open(paths.clone(), Moment::now())?);
    let _lock = lock(paths)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(4)
        // Threads that an attempt or a connection needed go soon after it.
        .thread_keep_alive(Duration::from_millis(100))
        .build()
        .map_err(|error| Failure::failed(format!("The daemon cannot start: {error}.")))?;
    runtime.block_on(live(paths, ready))
}

/// Whether a daemon holds this data directory; one that has just started may not answer yet.
pub fn holds(paths: &Paths) -> bool {
    let file = File::open(paths.lock());
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// One daemon for each data directory.
fn lock(paths: &Paths) -> Result<File, Failure> {
    let path = paths.lock();
    let open = || {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)
    };
    let file = open().map_err(|error| Failure::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::failed("rounds is running already.").with_help("`rounds status` shows it"))
        }
        Err(TryLockError::Error(error)) => Err(Failure::file(&path, &error)),
    }
}

async fn live(paths: &Paths, ready: impl FnOnce(&Started)) -> Result<(), Failure> {
    let now = Moment::now();
    let desk = Desk::open(paths.clone(), now)?;
    let plan_text = std::fs::read_to_string(paths.plan()).unwrap_or_default();
    // Whatever the rules, the plan or the calendar changed meanwhile; not for nothing.
    if desk.store.counts()?.reviewed() > 0 {
        have_done(paths, &plan_text, Task::ReviewAll).await?;
    }
    post::drop_unused_pictures(&desk.store, &paths.media(), now.wall)?;
    desk.store.scrub()?;
    let (inbox, incoming) = Inbox::open();
    let listener = serve::listen(&paths.socket).map_err(|e| Failure::file(&paths.socket, &e))?;
    tokio::spawn(serve::serve(listener, inbox.clone()));
    if let Err(error) = watch::watch(&paths.config, inbox.clone()) {
        tracing::warn!(%error, "changed files are not noticed; use SIGHUP");
    }
    let zone = std::path::Path::new(crate::config::LOCALTIME);
    if let Err(error) = watch::watch_file(zone, inbox.clone()) {
        tracing::warn!(%error, "a changed zone is not noticed; use SIGHUP");
    }
    signals(&inbox)?;
    let mut daemon = assemble(desk, plan_text, inbox).await?;
    let briefing = daemon.clerk.briefing(daemon.engine.plan(), now.wall)?;
    for event in briefing {
        daemon.turn(event, now).await;
    }
    ready(&Started {
        sees: daemon.sees.clone(),
        troubles: daemon.troubles.values().cloned().collect(),
    });
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    daemon.set_timer(now);
    daemon.attend(incoming).await;
    let _ = std::fs::remove_file(&paths.socket);
    Ok(())
}

/// Puts the parts together: engine, memory, timer, sensors, notifications.
async fn assemble(desk: Desk, plan_text: String, inbox: Inbox) -> Result<Daemon, Failure> {
    let timer_inbox = inbox.clone();
    let timer = WakeTimer::start(move |_| timer_inbox.put_blocking(Incoming::Tick))
        .map_err(|error| Failure::failed(format!("The timer cannot start: {error}.")))?;
    let places = desk.places();
    let mut daemon = Daemon {
        engine: Engine::new(desk.plan, desk.now),
        clerk: Clerk {
            store: desk.store,
            rules: Rules::Elsewhere,
            places,
        },
        paths: desk.paths,
        inbox,
        timer,
        notifier: None,
        wanted: BTreeMap::new(),
        sheets_watched: false,
        looked_up: BTreeSet::new(),
        running: 0,
        sees: Vec::new(),
        troubles: BTreeMap::new(),
        not_before: None,
        plan_seen: plan_text.clone(),
        packs_seen: OwnPacks::new(),
        plan_text,
        watchdog: sd_notify::watchdog_enabled().map(|every| every / 2),
    };
    daemon.read_packs();
    daemon.open_eyes(&desk.config);
    daemon.watch_session();
    daemon.watch_sheets();
    daemon.find_voice().await;
    Ok(daemon)
}

fn signals(inbox: &Inbox) -> Result<(), Failure> {
    let kinds: [(SignalKind, fn() -> Incoming); 3] = [
        (SignalKind::terminate(), || Incoming::Stop),
        (SignalKind::interrupt(), || Incoming::Stop),
        (SignalKind::hangup(), || Incoming::Reload),
    ];
    for (kind, incoming) in kinds {
        let mut signals = signal(kind)
            .map_err(|error| Failure::failed(format!("Signals cannot be heard: {error}.")))?;
        let inbox = inbox.clone();
        tokio::spawn(async move {
            while signals.recv().await.is_some() {
                inbox.put(incoming()).await;
            }
        });
    }
    Ok(())
}

impl Daemon {
    /// Starts the sensor that works here.
    fn open_eyes(&mut self, config: &Config) {
        let catalogue = self.catalogue();
        match config.sensors.kind.as_str() {
            "off" => self
                .sees
                .push("Sensors are off: time is measured by `rounds time log`.".into()),
            _ => match x11::probe(None) {
                Ok(probe) if probe.works() => {
                    self.sees.extend(probe.lines());
                    self.watch_screen(catalogue, config.sensors.idle_after);
                }
                Ok(probe) => {
                    self.troubles.insert("sensors", probe.lines().join(" "));
                }
                Err(error) => {
                    let why = format!(
                        "Time is not measured by itself: {error}. `rounds time log` still works."
                    );
                    self.troubles.insert("sensors", why);
                }
            },
        }
    }

    /// Hears of sleep and locked screens, where there is a logind.
    fn watch_session(&self) {
        let seen = self.inbox.fed_by(Incoming::Session);
        tokio::spawn(async move {
            let watching = async { logind::run(&zbus::Connection::system().await?, &seen).await };
            if let Err(error) = watching.await {
                tracing::info!(%error, "logind does not tell of sleep; the clocks do");
            }
        });
    }

    fn watch_screen(&self, catalogue: Catalogue, idle_after: Duration) {
        let observed = self.inbox.fed_by(Incoming::Observed);
        let inbox = self.inbox.clone();
        tokio::spawn(async move {
            if let Err(error) = x11::run(None, &catalogue, idle_after, observed).await {
                inbox.put(Incoming::SensorLost(error.to_string())).await;
            }
        });
    }

    /// The sites that are known, with those that the clinician added.
    fn catalogue(&mut self) -> Catalogue {
        let added = std::fs::read_to_string(self.paths.sites()).unwrap_or_default();
        match Catalogue::read(Catalogue::builtin(), &added) {
            Ok(catalogue) => {
                self.troubles.remove("sites");
                catalogue
            }
            Err(error) => {
                let file = self.paths.sites();
                self.troubles
                    .insert("sites", format!("{}: {error}", file.display()));
                Catalogue::builtin()
            }
        }
    }

    /// Connects to the notification server.
    async fn find_voice(&mut self) {
        let answers = self.inbox.fed_by(Incoming::Notified);
        match Notifier::connect(answers).await {
            Ok(notifier) => {
                match notifier.server().await {
                    Ok(server) => self
                        .sees
                        .push(format!("Nudges are shown by {}.", server.name)),
                    Err(error) => {
                        self.troubles.insert("notifications", error.to_string());
                    }
                }
                self.notifier = Some(notifier);
            }
            Err(error) => {
                if let NotifyError::NoBus(why) = &error {
                    tracing::info!(why, "there is no session bus");
                }
                self.troubles.insert("notifications", error.to_string());
            }
        }
    }

    /// The loop: one thing comes in, one moment is read, one turn is made.
    async fn attend(&mut self, mut incoming: Receiver<Incoming>) {
        while let Some(next) = incoming.recv().await {
            let now = Moment::now();
            if matches!(next, Incoming::Stop) {
                break;
            }
            self.take(next, now).await;
            self.set_timer(now);
            if self.watchdog.is_some() {
                let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
            }
        }
        let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
        self.turn(Event::Stopping, Moment::now()).await;
        let _ = tokio::time::timeout(LAST_WORDS, self.hear_out(&mut incoming)).await;
        for key in self.wanted.clone().into_keys() {
            if let Some(notifier) = &mut self.notifier {
                let _ = notifier.withdraw(&key).await;
            }
        }
    }

    /// Waits for the attempts that run, so that their outcomes are written.
    async fn hear_out(&mut self, incoming: &mut Receiver<Incoming>) {
        while self.running > 0 {
            let Some(next) = incoming.recv().await else {
                return;
            };
            if matches!(next, Incoming::Settled(..) | Incoming::Looked(..)) {
                self.take(next, Moment::now()).await;
            }
        }
    }

    async fn take(&mut self, incoming: Incoming, now: Moment) {
        match incoming {
            Incoming::Tick | Incoming::Stop => self.turn(Event::Tick, now).await,
            Incoming::Observed(seen) => self.turn(Event::Observed(seen), now).await,
            Incoming::Session(Seen::Observed(seen)) => {
                self.turn(Event::Observed(seen), now).await;
            }
            Incoming::Session(Seen::Sleeping(written)) => {
                self.turn(Event::Observed(Observation::Suspending), now)
                    .await;
                let _ = written.send(());
            }
            Incoming::SensorLost(why) => {
                self.troubles.insert("sensors", why);
                self.turn(Event::Observed(Observation::Focus { site: None }), now)
                    .await;
            }
            Incoming::Asked(ask, caller) => {
                let said = self.answer(ask, now).await;
                let _ = caller.send(said);
            }
            Incoming::FilesChanged | Incoming::Reload => {
                self.reload_plan(now).await;
                self.reload_packs(now).await;
            }
            Incoming::LookedUp(id, papers) => self.looked_up(id, &papers, now).await,
            Incoming::Opened(id, site, done) => self.opened(&id, &site, &done).await,
            Incoming::SheetOpened(sheet, done) => self.sheet_opened(&sheet, &done).await,
            Incoming::SheetSaved(file) => self.sheet_saved(&file, now).await,
            Incoming::Notified(answer) => self.notified(answer, now).await,
            Incoming::Settled(id, outcome) => {
                self.running = self.running.saturating_sub(1);
                match self.clerk.settled(&id, outcome) {
                    Ok(Some(event)) => self.turn(event, now).await,
                    other => self.engine_lost(&id, other.err()),
                }
            }
            Incoming::Looked(id, found) => {
                self.running = self.running.saturating_sub(1);
                match self.clerk.looked(&id, found) {
                    Ok(Some(event)) => self.turn(event, now).await,
                    other => self.engine_lost(&id, other.err()),
                }
            }
        }
    }

    fn engine_lost(
        &mut self,
        id: &crate::posting::post::PostId,
        error: Option<crate::store::StoreError>,
    ) {
        self.engine.forget(id);
        if let Some(error) = error {
            tracing::error!(%error, "an outcome could not be written; the post stays in doubt");
        }
    }

    async fn notified(&mut self, answer: Answer, now: Moment) {
        match answer {
            Answer::Button { key, button } => {
                self.wanted.remove(&key);
                self.turn(Event::Answered { key, button }, now).await;
                self.turn_queue(now).await;
            }
            Answer::Closed {
                key,
                by: ClosedBy::Person | ClosedBy::Expired,
            } => {
                self.wanted.remove(&key);
            }
            Answer::Closed { .. } | Answer::ServerGone => {}
            Answer::ServerAppeared => self.show_again().await,
        }
    }

    pub(super) async fn turn_queue(&mut self, now: Moment) {
        match self.clerk.queue(self.engine.plan(), now.wall) {
            Ok(events) => {
                for event in events {
                    self.turn(event, now).await;
                }
            }
            Err(error) => tracing::error!(%error, "the queue cannot be read"),
        }
    }

    async fn answer(&mut self, ask: Ask, now: Moment) -> Said {
        match ask {
            Ask::Live => {
                self.turn(Event::Tick, now).await;
                Said::Live(self.live(now))
            }
            Ask::TakeUp(changed) => self.take_up(&changed, now).await,
            Ask::Break(reply) => {
                if self.engine.session(now).is_zero() {
                    return Said::Refused(
                        "No session is running: there is nothing to break.".into(),
                    );
                }
                self.turn(Event::Break(reply), now).await;
                Said::Done
            }
            Ask::Focus(focus) => {
                self.turn(Event::Focused(focus), now).await;
                Said::Done
            }
        }
    }

    async fn take_up(&mut self, changed: &[Changed], now: Moment) -> Said {
        if changed.contains(&Changed::Plan) {
            self.reload_plan(now).await;
        }
        if changed.contains(&Changed::Posts) {
            self.turn_queue(now).await;
        }
        if changed.contains(&Changed::Usage) {
            match self.clerk.running_usage(self.engine.plan(), now.wall) {
                Ok(usage) => self.turn(Event::UsageRead(Box::new(usage)), now).await,
                Err(error) => return Said::Failed(error.to_string()),
            }
        }
        Said::Done
    }

    /// Takes up the plan's file, and the system's zone if the plan follows it; a bad file leaves the
    /// former plan in force. Nothing happens where the plan comes out the same.
    async fn reload_plan(&mut self, now: Moment) {
        let file = self.paths.plan();
        let text = match read_text(&file) {
            Ok(text) => text,
            Err(failure) => {
                let line = failure
                    .line
                    .map(|line| format!("{}:{line}: ", file.display()));
                let why = format!(
                    "{}{} The former plan stays in force.",
                    line.unwrap_or_default(),
                    failure.message
                );
                self.troubles.insert("plan", why);
                return;
            }
        };
        let same_text = text == self.plan_seen;
        self.plan_seen.clone_from(&text);
        match parse_plan(&text) {
            Ok(plan) if plan == *self.engine.plan() => {
                self.troubles.remove("plan");
                self.plan_text = text;
            }
            Err(_) if same_text => {}
            Ok(plan) => {
                self.troubles.remove("plan");
                self.plan_text = text;
                self.turn(Event::PlanChanged(Box::new(plan)), now).await;
                if let Err(failure) = self.have_done(Task::ReviewAll).await {
                    self.troubles.insert("plan", failure.message);
                }
                self.turn_queue(now).await;
            }
            Err(error) => {
                let place = format!("{}:{}", file.display(), error.line);
                let told = Failure::plan(&file, &error).message;
                let why = format!("{place}: {told}. The former plan stays in force.");
                tracing::error!("{why}");
                self.troubles.insert("plan", why);
            }
        }
    }

    fn live(&self, now: Moment) -> Live {
        Live {
            pid: std::process::id(),
            page: None,
            open: self.engine.open(now),
            session: self.engine.session(now),
            break_due_in: self.engine.break_due_in(now),
            sees: self.sees.clone(),
            troubles: self.troubles.values().cloned().collect(),
        }
    }
}
