//! What an update does and how far it comes.
