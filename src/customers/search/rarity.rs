//! How common each three characters are, from a sample of the customers: so that the index is asked for
//! what is rare in a word, and not for every list the word touches.
//!
//! SQLite's trigram index reads one list for each trigram of a word; lists of common ones grow with the
//! table. PostgreSQL weighs its lists itself and needs none of this.

use std::collections::HashMap;

/// Rows that are looked at.
pub(super) const SAMPLE: i64 = 4_000;
/// As long as an estimate is below this, finding by the rarest trigrams and checking the rows is cheaper.
const FEW: f64 = 3_000.0;
/// Lists that one word asks for at most.
const LISTS: usize = 3;

/// Counts of trigrams in a sample.
#[derive(Debug, Default)]
pub(in crate::customers) struct Rarity {
    rows: f64,
    total: f64,
    counts: HashMap<[char; 3], u32>,
}

impl Rarity {
    /// Counts the trigrams of a sample of search texts, out of `total` rows.
    pub(super) fn of(texts: &[String], total: i64) -> Self {
        let mut counts = HashMap::new();
        for text in texts {
            let mut seen: Vec<[char; 3]> = trigrams(text).collect();
            seen.sort_unstable();
            seen.dedup();
            for trigram in seen {
                *counts.entry(trigram).or_default() += 1;
            }
        }
        let to_f64 = |number: i64| i32::try_from(number).map_or(f64::MAX, f64::from);
        Self { rows: to_f64(i64::try_from(texts.len()).unwrap_or_default()), total: to_f64(total), counts }
    }

    /// The rarest trigrams of a word and how many rows hold the rarest of them.
    fn rarest(&self, word: &str) -> (Vec<String>, f64) {
        let mut found: Vec<(u32, [char; 3])> =
            trigrams(word).map(|trigram| (self.counts.get(&trigram).copied().unwrap_or_default(), trigram)).collect();
        found.sort_unstable();
        found.dedup();
        let rows = found.first().map_or(self.total, |(count, _)| (f64::from(*count) + 0.5) / self.rows * self.total);
        (found.into_iter().take(LISTS).map(|(_, trigram)| trigram.iter().collect()).collect(), rows)
    }

    /// Trigrams that every row with these words holds, one list for each word, when the rarest of all is
    /// rare enough that the rows can be checked one by one.
    pub(super) fn pick(&self, words: &[&str]) -> Option<Vec<Vec<String>>> {
        if self.rows < 1.0 {
            return None;
        }
        let picked: Vec<(Vec<String>, f64)> = words.iter().map(|word| self.rarest(word)).collect();
        let rows = picked.iter().map(|(_, rows)| *rows).fold(f64::MAX, f64::min);
        (rows <= FEW).then(|| picked.into_iter().map(|(trigrams, _)| trigrams).collect())
    }
}

fn trigrams(text: &str) -> impl Iterator<Item = [char; 3]> {
    let characters: Vec<char> = text.chars().collect();
    (2..characters.len()).map(move |i| [characters[i - 2], characters[i - 1], characters[i]])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Rarity {
        let texts: Vec<String> =
            (0..1_000).map(|i| format!("maria{}@example.net\n", if i == 7 { "xyz" } else { "" })).collect();
        Rarity::of(&texts, 1_000_000)
    }

    #[test]
    fn a_rare_word_is_known_by_its_rarest_trigrams() {
        let picked = sample().pick(&["mariaq@example.net"]);
        let lists = picked.expect("q never occurs");
        assert!(lists[0].iter().all(|trigram| trigram.contains('q')), "{lists:?}");
    }

    #[test]
    fn a_common_word_is_left_to_the_index_unless_a_rare_one_stands_beside_it() {
        assert_eq!(sample().pick(&["maria"]), None);
        assert!(sample().pick(&["maria", "qqq"]).is_some());
    }

    #[test]
    fn without_a_sample_nothing_is_known() {
        assert_eq!(Rarity::default().pick(&["qqq"]), None);
    }
}
