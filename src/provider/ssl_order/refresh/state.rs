//! From what CertCentral says about an order to the attributes of its state: status and
//! certificate, and how control over each name is proven (`domain_validations`). Pure.

use std::collections::BTreeMap;

use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

use crate::certcentral::{
    CertificateId, DcvToken, DnsNameValidation, Order, OrderId, OrderStatus, PlacedOrder,
    RandomValue, RequestId, RequestStatus, ValidationStatus,
};
use crate::framework::Attr;
use crate::pki::dns_name::without_wildcard;
use crate::pki::{Certificate, Chain};
use crate::provider::order::certificate::{day, usages};
use crate::provider::order::domains::{Given, Proof, dcv_record, file_url};
use crate::provider::order::status;
use crate::provider::order::steps::OpenSteps;
use crate::provider::ssl_order::model::{
    ChainElementModel, DomainValidationModel, OrderOrigin, RequestModel, SslOrderModel,
};

/// The state of an order that was just placed and of which only the plan and the id are known:
/// every attribute known, nothing invented.
pub(crate) fn placed(planned: SslOrderModel, id: OrderId, token: &str) -> SslOrderModel {
    let mut state = SslOrderModel {
        id: Attr::Known(id.to_string()),
        order_id: Attr::Known(id.get()),
        order_origin: OrderOrigin::Placed.into(),
        alternative_order_id: token.into(),
        ..planned
    };
    set_status(&mut state, &OrderStatus::Pending);
    state.requests = Attr::Known(Vec::new());
    state.certificate_id = Attr::Null;
    state.order_valid_till = Attr::Null;
    state.ready_for_reissue = Attr::Known(false);
    state.ready_for_renewal = Attr::Known(false);
    forget_certificate(&mut state);
    if let Attr::Known(validations) = &mut state.domain_validations {
        for validation in validations.values_mut() {
            *validation = Attr::Known(DomainValidationModel::default());
        }
    }
    state
}

/// What the answer to the POST says.
pub(crate) fn answer(state: &mut SslOrderModel, placed: &PlacedOrder) {
    state.certificate_id = placed.certificate_id.map(CertificateId::get).into();
    state.requests = requests(placed.requests.iter().map(|r| (r.id, r.status.as_ref())));
    if placed.requests.iter().any(|request| {
        request
            .status
            .as_ref()
            .is_some_and(RequestStatus::is_waiting)
    }) {
        set_status(state, &OrderStatus::NeedsApproval);
    }
}

/// CertCentral has taken a reissue; until order info tells more, it is pending.
pub(crate) fn reissue_taken(state: &mut SslOrderModel) {
    set_status(state, &OrderStatus::ReissuePending);
}

/// What order info says: status, ids and, once it is issued, the certificate's dates and numbers.
pub(crate) fn order(state: &mut SslOrderModel, order: &Order) {
    state.id = Attr::Known(order.id.to_string());
    state.order_id = Attr::Known(order.id.get());
    set_status(state, &order.status);
    state.certificate_id = order.certificate.id.map(CertificateId::get).into();
    state.order_valid_till = order.order_valid_till.map(day).into();
    state.requests = requests(order.requests.iter().map(|r| (r.id, r.status.as_ref())));
    if order.certificate.serial_number.is_some() {
        state.serial_number = order.certificate.serial_number.clone().into();
        state.thumbprint = order.certificate.thumbprint.clone().into();
        state.valid_from = order.certificate.valid_from.map(day).into();
        state.valid_till = order.certificate.valid_till.map(day).into();
    } else {
        forget_certificate(state);
    }
}

