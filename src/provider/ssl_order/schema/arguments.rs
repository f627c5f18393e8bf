//! The arguments of the order POST, flattened: `certificate.common_name` of the API is
//! `common_name` here.

use crate::framework::{Attribute, Kind, Nesting, Type, Value};

/// In the order of the API page.
pub(crate) fn attributes() -> Vec<Attribute> {
    let mut all = certificate();
    all.extend(validity());
    all.extend(order());
    all
}

fn certificate() -> Vec<Attribute> {
    vec![
        Attribute::required(
            "product_name_id",
            Type::String,
            "Product to order, such as `ssl_basic`, `ssl_ev_basic`, `ssl_securesite_flex`, \
             `ssl_ev_securesite_flex`, `ssl_securesite_pro`, `ssl_ev_securesite_pro`, `ssl_plus`, \
             `ssl_multi_domain`, `ssl_wildcard`, `ssl_ev_plus`, `ssl_ev_multi_domain` or \
             `ssl_cloud_wildcard`. Changing it means a new order.",
        ),
        Attribute::required(
            "common_name",
            Type::String,
            "Domain to secure, at most 64 characters. Changing it reissues the certificate.",
        ),
        Attribute::optional(
            "dns_names",
            Type::set(Type::String),
            "Further domains to secure; can cost extra. Default `[]`. Compared without case, \
             trailing dot and the common name, and internationalised names in their ASCII form; \
             each is sent once. Changing them reissues the certificate; if a name goes away, \
             DigiCert revokes the present certificate within 72 hours after that.",
        )
        .default_value(Value::Set(Vec::new())),
        Attribute::required(
            "csr",
            Type::String,
            "Certificate signing request in PEM. Only its public key is used: names must be given \
             as arguments. Compared by content, so another line length or line end is no change. \
             Another key reissues the certificate.",
        ),
        Attribute::optional(
            "signature_hash",
            Type::String,
            "Hash of the certificate's signature. Default `sha256`, the only one for the products \
             `ssl_plus`, `ssl_multi_domain`, `ssl_wildcard`, `ssl_ev_plus`, `ssl_ev_multi_domain` \
             and `ssl_cloud_wildcard`. Changing it reissues the certificate.",
        )
        .default_value("sha256"),
        Attribute::optional_computed(
            "organization_units",
            Type::list(Type::String),
            "Departments that the certificate is for. Public TLS certificates ignore it since \
             August 2022. Changing it reissues the certificate.",
        )
        .keeps_prior_value(),
        Attribute::optional(
            "server_platform_id",
            Type::Number,
            "Server platform of the certificate, see the glossary of the Services API. Default \
             `-1` (other). Changing it reissues the certificate.",
        )
        .default_value(-1),
        Attribute::optional_computed(
            "profile_option",
            Type::String,
            "Certificate profile: `server_client_auth_eku` for a certificate that is also good for \
             client authentication (`clientAuth`), which DigiCert issues until 2027-03-01; \
             `server_auth_only_eku`; or the name of a profile of the account. Changing it reissues \
             the certificate, and so does taking it away after an apply had it. Of an imported \
             order it is read from the certificate.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "ca_cert_id",
            Type::String,
            "Id of the issuing intermediate CA, where the product lets one choose. Changing it \
             reissues the certificate, and so does taking it away after an apply had it.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "cert_validity",
            validity_object(
                "Years that the certificate is valid.",
                "Days that the certificate is valid.",
                "Last day of the certificate, `yyyy-MM-dd`.",
            ),
            "Validity of the certificate, at most one of its members. Public TLS certificates are \
             cut to 199 days since February 2026; the order may last longer. Changing it reissues \
             the certificate.",
        )
        .keeps_prior_value(),
        Attribute::optional(
            "reissue_trigger",
            Type::String,
            "Any text, such as a date. CertCentral never sees it. Setting or changing it reissues \
             the certificate for the same names and key, at no cost; taking it away does nothing. \
             If the reissue fails or is rejected, state keeps the former value, so that the next \
             plan announces the reissue again. For a certificate that the CA or somebody in \
             CertCentral revokes while the order stays open.",
        ),
    ]
}

