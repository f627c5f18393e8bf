//! Requests: the approval step of an order, a reissue, a duplicate or a revocation.

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::about::About;
use super::flexible;
use super::http::{Action, Answer, Call, Change, Client, Error, listing};
use super::id::{OrderId, RequestId};
use super::orders::info::{ContainerRef, OrganizationRef, ProductRef};
use super::orders::status::RequestStatus;

/// A request.
///
/// Source: <https://dev.digicert.com/services-api/requests/request-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Request {
    /// The request.
    pub id: RequestId,
    /// How far it is.
    pub status: RequestStatus,
    /// `new_request`, `reissue`, `duplicate` or `revoke`.
    #[serde(default, rename = "type", deserialize_with = "flexible::text")]
    pub kind: Option<String>,
    /// When it was made.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date: Option<OffsetDateTime>,
    /// When it was decided.
    #[serde(default, deserialize_with = "flexible::timestamp")]
    pub date_processed: Option<OffsetDateTime>,
    /// Who made it.
    #[serde(default, deserialize_with = "flexible::object")]
    pub requester: Option<User>,
    /// Who decided it.
    #[serde(default, deserialize_with = "flexible::object")]
    pub processor: Option<User>,
    /// What it is about.
    #[serde(default, deserialize_with = "flexible::needed::object")]
    pub order: Option<RequestOrder>,
    /// Note of the requester.
    #[serde(default, deserialize_with = "flexible::text")]
    pub comments: Option<String>,
    /// Note of the one who decided.
    #[serde(default, deserialize_with = "flexible::text")]
    pub processor_comment: Option<String>,
}

/// A user as other objects name one.
///
/// Source: <https://dev.digicert.com/services-api/requests/request-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct User {
    /// Number of the user.
    #[serde(default, deserialize_with = "flexible::integer")]
    pub id: Option<i64>,
    /// Given name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub last_name: Option<String>,
    /// E-mail address.
    #[serde(default, deserialize_with = "flexible::text")]
    pub email: Option<String>,
}

/// The order that a request is about.
///
/// Source: <https://dev.digicert.com/services-api/requests/request-info/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RequestOrder {
    /// The order.
    pub id: OrderId,
    /// What is to be issued.
    #[serde(default, deserialize_with = "flexible::object")]
    pub certificate: Option<RequestCertificate>,
    /// Whose name the certificate is to carry.
    #[serde(default, deserialize_with = "flexible::object")]
    pub organization: Option<OrganizationRef>,
    /// The division that it belongs to.
    #[serde(default, deserialize_with = "flexible::object")]
    pub container: Option<ContainerRef>,
    /// What is bought.
    #[serde(default, deserialize_with = "flexible::object")]
    pub product: Option<ProductRef>,
}

/// The certificate that a request is about.
///
/// Source: <https://dev.digicert.com/services-api/requests/list-requests/>
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RequestCertificate {
    /// Its main name.
    #[serde(default, deserialize_with = "flexible::text")]
    pub common_name: Option<String>,
}

/// What to do with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Let it pass.
    Approved,
    /// Refuse it.
    Rejected,
}

/// Source: <https://dev.digicert.com/services-api/requests/update-request-status/>
#[derive(Debug, Serialize)]
pub(crate) struct RequestUpdate<'a> {
    pub(crate) status: Decision,
    pub(crate) processor_comment: &'a str,
}

listing! {
    /// Source: <https://dev.digicert.com/services-api/requests/list-requests/>
    RequestList { requests: Request }
}

impl Client {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`Error`]; 404 where the request does not exist or the key does not see it.
    ///
    /// Source: <https://dev.digicert.com/services-api/requests/request-info/>
    pub async fn request(&self, request: RequestId) -> Result<Request, Error> {
        let call = Call::get(&["request", &request.to_string()]);
        let found: Request = self.fetch(call).await?;
        About::Request.hold(request, Some(found.id))?;
        Ok(found)
    }

    /// All requests, or those with one status, over all pages. Orders that wait for approval may
    /// show only here.
    ///
    /// Source: <https://dev.digicert.com/services-api/requests/list-requests/>
    pub async fn requests(&self, status: Option<&RequestStatus>) -> Result<Vec<Request>, Error> {
        let mut call = Call::get(&["request"]);
        if let Some(status) = status {
            call = call.with_query("status", status);
        }
        self.all_pages::<RequestList>(call).await
    }

    /// The requests that wait for a reviewer or an approver: one call where all requests of the
    /// account fit on a page, else those of either status.
    ///
    /// Source: <https://dev.digicert.com/services-api/requests/list-requests/>
    pub async fn waiting_requests(&self) -> Result<Vec<Request>, Error> {
        let all = Call::get(&["request"]);
        let mut waiting = match self.only_page::<RequestList>(all).await? {
            Some(requests) => requests,
            None => {
                let mut found = self.requests(Some(&RequestStatus::Submitted)).await?;
                found.extend(self.requests(Some(&RequestStatus::Pending)).await?);
                found
            }
        };
        waiting.retain(|request| request.status.is_waiting());
        Ok(waiting)
    }

    /// Approves or rejects a request.
    ///
    /// # Errors
    ///
    /// [`Error`]; 403 `access_denied|invalid_approver` where the user of the key may not decide.
    ///
    /// Source: <https://dev.digicert.com/services-api/requests/update-request-status/>
    pub async fn decide_request(
        &self,
        request: RequestId,
        decision: Decision,
        comment: &str,
    ) -> Result<(), Error> {
        let update = RequestUpdate {
            status: decision,
            processor_comment: comment,
        };
        let action = match decision {
            Decision::Approved => Action::Approve,
            Decision::Rejected => Action::Reject,
        };
        let change = Change {
            request_id: Some(request),
            ..Change::new(action)
        };
        let path = ["request", &request.to_string(), "status"];
        let call = Call::put(change, &path)
            .with_body(&update)?
            .repeated_by_caller();
        self.call(call, Answer::done).await
    }
}
