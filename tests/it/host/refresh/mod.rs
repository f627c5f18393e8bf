//! What a refresh records of an order that lives on at CertCentral.

mod chain;
mod closed;
mod outside;
mod read;
mod validations;
