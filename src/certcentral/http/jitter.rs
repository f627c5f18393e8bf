//! Chance for the pauses of repeats, so that those who failed together do not come back together.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// A sequence of numbers between 0 and 1, another one in each process unless it is seeded.
#[derive(Debug)]
pub(crate) struct Jitter(AtomicU64);

impl Jitter {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        let seed = seed.unwrap_or_else(|| RandomState::new().hash_one(()));
        Self(AtomicU64::new(seed))
    }

    /// The next number of the sequence: `SplitMix64` (Steele, Lea and Flood, 2014).
    pub(crate) fn next(&self) -> f64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let state = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let top = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default();
        f64::from(top) / f64::from(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_spread_between_zero_and_one_and_a_seed_repeats_them() {
        let (one, same, other) = (
            Jitter::new(Some(7)),
            Jitter::new(Some(7)),
            Jitter::new(None),
        );
        let draw = |jitter: &Jitter| -> Vec<f64> { (0..1000).map(|_| jitter.next()).collect() };
        let numbers = draw(&one);
        assert_eq!(numbers, draw(&same));
        assert_ne!(numbers, draw(&other));
        assert!(numbers.iter().all(|number| (0.0..=1.0).contains(number)));
        let mean = numbers.iter().sum::<f64>() / 1000.0;
        assert!((0.45..0.55).contains(&mean), "{mean}");
    }
}
