//! What the provider block and the environment together say: one table of settings, which
//! `terraform validate` and the configuration of the provider both read. Pure but for the file of
//! roots: the environment comes in as a function.

mod network;

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use self::network::{CA_BUNDLE, PROXY_URL, holds_credentials};
use super::block::ProviderConfig;
use crate::certcentral::{
    Amount, ApiKey, AuditLog, BaseUrl, CaBundle, ConfigError, DEFAULT_MAX_RETRIES, Leave, ProxyUrl,
};
use crate::framework::{Attr, AttributePath, Diagnostic, Diagnostics};

/// Deadline of one API call where nobody sets another.
const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// Paid orders of one apply where nobody sets another number.
const DEFAULT_MAX_ORDERS: u32 = 50;

/// The resolved settings of one provider configuration.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Absent, unknown until apply, or there.
    pub api_key: Attr<ApiKey>,
    /// Where the API is. Unknown while the configuration does not know it yet.
    pub base_url: Attr<BaseUrl>,
    /// What orders use that set nothing of their own.
    pub order_defaults: OrderDefaults,
    /// What one order may cost, in the currency of the account.
    pub max_order_price: Attr<Amount>,
    /// What the provider must not do.
    pub guards: Guards,
    /// Deadline of one API call.
    pub request_timeout: Duration,
    /// How often a call is repeated.
    pub max_retries: u32,
    /// How many calls are sent in any second, where somebody wants fewer than CertCentral allows.
    pub requests_per_second: Option<usize>,
    /// Further roots to trust.
    pub ca_bundle: Option<CaBundle>,
    /// Proxy for all calls: of the block, or of the environment, where one that cannot be used
    /// fails the calls.
    pub proxy: Option<Result<ProxyUrl, ConfigError>>,
    /// Variables that take the place of the system's roots.
    pub root_variables: Vec<(String, String)>,
    /// The version of the core that runs us, for the User-Agent.
    pub terraform_version: String,
    /// How the process ends while calls are on their way.
    pub leave: Leave,
    /// Of a simulation: see [`Config::isolated`](crate::certcentral::Config::isolated).
    pub isolated: Option<u64>,
    /// Of a simulation: where the locks of the machine lie that it plays.
    pub machine: Option<PathBuf>,
}

/// Values of the provider block that stand in for arguments an order leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderDefaults {
    /// `organization.id`.
    pub organization_id: Attr<i64>,
    /// `container_id`.
    pub container_id: Attr<i64>,
    /// `payment_method`.
    pub payment_method: Attr<String>,
    /// `dcv_method`.
    pub dcv_method: Attr<String>,
}

/// What the provider must not do. A guard that is not known yet guards: nothing is changed before
/// it is known.
#[derive(Clone, Debug)]
pub struct Guards {
    /// Whether orders may be revoked. A value that is not known yet is no permission.
    pub allow_revocation: bool,
    /// Whether nothing may be changed at all.
    pub read_only: Attr<bool>,
    /// Paid orders that one process places at most.
    pub max_orders: Attr<u32>,
    /// File that tells every changing call; null for none.
    pub audit_log: Attr<AuditLog>,
}

impl Guards {
    /// Whether a changing call may be made at all.
    pub(in crate::provider) fn forbid_changes(&self) -> bool {
        self.read_only != Attr::Known(false)
            || self.max_orders.is_unknown()
            || matches!(self.audit_log, Attr::Unknown)
    }
}

impl Settings {
    /// Texts that no output may hold: the API key in every form, and the password of a proxy, also
    /// of one that only the HTTP library reads from the environment.
    pub(super) fn secrets(&self, variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
        let key = self.api_key.known().into_iter().flat_map(ApiKey::forms);
        let of_block = self.proxy.clone().and_then(Result::ok);
        let proxies = network::proxies(variable).chain(of_block);
        let passwords = proxies.filter_map(|proxy| proxy.password().map(str::to_owned));
        key.chain(passwords).collect()
    }
}

