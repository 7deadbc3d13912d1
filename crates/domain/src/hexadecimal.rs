//! Bytes as hexadecimal digits, two a byte, and back.

use std::fmt::Write;

/// Writes bytes in lower case.
pub fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a text never fails.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Reads exactly as many bytes as the place for them has, in either case. False when the text is
/// anything else; the place may have been written to then.
pub fn decode(text: &str, into: &mut [u8]) -> bool {
    let digits = text.as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let mut pairs = digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?));
    digits.len() == 2 * into.len()
        && into.iter_mut().all(|byte| pairs.next().flatten().map(|read| *byte = read).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let mut read = [0; 4];
        assert_eq!(encode(&[0, 0x0a, 0xf0, 0xff]), "000af0ff");
        assert!(decode("000af0ff", &mut read) && read == [0, 0x0a, 0xf0, 0xff]);
        assert!(decode("000AF0FF", &mut read));
        for wrong in ["", "000af0f", "000af0ff0", "000af0ff00", "000af0fg", "000af0+f", "\u{e9}00000"] {
            assert!(!decode(wrong, &mut read), "{wrong}");
        }
    }
}
