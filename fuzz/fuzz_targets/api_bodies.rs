//! See `fuzz_properties::api_bodies`.

#![no_main]

use fuzz_properties::{Form, api_bodies};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match api_bodies::hold(input) {
        Form::Fits => Corpus::Keep,
        Form::Foreign => Corpus::Reject,
    }
});
