//! What DigiCert or the browsers end on a known day: data with date and source. A plan warns of it
//! where a certificate is asked for, and where the configuration asks for what ends. Pure.

use time::Date;
use time::macros::date;

use super::profile::asks_for_client_auth;
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::pki::Certificate;
use crate::provider::order::certificate::parse_day;
use crate::provider::ssl_order::model::SslOrderModel;
use crate::provider::ssl_order::rules::longest_certificate_until;

/// Something that ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// What, as a summary begins.
    what: &'static str,
    /// The first day without it.
    pub(super) from: Date,
    /// Who says so.
    source: &'static str,
}

/// `clientAuth` in public TLS certificates: DigiCert issues none from this day on, whatever is
/// ordered, reissued or renewed. What was issued before keeps it. It was to end on 2026-05-01 first
/// (ALERT53, read in November 2026).
pub(super) const CLIENT_AUTH: End = End {
    what: "clientAuth",
    from: date!(2027 - 03 - 01),
    source: "https://knowledge.digicert.com/alerts/sunsetting-client-authentication-eku-from-digicert-public-tls-certificates",
};

/// The roots of DigiCert's first generation: Chrome and Mozilla trust nothing below them from this
/// day on, and DigiCert renews nothing below them (ALERT86, read in November 2026).
const G1: End = End {
    what: "DigiCert's G1 roots",
    from: date!(2026 - 04 - 15),
    source: "https://knowledge.digicert.com/alerts/digicert-tls-root-strategy-aligning-with-industry-standards",
};

/// Common names of these roots. Source as for [`G1`].
const G1_ROOTS: [&str; 3] = [
    "DigiCert Assured ID Root CA",
    "DigiCert Global Root CA",
    "DigiCert High Assurance EV Root CA",
];

impl End {
    /// Returns whether it has ended by a day.
    pub(super) fn is_over(self, day: Date) -> bool {
        day >= self.from
    }

    /// Says that it is over, as a sentence begins.
    pub(super) fn is_issued_no_more(self) -> String {
        format!(
            "DigiCert issues no {} since {} ({})",
            self.what, self.from, self.source
        )
    }

    fn summary(self, day: Date) -> String {
        let (ends, plural) = match self.is_over(day) {
            true => ("ended", "ended"),
            false => ("ends", "end"),
        };
        let ends = if self == G1 { plural } else { ends };
        format!("{} {ends} on {}", self.what, self.from)
    }
}

/// Returns what ends that a new order asks for.
pub(crate) fn of_a_new_order(order: &SslOrderModel, day: Date) -> Vec<Diagnostic> {
    let order = order.as_meant();
    let asks = asks_for_client_auth(&order.profile_option);
    let until = longest_certificate_until(day);
    asks.then(|| client_auth(&order, until, day))
        .into_iter()
        .collect()
}

/// Returns what ends that an order in state has or asks for: where the plan gets another
/// certificate with the arguments `sent`, and where the configuration asks for it.
pub(crate) fn of_an_order(
    prior: &SslOrderModel,
    config: &SslOrderModel,
    sent: Option<&SslOrderModel>,
    day: Date,
) -> Vec<Diagnostic> {
    let config = config.as_meant();
    let is_sent = sent.is_some_and(|it| asks_for_client_auth(&it.profile_option));
    let mut found = Vec::new();
    if is_sent || asks_for_client_auth(&config.profile_option) {
        let until = match sent {
            Some(_) => longest_certificate_until(day),
            None => last_day(prior),
        };
        found.push(client_auth(prior, until, day));
    }
    let matters = sent.is_some() || !config.ca_cert_id.is_null();
    if let Some(root) = root_of(prior).filter(|root| matters && G1_ROOTS.contains(&root.as_str())) {
        found.push(g1_root(
            prior,
            &root,
            &config.ca_cert_id,
            sent.is_some(),
            day,
        ));
    }
    found
}

/// The order for a sentence; a new one has no id yet.
fn shown(order: &SslOrderModel) -> String {
    match order.order_id.known() {
        Some(id) => format!("order {id} for {}", order.shown_names()),
        None => format!("the order for {}", order.shown_names()),
    }
}

fn last_day(order: &SslOrderModel) -> Option<Date> {
    parse_day(order.valid_till.as_str()?)
}

fn client_auth(order: &SslOrderModel, until: Option<Date>, day: Date) -> Diagnostic {
    let order = shown(order);
    let from = CLIENT_AUTH.from;
    let detail = if CLIENT_AUTH.is_over(day) {
        format!(
            "`profile_option` of {order} asks for clientAuth. {}: new certificates are good for \
             serverAuth only, whatever `profile_option` says. A certificate that was issued \
             earlier keeps clientAuth until it ends. Use another certificate for client \
             authentication, such as one of a private CA, and set `profile_option = \
             \"server_auth_only_eku\"` once nothing needs the present one.",
            CLIENT_AUTH.is_issued_no_more(),
        )
    } else {
        let outlives = match until.filter(|until| *until >= from) {
            Some(until) => {
                format!(" The certificate may last until {until}, beyond that day, and keeps it.")
            }
            None => String::new(),
        };
        format!(
            "`profile_option` of {order} asks for clientAuth, which DigiCert issues until {from} \
             ({}).{outlives} Every reissue and renewal from that day on is good for serverAuth \
             only, whatever `profile_option` says. Plan another certificate for client \
             authentication by then, such as one of a private CA.",
            CLIENT_AUTH.source,
        )
    };
    Diagnostic::warning(CLIENT_AUTH.summary(day), detail).at(AttributePath::of("profile_option"))
}

