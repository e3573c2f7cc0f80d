//! The one channel through which everything reaches the loop.

use std::path::PathBuf;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::oneshot;

use super::socket::{Ask, Said};
use crate::engine::{Found, Outcome};
use crate::notify::Answer;
use crate::platforms::handoff::opening::{OpenError, Opened, Way};
use crate::posting::post::PostId;
use crate::posting::sources::Paper;
use crate::requests::sheets::Sheet;
use crate::sensors::{Observation, logind};

/// How much may wait before senders do.
const DEPTH: usize = 256;

/// Something that reached the daemon.
#[derive(Debug)]
pub enum Incoming {
    /// The timer went off, or somebody set the clock: look what time it is.
    Tick,
    /// A sensor saw something.
    Observed(Observation),
    /// logind told something.
    Session(logind::Seen),
    /// A sensor is gone, with the reason.
    SensorLost(String),
    /// A command asks.
    Asked(Ask, oneshot::Sender<Said>),
    /// A file of the configuration may have changed.
    FilesChanged,
    /// Something happened to a notification.
    Notified(Answer),
    /// An attempt ended.
    Settled(PostId, Outcome),
    /// The platform was asked.
    Looked(PostId, Found),
    /// Papers were asked about before this post goes out, and this is known of them.
    LookedUp(PostId, Vec<Paper>),
    /// A person pressed *Open* for a post on this site, and this came of it.
    Opened(PostId, String, Result<Opened, OpenError>),
    /// A sheet was to be opened in an editor, and this came of it.
    SheetOpened(Sheet, Result<Way, OpenError>),
    /// A sheet was saved.
    SheetSaved(PathBuf),
    /// Take up the configuration anew (SIGHUP).
    Reload,
    /// Stop (SIGTERM, SIGINT).
    Stop,
}

/// The sending side, and how others are tied to it.
#[derive(Debug, Clone)]
pub struct Inbox(Sender<Incoming>);

impl Inbox {
    /// A new channel.
    pub fn open() -> (Self, Receiver<Incoming>) {
        let (sender, receiver) = channel(DEPTH);
        (Self(sender), receiver)
    }

    /// Puts something in; false when the loop has ended.
    pub async fn put(&self, incoming: Incoming) -> bool {
        self.0.send(incoming).await.is_ok()
    }

    /// Puts something in from a thread that may wait.
    pub fn put_blocking(&self, incoming: Incoming) -> bool {
        self.0.blocking_send(incoming).is_ok()
    }

    /// A channel whose values come in as `wrap` makes them.
    pub fn fed_by<T: Send + 'static>(&self, wrap: fn(T) -> Incoming) -> Sender<T> {
        let (sender, mut receiver) = channel::<T>(DEPTH);
        let inbox = self.clone();
        tokio::spawn(async move {
            while let Some(value) = receiver.recv().await {
                if !inbox.put(wrap(value)).await {
                    return;
                }
            }
        });
        sender
    }
}
