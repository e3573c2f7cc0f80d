//! Pictures built here with everything a camera, a program or a person leaves in them.

mod build;

use image::DynamicImage;
use image::metadata::Orientation;
use proptest::prelude::*;

use self::build::{NEEDLE, exif_block, picture, profile};
use super::*;

/// Whether the planted words stand anywhere in it.
fn tells(bytes: &[u8]) -> bool {
    bytes.windows(NEEDLE.len()).any(|window| window == NEEDLE)
}

fn decoded(bytes: &[u8]) -> DynamicImage {
    image::load_from_memory(bytes).unwrap()
}

/// Parts in the order of the file.
fn parts(stripped: &Stripped) -> Vec<Part> {
    stripped
        .removed
        .iter()
        .map(|removed| removed.part)
        .collect()
}

/// Nothing told, same pixels, and a second pass finds nothing more to take out.
fn assert_clean(before: &[u8], stripped: &Stripped) {
    assert!(tells(before), "the picture of this test tells nothing");
    assert!(!tells(&stripped.bytes), "{:?}", stripped.removed);
    assert_eq!(decoded(before), decoded(&stripped.bytes));
    let again = strip(&stripped.bytes).unwrap();
    assert_eq!((again.removed, &again.bytes), (Vec::new(), &stripped.bytes));
    assert_eq!(again.sha256_before, stripped.sha256_after);
    assert_eq!(again.sha256_before, again.sha256_after);
}

/// JPEG: camera data, place, thumbnail, XMP, IPTC, comments, unknown blocks and what follows the
/// end are gone; the pixels are bit for bit the same.
#[test]
fn jpeg_keeps_pixels_and_colours_only() {
    let bytes = build::jpeg(None);
    let stripped = strip(&bytes).unwrap();
    assert_clean(&bytes, &stripped);
    assert_eq!(
        (stripped.format, stripped.width, stripped.height),
        (Format::Jpeg, 24, 16)
    );
    assert_eq!(
        parts(&stripped),
        [
            Part::Exif,
            Part::Xmp,
            Part::Iptc,
            Part::Comment,
            Part::Other,
            Part::Thumbnail,
            Part::Trailing
        ]
    );
    let told = stripped.removed[0].to_string();
    assert!(
        told.ends_with("bytes): place, time, device, words, thumbnail"),
        "{told}"
    );
    let icc = img_parts::jpeg::Jpeg::from_bytes(stripped.bytes.into()).unwrap();
    assert_eq!(img_parts::ImageICC::icc_profile(&icc).unwrap(), profile());
}

/// A thumbnail inside JFIF's own header goes, the header stays.
#[test]
fn jpeg_header_loses_its_thumbnail() {
    let mut bytes = build::plain_jpeg();
    assert_eq!(&bytes[2..11], b"\xff\xe0\x00\x10JFIF\0");
    bytes.splice(
        18..20,
        [2, 4]
            .into_iter()
            .chain(NEEDLE.iter().copied().cycle().take(24)),
    );
    bytes[5] += 24;
    let stripped = strip(&bytes).unwrap();
    assert_clean(&bytes, &stripped);
    assert_eq!(parts(&stripped), [Part::Thumbnail]);
    assert_eq!(stripped.bytes[18..22], [0, 0, 0xff, 0xc0]);
}

/// Comments between scans of a progressive picture are found as well.
#[test]
fn jpeg_comments_between_scans_go() {
    let scan = b"\xff\xda\x00\x02\x01\xff\x00\x02\xff\xd0\x03";
    let comment = [b"\xff\xfe\x00\x0e".as_slice(), NEEDLE].concat();
    let file = [
        b"\xff\xd8",
        &scan[..],
        &comment,
        &scan[..],
        b"\xff\xd9",
        NEEDLE,
    ]
    .concat();
    let parts = jpeg::take_apart(&file).unwrap();
    assert_eq!(
        parts.kept,
        [b"\xff\xd8", &scan[..], &scan[..], b"\xff\xd9"].concat()
    );
    let removed: Vec<_> = parts.removed.iter().map(|r| (r.part, r.bytes)).collect();
    assert_eq!(removed, [(Part::Comment, 12), (Part::Trailing, 12)]);
}

