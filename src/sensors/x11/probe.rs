//! What the X11 sensor would be able to see on this display, in words for `rounds doctor`. It
//! watches nothing.

use x11rb::connection::RequestConnection;
use x11rb::protocol::xproto::AtomEnum;

use super::X11Error;
use super::desktop::{answer, idle_counter, open, property, window_of};
use super::text::text;

/// What a display offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The window manager's name, if one runs that follows the common rules (EWMH).
    pub window_manager: Option<String>,
    /// It tells which window is in front.
    pub active_window: bool,
    /// The server tells when input stops and comes back.
    pub idle: bool,
    /// The server stands within a Wayland session and sees X11 programs only.
    pub xwayland: bool,
}

impl Probe {
    /// Whether sites and absence will be seen as they should.
    pub fn works(&self) -> bool {
        self.active_window && self.idle && !self.xwayland
    }

    /// One sentence for each thing that was looked at, with what to do where it falls short.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![self.window_line(), self.idle_line()];
        if self.xwayland {
            lines.push(
                "This display is Xwayland: programs that speak Wayland are not seen. Log time with \
                 `rounds time log` as well."
                    .to_owned(),
            );
        }
        lines
    }

    fn window_line(&self) -> String {
        match (&self.window_manager, self.active_window) {
            (Some(name), true) => format!("Window in front: told by {name}."),
            (Some(name), false) => format!(
                "Window in front: {name} does not tell (_NET_ACTIVE_WINDOW is missing). Log time with \
                 `rounds time log`."
            ),
            (None, _) => "Window in front: no window manager that tells it (EWMH) is running. \
                          Start one, or log time with `rounds time log`."
                .to_owned(),
        }
    }

    fn idle_line(&self) -> String {
        if self.idle {
            "Time away: told by the X server (IDLETIME).".to_owned()
        } else {
            "Time away: this X server has no idle counter (SYNC extension with IDLETIME), so \
             rounds does not measure here."
                .to_owned()
        }
    }
}

/// Looks at a display (`None`: the one of `DISPLAY`). Blocks until the server answers.
///
/// # Errors
/// There is no display, or it refuses.
pub fn probe(display: Option<&str>) -> Result<Probe, X11Error> {
    let (connection, root, atoms) = open(display)?;
    let idle = idle_counter(&connection)?.is_some();
    let xwayland = connection.extension_information("XWAYLAND")?.is_some();
    let check = window_of(property(&connection, root, atoms.supporting_wm_check)?)?;
    let window_manager = match check {
        Some(window) => answer(property(&connection, window, atoms.wm_name)?)?,
        None => None,
    };
    // A manager that crashed leaves its number behind, but not its window.
    let window_manager =
        window_manager.map(|name| text(&name).unwrap_or_else(|| "a window manager".to_owned()));
    let supported = answer(property(&connection, root, atoms.supported)?)?;
    let told = supported
        .filter(|list| list.type_ == u32::from(AtomEnum::ATOM))
        .is_some_and(|list| {
            list.value32()
                .is_some_and(|mut atoms_told| atoms_told.any(|a| a == atoms.active_window))
        });
    let active_window = told && window_manager.is_some();
    Ok(Probe {
        window_manager,
        active_window,
        idle,
        xwayland,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_falls_short() {
        let good = Probe {
            window_manager: Some("Openbox".to_owned()),
            active_window: true,
            idle: true,
            xwayland: false,
        };
        assert!(good.works());
        assert_eq!(good.lines().len(), 2);
        let bare = Probe {
            window_manager: None,
            active_window: false,
            idle: false,
            xwayland: true,
        };
        assert!(!bare.works());
        assert!(
            bare.lines()
                .iter()
                .all(|line| line.contains("time log") || line.contains("not measure"))
        );
    }
}
