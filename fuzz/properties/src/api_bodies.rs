//! What CertCentral answers, or a proxy, or whatever else stands under its address: status, headers
//! and bodies of every call.
//!
//! An input is a line that names a method of [`Client`], and an answer as `curl -i` prints it. The
//! client gets that answer to everything it asks, also to the next page of a list.

use std::fmt::Debug;
use std::time::Duration;

use http::header::{HeaderName, HeaderValue};
use terraform_provider_digicert::certcentral::{
    ApiKey, BaseUrl, Certainty, Client, Config, CustomFieldValue, Decision, Duplicate, Error,
    InvalidId, NewCertificate, NewOrder, OrderFilter, OrderId, PriceQuery, PricedNames, Reissue,
    Revocation, Validity,
};
use tokio::runtime::Runtime;

use crate::{Form, headed, plugin, quoted};

/// The key of the client, which a server might echo. No run of eight characters of it is a word of
/// anything.
const KEY: &str = "C4N4RY9QZ7XK2WV8JH5TB3MD6PL0GF1S";

/// Characters of an answer that an error quotes at most, with all that is said around them.
const LONGEST_TEXT: usize = 20_000;

thread_local! {
    static RUNTIME: Runtime = plugin::runtime();
    static CONFIG: Option<Config> = config();
    static KEY_PARTS: Vec<String> = key_parts();
}

/// Makes the call that the input names, and hands it the answer that the input holds.
pub fn hold(input: &[u8]) -> Form {
    let Some((name, answer)) = headed(input) else {
        return Form::Foreign;
    };
    let Some((_, call)) = CALLS.iter().find(|(known, _)| *known == name) else {
        return Form::Foreign;
    };
    let Some(answer) = recorded(answer) else {
        return Form::Foreign;
    };
    let status = answer.status().as_u16();
    let Some(Ok(client)) =
        CONFIG.with(|config| Some(Client::replaying(config.clone()?, answer.map(Into::into))))
    else {
        unreachable!("the configuration is a good one");
    };
    match RUNTIME.with(|runtime| call(runtime, &client)) {
        Ok(data) => {
            assert!((200..300).contains(&status), "{status} is no success");
            free_of_the_key(&data);
        }
        Err(error) => told(&error, status),
    }
    Form::Fits
}

/// An answer from its text: status line, headers, empty line, body.
fn recorded(text: &[u8]) -> Option<http::Response<Vec<u8>>> {
    let (status_line, mut rest) = line(text)?;
    let status = std::str::from_utf8(status_line).ok()?;
    let status = status.strip_prefix("HTTP/1.1 ")?.get(..3)?;
    let mut answer = http::Response::builder().status(status);
    loop {
        let (header, after) = line(rest)?;
        rest = after;
        if header.is_empty() {
            return answer.body(rest.to_vec()).ok();
        }
        let colon = header.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&header[..colon]).ok()?;
        let value = HeaderValue::from_bytes(header[colon + 1..].trim_ascii()).ok()?;
        answer = answer.header(name, value);
    }
}

fn line(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = text.iter().position(|byte| *byte == b'\n')?;
    let line = &text[..end];
    Some((line.strip_suffix(b"\r").unwrap_or(line), &text[end + 1..]))
}

/// What an error says can be printed anywhere, and it proves that nothing happened only where that
/// is certain.
fn told(error: &Error, status: u16) {
    let text = error.to_string();
    quoted::is_harmless(&text);
    assert!(text.len() <= LONGEST_TEXT, "{} bytes", text.len());
    free_of_the_key(&text);
    free_of_the_key(error);
    let refused = (400..500).contains(&status) && error.api().is_some();
    if !refused && status != 429 {
        assert_eq!(error.certainty(), Certainty::Unknown, "{error}");
    }
}

/// Whatever of an answer can reach state, plan, log or screen has lost the key.
fn free_of_the_key(told: &impl Debug) {
    KEY_PARTS.with(|parts| quoted::keeps_secret(&format!("{told:?}"), parts));
}

fn key_parts() -> Vec<String> {
    let characters: Vec<char> = KEY.chars().collect();
    characters.windows(8).map(String::from_iter).collect()
}

/// A client that may do everything, at once and without a second attempt.
fn config() -> Option<Config> {
    let mut config = Config::new(BaseUrl::us().ok()?, ApiKey::new(KEY).ok()?);
    config.allow_revocation = true;
    config.isolated = Some(0);
    config.max_retries = 0;
    config.rate_windows = Vec::new();
    Some(config)
}

type Outcome = Result<Box<dyn Debug>, Error>;

/// Calls of the client by the name of their method.
type Call = (&'static str, fn(&Runtime, &Client) -> Outcome);

macro_rules! calls {
    ($($name:ident($($argument:expr),*);)+) => {
        &[$((stringify!($name), |runtime, client| {
            let data = runtime.block_on(client.$name($($argument),*))?;
            Ok(Box::new(data))
        })),+]
    };
}

/// Every call; `every_call_of_the_client_is_fuzzed` in `corpus.rs` holds this list against the
/// client.
pub(crate) const CALLS: &[Call] = calls! {
    account();
    add_note(id(), "note");
    approvers();
    balance(None);
    cancel_order(id(), "note");
    certificate_chain(id());
    check_dcv(id());
    containers();
    current_user();
    custom_fields();
    dcv_random_value(id());
    decide_request(id(), Decision::Approved, "comment");
    domain(id());
    domains(None);
    download_certificate(id());
    duplicate_order(id(), &Duplicate::new(certificate()));
    duplicates(id());
    notes(id());
    order(id::<OrderId>());
    order_price(&price_query());
    orders(&OrderFilter::default());
    orders_by_alternative_id("tf-token");
    organization(id());
    organizations(None);
    place_order("ssl_basic", &NewOrder::new(certificate()));
    product("ssl_basic");
    products();
    reissue_order(id(), &Reissue::new(certificate()));
    reissues(id());
    request(id());
    requests(None);
    waiting_requests();
    revoke_certificate(id(), &Revocation::default());
    revoke_order(id(), &Revocation::default());
    status_changes(Duration::from_secs(60));
    update_additional_emails(id(), &[]);
    update_auto_reissue(id(), true);
    update_contacts(id(), &[]);
    update_custom_field(id(), &CustomFieldValue { metadata_id: 1, value: "x".to_owned() });
    update_dcv_method(id(), "email");
    update_renewal_message(id(), Some("text"));
    update_renewal_notifications(id(), true);
    validation_status(id());
};

fn id<T: TryFrom<i64, Error = InvalidId>>() -> T {
    T::try_from(7).unwrap_or_else(|_| unreachable!("7 is an id"))
}

fn certificate() -> NewCertificate {
    NewCertificate {
        common_name: "shop.example.com".to_owned(),
        csr: "csr".to_owned(),
        signature_hash: "sha256".to_owned(),
        ..NewCertificate::default()
    }
}

fn price_query() -> PriceQuery {
    PriceQuery {
        certificate: PricedNames {
            dns_names: vec!["shop.example.com".to_owned()],
        },
        order_validity: Validity::Years(1),
        product_name_id: "ssl_basic".to_owned(),
        renewal_of_order_valid_till: None,
    }
}
