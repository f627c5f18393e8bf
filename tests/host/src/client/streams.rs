//! The two streams that go-plugin opens beside the provider's calls.

use tokio::task::JoinHandle;
use tonic::{Request, transport::Channel};

use crate::proto::plugin::{
    Empty, grpc_broker_client::GrpcBrokerClient, grpc_stdio_client::GrpcStdioClient,
};

/// go-plugin opens both at connect and leaves them open; their failure is only logged.
pub(super) fn open_streams(channel: &Channel) -> Vec<JoinHandle<()>> {
    let mut stdio = GrpcStdioClient::new(channel.clone());
    let mut broker = GrpcBrokerClient::new(channel.clone());
    vec![
        tokio::spawn(async move {
            if let Ok(stream) = stdio.stream_stdio(Empty {}).await {
                let mut stream = stream.into_inner();
                while let Ok(Some(_)) = stream.message().await {}
            }
        }),
        tokio::spawn(async move {
            let nothing = Request::new(tokio_stream::pending());
            if let Ok(stream) = broker.start_stream(nothing).await {
                let mut stream = stream.into_inner();
                while let Ok(Some(_)) = stream.message().await {}
            }
        }),
    ]
}
