//! What the X11 sensor tells about real windows, real input and real silence.

use std::time::Duration;

use rounds::attention::sites::Catalogue;
use rounds::sensors::Observation;
use rounds::sensors::x11::{X11Error, probe, run};
use tokio::sync::mpsc;
use tokio::time::timeout;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::ConnectionExt as _;

use super::screen::{Screen, screen};

/// Longer than any test runs.
const NEVER: Duration = Duration::from_hours(1);

/// The sensor on a display, in a task of the test's own runtime.
struct Sensor {
    observations: mpsc::Receiver<Observation>,
    end: tokio::task::JoinHandle<Result<(), X11Error>>,
}

impl Sensor {
    fn start(screen: &Screen, idle_after: Duration) -> Self {
        let (sender, observations) = mpsc::channel(64);
        let display = screen.display.clone();
        let end = tokio::spawn(async move {
            run(Some(&display), &Catalogue::builtin(), idle_after, sender).await
        });
        Self { observations, end }
    }

    async fn next(&mut self) -> Observation {
        let next = timeout(Duration::from_secs(15), self.observations.recv()).await;
        next.expect("an observation within 15 s")
            .expect("the sensor still runs")
    }

    /// Waits until this is the site told last; none was told twice in a row.
    async fn until(&mut self, site: Option<&str>) {
        let mut last = None;
        loop {
            let next = self.next().await;
            assert_ne!(last.as_ref(), Some(&next), "told twice");
            if next == focus(site) {
                return;
            }
            last = Some(next);
        }
    }
}

fn focus(site: Option<&str>) -> Observation {
    Observation::Focus {
        site: site.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_page_is_seen_and_its_title_followed() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let client = screen.client();
    let mut sensor = Sensor::start(&screen, NEVER);
    assert_eq!(sensor.next().await, focus(None));
    let browser = client.titled("chromium", "Home / X - Chromium");
    assert_eq!(sensor.next().await, focus(Some("x")));
    // Another page of the same site is not told.
    client.title(browser, "(1) Notifications / X - Chromium");
    client.title(browser, "Anatomy of the ear - PubMed - Chromium");
    assert_eq!(sensor.next().await, focus(None));
    client.title(browser, "Feed | LinkedIn - Chromium");
    assert_eq!(sensor.next().await, focus(Some("linkedin")));
    let editor = client.titled("gedit", "Home / X");
    assert_eq!(sensor.next().await, focus(None));
    client.close(editor);
    assert_eq!(sensor.next().await, focus(Some("linkedin")));
}

#[tokio::test]
async fn old_titles_are_read() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let client = screen.client();
    let mut sensor = Sensor::start(&screen, NEVER);
    assert_eq!(sensor.next().await, focus(None));
    let old = client.window("epiphany", |window| {
        client.old_title(window, b"(2) Facebook");
    });
    assert_eq!(sensor.next().await, focus(Some("facebook")));
    client.old_title(old, b"Caf\xe9 | Bluesky");
    assert_eq!(sensor.next().await, focus(Some("bluesky")));
    // An empty new title does not hide the old one.
    client.title(old, "");
    client.old_title(old, b"r/medicine");
    assert_eq!(sensor.next().await, focus(Some("reddit")));
}

#[tokio::test]
async fn vanishing_windows_do_no_harm() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let client = screen.client();
    let mut sensor = Sensor::start(&screen, NEVER);
    for _ in 0..100 {
        let title = |window| client.title(window, "Home / X - Chromium");
        let window = client.shown("chromium", title);
        client.title(window, "Feed | LinkedIn - Chromium");
        client.close(window);
    }
    client.titled("chromium", "Suturing - YouTube - Chromium");
    sensor.until(Some("youtube")).await;
    assert!(!sensor.end.is_finished());
}

