//! Pixels: looking at them to compare, and turning them upright. Always within bounds.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageEncoder as _, ImageError, ImageFormat, ImageReader};
use image::{Limits, codecs::png::PngEncoder, codecs::webp::WebPEncoder};
use sha2::{Digest as _, Sha256};

use super::{Format, MAX_PIXELS, MediaError, jpeg, png};

/// Most memory that decoding one picture may take, in bytes.
const MAX_MEMORY: u64 = 512 * 1024 * 1024;
/// Quality of a JPEG picture that had to be turned: losses that no eye sees.
const QUALITY: u8 = 95;

/// What a picture shows.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// Width and height as stored.
    pub(super) size: (u32, u32),
    digest: [u8; 32],
    orientation: Orientation,
}

impl Look {
    /// Whether it is shown otherwise than it is stored.
    pub(super) fn is_turned(&self) -> bool {
        self.orientation != Orientation::NoTransforms
    }

    /// Whether a copy that needs no turning shows the same: the same pixels, or, where they had to
    /// be turned and so encoded anew, a picture of the right shape.
    pub(super) fn is_shown_by(&self, copy: &Self) -> bool {
        if self.is_turned() {
            !copy.is_turned() && self.turned_size() == copy.size
        } else {
            self == copy
        }
    }

    /// Width and height as shown.
    fn turned_size(&self) -> (u32, u32) {
        let (width, height) = self.size;
        match self.orientation {
            Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH => (height, width),
            _ => (width, height),
        }
    }
}

/// Decodes a picture and tells what it shows; of an animation, its first image.
pub(super) fn look(format: Format, bytes: &[u8]) -> Result<Look, MediaError> {
    let (picture, orientation, _) = decode(format, bytes)?;
    let mut digest = Sha256::new();
    digest.update(format!("{:?}", picture.color()));
    digest.update(picture.as_bytes());
    let size = (picture.width(), picture.height());
    Ok(Look {
        size,
        digest: digest.finalize().into(),
        orientation,
    })
}

/// Turns a picture upright and encodes it anew, with its colour profile.
pub(super) fn turn(format: Format, bytes: &[u8]) -> Result<Vec<u8>, MediaError> {
    let (mut picture, orientation, profile) = decode(format, bytes)?;
    picture.apply_orientation(orientation);
    let profile = profile
        .filter(|profile| suits(profile, &picture))
        .unwrap_or_default();
    let mut out = Vec::new();
    let written = match format {
        Format::Jpeg => {
            let mut encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
            // Every encoder used here takes a profile.
            let _ = encoder.set_icc_profile(profile);
            picture.write_with_encoder(encoder)
        }
        Format::WebP => {
            let mut encoder = WebPEncoder::new_lossless(&mut out);
            let _ = encoder.set_icc_profile(profile);
            picture.write_with_encoder(encoder)
        }
        Format::Png => picture.write_with_encoder(PngEncoder::new(&mut out)),
        Format::Gif => picture.write_to(&mut Cursor::new(&mut out), ImageFormat::Gif),
    };
    written.map_err(|error| damaged(format, &error))?;
    Ok(if format == Format::Png {
        png::with_colours_of(bytes, out)
    } else {
        out
    })
}

type Decoded = (DynamicImage, Orientation, Option<Vec<u8>>);

fn decode(format: Format, bytes: &[u8]) -> Result<Decoded, MediaError> {
    let kind = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::WebP => ImageFormat::WebP,
        Format::Gif => ImageFormat::Gif,
    };
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), kind);
    reader.limits(limits);
    let mut decoder = reader
        .into_decoder()
        .map_err(|error| damaged(format, &error))?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(MediaError::TooManyPixels { width, height });
    }
    let orientation = match format {
        Format::Jpeg => jpeg::exif(bytes).and_then(Orientation::from_exif_chunk),
        _ => decoder.orientation().ok(),
    };
    let orientation = orientation.unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    let picture = DynamicImage::from_decoder(decoder).map_err(|error| damaged(format, &error))?;
    Ok((picture, orientation, profile))
}

/// Whether a profile is for the colours that the decoder made: print colours become screen ones.
fn suits(profile: &[u8], picture: &DynamicImage) -> bool {
    let space = if picture.color().has_color() {
        b"RGB "
    } else {
        b"GRAY"
    };
    profile.get(16..20) == Some(space)
}

fn damaged(format: Format, error: &ImageError) -> MediaError {
    let why = match error {
        ImageError::Limits(_) => "it needs more memory than allowed",
        ImageError::Unsupported(_) => "it is of a kind that cannot be read",
        _ => "its pixels cannot be read",
    };
    MediaError::Damaged {
        format,
        why: why.to_owned(),
    }
}
