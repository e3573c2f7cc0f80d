//! Builders of pictures that tell too much.

use std::io::Cursor;

use exif::experimental::Writer;
use exif::{Field, In, Rational, Tag, Value};
use image::codecs::gif::{GifEncoder, Repeat};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::webp::WebPEncoder;
use image::{AnimationDecoder as _, Delay, DynamicImage, Frame, ImageFormat, Rgb, RgbImage};
use img_parts::jpeg::{Jpeg, JpegSegment};
use img_parts::png::{Png, PngChunk};
use img_parts::{Bytes, ImageICC as _};

/// What must not be told, planted everywhere.
pub(super) const NEEDLE: &[u8] = b"Ann, ward 7.";

/// A picture without symmetry, so that no turn goes unseen.
pub(super) fn picture() -> RgbImage {
    RgbImage::from_fn(24, 16, |x, y| {
        Rgb([x as u8 * 9, y as u8 * 14, (x + 2 * y) as u8 * 3])
    })
}

/// A stand-in for an sRGB profile: only its size and colour space are ever read.
pub(super) fn profile() -> Bytes {
    let mut profile = vec![7; 200];
    profile[16..20].copy_from_slice(b"RGB ");
    profile.into()
}

fn ascii(tag: Tag, text: &[u8]) -> Field {
    Field {
        tag,
        ifd_num: In::PRIMARY,
        value: Value::Ascii(vec![text.to_vec()]),
    }
}

/// Camera data with place, time, device, a name, and how to turn the picture.
pub(super) fn exif_block(orientation: Option<u8>) -> Vec<u8> {
    let degrees = [(55, 1), (57, 1), (1, 1)].map(|(num, denom)| Rational { num, denom });
    let mut fields = vec![
        ascii(Tag::Make, b"Camera"),
        ascii(Tag::DateTimeOriginal, b"2026:05:05 08:00:00"),
        ascii(Tag::Artist, NEEDLE),
        ascii(Tag::GPSLatitudeRef, b"N"),
        Field {
            tag: Tag::GPSLatitude,
            ifd_num: In::PRIMARY,
            value: Value::Rational(degrees.to_vec()),
        },
    ];
    if let Some(orientation) = orientation {
        let value = Value::Short(vec![u16::from(orientation)]);
        fields.push(Field {
            tag: Tag::Orientation,
            ifd_num: In::PRIMARY,
            value,
        });
    }
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    writer.set_jpeg(NEEDLE, In::THUMBNAIL);
    let mut out = Cursor::new(Vec::new());
    writer.write(&mut out, false).unwrap();
    out.into_inner()
}

pub(super) fn plain_jpeg() -> Vec<u8> {
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, 95);
    DynamicImage::ImageRgb8(picture())
        .write_with_encoder(encoder)
        .unwrap();
    out
}

fn told(prefix: &[u8]) -> Bytes {
    [prefix, NEEDLE].concat().into()
}

pub(super) fn jpeg(orientation: Option<u8>) -> Vec<u8> {
    let mut jpeg = Jpeg::from_bytes(plain_jpeg().into()).unwrap();
    let exif = [b"Exif\0\0".as_slice(), &exif_block(orientation)].concat();
    let blocks = [
        (0xe1, exif.into()),
        (0xe1, told(b"http://ns.adobe.com/xap/1.0/\0")),
        (0xed, told(b"Photoshop 3.0\0")),
        (0xfe, told(b"")),
        (0xe5, told(b"")),
        (0xe0, told(b"JFXX\0\x10")),
    ];
    let segments = blocks.map(|(marker, content)| JpegSegment::new_with_contents(marker, content));
    jpeg.segments_mut().splice(1..1, segments);
    jpeg.set_icc_profile(Some(profile()));
    [&jpeg.encoder().bytes()[..], NEEDLE].concat()
}

pub(super) fn plain_png() -> Vec<u8> {
    png_of(&picture())
}

pub(super) fn png_of(picture: &RgbImage) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    picture.write_to(&mut out, ImageFormat::Png).unwrap();
    out.into_inner()
}

