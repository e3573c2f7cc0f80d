//! The X11 sensor: which site the window in front shows, and whether anybody is there.
//!
//! Rules it keeps: nothing polls. The window manager's `_NET_ACTIVE_WINDOW`, the titles of the window
//! in front and two alarms on the server's `IDLETIME` counter arrive as events on one socket, and
//! the task sleeps until they do. No answer is waited for with the thread blocked: requests are
//! followed by a marker (see [`desktop`]), so a program that grabs the server holds up this sensor
//! and nothing else. A window that vanishes in between shows no site and is no error. A title lives
//! until its site is known; only a change of site is told.
//!
//! It knows nothing of locks, screensavers, sleep or of what the observations are for.

mod desktop;
mod probe;
mod text;

use std::time::Duration;

use tokio::io::Interest;
use tokio::net::UnixStream;
use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::Window;

use self::desktop::{Asked, Desktop, Told};
pub use self::probe::{Probe, probe};
use super::Observation;
use crate::attention::sites::Catalogue;

/// Why the X11 sensor can't work, or works no longer.
#[derive(Debug, thiserror::Error)]
pub enum X11Error {
    /// There is no display to look at.
    #[error("no X11 display: DISPLAY is not set; start rounds from within the desktop session")]
    NoDisplay,
    /// The name of the display is not one.
    #[error("\"{0}\" is no X11 display; it should look like :0")]
    BadDisplay(String),
    /// The display does not answer, or refuses.
    #[error(
        "cannot connect to the X11 display {display}: {reason}; check that the desktop runs and \
         that this user may use it"
    )]
    Unreachable {
        /// The display's name.
        display: String,
        /// What the connection said.
        reason: String,
    },
    /// The server has no idle counter, so time away could not be told from time there.
    #[error(
        "this X11 server has no idle counter (SYNC extension with IDLETIME), so time away can't be \
         left out; nothing is measured here"
    )]
    NoIdleCounter,
    /// The connection is gone.
    #[error("the connection to the X11 display was lost: {0}")]
    Lost(String),
}

impl From<x11rb::errors::ConnectionError> for X11Error {
    fn from(error: x11rb::errors::ConnectionError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<x11rb::errors::ReplyError> for X11Error {
    fn from(error: x11rb::errors::ReplyError) -> Self {
        Self::Lost(error.to_string())
    }
}

impl From<x11rb::errors::ReplyOrIdError> for X11Error {
    fn from(error: x11rb::errors::ReplyOrIdError) -> Self {
        Self::Lost(error.to_string())
    }
}

/// Watches a display (`None`: the one of `DISPLAY`) until the receiver is dropped. The first
/// observation is the site in front; an `Idle` follows if nobody was there already.
///
/// # Errors
/// No display, no idle counter, or the connection was lost.
pub async fn run(
    display: Option<&str>,
    catalogue: &Catalogue,
    idle_after: Duration,
    sender: Sender<Observation>,
) -> Result<(), X11Error> {
    let desktop = connect(display, idle_after).await?;
    let bell = bell(&desktop).map_err(|error| X11Error::Lost(error.to_string()))?;
    let mut watch = Watch::new(&desktop, catalogue, idle_after)?;
    loop {
        while let Some(observation) = watch.next()? {
            if sender.send(observation).await.is_err() {
                return Ok(());
            }
        }
        tokio::select! {
            rung = rung(&bell) => rung.map_err(|error| X11Error::Lost(error.to_string()))?,
            () = sender.closed() => return Ok(()),
        }
    }
}

/// A second handle on the connection's socket, which only tells that there is something to read;
/// x11rb does the reading. (It may be a TCP socket: for waiting that makes no difference.)
fn bell(desktop: &Desktop) -> std::io::Result<UnixStream> {
    UnixStream::from_std(desktop.socket().try_clone_to_owned()?.into())
}

/// Waits for the bell and forgets it at once, before the socket is read, so that what comes in
/// meanwhile rings again.
async fn rung(bell: &UnixStream) -> std::io::Result<()> {
    bell.readable().await?;
    let forget = || Err::<(), _>(std::io::ErrorKind::WouldBlock.into());
    bell.try_io(Interest::READABLE, forget).or(Ok(()))
}

/// Connects on a thread of its own, which ends with it: a display that accepts and stays silent must
/// not hold up the rest.
async fn connect(display: Option<&str>, idle_after: Duration) -> Result<Desktop, X11Error> {
    let (done, connected) = oneshot::channel();
    let display = display.map(str::to_owned);
    std::thread::Builder::new()
        .name("x11-connect".to_owned())
        .spawn(move || {
            // Nobody waits any more when the daemon stops meanwhile.
            drop(done.send(Desktop::connect(display.as_deref(), idle_after)));
        })
        .map_err(|error| X11Error::Lost(error.to_string()))?;
    connected
        .await
        .map_err(|error| X11Error::Lost(error.to_string()))?
}

/// What must be looked at again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stale {
    Nothing,
    Title,
    Window,
}

/// What is known of the desktop, and what was asked and not answered yet.
struct Watch<'a> {
    desktop: &'a Desktop,
    catalogue: &'a Catalogue,
    idle_after: Duration,
    window: Option<Window>,
    asked: Option<Asked<'a>>,
    stale: Stale,
    /// The focus told last; `None` before the first.
    told: Option<Observation>,
    /// Nobody was there when we came; told after the first site.
    idle_at_start: Option<Duration>,
}

