//! Our log on stderr, in the JSON lines of hclog that Terraform reads and shows under `TF_LOG`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};

use serde_json::{Number, Value};
use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::SetGlobalDefaultError;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::{LookupSpan, Registry, Scope};

use super::Redactor;

/// Only what we log ourselves leaves the process: HTTP libraries log headers, and a header holds
/// the API key.
const OWN_TARGET: &str = env!("CARGO_CRATE_NAME");

/// Go parses exactly this; with another count of fraction digits a line would count as plain text.
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:6]Z");

/// Longest text in one field, in bytes. Terraform cuts lines of more than 64 KiB into pieces that
/// it cannot read.
const LONGEST_TEXT: usize = 16 * 1024;

/// Logs up to `level` on stderr from now on, with the secrets of `redactor` masked. To be called
/// once.
pub fn init(level: LevelFilter, redactor: Redactor) -> Result<(), SetGlobalDefaultError> {
    if level == LevelFilter::OFF {
        return Ok(());
    }
    let layer = HclogLayer::new(level, redactor, io::stderr(), OffsetDateTime::now_utc);
    tracing::subscriber::set_global_default(Registry::default().with(layer))
}

/// Writes each event as one line. Fields of the enclosing spans come along as keys, inner ones
/// first.
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
        // When Terraform is dead stderr is a broken pipe, and the order in flight matters more than
        // its log.
        let _ = sink.write_all(line.as_bytes());
    }

    /// Masks secrets before JSON escapes the text a second time, and before the cut: half a secret
    /// would not be found.
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
        // Formatting a valid UTC time into a String cannot fail; a line without time is still a
        // line.
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

/// Field names with their values; numbers and booleans stay what they are.
#[derive(Debug, Default)]
struct Fields(BTreeMap<&'static str, Value>);

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name(), value.into());
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    /// JSON has no NaN and no infinity: these become text.
    fn record_f64(&mut self, field: &Field, value: f64) {
        let number = Number::from_f64(value).map(Value::Number);
        self.set(field, number.unwrap_or_else(|| value.to_string().into()));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        let mut text = value.to_string();
        let mut cause = value.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        self.set(field, text);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.set(field, format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use time::macros::datetime;

    use super::*;

    /// What was written, shared with the layer.
    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn noon() -> OffsetDateTime {
        datetime!(2026-03-04 12:00:00.000120 UTC)
    }

    /// What `run` logs at `level` when `secret` is one.
    fn logged(level: LevelFilter, secret: &str, run: impl FnOnce()) -> String {
        let lines = Lines::default();
        let redactor = Redactor::default();
        redactor.add(secret);
        let layer = HclogLayer::new(level, redactor, lines.clone(), noon);
        tracing::subscriber::with_default(Registry::default().with(layer), run);
        let bytes = lines.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_is_what_hclog_parses() {
        let lines = logged(LevelFilter::TRACE, "", || {
            tracing::warn!(
                order_id = 123_u64,
                pending = true,
                share = 0.5,
                difference = -1,
                name = "a.example",
                "order is pending"
            );
        });

        assert_eq!(
            lines,
            concat!(
                r#"{"@level":"warn","@message":"order is pending","#,
                r#""@module":"terraform_provider_digicert::plugin::log::tests","#,
                r#""@timestamp":"2026-03-04T12:00:00.000120Z","#,
                r#""difference":-1,"name":"a.example","order_id":123,"pending":true,"share":0.5}"#,
                "\n"
            )
        );
    }

    #[test]
    fn fields_of_all_spans_are_keys_and_the_innermost_wins() {
        let lines = logged(LevelFilter::TRACE, "", || {
            let outer = tracing::info_span!(
                "rpc",
                tf_rpc = "Apply",
                step = 1,
                late = tracing::field::Empty
            );
            let _outer = outer.enter();
            let inner = tracing::info_span!("order", step = 2);
            let _inner = inner.enter();
            outer.record("late", "recorded");
            tracing::debug!("posted");
        });

        assert_eq!(
            lines,
            concat!(
                r#"{"@level":"debug","@message":"posted","#,
                r#""@module":"terraform_provider_digicert::plugin::log::tests","#,
                r#""@timestamp":"2026-03-04T12:00:00.000120Z","#,
                r#""late":"recorded","step":2,"tf_rpc":"Apply"}"#,
                "\n"
            )
        );
    }

    #[test]
    fn reserved_keys_are_always_text() {
        let lines = logged(LevelFilter::TRACE, "", || {
            tracing::info!("@level" = 1, "@message" = 2, message = 3);
        });
        let line: Value = serde_json::from_str(&lines).unwrap();

        assert_eq!(line["@level"], "info");
        assert_eq!(line["@message"], "3");
    }

    #[test]
    fn the_level_is_a_gate() {
        let lines = logged(LevelFilter::INFO, "", || {
            tracing::debug!("not this");
            tracing::info!("this");
        });
        let line: Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(line["@message"], "this");
    }

    #[test]
    fn other_crates_stay_silent_at_every_level() {
        let lines = logged(LevelFilter::TRACE, "", || {
            tracing::error!(target: "h2::codec", "a header");
            tracing::error!(target: "reqwest::connect", "a header");
            tracing::error!(target: "terraform_provider_digicertain", "not us either");
        });
        assert_eq!(lines, "");
    }

    #[test]
    fn secrets_are_masked_wherever_they_stand() {
        let lines = logged(LevelFilter::TRACE, "canary\"key", || {
            let _span = tracing::info_span!("call", key = "canary\"key").entered();
            tracing::info!(header = ?"X-DC-DEVKEY: canary\"key", "sent canary\"key");
        });
        let line: Value = serde_json::from_str(&lines).unwrap();

        assert_eq!(line["@message"], "sent ***");
        assert_eq!(line["key"], "***");
        assert!(!lines.contains("canary"), "{lines}");
    }

    #[test]
    fn a_secret_across_the_cut_of_a_long_text_is_masked() {
        let text = format!(
            "{}canary-key{}",
            "a".repeat(LONGEST_TEXT - 5),
            "b".repeat(20)
        );
        let lines = logged(LevelFilter::TRACE, "canary-key", || {
            tracing::info!("{text}");
        });
        let line: Value = serde_json::from_str(&lines).unwrap();

        assert_eq!(
            line["@message"],
            format!("{}***bb... (18 bytes cut)", "a".repeat(LONGEST_TEXT - 5))
        );
    }

    #[test]
    fn an_error_is_logged_with_its_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot place the order")]
        struct Outer(#[source] io::Error);

        let lines = logged(LevelFilter::TRACE, "", || {
            let error = Outer(io::Error::other("connection reset"));
            tracing::error!(error = &error as &(dyn Error + 'static), "failed");
        });
        let line: Value = serde_json::from_str(&lines).unwrap();
        assert_eq!(line["error"], "cannot place the order: connection reset");
    }

    #[test]
    fn a_broken_pipe_is_no_reason_to_stop() {
        let (reader, writer) = io::pipe().unwrap();
        let layer = HclogLayer::new(LevelFilter::TRACE, Redactor::default(), writer, noon);
        drop(reader);

        let mut reached = false;
        tracing::subscriber::with_default(Registry::default().with(layer), || {
            tracing::error!("nobody reads this");
            reached = true;
        });
        assert!(reached);
    }
}
