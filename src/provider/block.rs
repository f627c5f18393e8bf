//! The provider block: its schema and model. What its values mean is resolved in
//! [`super::settings`].

use crate::framework::{Attr, Attribute, Schema, Type};

crate::model! {
    /// The provider block as core hands it over.
    pub struct ProviderConfig {
        /// Sent as `X-DC-DEVKEY`.
        pub api_key: Attr<String>,
        /// `us` or `eu`.
        pub region: Attr<String>,
        /// Another host, ending in `/services/v2`.
        pub base_url: Attr<String>,
        /// Organization of orders that name none.
        pub organization_id: Attr<i64>,
        /// Container of orders that name none.
        pub container_id: Attr<i64>,
        /// Payment method of orders that name none.
        pub payment_method: Attr<String>,
        /// DCV method of orders that name none.
        pub dcv_method: Attr<String>,
        /// What one order may cost.
        pub max_order_price: Attr<String>,
        /// Whether orders may be revoked.
        pub allow_revocation: Attr<bool>,
        /// Whether nothing may be changed.
        pub read_only: Attr<bool>,
        /// Paid orders of one apply.
        pub max_orders_per_apply: Attr<i64>,
        /// File that tells every changing call.
        pub audit_log_path: Attr<String>,
        /// Deadline of one API call.
        pub request_timeout: Attr<String>,
        /// How often a call is repeated.
        pub max_retries: Attr<i64>,
        /// How many calls are sent in a second.
        pub requests_per_second: Attr<i64>,
        /// PEM file of further root certificates.
        pub ca_bundle_file: Attr<String>,
        /// Proxy for all API calls.
        pub proxy_url: Attr<String>,
    }
}

