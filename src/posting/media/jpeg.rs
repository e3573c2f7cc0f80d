//! JPEG taken apart: tables, frames and scans stay; of the APP blocks only a bare JFIF header, the
//! colour profile and Adobe's colour switch.
//!
//! Blocks may stand between scans too, so every scan is walked to its end, and the end of the
//! picture is the first EOI after them.

use super::{Part, Parts};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP2: u8 = 0xe2;
const APP14: u8 = 0xee;
const PROFILE: &[u8] = b"ICC_PROFILE\0";
/// Length of a JFIF header without its thumbnail.
const JFIF: usize = 14;
/// Length of Adobe's block.
const ADOBE: usize = 12;

pub(super) fn take_apart(bytes: &[u8]) -> Result<Parts, &'static str> {
    let mut parts = Parts {
        kept: vec![0xff, SOI],
        ..Parts::default()
    };
    let mut rest = bytes.get(2..).unwrap_or_default();
    let mut scans = 0_usize;
    while let Some((marker, after)) = next_marker(rest, &mut parts) {
        rest = after;
        match marker {
            EOI => break,
            SOI => return Err("a second picture begins inside it"),
            // Markers without a length have no business outside a scan.
            0x00 | 0x01 | 0xd0..=0xd7 => parts.remove(Part::Other, 2),
            _ => {
                let (content, after) = segment(rest)?;
                rest = after;
                sort(marker, content, &mut parts);
                if marker == SOS {
                    scans += 1;
                    rest = scan(rest, &mut parts);
                }
            }
        }
    }
    if scans == 0 {
        return Err("it holds no picture");
    }
    parts.kept.extend([0xff, EOI]);
    parts.remove(Part::Trailing, rest.len());
    Ok(parts)
}

/// The TIFF data of the first EXIF block, where the orientation stands; a block that is longer than
/// one segment goes on in further ones, which have no header of their own.
pub(super) fn exif(bytes: &[u8]) -> Option<&[u8]> {
    let mut parts = Parts::default();
    let mut rest = bytes.get(2..)?;
    while let Some((marker, after)) = next_marker(rest, &mut parts) {
        let (content, after) = segment(after).ok()?;
        match marker {
            SOS => return None,
            0xe1 if content.starts_with(b"Exif\0") => return content.get(6..),
            _ => rest = after,
        }
    }
    None
}

/// The next marker and what follows it; bytes before it belong to nothing and go.
fn next_marker<'a>(bytes: &'a [u8], parts: &mut Parts) -> Option<(u8, &'a [u8])> {
    let start = bytes.iter().position(|byte| *byte == 0xff)?;
    parts.remove(Part::Other, start);
    let fill = bytes[start..]
        .iter()
        .take_while(|byte| **byte == 0xff)
        .count();
    let marker = *bytes.get(start + fill)?;
    Some((marker, &bytes[start + fill + 1..]))
}

/// The content of a segment with a length, and what follows it.
fn segment(bytes: &[u8]) -> Result<(&[u8], &[u8]), &'static str> {
    const CUT: &str = "a block is longer than the file";
    let [high, low, rest @ ..] = bytes else {
        return Err(CUT);
    };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    let length = length
        .checked_sub(2)
        .ok_or("a block is shorter than its own length")?;
    rest.split_at_checked(length).ok_or(CUT)
}

/// Keeps a segment or takes it out.
fn sort(marker: u8, content: &[u8], parts: &mut Parts) {
    match marker {
        // Frames, Huffman and arithmetic tables, quantisation, number of lines, restarts, scans.
        0xc0..=0xc7 | 0xc9..=0xcf | 0xdb..=0xdd | SOS => keep(marker, content, parts),
        APP0 if content.starts_with(b"JFIF\0") && content.len() >= JFIF => {
            let mut bare = content[..JFIF].to_vec();
            bare[JFIF - 2..].fill(0);
            keep(APP0, &bare, parts);
            parts.remove(Part::Thumbnail, content.len() - JFIF);
        }
        APP0 if content.starts_with(b"JFXX\0") => parts.remove(Part::Thumbnail, content.len()),
        APP2 if content.starts_with(PROFILE) => keep(APP2, content, parts),
        APP14 if content.starts_with(b"Adobe") && content.len() >= ADOBE => {
            keep(APP14, &content[..ADOBE], parts);
            parts.remove(Part::Other, content.len() - ADOBE);
        }
        0xe1 if content.starts_with(b"Exif\0") => {
            parts.remove_exif(content.len(), content.get(6..).unwrap_or_default());
        }
        0xe1 => parts.remove(Part::Xmp, content.len()),
        0xed => parts.remove(Part::Iptc, content.len()),
        0xfe => parts.remove(Part::Comment, content.len()),
        // Empty blocks go as well; they count as one byte, so that they are named.
        _ => parts.remove(Part::Other, content.len().max(1)),
    }
}

fn keep(marker: u8, content: &[u8], parts: &mut Parts) {
    let length = (content.len() as u16 + 2).to_be_bytes();
    parts.kept.extend([0xff, marker, length[0], length[1]]);
    parts.kept.extend_from_slice(content);
}

/// Keeps the coded pixels of a scan; what follows begins with a marker.
fn scan<'a>(bytes: &'a [u8], parts: &mut Parts) -> &'a [u8] {
    let ends = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xff | 0xd0..=0xd7);
    let end = bytes.windows(2).position(ends).unwrap_or(bytes.len());
    let (pixels, rest) = bytes.split_at(end);
    parts.kept.extend_from_slice(pixels);
    rest
}
