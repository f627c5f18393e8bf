//! What every account starts with, all made up: users, divisions, organizations, products, fields.

use std::borrow::Cow;
use std::sync::Arc;

use time::OffsetDateTime;

use crate::settings::Seed;

/// Account number.
pub(crate) const ACCOUNT_ID: u64 = 70_001;
/// The top division, where nothing is ordered.
pub(crate) const ROOT_CONTAINER: u64 = 60_400;
/// The division that orders land in when they name none.
pub(crate) const DEFAULT_CONTAINER: u64 = 60_412;
/// What the account may spend, in whole US dollars.
pub(crate) const BALANCE: u64 = 100_000;

/// What a key's user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    Administrator,
    StandardUser,
    ViewOnly,
}

#[derive(Debug)]
pub(crate) struct User {
    pub(crate) id: u64,
    pub(crate) username: &'static str,
    pub(crate) first_name: &'static str,
    pub(crate) last_name: &'static str,
    pub(crate) email: &'static str,
    pub(crate) job_title: &'static str,
    pub(crate) role: Role,
}

/// The user of every `sandbox-` key without a special prefix.
pub(crate) const ADMINISTRATOR: User = User {
    id: 565_611,
    username: "dana.okafor",
    first_name: "Dana",
    last_name: "Okafor",
    email: "dana.okafor@example.com",
    job_title: "Platform Engineer",
    role: Role::Administrator,
};
/// Approves and moves orders through the control interface.
pub(crate) const APPROVER: User = User {
    id: 565_600,
    username: "mara.iqbal",
    first_name: "Mara",
    last_name: "Iqbal",
    email: "mara.iqbal@example.com",
    job_title: "Security Lead",
    role: Role::Administrator,
};
const STANDARD: User = User {
    id: 565_699,
    username: "ci-bot",
    first_name: "Ci",
    last_name: "Bot",
    email: "ci-bot@example.com",
    job_title: "Service user",
    role: Role::StandardUser,
};
const VIEWER: User = User {
    id: 565_690,
    username: "auditor",
    first_name: "Noa",
    last_name: "Lind",
    email: "noa.lind@example.com",
    job_title: "Auditor",
    role: Role::ViewOnly,
};
/// Everybody in the account.
pub(crate) const USERS: [&User; 4] = [&ADMINISTRATOR, &APPROVER, &STANDARD, &VIEWER];

/// The user behind a key, if the key is one of ours.
pub(crate) fn user_of_key(key: &str) -> Option<&'static User> {
    let rest = key.strip_prefix("sandbox-")?;
    Some(if rest.starts_with("readonly-") {
        &VIEWER
    } else if rest.starts_with("standard-") {
        &STANDARD
    } else {
        &ADMINISTRATOR
    })
}

/// What the account may order, and where it keeps and marks it.
#[derive(Debug)]
pub(crate) struct Catalog {
    pub(crate) containers: Vec<Container>,
    pub(crate) products: Vec<Arc<Product>>,
    pub(crate) custom_fields: Vec<CustomField>,
}

impl Catalog {
    /// What every account has, and what a company adds of its own.
    pub(crate) fn of(seed: &Seed) -> Self {
        let mut containers = CONTAINERS.to_vec();
        containers.extend(seed.containers.iter().map(|(id, name)| Container {
            id: *id,
            parent_id: ROOT_CONTAINER,
            name: name.clone().into(),
        }));
        let mut products: Vec<_> = PRODUCTS.into_iter().map(Arc::new).collect();
        products.extend(seed.products.iter().map(|(name_id, name)| {
            Arc::new(Product {
                name_id: name_id.clone().into(),
                name: name.clone().into(),
                ev: name_id.contains("_ev_"),
                replaced_by: None,
                unit_price: 300,
            })
        }));
        let mut custom_fields = CUSTOM_FIELDS.to_vec();
        custom_fields.extend(seed.custom_fields.iter().map(|(id, label)| CustomField {
            id: *id,
            label: label.clone().into(),
            data_type: None,
        }));
        Self {
            containers,
            products,
            custom_fields,
        }
    }

