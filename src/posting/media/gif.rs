//! GIF taken apart: images, their timing and the loop stay; comments, plain text and the blocks of
//! programs go.

use super::{Part, Parts};

const HEAD: usize = 13;
const CUT: &str = "a block is longer than the file";

pub(super) fn take_apart(bytes: &[u8]) -> Result<Parts, &'static str> {
    let (head, rest) = bytes.split_at_checked(HEAD).ok_or(CUT)?;
    let (colours, mut rest) = rest.split_at_checked(colour_table(head[10])).ok_or(CUT)?;
    let mut parts = Parts {
        kept: [head, colours].concat(),
        ..Parts::default()
    };
    let mut images = 0_usize;
    while let [kind, after @ ..] = rest {
        rest = match kind {
            0x2c => {
                images += 1;
                image(rest, &mut parts)?
            }
            0x21 => extension(after, &mut parts)?,
            0x3b => {
                parts.remove(Part::Trailing, after.len());
                break;
            }
            0x00 => after,
            _ => return Err("a block is of no known kind"),
        };
    }
    if images == 0 {
        return Err("it holds no picture");
    }
    parts.animated = images > 1;
    parts.kept.push(0x3b);
    Ok(parts)
}

/// Size of a colour table by the flags that announce it, in bytes.
fn colour_table(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

/// Keeps an image: descriptor, colours, coded pixels.
fn image<'a>(bytes: &'a [u8], parts: &mut Parts) -> Result<&'a [u8], &'static str> {
    let flags = *bytes.get(9).ok_or(CUT)?;
    // Descriptor, colours, and one byte that tells the size of codes.
    let start = 10 + colour_table(flags) + 1;
    let length = start + chain(bytes.get(start..).ok_or(CUT)?)?;
    let (kept, rest) = bytes.split_at_checked(length).ok_or(CUT)?;
    parts.kept.extend_from_slice(kept);
    Ok(rest)
}

/// Keeps an extension or takes it out.
fn extension<'a>(bytes: &'a [u8], parts: &mut Parts) -> Result<&'a [u8], &'static str> {
    let [label, blocks @ ..] = bytes else {
        return Err(CUT);
    };
    let length = chain(blocks)?;
    let (content, rest) = blocks.split_at_checked(length).ok_or(CUT)?;
    match label {
        // Timing and transparency: one block of four bytes.
        0xf9 if content.len() == 6 && content[0] == 4 => {
            parts.kept.extend([0x21, 0xf9]);
            parts.kept.extend_from_slice(content);
        }
        0xff if content.starts_with(b"\x0bXMP DataXMP") => parts.remove(Part::Xmp, content.len()),
        0xff => match loops(content) {
            Some([low, high]) => {
                parts.kept.extend(b"\x21\xff\x0bNETSCAPE2.0\x03\x01");
                parts.kept.extend([low, high, 0]);
                // Name, count and end are 17 bytes; a writer's own blocks may follow the count.
                parts.remove(Part::Other, content.len().saturating_sub(17));
            }
            None => parts.remove(Part::Other, content.len()),
        },
        0xfe => parts.remove(Part::Comment, content.len()),
        0x01 => parts.remove(Part::Text, content.len()),
        _ => parts.remove(Part::Other, content.len()),
    }
    Ok(rest)
}

/// How often the animation repeats, where the block says that.
fn loops(content: &[u8]) -> Option<[u8; 2]> {
    let named = content.strip_prefix(b"\x0bNETSCAPE2.0");
    match named.or_else(|| content.strip_prefix(b"\x0bANIMEXTS1.0"))? {
        [3, 1, low, high, ..] => Some([*low, *high]),
        _ => None,
    }
}

/// Length of a chain of blocks with its end: each begins with its length, the last is empty.
fn chain(bytes: &[u8]) -> Result<usize, &'static str> {
    let mut at = 0;
    loop {
        let length = usize::from(*bytes.get(at).ok_or(CUT)?);
        at += 1 + length;
        if length == 0 {
            return Ok(at);
        }
    }
}
