//! Pictures before they leave: everything but pixels and colour profile is taken out of a copy.
//!
//! - What is kept is a list; what is not on it goes, known or not. An EXIF block that cannot be
//!   read counts as one that says everything.
//! - The orientation lives in the metadata, so the pixels are turned first.
//! - The copy is decoded and must show the same pixels, or nothing is given back.
//! - Bytes after the end of the picture are cut.
//! - Decoding is bounded; formats that cannot be cleaned are refused with the way out.
//!
//! It does not look at the picture: what can be seen in it is a question to the clinician. It
//! does not look for words hidden inside the pixels, or inside a colour profile.

mod exif;
mod gif;
mod jpeg;
mod pixels;
mod png;
mod sniff;
#[cfg(test)]
mod tests;
mod webp;

use std::fmt;

use sha2::{Digest as _, Sha256};

/// Largest file taken, in bytes.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Largest picture taken, in pixels.
pub const MAX_PIXELS: u64 = 64_000_000;

/// A format that can be cleaned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG.
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// WebP, animated or not.
    WebP,
    /// GIF, animated or not.
    Gif,
}

impl Format {
    /// The media type, as platforms want it.
    pub const fn mime(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
        })
    }
}

/// A copy that may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stripped {
    /// Its format, the same as before.
    pub format: Format,
    /// The copy.
    pub bytes: Vec<u8>,
    /// Width as shown, in pixels.
    pub width: u32,
    /// Height as shown, in pixels.
    pub height: u32,
    /// What was taken out, in the order of the file.
    pub removed: Vec<Removed>,
    /// The pixels were turned to stand upright, which encodes the picture anew.
    pub turned: bool,
    /// SHA-256 of the file that came in, in hexadecimal.
    pub sha256_before: String,
    /// SHA-256 of the copy, in hexadecimal.
    pub sha256_after: String,
}

/// A kind of block in a picture's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The camera's data.
    Exif,
    /// The editing program's data.
    Xmp,
    /// The press agencies' data.
    Iptc,
    /// A comment.
    Comment,
    /// Text with a keyword.
    Text,
    /// A small copy of the picture, which can show what was cropped away.
    Thumbnail,
    /// When the file was changed.
    Time,
    /// Bytes after the end of the picture.
    Trailing,
    /// A block that is on no list.
    Other,
}

/// What an EXIF block held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Held {
    /// Where.
    Place,
    /// When.
    Time,
    /// With which camera or program.
    Device,
    /// Names, titles, remarks.
    Words,
    /// A small copy of the picture.
    Thumbnail,
    /// It could not be read to the end, so it may have held anything.
    Unreadable,
}

/// One block that was taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Its kind.
    pub part: Part,
    /// Its size, in bytes.
    pub bytes: usize,
    /// What it held, as far as it can be told.
    pub held: Vec<Held>,
}

impl fmt::Display for Removed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.part {
            Part::Exif => "EXIF data",
            Part::Xmp => "XMP data",
            Part::Iptc => "IPTC data",
            Part::Comment => "a comment",
            Part::Text => "a text",
            Part::Thumbnail => "a thumbnail",
            Part::Time => "the time of change",
            Part::Trailing => "bytes after the end",
            Part::Other => "another block",
        };
        write!(f, "{name} ({} bytes)", self.bytes)?;
        for (index, held) in self.held.iter().enumerate() {
            f.write_str(if index == 0 { ": " } else { ", " })?;
            f.write_str(match held {
                Held::Place => "place",
                Held::Time => "time",
                Held::Device => "device",
                Held::Words => "words",
                Held::Thumbnail => "thumbnail",
                Held::Unreadable => "not readable to the end",
            })?;
        }
        Ok(())
    }
}

