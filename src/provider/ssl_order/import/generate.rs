//! The configuration that Terraform writes for an imported order.

use crate::framework::Attr;
use crate::provider::ssl_order::model::SslOrderModel;

/// Keeps of the arguments what CertCentral told and what a person would write. What is left out keeps its value in state.
pub(crate) fn config(arguments: SslOrderModel) -> SslOrderModel {
    let mut config = SslOrderModel {
        // Our own mark on the order, or that of whoever placed it.
        alternative_order_id: Attr::Null,
        // Guesses of the import.
        locale: Attr::Null,
        skip_approval: Attr::Null,
        ..arguments
    };
    if !config.order_validity.is_null() {
        // The import fills in both forms, and a configuration may hold one.
        config.validity_years = Attr::Null;
        config.validity_days = Attr::Null;
        config.custom_expiration_date = Attr::Null;
    }
    if config.organization_units.known().is_some_and(Vec::is_empty) {
        config.organization_units = Attr::Null;
    }
    for flag in [&mut config.auto_renew, &mut config.disable_ct] {
        if *flag == Attr::Known(false) {
            *flag = Attr::Null;
        }
    }
    config
}

#[cfg(test)]
mod tests {
    use super::config;
    use crate::framework::Attr;
    use crate::provider::ssl_order::model::SslOrderModel;
    use crate::provider::ssl_order::samples;

    #[test]
    fn one_form_of_the_validity_and_no_guess_is_written() {
        let arguments = SslOrderModel {
            validity_years: Attr::Known(1),
            alternative_order_id: "tf-x".into(),
            locale: "en".into(),
            skip_approval: Attr::Known(false),
            auto_renew: Attr::Known(false),
            disable_ct: Attr::Known(true),
            organization_units: Attr::Known(Vec::new()),
            ..samples::order()
        };
        let expected = SslOrderModel {
            disable_ct: Attr::Known(true),
            ..samples::order()
        };
        assert_eq!(config(arguments), expected);
    }

    #[test]
    fn the_older_form_of_the_validity_stays_where_it_stands_alone() {
        let arguments = SslOrderModel {
            validity_years: Attr::Known(2),
            order_validity: Attr::Null,
            ..samples::order()
        };
        assert_eq!(config(arguments.clone()), arguments);
    }
}
