//! Our log on stderr, in the JSON lines of hclog that Terraform reads and shows under `TF_LOG`.

mod fields;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::SetGlobalDefaultError;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry, Scope};

use super::Redactor;
use fields::Fields;

/// Only what we log ourselves leaves the process: HTTP libraries log headers, and a header holds the API key.
const OWN_TARGET: &str = env!("CARGO_CRATE_NAME");

/// Go parses exactly this; with another count of fraction digits a line would count as plain text.
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// Longest text in one field, in bytes. Terraform cuts lines of more than 64 KiB into pieces that it cannot read.
const LONGEST_TEXT: usize = 16 * 1024;

/// Logs up to `level` on stderr from now on, with the secrets of `redactor` masked. To be called once.
pub fn init(level: LevelFilter, redactor: Redactor) -> Result<(), SetGlobalDefaultError> {
    if level == LevelFilter::OFF {
        return Ok(());
    }
    let layer = HclogLayer::new(level, redactor, io::stderr(), OffsetDateTime::now_utc);
    tracing::subscriber::set_global_default(Registry::default().with(layer))
}

/// Writes each event as one line. Fields of the enclosing spans come along as keys, inner ones first.
struct HclogLayer<W> {
    level: LevelFilter,
    redactor: Redactor,
    sink: Mutex<W>,
    now: fn() -> OffsetDateTime,
}

impl<W: Write> HclogLayer<W> {
    fn new(level: LevelFilter, redactor: Redactor, sink: W, now: fn() -> OffsetDateTime) -> Self {
        Self {
            level,
            redactor,
            sink: Mutex::new(sink),
            now,
        }
    }

    fn write(&self, line: BTreeMap<&'static str, Value>) {
        let line = line
            .into_iter()
            .map(|(key, value)| (key.to_owned(), self.clean(value)));
        let json = Value::Object(line.collect()).to_string();
        let line = format!("{}\n", self.redactor.redact(&json));
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        // When Terraform is dead stderr is a broken pipe, and the order in flight matters more than its log.
        let _ = sink.write_all(line.as_bytes());
    }

    /// Masks secrets before JSON escapes the text a second time, and before the cut: half a secret would not be found.
    fn clean(&self, value: Value) -> Value {
        let Value::String(text) = value else {
            return value;
        };
        let text = self.redactor.redact(&text);
        if text.len() <= LONGEST_TEXT {
            return text.into();
        }
        let end = text.floor_char_boundary(LONGEST_TEXT);
        let cut = text.len() - end;
        format!("{}... ({cut} bytes cut)", &text[..end]).into()
    }

    fn timestamp(&self) -> String {
        // Formatting a valid UTC time into a String cannot fail; a line without time is still a line.
        (self.now)().format(TIMESTAMP).unwrap_or_default()
    }
}

impl<S, W> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Write + Send + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        *metadata.level() <= self.level && is_own(metadata.target())
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(span) = context.span(id) {
            let mut fields = Fields::default();
            attributes.record(&mut fields);
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = BTreeMap::new();
        let outermost_first = context.event_scope(event).map(Scope::from_root);
        for span in outermost_first.into_iter().flatten() {
            if let Some(fields) = span.extensions().get::<Fields>() {
                line.extend(fields.0.clone());
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let message = fields.0.remove("message");
        line.extend(fields.0);

        // Last, so that no field can take these names: the host crashes if they do not hold text.
        let metadata = event.metadata();
        line.insert("@level", level_name(*metadata.level()).into());
        line.insert("@message", text(message));
        line.insert("@module", metadata.target().into());
        line.insert("@timestamp", self.timestamp().into());
        self.write(line);
    }
}

fn is_own(target: &str) -> bool {
    target
        .strip_prefix(OWN_TARGET)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        Level::TRACE => "trace",
    }
}

fn text(message: Option<Value>) -> Value {
    match message {
        None => "".into(),
        Some(Value::String(text)) => text.into(),
        Some(other) => other.to_string().into(),
    }
}

#[cfg(test)]
mod tests;
