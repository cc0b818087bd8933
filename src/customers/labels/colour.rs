//! Colours of labels, and which text can be read on them (WCAG 2.2, contrast of at least 4.5).

/// Colours to choose from, with their names.
pub const SUGGESTED_COLOURS: [(&str, &str); 8] = [
    ("#64748b", "Grey"),
    ("#dc2626", "Red"),
    ("#ea580c", "Orange"),
    ("#facc15", "Yellow"),
    ("#16a34a", "Green"),
    ("#0891b2", "Turquoise"),
    ("#2563eb", "Blue"),
    ("#9333ea", "Purple"),
];

/// Text on dark colours.
const LIGHT_TEXT: &str = "#ffffff";
/// Text on light colours: so nearly black that one of the two texts can be read on any colour.
const DARK_TEXT: &str = "#050505";

/// Is white the better text on this colour? What is no colour counts as dark.
pub fn is_dark(colour: &str) -> bool {
    contrast(LIGHT_TEXT, colour) >= contrast(DARK_TEXT, colour)
}

/// The colour of text on this colour; the contrast is at least 4.5.
pub fn readable_on(colour: &str) -> &'static str {
    if is_dark(colour) { LIGHT_TEXT } else { DARK_TEXT }
}

/// The contrast of two colours, 1 to 21.
fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

/// Relative luminance, 0 to 1.
fn luminance(colour: &str) -> f64 {
    let channel = |from: usize| {
        let hex = colour.get(from..from + 2).unwrap_or_default();
        let value = f64::from(u8::from_str_radix(hex, 16).unwrap_or_default()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_can_be_read_on_every_colour() {
        for red in (0..=255).step_by(5) {
            for green in (0..=255).step_by(3) {
                for blue in (0..=255).step_by(15) {
                    let colour = format!("#{red:02x}{green:02x}{blue:02x}");
                    let reached = contrast(readable_on(&colour), &colour);
                    assert!(reached >= 4.5, "{colour}: {reached}");
                }
            }
        }
    }

    #[test]
    fn dark_colours_carry_white() {
        assert_eq!(["#000000", "#1e3a8a", "#dc2626"].map(readable_on), ["#ffffff"; 3]);
        assert_eq!(["#ffffff", "#facc15", "#a3e635"].map(readable_on), ["#050505"; 3]);
        assert!(is_dark("no colour"));
    }

    #[test]
    fn every_suggestion_is_a_colour() {
        assert!(SUGGESTED_COLOURS.iter().all(|(colour, _)| super::super::colour_flaw(colour).is_none()));
        assert_eq!(SUGGESTED_COLOURS[0].0, super::super::DEFAULT_COLOUR);
    }
}
