//! What is kept beside the state of an order, invisible to users.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::SslOrderModel;
use crate::framework::{Attr, PrivateState};
use crate::provider::ssl_order::exchange::Awaited;
use crate::provider::ssl_order::plan::Review;
use crate::provider::ssl_order::plan::decision::Announced;
use crate::provider::ssl_order::refresh::succession::Successor;

/// Private state of an order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SslOrderPrivate {
    /// Whether the order came by import. Arguments that CertCentral does not tell are then null in
    /// state, and setting them in the configuration is no wish for a new order.
    #[serde(default)]
    pub imported: bool,
    /// What CertCentral told of the organization of an imported order and the state cannot hold, so
    /// that a configuration that describes the same organization is no wish for a new order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<ReportedOrganization>,
    /// In which container the order was when CertCentral last told it, so that writing the same
    /// number down where state has none is no wish for a new order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub container: Option<i64>,
    /// The order that renews this one already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<Successor>,
    /// Whether the values with which control over the domains was proven are not accepted any more,
    /// as of the last refresh. A reissue may then bring others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub values_expired: bool,
    /// The random id by which the notes of the order name this object; none unless it adopted the
    /// order and left a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub adoption: Option<String>,
    /// Names of the certificate that an import left out of the arguments, because CertCentral may
    /// have added them by itself. A configuration that names them asks for nothing.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub companions: BTreeSet<String>,
    /// Arguments of the certificate that the last apply found in the configuration and that may be
    /// left out of it. Taking one of them away asks for a certificate without it.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub configured: BTreeSet<String>,
    /// The day of the last look: a plan holds dates against it, so that the two plans of one apply
    /// agree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_on: Option<String>,
    /// What the certificate of a reissue or renewal is held against that is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub awaited: Option<Awaited>,
    /// What CertCentral now calls the organization of the order, if the certificate names another
    /// one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_organization: Option<String>,
    /// The reissue that CertCentral has taken and that nobody has decided yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reissue: Option<PendingReissue>,
    /// The last day of a certificate that a reissue cannot move, or did not. The clock reissues
    /// none that ends on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_gain: Option<String>,
    /// Whether CertCentral reissues by itself, as it told last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auto_reissue: Option<bool>,
    /// Whether CertCentral does not take `auto_reissue` as it is configured, which was said.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub auto_reissue_ignored: bool,
    /// The day, `yyyy-MM-dd`, on which the chain was read last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain_read: Option<String>,
    /// The day, `yyyy-MM-dd`, on which the last refresh found that a clock has struck; none while
    /// none has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<String>,
    /// Whether a plan has said what becomes of the order when it is destroyed. Core asks about
    /// every destroy but those of a tainted order and of one that `-replace` names. Handed from a
    /// plan to its apply and never stored: every refresh and every apply drops it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end_announced: bool,
    /// Why the order stays open in a destroy that was asked to end it, as its plan has said. Never
    /// stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stays: Option<String>,
    /// The marks of other objects that a plan has listed as overridden by `claimed_order_id`. Never
    /// stored.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overridden: Vec<String>,
    /// Whether a plan has announced another order in the place of this one, so that the create
    /// which follows its destroy may buy beside it. The destroy of an order whose address was
    /// renamed, too, is announced, but replaces nothing. Never stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replacement_announced: bool,
    /// Why a replacement that `-replace` forces would buy an order; none if it would find this one
    /// again. The plan of an existing order leaves it for the plan of the one that takes its place.
    /// Never stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bought_if_forced: Option<String>,
    /// What a plan has decided about an existing order, for the update that carries it out. Never
    /// stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced: Option<Announced>,
    /// Tells what the plan announced that a person reviews, where Terraform hands it to the plan of
    /// the apply, which hands it on to the apply. Never stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Review>,
}

impl SslOrderPrivate {
    /// Returns whether CertCentral reissues the certificate of `state` by itself, as far as anybody
    /// knows.
    pub(crate) fn reissues_by_itself(&self, state: &SslOrderModel) -> bool {
        match state.auto_reissue {
            Attr::Known(configured) if !self.auto_reissue_ignored => configured,
            _ => self.auto_reissue.unwrap_or_default(),
        }
    }

    /// Returns whether a reissue does not move the end of the certificate in `state`.
    pub(crate) fn has_no_gain(&self, state: &SslOrderModel) -> bool {
        self.no_gain.is_some() && self.no_gain.as_ref() == state.valid_till.known()
    }

    /// What is kept in state.
    pub(crate) fn stored(self) -> Self {
        Self {
            end_announced: false,
            stays: None,
            overridden: Vec::new(),
            replacement_announced: false,
            bought_if_forced: None,
            announced: None,
            review: None,
            ..self
        }
    }
}

/// What a reissue that waits is held against once it is decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingReissue {
    /// Serial number of the certificate before it.
    pub serial_number: Option<String>,
    /// Last day of the certificate before it.
    pub valid_till: Option<String>,
    /// Whether the certificate was running out.
    pub was_due: bool,
    /// `reissue_trigger` before it: state has it again if the reissue is rejected.
    pub former_trigger: Option<String>,
    /// `reissue_trigger` with it.
    pub trigger: Option<String>,
}

/// The organization of an order, as far as order info tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedOrganization {
    /// Legal name.
    #[serde(default)]
    pub name: Option<String>,
    /// Contacts of the order.
    #[serde(default)]
    pub contacts: Vec<ReportedContact>,
}

/// A contact of an order, as far as order info tells it: not which user of the account it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportedContact {
    /// `organization_contact`, `technical_contact` or `verified_contact`.
    pub contact_type: String,
    /// E-mail address.
    pub email: String,
}

impl PrivateState for SslOrderPrivate {
    const VERSION: u32 = 1;
}
