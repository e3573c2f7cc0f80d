//! The conversation with the X server: what is asked, how it is told that the answers are there, and
//! what the server's events mean.
//!
//! Requests are not waited for. After each question a property of a window of our own is touched;
//! the server works in order, so when that change is announced, every answer before it has arrived
//! and reading it cannot block. Only connecting waits, and it has a thread of its own.
//!
//! It knows no site beyond passing text to the catalogue, and not what follows from an event.

use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use x11rb::connection::{Connection, RequestConnection};
use x11rb::cookie::Cookie;
use x11rb::errors::{ConnectError, ConnectionError, ReplyError};
use x11rb::protocol::Event;
use x11rb::protocol::sync::{self, Alarm, ConnectionExt as _, Counter, Int64};
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ChangeWindowAttributesAux, ConnectionExt as _, CreateWindowAux, EventMask,
    GetPropertyReply, PropMode, Window, WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::X11Error;
use super::text::{classes, text};
use crate::attention::sites::Catalogue;

/// The longest property that is read, in units of four bytes; browsers cut titles before that.
const PROPERTY_WORDS_MAX: u32 = 4096;

x11rb::atom_manager! {
    /// The names that are looked at, as the server numbers them.
    pub(super) Atoms: AtomsCookie {
        active_window: b"_NET_ACTIVE_WINDOW".as_slice(),
        supported: b"_NET_SUPPORTED".as_slice(),
        supporting_wm_check: b"_NET_SUPPORTING_WM_CHECK".as_slice(),
        wm_name: b"_NET_WM_NAME".as_slice(),
    }
}

/// A property that was asked for.
type Property<'a> = Cookie<'a, RustConnection, GetPropertyReply>;

/// An open question.
pub(super) enum Asked<'a> {
    Window(Property<'a>),
    Title(Titles<'a>),
}

/// The texts of one window that were asked for.
pub(super) struct Titles<'a> {
    class: Property<'a>,
    new_name: Property<'a>,
    old_name: Property<'a>,
}

/// What an event means.
pub(super) enum Told {
    WindowChanged,
    TitleChanged,
    Marker,
    Idle,
    Active,
    Nothing,
}

/// A connection with everything set up that will be watched.
pub(super) struct Desktop {
    pub(super) connection: RustConnection,
    atoms: Atoms,
    root: Window,
    marker: Window,
    idle_alarm: Alarm,
    active_alarm: Alarm,
    idle_at_start: Duration,
}

impl Desktop {
    /// Connects and asks for all events. Blocks until the server answers.
    pub(super) fn connect(display: Option<&str>, idle_after: Duration) -> Result<Self, X11Error> {
        let (connection, root, atoms) = open(display)?;
        let counter = idle_counter(&connection)?.ok_or(X11Error::NoIdleCounter)?;
        let marker = connection.generate_id()?;
        create_marker(&connection, root, marker)?;
        watch_properties(&connection, root, EventMask::PROPERTY_CHANGE)?;
        let idle_alarm = connection.generate_id()?;
        let active_alarm = connection.generate_id()?;
        let idle = sync::TESTTYPE::POSITIVE_TRANSITION;
        create_alarm(&connection, idle_alarm, counter, idle, idle_after)?;
        let active = sync::TESTTYPE::NEGATIVE_TRANSITION;
        create_alarm(&connection, active_alarm, counter, active, idle_after)?;
        // Read after the alarms stand, so that no crossing of the threshold is lost in between.
        let idle_at_start = milliseconds(
            connection
                .sync_query_counter(counter)?
                .reply()?
                .counter_value,
        );
        Ok(Self {
            connection,
            atoms,
            root,
            marker,
            idle_alarm,
            active_alarm,
            idle_at_start,
        })
    }

