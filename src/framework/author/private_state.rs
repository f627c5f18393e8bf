//! Private state: versioned JSON that core keeps beside an object and shows to nobody.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Data kept beside the state of a resource. Absent or unreadable private state is legal and reads
/// as the default: states are edited, imported, moved.
pub trait PrivateState:
    Serialize + DeserializeOwned + Default + Clone + std::fmt::Debug + Send + Sync + 'static
{
    /// Raised when a field changes its meaning. Data of another version reads as the default.
    const VERSION: u32;
}

/// The private data of resource types that keep none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoPrivate {}

impl PrivateState for NoPrivate {
    const VERSION: u32 = 1;
}

#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    version: u32,
    data: T,
}

/// The bytes for core.
pub(in crate::framework) fn encode<P: PrivateState>(private: &P) -> Vec<u8> {
    serde_json::to_vec(&Versioned {
        version: P::VERSION,
        data: private,
    })
    .unwrap_or_default()
}

/// What the bytes of core hold; the default where they hold nothing of this version.
pub(in crate::framework) fn decode<P: PrivateState>(bytes: &[u8]) -> P {
    serde_json::from_slice::<Versioned<P>>(bytes)
        .ok()
        .filter(|stored| stored.version == P::VERSION)
        .map(|stored| stored.data)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::{PrivateState, decode, encode};

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    struct Token {
        token: String,
    }

    impl PrivateState for Token {
        const VERSION: u32 = 2;
    }

    #[test]
    fn private_state_survives_and_garbage_reads_as_default() {
        let token = Token {
            token: "tf-x".into(),
        };
        assert_eq!(decode::<Token>(&encode(&token)), token);
        for garbage in [
            &b""[..],
            b"{",
            b"null",
            br#"{"version":1,"data":{"token":"old"}}"#,
        ] {
            assert_eq!(decode::<Token>(garbage), Token::default());
        }
    }
}