/// PNG: text in all three forms, camera data, time, unknown blocks, the profile's name, the tail.
#[test]
fn png_keeps_pixels_and_colours_only() {
    let bytes = build::png(None);
    let stripped = strip(&bytes).unwrap();
    assert_clean(&bytes, &stripped);
    assert_eq!(
        parts(&stripped),
        [
            Part::Text,
            Part::Text,
            Part::Xmp,
            Part::Exif,
            Part::Time,
            Part::Other,
            Part::Trailing
        ]
    );
    let icc = img_parts::png::Png::from_bytes(stripped.bytes.into()).unwrap();
    assert_eq!(img_parts::ImageICC::icc_profile(&icc).unwrap(), profile());
}

/// WebP: camera data, XMP, unknown blocks, the tail; the flags no longer promise them.
#[test]
fn webp_keeps_pixels_and_colours_only() {
    let bytes = build::webp(None);
    let stripped = strip(&bytes).unwrap();
    assert_clean(&bytes, &stripped);
    assert_eq!(
        parts(&stripped),
        [Part::Exif, Part::Xmp, Part::Other, Part::Trailing]
    );
    assert_eq!(stripped.bytes[20] & 0x0c, 0);
    assert_eq!(stripped.bytes[20] & 0x20, 0x20);
}

/// Blocks inside the frames of an animated WebP go too.
#[test]
fn webp_frames_are_searched() {
    let frame = [
        &[0; 16],
        b"VP8L\x02\x00\x00\x00ab".as_slice(),
        b"NOTE\x0c\0\0\0",
        NEEDLE,
    ]
    .concat();
    let content = [b"WEBP", &build::riff(*b"ANMF", &frame)[..]].concat();
    let parts = webp::take_apart(&build::riff(*b"RIFF", &content)).unwrap();
    assert!(!tells(&parts.kept));
    assert_eq!(parts.kept.len(), 12 + 8 + 16 + 10);
}

/// GIF: comments, plain text, blocks of programs and the tail go; timing and loop stay.
#[test]
fn gif_keeps_its_animation_only() {
    let bytes = build::gif();
    let stripped = strip(&bytes).unwrap();
    assert_clean(&bytes, &stripped);
    assert_eq!(
        parts(&stripped),
        [
            Part::Comment,
            Part::Xmp,
            Part::Other,
            Part::Text,
            Part::Trailing
        ]
    );
    assert!(
        stripped
            .bytes
            .windows(11)
            .any(|window| window == b"NETSCAPE2.0")
    );
    assert_eq!(
        build::gif_frames(&stripped.bytes),
        build::gif_frames(&bytes)
    );
}

/// Each of the eight orientations comes out as it was shown; exactly where nothing is lost by
/// encoding, and within what no eye sees in a JPEG.
#[test]
fn pictures_are_turned_upright() {
    for tag in 1..=8 {
        let orientation = Orientation::from_exif(tag).unwrap();
        let mut shown = DynamicImage::ImageRgb8(picture());
        shown.apply_orientation(orientation);
        for bytes in [build::png(Some(tag)), build::webp(Some(tag))] {
            let stripped = strip(&bytes).unwrap();
            assert_eq!(
                decoded(&stripped.bytes).to_rgb8(),
                shown.to_rgb8(),
                "orientation {tag}"
            );
            assert_eq!(stripped.turned, tag > 1);
            assert!(!tells(&stripped.bytes));
            let icc = image_profile(&stripped.bytes);
            assert_eq!(icc.as_deref(), Some(&profile()[..]), "orientation {tag}");
        }
        let stripped = strip(&build::jpeg(Some(tag))).unwrap();
        assert!(!tells(&stripped.bytes));
        assert_eq!(
            (stripped.width, stripped.height),
            (shown.width(), shown.height())
        );
        assert_eq!(
            image_profile(&stripped.bytes).as_deref(),
            Some(&profile()[..])
        );
        let mut before = decoded(&build::plain_jpeg());
        before.apply_orientation(orientation);
        let after = decoded(&stripped.bytes);
        let error = before.as_bytes().iter().zip(after.as_bytes());
        let error = error.map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        assert!(error <= 12, "orientation {tag} is off by {error}");
    }
}

fn image_profile(bytes: &[u8]) -> Option<Vec<u8>> {
    use image::ImageDecoder as _;
    let reader = image::ImageReader::new(std::io::Cursor::new(bytes)).with_guessed_format();
    reader
        .unwrap()
        .into_decoder()
        .unwrap()
        .icc_profile()
        .unwrap()
}

