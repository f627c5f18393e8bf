//! stub
pub mod certcentral;
pub mod framework;
pub mod pki;
pub mod plugin;
pub mod provider;
