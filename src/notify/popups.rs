//! The popups on the screen: which are open, and what a report about one of them means. Pure but
//! for the timers it holds on behalf of popups that are to expire.
//!
//! Rules it keeps: each popup is answered at most once, and not at all when we took it away
//! ourselves; a report from any but the present server counts for nothing, since numbers start
//! again with each server; a report that overtakes the server's own "it is up" is kept, not lost.
//!
//! It does not know what a nudge says, nor why it is shown, nor the bus.

use std::collections::HashMap;

use notify_rust::CloseReason;
use tokio::task::AbortHandle;

use super::{Answer, ClosedBy};

/// Who has the notification server's name on the bus.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Owner {
    /// Nobody.
    #[default]
    None,
    /// We asked the bus to start a server, so its coming is no news.
    Starting,
    /// The connection of this name.
    Running(String),
}

/// What a server reports about one of its popups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Report {
    /// A button was pressed.
    Pressed(String),
    /// It left the screen, for the reason of this number.
    Closed(u32),
}

/// The popups of the present server.
#[derive(Debug, Default)]
pub(super) struct Popups {
    pub(super) owner: Owner,
    open: HashMap<String, Popup>,
    /// How many are being handed to the server; until their numbers are known, reports about
    /// unknown numbers may be about them.
    on_the_way: usize,
    early: Vec<(u32, Report)>,
}

/// One popup on the screen.
#[derive(Debug)]
pub(super) struct Popup {
    /// The server's number for it.
    pub(super) id: u32,
    /// The ids of its buttons.
    pub(super) buttons: Vec<String>,
    /// The timer that takes it away.
    #[expect(dead_code, reason = "held for its end: dropping it stops the timer")]
    pub(super) expiry: Option<Timer>,
}

/// A waiting task that ends when nobody wants it any more.
#[derive(Debug)]
pub(super) struct Timer(pub(super) AbortHandle);

impl Drop for Timer {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Popups {
    /// The server's number of the popup that is open for `key`.
    pub(super) fn id(&self, key: &str) -> Option<u32> {
        self.open.get(key).map(|popup| popup.id)
    }

    /// From here until [`opened`](Self::opened) or [`not_opened`](Self::not_opened), reports about
    /// unknown numbers are kept.
    pub(super) fn opening(&mut self) {
        self.on_the_way += 1;
    }

    /// The server refused a popup.
    pub(super) fn not_opened(&mut self) {
        self.on_the_way = self.on_the_way.saturating_sub(1);
        if self.on_the_way == 0 {
            self.early.clear();
        }
    }

    /// The server put a popup up. Returns the number of the one that must go now, if the server
    /// did not put the new one in its place, and the report that came before its number.
    pub(super) fn opened(&mut self, key: &str, popup: Popup) -> (Option<u32>, Option<Report>) {
        let id = popup.id;
        let early = self.early.iter().position(|(about, _)| *about == id);
        let report = early.map(|at| self.early.swap_remove(at).1);
        self.not_opened();
        let former = self.open.insert(key.to_owned(), popup);
        (former.map(|f| f.id).filter(|f| *f != id), report)
    }

    /// Forgets the popup of `key`: nothing about it is answered from now on.
    pub(super) fn forget(&mut self, key: &str) -> Option<Popup> {
        self.open.remove(key)
    }

    /// Another server has the name now, or none; what it means for the daemon.
    pub(super) fn owner_changed(&mut self, owner: Owner) -> Option<Answer> {
        if self.owner == owner {
            return None;
        }
        let asked_for = self.owner == Owner::Starting;
        let news = match owner {
            Owner::None => Answer::ServerGone,
            Owner::Starting | Owner::Running(_) => Answer::ServerAppeared,
        };
        self.owner = owner;
        self.open.clear();
        self.early.clear();
        (!asked_for).then_some(news)
    }

    /// Takes a report of the server called `sender`; the answer, if it is about an open nudge.
    pub(super) fn reported(&mut self, sender: &str, id: u32, report: Report) -> Option<Answer> {
        if self.owner != Owner::Running(sender.to_owned()) {
            return None;
        }
        let Some(key) = self.key(id) else {
            if self.on_the_way > 0 {
                self.early.push((id, report));
            }
            return None;
        };
        let popup = self.open.remove(&key)?;
        Some(answer(key, &popup.buttons, report))
    }

