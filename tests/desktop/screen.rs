//! A display for one test: Xvfb on a free number, openbox, and windows made to order. Everything
//! that was started is stopped when it is dropped. It knows nothing of what is tested.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use rounds::sensors::x11::probe;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt as _, CreateWindowAux, EventMask, PropMode, Window,
    WindowClass,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// How often and how long a condition is waited for: 15 s in all.
const TRIES: u32 = 750;
const PAUSE: Duration = Duration::from_millis(20);

/// A display, or `None` with a line on why not.
pub(crate) fn screen() -> Option<Screen> {
    if std::env::var("ROUNDS_DESKTOP").is_ok_and(|on| on == "1") {
        return Some(Screen::start());
    }
    println!("needs tests/run.sh");
    None
}

/// A program that ends with the test.
pub(crate) struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An X server of the test's own. Fields are dropped in order: first what runs on it.
pub(crate) struct Screen {
    manager: Option<Program>,
    server: Option<Program>,
    pub(crate) display: String,
}

impl Screen {
    fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1024x768x24",
                "-noreset",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb starts");
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap())
            .read_line(&mut number)
            .unwrap();
        let display = format!(":{}", number.trim());
        Self {
            manager: None,
            server: Some(Program(server)),
            display,
        }
    }

    /// One that somebody else started.
    pub(crate) fn on(display: &str) -> Self {
        Self {
            manager: None,
            server: None,
            display: display.to_owned(),
        }
    }

    /// Starts the window manager and waits until it looks after windows.
    pub(crate) fn with_manager(mut self) -> Self {
        self.manager = Some(self.run("openbox", &["--sm-disable"]));
        self.looked_after();
        self
    }

    /// Waits until the window manager looks after windows: it says so a little too early, and
    /// overlooks one that is mapped in between, so a window is tried first.
    pub(crate) fn looked_after(&self) {
        let says_so = || probe(Some(&self.display)).is_ok_and(|probe| probe.active_window);
        wait_for("openbox", says_so);
        let client = self.client();
        let trial = client.shown("trial", |_| ());
        wait_for("openbox's care", || {
            client.connection.unmap_window(trial).unwrap();
            client.connection.map_window(trial).unwrap();
            client.connection.flush().unwrap();
            std::thread::sleep(10 * PAUSE);
            client.numbers("_NET_CLIENT_LIST").contains(&trial)
        });
        client.close(trial);
        wait_for("no window", || {
            client.numbers("_NET_CLIENT_LIST").is_empty()
        });
    }

    /// Starts a program on this display.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Program {
        let child = Command::new(program)
            .args(arguments)
            .env("DISPLAY", &self.display)
            .stdout(Stdio::null())
            .spawn();
        Program(child.unwrap_or_else(|error| panic!("{program}: {error}")))
    }

    /// Sends input as a person would; returns when it is done.
    pub(crate) fn xdotool(&self, arguments: &[&str]) {
        let mut command = Command::new("xdotool");
        assert!(
            command
                .args(arguments)
                .env("DISPLAY", &self.display)
                .status()
                .unwrap()
                .success()
        );
    }

    /// Ends the X server under everybody's feet.
    pub(crate) fn stop_server(&mut self) {
        self.server = None;
    }

    /// A client that makes windows.
    pub(crate) fn client(&self) -> Client {
        let (connection, screen) = RustConnection::connect(Some(&self.display)).unwrap();
        let root = connection.setup().roots[screen].root;
        Client { connection, root }
    }
}

/// Waits for a condition, with an end.
pub(crate) fn wait_for(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..TRIES {
        if condition() {
            return;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("{what} did not come");
}

/// Makes windows with the properties that a test wants.
pub(crate) struct Client {
    pub(crate) connection: RustConnection,
    root: Window,
}

impl Client {
    /// A window with a class, brought to the front; `name` gives it titles.
    pub(crate) fn window(&self, class: &str, name: impl FnOnce(Window)) -> Window {
        let window = self.shown(class, name);
        wait_for("the window", || {
            self.numbers("_NET_CLIENT_LIST").contains(&window)
        });
        self.activate(window);
        wait_for("the focus", || {
            self.numbers("_NET_ACTIVE_WINDOW") == [window]
        });
        window
    }

    /// A window that the window manager has not yet heard of.
    pub(crate) fn shown(&self, class: &str, name: impl FnOnce(Window)) -> Window {
        let window = self.connection.generate_id().unwrap();
        let (kind, settings) = (WindowClass::INPUT_OUTPUT, CreateWindowAux::new());
        self.connection
            .create_window(0, window, self.root, 0, 0, 200, 100, 0, kind, 0, &settings)
            .unwrap();
        let class = format!("{class}\0{class}\0");
        self.set(
            window,
            AtomEnum::WM_CLASS.into(),
            AtomEnum::STRING.into(),
            class.as_bytes(),
        );
        name(window);
        self.connection.map_window(window).unwrap();
        self.connection.flush().unwrap();
        window
    }

    /// A window as programs make them today.
    pub(crate) fn titled(&self, class: &str, title: &str) -> Window {
        self.window(class, |window| self.title(window, title))
    }

    /// The title that programs set today.
    pub(crate) fn title(&self, window: Window, title: &str) {
        self.set(
            window,
            self.atom("_NET_WM_NAME"),
            self.atom("UTF8_STRING"),
            title.as_bytes(),
        );
    }

    /// The title that old programs set.
    pub(crate) fn old_title(&self, window: Window, title: &[u8]) {
        self.set(
            window,
            AtomEnum::WM_NAME.into(),
            AtomEnum::STRING.into(),
            title,
        );
    }

    /// Closes a window.
    pub(crate) fn close(&self, window: Window) {
        self.connection.destroy_window(window).unwrap();
        self.connection.flush().unwrap();
    }

    /// Asks the window manager to bring a window to the front, as a pager does.
    fn activate(&self, window: Window) {
        let message =
            ClientMessageEvent::new(32, window, self.atom("_NET_ACTIVE_WINDOW"), [2, 0, 0, 0, 0]);
        let mask = EventMask::SUBSTRUCTURE_REDIRECT | EventMask::SUBSTRUCTURE_NOTIFY;
        self.connection
            .send_event(false, self.root, mask, message)
            .unwrap();
        self.connection.flush().unwrap();
    }

    /// A property of the root window that holds numbers.
    fn numbers(&self, name: &str) -> Vec<u32> {
        let name = self.atom(name);
        let reply = self
            .connection
            .get_property(false, self.root, name, AtomEnum::ANY, 0, 1024);
        reply
            .unwrap()
            .reply()
            .unwrap()
            .value32()
            .into_iter()
            .flatten()
            .collect()
    }

    fn set(&self, window: Window, name: u32, kind: u32, value: &[u8]) {
        self.connection
            .change_property8(PropMode::REPLACE, window, name, kind, value)
            .unwrap();
        self.connection.flush().unwrap();
    }

    fn atom(&self, name: &str) -> u32 {
        self.connection
            .intern_atom(false, name.as_bytes())
            .unwrap()
            .reply()
            .unwrap()
            .atom
    }
}
