//! Client data: what is taken has one meaning, which every other reader of JSON finds in it too.
#![no_main]

use authority::signature::client_data::{ClientDataType, check_client_data};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;

const CHALLENGE: &str = "Y2hhbGxlbmdl";

fuzz_target!(|bytes: &[u8]| {
    let taken = |kind| check_client_data(bytes, kind, CHALLENGE).is_ok();
    let (get, create) = (taken(ClientDataType::Get), taken(ClientDataType::Create));
    assert!(!(get && create));
    if get || create {
        let read: Value = serde_json::from_slice(bytes).unwrap();
        assert_eq!(read["type"], if get { "key.get" } else { "key.create" });
        assert_eq!(read["challenge"], CHALLENGE);
        assert!(check_client_data(bytes, ClientDataType::Get, "b3RoZXI").is_err());
    }
});
