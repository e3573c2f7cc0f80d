//! Looking at pictures: what a machine can see in one, as a hint to the clinician.
//!
//! Done once, when a picture is added, on the copy that will be published. Nothing is kept in
//! memory afterwards. Words are read by the program `tesseract` where it is installed; faces are
//! sought with a model that the program carries. Both in four turns, since phones lie.
//!
//! It decides nothing: what was seen goes to the screen and opens questions.

mod faces;
mod words;

use std::io::Cursor;

use image::{GrayImage, ImageReader, imageops};

use crate::posting::media::Stripped;
use crate::posting::seen::{Faces, Seen, Words};

/// Longest side of what is looked at, in pixels; larger pictures are made smaller first.
const LONGEST: u32 = 2_400;

/// Looks at the copy that will be published.
pub fn look(picture: &Stripped) -> Seen {
    let removed = picture.removed.iter().map(ToString::to_string).collect();
    let (words, faces) = if let Some(grey) = decode(&picture.bytes) {
        (words::read(&grey), faces::seek(&grey))
    } else {
        let why = "it could not be decoded".to_owned();
        (
            Words::NotLooked { why: why.clone() },
            Faces::NotLooked { why },
        )
    };
    Seen {
        sha256: picture.sha256_after.clone(),
        removed,
        words,
        faces,
    }
}

/// The picture in grey, on white where it is transparent; of an animation, the first image.
fn decode(bytes: &[u8]) -> Option<GrayImage> {
    let reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let picture = reader.decode().ok()?;
    let (width, height) = (picture.width(), picture.height());
    let picture = if width.max(height) > LONGEST {
        picture.thumbnail(LONGEST, LONGEST)
    } else {
        picture
    };
    let mut grey = GrayImage::new(picture.width(), picture.height());
    for (to, from) in grey.pixels_mut().zip(picture.to_luma_alpha8().pixels()) {
        let [light, alpha] = from.0.map(u32::from);
        to.0[0] = ((light * alpha + 255 * (255 - alpha)) / 255) as u8;
    }
    Some(grey)
}

/// The picture held in four ways.
fn turns(grey: &GrayImage) -> [GrayImage; 4] {
    [
        grey.clone(),
        imageops::rotate90(grey),
        imageops::rotate180(grey),
        imageops::rotate270(grey),
    ]
}

#[cfg(test)]
mod tests;
