//! The lines byte by byte, what never becomes a line, and what happens when nobody reads them.

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
        tracing::error!(
            error = &error as &(dyn std::error::Error + 'static),
            "failed"
        );
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
