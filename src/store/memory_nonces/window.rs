//! The counts of one nonce that were seen.

/// A window below the highest count: a ring of bits, one for each count. Small at first, because
/// most nonces are used a few times.
pub(super) struct Window {
    highest: u32,
    /// The lowest count that the small ring tells of.
    lowest: u32,
    seen: Seen,
}

enum Seen {
    Small(u64),
    Large(Box<[u64; WORDS]>),
}

impl Window {
    /// A window that has seen one count.
    pub(super) fn starting(count: u32) -> Self {
        Self { highest: count, lowest: count, seen: Seen::Small(1 << (count % 64)) }
    }

    /// Whether `count` is new; it no longer is then.
    pub(super) fn note(&mut self, count: u32) -> bool {
        if self.highest.saturating_sub(count) >= WIDTH {
            return false;
        }
        let lowest = self.lowest.min(count);
        if self.highest.max(count).wrapping_sub(lowest) >= 64 {
            self.enlarge();
        }
        self.lowest = lowest;
        if count > self.highest {
            self.forget_up_to(count);
            self.highest = count;
        }
        let Some((word, bit)) = self.place(count) else { return false };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Counts that fall out of the window leave their places to those that come in.
    fn forget_up_to(&mut self, count: u32) {
        let steps = count.wrapping_sub(self.highest);
        if steps >= WIDTH {
            if let Seen::Large(words) = &mut self.seen {
                **words = [0; WORDS];
            }
            return;
        }
        let Seen::Large(_) = self.seen else { return };
        for next in self.highest.saturating_add(1)..=count {
            if let Some((word, bit)) = self.place(next) {
                *word &= !bit;
            }
        }
    }

    fn place(&mut self, count: u32) -> Option<(&mut u64, u64)> {
        let bit = 1 << (count % 64);
        match &mut self.seen {
            Seen::Small(word) => Some((word, bit)),
            Seen::Large(words) => Some((words.get_mut((count / 64) as usize % WORDS)?, bit)),
        }
    }

    fn enlarge(&mut self) {
        let Seen::Small(small) = self.seen else { return };
        self.seen = Seen::Large(Box::new([0; WORDS]));
        for count in self.lowest..=self.highest {
            if small & (1 << (count % 64)) != 0
                && let Some((word, bit)) = self.place(count)
            {
                *word |= bit;
            }
        }
    }
}

/// How many counts at and below the highest are told apart.
const WIDTH: u32 = 1024;
const WORDS: usize = 16;

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    /// What the window must do, with all counts in a set.
    #[derive(Default)]
    struct Naive {
        seen: HashSet<u32>,
    }

    impl Naive {
        fn note(&mut self, count: u32) -> bool {
            let highest = self.seen.iter().max().copied().unwrap_or(count);
            highest.saturating_sub(count) < WIDTH && self.seen.insert(count)
        }
    }

    fn agrees(counts: &[u32]) {
        let (first, rest) = counts.split_first().unwrap();
        let (mut window, mut naive) = (Window::starting(*first), Naive::default());
        naive.note(*first);
        for count in rest {
            assert_eq!(window.note(*count), naive.note(*count), "{count} of {counts:?}");
        }
    }

    #[test]
    fn each_count_is_new_once_within_the_window() {
        for counts in [
            &[1, 2, 3, 3, 2, 1, 64, 65, 1, 0][..],
            &[0, 63, 64, 0, 1],
            &[5, 1, 64, 65, 68, 69, 4, 5],
            &[1, 1024, 1025, 1, 2, 2],
            &[u32::MAX, u32::MAX - 1, u32::MAX, u32::MAX - 1023, u32::MAX - 1024],
            &[1, 1_000_000, 1, 999_999, 999_999],
            &[100, 2000, 100, 1500, 1500, 977, 976],
        ] {
            agrees(counts);
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_set_of_all_counts(
            counts in prop::collection::vec(prop_oneof![0_u32..80, 0_u32..3000, any::<u32>()], 1..200)
        ) {
            agrees(&counts);
        }
    }
}
