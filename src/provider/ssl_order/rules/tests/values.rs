//! Single values: products, enumerations, ids, addresses.

use super::{each_is_refused, each_passes};
use crate::framework::{Attr, Set};
use crate::provider::ssl_order::model::{CustomFieldModel, TimeoutsModel};
use crate::provider::ssl_order::samples::names;

fn fields(fields: &[(i64, &str)]) -> Attr<Set<Attr<CustomFieldModel>>> {
    let field = |(id, value): &(i64, &str)| {
        Attr::Known(CustomFieldModel {
            metadata_id: Attr::Known(*id),
            value: (*value).into(),
        })
    };
    Attr::Known(Set(fields.iter().map(field).collect()))
}

#[test]
fn a_locale_looks_like_a_language() {
    each_is_refused(&[
        (
            |o| o.locale = "English".into(),
            "warning locale: Unknown value. `locale` is \"English\", which does not look like a \
             language",
        ),
        (|o| o.locale = " ".into(), "warning locale: Unknown value."),
    ]);
    each_passes(&[
        ("en", |o| o.locale = "en".into()),
        ("zh_CN", |o| o.locale = "zh_CN".into()),
        ("pt-br", |o| o.locale = "pt-br".into()),
    ]);
}

#[test]
fn a_product_is_a_name_id_and_an_unknown_one_only_warns() {
    each_is_refused(&[
        (
            |o| o.product_name_id = "".into(),
            "error product_name_id: Invalid product. \"\" is not a product name id",
        ),
        (
            |o| o.product_name_id = "SSL_PLUS".into(),
            "error product_name_id: Invalid product. \"SSL_PLUS\" is not",
        ),
        (
            |o| o.product_name_id = "ssl plus".into(),
            "error product_name_id: Invalid product. \"ssl plus\" is not",
        ),
        (
            |o| o.product_name_id = "../order".into(),
            "error product_name_id: Invalid product. \"../order\" is not",
        ),
        (
            |o| o.product_name_id = "ssl_new_2030".into(),
            "warning product_name_id: Unknown product. \"ssl_new_2030\" is none of the products \
             that this provider knows (ssl_plus, ",
        ),
    ]);
    each_passes(&[
        ("basic", |o| o.product_name_id = "ssl_basic".into()),
        ("flex", |o| o.product_name_id = "ssl_securesite_flex".into()),
        ("pro", |o| o.product_name_id = "ssl_securesite_pro".into()),
    ]);
}

#[test]
fn the_products_of_the_api_page_take_sha256_only() {
    each_is_refused(&[
        (
            |o| o.signature_hash = "sha1".into(),
            "error signature_hash: Invalid signature hash. `ssl_cloud_wildcard` is issued with \
             \"sha256\" only; `signature_hash` is \"sha1\"",
        ),
        (
            |o| o.signature_hash = "SHA256".into(),
            "error signature_hash: Invalid signature hash. `ssl_cloud_wildcard` is issued with \
             \"sha256\" only; `signature_hash` is \"SHA256\"",
        ),
        (
            |o| o.signature_hash = "".into(),
            "error signature_hash: Invalid signature hash. `ssl_cloud_wildcard` is issued with \
             \"sha256\" only; `signature_hash` is \"\"",
        ),
        (
            |o| o.signature_hash = "sha384".into(),
            "error signature_hash: Invalid signature hash. `ssl_cloud_wildcard` is issued with \
             \"sha256\" only; `signature_hash` is \"sha384\"",
        ),
        (
            |o| {
                o.product_name_id = "ssl_basic".into();
                o.signature_hash = "SHA-1".into();
            },
            "error signature_hash: Invalid signature hash. `signature_hash` is \"SHA-1\", which no \
             public certificate is signed with",
        ),
        (
            |o| {
                o.product_name_id = "ssl_basic".into();
                o.signature_hash = "sha3-256".into();
            },
            "warning signature_hash: Unknown value. `signature_hash` is \"sha3-256\"; this \
             provider knows \"sha256\"",
        ),
    ]);
    each_passes(&[("sha512 of a later product", |o| {
        o.product_name_id = "ssl_basic".into();
        o.signature_hash = "sha512".into();
    })]);
}

