//! Text properties of X11 windows as strings. It knows no connection and no site.

use x11rb::protocol::xproto::{AtomEnum, GetPropertyReply};

/// A text property: UTF-8, or Latin-1 as old programs write it. `None` when it is not set or empty.
pub(super) fn text(property: &GetPropertyReply) -> Option<String> {
    let bytes = property
        .value
        .split(|byte| *byte == 0)
        .next()
        .filter(|bytes| !bytes.is_empty())?;
    let latin = || bytes.iter().map(|byte| char::from(*byte)).collect();
    if property.type_ == u32::from(AtomEnum::STRING) {
        return Some(latin());
    }
    Some(std::str::from_utf8(bytes).map_or_else(|_| latin(), str::to_owned))
}

/// WM_CLASS: the instance and the class, two texts that end with a zero each.
pub(super) fn classes(property: &GetPropertyReply) -> (String, String) {
    let mut parts = property
        .value
        .split(|byte| *byte == 0)
        .map(String::from_utf8_lossy);
    let mut next = || parts.next().unwrap_or_default().into_owned();
    (next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn property(type_: u32, value: &[u8]) -> GetPropertyReply {
        GetPropertyReply {
            type_,
            format: 8,
            value: value.to_vec(),
            ..GetPropertyReply::default()
        }
    }

    #[test]
    fn old_and_new_text() {
        let latin = u32::from(AtomEnum::STRING);
        assert_eq!(text(&property(latin, b"caf\xe9")).as_deref(), Some("café"));
        assert_eq!(
            text(&property(300, "café".as_bytes())).as_deref(),
            Some("café")
        );
        assert_eq!(text(&property(300, b"caf\xe9")).as_deref(), Some("café"));
        assert_eq!(text(&property(300, b"one\0two")).as_deref(), Some("one"));
        assert_eq!(text(&property(0, b"")), None);
    }

    #[test]
    fn instance_and_class() {
        let both = |value| classes(&property(31, value));
        assert_eq!(
            both(b"x.com\0Chromium\0"),
            ("x.com".to_owned(), "Chromium".to_owned())
        );
        assert_eq!(both(b"xterm"), ("xterm".to_owned(), String::new()));
        assert_eq!(both(b""), (String::new(), String::new()));
    }
}
