//! Long lists of words, searched where they stand.
//!
//! A list is a sorted file built into the program; looking a word up halves it again and again,
//! so that nothing is built and nothing kept. It knows no rule.

/// A sorted list of folded words, one a line, with a head of `#` lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines(&'static str);

impl Lines {
    /// Takes a list, leaving out its head.
    pub(super) fn new(file: &'static str) -> Self {
        let mut body = file;
        while body.starts_with('#') {
            body = body.split_once('\n').map_or("", |(_, rest)| rest);
        }
        Self(body)
    }

    /// Whether the folded word stands in the list.
    pub(super) fn holds(self, word: &str) -> bool {
        let (mut low, mut high) = (0, self.0.len());
        while low < high {
            let middle = self.line_start(low + (high - low) / 2);
            let line = self.0[middle..].split('\n').next().unwrap_or_default();
            match line.cmp(word) {
                std::cmp::Ordering::Equal => return !word.is_empty(),
                std::cmp::Ordering::Less => low = middle + line.len() + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        false
    }

    fn line_start(self, at: usize) -> usize {
        self.0.as_bytes()[..at]
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |place| place + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn finds_every_line_and_nothing_else() {
        let list = Lines::new("# head\nana\nbo\ncarla\n");
        for word in ["ana", "bo", "carla"] {
            assert!(list.holds(word), "{word}");
        }
        for word in ["", "an", "anaa", "zoe", "# head"] {
            assert!(!list.holds(word), "{word}");
        }
    }

    #[test]
    fn the_lists_of_the_program_are_sorted() {
        for file in [
            include_str!("../../../config/screening/first-names.txt"),
            include_str!("../../../config/screening/places-small.txt"),
            include_str!("../../../config/screening/places-large.txt"),
        ] {
            let body: Vec<&str> = file.lines().filter(|line| !line.starts_with('#')).collect();
            assert!(body.windows(2).all(|pair| pair[0] < pair[1]));
        }
    }
}