    /// A division by its id.
    pub(crate) fn container(&self, id: u64) -> Option<&Container> {
        self.containers.iter().find(|container| container.id == id)
    }

    /// A product by its identifier.
    pub(crate) fn product(&self, name_id: &str) -> Option<Arc<Product>> {
        let mut products = self.products.iter();
        products.find(|product| product.name_id == name_id).cloned()
    }

    /// A custom field by its metadata id.
    pub(crate) fn custom_field(&self, id: u64) -> Option<&CustomField> {
        self.custom_fields.iter().find(|field| field.id == id)
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Container {
    pub(crate) id: u64,
    pub(crate) parent_id: u64,
    pub(crate) name: Cow<'static, str>,
}

const CONTAINERS: [Container; 2] = [
    Container {
        id: ROOT_CONTAINER,
        parent_id: 0,
        name: Cow::Borrowed("Example Widgets"),
    },
    Container {
        id: DEFAULT_CONTAINER,
        parent_id: ROOT_CONTAINER,
        name: Cow::Borrowed("Web Platform"),
    },
];

#[derive(Debug, Clone)]
pub(crate) struct Organization {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) assumed_name: Option<String>,
    pub(crate) address: String,
    pub(crate) address2: Option<String>,
    pub(crate) zip: String,
    pub(crate) city: String,
    pub(crate) state: String,
    pub(crate) country: String,
    pub(crate) telephone: Option<String>,
    pub(crate) active: bool,
    /// When it was last validated. Until that lapses, orders need not wait for it.
    pub(crate) validated: Option<OffsetDateTime>,
    /// A verified contact is on file, so that an EV order may name none.
    pub(crate) has_verified_contact: bool,
}

/// The organizations of a new account, so many more, and those of a company. Those that are
/// validated were so when the account began.
pub(crate) fn organizations(
    subsidiaries: u16,
    seed: &Seed,
    began: OffsetDateTime,
) -> Vec<Organization> {
    let widgets = Organization {
        id: 778_812,
        name: "Example Widgets LLC".into(),
        assumed_name: Some("Widgets".into()),
        address: "12 Sample Road".into(),
        address2: Some("Suite 4".into()),
        zip: "84043".into(),
        city: "Lehi".into(),
        state: "Utah".into(),
        country: "us".into(),
        telephone: Some("801-555-0100".into()),
        active: true,
        validated: Some(began),
        has_verified_contact: true,
    };
    let mut organizations = vec![
        Organization {
            id: 123_456,
            name: "Example Company Inc.".into(),
            assumed_name: None,
            address2: None,
            has_verified_contact: false,
            ..widgets.clone()
        },
        Organization {
            id: 778_840,
            name: "Legacy Widgets GmbH".into(),
            assumed_name: None,
            address: "Beispielweg 3".into(),
            address2: None,
            zip: "10115".into(),
            city: "Berlin".into(),
            state: "Berlin".into(),
            country: "de".into(),
            telephone: None,
            active: false,
            validated: None,
            has_verified_contact: false,
        },
        Organization {
            id: 778_851,
            name: "Fresh Widgets Inc.".into(),
            assumed_name: None,
            address2: None,
            validated: None,
            has_verified_contact: false,
            ..widgets.clone()
        },
        widgets.clone(),
    ];
    organizations.extend((1..=subsidiaries).map(|number| Organization {
        id: 780_000 + u64::from(number),
        name: format!("Example Subsidiary {number} Inc."),
        assumed_name: None,
        ..widgets.clone()
    }));
    organizations.extend(seed.organizations.iter().map(|(id, name)| Organization {
        id: *id,
        name: name.clone(),
        assumed_name: None,
        ..widgets.clone()
    }));
    organizations
}

#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) name_id: Cow<'static, str>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) ev: bool,
    /// The product that replaces a legacy one. Legacy products take only SHA-256.
    pub(crate) replaced_by: Option<&'static str>,
    /// Price of one name for one year in whole US dollars.
    pub(crate) unit_price: u64,
}

