//! What a reviewed plan binds its apply to, where Terraform hands the private data of the one to
//! the plan of the other.

mod kind;
mod price;
mod replacement;

use serde_json::Value as Json;
use terraform_host::{Applied, Plan, Release, Resource};

use crate::host::bed::{Bed, SHOP};

/// Both sides of the line: Terraform that keeps the private data of plans, and Terraform that does
/// not.
const RELEASES: [Release; 2] = [Release::V1_15, Release::V1_16];

/// A bed under a release of Terraform.
fn under(release: Release, mut bed: Bed) -> Bed {
    bed.terraform = bed.terraform.release(release);
    bed
}

/// Applies a plan with the configuration as it is known by then.
async fn applied_as(bed: &mut Bed, plan: &Plan, config: &Json) -> Applied {
    let shop = [Resource::new(SHOP, config.clone())];
    bed.terraform.apply_with(plan, &shop).await.unwrap()
}

/// The calls after the first `seen` that changed something.
fn changes_after(bed: &Bed, seen: usize) -> Vec<String> {
    let mut calls = bed.calls_after(seen);
    calls.retain(|call| !call.starts_with("GET") && !call.contains("/finance/"));
    calls
}