/// The certificate and its chain.
pub(crate) fn chain(state: &mut SslOrderModel, chain: &Chain) {
    let leaf = chain.leaf();
    state.certificate_pem = Attr::Known(leaf.pem());
    state.chain_pem = Attr::Known(chain.intermediates_pem());
    state.fullchain_pem = Attr::Known(chain.full_chain_pem());
    state.root_pem = chain.root().map(Certificate::pem).into();
    state.issuer_common_name = leaf.issuer_common_name().map(str::to_owned).into();
    state.extended_key_usages = usages(leaf);
    state.certificate_chain = Attr::Known(
        std::iter::once(leaf)
            .chain(chain.intermediates())
            .chain(chain.root())
            .map(element)
            .collect(),
    );
}

/// Puts the certificate of an earlier state back as a whole, so that its number and its PEM never
/// come apart.
pub(crate) fn keep_certificate(state: &mut SslOrderModel, before: &SslOrderModel) {
    state.certificate_id = before.certificate_id.clone();
    state.serial_number = before.serial_number.clone();
    state.thumbprint = before.thumbprint.clone();
    state.valid_from = before.valid_from.clone();
    state.valid_till = before.valid_till.clone();
    state.certificate_pem = before.certificate_pem.clone();
    state.chain_pem = before.chain_pem.clone();
    state.fullchain_pem = before.fullchain_pem.clone();
    state.root_pem = before.root_pem.clone();
    state.certificate_chain = before.certificate_chain.clone();
    state.issuer_common_name = before.issuer_common_name.clone();
    state.extended_key_usages = before.extended_key_usages.clone();
}

/// Puts back what an answer does not tell of a certificate that was issued: all of it where it
/// tells no certificate, and single members where it tells the same one.
pub(crate) fn keep_what_was_issued(state: &mut SslOrderModel, before: &SslOrderModel) {
    if state.serial_number.known().is_none() {
        keep_certificate(state, before);
    } else if state.serial_number == before.serial_number {
        untold(&mut state.certificate_id, &before.certificate_id);
        untold(&mut state.thumbprint, &before.thumbprint);
        untold(&mut state.valid_from, &before.valid_from);
        untold(&mut state.valid_till, &before.valid_till);
    }
    untold(&mut state.order_valid_till, &before.order_valid_till);
}

fn untold<T: Clone>(now: &mut Attr<T>, before: &Attr<T>) {
    if matches!(now, Attr::Null) {
        now.clone_from(before);
    }
}

/// No certificate is issued.
pub(crate) fn forget_certificate(state: &mut SslOrderModel) {
    let none = SslOrderModel {
        certificate_id: state.certificate_id.clone(),
        ..SslOrderModel::default()
    };
    keep_certificate(state, &none);
}

fn requests<'a>(
    requests: impl Iterator<Item = (RequestId, Option<&'a RequestStatus>)>,
) -> Attr<Vec<Attr<RequestModel>>> {
    Attr::Known(
        requests
            .map(|(id, status)| {
                Attr::Known(RequestModel {
                    id: Attr::Known(id.get()),
                    status: status.map(ToString::to_string).into(),
                })
            })
            .collect(),
    )
}

fn set_status(state: &mut SslOrderModel, status: &OrderStatus) {
    state.status = Attr::Known(status.to_string());
    state.status_detail = status::detail(status).into();
}

/// Says which step of its validation an order waits for.
pub(crate) fn steps(state: &mut SslOrderModel, status: &OrderStatus, steps: &OpenSteps) {
    state.status_detail = Attr::Known(steps.detail(status));
}

fn element(certificate: &Certificate) -> Attr<ChainElementModel> {
    Attr::Known(ChainElementModel {
        subject_common_name: certificate.subject_common_name().map(str::to_owned).into(),
        pem: Attr::Known(certificate.pem()),
    })
}

/// What proves control over names, and until when.
struct Token<'a> {
    proof: Proof<'a>,
    expires_at: Option<String>,
}

impl<'a> Token<'a> {
    fn of_a_domain(token: &'a DcvToken) -> Option<Self> {
        Some(Self {
            proof: Proof {
                token: token.token.as_deref().or(token.record_value.as_deref())?,
                cname_target: token.verification_value.as_deref(),
                file_url: token.http_token_url.as_deref(),
                record: Given {
                    name: token.record_name.as_deref(),
                    kind: token.record_type.as_deref(),
                    value: token.record_value.as_deref(),
                },
            },
            expires_at: moment(token.expiration_date),
        })
    }

