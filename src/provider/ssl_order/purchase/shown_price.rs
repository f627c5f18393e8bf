//! The price that a plan showed. Where Terraform hands it to the apply, it binds: an order that
//! costs more by then is not placed.

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::price::{self, Estimate, Price};
use crate::certcentral::{Client, PriceQuery};
use crate::framework::{AttributePath, Diagnostic};
use crate::provider::session::Session;

/// A price that a plan showed, with what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ShownPrice {
    /// The order.
    pub(crate) query: PriceQuery,
    /// What it was said to cost.
    pub(crate) price: Price,
}

impl ShownPrice {
    /// Returns why the order must not be placed at what is known of its price now. Only a known
    /// price that is not higher passes.
    pub(super) fn refused(&self, now: &Estimate) -> Option<Diagnostic> {
        let reason = match now {
            Estimate::Price(price) => return self.is_exceeded_by(price).then(|| self.rose(price)),
            Estimate::Undetermined(reason) => reason.as_str(),
            Estimate::NotKnownYet => {
                "The product, the names or the validity of the order are not known."
            }
            Estimate::NobodyToAsk => "There is no API key or no address to ask CertCentral with.",
        };
        Some(self.not_known(reason))
    }

    /// Returns the same for the plan of the apply. What is not known there is asked for once more
    /// just before the order is placed.
    pub(super) fn refused_in_plan(&self, now: &Estimate) -> Option<Diagnostic> {
        match now {
            Estimate::Price(_) => self.refused(now),
            Estimate::Undetermined(_) | Estimate::NotKnownYet | Estimate::NobodyToAsk => None,
        }
    }

    /// Asks for the price once more before another order is ended for this one: it must not end if
    /// this one will not be placed.
    pub(crate) async fn still_stands(
        &self,
        session: &Session,
        client: &Client,
        stop: &CancellationToken,
    ) -> Result<(), Diagnostic> {
        let now = price::last_estimate(session, &self.query, client, stop).await?;
        self.refused(&now).map_or(Ok(()), Err)
    }

    /// Amounts of two currencies cannot be compared.
    fn is_exceeded_by(&self, price: &Price) -> bool {
        price.total > self.price.total || price.currency != self.price.currency
    }

    fn rose(&self, now: &Price) -> Diagnostic {
        let shown = &self.price;
        let changed = match now.total > shown.total {
            true => "rose to",
            false => "is now",
        };
        Diagnostic::error(
            format!("Price of the order for {} {changed} {now}", self.names()),
            format!(
                "The plan of this apply showed {shown} before tax when it was reviewed, and \
                 CertCentral now estimates {now}. Nothing was ordered. Plan again: the new plan \
                 shows the new price, and applying it accepts that. To pay less, choose another \
                 product, fewer names or a shorter validity."
            ),
        )
        .at(AttributePath::of("product_name_id"))
    }

    fn not_known(&self, reason: &str) -> Diagnostic {
        Diagnostic::error(
            format!("Price of the order for {} not known", self.names()),
            format!(
                "The plan of this apply showed {} before tax when it was reviewed, and the price \
                 could not be determined again, so nobody knows whether it still holds. Nothing \
                 was ordered.\n\n{reason}\n\nApply again. If CertCentral tells no price any more, \
                 plan again: a plan that shows no price binds none.",
                self.price,
            ),
        )
        .at(AttributePath::of("product_name_id"))
    }

    fn names(&self) -> String {
        match &self.query.certificate.dns_names[..] {
            [] => "no name".to_owned(),
            [name] => name.clone(),
            [first, others @ ..] => format!("{first} and {} more", others.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Estimate, Price, ShownPrice};
    use crate::certcentral::{PriceQuery, PricedNames, Validity};

    fn price(total: &str, currency: Option<&str>) -> Price {
        Price {
            total: total.parse().unwrap(),
            currency: currency.map(str::to_owned),
        }
    }

    fn shown(names: &[&str], price: Price) -> ShownPrice {
        ShownPrice {
            query: PriceQuery {
                certificate: PricedNames {
                    dns_names: names.iter().map(|&name| name.to_owned()).collect(),
                },
                order_validity: Validity::Days(90),
                product_name_id: "ssl_basic".to_owned(),
                renewal_of_order_valid_till: Some("2027-06-20".to_owned()),
            },
            price,
        }
    }

    #[test]
    fn only_a_known_price_that_is_not_higher_passes() {
        let usd = Some("USD");
        let names = ["a.example.com", "b.example.com"];
        let shown = shown(&names, price("293", usd));
        for (now, summary) in [
            (price("293.0", usd), None),
            (price("0.01", usd), None),
            (
                price("293.01", usd),
                Some("Price of the order for a.example.com and 1 more rose to 293.01 USD"),
            ),
            (
                price("1000", None),
                Some("Price of the order for a.example.com and 1 more rose to 1000.00"),
            ),
            (
                price("200", Some("EUR")),
                Some("Price of the order for a.example.com and 1 more is now 200.00 EUR"),
            ),
        ] {
            let now = Estimate::Price(now);
            let refused = shown.refused(&now);
            assert_eq!(shown.refused_in_plan(&now), refused);
            assert_eq!(refused.as_ref().map(|it| it.summary.as_str()), summary);
            if let Some(refused) = refused {
                assert!(refused.detail.contains("showed 293.00 USD"), "{refused:?}");
                assert!(refused.detail.contains("Plan again"), "{refused:?}");
            }
        }
        for now in [
            Estimate::Undetermined("No.".to_owned()),
            Estimate::NotKnownYet,
            Estimate::NobodyToAsk,
        ] {
            let refused = shown.refused(&now).unwrap();
            let summary = "Price of the order for a.example.com and 1 more not known";
            assert_eq!(refused.summary, summary);
            assert!(refused.detail.contains("showed 293.00 USD"), "{refused:?}");
            assert_eq!(shown.refused_in_plan(&now), None, "{now:?}");
        }
    }

    #[test]
    fn a_shown_price_goes_through_private_data_unchanged() {
        for validity in [
            Validity::Years(2),
            Validity::Days(90),
            Validity::CustomExpirationDate("2027-03-01".to_owned()),
        ] {
            let mut shown = shown(&["a.example.com"], price("0879.50", None));
            shown.query.order_validity = validity;
            let text = serde_json::to_string(&shown).unwrap();
            let read: ShownPrice = serde_json::from_str(&text).unwrap();
            assert_eq!(read, shown);
        }
    }
}
