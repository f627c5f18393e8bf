//! Private keys in texts where none belongs, however they are written: as PEM, as PuTTY, OpenSSH,
//! JSON or XML write them, as `openssl pkey -text` prints them, and as bare DER in base64 or
//! hexadecimal.

use data_encoding::{BASE64_NOPAD, HEXLOWER};

/// What stands in a private key's text and in no other, in lower case.
const WORDS: [&str; 6] = [
    // PuTTY.
    "putty-user-key-file-",
    "private-lines:",
    // Bare base64 of OpenSSH's own form.
    "b3blbnnzac1rzxktdje",
    // `openssl pkey -text` of every kind of key, today's and that of older releases.
    "private-key: (",
    "privateexponent:",
    "private exponent:",
];
/// Characters between `BEGIN` and `PRIVATE KEY` at most, as in `BEGIN SSH2 ENCRYPTED PRIVATE KEY`.
const LONGEST_KIND: usize = 40;
/// Bytes of a key's DER that are looked at: its head says what it is.
const HEAD: usize = 48;
/// Bytes that must be there for a head: shorter texts hold no key.
const SHORTEST: usize = 32;
/// Bytes that the shortest key claims to have: one of Ed25519 has 46.
const SHORTEST_KEY: usize = 40;
/// Characters of base64 that may be a text of their own, and how many of them stand on one line at
/// least.
const SHORTEST_ENCODED: usize = 48;
const SHORTEST_LINE: usize = 16;
/// Characters of base64 that are decoded at most.
const LONGEST_ENCODED: usize = 16 * 1024;
/// How often a text may be encoded in base64: a PEM that was encoded once more, and that again.
const ENCODINGS: usize = 2;

const INTEGER: u8 = 0x02;
const OCTET_STRING: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
/// Object identifiers of password-based encryption (PKCS#5), without their last arcs.
const PKCS5: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05];
/// The same of password-based encryption in PKCS#12.
const PKCS12_ENCRYPTION: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
/// The same of the content of a PKCS#12 file.
const PKCS7: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];

/// Returns whether a text holds a private key, whole or with an end that is missing. A key whose
/// beginning is missing is bytes like any others.
#[must_use]
pub fn holds_private_key(text: &str) -> bool {
    is_found(text, ENCODINGS)
}

fn is_found(text: &str, encodings: usize) -> bool {
    let lower = text.to_ascii_lowercase();
    WORDS.iter().any(|word| lower.contains(word))
        || has_label(&lower)
        || has_printed_key(&lower)
        || (lower.contains("<rsakeyvalue>") && lower.contains("<d>"))
        || is_json_key(text)
        || has_der(text)
        || (encodings > 0 && decoded(text).any(|inner| is_found(&inner, encodings - 1)))
}

/// A BEGIN or END line of a private key in lower case, however many dashes it has.
fn has_label(lower: &str) -> bool {
    lower.match_indices("private key").any(|(at, label)| {
        let before = &lower[..at];
        let begins = before.rfind("begin ").is_some_and(|begin| {
            at - begin <= LONGEST_KIND && before[..begin].trim_end().ends_with('-')
        });
        begins || lower[at + label.len()..].starts_with("---")
    })
}

/// The lines that `openssl pkey -text` prints below the word `priv:`.
fn has_printed_key(lower: &str) -> bool {
    lower.split("priv:").skip(1).any(|after| {
        let printed = after.trim_start();
        printed.len() >= SHORTEST
            && printed
                .chars()
                .take(SHORTEST)
                .all(|it| it.is_ascii_hexdigit() || it == ':' || it.is_ascii_whitespace())
    })
}

/// A JSON web key: `d` is the private part of every kind, and `k` the key itself of a symmetric
/// one.
fn is_json_key(text: &str) -> bool {
    let parts = ["\"kty\"", "\"d\""];
    parts.iter().all(|part| text.contains(part)) || {
        text.contains("\"kty\"") && text.contains("\"k\"") && text.contains("\"oct\"")
    }
}

/// Bare DER, in base64 or hexadecimal. A SEQUENCE begins with `M` in base64, and with `30` in
/// hexadecimal.
fn has_der(text: &str) -> bool {
    let base64 = text.match_indices('M').map(|(at, _)| {
        let head: String = base64(&text[at..]).take(HEAD / 3 * 4).collect();
        from_base64(&head)
    });
    let hex = text.match_indices("30").map(|(at, _)| {
        let digits = text[at..]
            .chars()
            .filter(|it| *it != ':' && !it.is_ascii_whitespace())
            .take_while(char::is_ascii_hexdigit);
        let head: String = digits.take(HEAD * 2).collect();
        let even = &head.to_ascii_lowercase()[..head.len() / 2 * 2];
        HEXLOWER.decode(even.as_bytes()).unwrap_or_default()
    });
    base64.chain(hex).any(|head| is_key(&head))
}