    /// The socket, readable when the server has something to say.
    pub(super) fn socket(&self) -> BorrowedFd<'_> {
        self.connection.stream().as_fd()
    }

    /// How long there had been no input when we came.
    pub(super) fn idle_at_start(&self) -> Duration {
        self.idle_at_start
    }

    /// Asks which window is in front.
    pub(super) fn ask_window(&self) -> Result<Asked<'_>, ConnectionError> {
        let window = property(&self.connection, self.root, self.atoms.active_window)?;
        self.mark()?;
        Ok(Asked::Window(window))
    }

    /// Asks for a window's class and titles.
    pub(super) fn ask_title(&self, window: Window) -> Result<Asked<'_>, ConnectionError> {
        let titles = Titles {
            class: property(&self.connection, window, AtomEnum::WM_CLASS.into())?,
            new_name: property(&self.connection, window, self.atoms.wm_name)?,
            old_name: property(&self.connection, window, AtomEnum::WM_NAME.into())?,
        };
        self.mark()?;
        Ok(Asked::Title(titles))
    }

    /// Listens to the titles of one window and no longer to those of the other.
    pub(super) fn follow(
        &self,
        old: Option<Window>,
        new: Option<Window>,
    ) -> Result<(), ConnectionError> {
        // A manager may still name a window that is gone, whose number is now our marker's.
        if let Some(old) = old.filter(|window| old != new && *window != self.marker) {
            watch_properties(&self.connection, old, EventMask::NO_EVENT)?;
        }
        if let Some(new) = new {
            watch_properties(&self.connection, new, EventMask::PROPERTY_CHANGE)?;
        }
        Ok(())
    }

    /// What an event means while `window` is in front. Errors about windows that are gone arrive as
    /// events, too, and mean nothing.
    pub(super) fn read(&self, event: &Event, window: Option<Window>) -> Told {
        let names = [
            self.atoms.wm_name,
            AtomEnum::WM_NAME.into(),
            AtomEnum::WM_CLASS.into(),
        ];
        match event {
            Event::PropertyNotify(change) if change.window == self.marker => Told::Marker,
            Event::PropertyNotify(change) if change.window == self.root => {
                let active = change.atom == self.atoms.active_window;
                if active {
                    Told::WindowChanged
                } else {
                    Told::Nothing
                }
            }
            Event::PropertyNotify(change) if Some(change.window) == window => {
                if names.contains(&change.atom) {
                    Told::TitleChanged
                } else {
                    Told::Nothing
                }
            }
            Event::SyncAlarmNotify(alarm) if alarm.alarm == self.idle_alarm => Told::Idle,
            Event::SyncAlarmNotify(alarm) if alarm.alarm == self.active_alarm => Told::Active,
            _ => Told::Nothing,
        }
    }

    /// Adds nothing to a property of our own window; the server announces even that, in order.
    fn mark(&self) -> Result<(), ConnectionError> {
        let (name, string) = (AtomEnum::WM_NAME, AtomEnum::STRING);
        self.connection
            .change_property8(PropMode::APPEND, self.marker, name, string, &[])?;
        self.connection.flush()
    }
}

impl Titles<'_> {
    /// The site that the window shows; none if it is gone.
    pub(super) fn site(self, catalogue: &Catalogue) -> Result<Option<String>, X11Error> {
        let class = answer(self.class)?;
        let new_name = answer(self.new_name)?.and_then(|name| text(&name));
        let old_name = answer(self.old_name)?.and_then(|name| text(&name));
        let (instance, class) = class.map(|class| classes(&class)).unwrap_or_default();
        let title = new_name.or(old_name).unwrap_or_default();
        let site = catalogue.recognise(&class, &title);
        let site = site.or_else(|| catalogue.recognise(&instance, &title));
        Ok(site.map(|site| site.name.clone()))
    }
}

/// The window in front, from the answer to [`Desktop::ask_window`].
pub(super) fn window_of(reply: Property<'_>) -> Result<Option<Window>, X11Error> {
    let window = answer(reply)?.and_then(|reply| reply.value32()?.next());
    Ok(window.filter(|window| *window != x11rb::NONE))
}

