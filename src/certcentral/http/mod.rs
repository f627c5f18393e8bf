//! Calls over HTTPS: from what an endpoint wants to what CertCentral answered, whatever happens on
//! the way.
//!
//! | question | file |
//! |---|---|
//! | where, with which key, how long | [`config`], [`api_key`] |
//! | what is sent, and what a changing call is for | [`call`] |
//! | which changing calls are let through, and the file that tells each of them | [`gate`], [`audit`] |
//! | a call with its turn and its repeats | [`retry`] |
//! | which failures are repeated, and when | [`retry_policy`] |
//! | whose turn it is | [`rate_limit`] |
//! | how a connection comes to stand, directly or through a proxy | [`connect`] |
//! | one attempt: headers, deadline, size limit | [`transport`] |
//! | what an answer says, and the day on CertCentral's clock | [`answer`] |
//! | what went wrong, and what that proves | [`error`], [`certainty`] |
//! | lists over many pages | [`paging`] |
//! | the key in a text, however it got there | [`redaction`] |

pub(crate) mod answer;
pub(crate) mod api_key;
pub(crate) mod audit;
pub(crate) mod call;
pub(crate) mod certainty;
pub(crate) mod client;
pub(crate) mod config;
pub(crate) mod connect;
pub(crate) mod error;
mod gate;
pub(crate) mod paging;
pub(crate) mod rate_limit;
mod redaction;
mod retry;
mod retry_policy;
pub(crate) mod transport;

pub(crate) use answer::Answer;
pub(crate) use api_key::harmless;
pub(crate) use call::{Action, Call, Change};
pub(crate) use client::Client;
pub(crate) use error::Error;
pub(crate) use paging::listing;
