//! Many orders in one apply.

use std::collections::BTreeSet;

use certcentral_sandbox::{Sandbox, Settings};

use crate::cores::configuration::Configuration;
use crate::cores::evidence::{installed_cores, order_posts};

const ORDERS: usize = 30;

#[test]
fn thirty_orders_of_one_apply_are_placed_once_each_and_all_in_state() {
    for core in installed_cores() {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let workdir = Configuration::small(&sandbox.base_url())
            .set("count", ORDERS)
            .set("common_name", "host${count.index}.example.com")
            .workdir(&core);

        workdir.apply();

        let names: Vec<String> = order_posts(&sandbox)
            .iter()
            .map(|post| post.request["certificate"]["common_name"].to_string())
            .collect();
        assert_eq!(names.len(), ORDERS, "{}", core.name);
        assert_eq!(
            names.iter().collect::<BTreeSet<_>>().len(),
            ORDERS,
            "{}: no name twice",
            core.name
        );
        let orders = sandbox.orders();
        for index in 0..ORDERS {
            let attributes = workdir
                .attributes(&format!("digicert_ssl_order.example[{index}]"))
                .unwrap();
            let name = format!("host{index}.example.com");
            let order = orders.iter().find(|order| order.common_name == name);
            assert_eq!(attributes["id"], order.unwrap().id.to_string(), "{name}");
            assert_eq!(attributes["status"], "issued", "{name}");
        }
        workdir.assert_empty_plan();
    }
}