fn validity() -> Vec<Attribute> {
    vec![
        Attribute::optional_computed(
            "validity_years",
            Type::Number,
            "Years of coverage, 1 or 2, in the older form. One of `validity_years`, \
             `validity_days`, `custom_expiration_date` and `order_validity` is required. Changing \
             it means a new order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "validity_days",
            Type::Number,
            "Days of coverage, 1 to 824, in the older form. Overrides `validity_years`. Changing \
             it means a new order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "custom_expiration_date",
            Type::String,
            "Last day of coverage, `yyyy-MM-dd`, less than 825 days ahead, in the older form. \
             Overrides `validity_days` and `validity_years`. Changing it means a new order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "order_validity",
            validity_object(
                "Years of coverage, 1 to 3.",
                "Days of coverage.",
                "Last day of coverage, `yyyy-MM-dd`.",
            ),
            "Coverage of the order, exactly one of its members. Conflicts with the three older \
             forms unless they say the same. Changing it means a new order.",
        )
        .keeps_prior_value(),
    ]
}

fn validity_object(years: &'static str, days: &'static str, date: &'static str) -> Kind {
    (
        Nesting::Single,
        vec![
            Attribute::optional("years", Type::Number, years),
            Attribute::optional("days", Type::Number, days),
            Attribute::optional("custom_expiration_date", Type::String, date),
        ],
    )
        .into()
}

fn order() -> Vec<Attribute> {
    vec![
        Attribute::optional_computed(
            "organization",
            (Nesting::Single, organization()),
            "Organization of the certificate: an existing one by `id`, or a new one by its name \
             and address. Required unless the provider has an `organization_id`. Another \
             organization means a new order; contacts change in place, as far as CertCentral can.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "container_id",
            Type::Number,
            "Container (division) of the order. Default: the provider's `container_id`, else the \
             container of the API key. Changing it means a new order; setting it to the container \
             in which CertCentral put the order does not.",
        )
        .keeps_prior_value(),
        Attribute::optional(
            "custom_fields",
            (
                Nesting::Set,
                vec![
                    Attribute::required("metadata_id", Type::Number, "Id of the custom field."),
                    Attribute::required("value", Type::String, "Its value for this order."),
                ],
            ),
            "Values of the account's custom order fields. Changed in place; a field that is left \
             out keeps its value.",
        ),
        Attribute::optional(
            "additional_emails",
            Type::set(Type::String),
            "Further addresses that get the notifications about this order. Changed in place.",
        ),
        Attribute::optional(
            "disable_renewal_notifications",
            Type::Bool,
            "Whether CertCentral sends no renewal notifications. Default `false`. Changed in \
             place.",
        )
        .default_value(false),
        Attribute::optional_computed(
            "auto_renew",
            Type::Bool,
            "Whether CertCentral renews the order by itself, at its price. CertCentral's default \
             is `false`. Cannot be changed after the order. Leave it out where \
             `renew_days_before_expiry` is set: both would renew.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "auto_reissue",
            Type::Bool,
            "Whether CertCentral reissues the certificate by itself 30 days before its end, with \
             the key that it has. Changed in place. Accounts without multi-year plans do not have \
             that: the value then stays as configured, with a warning. Leave it out where the \
             clock of `reissue_days_before_expiry` will do.",
        )
        .keeps_prior_value(),
        Attribute::optional(
            "custom_renewal_message",
            Type::String,
            "Text for the renewal notifications. Changed in place; taking it away deletes it.",
        ),
        Attribute::optional_computed(
            "comments",
            Type::String,
            "Message for the approver of the request. Cannot be changed after the order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "locale",
            Type::String,
            "Language of the e-mails about the order, such as `en`. Cannot be changed after the \
             order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "skip_approval",
            Type::Bool,
            "Whether the order skips the approval step; works only if the user of the API key may \
             approve. Holds for reissues, too. CertCentral's default is `false`. Cannot be changed \
             after the order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "disable_ct",
            Type::Bool,
            "Whether the certificate stays out of the CT logs, where the account allows it. \
             CertCentral's default is `false`. Cannot be changed after the order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "dcv_method",
            Type::String,
            "How control over the domains is proven: `email`, `dns-txt-token`, `dns-cname-token`, \
             `http-token` or `http-token-dynamic`. Default: the provider's `dcv_method`, else \
             CertCentral's. Changed in place while domains are validated; else it counts from the \
             next reissue on.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "payment_method",
            Type::String,
            "How the order is paid: `balance`, `card` or `profile`. Default: the provider's \
             `payment_method`, else `balance`. Cannot be changed after the order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "renewal_of_order_id",
            Type::Number,
            "Id of the order that this one renews. Changing it means a new order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "renewed_thumbprint",
            Type::String,
            "SHA-1 thumbprint, 40 hexadecimal digits, of the certificate that this order renews. \
             Changing it means a new order.",
        )
        .keeps_prior_value(),
        Attribute::optional_computed(
            "alternative_order_id",
            Type::String,
            "Your own reference, by which the order can be found. Default: a token that the \
             provider derives from the order's content; it finds an order whose answer was lost. \
             An order that carries it is adopted only if its names, key, product and organization \
             are those of this one. Changing it means a new order.",
        )
        .keeps_prior_value(),
        Attribute::optional(
            "order_key",
            Type::String,
            "Any text that sets this order apart from another one of the same content. Change it \
             to buy again on purpose, also where the order is closed.",
        ),
    ]
}

