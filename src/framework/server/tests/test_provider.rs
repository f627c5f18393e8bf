//! A provider of a resource type and a data source that have every kind of attribute. What a call
//! does is chosen by the `note` of the object, so that each test says in its own configuration what
//! happens.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::framework::{
    Attr, Attribute, Call, CreateRequest, Created, DataSource, DeleteRequest, Deleted, Diagnostic,
    Diagnostics, IdentityAttribute, IdentitySchema, Imported, MoveSource, Moved, Nesting,
    NoIdentity, NoPrivate, PlanRequest, Planned, PrivateState, Provider, Read, ReadRequest,
    Resource, Schema, Type, Types, UpdateRequest, Updated, Warnings,
};

crate::model! {
    /// The provider block.
    pub(super) struct Config { pub region: Attr<String> }
}

crate::model! {
    /// A person.
    pub(super) struct Contact {
        pub email: Attr<String>,
        pub role: Attr<String>,
        pub contact_id: Attr<i64>,
    }
}

crate::model! {
    /// An order.
    pub(super) struct Order {
        pub name: Attr<String>,
        pub note: Attr<String>,
        pub hash: Attr<String>,
        pub id: Attr<String>,
        pub status: Attr<String>,
        pub secret: Attr<String>,
        pub contacts: Attr<Vec<Contact>>,
    }
}