#[test]
fn own_choices_are_closed_and_those_of_the_api_open() {
    each_is_refused(&[
        (
            |o| o.wait_for = "ever".into(),
            "error wait_for: Invalid value. `wait_for` is \"ever\"; it takes \"auto\", \"issued\" \
             or \"none\".",
        ),
        (
            |o| o.on_destroy = "delete".into(),
            "error on_destroy: Invalid value. `on_destroy` is \"delete\"; it takes \"retain\", \
             \"cancel\" or \"revoke\".",
        ),
        (
            |o| o.revocation_reason = "KeyCompromise".into(),
            "error revocation_reason: Invalid value. `revocation_reason` is \"KeyCompromise\"; it \
             takes \"unspecified\", \"keyCompromise\",",
        ),
        (
            |o| o.reissue_days_before_expiry = Attr::Known(-1),
            "error reissue_days_before_expiry: Invalid number of days. \
             `reissue_days_before_expiry` is -1;",
        ),
        (
            |o| o.reissue_days_before_expiry = Attr::Known(i64::MAX),
            "error reissue_days_before_expiry: Invalid number of days. \
             `reissue_days_before_expiry` is 9223372036854775807; it takes a number of days up to \
             3650, or 0",
        ),
        (
            |o| o.renew_days_before_expiry = Attr::Known(3651),
            "error renew_days_before_expiry: Invalid number of days. `renew_days_before_expiry` is \
             3651;",
        ),
        (
            |o| o.renew_days_before_expiry = Attr::Known(-30),
            "error renew_days_before_expiry: Invalid number of days. `renew_days_before_expiry` is \
             -30;",
        ),
        (
            |o| o.renew_days_before_expiry = Attr::Known(91),
            "warning renew_days_before_expiry: Renewal is refused this early. \
             `renew_days_before_expiry` is 91, but CertCentral refuses",
        ),
        (
            |o| o.on_destroy = "".into(),
            "error on_destroy: Invalid value. `on_destroy` is \"\"",
        ),
        (
            |o| o.duplicate_order_check = "Off".into(),
            "error duplicate_order_check: Invalid value. `duplicate_order_check` is \"Off\"; it \
             takes \"error\", \"warn\" or \"off\".",
        ),
        (
            |o| o.payment_method = "cash".into(),
            "warning payment_method: Unknown value. `payment_method` is \"cash\"; this provider \
             knows \"balance\", \"card\" or \"profile\".",
        ),
        (
            |o| o.dcv_method = "carrier-pigeon".into(),
            "warning dcv_method: Unknown value. `dcv_method` is \"carrier-pigeon\"; this provider \
             knows \"email\"",
        ),
    ]);
    each_passes(&[
        ("issued", |o| o.wait_for = "issued".into()),
        ("none", |o| o.wait_for = "none".into()),
        ("cancel", |o| o.on_destroy = "cancel".into()),
        ("revoke", |o| o.on_destroy = "revoke".into()),
        ("reason", |o| o.revocation_reason = "keyCompromise".into()),
        ("the longest clock", |o| {
            o.reissue_days_before_expiry = Attr::Known(3650);
        }),
        ("no clock", |o| {
            o.reissue_days_before_expiry = Attr::Known(0);
            o.renew_days_before_expiry = Attr::Known(0);
        }),
        ("as early as can be", |o| {
            o.renew_days_before_expiry = Attr::Known(90);
        }),
        ("warn", |o| o.duplicate_order_check = "warn".into()),
        ("card", |o| o.payment_method = "card".into()),
        ("txt", |o| o.dcv_method = "dns-txt-token".into()),
    ]);
}

#[test]
fn ids_are_above_zero() {
    each_is_refused(&[
        (
            |o| o.container_id = Attr::Known(0),
            "error container_id: Invalid id. 0 is not an id",
        ),
        (
            |o| o.container_id = Attr::Known(-1),
            "error container_id: Invalid id. -1 is not an id",
        ),
        (
            |o| o.renewal_of_order_id = Attr::Known(0),
            "error renewal_of_order_id: Invalid id. 0 is not an id",
        ),
        (
            |o| {
                o.custom_fields = Attr::Known(Set(vec![Attr::Known(CustomFieldModel {
                    metadata_id: Attr::Known(-7),
                    value: "x".into(),
                })]));
            },
            "error custom_fields: Invalid id. -7 is not a `metadata_id`",
        ),
        (
            |o| o.custom_fields = fields(&[(11, "a"), (12, "b"), (11, "c")]),
            "error custom_fields: Duplicate custom field. `metadata_id` 11 has 2 values",
        ),
        (
            |o| o.server_platform_id = Attr::Known(0),
            "warning server_platform_id: Unknown server platform. `server_platform_id` is 0;",
        ),
    ]);
    each_passes(&[
        ("container", |o| o.container_id = Attr::Known(1)),
        ("two fields", |o| {
            o.custom_fields = fields(&[(11, "a"), (12, "a")]);
        }),
        ("platform", |o| o.server_platform_id = Attr::Known(45)),
        ("renewal above 2^31", |o| {
            o.renewal_of_order_id = Attr::Known(2_147_500_001);
        }),
    ]);
}

