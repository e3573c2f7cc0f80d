//! The sensors on a real X server with a real window manager.
//!
//! Each test starts its own display and stops it. They need Xvfb, openbox, xdotool and Chromium, so
//! they run only when `tests/run.sh` says that these are there (`ROUNDS_DESKTOP=1`).

#[cfg(test)]
mod screen;
#[cfg(test)]
mod x11;
