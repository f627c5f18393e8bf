//! From the plan of an order to the body of the order POST, and to the token that finds the order
//! again. Pure. Everything that could be wrong with a value is found here, before money moves.

use std::collections::BTreeSet;

use aws_lc_rs::digest;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::certcentral::{
    Contact, ContainerId, CustomFieldValue, ExistingOrganization, NewCertificate, NewOrder,
    NewOrganization, OrderContainer, OrderId, OrderOrganization, OrganizationId, Person,
    ServerPlatformId,
};
use crate::framework::{Attr, AttributePath, Diagnostic};
use crate::pki;
use crate::pki::{Csr, certificate_names};
use crate::provider::order::lock::{Subject, spellings};
use crate::provider::ssl_order::model::{
    AskedNames, ContactModel, OrganizationModel, PersonModel, SslOrderModel, Term,
};

/// What every derived token starts with.
pub(crate) const TOKEN_PREFIX: &str = "tf-";
/// Characters that must be left of a derived token for it to be known again: 50 bits.
const SHORTEST_CUT: usize = 13;

/// An order that is ready to be looked up or placed.
#[derive(Clone, Debug)]
pub(crate) struct Prepared {
    /// `product_name_id`, a part of the path.
    pub product: String,
    /// The body.
    pub body: NewOrder,
    /// The CSR, parsed.
    pub csr: Csr,
    /// What `alternative_order_id` is: the user's, or derived.
    pub token: String,
    /// Whether `order_key` sets the order apart from others for the same names.
    pub has_order_key: bool,
    /// What the token is derived from; none if the user chose it.
    content: Option<Content>,
}

impl Prepared {
    /// Takes over the token of another form of the same order.
    pub(crate) fn take_reference(&mut self, other: Self) {
        self.token = other.token;
        self.content = other.content;
        self.body.alternative_order_id = other.body.alternative_order_id;
    }

    /// Whether the token was made out of the content. Otherwise the user chose it.
    pub(crate) fn is_derived(&self) -> bool {
        self.content.is_some()
    }

    /// Whether a reference is the token of this order. It may have been cut or kept in another
    /// case, and placed at another spelling of the host.
    pub(crate) fn is_token(&self, reference: &str) -> bool {
        if !self.is_derived() {
            return reference.eq_ignore_ascii_case(&self.token);
        }
        let tokens = self.tokens(|content| content.renewal_of_order_id);
        tokens.iter().any(|token| {
            let head = token.get(..reference.len());
            reference.len() >= SHORTEST_CUT
                && head.is_some_and(|head| head.eq_ignore_ascii_case(reference))
        })
    }

    /// Whether a reference is the token that the order which renews `former` has, if it was placed
    /// for the same configuration.
    pub(crate) fn is_token_as_renewal_of(&self, former: OrderId, reference: &str) -> bool {
        let tokens = self.tokens(|_| Some(former.get()));
        tokens.iter().any(|token| token == reference)
    }

    /// The same order where the choice of `container`, which this one names, was left to
    /// CertCentral. None if it names another, or the token is the user's own.
    pub(crate) fn left_to_choose(&self, container: ContainerId) -> Option<Self> {
        let content = self.content.clone()?;
        if content.container_id != Some(container.get()) {
            return None;
        }
        let content = Content {
            container_id: None,
            ..content
        };
        Some(Self {
            token: content.token().ok()?,
            content: Some(content),
            ..self.clone()
        })
    }

    /// The tokens that the order would have if it continued no other one; none if it continues
    /// none.
    pub(crate) fn tokens_as_first_order(&self) -> Vec<String> {
        let continues = self
            .content
            .as_ref()
            .and_then(|content| content.renewal_of_order_id);
        match continues {
            Some(_) => self.tokens(|_| None),
            None => Vec::new(),
        }
    }

    /// The derived tokens at every spelling of the host, as the order that continues another one.
    fn tokens(&self, renewal_of: impl Fn(&Content) -> Option<i64>) -> Vec<String> {
        let content = self.content.iter();
        let spelled = content.flat_map(|content| {
            spellings(&content.host).into_iter().map(|host| Content {
                host,
                renewal_of_order_id: renewal_of(content),
                ..content.clone()
            })
        });
        spelled.filter_map(|content| content.token().ok()).collect()
    }

    /// What a lock of this order is about. The spelling of the host is no part of it.
    pub(crate) fn subject(&self, host: &str) -> Subject {
        let tokens = self.tokens(|content| content.renewal_of_order_id);
        let token = tokens.first().unwrap_or(&self.token);
        Subject::new(host, token, &self.names(), self.kind())
    }

