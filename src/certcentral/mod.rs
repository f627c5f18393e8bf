//! certcentral
