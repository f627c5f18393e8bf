//! The first look at an order that is there for certain: CertCentral may not show it yet.

use std::time::Duration;

use tokio::time::Instant;
use tracing::info;

use super::waiting::{BackOff, Bounds, Paused, Schedule};
use crate::certcentral::{Client, Error, Order, OrderId};

/// How long an order may take until it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// A minute: somebody waits for the order anyway.
    Minute,
    /// Three looks in ten seconds: nobody wants to wait.
    Moment,
}

impl Patience {
    fn schedule(self) -> Schedule {
        match self {
            Self::Minute => Schedule::FIRST_LOOKS,
            Self::Moment => Schedule::FIRST_LOOKS_IN_HASTE,
        }
    }

    fn limit(self) -> Duration {
        match self {
            Self::Minute => Duration::from_secs(60),
            Self::Moment => Duration::from_secs(10),
        }
    }
}

/// Looks at an order until it is shown, as long as patience, deadline and a stop allow.
///
/// # Errors
///
/// That of the last look, or of one that says something else than that the order is not there yet.
pub(crate) async fn first_look(
    client: &Client,
    id: OrderId,
    patience: Patience,
    bounds: Bounds<'_>,
) -> Result<Order, Error> {
    let bounds = Bounds {
        deadline: bounds.deadline.min(Instant::now() + patience.limit()),
        ..bounds
    };
    let mut pauses = BackOff::new(patience.schedule(), bounds);
    loop {
        let error = match client.order(id).await {
            Err(error) if may_be_too_early(&error) => error,
            seen => return seen,
        };
        info!(order_id = %id, %error, "order not shown yet");
        if pauses.pause().await != Paused::Over {
            return Err(error);
        }
    }
}

/// Returns whether a look may only have come before CertCentral knows the order everywhere: it
/// shows none, denies it, or stumbles over it. A key that is rejected stays rejected.
fn may_be_too_early(error: &Error) -> bool {
    let is_rejected = error
        .api()
        .is_some_and(|api| api.has("access_denied|access_denied_invalid_key"));
    !is_rejected && matches!(error.status(), Some(403 | 404 | 500))
}

#[cfg(test)]
mod tests {
    use certcentral_sandbox::{Sandbox, Settings};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::certcentral::{ApiKey, BaseUrl, Config};

    const GONE: &str =
        "answer status=404 body={\"errors\":[{\"code\":\"not_found|order\",\"message\":\"No.\"}]}";
    const DENIED: &str =
        "answer status=403 body={\"errors\":[{\"code\":\"access_denied\",\"message\":\"No.\"}]}";
    const STUMBLES: &str =
        "answer status=500 body={\"errors\":[{\"code\":\"unknown\",\"message\":\"No.\"}]}";
    const INVALID: &str = "answer status=403 body={\"errors\":[{\"code\":\"access_denied|access_denied_invalid_key\",\"message\":\"No.\"}]}";

    /// Looks at an order of an account that answers so many looks by `fault`. Returns whether it
    /// was shown, the looks and the seconds.
    async fn looked(times: &str, fault: &str, patience: Patience, time: u64) -> (bool, usize, u64) {
        let sandbox = Sandbox::start_on_this_runtime(Settings::default()).unwrap();
        let rule = format!("GET /order/certificate/* {times} before {fault}");
        sandbox.add_fault(rule.parse().unwrap());
        let base_url = BaseUrl::new(&sandbox.base_url()).unwrap();
        let mut config = Config::new(base_url, ApiKey::new("sandbox-first-look").unwrap());
        config.isolated = Some(1);
        config.max_retries = 0;
        let client = Client::new(config).unwrap();
        let id = crate::provider::ssl_order::samples::place(&client)
            .await
            .unwrap();
        let stop = CancellationToken::new();
        let bounds = Bounds::from_now(Duration::from_secs(time), &stop);
        let before = sandbox.journal().len();
        let begin = Instant::now();
        let seen = first_look(&client, id, patience, bounds).await;
        let looks = sandbox.journal().len() - before;
        (seen.is_ok(), looks, begin.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn an_order_that_is_not_shown_yet_is_waited_for() {
        for fault in [GONE, DENIED, STUMBLES, "html status=403", "html status=404"] {
            let seen = looked("1x3", fault, Patience::Minute, 600).await;
            assert_eq!(seen, (true, 4, 7), "{fault}");
            let never = looked("1x*", fault, Patience::Minute, 600).await;
            assert_eq!(never, (false, 7, 60), "{fault}");
            let hasty = looked("1x*", fault, Patience::Minute, 5).await;
            assert_eq!(
                hasty,
                (false, 3, 3),
                "{fault}: within the time of the operation"
            );
            let moment = looked("1x*", fault, Patience::Moment, 600).await;
            assert_eq!(moment, (false, 3, 9), "{fault}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_not_about_the_order_is_not_waited_out() {
        for fault in [
            INVALID,
            "html status=400",
            "html status=401",
            "html status=503",
        ] {
            let seen = looked("1x*", fault, Patience::Minute, 600).await;
            assert_eq!(seen, (false, 1, 0), "{fault}");
        }
        let well = looked("9", GONE, Patience::Minute, 600).await;
        assert_eq!(well, (true, 1, 0), "one call when all is well");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_it() {
        let sandbox = Sandbox::start_on_this_runtime(Settings::default()).unwrap();
        let base_url = BaseUrl::new(&sandbox.base_url()).unwrap();
        let mut config = Config::new(base_url, ApiKey::new("sandbox-first-look").unwrap());
        config.isolated = Some(1);
        let client = Client::new(config).unwrap();
        let stop = CancellationToken::new();
        let bounds = Bounds::from_now(Duration::from_secs(600), &stop);
        let id = 7.try_into().unwrap();
        let begin = Instant::now();
        let (seen, ()) = tokio::join!(first_look(&client, id, Patience::Minute, bounds), async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            stop.cancel();
        });
        assert_eq!(seen.unwrap_err().status(), Some(404));
        assert_eq!(begin.elapsed().as_secs(), 2);
    }
}