/// An existing organization by `id`, or a new one by the other members.
fn organization() -> Vec<Attribute> {
    let text = |name, description| Attribute::optional(name, Type::String, description);
    vec![
        Attribute::optional(
            "id",
            Type::Number,
            "Id of an existing organization. Conflicts with the members of a new one.",
        ),
        Attribute::optional(
            "contacts",
            (Nesting::List, contact()),
            "Contacts of the order. OV orders use the organization's own contact without it; EV \
             orders need an `ev_approver` or `verified_contact`.",
        ),
        text("name", "Legal name of a new organization."),
        text(
            "assumed_name",
            "Assumed name (doing business as) of a new organization.",
        ),
        text("address", "Street and number."),
        text("address2", "Second line of the address."),
        text("city", "City."),
        text("state", "State or province."),
        text("zip", "Postal code, at most 40 characters."),
        text("country", "Country as a two-letter code."),
        text("telephone", "Telephone number, at most 32 characters."),
        Attribute::optional(
            "organization_contact",
            (Nesting::Single, person()),
            "Contact of a new organization.",
        ),
    ]
}

fn contact() -> Vec<Attribute> {
    let mut members = vec![
        Attribute::required(
            "contact_type",
            Type::String,
            "`organization_contact`, `technical_contact`, `ev_approver` or `verified_contact`.",
        ),
        Attribute::optional(
            "user_id",
            Type::Number,
            "Id of an existing user or contact of the account. Without it, the five members that \
             describe a person are required; with it, they change that user's data.",
        ),
    ];
    members.extend(person());
    members
}

fn person() -> Vec<Attribute> {
    let text = |name, description| Attribute::optional(name, Type::String, description);
    vec![
        text("first_name", "First name."),
        text("last_name", "Last name."),
        text("job_title", "Job title."),
        text("telephone", "Telephone number."),
        text("email", "E-mail address."),
    ]
}