    /// The names that it is for, in canonical form.
    pub(crate) fn names(&self) -> BTreeSet<String> {
        let certificate = &self.body.certificate;
        certificate_names(Some(&certificate.common_name), &certificate.dns_names)
    }

    /// Whether a certificate covers these names, and no other but those that CertCentral adds by
    /// itself.
    pub(crate) fn fits(&self, covered: &BTreeSet<String>) -> bool {
        AskedNames::only(self.names()).fit(covered)
    }

    /// Product and organization: what makes orders for the same names duplicates.
    fn kind(&self) -> String {
        let organization = match &self.body.organization {
            Some(OrderOrganization::Existing(existing)) => existing.id.to_string(),
            Some(OrderOrganization::New(new)) => new.name.clone(),
            None => String::new(),
        };
        format!("{} {organization}", self.product)
    }

    /// The order that this one continues.
    pub(crate) fn renewal_of(&self) -> Option<OrderId> {
        self.body.renewal_of_order_id
    }
}

/// Prepares the order of a wholly known plan. `default_organization` stands in for an organization
/// without id; `renewal_of` is the order that it continues, where the configuration does not name
/// one.
pub(crate) fn prepare(
    order: &SslOrderModel,
    default_organization: Option<i64>,
    renewal_of: Option<OrderId>,
    host: &str,
) -> Result<Prepared, Diagnostic> {
    let order = &order.as_meant();
    let renewal_of = match renewal_of {
        Some(id) => Some(id),
        None => id::<OrderId>(&order.renewal_of_order_id, "renewal_of_order_id")?,
    };
    let csr = Csr::from_pem(text(&order.csr, "csr")?).map_err(|reason| {
        let detail = format!("`csr` cannot be ordered with: {reason}.");
        let problem = Diagnostic::error("Invalid CSR", detail);
        match reason.is_about_a_secret() {
            true => problem,
            false => problem.at(AttributePath::of("csr")),
        }
    })?;
    let product = text(&order.product_name_id, "product_name_id")?.to_owned();
    let organization = organization(order, default_organization)?;
    let (token, content) = match order.alternative_order_id.as_str() {
        Some(own) => (own.to_owned(), None),
        None => {
            let content = content(order, &csr, &organization, renewal_of, host)?;
            (derive(&content)?, Some(content))
        }
    };
    let certificate = certificate(order)?;
    let order_validity = order.order_validity.known().and_then(Term::sent);
    // Where both forms are given they say the same, and CertCentral is told once.
    let older = order_validity.is_none();
    let body = NewOrder {
        validity_years: older
            .then(|| order.validity_years.known().copied())
            .flatten(),
        validity_days: older
            .then(|| order.validity_days.known().copied())
            .flatten(),
        custom_expiration_date: older
            .then(|| order.custom_expiration_date.known().cloned())
            .flatten(),
        order_validity,
        comments: order.comments.known().cloned(),
        auto_renew: order.auto_renew.known().copied(),
        auto_reissue: order.auto_reissue.known().copied(),
        custom_renewal_message: order.custom_renewal_message.known().cloned(),
        disable_renewal_notifications: order.disable_renewal_notifications.known().copied(),
        additional_emails: strings(
            order
                .additional_emails
                .known()
                .into_iter()
                .flat_map(|s| &s.0),
        ),
        locale: order.locale.known().cloned(),
        payment_method: order.payment_method.known().cloned(),
        skip_approval: order.skip_approval.known().copied(),
        dcv_method: order.dcv_method.known().cloned(),
        disable_ct: order.disable_ct.known().copied(),
        organization: Some(organization),
        container: id::<ContainerId>(&order.container_id, "container_id")?
            .map(|id| OrderContainer { id }),
        custom_fields: custom_fields(order),
        renewal_of_order_id: renewal_of,
        renewed_thumbprint: order.renewed_thumbprint.known().cloned(),
        alternative_order_id: Some(token.clone()),
        ..NewOrder::new(certificate)
    };
    Ok(Prepared {
        product,
        body,
        csr,
        token,
        has_order_key: order.order_key.known().is_some(),
        content,
    })
}