/// Connects and finds the root window and the names of properties.
pub(super) fn open(display: Option<&str>) -> Result<(RustConnection, Window, Atoms), X11Error> {
    let (connection, screen) =
        RustConnection::connect(display).map_err(|error| refused(display, &error))?;
    let root = connection
        .setup()
        .roots
        .get(screen)
        .map(|screen| screen.root);
    let root = root.ok_or_else(|| X11Error::Lost("it has no screen".to_owned()))?;
    let atoms = Atoms::new(&connection)?.reply()?;
    Ok((connection, root, atoms))
}

/// The server's counter of milliseconds without input.
pub(super) fn idle_counter(connection: &RustConnection) -> Result<Option<Counter>, X11Error> {
    if connection
        .extension_information(sync::X11_EXTENSION_NAME)?
        .is_none()
    {
        return Ok(None);
    }
    connection.sync_initialize(3, 1)?.reply()?;
    let counters = connection.sync_list_system_counters()?.reply()?.counters;
    Ok(counters
        .iter()
        .find(|counter| counter.name == b"IDLETIME")
        .map(|counter| counter.counter))
}

/// Asks for a property, whatever its type.
pub(super) fn property(
    connection: &RustConnection,
    window: Window,
    name: Atom,
) -> Result<Property<'_>, ConnectionError> {
    connection.get_property(false, window, name, AtomEnum::ANY, 0, PROPERTY_WORDS_MAX)
}

/// The answer; none when the window is gone.
pub(super) fn answer(reply: Property<'_>) -> Result<Option<GetPropertyReply>, X11Error> {
    match reply.reply() {
        Ok(property) => Ok(Some(property)),
        Err(ReplyError::X11Error(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A window that is never shown and only bears the marks.
fn create_marker(
    connection: &RustConnection,
    root: Window,
    marker: Window,
) -> Result<(), X11Error> {
    let settings = CreateWindowAux::new().event_mask(EventMask::PROPERTY_CHANGE);
    let class = WindowClass::INPUT_ONLY;
    let visual = x11rb::COPY_FROM_PARENT;
    connection
        .create_window(0, marker, root, 0, 0, 1, 1, 0, class, visual, &settings)?
        .check()?;
    Ok(())
}

/// Not checked: the window may have gone, and nothing follows from that.
fn watch_properties(
    connection: &RustConnection,
    window: Window,
    mask: EventMask,
) -> Result<(), ConnectionError> {
    let settings = ChangeWindowAttributesAux::new().event_mask(mask);
    connection
        .change_window_attributes(window, &settings)
        .map(drop)
}

/// An alarm that stays armed: a step of zero keeps a transition alarm waiting at the same value.
fn create_alarm(
    connection: &RustConnection,
    alarm: Alarm,
    counter: Counter,
    test: sync::TESTTYPE,
    at: Duration,
) -> Result<(), X11Error> {
    let at = u64::try_from(at.as_millis())
        .unwrap_or(u64::MAX)
        .min(i64::MAX as u64);
    let settings = sync::CreateAlarmAux::new()
        .counter(counter)
        .value_type(sync::VALUETYPE::ABSOLUTE)
        .value(Int64 {
            hi: (at >> 32) as i32,
            lo: at as u32,
        })
        .test_type(test)
        .delta(Int64 { hi: 0, lo: 0 })
        .events(1);
    connection.sync_create_alarm(alarm, &settings)?.check()?;
    Ok(())
}

fn milliseconds(value: Int64) -> Duration {
    let high = u64::try_from(value.hi).unwrap_or(0);
    Duration::from_millis(high << 32 | u64::from(value.lo))
}

fn refused(display: Option<&str>, error: &ConnectError) -> X11Error {
    let unset = display.is_none() && std::env::var_os("DISPLAY").is_none_or(|name| name.is_empty());
    let name = display
        .map(str::to_owned)
        .or_else(|| std::env::var("DISPLAY").ok());
    let name = name.unwrap_or_default();
    match error {
        _ if unset => X11Error::NoDisplay,
        ConnectError::DisplayParsingError(_) => X11Error::BadDisplay(name),
        error => X11Error::Unreachable {
            display: name,
            reason: error.to_string(),
        },
    }
}
