//! What the provider block and the environment together say. Pure: the environment comes in as a function.

mod calls;
mod guards;

use std::time::Duration;

use self::calls::Calls;
pub(super) use self::guards::Guards;
use super::config::ProviderConfig;
use crate::certcentral::{Amount, ApiKey, BaseUrl, CaBundle, ConfigError, ProxyUrl};
use crate::framework::{Attr, AttributePath, Diagnostic, Diagnostics};

/// Where an HTTP library looks for a proxy.
const PROXY_VARIABLES: [&str; 6] = [
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// Deadline of one API call where nobody sets another.
const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

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
    /// Proxy for all calls.
    pub proxy: Option<ProxyUrl>,
    /// The version of the core that runs us, for the User-Agent.
    pub terraform_version: String,
    /// Of a simulation: see [`Config::isolated`](crate::certcentral::Config::isolated).
    pub isolated: Option<u64>,
}

impl Settings {
    /// Texts that no output may hold: the API key in every form, and the password of a proxy, also of one that only the HTTP
    /// library reads from the environment.
    pub(super) fn secrets(&self, variable: &dyn Fn(&str) -> Option<String>) -> Vec<String> {
        let key = self.api_key.known().into_iter().flat_map(ApiKey::forms);
        let of_the_environment = PROXY_VARIABLES
            .iter()
            .filter_map(|name| ProxyUrl::new(&variable(name)?).ok());
        let proxies = of_the_environment.chain(self.proxy.clone());
        let passwords = proxies.filter_map(|proxy| proxy.password().map(str::to_owned));
        key.chain(passwords).collect()
    }
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

/// Resolves the block. The configuration wins over the environment; an empty variable counts as unset.
pub(super) fn resolve(
    config: &ProviderConfig,
    terraform_version: &str,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Settings, Diagnostics> {
    let from_environment = |name: &str| variable(name).filter(|value| !value.is_empty());
    let mut problems = Diagnostics::new();
    problems.extend(check_values(config));

    let api_key = or_else(config.api_key.clone(), || {
        from_environment("DIGICERT_API_KEY")
    });
    let api_key = match api_key {
        Attr::Known(key) => match ApiKey::new(key) {
            Ok(key) => Attr::Known(key),
            Err(reason) => {
                problems.push(
                    Diagnostic::error(
                        "Invalid API key",
                        format!(
                            "The API key cannot be sent in an HTTP header: {reason}. Copy the key from CertCentral again, \
                             without blanks or line ends. The value is not shown here."
                        ),
                    )
                    .at(AttributePath::of("api_key")),
                );
                Attr::Null
            }
        },
        Attr::Null => Attr::Null,
        Attr::Unknown => Attr::Unknown,
    };
    let base_url = match base_url(&config.base_url, &config.region, &from_environment) {
        Ok(base_url) => base_url,
        Err(problem) => {
            problems.push(problem);
            Attr::Null
        }
    };
    let ca_bundle = match ca_bundle(config.ca_bundle_file.clone(), &from_environment) {
        Ok(bundle) => bundle,
        Err(problem) => {
            problems.push(problem);
            None
        }
    };
    let max_order_price = match max_order_price(&config.max_order_price, &from_environment) {
        Ok(limit) => limit,
        Err(problem) => {
            problems.push(problem);
            Attr::Null
        }
    };
    let (guards, unreadable) = guards::resolve(config, &from_environment);
    problems.extend(unreadable);
    let calls = calls::resolve(config, &from_environment).unwrap_or_else(|refused| {
        problems.extend(refused);
        Calls::default()
    });
    if problems.has_errors() {
        return Err(problems);
    }
    Ok(Settings {
        api_key,
        base_url,
        order_defaults: OrderDefaults {
            organization_id: config.organization_id.clone(),
            container_id: config.container_id.clone(),
            payment_method: config.payment_method.clone(),
            dcv_method: config.dcv_method.clone(),
        },
        max_order_price,
        guards,
        request_timeout: config
            .request_timeout
            .as_str()
            .and_then(|text| humantime::parse_duration(text).ok())
            .unwrap_or(DEFAULT_REQUEST_TIMEOUT),
        max_retries: calls.max_retries,
        requests_per_second: calls.requests_per_second,
        ca_bundle,
        proxy: config
            .proxy_url
            .as_str()
            .and_then(|url| ProxyUrl::new(url).ok()),
        terraform_version: terraform_version.to_owned(),
        isolated: None,
    })
}

/// Checks of the block that need neither environment nor files; also run by `terraform validate`.
pub(super) fn check_values(config: &ProviderConfig) -> Diagnostics {
    let mut problems = Diagnostics::new();
    if let Some(url) = config.base_url.as_str() {
        problems.extend(BaseUrl::new(url).err().map(|reason| {
            invalid_base_url(&reason, "`base_url`").at(AttributePath::of("base_url"))
        }));
        if config.region.known().is_some() {
            problems.push(
                Diagnostic::error(
                    "Conflicting arguments",
                    "Both `region` and `base_url` are set, and each of them picks the host. Remove one of them.",
                )
                .at(AttributePath::of("region")),
            );
        }
    }
    if let Some(region) = config
        .region
        .as_str()
        .filter(|r| !matches!(*r, "us" | "eu"))
    {
        problems.push(
            Diagnostic::error(
                "Invalid region",
                format!("`region` is {region:?}; CertCentral has the regions \"us\" and \"eu\"."),
            )
            .at(AttributePath::of("region")),
        );
    }
    for (name, id) in [
        ("organization_id", &config.organization_id),
        ("container_id", &config.container_id),
    ] {
        if let Some(id) = id.known().filter(|id| **id <= 0) {
            problems.push(
                Diagnostic::error(
                    "Invalid id",
                    format!("`{name}` is {id}; ids of CertCentral are whole numbers above zero."),
                )
                .at(AttributePath::of(name)),
            );
        }
    }
    if let Some(reason) = config
        .proxy_url
        .as_str()
        .and_then(|url| ProxyUrl::new(url).err())
    {
        problems.push(
            Diagnostic::error(
                "Invalid proxy URL",
                format!("`proxy_url` cannot be used: {reason}. It must look like http://proxy.example.com:3128."),
            )
            .at(AttributePath::of("proxy_url")),
        );
    }
    problems.extend(
        config
            .max_order_price
            .as_str()
            .and_then(|text| limit(text, "`max_order_price`").err()),
    );
    problems.extend(guards::check_values(config));
    if let Some(text) = config.request_timeout.as_str() {
        let seconds = humantime::parse_duration(text).map(|timeout| timeout.as_secs());
        if !matches!(seconds, Ok(1..=3600)) {
            problems.push(
                Diagnostic::error(
                    "Invalid duration",
                    format!(
                        "`request_timeout` is {text:?}; it takes a duration between one second and one hour, such as \"45s\" or \"2m\"."
                    ),
                )
                .at(AttributePath::of("request_timeout")),
            );
        }
    }
    problems.extend(calls::check(config));
    problems
}

fn base_url(
    configured: &Attr<String>,
    region: &Attr<String>,
    from_environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Attr<BaseUrl>, Diagnostic> {
    match (configured, region) {
        (Attr::Unknown, _) | (_, Attr::Unknown) => return Ok(Attr::Unknown),
        // A malformed one was reported by `check_values`.
        (Attr::Known(url), _) => return Ok(BaseUrl::new(url).ok().into()),
        (Attr::Null, Attr::Known(region)) => return Ok(of_region(region).into()),
        (Attr::Null, Attr::Null) => {}
    }
    match (
        from_environment("DIGICERT_BASE_URL"),
        from_environment("DIGICERT_REGION"),
    ) {
        (Some(_), Some(_)) => Err(Diagnostic::error(
            "Conflicting environment variables",
            "Both DIGICERT_BASE_URL and DIGICERT_REGION are set, and each of them picks the host. Unset one of them.",
        )),
        (Some(url), None) => BaseUrl::new(&url).map(Attr::Known).map_err(|reason| {
            invalid_base_url(&reason, "the environment variable DIGICERT_BASE_URL")
        }),
        (None, Some(region)) => of_region(&region).map(Attr::Known).ok_or_else(|| {
            Diagnostic::error(
                "Invalid region",
                format!(
                    "DIGICERT_REGION is {region:?}; CertCentral has the regions \"us\" and \"eu\"."
                ),
            )
        }),
        (None, None) => Ok(of_region("us").into()),
    }
}

fn of_region(region: &str) -> Option<BaseUrl> {
    match region {
        "us" => BaseUrl::us().ok(),
        "eu" => BaseUrl::eu().ok(),
        _ => None,
    }
}

fn invalid_base_url(reason: &ConfigError, source: &str) -> Diagnostic {
    Diagnostic::error(
        "Invalid base URL",
        format!(
            "The value of {source} cannot be used: {reason}. It must look like https://www.digicert.com/services/v2; plain http is accepted \
             for loopback addresses only, because the API key travels with every call."
        ),
    )
}

fn max_order_price(
    configured: &Attr<String>,
    from_environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Attr<Amount>, Diagnostic> {
    const VARIABLE: &str = "DIGICERT_MAX_ORDER_PRICE";
    match configured {
        Attr::Unknown => Ok(Attr::Unknown),
        // A malformed one was reported by `check_values`.
        Attr::Known(text) => Ok(text.parse().ok().into()),
        Attr::Null => from_environment(VARIABLE)
            .map(|text| limit(&text, &format!("The environment variable {VARIABLE}")))
            .transpose()
            .map(Attr::from),
    }
}

/// A limit that cannot be read must not pass for none.
fn limit(text: &str, source: &str) -> Result<Amount, Diagnostic> {
    text.parse().map_err(|reason| {
        Diagnostic::error(
            "Invalid price limit",
            format!(
                "{source} is {text:?}, which is no amount of money: {reason}. Write the amount in the currency of the CertCentral account \
                 with a decimal point and without a currency, such as \"250.00\", or leave it out for no limit."
            ),
        )
        .at(AttributePath::of("max_order_price"))
    })
}

fn ca_bundle(
    configured: Attr<String>,
    from_environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<CaBundle>, Diagnostic> {
    let Some(path) = or_else(configured, || from_environment("DIGICERT_CA_BUNDLE")).into_known()
    else {
        return Ok(None);
    };
    if path.contains("-----") || path.contains('\n') {
        return Err(Diagnostic::error(
            "CA bundle not usable",
            "`ca_bundle_file` (or DIGICERT_CA_BUNDLE) holds the text of a PEM file instead of the path of one. Write the text to a file and \
             name that file. The value is not shown here, because it may be a key.",
        ));
    }
    std::fs::read_to_string(&path)
        .map_err(|error| format!("cannot be read: {error}"))
        .and_then(|pem| CaBundle::from_pem(&pem).map_err(|error| format!("cannot be used: {error}")))
        .map(Some)
        .map_err(|reason| {
            Diagnostic::error(
                "CA bundle not usable",
                format!(
                    "The file {path:?} of `ca_bundle_file` (or DIGICERT_CA_BUNDLE) {reason}. It must hold root certificates in PEM."
                ),
            )
            .at(AttributePath::of("ca_bundle_file"))
        })
}

/// A switch that is off unless the configuration or, where that is silent, the environment turns it on.
fn flag(
    configured: &Attr<bool>,
    variable: &str,
    from_environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Attr<bool>, Diagnostic> {
    if !configured.is_null() {
        return Ok(configured.clone());
    }
    match from_environment(variable).as_deref() {
        None | Some("false" | "0") => Ok(Attr::Known(false)),
        Some("true" | "1") => Ok(Attr::Known(true)),
        Some(other) => Err(Diagnostic::error(
            "Invalid environment variable",
            format!(
                "The environment variable {variable} is {other:?}; it takes \"true\", \"false\", \"1\" or \"0\". Correct it, or unset it."
            ),
        )),
    }
}

fn or_else<T>(configured: Attr<T>, fallback: impl FnOnce() -> Option<T>) -> Attr<T> {
    match configured {
        Attr::Null => fallback().into(),
        set => set,
    }
}

#[cfg(test)]
mod tests;