/// The certificate of an order or a reissue.
pub(crate) fn certificate(order: &SslOrderModel) -> Result<NewCertificate, Diagnostic> {
    let order = &order.as_meant();
    Ok(NewCertificate {
        common_name: ascii_name(text(&order.common_name, "common_name")?),
        dns_names: further_names(order),
        csr: text(&order.csr, "csr")?.to_owned(),
        server_platform: order
            .server_platform_id
            .known()
            .map(|id| ServerPlatformId { id: *id }),
        signature_hash: text(&order.signature_hash, "signature_hash")?.to_owned(),
        organization_units: strings(order.organization_units.known().into_iter().flatten()),
        profile_option: order.profile_option.known().cloned(),
        ca_cert_id: order.ca_cert_id.known().cloned(),
        cert_validity: order.cert_validity.known().and_then(Term::sent),
    })
}

fn content(
    order: &SslOrderModel,
    csr: &Csr,
    organization: &OrderOrganization,
    renewal_of: Option<OrderId>,
    host: &str,
) -> Result<Content, Diagnostic> {
    let organization = match organization {
        OrderOrganization::Existing(existing) => existing.id.to_string(),
        OrderOrganization::New(new) => serde_json::to_string(new).map_err(|e| underivable(&e))?,
    };
    Ok(Content {
        host: host.to_owned(),
        public_key: HEXLOWER.encode(csr.public_key()),
        names: order.canonical_names(),
        product_name_id: order.product_name_id.known().cloned().unwrap_or_default(),
        // The form that is sent, so that a second one which says the same changes nothing.
        validity: order.term(),
        organization,
        container_id: order.container_id.known().copied(),
        renewal_of_order_id: renewal_of.map(OrderId::get),
        renewed_thumbprint: order
            .renewed_thumbprint
            .as_str()
            .map(str::to_ascii_uppercase),
        order_key: order.order_key.known().cloned(),
    })
}

fn derive(content: &Content) -> Result<String, Diagnostic> {
    content.token().map_err(|error| underivable(&error))
}

fn underivable(error: &serde_json::Error) -> Diagnostic {
    Diagnostic::bug(format!("The order's token cannot be derived: {error}."))
}

fn organization(
    order: &SslOrderModel,
    default_organization: Option<i64>,
) -> Result<OrderOrganization, Diagnostic> {
    let given = order.organization.known();
    let contacts: Vec<Contact> = given
        .and_then(|organization| organization.contacts.known())
        .into_iter()
        .flatten()
        .filter_map(Attr::known)
        .map(contact)
        .collect();
    if let Some(new) = given.filter(|organization| organization.name.known().is_some()) {
        return new_organization(new, contacts).map(|new| OrderOrganization::New(Box::new(new)));
    }
    let configured = given
        .and_then(|organization| organization.id.known())
        .copied();
    let number = configured.or(default_organization).ok_or_else(|| {
        Diagnostic::error(
            "Missing organization",
            "An OV or EV order needs an organization. Set `organization = { id = ... }`, or \
             `organization_id` in the provider block.",
        )
        .at(AttributePath::of("organization"))
    })?;
    Ok(OrderOrganization::Existing(ExistingOrganization {
        id: OrganizationId::try_from(number).map_err(|error| {
            invalid_id(&error, AttributePath::of("organization").attribute("id"))
        })?,
        contacts,
    }))
}

fn new_organization(
    organization: &OrganizationModel,
    contacts: Vec<Contact>,
) -> Result<NewOrganization, Diagnostic> {
    Ok(NewOrganization {
        name: text(&organization.name, "organization")?.to_owned(),
        assumed_name: organization.assumed_name.known().cloned(),
        address: text(&organization.address, "organization")?.to_owned(),
        address2: organization.address2.known().cloned(),
        city: text(&organization.city, "organization")?.to_owned(),
        state: text(&organization.state, "organization")?.to_owned(),
        zip: text(&organization.zip, "organization")?.to_owned(),
        country: text(&organization.country, "organization")?.to_owned(),
        telephone: text(&organization.telephone, "organization")?.to_owned(),
        organization_contact: organization
            .organization_contact
            .known()
            .map(person)
            .transpose()?,
        contacts,
    })
}

fn person(person: &PersonModel) -> Result<Person, Diagnostic> {
    Ok(Person {
        first_name: text(&person.first_name, "organization")?.to_owned(),
        last_name: text(&person.last_name, "organization")?.to_owned(),
        job_title: person.job_title.known().cloned(),
        telephone: person.telephone.known().cloned(),
        telephone_extension: None,
        email: text(&person.email, "organization")?.to_owned(),
    })
}

fn contact(contact: &ContactModel) -> Contact {
    Contact {
        contact_type: contact.contact_type.known().cloned().unwrap_or_default(),
        user_id: contact.user_id.known().copied(),
        first_name: contact.first_name.known().cloned(),
        last_name: contact.last_name.known().cloned(),
        job_title: contact.job_title.known().cloned(),
        telephone: contact.telephone.known().cloned(),
        email: contact.email.known().cloned(),
    }
}

