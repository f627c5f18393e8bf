//! Only the process that started the binary is answered.

use terraform_host::{
    Launch, Process, Provider, Tls,
    connection::connect,
    proto::{
        plugin::{Empty, grpc_controller_client::GrpcControllerClient},
        tfplugin6::{get_provider_schema, provider_client::ProviderClient},
    },
    tls::{ClientIdentity, client_config},
};

use crate::host::bed::plain_launch;

/// Asks for the schema and for a shutdown with a certificate that was not announced, or none.
async fn strangers_call(process: &Process, identity: Option<&ClientIdentity>) -> bool {
    let handshake = process.handshake();
    let tls = client_config(handshake.certificate.as_ref().unwrap(), identity).unwrap();
    let Ok(channel) = connect(handshake.address.clone(), Some(tls)).await else {
        return false;
    };
    let schema = ProviderClient::new(channel.clone())
        .get_provider_schema(get_provider_schema::Request {})
        .await;
    let shutdown = GrpcControllerClient::new(channel).shutdown(Empty {}).await;
    schema.is_ok() || shutdown.is_ok()
}

#[tokio::test]
async fn a_client_with_another_certificate_or_none_gets_no_answer_and_ends_nothing() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    let process = provider.process().unwrap();
    let stranger = ClientIdentity::generate().unwrap();
    assert!(!strangers_call(process, Some(&stranger)).await);
    assert!(!strangers_call(process, None).await);
    // The owner is served on.
    assert_eq!(provider.stop().await.unwrap(), "");
    assert!(!provider.close().await.unwrap().unwrap().killed);
}

#[tokio::test]
async fn a_client_without_tls_gets_no_answer() {
    let provider = Provider::start(&plain_launch()).await.unwrap();
    let address = provider.process().unwrap().handshake().address.clone();
    if let Ok(channel) = connect(address, None).await {
        assert!(
            GrpcControllerClient::new(channel)
                .shutdown(Empty {})
                .await
                .is_err()
        );
    }
    assert_eq!(provider.stop().await.unwrap(), "");
}

#[tokio::test]
async fn a_host_that_shows_another_certificate_than_it_announced_cannot_start() {
    for tls in [Tls::WrongCertificate, Tls::NoCertificate] {
        let launch: Launch = plain_launch().tls(tls);
        assert!(Provider::start(&launch).await.is_err(), "{tls:?}");
    }
}
