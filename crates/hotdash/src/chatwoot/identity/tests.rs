//! The hash of an identifier, computed elsewhere too.

use super::*;

#[test]
fn the_hash_is_what_openssl_prints() {
    // printf %s user-7 | openssl dgst -sha256 -hmac kq2AhzVfigSZYte2mxWhchCF
    let hash = identifier_hash(&SecretString::from("kq2AhzVfigSZYte2mxWhchCF"), "user-7");
    assert_eq!(hash, "77743d7844aded759b537aa6064017761bad8b49ba44dce3abdf28ccf37fa093");
}
