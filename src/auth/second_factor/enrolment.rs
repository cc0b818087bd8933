//! What an authenticator app is given: the secret, its URL, and the URL as a picture.

use std::fmt::Write as _;

use qrcode::{Color, QrCode};

use super::codes::{impossible, totp};
use crate::auth::model::Enrolment;
use crate::shared::problem::Problem;

/// Light modules around a QR code (ISO/IEC 18004).
const QUIET_ZONE: usize = 4;

/// How a secret is shown to the person who adds a device.
pub(super) fn enrolment(secret: &[u8], username: &str) -> Result<Enrolment, Problem> {
    let totp = totp(secret, username)?;
    let url = totp.to_url().map_err(|error| impossible(&error))?;
    let code = QrCode::new(&url).map_err(|error| {
        tracing::error!(%error, "a QR code cannot be drawn");
        Problem::Internal
    })?;
    let qr_size = u32::try_from(code.width() + 2 * QUIET_ZONE).unwrap_or_default();
    Ok(Enrolment { secret: in_groups(&totp.secret().to_base32()), qr_path: path(&code), qr_size, url })
}

/// `ABCD EFGH …`
fn in_groups(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// One subpath for each run of dark modules in a row.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.width() {
        let mut x = 0;
        while x < code.width() {
            let length = (x..code.width()).take_while(|x| code[(*x, y)] == Color::Dark).count();
            if length > 0 {
                let (left, top) = (x + QUIET_ZONE, y + QUIET_ZONE);
                let _ = write!(path, "M{left} {top}h{length}v1h-{length}z");
            }
            x += length.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_get_the_secret_with_its_owner() {
        let shown = enrolment(b"12345678901234567890", "ada.l").unwrap();
        assert_eq!(shown.secret, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            shown.url,
            "otpauth://totp/ISP%20Framework:ada.l?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ISP%20Framework"
        );
    }

    #[test]
    fn the_picture_has_every_dark_module_within_its_quiet_zone() {
        let code = QrCode::new("otpauth://totp/a").unwrap();
        let dark = code.to_colors().iter().filter(|color| **color == Color::Dark).count();
        let path = path(&code);
        let lengths = path.split('M').skip(1).filter_map(|run| run.split(['h', 'v']).nth(1)?.parse::<usize>().ok());
        assert_eq!(lengths.sum::<usize>(), dark);
        assert!(path.starts_with("M4 4h7v1h-7z"), "the finder pattern comes first: {path}");
    }
}
