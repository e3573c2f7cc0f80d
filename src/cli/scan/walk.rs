//! The scan at a terminal: one item, one key, and an end when the time is over.

use std::time::Duration;

use super::keys::{Came, INTERRUPT, Keys};
use super::{drafted, line, more_wait, unusable};
use crate::attention::reading::ItemState;
use crate::calendar::format_duration;
use crate::cli::call::Call;
use crate::cli::{Answer, Exit, terminal};
use crate::clock::Moment;
use crate::requests::scan::{self, ItemRow, List};
use crate::requests::{Desk, Failure};
use crate::review::words::counted;

/// Who presses no key for so long is away: the scan ends, and this time is not counted. Who opened
/// the item in the browser reads it there, as long as the time lasts.
const AWAY: Duration = Duration::from_mins(3);

/// Time in the browser is written down so often: no more is lost where the power fails.
const COUNTED: Duration = Duration::from_mins(1);

const KEYS: &str = "k keep as source of a draft · d done · s skip · l later · o open · q end";

/// How a scan came to its end.
enum End {
    Through,
    TimeOver,
    Away,
    Wanted,
    /// The program is told to end, by this signal.
    Told(u8),
}

struct Walk<'w> {
    desk: &'w mut Desk,
    call: &'w Call,
    keys: Keys,
    to: Option<&'w str>,
    left: Duration,
    spent: Duration,
}

/// Goes through the list.
pub(super) fn walk(desk: &mut Desk, call: &Call, list: &List, to: Option<&str>) -> Answer {
    let mut walk = Walk {
        desk,
        call,
        keys: Keys::start().map_err(|error| unusable(&error))?,
        to,
        left: Duration::from_secs(list.left_s),
        spent: Duration::ZERO,
    };
    let mut seen = 0;
    let mut end = End::Through;
    for item in &list.items {
        let text = format!("\n{}\n    {}\n{KEYS}", line(item), item.summary);
        walk.call.out.text(&text)?;
        if let Some(early) = walk.one(item)? {
            end = early;
            break;
        }
        seen += 1;
    }
    let spent = walk.spent;
    drop(walk.keys);
    let said = call.out.text(&last_words(&end, seen, spent, list));
    call.tell(desk);
    if let End::Told(signal) = end {
        terminal::leave(signal);
    }
    said?;
    Ok(Exit::Done)
}

impl Walk<'_> {
    /// Shows an item until it is dealt with; how the scan ends, if it does.
    fn one(&mut self, item: &ItemRow) -> Result<Option<End>, Failure> {
        let mut reads = false;
        loop {
            let left = self.left.saturating_sub(self.spent);
            let wait = left.min(if reads { COUNTED } else { AWAY });
            let began = Moment::now();
            let came = self.keys.wait(wait).map_err(|error| unusable(&error))?;
            let took = Moment::now().awake.saturating_sub(began.awake).min(wait);
            if came == Came::Nothing && !reads && wait == AWAY {
                return Ok(Some(End::Away));
            }
            scan::count(self.desk, began.wall, took)?;
            self.spent += took;
            let state = match came {
                Came::Nothing if self.spent < self.left => continue,
                Came::Nothing => return Ok(Some(End::TimeOver)),
                Came::Signal(signal) => return Ok(Some(End::Told(signal))),
                Came::Key(b'q' | INTERRUPT) => return Ok(Some(End::Wanted)),
                Came::Key(b'd' | b' ') => ItemState::Done,
                Came::Key(b's') => ItemState::Skipped,
                Came::Key(b'l') => ItemState::Later,
                Came::Key(b'o') => {
                    let opened = scan::open_item(self.desk, item.id);
                    reads |= opened.is_ok();
                    self.say(opened.map(|()| "Opened.".to_owned()))?;
                    continue;
                }
                Came::Key(b'k') => {
                    let kept = scan::keep(self.desk, item.id, self.to);
                    let done = kept.is_ok();
                    self.say(kept.map(|post| drafted(&post)))?;
                    if done {
                        return Ok(None);
                    }
                    continue;
                }
                Came::Key(_) => {
                    self.say(Ok(KEYS.to_owned()))?;
                    continue;
                }
            };
            scan::set(self.desk, item.id, state)?;
            return Ok(None);
        }
    }

    /// Says what came of a key; what failed ends nothing.
    fn say(&self, what: Result<String, Failure>) -> Result<(), Failure> {
        let text = what.unwrap_or_else(|failure| match failure.help {
            Some(help) => format!("{} ({help})", failure.message),
            None => failure.message,
        });
        self.call.out.text(&text)
    }
}

fn last_words(end: &End, seen: usize, spent: Duration, list: &List) -> String {
    let why = match end {
        End::Through => "That was all for today.",
        End::TimeOver => "The time is over.",
        End::Away => "Nobody seems to be there.",
        End::Wanted | End::Told(_) => "Ended.",
    };
    let waiting = list.waiting + list.items.len() - seen;
    let items = counted(seen as u64, "item");
    let spent = format_duration(Duration::from_secs(spent.as_secs()));
    let waiting = more_wait(waiting);
    format!("\n{why} {items} in {spent}; {waiting} for another day.")
}
