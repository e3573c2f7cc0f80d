//! Nudges on the desktop: effects become notifications, a button pressed becomes an answer.
//!
//! Rules it keeps: nothing polls and no thread is made, an idle notifier never wakes; a nudge takes
//! the place of the one with the same key; what a nudge says reaches the notification server and
//! nothing else, no log, no error; servers that start late, die or restart are survived, and their
//! coming and going is reported so that the daemon can show again what is still wanted.
//!
//! It does not know why a nudge is shown, whether it is quiet time, nor what a button does.
//!
//! notify-rust composes the notification; it goes out, and its reports come in, over the one bus
//! connection held here. notify-rust's own `show` opens a connection for each popup and loses a
//! report that follows closely on another one (GNOME and KDE send two at each press of a button),
//! and GNOME and dunst report only to the connection that showed the popup, so showing with one
//! and listening on another would hear nothing.

mod bus;
mod popups;
mod wording;

use std::time::Duration;

use notify_rust::{Hint, Notification, Timeout};
use tokio::sync::mpsc::Sender;

use bus::Bus;
use wording::{Abilities, Wording, word};

/// How long a server may take to answer or to start before it counts as failing.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long after its time a popup is taken away by us, for servers that do not do it themselves.
const EXPIRY_GRACE: Duration = Duration::from_secs(5);

/// Servers draw up to three buttons next to each other; more are hidden or cut.
const MOST_BUTTONS: usize = 3;

/// One notification.
#[derive(Clone, PartialEq, Eq)]
pub struct Nudge {
    /// The engine's name for it; answers carry it.
    pub key: String,
    /// One line, plain text.
    pub title: String,
    /// Plain text; line breaks are kept.
    pub body: String,
    /// What can be answered; at most three, further ones are left out.
    pub buttons: Vec<Button>,
    /// How loudly it asks.
    pub urgency: Urgency,
    /// What it is about: decides icon and category.
    pub topic: Topic,
    /// How long it stays.
    pub stay: Stay,
}

impl std::fmt::Debug for Nudge {
    /// Without title and body, which belong in no log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nudge")
            .field("key", &self.key)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

/// Something to press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// Comes back in [`Answer::Button`].
    pub id: String,
    /// What the person reads.
    pub label: String,
    /// The command that does the same; shown where the server has no buttons.
    pub command: Option<String>,
}

/// How loudly a nudge asks. Nothing here is critical: such popups ignore do-not-disturb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// For information.
    Low,
    /// Wants an answer.
    Normal,
}

/// What a nudge is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A break is due.
    Break,
    /// A limit is near or reached.
    Limit,
    /// A post waits, went out, or asks something.
    Post,
    /// Something needs attention before it works again.
    Trouble,
}

impl Topic {
    /// A name of the freedesktop icon naming specification.
    fn icon(self) -> &'static str {
        match self {
            Self::Break => "appointment-soon",
            Self::Limit => "dialog-information",
            Self::Post => "mail-send",
            Self::Trouble => "dialog-warning",
        }
    }

    /// The notification specification lists no category for these, so they carry the vendor
    /// prefix it asks for; with it a person can style or silence one kind on most servers.
    fn category(self) -> &'static str {
        match self {
            Self::Break => "x-rounds.break",
            Self::Limit => "x-rounds.limit",
            Self::Post => "x-rounds.post",
            Self::Trouble => "x-rounds.trouble",
        }
    }
}

/// How long a nudge stays on the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// Until it is answered, closed or withdrawn.
    UntilAnswered,
    /// At most this long (servers may take it away earlier).
    For(Duration),
}

/// What became of a nudge, or of the server that shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A button was pressed.
    Button {
        /// The nudge's key.
        key: String,
        /// The button's id.
        button: String,
    },
    /// It left the screen without a button.
    Closed {
        /// The nudge's key.
        key: String,
        /// Whose doing that was.
        by: ClosedBy,
    },
    /// A notification server came up or took over: nudges shown before are gone from the screen;
    /// show again what is still wanted.
    ServerAppeared,
    /// The notification server went away, and with it all nudges. The next
    /// [`show`](Notifier::show) starts one where the desktop knows how.
    ServerGone,
}