#[tokio::test]
async fn a_window_number_used_again_is_followed() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let first = screen.client();
    let mut sensor = Sensor::start(&screen, NEVER);
    assert_eq!(sensor.next().await, focus(None));
    let old = first.titled("chromium", "Home / X - Chromium");
    assert_eq!(sensor.next().await, focus(Some("x")));
    drop(first);
    // The server gives a new client the numbers of the one that left.
    let second = screen.client();
    let new = second.titled("chromium", "Feed | LinkedIn - Chromium");
    assert_eq!(new, old);
    sensor.until(Some("linkedin")).await;
    second.title(new, "Home — Bluesky - Chromium");
    sensor.until(Some("bluesky")).await;
}

#[tokio::test]
async fn idle_is_told_and_activity_ends_it() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    screen.xdotool(&["mousemove_relative", "5", "5"]);
    let after = Duration::from_millis(1500);
    let mut sensor = Sensor::start(&screen, after);
    assert_eq!(sensor.next().await, focus(None));
    for _ in 0..2 {
        assert_eq!(sensor.next().await, Observation::Idle { after });
        screen.xdotool(&["mousemove_relative", "5", "5"]);
        assert_eq!(sensor.next().await, Observation::Active);
    }
}

#[tokio::test]
async fn absence_at_the_start_is_told() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    screen.xdotool(&["mousemove_relative", "5", "5"]);
    std::thread::sleep(Duration::from_millis(400));
    let mut sensor = Sensor::start(&screen, Duration::from_millis(200));
    assert_eq!(sensor.next().await, focus(None));
    let Observation::Idle { after } = sensor.next().await else {
        panic!("not idle")
    };
    assert!(after >= Duration::from_millis(400), "{after:?}");
    screen.xdotool(&["key", "ctrl"]);
    assert_eq!(sensor.next().await, Observation::Active);
}

#[tokio::test]
async fn a_window_manager_may_come_later() {
    let Some(screen) = screen() else { return };
    let mut sensor = Sensor::start(&screen, NEVER);
    assert_eq!(sensor.next().await, focus(None));
    let screen = screen.with_manager();
    let client = screen.client();
    client.titled("chromium", "Home — Bluesky - Chromium");
    sensor.until(Some("bluesky")).await;
}

#[tokio::test]
async fn a_grabbed_server_holds_up_nothing_else() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let client = screen.client();
    let mut sensor = Sensor::start(&screen, NEVER);
    assert_eq!(sensor.next().await, focus(None));
    let browser = client.titled("chromium", "Home / X - Chromium");
    assert_eq!(sensor.next().await, focus(Some("x")));
    client.connection.grab_server().unwrap();
    client.title(browser, "Home — Bluesky - Chromium");
    // On the same thread as the sensor, which would never come here if it waited for the server.
    let silence = timeout(Duration::from_millis(500), sensor.observations.recv()).await;
    assert!(silence.is_err());
    client.connection.ungrab_server().unwrap();
    client.connection.flush().unwrap();
    assert_eq!(sensor.next().await, focus(Some("bluesky")));
}

#[tokio::test]
async fn a_lost_display_ends_it() {
    let Some(mut screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let mut sensor = Sensor::start(&screen, NEVER);
    assert_eq!(sensor.next().await, focus(None));
    screen.stop_server();
    let end = timeout(Duration::from_secs(15), sensor.end)
        .await
        .unwrap()
        .unwrap();
    assert!(matches!(end, Err(X11Error::Lost(_))), "{end:?}");
}

#[tokio::test]
async fn it_ends_when_nobody_listens() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let mut sensor = Sensor::start(&screen, NEVER);
    assert_eq!(sensor.next().await, focus(None));
    drop(sensor.observations);
    assert!(
        timeout(Duration::from_secs(15), sensor.end)
            .await
            .unwrap()
            .unwrap()
            .is_ok()
    );
}