fn custom_fields(order: &SslOrderModel) -> Vec<CustomFieldValue> {
    order
        .custom_fields
        .known()
        .into_iter()
        .flat_map(|fields| &fields.0)
        .filter_map(Attr::known)
        .filter_map(|field| {
            Some(CustomFieldValue {
                metadata_id: *field.metadata_id.known()?,
                value: field.value.known()?.clone(),
            })
        })
        .collect()
}

/// The names beside the common name, each once whatever its spellings, in the order of the
/// configuration.
fn further_names(order: &SslOrderModel) -> Vec<String> {
    let mut sent = pki::canonical_names(order.common_name.as_str().unwrap_or_default(), []);
    let names = order.known_dns_names().map(ascii_name);
    names
        .filter(|name| sent.insert(name.to_lowercase()))
        .collect()
}

/// A name as CertCentral takes it: A-labels, no trailing dot. State keeps the spelling of the
/// configuration.
fn ascii_name(name: &str) -> String {
    pki::canonical(name).unwrap_or_else(|_| name.to_owned())
}

fn strings<'a>(values: impl IntoIterator<Item = &'a Attr<String>>) -> Vec<String> {
    values
        .into_iter()
        .filter_map(|value| value.known().cloned())
        .collect()
}

fn text<'a>(value: &'a Attr<String>, argument: &str) -> Result<&'a str, Diagnostic> {
    value.as_str().ok_or_else(|| {
        Diagnostic::error(
            "Missing argument",
            format!("`{argument}` has no value, and the order cannot be placed without it."),
        )
        .at(AttributePath::of(argument))
    })
}

fn id<T>(value: &Attr<i64>, argument: &str) -> Result<Option<T>, Diagnostic>
where
    T: TryFrom<i64>,
    T::Error: std::fmt::Display,
{
    value
        .known()
        .map(|number| {
            T::try_from(*number).map_err(|error| invalid_id(&error, AttributePath::of(argument)))
        })
        .transpose()
}

fn invalid_id(error: &impl std::fmt::Display, path: AttributePath) -> Diagnostic {
    Diagnostic::error("Invalid id", format!("{error}.")).at(path)
}

/// What makes two orders the same order. Every member is in its canonical form.
#[derive(Clone, Debug, Serialize)]
struct Content {
    /// Host of the API: accounts of different regions and sandboxes never share a token.
    host: String,
    /// Public key of the CSR, DER, in lower-case hexadecimal.
    public_key: String,
    /// Canonical names, the common name among them.
    names: BTreeSet<String>,
    /// Product.
    product_name_id: String,
    /// The order's validity, whichever form it was given in.
    #[serde(serialize_with = "members")]
    validity: Term,
    /// Organization id, or the text of a new one.
    organization: String,
    /// Container.
    container_id: Option<i64>,
    /// The order that this one renews.
    renewal_of_order_id: Option<i64>,
    /// The certificate that this one renews, upper case.
    renewed_thumbprint: Option<String>,
    /// The user's own distinction.
    order_key: Option<String>,
}

impl Content {
    /// Returns the token: `tf-` and 128 bits of a SHA-256 over the content, in lower-case base32:
    /// 29 characters of `[a-z2-7-]`.
    ///
    /// CertCentral's POST has no idempotency key, and a crash loses whatever the process knew. So
    /// the token is derived from what makes the order the same order, sent as
    /// `alternative_order_id`, and looked up before every POST.
    ///
    /// The text under the hash is JSON with members in the order of [`Content`]. Changing it would
    /// make every existing order unfindable, which a test with a pinned token prevents.
    fn token(&self) -> Result<String, serde_json::Error> {
        let canonical = serde_json::to_vec(self)?;
        let hash = digest::digest(&digest::SHA256, &canonical);
        let (head, _) = hash.as_ref().split_at(16);
        Ok(format!(
            "{TOKEN_PREFIX}{}",
            BASE32_NOPAD.encode(head).to_lowercase()
        ))
    }
}

/// Writes the members of a term as they were given.
fn members<S: Serializer>(term: &Term, serializer: S) -> Result<S::Ok, S::Error> {
    let mut members = serializer.serialize_struct("Validity", 3)?;
    members.serialize_field("years", &term.years.known())?;
    members.serialize_field("days", &term.days.known())?;
    members.serialize_field(
        "custom_expiration_date",
        &term.custom_expiration_date.known(),
    )?;
    members.end()
}

#[cfg(test)]
mod tests;