impl Product {
    pub(crate) fn hashes(&self) -> &'static [(&'static str, &'static str)] {
        const ALL: &[(&str, &str)] = &[
            ("sha256", "SHA-256"),
            ("sha384", "SHA-384"),
            ("sha512", "SHA-512"),
        ];
        if self.replaced_by.is_some() {
            &ALL[..1]
        } else {
            ALL
        }
    }
}

const fn product(
    name_id: &'static str,
    name: &'static str,
    ev: bool,
    replaced_by: Option<&'static str>,
    unit_price: u64,
) -> Product {
    Product {
        name_id: Cow::Borrowed(name_id),
        name: Cow::Borrowed(name),
        ev,
        replaced_by,
        unit_price,
    }
}

/// Everything the account may order.
const PRODUCTS: [Product; 12] = [
    product("ssl_basic", "Basic OV", false, None, 293),
    product("ssl_ev_basic", "Basic EV", true, None, 430),
    product("ssl_securesite_flex", "Secure Site OV", false, None, 438),
    product("ssl_ev_securesite_flex", "Secure Site EV", true, None, 1044),
    product(
        "ssl_securesite_pro",
        "Secure Site Pro SSL",
        false,
        None,
        1080,
    ),
    product(
        "ssl_ev_securesite_pro",
        "Secure Site Pro EV SSL",
        true,
        None,
        1620,
    ),
    product("ssl_plus", "Standard SSL", false, Some("ssl_basic"), 268),
    product(
        "ssl_multi_domain",
        "Multi-Domain SSL",
        false,
        Some("ssl_basic"),
        299,
    ),
    product("ssl_wildcard", "Wildcard", false, Some("ssl_basic"), 782),
    product("ssl_ev_plus", "EV SSL", true, Some("ssl_ev_basic"), 399),
    product(
        "ssl_ev_multi_domain",
        "EV Multi-Domain",
        true,
        Some("ssl_ev_basic"),
        489,
    ),
    product("ssl_cloud_wildcard", "Cloud", false, Some("ssl_basic"), 900),
];

/// Definition of an account's custom field.
#[derive(Debug, Clone)]
pub(crate) struct CustomField {
    pub(crate) id: u64,
    pub(crate) label: Cow<'static, str>,
    /// `None` takes any text.
    pub(crate) data_type: Option<&'static str>,
}

const fn field(id: u64, label: &'static str, data_type: Option<&'static str>) -> CustomField {
    CustomField {
        id,
        label: Cow::Borrowed(label),
        data_type,
    }
}

const CUSTOM_FIELDS: [CustomField; 5] = [
    field(11, "Invoice number", Some("text")),
    field(112, "Cost center", Some("text")),
    field(113, "Notify", Some("email_list")),
    field(114, "Free form", None),
    field(115, "Seats", Some("int")),
];

/// Server platforms: id, name and the last word of their help pages.
pub(crate) const SERVER_PLATFORMS: [(i64, &str, &str); 8] = [
    (-1, "OTHER", ""),
    (2, "Apache", "-apache"),
    (31, "nginx (legacy)", "-nginx"),
    (40, "Microsoft IIS 7", "-iis-7"),
    (45, "nginx", "-nginx"),
    (55, "Java", "-java"),
    (57, "Other", ""),
    (67, "Microsoft IIS 8", "-iis-8"),
];

/// Domains that [`Dcv::ExampleDomains`](crate::Dcv::ExampleDomains) counts as validated.
pub(crate) const EXAMPLE_DOMAINS: [&str; 3] = ["example.com", "example.net", "example.org"];
