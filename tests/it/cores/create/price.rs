//! `max_order_price` with real cores: what is too dear stops in the plan, what costs just that much is ordered.

use certcentral_sandbox::{Sandbox, Settings};

use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::evidence::{assert_says, few_cores, order_posts};

#[test]
fn an_order_above_the_limit_stops_in_the_plan_and_one_just_at_it_is_placed() {
    for core in few_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let small = Configuration::small(&sandbox.base_url());
        let too_dear = small.clone().provider("max_order_price", "535.99");
        let workdir = too_dear.workdir(&core);

        let output = workdir.run(&["plan"]).exits_with(1);
        assert_says(
            &output,
            &[
                "Error: Order exceeds the price limit",
                &too_dear.line_of("product_name_id"),
                "CertCentral estimates the price of this order at 536.00 USD before tax, and `max_order_price` allows 535.99 USD.",
            ],
        );
        assert_eq!(order_posts(&sandbox), [], "{}", core.name);

        // A number in the configuration reaches the provider as its digits.
        small.provider("max_order_price", 536).replace_in(&workdir);
        let output = workdir.plan();
        assert_says(
            &output,
            &[
                "Warning: This apply places a paid order",
                "CertCentral estimates its price at 536.00 USD before tax. That is within `max_order_price`, 536.00 USD.",
            ],
        );
        workdir.apply_saved();
        workdir.assert_empty_plan();
        assert_eq!(order_posts(&sandbox).len(), 1, "{}", core.name);
        assert!(workdir.attributes(ORDER).is_some(), "{}", core.name);
    }
}
