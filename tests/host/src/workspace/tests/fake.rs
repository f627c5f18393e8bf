//! A provider in the same process with one resource type, `x_order` {required `name`: a change to
//! one that starts with "r" forces a replacement; computed `id`; optional and computed `note`},
//! that can be told to misbehave.

mod wire;

use std::sync::{Arc, Mutex};

use tokio::net::TcpListener;
use tokio_stream::{StreamExt as _, wrappers::TcpListenerStream};
use tonic::{
    Request, Response, Status,
    transport::{Channel, Server},
};

use crate::{
    connection::connect,
    handshake::Address,
    proto::tfplugin6::{
        self as proto,
        diagnostic::Severity,
        provider_server::{Provider, ProviderServer},
    },
    value::Value,
};

use self::wire::{id_in, identity, identity_of, identity_schemas, read, says, schemas, wire, with};

/// How the next calls are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mood {
    #[default]
    Good,
    ErrorWithoutState,
    ErrorWithState,
    Warning,
    Dies,
    LeavesUnknown,
    OtherName,
    Vanishes,
    PlansRandomly,
    PlansOtherNote,
    WarnsOfCreates,
    RefusesCreates,
    Gone,
    MissingKey,
    ImportsTwo,
    Anonymous,
    LeavesIdentityUnknown,
    Renews,
    HasNoIdentities,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Fake {
    pub(super) mood: Arc<Mutex<Mood>>,
    pub(super) calls: Arc<Mutex<Vec<String>>>,
}

impl Fake {
    pub(super) async fn serve(&self) -> Channel {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let server = Server::builder().add_service(ProviderServer::new(self.clone()));
        let accepted = TcpListenerStream::new(listener).map(|stream| {
            let stream = stream?;
            stream.set_nodelay(true)?;
            Ok::<_, std::io::Error>(stream)
        });
        tokio::spawn(server.serve_with_incoming(accepted));
        connect(Address::Tcp(address), None).await.unwrap()
    }

