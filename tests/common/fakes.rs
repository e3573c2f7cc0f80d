//! A notification server and a portal that do nothing but remember what they were asked, on a
//! private bus. The test presses the buttons.

#![expect(
    clippy::used_underscore_binding,
    reason = "what the bus hands over and a fake does not need"
)]

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};
use zbus::{Connection, interface};

/// What a popup showed.
#[derive(Debug, Clone)]
pub(crate) struct Popup {
    pub(crate) id: u32,
    pub(crate) title: String,
    pub(crate) body: String,
    /// Ids of the buttons, in order.
    pub(crate) buttons: Vec<String>,
    /// Everything that was handed over, hints and labels included.
    pub(crate) whole: String,
}

struct Notifications {
    shown: Sender<Popup>,
    all: Arc<Mutex<Vec<Popup>>>,
    closed: Sender<u32>,
    last: u32,
}

#[interface(name = "org.freedesktop.Notifications")]
impl Notifications {
    #[expect(
        clippy::too_many_arguments,
        clippy::needless_pass_by_value,
        reason = "the specification's own method"
    )]
    fn notify(
        &mut self,
        app: &str,
        replaces: u32,
        icon: &str,
        title: &str,
        body: &str,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        timeout: i32,
    ) -> u32 {
        self.last += 1;
        let id = if replaces == 0 { self.last } else { replaces };
        let whole = format!("{:?}", (app, icon, title, body, &actions, &hints, timeout));
        let popup = Popup {
            id,
            title: title.to_owned(),
            body: body.to_owned(),
            buttons: actions.into_iter().step_by(2).collect(),
            whole,
        };
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.push(popup.clone());
        let _ = self.shown.send(popup);
        id
    }

    fn close_notification(&self, id: u32) {
        let _ = self.closed.send(id);
    }

    #[expect(clippy::unused_self, reason = "a method of the bus")]
    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".to_owned(), "body".to_owned()]
    }

    #[expect(clippy::unused_self, reason = "a method of the bus")]
    fn get_server_information(&self) -> (String, String, String, String) {
        ["fake", "test", "1", "1.2"].map(str::to_owned).into()
    }

    #[zbus(signal)]
    async fn action_invoked(emitter: &SignalEmitter<'_>, id: u32, action: &str)
    -> zbus::Result<()>;
}

struct Portal {
    opened: Sender<String>,
    answer: u32,
}

#[interface(name = "org.freedesktop.portal.OpenURI")]
impl Portal {
    #[zbus(name = "OpenURI")]
    async fn open_uri(
        &self,
        _parent: &str,
        address: &str,
        options: HashMap<String, OwnedValue>,
        #[zbus(header)] header: zbus::message::Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> OwnedObjectPath {
        let _ = self.opened.send(address.to_owned());
        let token = String::try_from(options["handle_token"].clone()).unwrap();
        let caller = header.sender().unwrap().as_str();
        let caller = caller.trim_start_matches(':').replace('.', "_");
        let path = format!("/org/freedesktop/portal/desktop/request/{caller}/{token}");
        let none: HashMap<String, OwnedValue> = HashMap::new();
        let interface = "org.freedesktop.portal.Request";
        let answer = (self.answer, none);
        connection
            .emit_signal(None::<&str>, path.as_str(), interface, "Response", &answer)
            .await
            .unwrap();
        OwnedObjectPath::try_from(path).unwrap()
    }
}

/// The servers, and what they were asked.
pub(crate) struct Fakes {
    runtime: tokio::runtime::Runtime,
    connection: Connection,
    shown: Receiver<Popup>,
    all: Arc<Mutex<Vec<Popup>>>,
    closed: Receiver<u32>,
    opened: Receiver<String>,
}

impl Fakes {
    /// A notification server, and a portal that gives this answer where one is wanted. A later one
    /// takes the former one's place.
    pub(crate) fn start(bus: &str, portal: Option<u32>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (shown_sender, shown) = channel();
        let (closed_sender, closed) = channel();
        let (opened_sender, opened) = channel();
        let all = Arc::default();
        let notifications = Notifications {
            shown: shown_sender,
            all: Arc::clone(&all),
            closed: closed_sender,
            last: 0,
        };
        let connection = runtime.block_on(async {
            let builder = zbus::connection::Builder::address(bus).unwrap();
            let builder = builder
                .allow_name_replacements(true)
                .serve_at("/org/freedesktop/Notifications", notifications)
                .unwrap()
                .name("org.freedesktop.Notifications")
                .unwrap();
            let Some(answer) = portal else {
                return builder.build().await.unwrap();
            };
            let portal = Portal {
                opened: opened_sender,
                answer,
            };
            let builder = builder
                .serve_at("/org/freedesktop/portal/desktop", portal)
                .unwrap();
            let name = "org.freedesktop.portal.Desktop";
            builder.name(name).unwrap().build().await.unwrap()
        });
        Self {
            runtime,
            connection,
            shown,
            all,
            closed,
            opened,
        }
    }

    /// Everything that was shown so far.
    pub(crate) fn all(&self) -> Vec<Popup> {
        self.all
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The next popup whose title holds these words.
    pub(crate) fn popup(&self, words: &str) -> Popup {
        loop {
            let popup = self.shown.recv_timeout(Duration::from_mins(1));
            let popup = popup.unwrap_or_else(|_| panic!("no popup: {words}"));
            if popup.title.contains(words) {
                return popup;
            }
        }
    }

    /// Waits until this popup is taken off the screen.
    pub(crate) fn withdrawn(&self, popup: u32) {
        let wait = Duration::from_mins(1);
        while self
            .closed
            .recv_timeout(wait)
            .expect("it stays on the screen")
            != popup
        {}
    }

    /// The address that was opened next.
    pub(crate) fn address(&self) -> String {
        let wait = Duration::from_mins(1);
        self.opened
            .recv_timeout(wait)
            .expect("no address was opened")
    }

    /// Nothing was opened so far.
    pub(crate) fn nothing_opened(&self) -> bool {
        self.opened.try_recv().is_err()
    }

    pub(crate) fn press(&self, popup: u32, button: &str) {
        let path = "/org/freedesktop/Notifications";
        let emitter = SignalEmitter::new(&self.connection, path).unwrap();
        let pressing = Notifications::action_invoked(&emitter, popup, button);
        self.runtime.block_on(pressing).unwrap();
    }
}
