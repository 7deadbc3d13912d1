//! Method, host and path of a request: what is let through has one reading.
#![no_main]

use http::Request;
use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use server::listen::{check_head, check_path};

fuzz_target!(|input: (&str, &[u8])| {
    let (target, host) = input;
    if check_path(target).is_ok() {
        let decoded: Vec<u8> = percent_decode_str(target).collect();
        assert_eq!(decoded.iter().filter(|byte| **byte == b'/').count(), target.matches('/').count());
        assert!(!decoded.iter().any(|byte| *byte < b' ' || b"\\%\x7f".contains(byte)));
        assert!(!decoded.split(|byte| *byte == b'/').any(|segment| segment == b"." || segment == b".."));
        assert!(!decoded.windows(2).any(|pair| pair == b"//"));
    }
    if let Ok(request) = Request::builder().uri(target).header("host", host).body(()) {
        let _ = check_head(&request);
    }
});