/// The characters of base64 with which a text begins, in the standard alphabet. White space is
/// skipped, and the line ends that JSON or a shell would write as `\n`.
fn base64(text: &str) -> impl Iterator<Item = char> {
    let mut characters = text.chars().peekable();
    std::iter::from_fn(move || {
        loop {
            return match characters.next()? {
                '\\' if characters.next_if(|it| matches!(it, 'n' | 'r')).is_some() => continue,
                blank if blank.is_ascii_whitespace() => continue,
                '-' => Some('+'),
                '_' => Some('/'),
                other if other.is_ascii_alphanumeric() || "+/".contains(other) => Some(other),
                _ => None,
            };
        }
    })
}

/// The bytes of whole groups of base64.
fn from_base64(characters: &str) -> Vec<u8> {
    let whole = &characters.as_bytes()[..characters.len() / 4 * 4];
    BASE64_NOPAD.decode(whole).unwrap_or_default()
}

/// The texts that parts of a text are in base64. A part begins after white space or another
/// character that is no base64.
fn decoded(text: &str) -> impl Iterator<Item = String> {
    let is_base64 = |it: char| it.is_ascii_alphanumeric() || "+/-_".contains(it);
    let lines = text.split_inclusive(move |it| !is_base64(it));
    let places = lines.scan(0, |at, line| {
        *at += line.len();
        Some((*at - line.len(), line.len()))
    });
    let long = places.filter(|(_, length)| *length >= SHORTEST_LINE);
    long.filter_map(|(at, _)| {
        let run: String = base64(&text[at..]).take(LONGEST_ENCODED).collect();
        if run.len() < SHORTEST_ENCODED {
            return None;
        }
        let bytes = from_base64(&run);
        let mut head = bytes.iter().take(HEAD);
        // What is no text in its head is DER, which is judged as such.
        head.all(u8::is_ascii)
            .then(|| String::from_utf8_lossy(&bytes).into_owned())
    })
}

/// Whether bytes begin as the DER of a private key: PKCS#8, plain or encrypted, PKCS#1, SEC1, DSA,
/// or a PKCS#12 file.
fn is_key(head: &[u8]) -> bool {
    let Some((SEQUENCE, length, inside)) = tag(head) else {
        return false;
    };
    if length < SHORTEST_KEY || head.len() < SHORTEST {
        return false;
    }
    match tag(inside) {
        Some((INTEGER, 1, content)) => {
            let Some((version, after)) = content.split_first() else {
                return false;
            };
            match (version, tag(after)) {
                // SEC1: the version is 1, and the number of the curve follows.
                (1, Some((OCTET_STRING, length, _))) => length >= 20,
                // PKCS#1 and DSA: the modulus follows.
                (0 | 1, Some((INTEGER, length, _))) => length >= 32,
                // PKCS#8: the algorithm follows.
                (0 | 1, Some((SEQUENCE, _, algorithm))) => {
                    matches!(tag(algorithm), Some((OBJECT_ID, ..)))
                }
                (3, Some((SEQUENCE, _, content))) => begins_with_id(content, &[&PKCS7]),
                _ => false,
            }
        }
        // PKCS#8 encrypted: the way of encryption comes first.
        Some((SEQUENCE, _, algorithm)) => begins_with_id(algorithm, &[&PKCS5, &PKCS12_ENCRYPTION]),
        _ => false,
    }
}

fn begins_with_id(der: &[u8], ids: &[&[u8]]) -> bool {
    matches!(tag(der), Some((OBJECT_ID, _, id)) if ids.iter().any(|known| id.starts_with(known)))
}

/// The tag and the length with which DER begins, and what follows them, which may be cut.
fn tag(der: &[u8]) -> Option<(u8, usize, &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let size = match first {
        0..=0x7f => return Some((*tag, usize::from(*first), rest)),
        0x81..=0x83 => usize::from(first - 0x80),
        _ => return None,
    };
    let (length, rest) = rest.split_at_checked(size)?;
    let length = length
        .iter()
        .fold(0, |length, byte| length << 8 | usize::from(*byte));
    Some((*tag, length, rest))
}

#[cfg(test)]
mod tests {
    use data_encoding::{BASE64, BASE64URL_NOPAD, HEXUPPER};
    use rcgen::{
        CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519,
        PKCS_RSA_SHA256,
    };

    use super::*;

    fn der_keys() -> Vec<Vec<u8>> {
        let pkcs8 = [
            &PKCS_RSA_SHA256,
            &PKCS_ECDSA_P256_SHA256,
            &PKCS_ECDSA_P384_SHA384,
            &PKCS_ED25519,
        ]
        .map(|kind| KeyPair::generate_for(kind).unwrap().serialize_der());
        // The old forms stand in the OCTET STRING of the new one.
        let [rsa, p256, p384, _] = &pkcs8;
        let inner = [rsa, p256, p384].map(|key| {
            let at = (8..40).find(|at| is_key(&key[*at..])).unwrap();
            key[at..].to_vec()
        });
        pkcs8.into_iter().chain(inner).collect()
    }

