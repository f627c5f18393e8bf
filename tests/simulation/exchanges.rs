//! What a reissue or a renewal changes and could be known was in the plan, the rest was in the
//! apply, or in the refresh that saw it first.

use terraform_host::{Action, Diagnostic, Report};

use super::run::{Run, reissued};
use super::strike::Harm;
use super::world::World;

/// Compares the certificates that state had before the run and has after it, by what the account
/// knows of them.
pub(super) fn what_changes_is_said(world: &World, run: &Run) -> Result<(), String> {
    if run.harm == Harm::Killed {
        // Nobody heard the apply, and the next refresh finds the new certificate in no state.
        return Ok(());
    }
    for (address, after) in world.terraform.state() {
        let Some(before) = run.before.get(address) else {
            continue;
        };
        let text = |of: &serde_json::Value, name: &str| of[name].as_str().map(str::to_owned);
        let serial = |of: &serde_json::Value| {
            text(of, "certificate_pem")?;
            text(of, "serial_number")
        };
        let (old, new) = (serial(&before.attributes), serial(&after.attributes));
        let (Some(old), Some(new)) = (old, new) else {
            continue;
        };
        let ids = [&before.attributes, &after.attributes].map(|it| it["order_id"].as_u64());
        let [Some(former), Some(id)] = ids else {
            continue;
        };
        let renews = world.ledger.entries.get(&id).and_then(|it| it.renewal_of);
        // A replacement that finds another order says its id, and that all of it is another.
        let plan = run.plan.as_ref();
        let is_replaced = plan.and_then(|it| it.action(address)) == Some(Action::Replace);
        let is_another = former != id && (renews != Some(former) || is_replaced);
        if old == new || is_another {
            continue;
        }
        let known = &world.ledger.certificates;
        let (Some(old), Some(new)) = (known.get(&old), known.get(&new)) else {
            continue;
        };
        let was_said = |words: &[&str]| says(run, &[former, id], words);
        // A certificate that waited was announced by an earlier plan.
        let was_ever_said = |words: &[&str]| words.iter().any(|it| world.ledger.said.contains(it));
        if old.client_auth && !new.client_auth {
            let words = ["lacks clientAuth", "may lack clientAuth"];
            if !was_said(&words) && !was_ever_said(&words) {
                return Err(format!(
                    "in silence: the certificate of order {id} is not good for clientAuth any more"
                ));
            }
        }
        if old.issuer != new.issuer && !was_said(&["has another issuer"]) {
            return Err(format!(
                "in silence: the certificate of order {id} has another issuer"
            ));
        }
        // The life of a certificate that a colleague got is what the end of its order makes of it.
        // One that came in between hides the former.
        let is_ours = former != id || run.calls.iter().any(|call| reissued(call) == Some(id));
        let hides = was_said(&["was probably reissued outside Terraform"]);
        let words = ["the present one is for", "has a shorter life"];
        if is_ours
            && !hides
            && new.days + 1 < old.days
            && !was_said(&words)
            && !was_ever_said(&words)
        {
            return Err(format!(
                "in silence: the certificate of order {id} is valid for {} days instead of {}",
                new.days, old.days
            ));
        }
    }
    Ok(())
}

/// Whether a plan, a refresh or an apply of the run said one of these about one of the orders.
fn says(run: &Run, orders: &[u64], words: &[&str]) -> bool {
    let is_meant = |it: &&Diagnostic| {
        let text = format!("{} {}", it.summary, it.detail);
        let is_about = orders.iter().any(|id| text.contains(&id.to_string()));
        is_about && words.iter().any(|words| text.contains(words))
    };
    let mut warnings = run.reports().flat_map(Report::warnings);
    warnings.any(|it| is_meant(&it))
}
