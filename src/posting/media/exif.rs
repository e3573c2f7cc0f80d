//! What an EXIF block held, for the report. What is kept does not depend on it.

use exif::{Context, Exif, In, Reader, Tag};

use super::Held;

const TIMES: [Tag; 3] = [Tag::DateTime, Tag::DateTimeOriginal, Tag::DateTimeDigitized];
const WORDS: [Tag; 6] = [
    Tag::Artist,
    Tag::Copyright,
    Tag::CameraOwnerName,
    Tag::ImageDescription,
    Tag::UserComment,
    Tag::ImageUniqueID,
];
const DEVICES: [Tag; 9] = [
    Tag::Make,
    Tag::Model,
    Tag::Software,
    Tag::BodySerialNumber,
    Tag::LensMake,
    Tag::LensModel,
    Tag::LensSerialNumber,
    Tag::LensSpecification,
    Tag::MakerNote,
];

/// Kinds of data in a block that starts with its TIFF header, each once.
pub(super) fn held(tiff: &[u8]) -> Vec<Held> {
    let mut whole = true;
    let read = Reader::new()
        .continue_on_error(true)
        .read_raw(tiff.to_vec());
    let read = read.or_else(|error| error.distill_partial_result(|_| whole = false));
    let mut held = match &read {
        Ok(exif) => kinds(exif),
        Err(_) => Vec::new(),
    };
    if !whole || read.is_err() {
        held.push(Held::Unreadable);
    }
    held.sort_unstable();
    held.dedup();
    held
}

fn kinds(exif: &Exif) -> Vec<Held> {
    let kind = |field: &exif::Field| {
        if field.ifd_num == In::THUMBNAIL {
            Some(Held::Thumbnail)
        } else if field.tag.context() == Context::Gps {
            Some(Held::Place)
        } else if TIMES.contains(&field.tag) {
            Some(Held::Time)
        } else if WORDS.contains(&field.tag) {
            Some(Held::Words)
        } else if DEVICES.contains(&field.tag) {
            Some(Held::Device)
        } else {
            None
        }
    };
    exif.fields().filter_map(kind).collect()
}