crate::model! {
    /// What names an order.
    pub(super) struct OrderIdentity { pub id: Attr<String> }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Token(pub(super) String);

impl PrivateState for Token {
    const VERSION: u32 = 1;
}

/// What a test sees of the provider and how it lets a waiting call go on.
#[derive(Debug, Default)]
pub(super) struct Script {
    pub(super) log: Mutex<Vec<String>>,
    pub(super) started: Notify,
    pub(super) go_on: Notify,
    pub(super) finished: Notify,
    pub(super) awaits_settings: AtomicBool,
}

impl Script {
    fn record(&self, line: impl Into<String>) {
        self.log.lock().unwrap().push(line.into());
    }
}

pub(super) struct TestProvider(pub(super) Arc<Script>);

impl Provider for TestProvider {
    type Config = Config;

    fn schema(&self) -> Schema {
        Schema {
            version: 0,
            description: "A test provider.",
            attributes: vec![Attribute::optional("region", Type::String, "A region.")],
        }
    }

    fn validate(&self, config: &Config) -> Diagnostics {
        match config.region.as_str() {
            Some("mars") => Diagnostic::error("Unknown region", "There is no region mars.").into(),
            _ => Diagnostics::new(),
        }
    }

    fn configure(&self, terraform_version: &str, config: Config) -> Diagnostics {
        self.0
            .record(format!("configure {terraform_version} {:?}", config.region));
        Diagnostics::new()
    }

    fn awaits_settings(&self) -> bool {
        self.0.awaits_settings.load(Ordering::Relaxed)
    }

    fn register(&self, types: &mut impl Types) {
        types.resource(Orders(Arc::clone(&self.0)));
        types.resource(Notes);
        types.data_source(Prices);
    }
}

pub(super) struct Orders(Arc<Script>);

pub(super) fn order_schema() -> Schema {
    let contacts = vec![
        Attribute::required("email", Type::String, "An address."),
        Attribute::optional("role", Type::String, "A role.").default_value("technical"),
        Attribute::computed("contact_id", Type::Number, "An id.").keeps_prior_value(),
    ];
    Schema {
        version: 2,
        description: "An order.",
        attributes: vec![
            Attribute::required("name", Type::String, "A name.").requires_replace(),
            Attribute::optional("note", Type::String, "What shall happen."),
            Attribute::optional("hash", Type::String, "A hash.").default_value("sha256"),
            Attribute::computed("id", Type::String, "An id.").keeps_prior_value(),
            Attribute::computed("status", Type::String, "A status."),
            Attribute::optional("secret", Type::String, "A secret.").sensitive(),
            Attribute::optional("contacts", (Nesting::List, contacts), "People."),
        ],
    }
}

pub(super) fn order_identity_schema() -> IdentitySchema {
    IdentitySchema {
        version: 1,
        attributes: vec![IdentityAttribute {
            name: "id",
            ty: Type::String,
            required_for_import: true,
            description: "The order's id.",
        }],
    }
}

/// The object of a plan, as the remote side would make it.
fn made(planned: &Order) -> Order {
    let mut order = planned.clone();
    order.id = "7".into();
    order.status = "issued".into();
    if let Attr::Known(contacts) = &mut order.contacts {
        for (number, contact) in (100..).zip(contacts) {
            contact.contact_id = Attr::Known(number);
        }
    }
    order
}

impl Resource for Orders {
    type Model = Order;
    type Private = Token;
    type Identity = OrderIdentity;

    const TYPE_NAME: &'static str = "test_order";

    fn schema(&self) -> Schema {
        order_schema()
    }

    fn validate(&self, config: &Order) -> Diagnostics {
        match config.note.as_str() {
            Some("panic in validate") => panic!("as asked"),
            _ => Diagnostics::new(),
        }
    }

    fn keep_equal_values(&self, prior_state: &Order, planned: &mut Order) {
        if let (Some(prior), Some(new)) = (prior_state.name.as_str(), planned.name.as_str())
            && prior.eq_ignore_ascii_case(new)
        {
            planned.name = prior.into();
        }
    }

    async fn plan(&self, request: PlanRequest<Self>) -> Planned<Self> {
        if request.private_is_kept {
            let reviewed = request.reviewed.as_ref().map(|token| token.0.as_str());
            let own = &request.private.0;
            self.0
                .record(format!("plan with {own}, reviewed {reviewed:?}"));
        } else {
            assert_eq!(request.reviewed, None);
        }
        let mut planned = Planned::unchanged(request);
        if planned.state.note.as_str() == Some("renew") {
            planned.state.id = Attr::Unknown;
        }
        if planned.state.note.as_str() == Some("bad plan") {
            planned.state.secret = "unasked".into();
        }
        planned
    }

    async fn plan_destroy(&self, prior_state: &Order, _private: &mut Token) -> Diagnostics {
        match prior_state.note.as_str() {
            Some("protected") => Diagnostic::error("Order protected", "It stays.").into(),
            _ => Diagnostic::warning("Order stays open", "Nothing is called.").into(),
        }
    }

    async fn create(&self, call: Call, request: CreateRequest<Self>) -> Created<Self> {
        let mut state = made(&request.planned_state);
        let mut warnings = Warnings::new();
        match request.config.note.as_str() {
            Some("panic") => panic!("as asked"),
            Some("refuse") => {
                return Created::Nothing(Diagnostic::error("Order refused", "No funds.").into());
            }
            Some("nothing") => return Created::Nothing(Diagnostics::new()),
            Some("odd") => {
                state.name = "another".into();
                state.status = Attr::Unknown;
                state.secret = "leak".into();
            }
            Some("wait") => {
                self.0.started.notify_one();
                self.0.go_on.notified().await;
            }
            Some("wait for stop") => {
                self.0.started.notify_one();
                call.stop.cancelled().await;
                state.status = "pending".into();
                warnings.push(Diagnostic::warning("Order pending", "The wait was ended."));
            }
            _ => {}
        }
        let name = request.config.name.as_str().unwrap_or_default();
        self.0.record(format!("create of {name}"));
        self.0.finished.notify_one();
        Created::Object {
            state,
            private: Token("bought".into()),
            warnings,
        }
    }

    async fn read(&self, _call: Call, request: ReadRequest<Self>) -> Read<Self> {
        let mut state = request.state;
        match state.note.as_str() {
            Some("gone") => return Read::Gone(Warnings::new()),
            Some("unreachable") => {
                return Read::Failed(Diagnostic::error("Order not read", "No network.").into());
            }
            Some("silent") => return Read::Failed(Diagnostics::new()),
            Some("panic") => panic!("as asked"),
            _ => state.status = "revoked".into(),
        }
        Read::Object {
            state,
            private: request.private,
            warnings: Warnings::new(),
        }
    }

    async fn update(&self, _call: Call, request: UpdateRequest<Self>) -> Updated<Self> {
        let mut diagnostics = Diagnostics::new();
        let mut state = made(&request.planned_state);
        match request.config.note.as_str() {
            Some("half") => {
                state = request.prior_state;
                state.status = "half".into();
                diagnostics.push(Diagnostic::error("Order not updated", "Step 2 failed."));
            }
            Some("panic") => panic!("as asked"),
            Some("renew") => state.id = "8".into(),
            _ => {}
        }
        Updated {
            state,
            private: request.private,
            diagnostics,
        }
    }

    async fn delete(&self, _call: Call, request: DeleteRequest<Self>) -> Deleted {
        self.0.record(format!("delete with {}", request.private.0));
        match request.state.note.as_str() {
            Some("stuck") => Deleted::Kept(Diagnostic::error("Order kept", "Not now.").into()),
            Some("silent") => Deleted::Kept(Diagnostics::new()),
            _ => Deleted::Gone(Warnings::new()),
        }
    }

    async fn import(&self, _call: Call, id: String) -> Result<Imported<Self>, Diagnostics> {
        if id.is_empty() {
            return Err(Diagnostic::error("Order not imported", "The id is empty.").into());
        }
        Ok(Imported {
            state: Order {
                id: Attr::Known(id),
                ..Order::default()
            },
            private: Token("imported".into()),
        })
    }

    fn upgrade(
        &self,
        version: i64,
        mut state: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        if version == 0 {
            panic!("as asked");
        }
        let name = state["common_name"].take();
        Ok(serde_json::json!({ "name": name }))
    }

    fn identity_schema(&self) -> Option<IdentitySchema> {
        Some(order_identity_schema())
    }

    fn identity(&self, state: &Order) -> Option<OrderIdentity> {
        let id = state.id.clone();
        (!id.is_null()).then_some(OrderIdentity { id })
    }

    fn upgrade_identity(
        &self,
        version: i64,
        identity: serde_json::Value,
    ) -> Result<serde_json::Value, Diagnostics> {
        match version {
            0 => Ok(serde_json::json!({ "id": identity["number"].to_string() })),
            _ => Err(Diagnostic::error("Identity refused", "Too new.").into()),
        }
    }

    async fn import_by_identity(
        &self,
        call: Call,
        identity: OrderIdentity,
    ) -> Result<Imported<Self>, Diagnostics> {
        match identity.id.as_str() {
            Some("nameless") => Ok(Imported {
                state: Order::default(),
                private: Token::default(),
            }),
            id => self.import(call, id.unwrap_or_default().to_owned()).await,
        }
    }

    fn move_from(&self, source: MoveSource) -> Result<Moved<Self>, Diagnostics> {
        if source.type_name != "other_order" {
            return Err(Diagnostic::error("Order not moved", format!("{source:?}")).into());
        }
        let mut warnings = Warnings::new();
        warnings.push(Diagnostic::warning("Key left behind", "Keep a copy."));
        Ok(Moved {
            state: Order {
                id: Attr::Known(source.state["number"].to_string()),
                ..Order::default()
            },
            private: Token("moved".into()),
            warnings,
        })
    }

    fn generate_config(&self, mut arguments: Order) -> Order {
        arguments.secret = Attr::Null;
        arguments
    }
}

/// A resource type that leaves to the framework whatever can be left to it.
pub(super) struct Notes;

crate::model! {
    /// A note.
    pub(super) struct Note { pub text: Attr<String> }
}

pub(super) fn note_schema() -> Schema {
    Schema {
        version: 0,
        description: "A note.",
        attributes: vec![Attribute::required("text", Type::String, "A text.")],
    }
}

impl Resource for Notes {
    type Model = Note;
    type Private = NoPrivate;
    type Identity = NoIdentity;

    const TYPE_NAME: &'static str = "test_note";

    fn schema(&self) -> Schema {
        note_schema()
    }

    async fn create(&self, _call: Call, request: CreateRequest<Self>) -> Created<Self> {
        Created::Object {
            state: request.planned_state,
            private: NoPrivate {},
            warnings: Warnings::new(),
        }
    }

    async fn read(&self, _call: Call, request: ReadRequest<Self>) -> Read<Self> {
        Read::Object {
            state: request.state,
            private: request.private,
            warnings: Warnings::new(),
        }
    }
}

/// A data source of every kind of attribute. What a read does is chosen by `name`.
pub(super) struct Prices;

crate::model! {
    /// A price.
    pub(super) struct Price {
        pub name: Attr<String>,
        pub region: Attr<String>,
        pub amount: Attr<i64>,
        pub parts: Attr<Vec<Part>>,
    }
}

crate::model! {
    /// A part of a price.
    pub(super) struct Part { pub label: Attr<String>, pub amount: Attr<i64> }
}

pub(super) fn price_schema() -> Schema {
    let part = vec![
        Attribute::optional("label", Type::String, "A label."),
        Attribute::computed("amount", Type::Number, "An amount."),
    ];
    Schema {
        version: 0,
        description: "A price.",
        attributes: vec![
            Attribute::required("name", Type::String, "What shall happen."),
            Attribute::optional_computed("region", Type::String, "A region."),
            Attribute::computed("amount", Type::Number, "An amount."),
            Attribute::optional("parts", (Nesting::List, part), "Parts."),
        ],
    }
}

impl DataSource for Prices {
    type Model = Price;

    const TYPE_NAME: &'static str = "test_price";

    fn schema(&self) -> Schema {
        price_schema()
    }

    fn validate(&self, config: &Price) -> Diagnostics {
        match config.name.as_str() {
            Some("") => Diagnostic::error("Invalid name", "The name is empty.").into(),
            _ => Diagnostics::new(),
        }
    }

    async fn read(&self, _call: Call, mut config: Price) -> Result<(Price, Warnings), Diagnostics> {
        let mut warnings = Warnings::new();
        config.amount = Attr::Known(293);
        if config.region.is_null() {
            config.region = "us".into();
        }
        if let Attr::Known(parts) = &mut config.parts {
            for part in parts {
                part.amount = Attr::Known(7);
            }
        }
        match config.name.as_str() {
            Some("panic") => panic!("as asked"),
            Some("silent") => return Err(Diagnostics::new()),
            Some("absent") => return Err(Diagnostic::error("Price not found", "None.").into()),
            Some("unknown") => config.amount = Attr::Unknown,
            Some("other region") => config.region = "mars".into(),
            Some("other part") => {
                config.parts = Attr::Known(vec![Part::default()]);
            }
            Some("dear") => warnings.push(Diagnostic::warning("Price is high", "Look twice.")),
            _ => {}
        }
        Ok((config, warnings))
    }
}
