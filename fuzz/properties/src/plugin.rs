//! The provider as Terraform meets it: its gRPC service, without a process and a socket between.

use std::cell::RefCell;
use std::collections::BTreeMap;

use terraform_host::proto::tfplugin6 as proto;
use terraform_provider_digicert::framework::server::{MAX_MESSAGE_BYTES, Server};
use terraform_provider_digicert::framework::{Catalog, CatalogEntry, Provider, Type};
use terraform_provider_digicert::provider::DigicertProvider;
use tokio::runtime::{Builder, Runtime};
use tokio_util::task::TaskTracker;
use tonic::service::Routes;
use tonic::{Response, Status};

use crate::quoted;
use proto::provider_client::ProviderClient;

/// A provider that is served in this thread.
pub(crate) struct Plugin {
    runtime: Runtime,
    client: RefCell<ProviderClient<Routes>>,
    resources: BTreeMap<&'static str, Type>,
    data_sources: BTreeMap<&'static str, Type>,
    /// Type of the provider block.
    pub(crate) block: Type,
}

impl Plugin {
    /// Serves `provider`.
    pub(crate) fn serving(provider: DigicertProvider) -> Self {
        let catalog = Catalog::of(&provider);
        let block = provider.schema().ty();
        let service = Server::new(provider, TaskTracker::new()).into_service();
        let client = ProviderClient::new(Routes::new(service))
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        Self {
            runtime: runtime(),
            client: RefCell::new(client),
            resources: types(&catalog.resources),
            data_sources: types(&catalog.data_sources),
            block,
        }
    }

    /// A provider as it is configured where nothing is set: it has no key, so it calls nobody.
    pub(crate) fn without_key() -> Self {
        let provider = DigicertProvider::new(|_| {}).reading(|_| None).isolated(0);
        let plugin = Self::serving(provider);
        let answer = plugin.configure();
        assert!(!refuse(&answer.diagnostics), "no settings are refused");
        plugin
    }

    /// Configures the provider with an empty block, as core does before everything but validation.
    pub(crate) fn configure(&self) -> proto::configure_provider::Response {
        let request = proto::configure_provider::Request {
            terraform_version: "1.15.0".to_owned(),
            config: Some(proto::DynamicValue {
                json: b"{}".to_vec(),
                msgpack: Vec::new(),
            }),
            client_capabilities: None,
        };
        self.call(async |core| core.configure_provider(request).await)
    }

    /// Makes one call. The service answers each: what it refuses, it refuses in diagnostics.
    #[expect(clippy::panic, reason = "a fuzz target fails by panicking")]
    pub(crate) fn call<A>(
        &self,
        call: impl AsyncFnOnce(&mut ProviderClient<Routes>) -> Result<Response<A>, Status>,
    ) -> A {
        let mut client = self.client.borrow_mut();
        match self.runtime.block_on(call(&mut client)) {
            Ok(answer) => answer.into_inner(),
            Err(status) => panic!("the call itself failed: {status}"),
        }
    }

    /// The type of the states of a resource.
    pub(crate) fn resource(&self, type_name: &str) -> Option<&Type> {
        self.resources.get(type_name)
    }

    /// The type of the configurations of a data source.
    pub(crate) fn data_source(&self, type_name: &str) -> Option<&Type> {
        self.data_sources.get(type_name)
    }
}

fn types(entries: &[CatalogEntry]) -> BTreeMap<&'static str, Type> {
    let named = |entry: &CatalogEntry| (entry.type_name, entry.schema.ty());
    entries.iter().map(named).collect()
}

/// A runtime for the thread that fuzzes.
#[expect(clippy::panic, reason = "a fuzz target fails by panicking")]
pub(crate) fn runtime() -> Runtime {
    match Builder::new_current_thread().enable_time().build() {
        Ok(runtime) => runtime,
        Err(error) => panic!("no runtime: {error}"),
    }
}

/// Whether `diagnostics` refuse the call. None of them confesses a bug of the provider, a panic
/// included, and each can be read on a terminal.
pub(crate) fn refuse(diagnostics: &[proto::Diagnostic]) -> bool {
    for diagnostic in diagnostics {
        assert_ne!(
            diagnostic.summary, "Unexpected provider behaviour",
            "{}",
            diagnostic.detail
        );
        quoted::is_harmless(&diagnostic.summary);
        quoted::is_harmless(&diagnostic.detail);
    }
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity() == proto::diagnostic::Severity::Error)
}

/// A value in the encoding that core uses.
pub(crate) fn in_msgpack(bytes: &[u8]) -> Option<proto::DynamicValue> {
    Some(proto::DynamicValue {
        msgpack: bytes.to_vec(),
        json: Vec::new(),
    })
}
