//! A timer on wall time that also tells when somebody sets the clock.
//!
//! The kernel wakes one thread at the deadline, after a sleep that went past it, or when the clock
//! is set; nothing runs in between.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rustix::io::Errno;
use rustix::time::{
    ClockId, Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, clock_gettime,
    timerfd_create, timerfd_settime,
};

use super::Moment;

/// How far ahead the timer is set when nothing waits; it still tells of clock steps.
const NOTHING_WAITS: Duration = Duration::from_hours(24 * 3650);
/// A deadline that has passed is waited for this long, so that a mistake cannot spin.
const AT_LEAST: Duration = Duration::from_millis(5);

/// Why the timer went off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// The deadline has come.
    Due,
    /// Somebody set the clock.
    ClockSet,
}

/// One deadline.
#[derive(Debug)]
pub struct WakeTimer {
    timer: Arc<OwnedFd>,
}

impl WakeTimer {
    /// A timer that reports to `alarm`, from a thread of its own, until that returns false.
    pub fn start(alarm: impl Fn(Alarm) -> bool + Send + 'static) -> std::io::Result<Self> {
        let timer = Arc::new(timerfd_create(
            TimerfdClockId::Realtime,
            TimerfdFlags::CLOEXEC,
        )?);
        let waiting = Arc::clone(&timer);
        std::thread::Builder::new()
            .name("timer".to_owned())
            .stack_size(64 * 1024)
            .spawn(move || wait(&waiting, alarm))?;
        Ok(Self { timer })
    }

    /// Sets the deadline; `None` waits for clock steps only.
    pub fn set(&self, deadline: Option<Timestamp>, now: Moment) -> std::io::Result<()> {
        let ahead = deadline.map_or(NOTHING_WAITS, |deadline| {
            Duration::try_from(deadline.duration_since(now.wall)).unwrap_or_default()
        });
        let kernel = clock_gettime(ClockId::Realtime);
        let base = Duration::new(kernel.tv_sec.unsigned_abs(), kernel.tv_nsec as u32);
        let at = base + ahead.max(AT_LEAST);
        let at = Timespec {
            tv_sec: at.as_secs() as i64,
            tv_nsec: i64::from(at.subsec_nanos()),
        };
        let once = Timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        let flags = TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET;
        timerfd_settime(
            &*self.timer,
            flags,
            &Itimerspec {
                it_interval: once,
                it_value: at,
            },
        )?;
        Ok(())
    }
}

fn wait(timer: &OwnedFd, alarm: impl Fn(Alarm) -> bool) {
    let mut expirations = [0_u8; 8];
    loop {
        let why = match rustix::io::read(timer, &mut expirations) {
            Ok(_) => Alarm::Due,
            Err(Errno::CANCELED) => Alarm::ClockSet,
            Err(Errno::INTR) => continue,
            Err(error) => {
                tracing::error!(%error, "the timer failed");
                return;
            }
        };
        if !alarm(why) {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn a_deadline_that_passed_goes_off_at_once() {
        let (sender, receiver) = channel();
        let timer = WakeTimer::start(move |alarm| sender.send(alarm).is_ok()).unwrap();
        let now = Moment::now();
        timer.set(Some(now.wall), now).unwrap();
        assert_eq!(receiver.recv().unwrap(), Alarm::Due);
    }

    #[test]
    fn a_far_deadline_can_be_drawn_nearer() {
        let (sender, receiver) = channel();
        let timer = WakeTimer::start(move |alarm| sender.send(alarm).is_ok()).unwrap();
        let now = Moment::now();
        timer.set(None, now).unwrap();
        timer
            .set(now.wall.checked_add(Duration::from_millis(20)).ok(), now)
            .unwrap();
        assert_eq!(receiver.recv().unwrap(), Alarm::Due);
    }
}
