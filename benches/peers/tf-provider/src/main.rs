//! The peer of `cargo bench`: `peer_order`, an order without network on the crate `tf-provider`.

use std::collections::HashMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tf_provider::schema::{
    Attribute, AttributeConstraint, AttributeType, Block, Description, Schema,
};
use tf_provider::value::{Value, ValueEmpty, ValueList, ValueNumber, ValueString};
use tf_provider::{AttributePath, Diagnostics, DynamicResource, Provider, Resource, map, serve};

/// As many attributes as a short `digicert_ssl_order` sets, and its ids.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Order<'a> {
    product_name_id: ValueString<'a>,
    #[serde(borrow = "'a")]
    common_name: ValueString<'a>,
    dns_names: ValueList<ValueString<'a>>,
    csr: ValueString<'a>,
    validity_years: ValueNumber,
    organization_id: ValueNumber,
    id: ValueString<'a>,
    order_id: ValueNumber,
    status: ValueString<'a>,
}

struct PeerOrder;

#[async_trait]
impl Resource for PeerOrder {
    type State<'a> = Order<'a>;
    type PrivateState<'a> = ValueEmpty;
    type ProviderMetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        let texts = AttributeType::List(AttributeType::String.into());
        let attributes = HashMap::from([
            attribute(
                "product_name_id",
                AttributeType::String,
                AttributeConstraint::Required,
            ),
            attribute(
                "common_name",
                AttributeType::String,
                AttributeConstraint::Required,
            ),
            attribute("dns_names", texts, AttributeConstraint::Optional),
            attribute("csr", AttributeType::String, AttributeConstraint::Required),
            attribute(
                "validity_years",
                AttributeType::Number,
                AttributeConstraint::Required,
            ),
            attribute(
                "organization_id",
                AttributeType::Number,
                AttributeConstraint::Required,
            ),
            attribute("id", AttributeType::String, AttributeConstraint::Computed),
            attribute(
                "order_id",
                AttributeType::Number,
                AttributeConstraint::Computed,
            ),
            attribute(
                "status",
                AttributeType::String,
                AttributeConstraint::Computed,
            ),
        ]);
        Some(Schema {
            version: 0,
            block: Block {
                attributes,
                ..Block::default()
            },
        })
    }

    async fn read<'a>(
        &self,
        _: &mut Diagnostics,
        state: Order<'a>,
        private: ValueEmpty,
        _: ValueEmpty,
    ) -> Option<(Order<'a>, ValueEmpty)> {
        Some((state, private))
    }

    async fn plan_create<'a>(
        &self,
        _: &mut Diagnostics,
        mut proposed: Order<'a>,
        _: Order<'a>,
        _: ValueEmpty,
    ) -> Option<(Order<'a>, ValueEmpty)> {
        proposed.id = Value::Unknown;
        proposed.order_id = Value::Unknown;
        proposed.status = Value::Unknown;
        Some((proposed, ValueEmpty::default()))
    }

    async fn plan_update<'a>(
        &self,
        _: &mut Diagnostics,
        _: Order<'a>,
        proposed: Order<'a>,
        _: Order<'a>,
        private: ValueEmpty,
        _: ValueEmpty,
    ) -> Option<(Order<'a>, ValueEmpty, Vec<AttributePath>)> {
        Some((proposed, private, Vec::new()))
    }

    async fn plan_destroy<'a>(
        &self,
        _: &mut Diagnostics,
        _: Order<'a>,
        private: ValueEmpty,
        _: ValueEmpty,
    ) -> Option<ValueEmpty> {
        Some(private)
    }

    async fn create<'a>(
        &self,
        _: &mut Diagnostics,
        mut planned: Order<'a>,
        _: Order<'a>,
        private: ValueEmpty,
        _: ValueEmpty,
    ) -> Option<(Order<'a>, ValueEmpty)> {
        planned.id = Value::Value("1".into());
        planned.order_id = Value::Value(1);
        planned.status = Value::Value("issued".into());
        Some((planned, private))
    }

    async fn update<'a>(
        &self,
        _: &mut Diagnostics,
        _: Order<'a>,
        planned: Order<'a>,
        _: Order<'a>,
        private: ValueEmpty,
        _: ValueEmpty,
    ) -> Option<(Order<'a>, ValueEmpty)> {
        Some((planned, private))
    }

    async fn destroy<'a>(
        &self,
        _: &mut Diagnostics,
        _: Order<'a>,
        _: ValueEmpty,
        _: ValueEmpty,
    ) -> Option<()> {
        Some(())
    }
}

fn attribute(
    name: &str,
    attr_type: AttributeType,
    constraint: AttributeConstraint,
) -> (String, Attribute) {
    let description = Description::plain(name.to_owned());
    (
        name.to_owned(),
        Attribute {
            attr_type,
            description,
            constraint,
            ..Attribute::default()
        },
    )
}

struct Peer;

#[async_trait]
impl Provider for Peer {
    type Config<'a> = ValueEmpty;
    type MetaState<'a> = ValueEmpty;

    fn schema(&self, _: &mut Diagnostics) -> Option<Schema> {
        Some(Schema {
            version: 0,
            block: Block::default(),
        })
    }

    fn get_resources(
        &self,
        _: &mut Diagnostics,
    ) -> Option<HashMap<String, Box<dyn DynamicResource>>> {
        Some(map! { "order" => PeerOrder })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    serve("peer", Peer).await
}
