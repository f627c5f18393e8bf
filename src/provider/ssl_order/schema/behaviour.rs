//! Arguments that steer this provider. The API never sees them; changing them calls nothing.

use crate::framework::{Attribute, Nesting, Type};

pub(crate) fn attributes() -> Vec<Attribute> {
    vec![
        Attribute::optional(
            "wait_for",
            Type::String,
            "How long creating, a reissue or a renewal waits: `auto` (default) until the certificate is issued, but only while nobody but DigiCert has something \
             to do; `issued` until it is issued, whoever has to act; `none` not at all. When `timeouts.create`, or `timeouts.update` for \
             the other two, is over, the order is in state with its status and a warning; a later refresh picks the certificate up.",
        )
        .default_value("auto"),
        Attribute::optional(
            "on_destroy",
            Type::String,
            "What destroying does: `retain` (default) calls nothing and leaves the order as it is; `cancel` cancels an order that is not \
             issued yet and leaves an issued certificate valid; `revoke` cancels an order that is not issued yet and revokes an issued one for \
             good, with all its certificates, which takes `allow_revocation = true` in the provider block. The value in state counts: change it \
             and apply before destroying.",
        )
        .default_value("retain"),
        Attribute::optional(
            "revocation_reason",
            Type::String,
            "Reason that a revocation by `on_destroy = \"revoke\"` states: `unspecified` (where none is set), `keyCompromise`, \
             `affiliationChanged`, `superseded` or `cessationOfOperation`.",
        ),
        Attribute::optional(
            "duplicate_order_check",
            Type::String,
            "What happens when an open order of the last 7 days for the same names, product and organization exists that is not this one: \
             `error` (default) stops before anything is bought, `warn` orders and warns, `off` orders without a word.",
        )
        .default_value("error"),
        Attribute::optional(
            "reorder_when_closed",
            Type::Bool,
            "Whether an order that was revoked, canceled or rejected or that expired is replaced by a new one. Default `false`: the plan \
             warns and changes nothing, because somebody closed it on purpose.",
        )
        .default_value(false),
        Attribute::optional(
            "reissue_days_before_expiry",
            Type::Number,
            "Days before the end of the certificate from which `ready_for_reissue` is true, as long as the order still has coverage. The next \
             plan then announces a reissue for the same key and names, at no cost. As many days as the certificate is valid, or more, count as half \
             of its life, because every apply would reissue. Default `30`; `0` switches it off.",
        )
        .default_value(30),
        Attribute::optional(
            "renew_days_before_expiry",
            Type::Number,
            "Days before the end of the order from which `ready_for_renewal` is true. The next plan then announces a **paid** order that \
             continues this one and takes its place in state. CertCentral renews from 90 days before the end on, so more than `90` count as \
             `90`; for an order that is not longer than the number of days, half of what is left since its newest certificate counts. Default `0`, which switches it off.",
        )
        .default_value(0),
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
                        "Bound of a reissue, a renewal or a change in place, waiting included. Default `10m`.",
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
