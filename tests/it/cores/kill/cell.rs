//! One cell of the matrix: an operation, a point, a death, and the same command once more.

use std::collections::BTreeSet;

use super::death::Death;
use super::points::{Operation, Point, SECOND_ORDER, WAITING};
use super::scene::Scene;
use crate::cores::driver::{Core, Output};
use crate::cores::evidence::assert_says;

/// A cell of the matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) operation: Operation,
    pub(super) point: Point,
    pub(super) death: Death,
}

impl Cell {
    /// What a failing test calls it.
    pub(super) fn name(&self) -> String {
        format!("{:?} {} {:?}", self.operation, self.point.name, self.death)
    }

    /// Ends one run at the point, and holds against the promises what it leaves and what the next
    /// one makes of it.
    pub(super) fn play(&self, core: &Core) {
        let scene = Scene::set(self.operation, self.point, core);
        let barrier = scene.arm(self.point);
        let (run, lifeline) = scene.workdir.spawn_watched(&self.operation.command());
        barrier.wait();
        let killed = self.death.strike(run, &lifeline, || barrier.release());
        scene.wait_for_what_is_under_way();
        self.assert_what_is_left(&scene, killed);
        let left = Left {
            orders: scene.orders(),
            in_state: scene.orders_in_state(),
            state_is_cut: scene.state_is_cut(),
        };

        if self.point.name == WAITING {
            scene.let_it_be_issued(self.operation);
        }
        let is_unknown = left.state_is_cut && scene.effects_of(self.operation.act()) == 0;
        scene.remove_half_a_state(&self.operation.command());
        let next = scene.workdir.run(&self.operation.command());
        match self.operation {
            Operation::Reissue if is_unknown => return assert_asks(&scene, next),
            Operation::Cancel | Operation::Reject | Operation::Revoke if is_unknown => {
                return assert_untouched(&scene, next);
            }
            _ => {}
        }
        let next = next.success();

        assert_eq!(scene.effects_of(self.operation.act()), self.orders());
        assert_eq!(scene.sandbox.summary().orders_created, self.orders() as u64);
        match self.operation {
            Operation::Create => assert_created(&scene, &left, &next),
            Operation::Reissue => assert_reissued(&scene, &left),
            Operation::Cancel | Operation::Reject | Operation::Revoke => self.assert_ended(&scene),
        }
    }

    /// How many orders the configuration has.
    fn orders(&self) -> usize {
        if self.point.name == SECOND_ORDER {
            2
        } else {
            1
        }
    }

    /// What the run leaves that was ended.
    fn assert_what_is_left(&self, scene: &Scene, killed: Output) {
        let lock = scene.workdir.path().join(".terraform.tfstate.lock.info");
        assert_eq!(lock.exists(), self.death.leaves_the_lock(), "lock file");
        if self.death == Death::ProviderKilled {
            let output = killed.exits_with(1);
            // "Plugin did not respond" or "Request cancelled": Terraform's words, as no provider is
            // left to say more.
            assert_says(&output, &["Error: ", "ApplyResourceChange"]);
            return;
        }
        if self.death.is_orderly() {
            assert!(!scene.state_is_cut(), "an orderly end writes its state");
        }
        if self.death.is_orderly() && self.operation == Operation::Create {
            assert_eq!(
                scene.orders_in_state(),
                scene.orders(),
                "after an orderly end"
            );
            if scene.orders().is_empty() {
                let words = [
                    "Error: Interrupted before ordering",
                    "Run apply again to order.",
                ];
                assert_says(&killed, &words);
            }
        }
    }

    /// The order is canceled, rejected or revoked, by one call, and is in no state.
    fn assert_ended(&self, scene: &Scene) {
        assert_eq!(scene.attributes(), [] as [serde_json::Value; 0]);
        let summary = scene.sandbox.summary();
        let expected = match self.operation {
            Operation::Cancel => (1, 0, 0),
            Operation::Reject => (0, 1, 0),
            _ => (0, 0, 1),
        };
        let ended = (summary.canceled, summary.rejected, summary.revoked);
        assert_eq!(ended, expected);
    }
}

/// What the first run left.
struct Left {
    orders: BTreeSet<String>,
    in_state: BTreeSet<String>,
    state_is_cut: bool,
}

/// Every order is in state and issued, what the first run left out of it is adopted with a word,
/// and nothing is left to do.
fn assert_created(scene: &Scene, left: &Left, next: &Output) {
    assert_eq!(scene.orders_in_state(), scene.orders());
    for order in left.orders.difference(&left.in_state) {
        let words = [
            "Warning: Existing order adopted",
            &format!("Order {order} (issued) was placed earlier with the same content (token tf-"),
        ];
        assert_says(next, &words);
    }
    assert_open_and_quiet(scene);
}

/// Without a state nobody knows that the order of the former key is the one to reissue: nothing is
/// bought, and its import is asked for.
fn assert_asks(scene: &Scene, next: Output) {
    assert_says(&next.exits_with(1), &["Error: Similar order exists"]);
    assert_eq!(scene.sandbox.summary().orders_created, 1);
    assert_eq!(scene.sandbox.summary().reissued, 0);
}

/// Without a state there is nothing to destroy: the order is as it was.
fn assert_untouched(scene: &Scene, next: Output) {
    next.success();
    let summary = scene.sandbox.summary();
    assert_eq!(summary.canceled + summary.rejected + summary.revoked, 0);
}

/// State has the certificate of the one reissue, the reissue is noted once, and nothing is left to
/// do. Where Terraform was ended between emptying its state file and writing it, the next run
/// adopts the order and notes that, too.
fn assert_reissued(scene: &Scene, left: &Left) {
    if !left.state_is_cut {
        assert_eq!(left.in_state, left.orders, "the order stays in state");
    }
    assert_eq!(scene.orders_in_state(), scene.orders());
    let order = scene.sandbox.orders().remove(0);
    let attributes = scene.attributes().remove(0);
    assert_eq!(attributes["certificate_id"].as_u64(), order.certificate_id);
    assert_eq!(scene.sandbox.summary().reissued, 1);
    let notes = scene.notes();
    let (adoptions, reissues): (Vec<_>, Vec<_>) = notes
        .iter()
        .partition(|note| note.starts_with("Adopted by Terraform"));
    assert_eq!(reissues.len(), 1, "{notes:?}");
    let adopted = usize::from(left.state_is_cut);
    assert_eq!(adoptions.len(), adopted, "without a state: {notes:?}");
    assert_open_and_quiet(scene);
}

fn assert_open_and_quiet(scene: &Scene) {
    let summary = scene.sandbox.summary();
    assert_eq!(summary.issued, summary.orders_created);
    let ended =
        summary.revoked + summary.certificates_revoked + summary.canceled + summary.rejected;
    assert_eq!(ended, 0);
    scene.workdir.assert_empty_plan();
}
