//! A private desktop for one test: its own session bus, screen, window manager and notification
//! server, all real programs from the distribution, all stopped when the test ends.
//!
//! Rules it keeps: no fixed display, port or path; nothing of the person's own session is touched;
//! no server is started by the bus unless a test says so. Waiting ends when the thing happens, with
//! a limit that only a broken run reaches.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Whether tests/run.sh allowed tests that start a desktop; says so if not.
pub(crate) fn allowed(test: &str) -> bool {
    let yes = std::env::var_os("ROUNDS_DESKTOP").is_some_and(|v| v == "1");
    if !yes {
        println!("{test}: needs tests/run.sh");
    }
    yes
}

/// A process that ends with the test, also when the test is killed.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn start(command: &mut Command) -> Self {
        Self::start_heard(command, Stdio::null())
    }

    /// The same, with a place for its complaints.
    pub(crate) fn start_heard(command: &mut Command, complaints: Stdio) -> Self {
        let name = command.get_program().to_owned();
        let mut wrapped = Command::new("setpriv");
        wrapped.args(["--pdeathsig", "KILL", "--"]);
        wrapped.arg(command.get_program()).args(command.get_args());
        for (key, value) in command.get_envs() {
            match value {
                Some(value) => wrapped.env(key, value),
                None => wrapped.env_remove(key),
            };
        }
        wrapped.stdin(Stdio::piped()).stdout(Stdio::piped());
        wrapped.stderr(complaints);
        Self(
            wrapped
                .spawn()
                .unwrap_or_else(|e| panic!("{}: {e}", name.display())),
        )
    }

    /// The first line it prints.
    pub(crate) fn first_line(&mut self) -> String {
        let mut line = String::new();
        let stdout = self.0.stdout.take().expect("stdout is read once");
        BufReader::new(stdout).read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Tries until something is there; panics with `what` after 20 seconds.
pub(crate) fn wait_for<T>(what: &str, mut attempt: impl FnMut() -> Option<T>) -> T {
    for _ in 0..400 {
        if let Some(found) = attempt() {
            return found;
        }
        sleep(Duration::from_millis(50));
    }
    panic!("waited in vain for {what}");
}

/// A session bus in a folder of its own. Fields are dropped in order: screen before bus.
pub(crate) struct Desktop {
    processes: Vec<Running>,
    /// Variables that programs on this desktop need.
    pub(crate) env: Vec<(String, String)>,
    pub(crate) dir: tempfile::TempDir,
}

impl Drop for Desktop {
    fn drop(&mut self) {
        while self.processes.pop().is_some() {}
    }
}

impl Desktop {
    /// A bus and nothing else. `activate`: the command that the bus starts as notification server
    /// when somebody calls one.
    pub(crate) fn bus_only(activate: Option<&str>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let path = dir.path().display();
        let services = dir.path().join("services");
        fs::create_dir(&services).unwrap();
        if let Some(command) = activate {
            let service =
                format!("[D-BUS Service]\nName=org.freedesktop.Notifications\nExec={command}\n");
            fs::write(services.join("notifications.service"), service).unwrap();
        }
        let config = format!(
            "<busconfig><type>session</type><listen>unix:dir={path}</listen>\
             <servicedir>{path}/services</servicedir><policy context=\"default\"><allow user=\"*\"/>\
             <allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\
             <allow own=\"*\"/></policy></busconfig>"
        );
        let config_file = dir.path().join("bus.conf");
        fs::write(&config_file, config).unwrap();
        let home = dir.path().join("home");
        fs::create_dir(&home).unwrap();
        let mut desktop = Self {
            processes: Vec::new(),
            env: Vec::new(),
            dir,
        };
        desktop.set("HOME", home.to_str().unwrap());
        desktop.start_bus(&config_file);
        desktop
    }

    fn start_bus(&mut self, config: &Path) {
        let mut bus = Running::start(
            self.command("dbus-daemon")
                .arg(format!("--config-file={}", config.display()))
                .args(["--nofork", "--print-address=1"]),
        );
        let address = bus.first_line();
        assert!(address.starts_with("unix:"), "bus address {address:?}");
        self.set("DBUS_SESSION_BUS_ADDRESS", &address);
        self.processes.push(bus);
    }

    /// A bus, an X screen and a window manager.
    pub(crate) fn x11() -> Self {
        let mut desktop = Self::bus_only(None);
        desktop.add_x11();
        desktop
    }

    /// Adds an X screen and a window manager. Programs that the bus starts do not see them.
    pub(crate) fn add_x11(&mut self) {
        let mut screen = Running::start(self.command("Xvfb").args([
            "-displayfd",
            "1",
            "-screen",
            "0",
            "1280x800x24",
            "-nolisten",
            "tcp",
        ]));
        let display = screen.first_line();
        assert!(!display.is_empty(), "Xvfb did not start");
        self.processes.push(screen);
        self.set("DISPLAY", &format!(":{display}"));
        let manager = Running::start(&mut self.command("openbox"));
        self.processes.push(manager);
        let desktop = &*self;
        wait_for("the window manager", || {
            let asked = desktop.run("xprop", &["-root", "_NET_SUPPORTING_WM_CHECK"]);
            asked.contains("window id").then_some(())
        });
    }

    /// A bus and a Wayland screen with sway, which refuses to be root.
    pub(crate) fn wayland() -> Self {
        let mut desktop = Self::bus_only(None);
        let runtime = desktop.dir.path().join("runtime");
        fs::create_dir(&runtime).unwrap();
        fs::set_permissions(&runtime, fs::Permissions::from_mode(0o700)).unwrap();
        let config = desktop.dir.path().join("sway.conf");
        fs::write(
            &config,
            "output HEADLESS-1 resolution 1280x800\nxwayland disable\n",
        )
        .unwrap();
        for path in [&runtime, &desktop.dir.path().join("home")] {
            if is_root() {
                chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
            }
        }
        for (key, value) in [
            ("XDG_RUNTIME_DIR", runtime.to_str().unwrap()),
            ("WLR_BACKENDS", "headless"),
            ("WLR_LIBINPUT_NO_DEVICES", "1"),
            ("WLR_RENDERER", "pixman"),
        ] {
            desktop.set(key, value);
        }
        let mut sway = desktop.command_as_nobody("sway");
        sway.arg("-c")
            .arg(&config)
            .env_remove("DISPLAY")
            .env_remove("WAYLAND_DISPLAY");
        let sway = Running::start(&mut sway);
        desktop.processes.push(sway);
        let socket = wait_for("sway's socket", || wayland_socket(&runtime));
        desktop.set("WAYLAND_DISPLAY", &socket);
        desktop
    }

    /// Sets a variable for programs started from now on.
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.env.push((key.to_owned(), value.to_owned()));
    }

    /// A program on this desktop.
    pub(crate) fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.envs(self.env.iter().map(|(k, v)| (k, v)));
        command.stderr(Stdio::null());
        command
    }

    /// The same for programs that do not want to be root.
    pub(crate) fn command_as_nobody(&self, program: &str) -> Command {
        if !is_root() {
            return self.command(program);
        }
        let mut command = self.command("setpriv");
        let id = NOBODY.to_string();
        command.args([
            "--reuid",
            &id,
            "--regid",
            &id,
            "--clear-groups",
            "--",
            program,
        ]);
        command
    }

    /// Starts a program that runs until the desktop ends.
    pub(crate) fn start(&mut self, command: &mut Command) {
        self.processes.push(Running::start(command));
    }

    /// Stops the program started last.
    pub(crate) fn stop_last(&mut self) {
        self.processes.pop();
    }

    /// Starts a notification server and waits until it owns its name on the bus.
    pub(crate) fn start_server(&mut self, command: &mut Command) {
        self.start(command);
        wait_for("the notification server", || {
            let name = "string:org.freedesktop.Notifications";
            let method = "org.freedesktop.DBus.NameHasOwner";
            let destination = "--dest=org.freedesktop.DBus";
            let arguments = ["--session", "--print-reply", destination, "/", method, name];
            self.run("dbus-send", &arguments)
                .contains("true")
                .then_some(())
        });
    }

    /// Runs a program to its end; what it printed.
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> String {
        text(&self.command(program).args(arguments).output())
    }

    /// Runs a program that does not want to be root; what it printed.
    pub(crate) fn run_as_nobody(&self, program: &str, arguments: &[&str]) -> String {
        text(&self.command_as_nobody(program).args(arguments).output())
    }

    /// Keeps a picture of the X screen for people to look at; where it lies.
    pub(crate) fn picture(&self, name: &str) -> PathBuf {
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        self.run("import", &["-window", "root", file.to_str().unwrap()]);
        file
    }
}

const NOBODY: u32 = 65534;

fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

fn text(output: &std::io::Result<Output>) -> String {
    match output {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => panic!("a program that the tests need does not start: {error}"),
    }
}

fn wayland_socket(runtime: &Path) -> Option<String> {
    let entries = fs::read_dir(runtime).ok()?;
    let mut names = entries.filter_map(|e| e.ok()?.file_name().into_string().ok());
    names.find(|name| name.starts_with("wayland-") && !name.contains(".lock"))
}
