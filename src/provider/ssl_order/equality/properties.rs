//! Any spelling of a configuration plans nothing, and any other name or key plans something.
//! Through the plan of the resource.

use std::sync::LazyLock;

use proptest::prelude::*;

use crate::framework::{Attr, Set};
use crate::provider::ssl_order::model::{
    CustomFieldModel, OrganizationModel, SslOrderModel, SslOrderPrivate,
};
use crate::provider::ssl_order::samples;
use crate::provider::ssl_order::samples::{contact, csr_for, names, placed, plan};

static CSR: LazyLock<String> = LazyLock::new(|| csr_for("shop.example.com", &[]));
static OTHER_CSR: LazyLock<String> = LazyLock::new(|| csr_for("shop.example.com", &[]));

const NAMES: [(&str, &str); 4] = [
    ("www.shop.example.com", "www.shop.example.com"),
    ("b\u{fc}cher.example.com", "xn--bcher-kva.example.com"),
    ("*.stra\u{df}e.example.com", "*.xn--strae-oqa.example.com"),
    ("api.example.com", "api.example.com"),
];
const EMAILS: [&str; 3] = ["ops@example.com", "it@example.com", "tls+a@sub.example.com"];
const THUMBPRINT: &str = "0123456789abcdef0123456789ABCDEF01234567";

fn config() -> SslOrderModel {
    let field = |id: i64| {
        Attr::Known(CustomFieldModel {
            metadata_id: Attr::Known(id),
            value: "x".into(),
        })
    };
    SslOrderModel {
        csr: Attr::Known(CSR.clone()),
        dns_names: names(&NAMES.map(|(name, _)| name)),
        additional_emails: names(&EMAILS),
        renewed_thumbprint: THUMBPRINT.into(),
        custom_fields: Attr::Known(Set(vec![field(11), field(12)])),
        organization: Attr::Known(OrganizationModel {
            id: Attr::Known(778_812),
            contacts: Attr::Known(
                [
                    "organization_contact",
                    "technical_contact",
                    "verified_contact",
                ]
                .map(|kind| Attr::Known(contact(kind)))
                .to_vec(),
            ),
            ..OrganizationModel::default()
        }),
        reissue_days_before_expiry: Attr::Known(30),
        renew_days_before_expiry: Attr::Known(0),
        ..samples::order()
    }
}

