//! The span around every call, with the keys that Terraform users know.

use std::sync::{Arc, Mutex};

use tonic::Request;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry::Registry;

use super::bed::{Bed, order};
use crate::framework::Value;
use crate::framework::server::proto::provider_server::Provider as _;
use crate::framework::server::proto::read_data_source;

/// Every field of every span, in order.
#[derive(Clone, Debug, Default)]
struct Spans(Arc<Mutex<Vec<(String, String)>>>);

impl<S: tracing::Subscriber> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, _id: &Id, _context: Context<'_, S>) {
        attributes.record(&mut self.clone());
    }
}

impl Visit for Spans {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let field = field.name().to_owned();
        self.0.lock().unwrap().push((field, format!("{value:?}")));
    }
}

#[tokio::test]
async fn every_call_has_its_own_span_with_rpc_and_resource_type() {
    let spans = Spans::default();
    let subscriber = Registry::default().with(spans.clone());
    let _guard = tracing::subscriber::set_default(subscriber);
    let bed = Bed::new();
    let config = order([("name", "a.example".into())]);
    // Another test may have met the span first, on a thread without a subscriber, and its "nobody
    // listens" may have been noted after ours was installed. A first call makes sure that the span
    // is known, so that the notes can be made anew.
    bed.plan(&Value::Null, &config, &config).await;
    tracing::callsite::rebuild_interest_cache();
    spans.0.lock().unwrap().clear();
    for _ in 0..2 {
        bed.plan(&Value::Null, &config, &config).await;
    }
    let recorded = spans.0.lock().unwrap().clone();
    let of = |key: &str| -> Vec<String> {
        let found = recorded.iter().filter(|(field, _)| field == key);
        found.map(|(_, value)| value.clone()).collect()
    };
    assert_eq!(of("tf_rpc"), ["\"PlanResourceChange\""; 2]);
    assert_eq!(of("tf_resource_type"), ["\"test_order\""; 2]);
    let ids = of("tf_req_id");
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
    assert!(!format!("{recorded:?}").contains("a.example"));
    assert_eq!(of("tf_data_source_type"), [""; 0]);

    spans.0.lock().unwrap().clear();
    let request = read_data_source::Request {
        type_name: "test_price".to_owned(),
        ..read_data_source::Request::default()
    };
    let _refused = bed.server.read_data_source(Request::new(request)).await;
    let recorded = spans.0.lock().unwrap().clone();
    let data_source = (
        "tf_data_source_type".to_owned(),
        "\"test_price\"".to_owned(),
    );
    assert!(recorded.contains(&data_source), "{recorded:?}");
    assert!(
        !recorded
            .iter()
            .any(|(field, _)| field == "tf_resource_type")
    );
}