    pub(super) fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(super) fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().unwrap())
    }

    fn called(&self, call: &str) -> Mood {
        self.calls.lock().unwrap().push(call.to_owned());
        *self.mood.lock().unwrap()
    }
}

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl Provider for Fake {
    async fn get_provider_schema(
        &self,
        _: Request<proto::get_provider_schema::Request>,
    ) -> Answer<proto::get_provider_schema::Response> {
        Ok(Response::new(schemas()))
    }

    async fn get_resource_identity_schemas(
        &self,
        _: Request<proto::get_resource_identity_schemas::Request>,
    ) -> Answer<proto::get_resource_identity_schemas::Response> {
        match *self.mood.lock().unwrap() {
            Mood::HasNoIdentities => Err(Status::unimplemented("none")),
            _ => Ok(Response::new(identity_schemas())),
        }
    }

    async fn validate_provider_config(
        &self,
        _: Request<proto::validate_provider_config::Request>,
    ) -> Answer<proto::validate_provider_config::Response> {
        Ok(Response::new(Default::default()))
    }

    async fn configure_provider(
        &self,
        _: Request<proto::configure_provider::Request>,
    ) -> Answer<proto::configure_provider::Response> {
        self.called("configure");
        Ok(Response::new(Default::default()))
    }

    async fn validate_resource_config(
        &self,
        _: Request<proto::validate_resource_config::Request>,
    ) -> Answer<proto::validate_resource_config::Response> {
        self.called("validate");
        Ok(Response::new(Default::default()))
    }

    async fn upgrade_resource_state(
        &self,
        request: Request<proto::upgrade_resource_state::Request>,
    ) -> Answer<proto::upgrade_resource_state::Response> {
        self.called("upgrade");
        let json = request.into_inner().raw_state.unwrap().json;
        Ok(Response::new(proto::upgrade_resource_state::Response {
            upgraded_state: Some(proto::DynamicValue {
                msgpack: vec![],
                json,
            }),
            diagnostics: vec![],
        }))
    }

    async fn upgrade_resource_identity(
        &self,
        request: Request<proto::upgrade_resource_identity::Request>,
    ) -> Answer<proto::upgrade_resource_identity::Response> {
        self.called("upgrade identity");
        let json = request.into_inner().raw_identity.unwrap().json;
        let stored: serde_json::Value = serde_json::from_slice(&json).unwrap();
        Ok(Response::new(proto::upgrade_resource_identity::Response {
            upgraded_identity: identity(Value::string(stored["number"].as_str().unwrap())),
            diagnostics: vec![],
        }))
    }

    async fn read_resource(
        &self,
        request: Request<proto::read_resource::Request>,
    ) -> Answer<proto::read_resource::Response> {
        let request = request.into_inner();
        let value = read(request.current_state.as_ref());
        let mood = self.called("read");
        let new_identity = match mood {
            Mood::Anonymous | Mood::HasNoIdentities | Mood::Gone => None,
            _ => identity_of(&value),
        };
        let new_state = match mood {
            Mood::Gone => wire(&Value::Null),
            // An empty map where an object with three attributes belongs.
            Mood::MissingKey => Some(proto::DynamicValue {
                msgpack: vec![0x80],
                json: vec![],
            }),
            _ => wire(&value),
        };
        Ok(Response::new(proto::read_resource::Response {
            new_state,
            private: request.private,
            diagnostics: vec![],
            new_identity,
        }))
    }

    async fn plan_resource_change(
        &self,
        request: Request<proto::plan_resource_change::Request>,
    ) -> Answer<proto::plan_resource_change::Response> {
        let request = request.into_inner();
        let keeps = request
            .client_capabilities
            .is_some_and(|it| it.store_planned_private);
        let reviewed = String::from_utf8(request.planned_private.clone()).unwrap();
        let mood = match (keeps, reviewed.is_empty()) {
            (false, true) => self.called("plan"),
            (true, true) => self.called("plan, kept"),
            (_, false) => self.called(&format!("plan after {reviewed}")),
        };
        let (prior, proposed) = (
            read(request.prior_state.as_ref()),
            read(request.proposed_new_state.as_ref()),
        );
        let count = self.calls.lock().unwrap().len();
        let planned = match (prior.is_null(), proposed.is_null(), mood) {
            (_, true, _) => proposed,
            (true, _, Mood::PlansRandomly) => {
                with(&proposed, "id", Value::string(&count.to_string()))
            }
            (true, _, Mood::PlansOtherNote) => with(&proposed, "note", Value::string("other")),
            (true, ..) | (_, _, Mood::Renews) => with(&proposed, "id", Value::Unknown),
            _ => proposed,
        };
        let planned_identity = match mood {
            Mood::Anonymous | Mood::Renews | Mood::HasNoIdentities => None,
            Mood::LeavesIdentityUnknown => identity(Value::Unknown),
            _ => identity_of(&planned).filter(|_| planned.attribute("id").is_known()),
        };
        let name = proto::AttributePath {
            steps: vec![proto::attribute_path::Step {
                selector: Some(proto::attribute_path::step::Selector::AttributeName(
                    "name".to_owned(),
                )),
            }],
        };
        let renamed =
            matches!(planned.attribute("name"), Value::String(name) if name.starts_with('r'));
        Ok(Response::new(proto::plan_resource_change::Response {
            planned_state: wire(&planned),
            requires_replace: if renamed { vec![name] } else { vec![] },
            planned_private: if request.prior_private.is_empty() {
                b"planned".to_vec()
            } else {
                request.prior_private
            },
            diagnostics: match mood {
                Mood::WarnsOfCreates if prior.is_null() => says(Severity::Warning),
                Mood::RefusesCreates if prior.is_null() => {
                    [says(Severity::Warning), says(Severity::Error)].concat()
                }
                _ => vec![],
            },
            planned_identity,
        }))
    }

    async fn apply_resource_change(
        &self,
        request: Request<proto::apply_resource_change::Request>,
    ) -> Answer<proto::apply_resource_change::Response> {
        let request = request.into_inner();
        let mood = self.called("apply");
        let planned = read(request.planned_state.as_ref());
        let made = match planned.attribute("id") {
            Value::Unknown if mood == Mood::Renews => with(&planned, "id", Value::string("2")),
            Value::Unknown => with(&planned, "id", Value::string("1")),
            _ => planned.clone(),
        };
        let new_identity = match mood {
            Mood::Anonymous | Mood::HasNoIdentities => None,
            Mood::LeavesIdentityUnknown => identity(Value::Unknown),
            _ => identity_of(&made),
        };
        let (value, diagnostics) = match mood {
            Mood::Dies => return Err(Status::unavailable("gone")),
            Mood::ErrorWithoutState => (Value::Null, says(Severity::Error)),
            Mood::ErrorWithState => (made, says(Severity::Error)),
            Mood::Warning => (made, says(Severity::Warning)),
            Mood::LeavesUnknown => (planned, vec![]),
            Mood::OtherName => (with(&made, "name", Value::string("other")), vec![]),
            Mood::Vanishes => (Value::Null, vec![]),
            _ => (made, vec![]),
        };
        Ok(Response::new(proto::apply_resource_change::Response {
            new_state: wire(&value),
            private: b"applied".to_vec(),
            new_identity: new_identity.filter(|_| !value.is_null()),
            diagnostics,
        }))
    }

    async fn import_resource_state(
        &self,
        request: Request<proto::import_resource_state::Request>,
    ) -> Answer<proto::import_resource_state::Response> {
        let request = request.into_inner();
        let id = match &request.identity {
            Some(identity) => id_in(identity),
            None => Value::string(&request.id),
        };
        let mood = self.called("import");
        let value = ["name", "id", "note"].map(|name| (name.to_owned(), Value::Null));
        let resource = proto::import_resource_state::ImportedResource {
            type_name: "x_order".to_owned(),
            state: wire(&with(&Value::Object(value.into()), "id", id.clone())),
            private: b"imported".to_vec(),
            identity: match mood {
                Mood::Anonymous | Mood::HasNoIdentities => None,
                _ => identity(id),
            },
        };
        let count = if mood == Mood::ImportsTwo { 2 } else { 1 };
        Ok(Response::new(proto::import_resource_state::Response {
            imported_resources: vec![resource; count],
            diagnostics: vec![],
        }))
    }

    async fn move_resource_state(
        &self,
        request: Request<proto::move_resource_state::Request>,
    ) -> Answer<proto::move_resource_state::Response> {
        let request = request.into_inner();
        let json = request.source_state.unwrap().json;
        let source: serde_json::Value = serde_json::from_slice(&json).unwrap();
        let id = Value::string(source["number"].as_str().unwrap());
        let mood = self.called("move");
        let value = ["name", "id", "note"].map(|name| (name.to_owned(), Value::Null));
        Ok(Response::new(proto::move_resource_state::Response {
            target_state: wire(&with(&Value::Object(value.into()), "id", id.clone())),
            target_private: b"moved".to_vec(),
            target_identity: match mood {
                Mood::Anonymous => None,
                _ => identity(id),
            },
            diagnostics: vec![],
        }))
    }

    async fn generate_resource_config(
        &self,
        request: Request<proto::generate_resource_config::Request>,
    ) -> Answer<proto::generate_resource_config::Response> {
        self.called("generate");
        let state = read(request.into_inner().state.as_ref());
        Ok(Response::new(proto::generate_resource_config::Response {
            config: wire(&with(&state, "id", Value::Null)),
            diagnostics: vec![],
        }))
    }

    async fn validate_data_resource_config(
        &self,
        _: Request<proto::validate_data_resource_config::Request>,
    ) -> Answer<proto::validate_data_resource_config::Response> {
        self.called("validate data");
        Ok(Response::new(Default::default()))
    }

    async fn read_data_source(
        &self,
        request: Request<proto::read_data_source::Request>,
    ) -> Answer<proto::read_data_source::Response> {
        let config = read(request.into_inner().config.as_ref());
        let state = match self.called("read data") {
            Mood::OtherName => with(&config, "name", Value::string("other")),
            Mood::Gone => Value::Null,
            Mood::LeavesUnknown => with(&config, "id", Value::Unknown),
            _ => with(&config, "id", Value::string("1")),
        };
        Ok(Response::new(proto::read_data_source::Response {
            state: wire(&state),
            ..Default::default()
        }))
    }

    async fn stop_provider(
        &self,
        _: Request<proto::stop_provider::Request>,
    ) -> Answer<proto::stop_provider::Response> {
        Ok(Response::new(Default::default()))
    }
}
