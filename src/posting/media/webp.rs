//! WebP taken apart: pixels, transparency, animation and colour profile stay.
//!
//! Frames of an animation are lists of blocks themselves and are sorted in the same way.

use super::{Part, Parts};

const EXIF_FLAG: u8 = 0x08;
const XMP_FLAG: u8 = 0x04;
const ANIMATION_FLAG: u8 = 0x02;
/// Bytes of a frame before its blocks.
const FRAME_HEAD: usize = 16;
const CUT: &str = "a block is longer than the file";

pub(super) fn take_apart(bytes: &[u8]) -> Result<Parts, &'static str> {
    let mut parts = Parts::default();
    let (riff, content, rest) = block(bytes)?;
    let Some(blocks) = content.strip_prefix(b"WEBP").filter(|_| riff == *b"RIFF") else {
        return Err("its first block is not WebP's");
    };
    let mut kept = b"WEBP".to_vec();
    each(blocks, |kind, content| {
        sort(kind, content, &mut kept, &mut parts)
    })?;
    parts.remove(Part::Trailing, rest.len());
    put(*b"RIFF", &kept, &mut parts.kept);
    Ok(parts)
}

/// One block: its kind, its content and what follows.
type Block<'a> = ([u8; 4], &'a [u8], &'a [u8]);

fn block(bytes: &[u8]) -> Result<Block<'_>, &'static str> {
    let (kind, rest) = bytes.split_first_chunk::<4>().ok_or(CUT)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(CUT)?;
    let length = u32::from_le_bytes(*length) as usize;
    let (content, rest) = rest.split_at_checked(length).ok_or(CUT)?;
    // Blocks of an odd length are followed by one byte that means nothing.
    let rest = if length % 2 == 1 {
        rest.get(1..).unwrap_or_default()
    } else {
        rest
    };
    Ok((*kind, content, rest))
}

fn each(
    mut bytes: &[u8],
    mut act: impl FnMut([u8; 4], &[u8]) -> Result<(), &'static str>,
) -> Result<(), &'static str> {
    while !bytes.is_empty() {
        let (kind, content, rest) = block(bytes)?;
        act(kind, content)?;
        bytes = rest;
    }
    Ok(())
}

fn sort(
    kind: [u8; 4],
    content: &[u8],
    kept: &mut Vec<u8>,
    parts: &mut Parts,
) -> Result<(), &'static str> {
    match &kind {
        b"VP8X" => {
            let [flags, _, _, _, size @ ..] = content.get(..10).ok_or(CUT)? else {
                return Err(CUT);
            };
            parts.animated = flags & ANIMATION_FLAG != 0;
            let head = [&[flags & !(EXIF_FLAG | XMP_FLAG), 0, 0, 0], size].concat();
            put(kind, &head, kept);
            parts.remove(Part::Other, content.len() - 10);
        }
        b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ICCP" => put(kind, content, kept),
        b"ANMF" => {
            let (head, blocks) = content.split_at_checked(FRAME_HEAD).ok_or(CUT)?;
            let mut frame = head.to_vec();
            each(blocks, |kind, content| match &kind {
                b"VP8 " | b"VP8L" | b"ALPH" => {
                    put(kind, content, &mut frame);
                    Ok(())
                }
                _ => {
                    parts.remove(Part::Other, content.len().max(1));
                    Ok(())
                }
            })?;
            put(kind, &frame, kept);
        }
        b"EXIF" => {
            let tiff = content.strip_prefix(b"Exif\0\0").unwrap_or(content);
            parts.remove_exif(content.len(), tiff);
        }
        b"XMP " => parts.remove(Part::Xmp, content.len()),
        _ => parts.remove(Part::Other, content.len().max(1)),
    }
    Ok(())
}

fn put(kind: [u8; 4], content: &[u8], into: &mut Vec<u8>) {
    into.extend(kind);
    into.extend((content.len() as u32).to_le_bytes());
    into.extend_from_slice(content);
    if content.len() % 2 == 1 {
        into.push(0);
    }
}
