//! The one bus connection: what is said to the notification server and what it reports.
//!
//! Rules it keeps: no lock is held while waiting; every call has an end; taking a popup away waits
//! for nobody. Reports are read in the order in which they came, none is left out.
//!
//! It does not know what a nudge is about.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify_rust::{Hint, Notification};
use tokio::sync::mpsc::Sender;
use tokio::task::AbortHandle;
use zbus::export::futures_core::Stream;
use zbus::fdo::{DBusProxy, NameOwnerChanged, NameOwnerChangedStream};
use zbus::message::{Flags, Type};
use zbus::names::MemberName;
use zbus::zvariant::Value;
use zbus::{Connection, MatchRule, Message, MessageStream};

use super::popups::{Owner, Popup, Popups, Report, Timer};
use super::{Answer, ClosedBy, NotifyError, PATIENCE};

/// The bus name, and the interface, of the desktop's notification server.
const SERVER: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";

/// Reports that may wait until we read them; more than a desktop has popups.
const REPORTS_WAITING: usize = 256;

#[derive(Debug)]
pub(super) struct Bus {
    wire: Wire,
    driver: DBusProxy<'static>,
    follower: AbortHandle,
}

/// What the tasks share.
#[derive(Debug, Clone)]
struct Wire {
    connection: Connection,
    popups: Arc<Mutex<Popups>>,
    answers: Sender<Answer>,
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl Bus {
    pub(super) async fn connect(answers: Sender<Answer>) -> Result<Self, NotifyError> {
        let connecting = async {
            let connection = Connection::session().await?;
            let driver = DBusProxy::new(&connection).await?;
            let owners = driver
                .receive_name_owner_changed_with_args(&[(0, SERVER)])
                .await?;
            let reports = reports(&connection).await?;
            Ok((connection, driver, owners, reports))
        };
        let (connection, driver, owners, reports) = patiently(connecting)
            .await?
            .map_err(|e: zbus::Error| NotifyError::NoBus(e.to_string()))?;
        let wire = Wire {
            connection,
            popups: Arc::default(),
            answers,
        };
        wire.lock().owner = owner(&driver).await;
        let follower = tokio::spawn(wire.clone().follow(owners, reports)).abort_handle();
        Ok(Self {
            wire,
            driver,
            follower,
        })
    }

    /// Makes sure that a server runs, starting it if the bus knows how.
    pub(super) async fn ensure_server(&self) -> Result<(), NotifyError> {
        {
            let mut popups = self.wire.lock();
            if matches!(popups.owner, Owner::Running(_)) {
                return Ok(());
            }
            popups.owner = Owner::Starting;
        }
        let started = self.start_server().await;
        let owner = owner(&self.driver).await;
        self.wire.lock().owner_changed(owner);
        started
    }

    async fn start_server(&self) -> Result<(), NotifyError> {
        let name = SERVER.try_into().map_err(|_| NotifyError::NoServer)?;
        let starting = self.driver.start_service_by_name(name, 0);
        let started = patiently(starting).await?;
        started.map(drop).map_err(|_| NotifyError::NoServer)
    }

    pub(super) async fn capabilities(&self) -> Result<Vec<String>, NotifyError> {
        self.wire.call("GetCapabilities", &()).await
    }

    /// Name, vendor and version.
    pub(super) async fn server_information(&self) -> Result<(String, String, String), NotifyError> {
        let (name, vendor, version, _specification): (String, String, String, String) =
            self.wire.call("GetServerInformation", &()).await?;
        Ok((name, vendor, version))
    }

    /// Shows a notification in the place of the former one of this key.
    pub(super) async fn notify(
        &self,
        key: &str,
        notification: &Notification,
        expires_after: Option<Duration>,
    ) -> Result<(), NotifyError> {
        let replaces = {
            let mut popups = self.wire.lock();
            popups.opening();
            popups.id(key).unwrap_or(0)
        };
        match self.wire.send(notification, replaces).await {
            Ok(id) => {
                let buttons = notification.actions.iter().step_by(2).cloned().collect();
                self.wire.opened(key, id, buttons, expires_after).await
            }
            Err(error) => {
                self.wire.lock().not_opened();
                Err(error)
            }
        }
    }

    pub(super) async fn withdraw(&self, key: &str) -> Result<(), NotifyError> {
        let popup = self.wire.lock().forget(key);
        match popup {
            Some(popup) => self.wire.close(popup.id).await,
            None => Ok(()),
        }
    }
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, Popups> {
        self.popups.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call<B, R>(&self, method: &str, body: &B) -> Result<R, NotifyError>
    where
        B: serde::Serialize + zbus::zvariant::DynamicType,
        R: serde::de::DeserializeOwned + zbus::zvariant::Type,
    {
        let call = self
            .connection
            .call_method(Some(SERVER), PATH, Some(SERVER), method, body);
        let reply = patiently(call).await?.map_err(refused)?;
        reply.body().deserialize().map_err(refused)
    }

    /// Hands a notification to the server; the server's number for it.
    async fn send(&self, notification: &Notification, replaces: u32) -> Result<u32, NotifyError> {
        let hints: HashMap<&str, Value<'_>> = notification.hints.iter().filter_map(hint).collect();
        let body = (
            &notification.appname,
            replaces,
            &notification.icon,
            &notification.summary,
            &notification.body,
            &notification.actions,
            hints,
            i32::from(notification.timeout),
        );
        self.call("Notify", &body).await
    }

    async fn opened(
        &self,
        key: &str,
        id: u32,
        buttons: Vec<String>,
        expires_after: Option<Duration>,
    ) -> Result<(), NotifyError> {
        let expiry = expires_after.map(|after| {
            let expiring = self.clone().expire(key.to_owned(), after);
            Timer(tokio::spawn(expiring).abort_handle())
        });
        let popup = Popup {
            id,
            buttons,
            expiry,
        };
        let (former, early) = self.lock().opened(key, popup);
        if let Some(former) = former {
            self.close(former).await?;
        }
        if let Some(report) = early {
            let owner = self.lock().owner.clone();
            if let Owner::Running(server) = owner {
                self.reported(&server, id, report).await;
            }
        }
        Ok(())
    }

    /// Takes a popup off the screen, without waiting for the server.
    async fn close(&self, id: u32) -> Result<(), NotifyError> {
        let message = Message::method_call(PATH, "CloseNotification")
            .and_then(|m| m.destination(SERVER))
            .and_then(|m| m.interface(SERVER))
            .and_then(|m| m.with_flags(Flags::NoReplyExpected))
            .and_then(|m| m.with_flags(Flags::NoAutoStart))
            .and_then(|m| m.build(&id))
            .map_err(refused)?;
        patiently(self.connection.send(&message))
            .await?
            .map_err(refused)
    }

    /// Ends a popup whose time is over, where the server does not.
    async fn expire(self, key: String, after: Duration) {
        tokio::time::sleep(after).await;
        // Holds the timer that is this very task, so that it ends only after all is said.
        let popup = self.lock().forget(&key);
        if let Some(popup) = &popup {
            let _ = self.close(popup.id).await;
            let by = ClosedBy::Expired;
            self.say(Answer::Closed { key, by }).await;
        }
    }

    /// Reads what the bus and the server report, for as long as the bus lives.
    async fn follow(self, mut owners: NameOwnerChangedStream, mut reports: MessageStream) {
        loop {
            tokio::select! {
                biased;
                changed = next(&mut owners) => match changed.as_ref().map(NameOwnerChanged::args) {
                    Some(Ok(change)) => self.owner_changed(change.new_owner().as_deref()).await,
                    Some(Err(_)) => {}
                    None => return,
                },
                message = next(&mut reports) => match message {
                    Some(Ok(message)) => self.read(&message).await,
                    Some(Err(_)) => {}
                    None => return,
                },
            }
        }
    }

    async fn owner_changed(&self, owner: Option<&str>) {
        let owner = owner.map_or(Owner::None, |name| Owner::Running(name.to_owned()));
        let news = self.lock().owner_changed(owner);
        if let Some(news) = news {
            self.say(news).await;
        }
    }

    async fn read(&self, message: &Message) {
        let header = message.header();
        let Some(sender) = header.sender() else {
            return;
        };
        let body = message.body();
        let report = match header.member().map(MemberName::as_str) {
            Some("ActionInvoked") => body
                .deserialize::<(u32, String)>()
                .map(|(id, button)| (id, Report::Pressed(button))),
            Some("NotificationClosed") => body
                .deserialize::<(u32, u32)>()
                .map(|(id, reason)| (id, Report::Closed(reason))),
            _ => return,
        };
        if let Ok((id, report)) = report {
            self.reported(sender.as_str(), id, report).await;
        }
    }

    async fn reported(&self, sender: &str, id: u32, report: Report) {
        let pressed = matches!(report, Report::Pressed(_));
        let answer = self.lock().reported(sender, id, report);
        let Some(answer) = answer else { return };
        if pressed {
            // Some servers leave a popup on the screen after its button was pressed.
            let _ = self.close(id).await;
        }
        self.say(answer).await;
    }

    async fn say(&self, answer: Answer) {
        // Nobody listening means the daemon is going down.
        let _ = self.answers.send(answer).await;
    }
}

/// The signals of notification servers. Of any sender and to anybody: servers differ in whether
/// they tell everyone or only us; whose word counts is settled in `popups.rs`.
async fn reports(connection: &Connection) -> zbus::Result<MessageStream> {
    let rule = MatchRule::builder()
        .msg_type(Type::Signal)
        .interface(SERVER)?
        .path(PATH)?
        .build();
    MessageStream::for_match_rule(rule, connection, Some(REPORTS_WAITING)).await
}

/// The present owner of the server's name.
async fn owner(driver: &DBusProxy<'_>) -> Owner {
    let Ok(name) = SERVER.try_into() else {
        return Owner::None;
    };
    match patiently(driver.get_name_owner(name)).await {
        Ok(Ok(owner)) => Owner::Running(owner.to_string()),
        _ => Owner::None,
    }
}

/// A hint as the bus carries it; the kinds that we set.
fn hint(hint: &Hint) -> Option<(&'static str, Value<'_>)> {
    match hint {
        Hint::Category(category) => Some(("category", category.as_str().into())),
        Hint::DesktopEntry(name) => Some(("desktop-entry", name.as_str().into())),
        Hint::Urgency(urgency) => Some(("urgency", (*urgency as u8).into())),
        _ => None,
    }
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    std::future::poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

async fn patiently<F: Future>(call: F) -> Result<F::Output, NotifyError> {
    let answered = tokio::time::timeout(PATIENCE, call).await;
    answered.map_err(|_| NotifyError::NoReply)
}

fn refused(error: impl std::fmt::Display) -> NotifyError {
    NotifyError::Refused(error.to_string())
}
