//! Places that look like faces, by a model for frontal ones.
//!
//! A hint: it misses masked, barred, turned and small faces, and sees some where there are none.
//! The model is read for one picture and dropped.

use image::{GrayImage, imageops};
use rustface::{ImageData, create_detector_with_model, read_model};

use super::turns;
use crate::posting::seen::Faces;

const MODEL: &[u8] = include_bytes!("../../config/faces/seeta_fd_frontal_v1.0.bin");
/// Longest side of what is searched, in pixels: time grows with the area.
const LONGEST: u32 = 800;
/// Smallest face, in pixels; the model knows none below 20.
const SMALLEST: u32 = 24;
/// How sure the model must be: measured on photographs with and without faces.
const SURE: f64 = 2.0;
/// Smaller pictures have no room for a face.
const LEAST: u32 = 40;

pub(super) fn seek(grey: &GrayImage) -> Faces {
    let (width, height) = grey.dimensions();
    if width.min(height) < LEAST {
        return Faces::Looked(0);
    }
    let Ok(model) = read_model(MODEL) else {
        return Faces::NotLooked {
            why: "the model could not be read".to_owned(),
        };
    };
    let mut detector = create_detector_with_model(model);
    detector.set_min_face_size(SMALLEST);
    detector.set_score_thresh(SURE);
    detector.set_pyramid_scale_factor(0.8);
    detector.set_slide_window_step(4, 4);
    let small = shrunk(grey);
    let seen = turns(&small).map(|turned| {
        let (width, height) = turned.dimensions();
        detector
            .detect(&ImageData::new(turned.as_raw(), width, height))
            .len()
    });
    // The same face is seen in one way of holding it, seldom in two: the most is the count.
    Faces::Looked(seen.into_iter().max().unwrap_or_default())
}

fn shrunk(grey: &GrayImage) -> GrayImage {
    let (width, height) = grey.dimensions();
    let longest = width.max(height);
    if longest <= LONGEST {
        return grey.clone();
    }
    let scaled = |side: u32| (side * LONGEST / longest).max(LEAST);
    imageops::thumbnail(grey, scaled(width), scaled(height))
}
