//! See `fuzz_properties::handshake_environment`.

#![no_main]

use fuzz_properties::{Form, handshake_environment};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match handshake_environment::hold(input) {
        Form::Fits => Corpus::Keep,
        Form::Foreign => Corpus::Reject,
    }
});
