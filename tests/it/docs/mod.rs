//! The pages and examples that users read: the pages are rendered from the schema, the examples are
//! run past real cores.

mod examples;
mod guides;
mod page;
mod readme;
mod render;
mod schema_section;
mod statements;