/// Who closed a popup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosedBy {
    /// The person put it away.
    Person,
    /// Its time was over.
    Expired,
    /// A program closed it.
    Program,
    /// The server did not say.
    Unknown,
}

/// What runs the notifications on this desktop; for `rounds doctor`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Such as `Xfce Notify Daemon`.
    pub name: String,
    /// Who makes it.
    pub vendor: String,
    /// Its own version.
    pub version: String,
    /// What it can do, in the words of the notification specification.
    pub capabilities: Vec<String>,
}

/// Why a nudge could not be shown. Carries nothing of what it says.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// There is no session bus; why, in the words of the system, is for the log.
    #[error(
        "Nudges cannot be shown: there is no desktop session here (no session bus). Start rounds \
         within your desktop session; it then asks about whatever still waits."
    )]
    NoBus(String),
    /// No server runs and none can be started. Worth another try at [`Answer::ServerAppeared`].
    #[error(
        "no program on this desktop shows notifications; \
         install one, such as xfce4-notifyd, dunst or mako, and it is used at once"
    )]
    NoServer,
    /// The server answered with an error.
    #[error("the desktop's notification service refused: {0}")]
    Refused(String),
    /// The server did not answer.
    #[error("the desktop's notification service did not answer within 10 seconds; it may hang")]
    NoReply,
}

/// Shows nudges and reports their answers. Must be made and used within one tokio runtime.
#[derive(Debug)]
pub struct Notifier {
    bus: Bus,
}

impl Notifier {
    /// Connects to the desktop's session bus. Answers come through `answers` from then on.
    pub async fn connect(answers: Sender<Answer>) -> Result<Self, NotifyError> {
        let bus = Bus::connect(answers).await?;
        Ok(Self { bus })
    }

    /// Shows a nudge, in the place of the one with the same key. Starts the desktop's server if
    /// it is not running yet.
    pub async fn show(&mut self, nudge: Nudge) -> Result<(), NotifyError> {
        self.bus.ensure_server().await?;
        let abilities = Abilities::of(&self.bus.capabilities().await?);
        let mut buttons = nudge.buttons.as_slice();
        buttons = &buttons[..buttons.len().min(MOST_BUTTONS)];
        let notification = compose(&nudge, buttons, abilities);
        let expires_after = match nudge.stay {
            Stay::UntilAnswered => None,
            Stay::For(time) => Some(time.saturating_add(EXPIRY_GRACE)),
        };
        self.bus
            .notify(&nudge.key, &notification, expires_after)
            .await
    }

    /// Takes a nudge off the screen; one that is no longer there is fine. No answer follows.
    pub async fn withdraw(&mut self, key: &str) -> Result<(), NotifyError> {
        self.bus.withdraw(key).await
    }

    /// Which server shows the nudges and what it can do.
    pub async fn server(&self) -> Result<Server, NotifyError> {
        self.bus.ensure_server().await?;
        let (name, vendor, version) = self.bus.server_information().await?;
        let capabilities = self.bus.capabilities().await?;
        Ok(Server {
            name,
            vendor,
            version,
            capabilities,
        })
    }
}

/// The notification as a server of these abilities gets it.
fn compose(nudge: &Nudge, buttons: &[Button], abilities: Abilities) -> Notification {
    let Wording { title, body } = word(&nudge.title, &nudge.body, buttons, abilities);
    let mut notification = Notification::new();
    notification
        .appname("rounds")
        .summary(&title)
        .body(&body)
        .icon(nudge.topic.icon())
        .hint(Hint::Category(nudge.topic.category().to_owned()))
        .hint(Hint::DesktopEntry("rounds".to_owned()))
        .urgency(match nudge.urgency {
            Urgency::Low => notify_rust::Urgency::Low,
            Urgency::Normal => notify_rust::Urgency::Normal,
        })
        .timeout(match nudge.stay {
            Stay::UntilAnswered => Timeout::Never,
            Stay::For(time) => Timeout::from(time.max(Duration::from_millis(1))),
        });
    for button in buttons.iter().filter(|_| abilities.actions) {
        notification.action(&button.id, &button.label);
    }
    notification
}
