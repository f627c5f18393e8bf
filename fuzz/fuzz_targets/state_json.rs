//! See `fuzz_properties::state_json`.

#![no_main]

use fuzz_properties::{Form, state_json};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match state_json::hold(input) {
        Form::Fits => Corpus::Keep,
        Form::Foreign => Corpus::Reject,
    }
});
