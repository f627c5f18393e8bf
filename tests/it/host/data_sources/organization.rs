//! `data.digicert_organization` on the built binary: by id, by name, and what is said where there
//! is not exactly one.

use certcentral_sandbox::Settings;
use serde_json::{Value as Json, json};
use terraform_host::json::unknown;
use terraform_host::{DataRead, Workspace};

use crate::host::bed::{Bed, CSR, body_by_hand, errors, only_error, plain_launch};

const TYPE: &str = "digicert_organization";
/// How many organizations CertCentral lists on one page.
const PAGE: u16 = 1000;

async fn read(terraform: &mut Workspace, arguments: Json) -> DataRead {
    let read = terraform.read_data_source(TYPE, &arguments).await.unwrap();
    read.report.expect_valid();
    read
}

async fn found(bed: &mut Bed, arguments: Json) -> Json {
    let read = read(&mut bed.terraform, arguments).await;
    read.report.expect_success();
    read.state.unwrap()
}

#[tokio::test]
async fn an_organization_is_found_by_its_id_with_everything_that_certcentral_shows() {
    let mut bed = Bed::new();
    let state = found(&mut bed, json!({ "id": 778_812 })).await;
    let until = state["validations"]["ov"]["validated_until"].clone();
    assert!(until.as_str().unwrap().ends_with('Z'), "{until}");
    let created = state["validations"]["ov"]["date_created"].clone();
    assert_eq!(
        state,
        json!({
            "id": 778_812,
            "name": "Example Widgets LLC",
            "container_id": null,
            "legal_name": "Example Widgets LLC",
            "assumed_name": "Widgets",
            "display_name": "Example Widgets LLC (Widgets)",
            "status": "active",
            "is_active": true,
            "address": "12 Sample Road",
            "address2": "Suite 4",
            "city": "Lehi",
            "state": "Utah",
            "zip": "84043",
            "country": "us",
            "telephone": "801-555-0100",
            "container": { "id": 60_412, "name": "Web Platform" },
            "organization_contact": {
                "first_name": "Rui",
                "last_name": "Salas",
                "job_title": "Operations Lead",
                "email": "rui.salas@example.com",
                "telephone": "801-555-0117",
                "telephone_extension": null,
            },
            "verified_contacts": [{
                "verified_contact_id": 440_077,
                "first_name": "Ines",
                "last_name": "Brandt",
                "job_title": "Head of Legal",
                "email": "ines.brandt@example.com",
            }],
            "validations": {
                "ov": {
                    "status": "active",
                    "name": "OV",
                    "date_created": created,
                    "validated_until": until,
                    "is_active": true,
                },
            },
            "ready_for": ["ov"],
        })
    );
    assert_eq!(bed.calls_after(0), ["GET /organization/778812"]);
}

#[tokio::test]
async fn an_organization_is_found_by_either_name_in_any_case() {
    let mut bed = Bed::new();
    for name in ["Example Widgets LLC", "example widgets llc (WIDGETS)"] {
        let state = found(&mut bed, json!({ "name": name })).await;
        assert_eq!(state["name"], name, "as it was configured");
        assert_eq!(state["legal_name"], "Example Widgets LLC");
        assert_eq!(state["id"], 778_812);
    }
    let inactive = found(&mut bed, json!({ "name": "Legacy Widgets GmbH" })).await;
    assert_eq!(inactive["is_active"], false);
    assert_eq!(inactive["validations"], json!({}));
    assert_eq!(inactive["ready_for"], json!([]));
    assert_eq!(inactive["telephone"], Json::Null);
}

#[tokio::test]
async fn an_organization_of_the_last_page_is_found() {
    let mut bed = Bed::of(Settings {
        subsidiaries: PAGE,
        ..Settings::default()
    });
    let name = format!("Example Subsidiary {PAGE} Inc.");
    let state = found(&mut bed, json!({ "name": name })).await;
    let id = &state["id"];
    assert_eq!(state["legal_name"], name);
    assert_eq!(
        bed.calls_after(0),
        [
            "GET /organization".to_owned(),
            "GET /organization".to_owned(),
            format!("GET /organization/{id}"),
        ]
    );
}

#[tokio::test]
async fn a_container_narrows_the_search() {
    let mut bed = Bed::new();
    let in_container = |id: u64| json!({ "name": "Example Widgets LLC", "container_id": id });
    let state = found(&mut bed, in_container(60_412)).await;
    assert_eq!(
        (&state["id"], &state["container_id"]),
        (&json!(778_812), &json!(60_412))
    );
    let read = read(&mut bed.terraform, in_container(1)).await;
    assert_eq!(errors(&read.report), ["Organization not found"]);
}