#[tokio::test]
async fn a_missing_display_is_named() {
    let (sender, _observations) = mpsc::channel(1);
    let catalogue = Catalogue::builtin();
    let wrong = run(Some("no display"), &catalogue, NEVER, sender.clone()).await;
    assert!(matches!(wrong, Err(X11Error::BadDisplay(_))), "{wrong:?}");
    let absent = run(Some("unix:/nowhere/X9"), &catalogue, NEVER, sender).await;
    assert!(absent.is_err_and(|error| error.to_string().contains("/nowhere")));
}

#[test]
fn the_probe_says_what_would_work() {
    let Some(screen) = screen() else { return };
    let bare = probe(Some(&screen.display)).unwrap();
    assert!(!bare.works() && bare.idle && !bare.xwayland, "{bare:?}");
    let screen = screen.with_manager();
    let full = probe(Some(&screen.display)).unwrap();
    assert!(full.works());
    assert_eq!(full.window_manager.as_deref(), Some("Openbox"));
}

/// How often this thread has been switched out, by itself and by others.
fn switches() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let count = |key: &str| {
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap();
        line.trim().parse().unwrap()
    };
    (
        count("voluntary_ctxt_switches:"),
        count("nonvoluntary_ctxt_switches:"),
    )
}

/// The sensor has a thread of its own here, whose switches are read before and after from outside.
#[test]
fn nothing_wakes_while_nothing_happens() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let client = screen.client();
    client.titled("chromium", "Home / X - Chromium");
    let (sender, mut observations) = mpsc::channel(64);
    let (tell, told) = std::sync::mpsc::channel();
    let display = screen.display.clone();
    let thread = std::thread::spawn(move || {
        tell.send(std::fs::read_link("/proc/thread-self").unwrap())
            .unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let catalogue = Catalogue::builtin();
        let result = runtime.block_on(run(Some(&display), &catalogue, NEVER, sender));
        (result, switches())
    });
    let place = std::path::Path::new("/proc")
        .join(told.recv().unwrap())
        .join("status");
    assert_eq!(observations.blocking_recv(), Some(focus(Some("x"))));
    std::thread::sleep(Duration::from_secs(1));
    let wakes = || {
        let status = std::fs::read_to_string(&place).unwrap();
        let switches = status.lines().filter(|line| line.contains("ctxt_switches"));
        switches.map(str::to_owned).collect::<Vec<_>>()
    };
    let before = wakes();
    std::thread::sleep(Duration::from_secs(10));
    assert_eq!(wakes(), before);
    drop(observations);
    let (result, after) = thread.join().unwrap();
    assert!(result.is_ok());
    assert!(after.0 > 0, "the count is a count");
}

#[tokio::test]
async fn a_page_in_chromium() {
    let Some(screen) = screen().map(Screen::with_manager) else {
        return;
    };
    let paths = std::env::var_os("PATH").unwrap_or_default();
    if !std::env::split_paths(&paths).any(|folder| folder.join("chromium").exists()) {
        println!("needs chromium");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let text = "<title>Home / X</title><script>onclick = () => \
                document.title = 'Anatomy of the ear - PubMed'</script><body style=height:90vh>";
    std::fs::write(&page, text).unwrap();
    let profile = format!(
        "--user-data-dir={}",
        folder.path().join("profile").display()
    );
    let address = format!("file://{}", page.display());
    let mut sensor = Sensor::start(&screen, NEVER);
    assert_eq!(sensor.next().await, focus(None));
    let _browser = screen.run(
        "chromium",
        &[
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--password-store=basic",
            &profile,
            &address,
        ],
    );
    sensor.until(Some("x")).await;
    // The first clicks may come before the page listens.
    for _ in 0..30 {
        screen.xdotool(&["mousemove", "500", "450", "click", "1"]);
        let told = timeout(Duration::from_millis(500), sensor.observations.recv()).await;
        if told == Ok(Some(focus(None))) {
            return;
        }
    }
    panic!("the page's new title was not seen");
}