impl<'a> Watch<'a> {
    fn new(
        desktop: &'a Desktop,
        catalogue: &'a Catalogue,
        idle_after: Duration,
    ) -> Result<Self, X11Error> {
        let asked = Some(desktop.ask_window()?);
        let idle_at_start = Some(desktop.idle_at_start()).filter(|idle| *idle >= idle_after);
        let (window, stale, told) = (None, Stale::Nothing, None);
        Ok(Self {
            desktop,
            catalogue,
            idle_after,
            window,
            asked,
            stale,
            told,
            idle_at_start,
        })
    }

    /// Reads what the server has sent until something is worth telling; `None` when it is all read.
    fn next(&mut self) -> Result<Option<Observation>, X11Error> {
        if self.told.is_some()
            && let Some(after) = self.idle_at_start.take()
        {
            return Ok(Some(Observation::Idle { after }));
        }
        while let Some(event) = self.desktop.connection.poll_for_event()? {
            let observation = self.take(&event)?;
            self.ask_again()?;
            if observation.is_some() {
                return Ok(observation);
            }
        }
        Ok(None)
    }

    fn take(&mut self, event: &Event) -> Result<Option<Observation>, X11Error> {
        match self.desktop.read(event, self.window) {
            Told::WindowChanged => self.stale = Stale::Window,
            Told::TitleChanged => self.stale = self.stale.max(Stale::Title),
            Told::Marker => return self.answered(),
            Told::Idle => {
                return Ok(Some(Observation::Idle {
                    after: self.idle_after,
                }));
            }
            Told::Active => return Ok(Some(Observation::Active)),
            Told::Nothing => {}
        }
        Ok(None)
    }

    /// One question at a time: however fast a page changes its title, it is read once per answer.
    fn ask_again(&mut self) -> Result<(), X11Error> {
        if self.asked.is_none() {
            self.asked = match (self.stale, self.window) {
                (Stale::Window, _) => Some(self.desktop.ask_window()?),
                (Stale::Title, Some(window)) => Some(self.desktop.ask_title(window)?),
                _ => None,
            };
            self.stale = Stale::Nothing;
        }
        Ok(())
    }

    /// All answers to the open question are here.
    fn answered(&mut self) -> Result<Option<Observation>, X11Error> {
        match self.asked.take() {
            Some(Asked::Window(reply)) => {
                let window = desktop::window_of(reply)?;
                // The same number may be a new window: the server gives numbers out again.
                self.desktop.follow(self.window, window)?;
                self.window = window;
                match window {
                    Some(window) => {
                        self.asked = Some(self.desktop.ask_title(window)?);
                        Ok(None)
                    }
                    None => Ok(self.tell(None)),
                }
            }
            Some(Asked::Title(replies)) => {
                let site = replies.site(self.catalogue)?;
                Ok(self.tell(site))
            }
            None => Ok(None),
        }
    }

    fn tell(&mut self, site: Option<String>) -> Option<Observation> {
        let focus = Some(Observation::Focus { site });
        if self.told == focus {
            return None;
        }
        self.told.clone_from(&focus);
        focus
    }
}