pub(super) fn png(orientation: Option<u8>) -> Vec<u8> {
    let mut png = Png::from_bytes(plain_png().into()).unwrap();
    png.set_icc_profile(Some(profile()));
    let icc = png.chunks()[1].contents().slice(4..);
    let named = [NEEDLE, b"\0", &icc].concat();
    png.chunks_mut()[1] = PngChunk::new(*b"iCCP", named.into());
    let chunks = [
        (*b"tEXt", told(b"Comment\0")),
        (*b"zTXt", told(b"Comment\0\0")),
        (*b"iTXt", told(b"XML:com.adobe.xmp\0\0\0\0\0")),
        (*b"eXIf", exif_block(orientation).into()),
        (*b"tIME", Bytes::from_static(&[7, 234, 5, 5, 8, 0, 0])),
        (*b"noTe", told(b"")),
    ];
    let chunks = chunks.map(|(kind, content)| PngChunk::new(kind, content));
    png.chunks_mut().splice(2..2, chunks);
    [&png.encoder().bytes()[..], NEEDLE].concat()
}

/// A PNG whose head claims a size that its few pixels do not have.
pub(super) fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let mut png = Png::from_bytes(plain_png().into()).unwrap();
    let head = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes(),
        &[8, 2, 0, 0, 0],
    ]
    .concat();
    png.chunks_mut()[0] = PngChunk::new(*b"IHDR", head.into());
    png.encoder().bytes()[..300.min(png_len())].to_vec()
}

fn png_len() -> usize {
    plain_png().len()
}

pub(super) fn riff(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let mut out = [&kind[..], &(content.len() as u32).to_le_bytes(), content].concat();
    out.resize(out.len().next_multiple_of(2), 0);
    out
}

pub(super) fn webp(orientation: Option<u8>) -> Vec<u8> {
    let mut plain = Vec::new();
    let encoder = WebPEncoder::new_lossless(&mut plain);
    DynamicImage::ImageRgb8(picture())
        .write_with_encoder(encoder)
        .unwrap();
    let mut content = b"WEBP".to_vec();
    content.extend(riff(*b"VP8X", &[0x2c, 0, 0, 0, 23, 0, 0, 15, 0, 0]));
    content.extend(riff(*b"ICCP", &profile()));
    content.extend(&plain[12..]);
    content.extend(riff(*b"EXIF", &exif_block(orientation)));
    content.extend(riff(*b"XMP ", NEEDLE));
    content.extend(riff(*b"NOTE", NEEDLE));
    [&riff(*b"RIFF", &content)[..], NEEDLE].concat()
}

/// Two images that loop, with blocks between them.
pub(super) fn gif() -> Vec<u8> {
    let mut plain = Vec::new();
    let mut encoder = GifEncoder::new(&mut plain);
    encoder.set_repeat(Repeat::Finite(3)).unwrap();
    for turns in 0..2 {
        let mut image = DynamicImage::ImageRgb8(picture());
        if turns == 1 {
            image.invert();
        }
        let delay = Delay::from_numer_denom_ms(100, 1);
        encoder
            .encode_frame(Frame::from_parts(image.to_rgba8(), 0, 0, delay))
            .unwrap();
    }
    drop(encoder);
    let first = plain
        .windows(3)
        .position(|window| window == b"\x21\xf9\x04")
        .unwrap();
    let text = [b"\x21\x01\x0c".as_slice(), &[0; 12], b"\x0c", NEEDLE, b"\0"].concat();
    let blocks = [
        &[b"\x21\xfe\x0c".as_slice(), NEEDLE, b"\0"].concat(),
        &[b"\x21\xff\x0bXMP DataXMP\x0c".as_slice(), NEEDLE, b"\0"].concat(),
        &[b"\x21\xff\x0bPROGRAM 1.0\x0c".as_slice(), NEEDLE, b"\0"].concat(),
        &text,
    ];
    plain.splice(first..first, blocks.into_iter().flatten().copied());
    [&plain[..], NEEDLE].concat()
}

/// Images of an animation with their delays.
pub(super) fn gif_frames(bytes: &[u8]) -> Vec<(Vec<u8>, (u32, u32))> {
    let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(bytes)).unwrap();
    let frames = decoder.into_frames().collect_frames().unwrap();
    let frame = |frame: Frame| (frame.buffer().to_vec(), frame.delay().numer_denom_ms());
    frames.into_iter().map(frame).collect()
}