#[test]
fn addresses_have_a_local_part_and_a_domain() {
    each_is_refused(&[
        (
            |o| o.additional_emails = names(&["tls"]),
            "error additional_emails: Invalid e-mail address. \"tls\" is not",
        ),
        (
            |o| o.additional_emails = names(&["@example.com"]),
            "error additional_emails: Invalid e-mail address. \"@example.com\" is not",
        ),
        (
            |o| o.additional_emails = names(&["tls@localhost"]),
            "error additional_emails: Invalid e-mail address. \"tls@localhost\" is not",
        ),
        (
            |o| o.additional_emails = names(&["tls@.com"]),
            "error additional_emails: Invalid e-mail address. \"tls@.com\" is not",
        ),
        (
            |o| o.additional_emails = names(&["a b@example.com"]),
            "error additional_emails: Invalid e-mail address. \"a b@example.com\" is not",
        ),
        (
            |o| o.additional_emails = names(&["good@example.com", "tls@example.com."]),
            "error additional_emails: Invalid e-mail address. \"tls@example.com.\" is not",
        ),
    ]);
    each_passes(&[
        ("plus", |o| {
            o.additional_emails = names(&["tls+alerts@example.com", "b@sub.example.com"]);
        }),
        ("none", |o| o.additional_emails = names(&[])),
    ]);
}

#[test]
fn an_order_is_renewed_by_one_of_two() {
    each_is_refused(&[(
        |o| {
            o.auto_renew = Attr::Known(true);
            o.renew_days_before_expiry = Attr::Known(45);
        },
        "warning auto_renew: Order may be renewed twice. `auto_renew` is true, so CertCentral \
         renews the order by itself before it ends, and `renew_days_before_expiry` is 45, so",
    )]);
    each_passes(&[
        ("by CertCentral", |o| o.auto_renew = Attr::Known(true)),
        ("by CertCentral, never here", |o| {
            o.auto_renew = Attr::Known(true);
            o.renew_days_before_expiry = Attr::Known(0);
        }),
        ("by Terraform", |o| {
            o.auto_renew = Attr::Known(false);
            o.renew_days_before_expiry = Attr::Known(45);
        }),
        ("not known yet", |o| {
            o.auto_renew = Attr::Unknown;
            o.renew_days_before_expiry = Attr::Known(45);
        }),
    ]);
}

#[test]
fn thumbprints_references_and_durations_have_their_form() {
    each_is_refused(&[
        (
            |o| o.renewed_thumbprint = "AB".into(),
            "error renewed_thumbprint: Invalid thumbprint. \"AB\" is not a SHA-1 thumbprint",
        ),
        (
            |o| o.renewed_thumbprint = "G39AA9C3C3FCDA70E1B9C993F8B7C2D5CE9D55B3".into(),
            "error renewed_thumbprint: Invalid thumbprint.",
        ),
        (
            |o| o.renewed_thumbprint = "F3:9A:A9:C3:C3:FC:DA:70:E1:B9:C9:93:F8:B7".into(),
            "error renewed_thumbprint: Invalid thumbprint.",
        ),
        (
            |o| o.alternative_order_id = "".into(),
            "error alternative_order_id: Invalid alternative order id.",
        ),
        (
            |o| o.alternative_order_id = "a\nb".into(),
            "error alternative_order_id: Invalid alternative order id.",
        ),
        (
            |o| o.alternative_order_id = Attr::Known("x".repeat(129)),
            "warning alternative_order_id: Long alternative order id. `alternative_order_id` has \
             129 characters.",
        ),
        (
            |o| {
                o.timeouts = Attr::Known(TimeoutsModel {
                    create: "soon".into(),
                    ..TimeoutsModel::default()
                });
            },
            "error timeouts.create: Invalid duration. `timeouts.create` is \"soon\", not a \
             duration",
        ),
        (
            |o| {
                o.timeouts = Attr::Known(TimeoutsModel {
                    update: "10".into(),
                    ..TimeoutsModel::default()
                });
            },
            "error timeouts.update: Invalid duration. `timeouts.update` is \"10\", not a duration",
        ),
        (
            |o| {
                o.timeouts = Attr::Known(TimeoutsModel {
                    delete: "366d".into(),
                    ..TimeoutsModel::default()
                });
            },
            "error timeouts.delete: Invalid duration. `timeouts.delete` is \"366d\", longer than a \
             year. Set a shorter duration",
        ),
    ]);
    each_passes(&[
        ("thumbprint", |o| {
            o.renewed_thumbprint = "f39aa9c3c3fcda70e1b9c993f8b7c2d5ce9d55b3".into();
        }),
        ("longest reference", |o| {
            o.alternative_order_id = Attr::Known("x".repeat(128));
        }),
        ("duration", |o| {
            o.timeouts = Attr::Known(TimeoutsModel {
                create: "1h30m".into(),
                ..TimeoutsModel::default()
            });
        }),
    ]);
}