    fn pem(label: &str, der: &[u8]) -> String {
        super::super::pem::encode(label, der)
    }

    #[test]
    fn der_is_found_in_every_encoding_and_place() {
        for der in der_keys() {
            let base64 = BASE64.encode(&der);
            let lines = pem("X", &der);
            let body: Vec<_> = lines.lines().filter(|it| !it.starts_with('-')).collect();
            for text in [
                base64.clone(),
                BASE64URL_NOPAD.encode(&der),
                body.join("\n"),
                body.join("\r\n    "),
                body.join("\\n"),
                format!("my new key is {base64} as agreed"),
                format!("key={base64}"),
                format!("----{base64}----"),
                base64[..base64.len() - 5].to_owned(),
                HEXLOWER.encode(&der),
                HEXUPPER.encode(&der),
                BASE64.encode(base64.as_bytes()),
                BASE64.encode(pem("PRIVATE KEY", &der).as_bytes()),
                format!("see {}", BASE64.encode(format!("key: {base64}").as_bytes())),
            ] {
                assert!(holds_private_key(&text), "{text}");
            }
        }
    }

    #[test]
    fn labels_and_the_forms_of_other_tools_are_found() {
        for text in [
            "-----BEGIN PRIVATE KEY-----",
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA",
            "-----BEGIN EC PRIVATE KEY-----",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----",
            "-----BEGIN OPENSSH PRIVATE KEY-----",
            "----BEGIN PRIVATE KEY----\nAAAA\n----END PRIVATE KEY----",
            "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----",
            "-----BEGIN PGP PRIVATE KEY BLOCK-----",
            "-----begin private key-----",
            "AAAA\n-----END DSA PRIVATE KEY-----",
            "PRIVATE KEY-----\nAAAA",
            "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none",
            "Private-Lines: 1\nAAAA",
            "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQ",
            "Private-Key: (2048 bit, 2 primes)\nmodulus:\n    00:b4",
            "RSA Private-Key: (2048 bit)",
            "ED25519 Private-Key:\npriv:\n    00:11:2a:5c:01:ff:2a:5c:01:ff:2a:5c:01:ff:2a:\n    \
             01",
            "priv:\n    2a:5c:01:ff:2a:5c:01:ff:2a:5c:01:ff:2a:5c:01\n    aa:",
            "privateExponent:\n    4f:",
            r#"{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}"#,
            r#"{"kty":"oct","k":"c"}"#,
            "<RSAKeyValue><Modulus>w8==</Modulus><D>c</D></RSAKeyValue>",
        ] {
            assert!(holds_private_key(text), "{text}");
        }
    }

    #[test]
    fn encrypted_keys_and_key_stores_are_found() {
        let pbes2 =
            "MIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQwwHAQIAAAAAAAAAAACAggAMAwGCCqGSIb3DQIJBQAw";
        let pkcs12 = "MIIKKgIBAzCCCeYGCSqGSIb3DQEHAaCCCdcEggnTMIIJzzCCBEcGCSqGSIb3DQEHBqCC";
        for text in [pbes2, pkcs12] {
            assert!(holds_private_key(text), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_none() {
        let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let request = CertificateParams::new(vec!["shop.example.com".to_owned()])
            .unwrap()
            .serialize_request(&key)
            .unwrap();
        let certificates = include_str!("../../tests/fixtures/certcentral/download_pem_all.pem");
        let public = key.public_key_pem();
        let hash = HEXLOWER.encode(&[0x30; 64]);
        let encoded =
            BASE64.encode(b"Please issue this order for the Monday team, floor 3. Thank you!");
        for text in [
            "",
            "M",
            "30",
            "MII",
            "Message for the approver",
            "Do not mail the private key. Begin with the order: the private key stays with us.",
            "We begin with a new private key on Monday",
            "The private key -- never to be mailed -- stays with us",
            "private-key: vault/tls/shop",
            "priv: none",
            "<RSAKeyValue><Modulus>w8==</Modulus></RSAKeyValue>",
            "MIIEMaintenance MIGration of MHcCustomers in M30 30 30 30 30 30 30 30 30 30 30 30 30",
            "https://example.com/a/b/c/private-key-handling",
            "shop.example.com",
            &request.pem().unwrap(),
            &BASE64.encode(request.der()),
            certificates,
            &public,
            &hash,
            &encoded,
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGJhc2U2NGJhc2U2NGJhc2U2NGJhc2U2NGJhc2U2 \
             me@example.com",
            r#"{"kty":"EC","crv":"P-256","x":"a","y":"b"}"#,
        ] {
            assert!(!holds_private_key(text), "{text}");
        }
    }
}
