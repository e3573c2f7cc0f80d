//! Whether the program runs by itself: the systemd unit, and what becomes of it after logout. Pure.

use super::Row;
use crate::daemon::socket::Live;
use crate::requests::service::{ServiceState, linger, waiting};

const INSTALL: &str = "`rounds service install`";

/// The unit, or whatever else runs the daemon.
pub(super) fn service(state: &ServiceState, live: Option<&Live>) -> Row {
    let topic = "service";
    match (&state.unit, live) {
        (Some(_), _) if !state.current => Row::caveat(
            topic,
            "The unit in place is not the one that this program writes: an older version's, or \
             changed by hand.",
            format!("{INSTALL} replaces it and keeps a copy."),
        ),
        (Some(_), _) if state.active => Row::works(topic, "The systemd user unit runs."),
        (Some(_), Some(live)) => Row::caveat(
            topic,
            format!(
                "The daemon runs (process {}), started by hand beside the unit, which cannot start \
                 while it does.",
                live.pid
            ),
            "Stop it, then `systemctl --user start rounds`.",
        ),
        (Some(unit), None) => Row::broken(
            topic,
            format!("{unit} is in place and does not run."),
            "`systemctl --user status rounds` says why.",
        ),
        (None, Some(live)) => Row::caveat(
            topic,
            format!("The daemon runs (process {}), started by hand.", live.pid),
            format!("Stop it, then {INSTALL} has it start with your desktop."),
        ),
        (None, None) if !state.manager => Row::caveat(
            topic,
            "The daemon does not run, and no user manager of systemd answers here.",
            "Have your desktop start `rounds daemon` at login.",
        ),
        (None, None) => Row::caveat(
            topic,
            "The daemon does not run: nothing is measured, no post goes out.",
            format!("{INSTALL} starts it, now and with your desktop."),
        ),
    }
}

/// What becomes of posts while nobody is logged in.
pub(super) fn logged_out(state: &ServiceState, login: &str) -> Row {
    let topic = "logged out";
    if !state.lingers {
        let to_do = match (&state.unit, state.manager) {
            (Some(_), _) => format!("To let them go out: {} once more.", linger(login)),
            (None, true) => format!("To let them go out: {}.", linger(login)),
            (None, false) => {
                "Stay logged in, with the screen locked, when a post is due.".to_owned()
            }
        };
        return Row::caveat(topic, waiting(login), to_do);
    }
    match (&state.unit, state.at_boot) {
        (Some(_), true) => Row::works(
            topic,
            "Posts go out while you are logged out, too (lingering is on).",
        ),
        (Some(_), false) => Row::caveat(
            topic,
            "The service goes on after logout (lingering is on), but does not start with the \
             machine.",
            format!("{INSTALL} once more lets it."),
        ),
        (None, _) => Row::caveat(
            topic,
            "Your services go on after logout (lingering is on), but rounds is none of them.",
            format!("{INSTALL}."),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    fn installed() -> ServiceState {
        ServiceState {
            unit: Some("/home/lin/.config/systemd/user/rounds.service".to_owned()),
            current: true,
            manager: true,
            enabled: true,
            active: true,
            lingers: true,
            at_boot: true,
        }
    }

    fn by_hand() -> Live {
        Live {
            pid: 4711,
            page: None,
            open: None,
            session: std::time::Duration::ZERO,
            break_due_in: None,
            sees: Vec::new(),
            troubles: Vec::new(),
        }
    }

    #[test]
    fn each_way_to_run_or_not_is_told_apart() {
        use Health::{Broken, Caveat, Works};
        let none = ServiceState {
            unit: None,
            active: false,
            ..installed()
        };
        let stopped = ServiceState {
            active: false,
            ..installed()
        };
        let old = ServiceState {
            current: false,
            ..installed()
        };
        let unmanaged = ServiceState {
            manager: false,
            ..none.clone()
        };
        let live = by_hand();
        for (state, live, health, words) in [
            (&installed(), Some(&live), Works, "unit runs"),
            (&old, Some(&live), Caveat, "not the one"),
            (&stopped, None, Broken, "does not run"),
            (&stopped, Some(&live), Caveat, "process 4711"),
            (&none, Some(&live), Caveat, "started by hand"),
            (&none, None, Caveat, "no post goes out"),
            (&unmanaged, None, Caveat, "no user manager"),
        ] {
            let row = service(state, live);
            assert_eq!(row.state, health, "{row:?}");
            assert!(row.what.contains(words), "{words}: {row:?}");
            assert_eq!(row.to_do.is_empty(), health == Works, "{row:?}");
        }
    }

    #[test]
    fn who_does_not_linger_is_told_what_that_means_and_the_command() {
        let off = ServiceState {
            lingers: false,
            ..installed()
        };
        let row = logged_out(&off, "lin");
        assert_eq!(row.state, Health::Caveat);
        assert!(row.what.contains("do not go out while you are logged out"));
        assert!(
            row.to_do.contains("`loginctl enable-linger lin`"),
            "{row:?}"
        );
        let elsewhere = ServiceState {
            unit: None,
            manager: false,
            ..off
        };
        let row = logged_out(&elsewhere, "lin");
        assert!(row.to_do.contains("Stay logged in"), "{row:?}");
        let row = logged_out(&installed(), "lin");
        assert_eq!((row.state, row.to_do.as_str()), (Health::Works, ""));
        for (unit, at_boot) in [(installed().unit, false), (None, false)] {
            let state = ServiceState {
                unit,
                at_boot,
                ..installed()
            };
            let row = logged_out(&state, "lin");
            assert_eq!(row.state, Health::Caveat, "{row:?}");
            assert!(row.to_do.contains("service install"), "{row:?}");
        }
    }
}