/// Upper and lower case at random.
fn recased(text: &str, bits: u64) -> String {
    text.chars()
        .enumerate()
        .map(|(index, c)| {
            if bits >> (index % 64) & 1 == 1 {
                c.to_ascii_uppercase()
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}

fn rewrapped(csr: &str, width: usize, crlf: bool, new_label: bool, before: &str) -> String {
    let end = if crlf { "\r\n" } else { "\n" };
    let label = if new_label {
        "NEW CERTIFICATE REQUEST"
    } else {
        "CERTIFICATE REQUEST"
    };
    let body: Vec<char> = csr
        .lines()
        .filter(|line| !line.starts_with("-----"))
        .flat_map(str::chars)
        .collect();
    let lines: Vec<String> = body
        .chunks(width)
        .map(|line| line.iter().collect())
        .collect();
    format!(
        "{before}{end}-----BEGIN {label}-----{end}{}{end}-----END {label}-----{end}",
        lines.join(end)
    )
}

/// One way to spell [`config`] differently.
#[derive(Debug, Clone)]
struct Spelling {
    names: Vec<(&'static str, &'static str)>,
    ascii: bool,
    dot: bool,
    with_common_name: bool,
    bits: u64,
    emails: Vec<&'static str>,
    width: usize,
    crlf: bool,
    new_label: bool,
    before: String,
    contacts: Vec<usize>,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    (
        Just(NAMES.to_vec()).prop_shuffle(),
        any::<[bool; 5]>(),
        any::<u64>(),
        Just(EMAILS.to_vec()).prop_shuffle(),
        1..200_usize,
        "[a-zA-Z :\n]{0,30}",
        Just(vec![0, 1, 2]).prop_shuffle(),
    )
        .prop_map(
            |(
                names,
                [ascii, dot, with_common_name, crlf, new_label],
                bits,
                emails,
                width,
                before,
                contacts,
            )| {
                Spelling {
                    names,
                    ascii,
                    dot,
                    with_common_name,
                    bits,
                    emails,
                    width,
                    crlf,
                    new_label,
                    before,
                    contacts,
                }
            },
        )
}

impl Spelling {
    fn name(&self, unicode: &str, ascii: &str) -> String {
        let name = recased(if self.ascii { ascii } else { unicode }, self.bits);
        if self.dot { format!("{name}.") } else { name }
    }

    fn of(&self, original: &SslOrderModel) -> SslOrderModel {
        let mut config = original.clone();
        let mut dns_names: Vec<_> = self.names.iter().map(|(u, a)| self.name(u, a)).collect();
        if self.with_common_name {
            dns_names.push("shop.example.com".to_owned());
        }
        config.common_name = Attr::Known(self.name("shop.example.com", "shop.example.com"));
        config.dns_names = Attr::Known(Set(dns_names.into_iter().map(Attr::Known).collect()));
        config.csr = Attr::Known(rewrapped(
            &CSR,
            self.width,
            self.crlf,
            self.new_label,
            &self.before,
        ));
        let emails = self.emails.iter().map(|email| {
            let (local, domain) = email.split_once('@').expect("an address");
            Attr::Known(format!("{local}@{}", recased(domain, self.bits)))
        });
        config.additional_emails = Attr::Known(Set(emails.collect()));
        config.renewed_thumbprint = Attr::Known(recased(THUMBPRINT, self.bits));
        if let Attr::Known(fields) = &mut config.custom_fields
            && self.dot
        {
            fields.0.reverse();
        }
        if let Attr::Known(organization) = &mut config.organization
            && let Attr::Known(contacts) = &mut organization.contacts
        {
            *contacts = self
                .contacts
                .iter()
                .map(|index| contacts[*index].clone())
                .collect();
        }
        config
    }
}

/// Whether the plan of `config` against the state of [`config`] is empty, and says nothing.
fn plans_nothing(config: &SslOrderModel, state: &SslOrderModel) -> bool {
    let plan = plan(config, Some(state), SslOrderPrivate::default());
    plan.state == *state && plan.requires_replace.is_empty() && plan.diagnostics.is_empty()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_spelling_plans_nothing(spelling in spelling()) {
        let state = placed(&config());
        prop_assert!(plans_nothing(&spelling.of(&config()), &state));
    }

    #[test]
    fn any_other_name_plans_something(spelling in spelling(), index in 0..4_usize, letter in "[a-z]") {
        let state = placed(&config());
        let mut other = spelling.clone();
        other.names[index] = (
            ["q.example.com", "r.example.com", "s.example.com", "t.example.com"][index],
            ["q.example.com", "r.example.com", "s.example.com", "t.example.com"][index],
        );
        prop_assert!(!plans_nothing(&other.of(&config()), &state), "renamed");
        let mut fewer = spelling.clone();
        fewer.names.remove(index);
        prop_assert!(!plans_nothing(&fewer.of(&config()), &state), "removed");
        let mut common_name = spelling.of(&config());
        common_name.common_name = Attr::Known(format!("{letter}shop.example.com"));
        prop_assert!(!plans_nothing(&common_name, &state), "another common name");
    }

    #[test]
    fn another_request_plans_something(spelling in spelling()) {
        let state = placed(&config());
        let mut other = spelling.of(&config());
        other.csr = Attr::Known(rewrapped(&OTHER_CSR, spelling.width, spelling.crlf, spelling.new_label, &spelling.before));
        prop_assert!(!plans_nothing(&other, &state));
    }
}
