//! See `fuzz_properties::csr_pem`.

#![no_main]

use fuzz_properties::{Form, csr_pem};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|input: &[u8]| -> Corpus {
    match csr_pem::hold(input) {
        Form::Fits => Corpus::Keep,
        Form::Foreign => Corpus::Reject,
    }
});