    fn key(&self, id: u32) -> Option<String> {
        let mut open = self.open.iter();
        open.find(|(_, popup)| popup.id == id)
            .map(|(key, _)| key.clone())
    }
}

/// What a report means. Pressing the popup itself, where we offered no such action, puts it away.
fn answer(key: String, buttons: &[String], report: Report) -> Answer {
    match report {
        Report::Pressed(button) if buttons.contains(&button) => Answer::Button { key, button },
        Report::Pressed(_) => Answer::Closed {
            key,
            by: ClosedBy::Person,
        },
        Report::Closed(reason) => Answer::Closed {
            key,
            by: closed_by(reason),
        },
    }
}

fn closed_by(reason: u32) -> ClosedBy {
    match CloseReason::from(reason) {
        CloseReason::Expired => ClosedBy::Expired,
        CloseReason::Dismissed => ClosedBy::Person,
        CloseReason::CloseAction => ClosedBy::Program,
        CloseReason::Other(_) => ClosedBy::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn popup(id: u32) -> Popup {
        Popup {
            id,
            buttons: vec!["take".to_owned()],
            expiry: None,
        }
    }

    fn with_server() -> Popups {
        let mut popups = Popups::default();
        popups.owner_changed(Owner::Running(":1.5".to_owned()));
        popups
    }

    fn show(popups: &mut Popups, key: &str, id: u32) -> (Option<u32>, Option<Report>) {
        popups.opening();
        popups.opened(key, popup(id))
    }

    fn take() -> Report {
        Report::Pressed("take".to_owned())
    }

    fn closed(key: &str, by: ClosedBy) -> Answer {
        let key = key.to_owned();
        Answer::Closed { key, by }
    }

    #[test]
    fn a_popup_is_answered_once() {
        let mut popups = with_server();
        show(&mut popups, "break", 7);
        let (key, button) = ("break".to_owned(), "take".to_owned());
        let answered = popups.reported(":1.5", 7, take());
        assert_eq!(answered, Some(Answer::Button { key, button }));
        assert_eq!(popups.reported(":1.5", 7, Report::Closed(2)), None);
    }

    #[test]
    fn only_buttons_that_were_offered_count_as_pressed() {
        for other in ["default", "settings"] {
            let mut popups = with_server();
            show(&mut popups, "k", 1);
            let answered = popups.reported(":1.5", 1, Report::Pressed(other.to_owned()));
            assert_eq!(answered, Some(closed("k", ClosedBy::Person)));
        }
    }

    #[test]
    fn reasons_of_the_specification_are_told_apart() {
        let expected = [
            ClosedBy::Expired,
            ClosedBy::Person,
            ClosedBy::Program,
            ClosedBy::Unknown,
        ];
        assert_eq!([1, 2, 3, 4].map(closed_by), expected);
    }

    #[test]
    fn a_report_that_overtakes_the_number_is_not_lost() {
        let mut popups = with_server();
        popups.opening();
        assert_eq!(popups.reported(":1.5", 7, Report::Closed(3)), None);
        let (_, early) = popups.opened("limit", popup(7));
        assert_eq!(early, Some(Report::Closed(3)));
        // Reports about other programs' popups are not kept once nothing is on the way.
        assert_eq!(popups.reported(":1.5", 8, Report::Closed(3)), None);
        assert_eq!(show(&mut popups, "break", 8).1, None);
    }

    #[test]
    fn a_former_popup_goes_only_if_it_was_not_replaced_in_place() {
        let mut popups = with_server();
        assert_eq!(show(&mut popups, "limit", 1).0, None);
        assert_eq!(show(&mut popups, "limit", 1).0, None);
        assert_eq!(show(&mut popups, "limit", 2).0, Some(1));
        assert_eq!(popups.reported(":1.5", 1, Report::Closed(3)), None);
        assert_eq!(popups.id("limit"), Some(2));
    }

    #[test]
    fn numbers_of_a_former_server_mean_nothing() {
        let mut popups = with_server();
        show(&mut popups, "break", 1);
        let next = Owner::Running(":1.9".to_owned());
        assert_eq!(
            popups.owner_changed(next.clone()),
            Some(Answer::ServerAppeared)
        );
        assert_eq!(popups.owner_changed(next), None);
        assert_eq!(popups.reported(":1.9", 1, Report::Closed(2)), None);
        show(&mut popups, "break", 1);
        assert_eq!(popups.reported(":1.5", 1, Report::Closed(2)), None);
        let answered = popups.reported(":1.9", 1, Report::Closed(2));
        assert_eq!(answered, Some(closed("break", ClosedBy::Person)));
    }

    #[test]
    fn a_server_that_we_started_is_no_news() {
        let mut popups = Popups {
            owner: Owner::Starting,
            ..Popups::default()
        };
        assert_eq!(
            popups.owner_changed(Owner::Running(":1.5".to_owned())),
            None
        );
        assert_eq!(popups.owner_changed(Owner::None), Some(Answer::ServerGone));
    }

    #[test]
    fn what_was_withdrawn_is_not_answered() {
        let mut popups = with_server();
        show(&mut popups, "break", 3);
        assert_eq!(popups.forget("break").map(|p| p.id), Some(3));
        assert_eq!(popups.reported(":1.5", 3, Report::Closed(3)), None);
    }
}