/// Resolves the block. The configuration wins over the environment; an empty variable counts as
/// unset.
pub(super) fn resolve(
    config: &ProviderConfig,
    terraform_version: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Settings, Diagnostics> {
    let mut reader = Reader {
        environment: variable,
        problems: Diagnostics::new(),
    };
    let mut settings = Settings {
        api_key: reader.value(&API_KEY, &config.api_key),
        ca_bundle: reader
            .value(&CA_BUNDLE, &config.ca_bundle_file)
            .into_known(),
        root_variables: network::root_variables(variable),
        terraform_version: terraform_version.to_owned(),
        ..reader.settings(config)
    };
    if config.proxy_url == Attr::Null
        && let Attr::Known(base_url) = &settings.base_url
    {
        settings.proxy = network::proxy_to(&base_url.host(), variable);
    }
    match reader.problems.has_errors() {
        true => Err(reader.problems),
        false => Ok(settings),
    }
}

/// Returns what is wrong with the values of the block that need neither environment nor files: what
/// `terraform validate` checks.
pub(super) fn check_values(config: &ProviderConfig) -> Diagnostics {
    let mut reader = Reader {
        environment: &|_| None,
        problems: Diagnostics::new(),
    };
    reader.settings(config);
    reader.problems
}

/// A setting: its argument, the variable that stands in where the block is silent, whether its text
/// is a secret, and what it means.
struct Setting<T> {
    argument: &'static str,
    variable: Option<&'static str>,
    /// Whether nobody may see the text. Core quotes the line of the argument that a diagnostic
    /// points at, so one about such a text points nowhere.
    is_secret: fn(&str) -> bool,
    parse: fn(Given<'_>) -> Result<T, Diagnostic>,
}

impl<T> Setting<T> {
    /// A setting whose text everybody may see.
    const fn new(
        argument: &'static str,
        variable: Option<&'static str>,
        parse: fn(Given<'_>) -> Result<T, Diagnostic>,
    ) -> Self {
        Self {
            argument,
            variable,
            is_secret: |_| false,
            parse,
        }
    }
}

const API_KEY: Setting<ApiKey> = Setting {
    argument: "api_key",
    variable: Some("DIGICERT_API_KEY"),
    is_secret: always,
    parse: |given| {
        ApiKey::new(given.text).map_err(|reason| {
            let detail = format!(
                "The API key cannot be sent in an HTTP header: {reason}. Copy the key from \
                 CertCentral again, without blanks or line ends. The value is not shown here."
            );
            given.at_argument("Invalid API key", detail)
        })
    },
};

const REGION: Setting<BaseUrl> = Setting::new("region", Some("DIGICERT_REGION"), |given| {
    let url = match given.text {
        "us" => BaseUrl::us().ok(),
        "eu" => BaseUrl::eu().ok(),
        _ => None,
    };
    url.ok_or_else(|| {
        let (name, text) = (given.name(), given.text);
        let detail = format!("{name} is {text:?}; CertCentral has the regions \"us\" and \"eu\".");
        given.error("Invalid region", detail)
    })
});

const BASE_URL: Setting<BaseUrl> = Setting {
    argument: "base_url",
    variable: Some("DIGICERT_BASE_URL"),
    is_secret: holds_credentials,
    parse: |given| {
        BaseUrl::new(given.text).map_err(|reason| {
            let source = match given.origin {
                Origin::Block => given.name(),
                Origin::Environment(_) => format!("the environment variable {}", given.name()),
            };
            let detail = format!(
                "The value of {source} cannot be used: {reason}. It must look like \
                 https://www.digicert.com/services/v2; plain http is accepted for loopback \
                 addresses only, because the API key travels with every call."
            );
            given.error("Invalid base URL", detail)
        })
    },
};

const ORGANIZATION_ID: Setting<i64> = Setting::new("organization_id", None, id);

const CONTAINER_ID: Setting<i64> = Setting::new("container_id", None, id);

/// A limit that cannot be read must not pass for none.
const MAX_ORDER_PRICE: Setting<Amount> = Setting::new(
    "max_order_price",
    Some("DIGICERT_MAX_ORDER_PRICE"),
    |given| {
        given.text.parse().map_err(|reason| {
            let detail = format!(
                "{} is {:?}, which is no amount of money: {reason}. Write the amount in the \
                 currency of the CertCentral account with a decimal point and without a currency, \
                 such as \"250.00\", or leave it out for no limit.",
                given.source(),
                given.text
            );
            given.at_argument("Invalid price limit", detail)
        })
    },
);

const ALLOW_REVOCATION: Setting<bool> = Setting::new(
    "allow_revocation",
    Some("DIGICERT_ALLOW_REVOCATION"),
    switch,
);

const READ_ONLY: Setting<bool> = Setting::new("read_only", Some("DIGICERT_READ_ONLY"), switch);

const MAX_ORDERS: Setting<u32> = Setting::new(
    "max_orders_per_apply",
    Some("DIGICERT_MAX_ORDERS"),
    |given| {
        given.text.parse().map_err(|_| {
            let detail = format!(
                "{} is {:?}; it takes a whole number from 0, which allows no order, to {}.",
                given.source(),
                given.text,
                u32::MAX
            );
            given.at_argument("Invalid order limit", detail)
        })
    },
);

const AUDIT_LOG: Setting<AuditLog> =
    Setting::new("audit_log_path", Some("DIGICERT_AUDIT_LOG"), |given| {
        match given.text {
        "" => Err(given.error(
            "Invalid path",
            "`audit_log_path` is empty. Name the file that tells every changing call, or leave the \
             argument out.".to_owned(),
        )),
        path => Ok(AuditLog::new(path)),
    }
    });

const REQUEST_TIMEOUT: Setting<Duration> = Setting::new("request_timeout", None, |given| {
    match humantime::parse_duration(given.text) {
        Ok(timeout) if (1..=3600).contains(&timeout.as_secs()) => Ok(timeout),
        _ => {
            let detail = format!(
                "`request_timeout` is {:?}; it takes a duration between one second and one hour, \
                 such as \"45s\" or \"2m\".",
                given.text
            );
            Err(given.error("Invalid duration", detail))
        }
    }
});

const MAX_RETRIES: Setting<u32> =
    Setting::new("max_retries", Some("DIGICERT_MAX_RETRIES"), |given| {
        given.number(0..=100, "0 never repeats a call")
    });

const REQUESTS_PER_SECOND: Setting<usize> = Setting::new(
    "requests_per_second",
    Some("DIGICERT_REQUESTS_PER_SECOND"),
    |given| given.number(1..=100, "leave it out to keep to CertCentral's own limits"),
);

/// An id of CertCentral.
fn id(given: Given<'_>) -> Result<i64, Diagnostic> {
    given.text.parse().ok().filter(|id| *id > 0).ok_or_else(|| {
        let detail = format!(
            "`{}` is {}; ids of CertCentral are whole numbers above zero.",
            given.argument, given.text
        );
        given.error("Invalid id", detail)
    })
}

/// A switch, which only the environment writes as text.
fn switch(given: Given<'_>) -> Result<bool, Diagnostic> {
    match given.text {
        "false" | "0" => Ok(false),
        "true" | "1" => Ok(true),
        other => Err(given.error(
            "Invalid environment variable",
            format!(
                "{} is {other:?}; it takes \"true\", \"false\", \"1\" or \"0\". Correct it, or \
                 unset it.",
                given.source()
            ),
        )),
    }
}

/// A text that is a secret whatever it is.
fn always(_text: &str) -> bool {
    true
}

/// The text of a setting, and where it stands.
#[derive(Clone, Copy)]
struct Given<'a> {
    argument: &'static str,
    origin: Origin,
    text: &'a str,
}

#[derive(Clone, Copy)]
enum Origin {
    Block,
    Environment(&'static str),
}

impl Given<'_> {
    /// The argument or the variable by its name.
    fn name(&self) -> String {
        match self.origin {
            Origin::Block => format!("`{}`", self.argument),
            Origin::Environment(variable) => variable.to_owned(),
        }
    }

    /// The name at the begin of a sentence.
    fn source(&self) -> String {
        match self.origin {
            Origin::Block => self.name(),
            Origin::Environment(variable) => format!("The environment variable {variable}"),
        }
    }

    /// An error at the argument, if it is set there.
    fn error(&self, summary: &str, detail: String) -> Diagnostic {
        match self.origin {
            Origin::Block => self.at_argument(summary, detail),
            Origin::Environment(_) => Diagnostic::error(summary, detail),
        }
    }

    /// An error at the argument, wherever the text stands.
    fn at_argument(&self, summary: &str, detail: String) -> Diagnostic {
        Diagnostic::error(summary, detail).at(AttributePath::of(self.argument))
    }

    fn number<T>(self, allowed: RangeInclusive<T>, meaning: &str) -> Result<T, Diagnostic>
    where
        T: FromStr + PartialOrd + Display,
    {
        let number = self.text.trim().parse().ok();
        number.filter(|it| allowed.contains(it)).ok_or_else(|| {
            let text = match self.origin {
                Origin::Block => self.text.to_owned(),
                Origin::Environment(_) => format!("{:?}", self.text),
            };
            let detail = format!(
                "{} is {text}; it takes a whole number from {} to {}. Correct it: {meaning}.",
                self.source(),
                allowed.start(),
                allowed.end(),
            );
            self.error("Invalid number", detail)
        })
    }
}

/// Reads settings one after the other, and collects what is wrong with them.
struct Reader<'a> {
    environment: &'a dyn Fn(&str) -> Option<String>,
    problems: Diagnostics,
}

impl Reader<'_> {
    /// Everything but the key and the roots, whose values only the configuration of the provider
    /// looks at.
    fn settings(&mut self, config: &ProviderConfig) -> Settings {
        Settings {
            api_key: Attr::Null,
            base_url: self.base_url(config),
            order_defaults: OrderDefaults {
                organization_id: self.value(&ORGANIZATION_ID, &config.organization_id),
                container_id: self.value(&CONTAINER_ID, &config.container_id),
                payment_method: config.payment_method.clone(),
                dcv_method: config.dcv_method.clone(),
            },
            max_order_price: self.value(&MAX_ORDER_PRICE, &config.max_order_price),
            guards: Guards {
                allow_revocation: self.value(&ALLOW_REVOCATION, &config.allow_revocation)
                    == Attr::Known(true),
                read_only: or_default(self.value(&READ_ONLY, &config.read_only), false),
                max_orders: or_default(
                    self.value(&MAX_ORDERS, &config.max_orders_per_apply),
                    DEFAULT_MAX_ORDERS,
                ),
                audit_log: self.value(&AUDIT_LOG, &config.audit_log_path),
            },
            request_timeout: self
                .value(&REQUEST_TIMEOUT, &config.request_timeout)
                .into_known()
                .unwrap_or(DEFAULT_REQUEST_TIMEOUT),
            max_retries: self
                .value(&MAX_RETRIES, &config.max_retries)
                .into_known()
                .unwrap_or(DEFAULT_MAX_RETRIES),
            requests_per_second: self
                .value(&REQUESTS_PER_SECOND, &config.requests_per_second)
                .into_known(),
            ca_bundle: None,
            proxy: self
                .value(&PROXY_URL, &config.proxy_url)
                .into_known()
                .map(Ok),
            root_variables: Vec::new(),
            terraform_version: String::new(),
            leave: Leave::default(),
            isolated: None,
            machine: None,
        }
    }

    /// The host, which two settings pick: both at once conflict, and the environment counts only
    /// where the block has neither.
    fn base_url(&mut self, config: &ProviderConfig) -> Attr<BaseUrl> {
        let by_url = self.of_block(&BASE_URL, &config.base_url);
        if config.base_url.known().is_some() && config.region.known().is_some() {
            self.problems.push(
                Diagnostic::error(
                    "Conflicting arguments",
                    "Both `region` and `base_url` are set, and each of them picks the host. Remove \
                     one of them.",
                )
                .at(AttributePath::of("region")),
            );
        }
        let by_region = self.of_block(&REGION, &config.region);
        match (&config.base_url, &config.region) {
            (Attr::Unknown, _) | (_, Attr::Unknown) => return Attr::Unknown,
            (Attr::Known(_), _) => return by_url,
            (Attr::Null, Attr::Known(_)) => return by_region,
            (Attr::Null, Attr::Null) => {}
        }
        let is_set = |setting: &Setting<BaseUrl>| self.variable(setting).is_some();
        if is_set(&BASE_URL) && is_set(&REGION) {
            self.problems.push(Diagnostic::error(
                "Conflicting environment variables",
                "Both DIGICERT_BASE_URL and DIGICERT_REGION are set, and each of them picks the \
                 host. Unset one of them.",
            ));
            return Attr::Null;
        }
        let by_url = self.of_environment(&BASE_URL);
        let by_either = by_url.or_else(|| self.of_environment(&REGION));
        by_either.or_else(|| BaseUrl::us().ok()).into()
    }

    /// The value of a setting: of the block or, where that is silent, of the environment.
    fn value<T>(&mut self, setting: &Setting<T>, configured: &Attr<impl Display>) -> Attr<T> {
        match configured {
            Attr::Null => self.of_environment(setting).into(),
            _ => self.of_block(setting, configured),
        }
    }

    fn of_block<T>(&mut self, setting: &Setting<T>, configured: &Attr<impl Display>) -> Attr<T> {
        match configured {
            Attr::Null => Attr::Null,
            Attr::Unknown => Attr::Unknown,
            Attr::Known(value) => self
                .parse(setting, Origin::Block, &value.to_string())
                .into(),
        }
    }

    fn of_environment<T>(&mut self, setting: &Setting<T>) -> Option<T> {
        let (variable, text) = self.variable(setting)?;
        self.parse(setting, Origin::Environment(variable), &text)
    }

    /// The variable of a setting, if it is set.
    fn variable<T>(&self, setting: &Setting<T>) -> Option<(&'static str, String)> {
        let variable = setting.variable?;
        let text = (self.environment)(variable).filter(|text| !text.is_empty())?;
        Some((variable, text))
    }

    fn parse<T>(&mut self, setting: &Setting<T>, origin: Origin, text: &str) -> Option<T> {
        let given = Given {
            argument: setting.argument,
            origin,
            text,
        };
        match (setting.parse)(given) {
            Ok(value) => Some(value),
            Err(problem) => {
                self.problems.push(match (setting.is_secret)(text) {
                    true => problem.at_nothing(),
                    false => problem,
                });
                None
            }
        }
    }
}

fn or_default<T>(value: Attr<T>, default: T) -> Attr<T> {
    match value {
        Attr::Null => Attr::Known(default),
        set => set,
    }
}

#[cfg(test)]
mod tests;
