//! Identities between state and provider.

use super::{Report, StoredIdentity, StoredObject};
use crate::{
    client::{Answer, Provider},
    error::Error,
    json::to_json,
    value::Value,
};

/// The identity of a stored object under the current schema; none if there is none, or the provider
/// could not say.
pub(super) async fn upgraded_identity(
    provider: &Provider,
    address: &str,
    object: &StoredObject,
    report: &mut Report,
) -> Result<Option<Value>, Error> {
    let Some(stored) = &object.identity else {
        return Ok(None);
    };
    let Some(schema) = provider.identity(&object.type_name) else {
        return Ok(None);
    };
    if stored.version == schema.version {
        let json = stored.value.to_string();
        return Ok(Some(crate::json::decode(
            &schema.implied_type(),
            json.as_bytes(),
        )?));
    }
    let called = provider
        .upgrade_identity(&object.type_name, stored.version, &stored.value)
        .await;
    Ok(report.take(address, called)?.identity)
}

/// What core stores of the identity in an answer: nothing of one that is not wholly known.
pub(super) fn stored_identity(version: i64, answer: &Answer) -> Option<StoredIdentity> {
    let identity = answer
        .identity
        .as_ref()
        .filter(|identity| identity.is_wholly_known())?;
    Some(StoredIdentity {
        version,
        value: to_json(identity),
    })
}
