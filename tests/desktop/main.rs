//! The sensors, and the whole program, on a real X server with a real window manager.
//!
//! Each test starts its own display and stops it. They need Xvfb, openbox, xdotool and Chromium, so
//! they run only when `tests/run.sh` says that these are there (`ROUNDS_DESKTOP=1`).

#[cfg(test)]
#[path = "../common/fakes.rs"]
#[expect(dead_code, reason = "the hand-off's own tests use the rest")]
mod fakes;
#[cfg(test)]
#[path = "../common/home.rs"]
#[expect(dead_code, reason = "the daemon's own tests use the rest")]
mod home;
#[cfg(test)]
#[path = "../common/desktop.rs"]
#[expect(dead_code, reason = "the tests of notifications use the rest")]
mod private;
#[cfg(test)]
mod screen;
#[cfg(test)]
mod shells;
#[cfg(test)]
mod slots;
#[cfg(test)]
mod suspend;
#[cfg(test)]
mod whole;
#[cfg(test)]
mod x11;
