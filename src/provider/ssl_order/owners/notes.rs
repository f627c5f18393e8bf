//! The notes by which objects that adopted one order know of each other: one when an object adopts,
//! one when it lets go.
//!
//! A note names its object by a random id, which the object keeps in its private data. Nothing else
//! would do: addresses repeat in every copy of a state, and an object that was replaced has the
//! content of its successor.

use std::collections::BTreeSet;

use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::messages;
use crate::certcentral::{Certainty, Client, Error, Note, OrderId};
use crate::framework::{Diagnostic, Warnings};
use crate::provider::order::certificate::day;
use crate::provider::session::Session;

/// How the note of an adoption begins; the id of the object follows.
const ADOPTED: &str = "Adopted by Terraform, held from now on by object ";
/// How the note of a release begins; the id of the object follows.
const RELEASED: &str = "Released by Terraform, held no more by object ";

/// What an object that adopted an order and has not released it left there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    /// The random id of the object.
    pub(crate) object: String,
    /// When it was left, as far as CertCentral tells.
    left: Option<OffsetDateTime>,
}

impl Mark {
    /// Returns the mark for a sentence.
    pub(crate) fn shown(&self) -> String {
        match self.left {
            Some(left) => format!("object {} since {}", self.object, day(left.date())),
            None => format!("object {}", self.object),
        }
    }
}

/// Leaves a mark on an adopted order. Returns the id that a release has to name, unless there is no
/// mark for certain, and a warning if it may be missing: the order is adopted all the same.
pub(crate) async fn adopt(client: &Client, order: OrderId) -> (Option<String>, Warnings) {
    let object = format!("{:032x}", fastrand::u128(..));
    let mut warnings = Warnings::new();
    let Err(error) = client.add_note(order, &format!("{ADOPTED}{object}")).await else {
        info!(order_id = %order, %object, "adoption noted on the order");
        return (Some(object), warnings);
    };
    warn!(order_id = %order, %error, "adoption not noted on the order");
    warnings.push(messages::adoption_not_noted(order, &error));
    let may_be_there = error.certainty() == Certainty::Unknown;
    (may_be_there.then_some(object), warnings)
}

/// Takes the mark of an object back: the order stays, and the object lets go of it whether or not
/// that can be noted.
pub(crate) async fn release(
    session: &Session,
    stop: &CancellationToken,
    order: OrderId,
    object: &str,
) -> Option<Diagnostic> {
    let client = match session.client_to_look(stop) {
        Ok(client) => client,
        Err(problem) => return Some(messages::release_not_noted(order, object, &problem.detail)),
    };
    match client.add_note(order, &format!("{RELEASED}{object}")).await {
        Ok(_) => {
            info!(order_id = %order, %object, "release noted on the order");
            None
        }
        Err(error) => {
            let reason = format!("{error}.");
            Some(messages::release_not_noted(order, object, &reason))
        }
    }
}

/// The marks on an order that nobody has taken back.
pub(crate) async fn standing(client: &Client, order: OrderId) -> Result<Vec<Mark>, Error> {
    Ok(marks(&client.notes(order).await?))
}

/// An id is made once and released once at most, so the order in which notes are listed does not
/// matter.
fn marks(notes: &[Note]) -> Vec<Mark> {
    let named = |note: &Note, start: &str| {
        let object = note.text.as_deref()?.trim().strip_prefix(start)?;
        Some(object.to_owned())
    };
    let released: BTreeSet<_> = notes
        .iter()
        .filter_map(|note| named(note, RELEASED))
        .collect();
    let mut found: Vec<Mark> = Vec::new();
    for note in notes {
        let Some(object) = named(note, ADOPTED) else {
            continue;
        };
        if !released.contains(&object) && found.iter().all(|mark| mark.object != object) {
            let left = note.date_created;
            found.push(Mark { object, left });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::{ADOPTED, Mark, RELEASED, marks};
    use crate::certcentral::Note;

    fn note(text: String) -> Note {
        Note {
            id: None,
            date_created: Some(datetime!(2026-11-30 10:00 UTC)),
            text: Some(text),
        }
    }

    fn objects(notes: &[Note]) -> Vec<String> {
        marks(notes).into_iter().map(|mark| mark.object).collect()
    }

    #[test]
    fn a_mark_stands_until_its_own_object_is_released() {
        let [a, b] = ["a", "b"].map(|object| note(format!("{ADOPTED}{object}")));
        let gone = note(format!(" {RELEASED}a\n"));
        let other = note("Please call before you revoke this.".to_owned());
        assert_eq!(objects(std::slice::from_ref(&other)), [] as [&str; 0]);
        assert_eq!(objects(&[a.clone(), b.clone()]), ["a", "b"]);
        assert_eq!(objects(&[a.clone(), a.clone()]), ["a"]);
        for notes in [
            vec![a.clone(), gone.clone(), b.clone(), other],
            vec![gone.clone(), b, a.clone()],
        ] {
            assert_eq!(objects(&notes), ["b"]);
        }
        assert_eq!(objects(&[a, gone]), [] as [&str; 0]);
        let nothing = Note {
            id: None,
            date_created: None,
            text: None,
        };
        assert_eq!(objects(&[nothing]), [] as [&str; 0]);
    }

    #[test]
    fn a_mark_is_shown_with_its_day_as_far_as_it_is_told() {
        let mut notes = [note(format!("{ADOPTED}a"))];
        assert_eq!(marks(&notes)[0].shown(), "object a since 2026-11-30");
        notes[0].date_created = None;
        assert_eq!(
            marks(&notes),
            [Mark {
                object: "a".to_owned(),
                left: None
            }]
        );
        assert_eq!(marks(&notes)[0].shown(), "object a");
    }
}