#[tokio::test]
async fn what_is_not_found_is_answered_with_what_there_is() {
    let mut bed = Bed::new();
    for (arguments, says) in [
        (
            json!({ "name": "Exampel Widgets LLC" }),
            "no organization with the name \"Exampel Widgets LLC\"",
        ),
        (json!({ "id": 99 }), "no organization with the id 99"),
    ] {
        let read = read(&mut bed.terraform, arguments).await;
        assert_eq!(errors(&read.report), ["Organization not found"]);
        assert_eq!(read.state, None);
        let detail = only_error(&read.report);
        for line in [
            says,
            "- 123456: \"Example Company Inc.\", active\n",
            "- 778812: \"Example Widgets LLC (Widgets)\", active\n",
            "- 778840: \"Legacy Widgets GmbH\", inactive\n",
            "An API key sees only the containers",
        ] {
            assert!(detail.contains(line), "{line} in {detail}");
        }
    }
}

#[tokio::test]
async fn two_organizations_of_one_name_are_listed_by_their_ids() {
    let mut bed = Bed::new();
    let organization = json!({
        "name": "EXAMPLE COMPANY INC.", "address": "7 Example Street", "city": "Lehi", "state": "Utah", "zip": "84043",
        "country": "us", "telephone": "801-555-0100",
        "organization_contact": {
            "first_name": "Rui", "last_name": "Salas", "job_title": "Lead", "email": "rui@example.com", "telephone": "801-555-0117",
        },
    });
    // An order with a new organization adds it to the account.
    let mut order = body_by_hand(&CSR);
    order["organization"] = organization;
    bed.order_by_hand("ssl_basic", &order).await;
    let second = 790_001;
    let read = read(
        &mut bed.terraform,
        json!({ "name": "Example Company Inc." }),
    )
    .await;
    assert_eq!(errors(&read.report), ["Several organizations of this name"]);
    let detail = only_error(&read.report);
    for line in [
        "- 123456: \"Example Company Inc.\", active\n".to_owned(),
        format!("- {second}: \"EXAMPLE COMPANY INC.\", active\n"),
        "Set `id` to the one that is meant".to_owned(),
    ] {
        assert!(detail.contains(&line), "{line} in {detail}");
    }
}

#[tokio::test]
async fn a_look_up_needs_a_key() {
    let bed = Bed::new();
    let launch = plain_launch().env("DIGICERT_BASE_URL", &bed.sandbox.base_url());
    let mut terraform = Workspace::new(launch);
    let without = read(&mut terraform, json!({ "id": 778_812 })).await;
    assert_eq!(errors(&without.report), ["Missing API key"]);
    terraform.set_provider_config(json!({ "api_key": unknown() }));
    let unknown = read(&mut terraform, json!({ "id": 778_812 })).await;
    assert_eq!(errors(&unknown.report), ["Provider argument not known yet"]);
    assert!(only_error(&unknown.report).contains("`api_key`"));
    assert_eq!(bed.seen(), 0);
}

#[tokio::test]
async fn a_key_that_is_refused_is_not_shown() {
    let mut bed = Bed::new();
    bed.sandbox.withdraw_key("sandbox-test");
    let read = read(
        &mut bed.terraform,
        json!({ "name": "Example Company Inc." }),
    )
    .await;
    assert_eq!(errors(&read.report), ["API key rejected by CertCentral"]);
    assert_eq!(read.state, None);
    assert!(!only_error(&read.report).contains("sandbox-test"));
}

#[tokio::test]
async fn an_organization_is_named_once_and_an_unknown_name_waits() {
    let mut bed = Bed::new();
    for (arguments, error) in [
        (json!({}), "Organization not named"),
        (json!({ "name": "" }), "Organization not named"),
        (json!({ "id": 1, "name": "a" }), "Organization named twice"),
        (json!({ "id": -1 }), "Invalid organization id"),
        (json!({ "id": 1.5 }), "Invalid number"),
        (
            json!({ "id": 1, "container_id": 2 }),
            "Container without effect",
        ),
        (
            json!({ "name": "a", "container_id": 0 }),
            "Invalid container id",
        ),
    ] {
        let read = read(&mut bed.terraform, arguments.clone()).await;
        assert_eq!(errors(&read.report), [error], "{arguments}");
        assert_eq!(read.state, None);
    }
    for arguments in [
        json!({ "name": unknown() }),
        json!({ "id": unknown() }),
        json!({ "id": unknown(), "name": unknown() }),
        json!({ "name": "a", "container_id": unknown() }),
    ] {
        let read = read(&mut bed.terraform, arguments.clone()).await;
        read.report.expect_success();
        assert_eq!(read.state, None, "{arguments}");
    }
    assert_eq!(bed.seen(), 0);
}