    fn of_the_order(value: &'a str) -> Self {
        Self {
            proof: Proof {
                token: value,
                ..Proof::default()
            },
            expires_at: None,
        }
    }
}

fn moment(at: Option<OffsetDateTime>) -> Option<String> {
    at.and_then(|at| at.format(&Rfc3339).ok())
}

/// Puts back how control over the names was proven, where a plan leaves open whether it has to be
/// proven again. Another method leaves nothing of it.
pub(crate) fn former_proofs(state: &mut SslOrderModel, prior: &SslOrderModel) {
    let is_same_method = state.dcv_method == prior.dcv_method;
    let former = prior.domain_validations.known().filter(|_| is_same_method);
    let validations = keys(state).into_iter().map(|name| {
        let known = former.and_then(|former| former.get(&name)?.known());
        (name.clone(), known.cloned().unwrap_or_default())
    });
    let validations = validations.collect();
    store(state, validations);
}

/// Whether a value that proves control is not accepted any more for certain, so that CertCentral
/// gives another one where control has to be proven again.
pub(crate) fn has_expired_values(state: &SslOrderModel, today: Date) -> bool {
    let mut entries = known(state).into_values();
    entries.any(|entry| {
        let expires_at = entry.expires_at.as_str();
        let end = expires_at.and_then(|at| OffsetDateTime::parse(at, &Rfc3339).ok());
        entry.has_a_value() && end.is_none_or(|end| end.date() <= today)
    })
}

/// The tokens that came with the answer to the POST.
pub(crate) fn validation_tokens(
    state: &mut SslOrderModel,
    placed: &PlacedOrder,
    method: Option<&str>,
) {
    let names = keys(state);
    let mut validations = known(state);
    for name in names {
        let domain = placed
            .domains
            .iter()
            .find(|domain| domain.name().is_some_and(|scope| is_within(&name, scope)));
        let entry = validations.entry(name.clone()).or_default();
        let is_open = domain.is_some() || placed.domains.is_empty();
        if !is_open && entry.has_a_value() {
            // Its domain is validated, and what proved it stays.
            continue;
        }
        let token = domain.and_then(|domain| domain.dcv_token.as_ref());
        let token = token.and_then(Token::of_a_domain).or_else(|| {
            let value = placed.dcv_random_value.as_deref();
            value.map(Token::of_the_order)
        });
        let scope = domain.and_then(|domain| domain.name()).unwrap_or(&name);
        if let (Some(token), Some(method)) = (token, method) {
            prove(entry, method, scope, &name, &token);
        }
    }
    store(state, validations);
}

/// The order's random value, asked for after the POST.
pub(crate) fn random_value(
    state: &mut SslOrderModel,
    method: &str,
    validation: &ValidationStatus,
    value: &RandomValue,
) {
    let token = Token {
        proof: Proof {
            file_url: value.http_token_url.as_deref(),
            ..Token::of_the_order(&value.dcv_random_value).proof
        },
        expires_at: moment(value.expiration_date),
    };
    let mut validations = known(state);
    for name in keys(state) {
        let scope = validation
            .dns_name_validations
            .iter()
            .find(|candidate| covers(candidate, &name))
            .and_then(|found| found.name_scope.as_deref())
            .unwrap_or(&name);
        let entry = validations.entry(name.clone()).or_default();
        prove(entry, method, scope, &name, &token);
    }
    store(state, validations);
}

/// What order validation says of the names.
pub(crate) fn validations(state: &mut SslOrderModel, order: &Order, validation: &ValidationStatus) {
    let mut validations = known(state);
    for name in keys(state) {
        let found = validation
            .dns_name_validations
            .iter()
            .find(|candidate| covers(candidate, &name));
        let entry = validations.entry(name).or_default();
        if let Some(found) = found {
            entry.status = found.status.clone().into();
            if let Some(method) = &found.method {
                entry.method = Attr::Known(method.clone());
            }
        }
        if entry.method.is_null() {
            entry.method = order.dcv_method.clone().into();
        }
    }
    store(state, validations);
}

