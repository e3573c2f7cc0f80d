//! Which format a file is, by its first bytes and never by its name.

use super::{Format, MediaError};

const HEIC_BRANDS: [&[u8]; 12] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1",
    b"avif", b"avis",
];

/// The format, or why the file cannot be cleaned.
pub(super) fn format(bytes: &[u8]) -> Result<Format, MediaError> {
    let at = |offset: usize, magic: &[u8]| {
        bytes
            .get(offset..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    if at(0, b"\xff\xd8\xff") {
        Ok(Format::Jpeg)
    } else if at(0, b"\x89PNG\r\n\x1a\n") {
        Ok(Format::Png)
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Ok(Format::WebP)
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Ok(Format::Gif)
    } else if at(4, b"ftyp") {
        let heic = HEIC_BRANDS.iter().any(|brand| at(8, brand));
        Err(if heic {
            MediaError::Heic
        } else {
            MediaError::Video
        })
    } else if at(128, b"DICM") {
        Err(MediaError::Dicom)
    } else if at(0, b"\x1a\x45\xdf\xa3") || (at(0, b"RIFF") && at(8, b"AVI ")) {
        Err(MediaError::Video)
    } else {
        Err(MediaError::Unknown)
    }
}
