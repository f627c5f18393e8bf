//! See `fuzz_properties::msgpack`.

#![no_main]

use fuzz_properties::{Form, msgpack};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match msgpack::hold(input) {
        Form::Fits => Corpus::Keep,
        Form::Foreign => Corpus::Reject,
    }
});
