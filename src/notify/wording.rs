//! What a notification says on a server with given abilities. Pure.
//!
//! Rules it keeps: nothing in a nudge is ever read as markup; nothing a nudge asks is lost where a
//! server has no buttons or shows titles only. It does not know the bus.

use super::Button;

/// What a notification server can do, as far as wording depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// Shows a text under the title.
    pub(super) body: bool,
    /// Reads the body as simple HTML.
    pub(super) markup: bool,
    /// Shows buttons and reports which one was pressed.
    pub(super) actions: bool,
}

impl Abilities {
    /// Reads the answer of the server's `GetCapabilities`.
    pub(super) fn of(capabilities: &[String]) -> Self {
        let has = |name: &str| capabilities.iter().any(|c| c == name);
        Self {
            body: has("body"),
            markup: has("body-markup"),
            actions: has("actions"),
        }
    }
}

/// Title and body as they are handed to the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Wording {
    pub(super) title: String,
    pub(super) body: String,
}

/// Words a nudge for a server: escaped where markup is read, commands in place of missing buttons,
/// one line where there is no body.
pub(super) fn word(title: &str, body: &str, buttons: &[Button], abilities: Abilities) -> Wording {
    let title = one_line(title);
    let mut lines = vec![printable(body)];
    if !abilities.actions {
        lines.extend(buttons.iter().filter_map(in_words));
    }
    lines.retain(|line| !line.is_empty());
    if !abilities.body {
        lines.insert(0, title);
        return Wording {
            title: one_line(&lines.join(" · ")),
            body: String::new(),
        };
    }
    let body = lines.join("\n");
    Wording {
        title,
        body: if abilities.markup {
            escape(&body)
        } else {
            without_tags(&body)
        },
    }
}

/// A button as text: what it does and the command that does the same.
fn in_words(button: &Button) -> Option<String> {
    let command = button.command.as_deref()?;
    Some(printable(&format!("{}: {command}", button.label)))
}

/// Replaces what the notification specification's markup would read as tags or entities.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

/// The text with nothing in it that looks like a tag. Who says that no markup is read may read it all
/// the same, as dunst does where its `markup` is not set; elsewhere an entity would be shown as it is.
fn without_tags(text: &str) -> String {
    text.replace('<', "‹").replace('>', "›")
}

/// Without control characters other than line breaks. D-Bus refuses a text with a NUL in it.
fn printable(text: &str) -> String {
    let clean = text.replace("\r\n", "\n");
    let keep = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    clean.chars().map(keep).collect()
}

/// The text on one line, runs of white space as one space.
fn one_line(text: &str) -> String {
    let words = printable(text);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Abilities = Abilities {
        body: true,
        markup: true,
        actions: true,
    };

    fn take() -> Button {
        Button {
            id: "take".into(),
            label: "Take the break".into(),
            command: Some("rounds break take".into()),
        }
    }

    #[test]
    fn markup_in_a_text_is_shown_not_read() {
        let worded = word("<b>T</b>", "a <b>&amp; \"b\"</b> 'c'", &[], ALL);
        assert_eq!(worded.title, "<b>T</b>", "a title is never markup");
        assert_eq!(
            worded.body,
            "a &lt;b&gt;&amp;amp; &quot;b&quot;&lt;/b&gt; &#39;c&#39;"
        );
    }

    #[test]
    fn a_server_without_markup_gets_the_plain_text_without_tags() {
        let plain = Abilities {
            markup: false,
            ..ALL
        };
        let worded = word("t", "1 < 2 & <b>3</b>", &[], plain);
        assert_eq!(worded.body, "1 ‹ 2 & ‹b›3‹/b›");
    }

    #[test]
    fn a_server_without_buttons_gets_the_commands_as_text() {
        let no_actions = Abilities {
            actions: false,
            ..ALL
        };
        let worded = word("t", "Time for a break", &[take()], no_actions);
        assert_eq!(
            worded.body,
            "Time for a break\nTake the break: rounds break take"
        );
        let with_buttons = word("t", "Time for a break", &[take()], ALL);
        assert_eq!(with_buttons.body, "Time for a break");
    }

    #[test]
    fn a_button_without_a_command_is_left_out_of_the_text() {
        let button = Button {
            command: None,
            ..take()
        };
        let worded = word(
            "t",
            "",
            &[button],
            Abilities {
                body: true,
                ..Abilities::default()
            },
        );
        assert_eq!(worded.body, "");
    }

    #[test]
    fn a_server_that_shows_titles_only_gets_everything_in_the_title() {
        let worded = word(
            "Break",
            "20 minutes\nare over",
            &[take()],
            Abilities::default(),
        );
        assert_eq!(
            worded.title,
            "Break · 20 minutes are over · Take the break: rounds break take"
        );
        assert_eq!(worded.body, "");
    }

    #[test]
    fn control_characters_never_reach_the_bus() {
        let worded = word("a\0b\nc", "x\0y\r\nz\u{1b}[1m", &[], ALL);
        assert_eq!(worded.title, "a b c");
        assert_eq!(worded.body, "x y\nz [1m");
    }

    #[test]
    fn abilities_are_read_from_the_capabilities() {
        let capabilities = ["actions", "body", "icon-static"].map(String::from);
        let found = Abilities::of(&capabilities);
        assert!(found.actions && found.body && !found.markup);
    }
}
