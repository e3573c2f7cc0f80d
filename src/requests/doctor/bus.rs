//! The session's and the system's bus: who shows notifications, who keeps secrets, who sets the
//! clock, who tells of sleep.

use std::time::Duration;

use zbus::{Connection, Proxy};

use super::Row;
use crate::notify::{Notifier, NotifyError};
use crate::requests::failure::sentence;

const PATIENCE: Duration = Duration::from_secs(5);

/// What the buses say, each question with an end.
pub(super) fn rows() -> Vec<Row> {
    let Some(found) = wait(look()) else {
        return vec![Row::broken(
            "session",
            "The desktop does not answer.",
            "Log in again.",
        )];
    };
    found
}

async fn look() -> Vec<Row> {
    vec![notifications().await, secrets().await, sleep().await]
}

async fn notifications() -> Row {
    let (answers, _heard) = tokio::sync::mpsc::channel(1);
    let server = match Notifier::connect(answers).await {
        Ok(notifier) => notifier.server().await,
        Err(error) => Err(error),
    };
    let buttons = |has: bool| if has { "with" } else { "without" };
    match server {
        Ok(server) => {
            let actions = server
                .capabilities
                .iter()
                .any(|ability| ability == "actions");
            let what = format!(
                "{} {}, {} buttons.",
                server.name,
                server.version,
                buttons(actions)
            );
            if waiting_servers().await > 0 {
                let what = format!("{what} Another program wants to show them too.");
                let to_do = "Keep one of them: whichever starts first shows the nudges, and they \
                             move when it ends.";
                Row::caveat("notifications", what, to_do)
            } else if actions {
                Row::works("notifications", what)
            } else {
                let to_do = "Nudges name the command to type instead.";
                Row::caveat("notifications", what, to_do)
            }
        }
        Err(error) => silent(&error),
    }
}

/// Nobody shows nudges.
fn silent(error: &NotifyError) -> Row {
    let what = match error {
        NotifyError::NoBus(_) => {
            "Nudges cannot be shown: there is no desktop session here (no session bus). Run this \
             within your desktop session."
                .to_owned()
        }
        other => sentence(&other.to_string()),
    };
    let to_do = "Until then, `rounds status` tells what a nudge would.";
    Row::broken("notifications", what, to_do)
}

/// How many other programs wait to show notifications in the present server's place.
async fn waiting_servers() -> usize {
    let asking = async {
        let bus = Connection::session().await.ok()?;
        let bus = zbus::fdo::DBusProxy::new(&bus).await.ok()?;
        let name = "org.freedesktop.Notifications".try_into().ok()?;
        bus.list_queued_owners(name).await.ok()
    };
    asking
        .await
        .map_or(0, |owners| owners.len().saturating_sub(1))
}

async fn secrets() -> Row {
    let to_do = "Passwords of platforms need one, such as gnome-keyring or KWallet; `folder` and \
                 `handoff` accounts need none.";
    let name = "org.freedesktop.secrets";
    let bus = Connection::session().await;
    if starts_when_asked(&bus, name).await {
        return Row::works("secrets", "A Secret Service starts when it is needed.");
    }
    match owned(bus, name).await {
        Some(true) => Row::works("secrets", "A Secret Service runs."),
        Some(false) => Row::caveat("secrets", "No Secret Service runs.", to_do),
        None => Row::caveat("secrets", "There is no desktop session to ask.", to_do),
    }
}

/// Whether nobody has a name, and the bus knows what to start for it.
async fn starts_when_asked(bus: &zbus::Result<Connection>, name: &str) -> bool {
    let asking = async {
        let bus = zbus::fdo::DBusProxy::new(bus.as_ref().ok()?).await.ok()?;
        let runs = bus.name_has_owner(name.try_into().ok()?).await.ok()?;
        let known = bus.list_activatable_names().await.ok()?;
        Some(!runs && known.iter().any(|one| one.as_str() == name))
    };
    asking.await.unwrap_or_default()
}

async fn sleep() -> Row {
    match owned(Connection::system().await, "org.freedesktop.login1").await {
        Some(true) => Row::works("suspend and lock", "Told by logind."),
        _ => Row::caveat(
            "suspend and lock",
            "No logind answers.",
            "Sleep is seen by the clocks all the same; a locked screen counts as away once the \
             idle time is over.",
        ),
    }
}

/// Whether a name has an owner; none without a bus.
async fn owned(bus: zbus::Result<Connection>, name: &str) -> Option<bool> {
    let bus = bus.ok()?;
    let bus = zbus::fdo::DBusProxy::new(&bus).await.ok()?;
    bus.name_has_owner(name.try_into().ok()?).await.ok()
}

/// Whether the network sets the clock; none where nobody says.
pub(super) fn clock_is_synchronised() -> Option<bool> {
    let name = "org.freedesktop.timedate1";
    let asking = async {
        let bus = Connection::system().await.ok()?;
        let clock = Proxy::new(&bus, name, "/org/freedesktop/timedate1", name);
        clock.await.ok()?.get_property("NTPSynchronized").await.ok()
    };
    wait(asking).flatten()
}

/// Runs something to its end, or gives up.
fn wait<T>(asking: impl Future<Output = T>) -> Option<T> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .ok()?;
    runtime.block_on(async { tokio::time::timeout(PATIENCE, asking).await.ok() })
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[test]
    fn whoever_does_not_show_nudges_is_told_in_sentences() {
        let errors = [
            NotifyError::NoBus("unix:path=/run/user/1000/bus".to_owned()),
            NotifyError::NoServer,
            NotifyError::Refused("it is full".to_owned()),
            NotifyError::NoReply,
        ];
        for error in errors {
            let row = silent(&error);
            assert_eq!(row.state, Health::Broken);
            assert!(row.what.starts_with(char::is_uppercase), "{row:?}");
            assert!(row.what.ends_with('.'), "{row:?}");
            assert!(!row.what.contains("unix:"), "{row:?}");
        }
    }
}
