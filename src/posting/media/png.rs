//! PNG taken apart: pixels, palette, transparency, colour and animation stay.
//!
//! The colour profile is packed anew, since its name and its end can carry words.

use img_parts::png::{Png, PngChunk};
use img_parts::{Bytes, ImageICC as _};

use super::{Part, Parts};

const KEPT: [&[u8; 4]; 14] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"mDCV", b"cLLI", b"acTL", b"fcTL",
];

pub(super) fn take_apart(bytes: &[u8]) -> Result<Parts, &'static str> {
    let mut png = Png::from_bytes(Bytes::copy_from_slice(bytes))
        .map_err(|_| "its blocks do not fit together")?;
    if png.chunk_by_type(*b"IEND").is_none() {
        return Err("its end is missing");
    }
    let animated = png.chunk_by_type(*b"acTL").is_some();
    let mut parts = Parts {
        animated,
        ..Parts::default()
    };
    let length = png.len();
    png.chunks_mut().retain(|chunk| sort(chunk, &mut parts));
    parts.remove(Part::Trailing, bytes.len().saturating_sub(length));
    if png.chunk_by_type(*b"iCCP").is_some() {
        repack_profile(&mut png);
    }
    parts.kept = png.encoder().bytes().to_vec();
    Ok(parts)
}

fn sort(chunk: &PngChunk, parts: &mut Parts) -> bool {
    let kind = chunk.kind();
    let content = chunk.contents();
    if KEPT.contains(&&kind) || kind == *b"fdAT" {
        return true;
    }
    match &kind {
        b"eXIf" => parts.remove_exif(content.len(), content),
        b"iTXt" if content.starts_with(b"XML:com.adobe.xmp\0") => {
            parts.remove(Part::Xmp, content.len());
        }
        b"tEXt" | b"zTXt" | b"iTXt" => parts.remove(Part::Text, content.len()),
        b"tIME" => parts.remove(Part::Time, content.len()),
        _ => parts.remove(Part::Other, content.len().max(1)),
    }
    false
}

/// Keeps the profile alone; one that cannot be read goes.
fn repack_profile(png: &mut Png) {
    let profile = png.icc_profile();
    let srgb = png.chunk_by_type(*b"sRGB").cloned();
    png.set_icc_profile(profile);
    // Both at once is an error of the writer; readers take the first, so the order is kept.
    if let Some(srgb) = srgb
        && png.chunk_by_type(*b"sRGB").is_none()
    {
        png.chunks_mut().insert(2, srgb);
    }
}

/// The blocks that say what the colours mean, to be put into a picture that was encoded anew.
pub(super) fn with_colours_of(original: &[u8], encoded: Vec<u8>) -> Vec<u8> {
    const COLOURS: [&[u8; 4]; 7] = [
        b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"mDCV", b"cLLI",
    ];
    let read = |bytes: &[u8]| Png::from_bytes(Bytes::copy_from_slice(bytes)).ok();
    let (Some(original), Some(mut new)) = (read(original), read(&encoded)) else {
        return encoded;
    };
    new.chunks_mut()
        .retain(|chunk| !COLOURS.contains(&&chunk.kind()));
    let colours = original
        .chunks()
        .iter()
        .filter(|chunk| COLOURS.contains(&&chunk.kind()));
    let at = new.chunks().len().min(1);
    new.chunks_mut()
        .splice(at..at, colours.cloned().collect::<Vec<_>>());
    new.encoder().bytes().to_vec()
}