/// Why a picture cannot be cleaned, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// The file is larger than `MAX_BYTES`.
    #[error("The picture has {bytes} bytes, more than {MAX_BYTES}. Export a smaller copy of it.")]
    TooManyBytes {
        /// Its size.
        bytes: usize,
    },
    /// The picture is larger than `MAX_PIXELS`.
    #[error(
        "The picture has {width} x {height} pixels, more than 64 million in all. Export a smaller \
         copy of it."
    )]
    TooManyPixels {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
    },
    /// HEIC, HEIF or AVIF.
    #[error(
        "This is a HEIC or AVIF picture, which cannot be cleaned here. Export it as JPEG (on an \
         iPhone: Settings, Camera, Formats, Most Compatible) and attach that."
    )]
    Heic,
    /// DICOM.
    #[error(
        "This is a DICOM file, which holds the patient's data beside the picture and often in it. \
         Export a still as PNG from the viewer with all overlays off, look into every corner, and \
         attach that."
    )]
    Dicom,
    /// A film.
    #[error(
        "This is a film, and voices and movements identify people too. Films cannot be cleaned \
         here: attach a still as JPEG, or publish the film by hand with a consent record."
    )]
    Video,
    /// Nothing that is known.
    #[error("This is no JPEG, PNG, WebP or GIF picture. Export it as JPEG or PNG and attach that.")]
    Unknown,
    /// The picture is damaged.
    #[error("The {format} picture is damaged: {why}. Open it, export it anew, and attach that.")]
    Damaged {
        /// Its format by its first bytes.
        format: Format,
        /// What does not fit.
        why: String,
    },
    /// An animation that stands on its side.
    #[error(
        "This animated {format} picture is to be turned when shown, which cannot be done here \
         without losing the animation. Turn it upright, export it, and attach that."
    )]
    TurnedAnimation {
        /// Its format.
        format: Format,
    },
    /// The copy would not look the same.
    #[error(
        "The cleaned {format} picture would not show the same pixels, so it was thrown away. \
         Export the picture anew, as JPEG or PNG, and attach that."
    )]
    Changed {
        /// Its format.
        format: Format,
    },
}

/// A picture's file taken apart.
#[derive(Debug, Default)]
struct Parts {
    /// The file again, of kept blocks only.
    kept: Vec<u8>,
    removed: Vec<Removed>,
    animated: bool,
}

impl Parts {
    fn remove(&mut self, part: Part, bytes: usize) {
        if bytes > 0 {
            self.removed.push(Removed {
                part,
                bytes,
                held: Vec::new(),
            });
        }
    }

    fn remove_exif(&mut self, bytes: usize, tiff: &[u8]) {
        self.removed.push(Removed {
            part: Part::Exif,
            bytes,
            held: exif::held(tiff),
        });
    }
}

/// Makes the copy that may leave. The bytes given stay as they are.
pub fn strip(bytes: &[u8]) -> Result<Stripped, MediaError> {
    if bytes.len() > MAX_BYTES {
        return Err(MediaError::TooManyBytes { bytes: bytes.len() });
    }
    let format = sniff::format(bytes)?;
    let before = pixels::look(format, bytes)?;
    let parts = take_apart(format, bytes)?;
    let turned = before.is_turned();
    let kept = if turned {
        if parts.animated {
            return Err(MediaError::TurnedAnimation { format });
        }
        take_apart(format, &pixels::turn(format, bytes)?)?.kept
    } else {
        parts.kept
    };
    let after = pixels::look(format, &kept)?;
    if !before.is_shown_by(&after) {
        return Err(MediaError::Changed { format });
    }
    Ok(Stripped {
        format,
        sha256_before: hex(&Sha256::digest(bytes)),
        sha256_after: hex(&Sha256::digest(&kept)),
        bytes: kept,
        width: after.size.0,
        height: after.size.1,
        removed: parts.removed,
        turned,
    })
}

fn take_apart(format: Format, bytes: &[u8]) -> Result<Parts, MediaError> {
    let parts = match format {
        Format::Jpeg => jpeg::take_apart(bytes),
        Format::Png => png::take_apart(bytes),
        Format::WebP => webp::take_apart(bytes),
        Format::Gif => gif::take_apart(bytes),
    };
    parts.map_err(|why| MediaError::Damaged {
        format,
        why: why.to_owned(),
    })
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f',
    ];
    let digit = |half: u8| DIGITS[usize::from(half & 15)];
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(*byte)])
        .collect()
}
