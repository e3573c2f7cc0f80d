//! Sleep and the locked screen, as logind tells them on the system's bus.
//!
//! Before the machine sleeps, logind waits for us (a delay inhibitor) until the open span is
//! written; the inhibitor is given back at once then, and taken again after waking. A locked screen
//! is absence, whatever the idle clock says. Shutdown needs nothing here: it ends in SIGTERM.
//!
//! Nothing polls. Without logind the clocks still tell of sleep, and input of absence.

use std::collections::HashMap;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::mpsc::Sender;
use tokio::sync::oneshot;
use zbus::export::futures_core::Stream;
use zbus::message::Type;
use zbus::zvariant::{OwnedFd, OwnedObjectPath, OwnedValue};
use zbus::{Connection, MatchRule, Message, MessageStream, Proxy};

use super::Observation;

const NAME: &str = "org.freedesktop.login1";
const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";

/// logind waits five seconds by default; a span that is not written by then never is.
const LAST_WORDS: Duration = Duration::from_secs(4);

/// What logind told.
#[derive(Debug)]
pub enum Seen {
    /// The machine is about to sleep: it waits until this is answered.
    Sleeping(oneshot::Sender<()>),
    /// Anything else.
    Observed(Observation),
}

/// Watches until the bus or the receiver goes away.
///
/// # Errors
/// There is no logind on this bus.
pub async fn run(bus: &Connection, seen: &Sender<Seen>) -> zbus::Result<()> {
    let manager = Proxy::new(bus, NAME, PATH, MANAGER).await?;
    let session = own_session(bus, &manager).await;
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .sender(NAME)?
        .build();
    let mut signals = MessageStream::for_match_rule(rule, bus, Some(64)).await?;
    let mut brake = inhibit(&manager).await;
    if is_locked(bus, session.as_ref()).await {
        let locked = Observation::Locked { locked: true };
        if seen.send(Seen::Observed(locked)).await.is_err() {
            return Ok(());
        }
    }
    while let Some(Ok(signal)) = next(&mut signals).await {
        let told = match read(&signal, session.as_ref()) {
            Some(Told::Sleep) => {
                let (written, done) = oneshot::channel();
                let sent = seen.send(Seen::Sleeping(written)).await;
                let _ = tokio::time::timeout(LAST_WORDS, done).await;
                brake = None;
                sent
            }
            Some(Told::Wake) => {
                brake = inhibit(&manager).await;
                seen.send(Seen::Observed(Observation::Resumed)).await
            }
            Some(Told::Locked(locked)) => {
                let observed = Observation::Locked { locked };
                seen.send(Seen::Observed(observed)).await
            }
            None => Ok(()),
        };
        if told.is_err() {
            break;
        }
    }
    drop(brake);
    Ok(())
}

enum Told {
    Sleep,
    Wake,
    Locked(bool),
}

fn read(signal: &Message, session: Option<&OwnedObjectPath>) -> Option<Told> {
    let header = signal.header();
    let body = signal.body();
    let interface = header.interface()?.as_str();
    let member = header.member()?.as_str();
    if (interface, member) == (MANAGER, "PrepareForSleep") {
        let begins: bool = body.deserialize().ok()?;
        return Some(if begins { Told::Sleep } else { Told::Wake });
    }
    if session?.as_str() != header.path()?.as_str() {
        return None;
    }
    match (interface, member) {
        (SESSION, "Lock") => Some(Told::Locked(true)),
        (SESSION, "Unlock") => Some(Told::Locked(false)),
        (_, "PropertiesChanged") => {
            let (_, changed, _): (String, HashMap<String, OwnedValue>, Vec<String>) =
                body.deserialize().ok()?;
            let locked = changed.get("LockedHint")?;
            Some(Told::Locked(bool::try_from(locked).ok()?))
        }
        _ => None,
    }
}

/// The session on the screen of the person whose daemon this is.
async fn own_session(bus: &Connection, manager: &Proxy<'_>) -> Option<OwnedObjectPath> {
    let id = rustix::process::getuid().as_raw();
    let sessions: Vec<(String, u32, String, String, OwnedObjectPath)> =
        manager.call("ListSessions", &()).await.ok()?;
    let mut own: Vec<_> = sessions
        .into_iter()
        .filter(|session| session.1 == id)
        .collect();
    let mut graphical = None;
    for session in &own {
        let proxy = Proxy::new(bus, NAME, session.4.clone(), SESSION)
            .await
            .ok()?;
        let kind: String = proxy.get_property("Type").await.unwrap_or_default();
        if matches!(kind.as_str(), "x11" | "wayland" | "mir") {
            graphical = Some(session.4.clone());
        }
    }
    graphical.or_else(|| own.pop().map(|session| session.4))
}

/// Whether the session's screen is locked already.
async fn is_locked(bus: &Connection, session: Option<&OwnedObjectPath>) -> bool {
    let Some(session) = session else {
        return false;
    };
    match Proxy::new(bus, NAME, session.clone(), SESSION).await {
        Ok(proxy) => proxy.get_property("LockedHint").await.unwrap_or(false),
        Err(_) => false,
    }
}

/// Has logind wait for us before it lets the machine sleep.
async fn inhibit(manager: &Proxy<'_>) -> Option<OwnedFd> {
    let why = "writes what was measured";
    let words = ("sleep", "rounds", why, "delay");
    manager.call("Inhibit", &words).await.ok()
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}
