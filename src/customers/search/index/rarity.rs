//! How common each three characters are, from a sample of the customers: so that the index is asked for
//! what is rare in a word, and not for every list the word touches.
//!
//! SQLite's trigram index reads one list for each trigram of a word; lists of common ones grow with the
//! table. PostgreSQL weighs its lists itself and needs none of this.

use std::collections::HashMap;

/// Rows that are looked at.
pub(super) const SAMPLE: i64 = 4_000;
/// Microseconds, as measured at a million rows: to pass an entry of a list,
const ENTRY: f64 = 0.03;
/// to pass one and compare where the trigrams stand,
const PLACED_ENTRY: f64 = 0.045;
/// to fetch a row and look into its text.
const ROW: f64 = 3.0;
/// Lists that are asked for at most.
const LISTS: usize = 4;
/// What a further list of a word leaves of the rows that hold an earlier one: trigrams of one word go together.
const KEPT_BY_SAME_WORD: f64 = 0.5;

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

    /// Every trigram of the words with the number of rows that may hold it, the rarest first.
    fn lists(&self, words: &[&str]) -> Vec<List> {
        let mut lists: Vec<List> = Vec::new();
        for (word, text) in words.iter().enumerate() {
            for trigram in
                trigrams(text).filter(|one| !lists.iter().any(|list| list.trigram == *one)).collect::<Vec<_>>()
            {
                let seen = f64::from(self.counts.get(&trigram).copied().unwrap_or_default());
                lists.push(List { rows: (seen + 0.5) / self.rows * self.total, word, trigram });
            }
        }
        lists.sort_by(|one, two| one.rows.total_cmp(&two.rows));
        lists
    }

    /// Trigrams that every row with these words holds, when checking the rows that hold them costs less
    /// than asking the index for the words themselves, of which `most` matches are wanted.
    pub(super) fn pick(&self, words: &[&str], most: f64) -> Option<Vec<String>> {
        if self.rows < 1.0 {
            return None;
        }
        let lists = self.lists(words);
        let (first, others) = lists.split_first()?;
        let wanted = (most / first.rows).min(1.0);
        let by_words = lists.iter().map(|list| list.rows * PLACED_ENTRY).sum::<f64>() * wanted;
        let mut picked = vec![first];
        let (mut entries, mut rows) = (first.rows, first.rows);
        for list in others {
            let same_word = picked.iter().any(|one| one.word == list.word);
            let kept = if same_word { KEPT_BY_SAME_WORD } else { (list.rows / self.total).min(1.0) };
            if picked.len() < LISTS && list.rows * ENTRY < rows * (1.0 - kept) * ROW {
                picked.push(list);
                entries += list.rows;
                rows *= kept;
            }
        }
        (entries * ENTRY + rows * ROW < by_words)
            .then(|| picked.into_iter().map(|list| list.trigram.iter().collect()).collect())
    }
}

/// One list of the index.
struct List {
    rows: f64,
    word: usize,
    trigram: [char; 3],
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

    const MOST: f64 = 10_000.0;

    #[test]
    fn a_rare_word_is_known_by_its_rarest_trigrams() {
        let lists = sample().pick(&["mariaq@example.net"], MOST).expect("q never occurs");
        assert!(lists.iter().all(|trigram| trigram.contains('q')), "{lists:?}");
    }

    #[test]
    fn a_common_word_is_left_to_the_index_unless_a_rare_one_stands_beside_it() {
        assert_eq!(sample().pick(&["maria"], MOST), None);
        assert_eq!(sample().pick(&["maria", "qqq"], MOST), Some(vec!["qqq".to_owned()]));
    }

    #[test]
    fn without_a_sample_nothing_is_known() {
        assert_eq!(Rarity::default().pick(&["qqq"], MOST), None);
    }
}