/// Leaves what is known and makes everything else null, so that the state is wholly known.
pub(crate) fn fill_validation_gaps(state: &mut SslOrderModel, order: &Order) {
    let mut validations = known(state);
    for name in keys(state) {
        let entry = validations.entry(name).or_default();
        if entry.method.is_null() {
            entry.method = order.dcv_method.clone().into();
        }
    }
    store(state, validations);
}

fn covers(validation: &DnsNameValidation, name: &str) -> bool {
    validation
        .dns_names
        .iter()
        .any(|listed| without_wildcard(listed).eq_ignore_ascii_case(name))
        || validation
            .name_scope
            .as_deref()
            .is_some_and(|scope| is_within(name, scope))
}

fn is_within(name: &str, scope: &str) -> bool {
    let scope = without_wildcard(scope);
    name.eq_ignore_ascii_case(scope)
        || name
            .to_lowercase()
            .strip_suffix(&scope.to_lowercase())
            .is_some_and(|head| head.ends_with('.'))
}

/// Fills in what the owner of the domain has to create.
fn prove(
    entry: &mut DomainValidationModel,
    method: &str,
    scope: &str,
    name: &str,
    token: &Token<'_>,
) {
    entry.method = method.into();
    entry.expires_at = token.expires_at.clone().into();
    if let Some(record) = dcv_record(method, scope, token.proof) {
        entry.record_name = Attr::Known(record.name);
        entry.record_type = record.kind.into();
        entry.record_value = Attr::Known(record.value);
    } else if method.starts_with("http-token") {
        entry.http_url = file_url(method, name, token.proof.file_url).into();
        entry.http_content = token.proof.token.into();
    } else if method != "email" {
        // Where a method to come wants it is not told.
        entry.record_value = token.proof.token.into();
    }
}

