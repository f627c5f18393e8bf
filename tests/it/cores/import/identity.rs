//! Import by identity, on the cores that know identities.

use certcentral_sandbox::{Sandbox, Settings};

use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::driver::{Feature, cores, having};

#[test]
fn an_import_block_takes_the_identity_of_an_order() {
    for core in having(Feature::ImportByIdentity, cores()) {
        let sandbox = Sandbox::start(Settings::default()).unwrap();
        let configuration = Configuration::small(&sandbox.base_url());
        configuration.workdir(&core).apply();
        let id = sandbox.orders()[0].id;

        let import =
            format!("import {{\n  to = {ORDER}\n  identity = {{\n    order_id = {id}\n  }}\n}}\n");
        let workdir = configuration.clone().with(&import).workdir(&core);
        let plan = workdir.plan_json();
        let change = &plan["resource_changes"][0]["change"];
        assert_eq!(
            change["actions"],
            serde_json::json!(["no-op"]),
            "{}",
            core.name
        );
        assert_eq!(change["importing"]["identity"]["order_id"], id);
        workdir.apply_saved();
        workdir.assert_empty_plan();

        assert_eq!(workdir.attributes(ORDER).unwrap()["order_id"], id);
        let state = workdir.state();
        let resource = &state["values"]["root_module"]["resources"][0];
        assert_eq!(resource["identity"]["order_id"], id, "{}", core.name);
        assert_eq!(sandbox.summary().orders_created, 1, "{}", core.name);
        workdir.destroy();
    }
}
