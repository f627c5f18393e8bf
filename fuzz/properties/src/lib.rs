//! What holds for any bytes that reach the provider from outside: the bodies of the fuzz targets.
//!
//! libFuzzer calls them with what it makes up (`fuzz/fuzz_targets`), and `cargo test` with every
//! file of `fuzz/corpus` (`corpus.rs`), so that a crash which is put there is a test from then on.
//! A body fails by a panic.
//!
//! | target | where the bytes come from | what reads them |
//! |---|---|---|
//! | [`api_bodies`] | CertCentral, or what answers under its address | every call of the client |
//! | [`csr_pem`] | the configuration, CertCentral, files | CSRs, chains, trusted roots, DNS names |
//! | [`handshake_environment`] | the process that starts the plugin | the handshake and the provider's settings |
//! | [`msgpack`] | Terraform | values by schema, and what checks them |
//! | [`state_json`] | state files, `import` and `moved` blocks | upgrades, moves, identities, private state, import ids |

pub mod api_bodies;
#[cfg(test)]
mod corpus;
pub mod csr_pem;
pub mod handshake_environment;
pub mod msgpack;
mod plugin;
mod quoted;
pub mod state_json;

/// Whether an input has the outer form that its target reads: a file of the corpus that has not
/// would test nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// It was decoded, whatever came of it.
    Fits,
    /// It names nothing that could decode it.
    Foreign,
}

/// What a fuzz target does with one input.
pub type Property = fn(&[u8]) -> Form;

/// Every target by the name of its file and of its folder in `fuzz/corpus`.
pub const TARGETS: [(&str, Property); 5] = [
    ("api_bodies", api_bodies::hold),
    ("csr_pem", csr_pem::hold),
    ("handshake_environment", handshake_environment::hold),
    ("msgpack", msgpack::hold),
    ("state_json", state_json::hold),
];

/// The first line, which says what the rest is, and the rest.
fn headed(input: &[u8]) -> Option<(&str, &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let head = std::str::from_utf8(&input[..end]).ok()?;
    Some((head, &input[end + 1..]))
}