/// Arguments that steer this provider. The API never sees them; changing them calls nothing.
pub(crate) fn behaviour() -> Vec<Attribute> {
    vec![
        Attribute::optional(
            "wait_for",
            Type::String,
            "How long creating, a reissue or a renewal waits: `auto` (default) until the \
             certificate is issued, but only while nobody but DigiCert has something to do; \
             `issued` until it is issued, whoever has to act; `none` not at all. When \
             `timeouts.create`, or `timeouts.update` for the other two, is over, the order is in \
             state with its status and a warning; a later refresh picks the certificate up.",
        )
        .default_value("auto"),
        Attribute::optional(
            "on_destroy",
            Type::String,
            "What destroying does: `retain` (default) calls nothing and leaves the order as it is; \
             `cancel` cancels an order that is not issued yet and leaves an issued certificate \
             valid; `revoke` cancels an order that is not issued yet and revokes an issued one for \
             good, with all its certificates, which takes `allow_revocation = true` in the \
             provider block. The value in state counts: change it and apply before destroying. An \
             order that this resource did not place, or that another one has adopted since, stays: \
             see `claimed_order_id`.",
        )
        .default_value("retain"),
        Attribute::optional(
            "revocation_reason",
            Type::String,
            "Reason that a revocation by `on_destroy = \"revoke\"` states: `unspecified` (where \
             none is set), `keyCompromise`, `affiliationChanged`, `superseded` or \
             `cessationOfOperation`.",
        ),
        Attribute::optional(
            "claimed_order_id",
            Type::Number,
            "Id of the order that destroying may end although this resource did not place it \
             (`order_origin` is not `placed`) or another one has adopted it. Set it to the id of \
             this order, apply, and destroy then; the plan lists what it overrides. The id of any \
             other order has no effect.",
        ),
        Attribute::optional(
            "duplicate_order_check",
            Type::String,
            "What happens when an open order of the last 7 days for the same names, product and \
             organization exists that is not this one: `error` (default) stops before anything is \
             bought, `warn` orders and warns, `off` orders without a word. An older order that \
             goes on is a warning in the plan and beside the new order, unless this is `off`. With \
             `order_key`, an order of this provider for the same key does not count.",
        )
        .default_value("error"),
        Attribute::optional(
            "reorder_when_closed",
            Type::Bool,
            "Whether an order that was revoked, canceled or rejected or that expired is replaced \
             by a new one. Default `false`: the plan warns and changes nothing, because somebody \
             closed it on purpose. Another `order_key` replaces it, too.",
        )
        .default_value(false),
        Attribute::optional(
            "reissue_days_before_expiry",
            Type::Number,
            "Days before the end of the certificate from which `ready_for_reissue` is true, as \
             long as the order still has coverage. The next plan then announces a reissue for the \
             same key and names, at no cost. Where it is not set, a third of the life of the \
             certificate in force counts, at most 30 days. As many days as the certificate is \
             valid, or more, count as half of its life, because every apply would reissue. `0` \
             switches it off.",
        ),
        Attribute::optional(
            "renew_days_before_expiry",
            Type::Number,
            "Days before the end of the order from which `ready_for_renewal` is true. The next \
             plan then announces a **paid** order that continues this one and takes its place in \
             state. CertCentral renews from 90 days before the end on, so more than `90` count as \
             `90`; for an order that is not longer than the number of days, half of what is left \
             since its newest certificate counts. Default `0`, which switches it off.",
        )
        .default_value(0),
        Attribute::optional(
            "on_clock_failure",
            Type::String,
            "What it means that a reissue or renewal fails which only one of these two clocks \
             asked for: `error` (default) fails the apply, and what depends on the order is not \
             done; `warn` warns, leaves the order and its certificate as they are, and the next \
             apply tries again. In the last third of the days that the clock leaves it is an error \
             all the same, and so is a renewal of which nobody knows whether it was placed.",
        )
        .default_value("error"),
        Attribute::optional(
            "timeouts",
            (
                Nesting::Single,
                vec![
                    Attribute::optional(
                        "create",
                        Type::String,
                        "Bound of creating, waiting included, such as `10m`. Default `10m`.",
                    ),
                    Attribute::optional(
                        "update",
                        Type::String,
                        "Bound of a reissue, a renewal or a change in place, waiting included. \
                         Default `10m`.",
                    ),
                    Attribute::optional(
                        "delete",
                        Type::String,
                        "Bound of destroying, waiting included. Default `10m`.",
                    ),
                ],
            ),
            "Bounds of the operations.",
        ),
    ]
}