/// A profile for print does not describe the screen colours that a turned picture is encoded in.
#[test]
fn a_profile_that_does_not_suit_goes() {
    let mut bytes = build::jpeg(Some(6));
    let space = bytes
        .windows(4)
        .position(|window| window == b"RGB ")
        .unwrap();
    bytes[space..space + 4].copy_from_slice(b"CMYK");
    assert_eq!(image_profile(&strip(&bytes).unwrap().bytes), None);
}

/// A copy with other pixels, of another shape or still to be turned is not given out.
#[test]
fn copies_that_show_something_else_are_refused() {
    let look = |bytes: &[u8]| pixels::look(Format::Png, bytes).unwrap();
    let (upright, turned) = (look(&build::png(None)), look(&build::png(Some(6))));
    let mut other = picture();
    other.put_pixel(0, 0, image::Rgb([9, 9, 9]));
    let other = look(&build::png_of(&other));
    assert!(upright.is_shown_by(&look(&build::plain_png())));
    assert!(!upright.is_shown_by(&other));
    assert!(!upright.is_shown_by(&turned));
    assert!(!turned.is_shown_by(&upright));
    assert!(!turned.is_shown_by(&turned));
}

/// Camera data that cannot be read goes like any other and is named so.
#[test]
fn unreadable_camera_data_counts_as_present() {
    let mut block = exif_block(None);
    block[0] = b'X';
    assert_eq!(exif::held(&block), [Held::Unreadable]);
    let block = exif_block(None);
    let cut = exif::held(&block[..block.len() / 2]);
    assert!(cut.contains(&Held::Unreadable), "{cut:?}");
}

/// What cannot be cleaned is refused with what to do instead.
#[test]
fn other_formats_are_refused_with_the_way_out() {
    let dicom = [&[0; 128], b"DICM\x02\0\0\0".as_slice()].concat();
    let cases: [(&[u8], MediaError); 8] = [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", MediaError::Heic),
        (b"\0\0\0\x18ftypavif\0\0\0\0", MediaError::Heic),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", MediaError::Video),
        (b"\x1a\x45\xdf\xa3webm", MediaError::Video),
        (&dicom, MediaError::Dicom),
        (b"%PDF-1.7", MediaError::Unknown),
        (b"II*\0", MediaError::Unknown),
        (b"", MediaError::Unknown),
    ];
    for (bytes, expected) in cases {
        assert_eq!(strip(bytes), Err(expected));
    }
    assert!(MediaError::Heic.to_string().contains("Export it as JPEG"));
}

/// A small file that claims to be a huge picture is refused before memory is taken for it.
#[test]
fn bombs_are_refused() {
    let bomb = build::png_of_size(60_000, 60_000);
    assert!(bomb.len() < 1000);
    let error = strip(&bomb).unwrap_err();
    assert_eq!(
        error,
        MediaError::TooManyPixels {
            width: 60_000,
            height: 60_000
        }
    );
    let mut jpeg = build::plain_jpeg();
    let frame = jpeg
        .windows(2)
        .position(|pair| pair == [0xff, 0xc0])
        .unwrap();
    jpeg[frame + 5..frame + 9].fill(0xff);
    let error = strip(&jpeg).unwrap_err();
    assert_eq!(
        error,
        MediaError::TooManyPixels {
            width: 65_535,
            height: 65_535
        }
    );
    let error = strip(&vec![0; MAX_BYTES + 1]).unwrap_err();
    assert_eq!(
        error,
        MediaError::TooManyBytes {
            bytes: MAX_BYTES + 1
        }
    );
}

/// The hashes are those of the files.
#[test]
fn hashes_are_sha256() {
    let stripped = strip(&build::plain_png()).unwrap();
    assert_eq!(stripped.sha256_after.len(), 64);
    assert_eq!(
        hex(&Sha256::digest(b"abc")),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

fn any_picture() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(build::jpeg(None)),
        Just(build::jpeg(Some(6))),
        Just(build::png(None)),
        Just(build::webp(None)),
        Just(build::gif()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Damaged files are refused or cleaned; they never bring the program down, and what comes out
    /// has nothing left to take out.
    #[test]
    fn damage_never_panics(
        mut bytes in any_picture(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        for (index, value) in changes {
            let at = index.index(bytes.len());
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(stripped) = strip(&bytes) {
            let again = strip(&stripped.bytes).unwrap();
            prop_assert!(again.removed.is_empty(), "{:?}", again.removed);
            prop_assert_eq!(again.bytes, stripped.bytes);
        }
    }
}
