//! Reproducible chance: every value follows from the seed and the place it is used at.

/// A stream of numbers that depends on nothing but the key it was made from.
///
/// Rows are generated on the fly, in any order, so a shared generator with state would make a row
/// depend on which rows were asked for before it.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// Dice that always fall the same way for the same `key`.
    pub(crate) fn new(key: &[u64]) -> Self {
        let state = key.iter().fold(0x243f_6a88_85a3_08d3, |state, part| mix(state ^ mix(*part)));
        Dice(state)
    }

    /// The next number, over the whole range.
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number in `0..end`, or 0 where the range is empty.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        match u64::try_from(end) {
            Ok(end) if end > 0 => usize::try_from(self.roll() % end).unwrap_or(0),
            _ => 0,
        }
    }

    /// True in `percent` of a hundred throws.
    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, which must not be empty.
    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }
}

/// The finaliser of splitmix64: every bit of the input reaches every bit of the output.
pub(crate) fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn same_key_gives_the_same_throws_and_another_key_others() {
        let throws = |key: &[u64]| {
            let mut dice = Dice::new(key);
            [dice.roll(), dice.roll(), dice.roll()]
        };
        assert_eq!(throws(&[7, 1]), throws(&[7, 1]));
        assert_ne!(throws(&[7, 1]), throws(&[7, 2]));
        assert_ne!(throws(&[7, 1]), throws(&[1, 7]));
        assert_ne!(throws(&[0]), throws(&[0, 0]));
    }

    #[test]
    fn empty_range_gives_zero() {
        assert_eq!(Dice::new(&[1]).below(0), 0);
    }
}
