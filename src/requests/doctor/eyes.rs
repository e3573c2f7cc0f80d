//! What can be seen on this desktop: the display, the window in front, whether anybody is there; and
//! why the other ways to see it are not used. Pure.

use super::Row;
use crate::sensors::x11::{Probe, X11Error};

const LOG: &str = "Until then, log time with `rounds time log`.";

/// What this session offers, as it was found.
#[derive(Debug)]
pub(super) struct Session<'a> {
    /// `use` of `[sensors]` in config.toml.
    pub(super) wanted: &'a str,
    /// The name of the X11 display.
    pub(super) x11: Option<&'a str>,
    /// The name of the Wayland display.
    pub(super) wayland: Option<&'a str>,
    /// What the X11 display can tell.
    pub(super) probe: Result<Probe, X11Error>,
}

impl Session<'_> {
    pub(super) fn rows(&self) -> [Row; 3] {
        [self.display(), self.window(), self.idle()]
    }

    fn display(&self) -> Row {
        let topic = "display";
        let to_do = "Log in to an Xorg session, or log what you do in Wayland programs with \
                     `rounds time log`.";
        match (&self.probe, self.wayland) {
            (Ok(probe), wayland) if probe.xwayland || wayland.is_some() => Row::caveat(
                topic,
                format!(
                    "A Wayland session, whose own windows are not seen yet: only those of X11 \
                     programs, on {}.",
                    self.x11_name()
                ),
                to_do,
            ),
            (Ok(_), _) => Row::works(topic, format!("X11, {}.", self.x11_name())),
            (Err(_), Some(wayland)) => {
                let what = format!("A Wayland session ({wayland}), which is not seen yet.");
                Row::caveat(topic, what, to_do)
            }
            (Err(X11Error::NoDisplay), None) => Row::caveat(
                topic,
                "None: neither DISPLAY nor WAYLAND_DISPLAY is set, so time is not measured by \
                 itself.",
                format!("Run this within your desktop session. {LOG}"),
            ),
            (Err(error), None) => {
                let what = format!("Time is not measured by itself: {error}.");
                Row::caveat(topic, what, LOG)
            }
        }
    }

    fn window(&self) -> Row {
        let topic = "window";
        let Some(probe) = self.seen() else {
            return self.blind(topic);
        };
        let others = self.others();
        match (&probe.window_manager, probe.active_window) {
            (Some(name), true) => Row::works(
                topic,
                format!("{name} tells which one is in front (X11). {others}"),
            ),
            (Some(name), false) => Row::caveat(
                topic,
                format!(
                    "{name} does not tell which one is in front (_NET_ACTIVE_WINDOW). {others}"
                ),
                format!("Use another window manager. {LOG}"),
            ),
            (None, _) => Row::caveat(
                topic,
                format!("No window manager runs that tells which one is in front (EWMH). {others}"),
                format!("Start one. {LOG}"),
            ),
        }
    }

    fn idle(&self) -> Row {
        let topic = "idle";
        let Some(probe) = self.seen() else {
            return self.blind(topic);
        };
        let others = self.others();
        if probe.idle {
            let what = format!("The X server tells when nobody is there (IDLETIME). {others}");
            return Row::works(topic, what);
        }
        Row::caveat(
            topic,
            format!(
                "This X server has no idle counter (SYNC with IDLETIME), so nothing is measured \
                 here. {others}"
            ),
            LOG,
        )
    }

    /// What the X11 display tells, if it is asked at all.
    fn seen(&self) -> Option<&Probe> {
        self.probe.as_ref().ok().filter(|_| self.wanted != "off")
    }

    fn blind(&self, topic: &'static str) -> Row {
        if self.wanted == "off" {
            return Row::caveat(
                topic,
                "Not looked at: `use = \"off\"` stands under [sensors] in config.toml.",
                "Set `use = \"auto\"` to have time measured, or go on with `rounds time log`.",
            );
        }
        let what = format!("Not seen: no X11 display can be asked. {}", self.others());
        Row::caveat(topic, what, "See `display`.")
    }

    /// Why what other desktops offer is not used.
    fn others(&self) -> &'static str {
        if self.wayland.is_some() {
            "Wayland, GNOME and KWin are not asked: rounds cannot do that yet."
        } else {
            "Wayland, GNOME and KWin are not asked: this is no Wayland session."
        }
    }

    fn x11_name(&self) -> &str {
        self.x11.unwrap_or("its display")
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    const GOOD: Probe = Probe {
        window_manager: None,
        active_window: true,
        idle: true,
        xwayland: false,
    };

    fn session(probe: Result<Probe, X11Error>) -> Session<'static> {
        Session {
            wanted: "auto",
            x11: Some(":0"),
            wayland: None,
            probe,
        }
    }

    fn openbox() -> Probe {
        Probe {
            window_manager: Some("Openbox".to_owned()),
            ..GOOD
        }
    }

    fn told(session: &Session<'_>) -> [(Health, String); 3] {
        session.rows().map(|row| {
            let needs = row.state != Health::Works;
            assert_eq!(needs, !row.to_do.is_empty(), "{row:?}");
            (row.state, row.what)
        })
    }

    #[test]
    fn an_x11_desktop_works_and_says_why_the_others_are_not_asked() {
        let [display, window, idle] = told(&session(Ok(openbox())));
        assert_eq!(display, (Health::Works, "X11, :0.".to_owned()));
        assert_eq!(window.0, Health::Works);
        assert!(window.1.starts_with("Openbox tells"), "{window:?}");
        assert!(idle.1.contains("IDLETIME"), "{idle:?}");
        for (_, what) in [window, idle] {
            assert!(what.contains("GNOME and KWin are not asked"), "{what}");
            assert!(what.contains("no Wayland session"), "{what}");
        }
    }

    #[test]
    fn each_thing_that_lacks_has_its_own_row() {
        let bare = Probe {
            active_window: false,
            idle: false,
            ..GOOD
        };
        let [display, window, idle] = told(&session(Ok(bare)));
        assert_eq!(display.0, Health::Works);
        assert_eq!((window.0, idle.0), (Health::Caveat, Health::Caveat));
        assert!(window.1.starts_with("No window manager"), "{window:?}");
        assert!(idle.1.contains("no idle counter"), "{idle:?}");
    }

    #[test]
    fn wayland_is_named_with_and_without_x11_programs() {
        let xwayland = Probe {
            xwayland: true,
            ..openbox()
        };
        for probe in [Ok(xwayland), Err(X11Error::NoDisplay)] {
            let here = Session {
                wayland: Some("wayland-0"),
                ..session(probe)
            };
            let [display, window, _] = told(&here);
            assert_eq!(display.0, Health::Caveat);
            assert!(display.1.starts_with("A Wayland session"), "{display:?}");
            assert!(window.1.contains("cannot do that yet"), "{window:?}");
        }
    }

    #[test]
    fn no_display_and_sensors_that_are_off_are_told_apart() {
        let [display, window, idle] = told(&session(Err(X11Error::NoDisplay)));
        assert!(display.1.contains("DISPLAY"), "{display:?}");
        assert!(window.1.starts_with("Not seen") && idle.1.starts_with("Not seen"));
        let off = Session {
            wanted: "off",
            ..session(Ok(openbox()))
        };
        let [_, window, idle] = told(&off);
        assert!(window.1.contains("config.toml") && idle.1.contains("config.toml"));
        assert_eq!(window.0, Health::Caveat);
    }
}