/// The schema of the provider block.
pub(super) fn schema() -> Schema {
    Schema {
        version: 0,
        description: "Orders and manages OV and EV TLS certificates at [DigiCert \
            CertCentral](https://dev.digicert.com/en/certcentral-apis/services-api.html) through \
            the Services API.\n\n\
            Every argument can be left out: a plan of new orders needs neither an API key nor a \
            network.",
        attributes: vec![
            Attribute::optional(
                "api_key",
                Type::String,
                "CertCentral API key. Can be set by `DIGICERT_API_KEY` instead, which keeps it out \
                 of the configuration. Needed only when a call is made: planning new orders works \
                 without.",
            )
            .sensitive(),
            Attribute::optional(
                "region",
                Type::String,
                "Where the CertCentral account lives: `us` (default, `www.digicert.com`) or `eu` \
                 (`certcentral.digicert.eu`). Can be set by `DIGICERT_REGION`. Conflicts with \
                 `base_url`.",
            ),
            Attribute::optional(
                "base_url",
                Type::String,
                "Base URL of the Services API, ending in `/services/v2`. `https` only, except for \
                 loopback addresses. Can be set by `DIGICERT_BASE_URL`. Conflicts with `region`.",
            ),
            Attribute::optional(
                "organization_id",
                Type::Number,
                "Organization of every order that has no `organization` of its own.",
            ),
            Attribute::optional(
                "container_id",
                Type::Number,
                "Container (division) of every order that has no `container_id` of its own.",
            ),
            Attribute::optional(
                "payment_method",
                Type::String,
                "Payment method of every order that has none of its own: `balance`, `card` or \
                 `profile`.",
            ),
            Attribute::optional(
                "dcv_method",
                Type::String,
                "DCV method of every order that has none of its own: `email`, `dns-txt-token`, \
                 `dns-cname-token`, `http-token` or `http-token-dynamic`.",
            ),
            Attribute::optional(
                "max_order_price",
                Type::String,
                "What one order may cost before tax, such as `\"250.00\"`, in the currency of the \
                 account. A plan that buys stops above it, and the price is checked again just \
                 before the order is placed. With a limit, an order whose price CertCentral does \
                 not tell is refused too. Without an API key the plan cannot ask for the price, \
                 and only the apply checks it. Before Terraform 1.16 this limit is the only guard \
                 against a price that rises between plan and apply; from then on the price that \
                 the reviewed plan showed binds as well. Can be set by `DIGICERT_MAX_ORDER_PRICE`. \
                 Default: no limit.",
            ),
            Attribute::optional(
                "allow_revocation",
                Type::Bool,
                "Whether destroying an order whose `on_destroy` is `revoke` may revoke it. Default \
                 `false`: a plan that would revoke is refused, and no revocation is ever sent. Can \
                 be set by `DIGICERT_ALLOW_REVOCATION` (`true`, `false`, `1` or `0`).",
            ),
            Attribute::optional(
                "read_only",
                Type::Bool,
                "Whether the provider only reads, for pipelines that plan and never apply. With \
                 `true` no call that changes anything in CertCentral is ever sent: nothing is \
                 ordered, reissued, changed, canceled or revoked. A plan still shows what an apply \
                 would do, and warns that it would be refused. Default `false`. Can be set by \
                 `DIGICERT_READ_ONLY` (`true`, `false`, `1` or `0`).",
            ),
            Attribute::optional(
                "max_orders_per_apply",
                Type::Number,
                "How many paid orders one apply places at most with this provider block, renewals \
                 included. Default `50`; `0` allows none. The next order is refused before it is \
                 sent, so that a `count` gone wrong is not bought. An order that an earlier run \
                 placed and that is adopted does not count. Can be set by `DIGICERT_MAX_ORDERS`.",
            ),
            Attribute::optional(
                "audit_log_path",
                Type::String,
                "File to which every call that changes something in CertCentral is appended, as a \
                 JSON line before it is sent and another one after. The directory must exist; the \
                 file is made for its owner only, and a symbolic link is refused, as is a file \
                 that holds anything else. A change that cannot be written there first is not \
                 made. No key, CSR or person is in it. Can be set by `DIGICERT_AUDIT_LOG`. \
                 Default: none.",
            ),
            Attribute::optional(
                "request_timeout",
                Type::String,
                "Deadline of one API call, such as `45s`. Default `30s`. An order POST has at \
                 least 120 seconds, because CertCentral may issue the certificate inside it.",
            ),
            Attribute::optional(
                "max_retries",
                Type::Number,
                "How often one API call is repeated after a failure that may pass; `0` is never. \
                 Default `8`, which outlasts CertCentral's request limit. Repeats end with the \
                 time of the operation (`timeouts`) and with Ctrl-C. A call that changes something \
                 is repeated only if CertCentral did nothing for certain: after a 429, or if no \
                 connection stood. An order, a reissue and what ends one are looked for before \
                 each repeat. A connection that does not stand is tried four times at most, and so \
                 is a look that is answered with 500. Can be set by `DIGICERT_MAX_RETRIES`.",
            ),
            Attribute::optional(
                "requests_per_second",
                Type::Number,
                "How many API calls are sent in any second at most, from `1` to `100`, for \
                 accounts in which several runs share a key. Without it the provider keeps to nine \
                 tenths of CertCentral's limits, 100 calls in 5 seconds and 1000 in 3 minutes. Can \
                 be set by `DIGICERT_REQUESTS_PER_SECOND`.",
            ),
            Attribute::optional(
                "ca_bundle_file",
                Type::String,
                "File of root certificates that are trusted in addition to those of the system, \
                 for networks that inspect TLS: PEM, or one certificate in DER. Can be set by \
                 `DIGICERT_CA_BUNDLE`. Verification cannot be switched off.",
            ),
            Attribute::optional(
                "proxy_url",
                Type::String,
                "Proxy for all API calls, such as `http://proxy.example.com:3128`; without a \
                 scheme it is `http`. Default: `HTTPS_PROXY`, else `ALL_PROXY`, except for hosts \
                 in `NO_PROXY`, which does not hold for this argument. A password that the proxy \
                 refuses is not sent again in the same run.",
            ),
        ],
    }
}