/// The keys: every name without its wildcard.
fn keys(state: &SslOrderModel) -> Vec<String> {
    let mut keys: Vec<_> = state
        .canonical_names()
        .iter()
        .map(|name| without_wildcard(name).to_owned())
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

fn known(state: &SslOrderModel) -> BTreeMap<String, DomainValidationModel> {
    let keys = keys(state);
    state
        .domain_validations
        .known()
        .into_iter()
        .flatten()
        .filter(|(name, _)| keys.contains(name))
        .filter_map(|(name, validation)| Some((name.clone(), validation.known()?.clone())))
        .collect()
}

fn store(state: &mut SslOrderModel, validations: BTreeMap<String, DomainValidationModel>) {
    state.domain_validations = Attr::Known(
        validations
            .into_iter()
            .map(|(name, validation)| (name, Attr::Known(validation)))
            .collect(),
    );
}

#[cfg(test)]
mod tests {
    use super::{
        OpenSteps, answer, fill_validation_gaps, former_proofs, has_expired_values,
        keep_certificate, order as record_order, validation_tokens, validations,
    };
    use crate::certcentral::{Order, PlacedOrder, ValidationStatus};
    use crate::framework::{Attr, FromToValue};
    use crate::provider::ssl_order::model::{DomainValidationModel, RequestModel, SslOrderModel};
    use crate::provider::ssl_order::samples::{fixture, order, placed};

    fn request(id: i64, status: &str) -> Attr<RequestModel> {
        Attr::Known(RequestModel {
            id: Attr::Known(id),
            status: status.into(),
        })
    }

    fn recorded(name: &str) -> SslOrderModel {
        let mut state = placed(&order());
        record_order(&mut state, &fixture::<Order>(name));
        state
    }

    #[test]
    fn a_placed_order_is_wholly_known_before_anything_else_is() {
        let state = placed(&order());
        assert!(state.to_value().is_wholly_known());
        assert_eq!(state.id.as_str(), Some("2147500123"));
        assert_eq!(state.order_id, Attr::Known(2_147_500_123));
        assert_eq!(state.status.as_str(), Some("pending"));
        assert_eq!(state.requests, Attr::Known(Vec::new()));
        assert_eq!(state.certificate_id, Attr::Null);
        let keys: Vec<_> = state
            .domain_validations
            .known()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            keys,
            [
                "api.example.com",
                "shop.example.com",
                "www.shop.example.com"
            ]
        );
    }

    #[test]
    fn the_answer_to_the_post_names_its_requests() {
        let mut state = placed(&order());
        let submitted: PlacedOrder = fixture("order_created_submitted.json");
        answer(&mut state, &submitted);
        assert_eq!(
            state.requests,
            Attr::Known(vec![request(4_400_112, "submitted")])
        );
        assert_eq!(state.status.as_str(), Some("needs_approval"));

        let mut state = placed(&order());
        let skipped: PlacedOrder = fixture("order_created_with_dcv.json");
        answer(&mut state, &skipped);
        assert_eq!(state.requests, Attr::Known(Vec::new()));
        assert_eq!(state.certificate_id, Attr::Known(3_001_200_345));
        assert_eq!(state.status.as_str(), Some("pending"));
    }

    #[test]
    fn an_issued_order_has_its_numbers_and_dates() {
        let state = recorded("order_info_issued.json");
        assert_eq!(state.status.as_str(), Some("issued"));
        assert_eq!(
            state.status_detail.as_str(),
            Some("The certificate is issued.")
        );
        assert_eq!(state.certificate_id, Attr::Known(3_001_200_345));
        assert_eq!(
            state.serial_number.as_str(),
            Some("0595011F5BEDE541680EFB3F5E79C45E")
        );
        assert_eq!(
            state.thumbprint.as_str(),
            Some("F39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3")
        );
        assert_eq!(state.valid_from.as_str(), Some("2026-04-14"));
        assert_eq!(state.valid_till.as_str(), Some("2026-10-29"));
        assert_eq!(state.order_valid_till.as_str(), Some("2027-04-13"));
        assert_eq!(
            state.requests,
            Attr::Known(vec![request(4_400_112, "approved")])
        );
    }

    #[test]
    fn every_status_is_recorded_in_the_words_of_certcentral() {
        for (name, status) in [
            ("order_info_pending.json", "pending"),
            ("order_info_needs_approval.json", "needs_approval"),
            ("order_info_processing.json", "processing"),
            ("order_info_reissue_pending.json", "reissue_pending"),
            ("order_info_expired.json", "expired"),
            ("order_info_revoked.json", "revoked"),
            ("order_info_canceled.json", "canceled"),
            ("order_info_rejected.json", "rejected"),
        ] {
            let state = recorded(name);
            assert_eq!(state.status.as_str(), Some(status), "{name}");
            assert!(state.to_value().is_wholly_known(), "{name}");
        }
    }

    #[test]
    fn a_certificate_that_is_no_longer_told_is_forgotten() {
        let mut state = recorded("order_info_issued.json");
        state.certificate_pem = "old".into();
        record_order(&mut state, &fixture::<Order>("order_info_pending.json"));
        assert_eq!(state.serial_number, Attr::Null);
        assert_eq!(state.certificate_pem, Attr::Null);
    }

    #[test]
    fn number_and_pem_of_a_certificate_stay_together() {
        let mut before = recorded("order_info_issued.json");
        before.certificate_pem = "old".into();
        let mut state = before.clone();
        record_order(&mut state, &fixture::<Order>("order_info_reissued.json"));
        assert_ne!(state.certificate_id, before.certificate_id);
        keep_certificate(&mut state, &before);
        assert_eq!(state.certificate_id, before.certificate_id);
        assert_eq!(state.serial_number, before.serial_number);
        assert_eq!(state.valid_till, before.valid_till);
        assert_eq!(state.certificate_pem.as_str(), Some("old"));
    }

    fn with_tokens(method: &str) -> SslOrderModel {
        let mut state = placed(&order());
        let answer: PlacedOrder = fixture("order_created_with_dcv.json");
        validation_tokens(&mut state, &answer, Some(method));
        state
    }

    fn of(state: &SslOrderModel, name: &str) -> DomainValidationModel {
        state
            .domain_validations
            .known()
            .and_then(|validations| validations.get(name)?.known())
            .expect(name)
            .clone()
    }

    #[test]
    fn each_method_says_what_to_create() {
        let base = |method: &str| DomainValidationModel {
            method: method.into(),
            expires_at: "2026-05-14T09:12:40Z".into(),
            ..DomainValidationModel::default()
        };
        for (method, expected) in [
            (
                "dns-txt-token",
                DomainValidationModel {
                    record_name: "example.com".into(),
                    record_type: "TXT".into(),
                    record_value: "9kq2vxn4tj".into(),
                    ..base("dns-txt-token")
                },
            ),
            (
                "dns-cname-token",
                DomainValidationModel {
                    record_name: "_dnsauth.example.com".into(),
                    record_type: "CNAME".into(),
                    record_value: "9kq2vxn4tj.dcv.digicert.com".into(),
                    ..base("dns-cname-token")
                },
            ),
            (
                "http-token",
                DomainValidationModel {
                    http_url: "http://api.example.com/.well-known/pki-validation/fileauth.txt"
                        .into(),
                    http_content: "9kq2vxn4tj".into(),
                    ..base("http-token")
                },
            ),
            (
                "http-token-dynamic",
                DomainValidationModel {
                    http_content: "9kq2vxn4tj".into(),
                    ..base("http-token-dynamic")
                },
            ),
            ("email", base("email")),
        ] {
            assert_eq!(of(&with_tokens(method), "api.example.com"), expected);
        }
    }

    #[test]
    fn what_a_method_to_come_asks_for_is_passed_on() {
        let value = "digicert.com; accounturi=https://example.com/acct/1";
        let told = |token: serde_json::Value| {
            let mut body: serde_json::Value = fixture("order_created_with_dcv.json");
            body["domains"][0]["dcv_token"] = token;
            let answer: PlacedOrder = serde_json::from_value(body).unwrap();
            let mut state = placed(&order());
            validation_tokens(&mut state, &answer, Some("dns-txt-persist"));
            let shop = of(&state, "shop.example.com");
            let texts = [
                &shop.method,
                &shop.record_name,
                &shop.record_type,
                &shop.record_value,
            ];
            texts.map(|text| text.as_str().unwrap().to_owned())
        };
        let method = "dns-txt-persist";
        assert_eq!(
            told(serde_json::json!({ "token": value })),
            [method, "_validation-persist.example.com", "TXT", value]
        );
        let named = serde_json::json!({
            "record_name": "_elsewhere.example.com", "record_type": "TXT", "record_value": value,
        });
        assert_eq!(
            told(named),
            [method, "_elsewhere.example.com", "TXT", value]
        );
    }

    #[test]
    fn what_the_answer_says_of_a_record_or_a_file_is_passed_on() {
        let answered = |method: &str, member: &str, value: &str| {
            let mut body: serde_json::Value = fixture("order_created_with_dcv.json");
            body["domains"][0]["dcv_token"][member] = value.into();
            let answer: PlacedOrder = serde_json::from_value(body).unwrap();
            let mut state = placed(&order());
            validation_tokens(&mut state, &answer, Some(method));
            state
        };
        let state = answered("dns-cname-token", "verification_value", "dcv.digicert.com");
        let shop = of(&state, "shop.example.com");
        assert_eq!(shop.record_name.as_str(), Some("9kq2vxn4tj.example.com"));
        assert_eq!(shop.record_value.as_str(), Some("dcv.digicert.com"));

        let url = "http://shop.example.com/.well-known/pki-validation/d41d8c.txt";
        let state = answered("http-token-dynamic", "http_token_url", url);
        assert_eq!(of(&state, "shop.example.com").http_url.as_str(), Some(url));
        assert_eq!(of(&state, "api.example.com").http_url, Attr::Null);
    }

    #[test]
    fn only_a_value_that_is_not_accepted_any_more_counts_as_expired() {
        let today = |text: &str| crate::provider::order::certificate::parse_day(text).unwrap();
        let state = with_tokens("dns-txt-token");
        assert!(!has_expired_values(&state, today("2026-05-13")));
        assert!(has_expired_values(&state, today("2026-05-14")));
        assert!(!has_expired_values(&placed(&order()), today("2099-01-01")));
    }

    #[test]
    fn the_proof_of_a_validated_domain_stays_when_another_one_is_open() {
        let mut state = with_tokens("dns-txt-token");
        let former = of(&state, "shop.example.com");
        let mut body: serde_json::Value = fixture("order_created_with_dcv.json");
        body["dcv_random_value"] = "another".into();
        body["domains"][0]["name"] = "example.org".into();
        body["domains"][0]["dns_name"] = "example.org".into();
        let answer: PlacedOrder = serde_json::from_value(body).unwrap();
        validation_tokens(&mut state, &answer, Some("dns-txt-token"));
        assert_eq!(of(&state, "shop.example.com"), former);
    }

    #[test]
    fn former_proofs_are_put_back_unless_the_method_is_another_one() {
        let mut prior = with_tokens("dns-txt-token");
        prior.dcv_method = "dns-txt-token".into();
        let mut state = SslOrderModel {
            domain_validations: Attr::Unknown,
            ..prior.clone()
        };
        former_proofs(&mut state, &prior);
        assert_eq!(state.domain_validations, prior.domain_validations);
        state.dcv_method = "dns-cname-token".into();
        former_proofs(&mut state, &prior);
        assert_eq!(
            of(&state, "shop.example.com"),
            DomainValidationModel::default()
        );
    }

    #[test]
    fn validation_adds_the_status_and_keeps_the_token() {
        let mut state = with_tokens("dns-txt-token");
        let validation: ValidationStatus = fixture("validation_status.json");
        validations(
            &mut state,
            &fixture::<Order>("order_info_pending.json"),
            &validation,
        );
        let shop = of(&state, "shop.example.com");
        assert_eq!(shop.status.as_str(), Some("unapproved"));
        assert_eq!(shop.method.as_str(), Some("dns-txt-token"));
        assert_eq!(shop.record_value.as_str(), Some("9kq2vxn4tj"));
    }

    #[test]
    fn a_domain_is_open_unless_its_status_says_otherwise() {
        let order_info: Order = fixture("order_info_pending.json");
        for (status, expected) in [
            ("approved", true),
            ("active", true),
            ("complete", true),
            ("unapproved", false),
            ("expired", false),
        ] {
            let mut body: serde_json::Value = fixture("validation_status.json");
            body["dns_name_validations"][0]["status"] = status.into();
            let validation: ValidationStatus = serde_json::from_value(body).unwrap();
            let steps = OpenSteps::of(&order_info, &validation);
            assert_eq!(steps.domains.is_empty(), expected, "{status}");
        }
    }

    #[test]
    fn what_is_not_told_is_null_and_the_keys_stay() {
        let mut state = placed(&order());
        fill_validation_gaps(&mut state, &fixture::<Order>("order_info_issued.json"));
        let expected = DomainValidationModel {
            method: "dns-txt-token".into(),
            ..DomainValidationModel::default()
        };
        assert_eq!(of(&state, "shop.example.com"), expected);
        assert_eq!(
            state
                .domain_validations
                .known()
                .map(std::collections::BTreeMap::len),
            Some(3)
        );
        assert!(!matches!(state.domain_validations, Attr::Unknown));
    }
}