fn g1_root(
    prior: &SslOrderModel,
    root: &str,
    ca_cert_id: &Attr<String>,
    is_sent: bool,
    day: Date,
) -> Diagnostic {
    let order = shown(prior);
    let trusted = match G1.is_over(day) {
        true => "trust nothing below it since",
        false => "trust what is below it until",
    };
    let outlives = match last_day(prior).filter(|it| *it >= G1.from && !G1.is_over(day)) {
        Some(last_day) => format!(" The certificate ends on {last_day}, after that day."),
        None => String::new(),
    };
    let next = match is_sent {
        true => {
            "The new certificate leads to another root: see to it that whoever pins the present \
             root, or has a store of his own, trusts the new one."
        }
        false => "A reissue (`reissue_trigger`) leads to another root, at no cost.",
    };
    let chosen = match ca_cert_id.as_str() {
        Some(id) => format!(
            " `ca_cert_id` asks for {id:?}: if that CA is below a G1 root, CertCentral may refuse \
             it, and taking the argument out lets DigiCert choose."
        ),
        None => String::new(),
    };
    Diagnostic::warning(
        G1.summary(day),
        format!(
            "The present certificate of {order} leads to the root {root:?}. Chrome and Mozilla \
             {trusted} {}, and DigiCert renews nothing below it ({}).{outlives} {next}{chosen}",
            G1.from, G1.source,
        ),
    )
}

/// Returns the common name of the root to which the certificate in state leads, as far as
/// CertCentral sent the chain.
fn root_of(state: &SslOrderModel) -> Option<String> {
    let last = |pem: &Attr<String>| {
        let chain = Certificate::parse_bundle(pem.as_str()?).ok()?;
        chain.into_iter().last()
    };
    let root = last(&state.root_pem);
    let root = root.and_then(|it| it.subject_common_name().map(str::to_owned));
    root.or_else(|| {
        let top = last(&state.chain_pem).or_else(|| last(&state.certificate_pem))?;
        top.issuer_common_name().map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use time::Date;
    use time::macros::date;

    use super::{of_a_new_order, of_an_order};
    use crate::framework::{Attr, Diagnostic};
    use crate::provider::ssl_order::model::SslOrderModel;
    use crate::provider::ssl_order::samples::{order, placed};

    const BEFORE: Date = date!(2027 - 02 - 28);
    const AFTER: Date = date!(2027 - 03 - 01);

    fn asking() -> SslOrderModel {
        SslOrderModel {
            profile_option: "server_client_auth_eku".into(),
            ..order()
        }
    }

    fn summaries(all: &[Diagnostic]) -> Vec<&str> {
        all.iter().map(|it| it.summary.as_str()).collect()
    }

    #[test]
    fn an_order_that_asks_for_client_auth_is_told_its_end() {
        assert_eq!(of_a_new_order(&order(), BEFORE), []);
        let said = of_a_new_order(&asking(), BEFORE);
        assert_eq!(summaries(&said), ["clientAuth ends on 2027-03-01"]);
        assert!(said[0].detail.contains("until 2027-09-14"), "{said:?}");
        let said = of_a_new_order(&asking(), AFTER);
        assert_eq!(summaries(&said), ["clientAuth ended on 2027-03-01"]);
    }

    #[test]
    fn an_order_in_state_is_told_where_it_matters() {
        let mut prior = placed(&asking());
        prior.valid_till = "2027-06-10".into();
        let quiet = of_an_order(&prior, &order(), None, BEFORE);
        assert_eq!(quiet, []);
        let configured = of_an_order(&prior, &asking(), None, BEFORE);
        assert_eq!(summaries(&configured), ["clientAuth ends on 2027-03-01"]);
        assert!(
            configured[0].detail.contains("until 2027-06-10, beyond"),
            "{configured:?}"
        );
        let sent = of_an_order(&prior, &order(), Some(&asking()), AFTER);
        assert_eq!(summaries(&sent), ["clientAuth ended on 2027-03-01"]);
    }

    /// A certificate that a root with this name signed.
    fn below(root: &str) -> SslOrderModel {
        let key = rcgen::KeyPair::generate().unwrap();
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, root);
        SslOrderModel {
            root_pem: Attr::Known(params.self_signed(&key).unwrap().pem()),
            valid_till: "2026-08-01".into(),
            ..placed(&order())
        }
    }

    #[test]
    fn a_certificate_below_a_g1_root_is_told_where_it_matters() {
        let [early, late] = [date!(2026 - 04 - 14), date!(2026 - 04 - 15)];
        let prior = below("DigiCert Global Root CA");
        assert_eq!(of_an_order(&prior, &order(), None, late), []);
        let said = of_an_order(&prior, &order(), Some(&order()), early);
        assert_eq!(summaries(&said), ["DigiCert's G1 roots end on 2026-04-15"]);
        assert!(said[0].detail.contains("ends on 2026-08-01, after"));
        let choosing = SslOrderModel {
            ca_cert_id: "28A0".into(),
            ..order()
        };
        let said = of_an_order(&prior, &choosing, None, late);
        assert_eq!(
            summaries(&said),
            ["DigiCert's G1 roots ended on 2026-04-15"]
        );
        assert!(said[0].detail.contains("`ca_cert_id` asks for \"28A0\""));
        let g2 = below("DigiCert Global Root G2");
        assert_eq!(of_an_order(&g2, &choosing, Some(&choosing), late), []);
    }
}
