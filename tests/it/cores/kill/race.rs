//! Two applies of one configuration in two directories, without a state lock: what nobody can
//! prevent is said at once.

use certcentral_sandbox::{At, Hold, Move, Sandbox, Settings};
use nix::sys::signal::Signal;

use super::scene::LONG;
use crate::cores::configuration::{Configuration, ORDER};
use crate::cores::driver::{Core, Workdir};
use crate::cores::evidence::{assert_says, installed_cores, order_post, order_posts, printed};

const APPLY: [&str; 2] = ["apply", "-auto-approve"];
const TWICE: &str = "Warning: Order placed twice by two runs";

/// One account, and two directories with the same configuration.
fn two_directories(core: &Core) -> (Sandbox, [Workdir; 2]) {
    let sandbox = Sandbox::start(Settings::default()).unwrap();
    let configuration = Configuration::small(&sandbox.base_url());
    let directories = [core, core].map(|core| configuration.workdir(core));
    (sandbox, directories)
}

fn id_in(workdir: &Workdir) -> u64 {
    let attributes = workdir.attributes(ORDER).unwrap();
    attributes["order_id"].as_u64().unwrap()
}

#[test]
fn two_applies_at_once_say_that_two_orders_were_placed_and_their_advice_leaves_one() {
    for core in installed_cores() {
        let (sandbox, directories) = two_directories(&core);
        // Both have looked before one of the orders is there, and both are there before one of the
        // answers leaves.
        let barriers = [At::Before, At::After]
            .map(|at| [1, 2].map(|call| sandbox.hold(order_post(), call, at)));

        let runs = directories
            .each_ref()
            .map(|directory| directory.spawn(&APPLY));
        for both in &barriers {
            assert!(
                both.iter().all(|hold| hold.wait_held(LONG)),
                "{}",
                core.name
            );
            both.iter().for_each(Hold::release);
        }
        let outputs = runs.map(|run| run.wait().success());

        let [keep, end] = [0, 1].map(|index| sandbox.orders()[index].id);
        for output in &outputs {
            let advice = format!("Keep order {keep}, the earlier one, and end order {end}");
            assert_says(output, &[TWICE, &advice]);
        }

        sandbox.apply(end, Move::Revoke).unwrap();
        for directory in &directories {
            if id_in(directory) == end {
                directory.run(&["state", "rm", ORDER]).success();
                let output = directory.apply();
                assert_says(&output, &["Warning: Existing order adopted"]);
            }
            assert_eq!(id_in(directory), keep, "{}", core.name);
            directory.assert_empty_plan();
        }
        assert_eq!(order_posts(&sandbox).len(), 2, "{}", core.name);
    }
}

#[test]
fn an_apply_that_orders_last_sees_the_order_of_the_first() {
    for core in installed_cores() {
        let (sandbox, [first, last]) = two_directories(&core);
        let hold = sandbox.hold(order_post(), 1, At::Before);

        let run = last.spawn(&APPLY);
        assert!(hold.wait_held(LONG), "{}", core.name);
        let output = first.apply();
        assert!(!printed(&output).contains(TWICE), "{}", core.name);
        hold.release();
        let output = run.wait().success();

        let kept = format!("order {} (issued) carries the same token", id_in(&first));
        assert_says(&output, &[TWICE, &kept]);
    }
}

/// The one story that does not end in one order: the request of a killed run takes effect after the
/// next apply has looked for the last time. Nobody can see that order before it exists. Whoever
/// looks next names both.
#[test]
fn an_order_that_arrives_after_the_next_apply_is_named_by_the_one_after_it() {
    for core in installed_cores() {
        let (sandbox, [workdir, another]) = two_directories(&core);
        let hold = sandbox.hold(order_post(), 1, At::Before);

        let run = workdir.spawn(&APPLY);
        assert!(hold.wait_held(LONG), "{}", core.name);
        run.signal(Signal::SIGKILL);
        run.wait();
        workdir.apply();
        let seen = id_in(&workdir);
        let arrived = sandbox.watch();
        hold.release();
        let late = loop {
            let entry = arrived.recv_timeout(LONG).unwrap();
            if entry.method == "POST" {
                break entry.response["id"].as_u64().unwrap();
            }
        };

        workdir.assert_empty_plan();
        assert_eq!(id_in(&workdir), seen, "{}", core.name);
        let output = another.run(&APPLY).exits_with(1);
        assert_says(
            &output,
            &[
                "Error: Several orders with the same token",
                &format!("The open orders {seen}, {late} all carry the token tf-"),
                "Nothing was ordered.",
            ],
        );
        assert_eq!(sandbox.summary().orders_created, 2, "{}", core.name);
    }
}
