//! ARM as clients meet it: over HTTPS, with tokens, long operations and ARM's own errors.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod client;

use client::{Client, GROUP, PARTNER, PARTNER_GROUP, PROVIDER};
use serde_json::{Value, json};

fn network(subnets: &Value) -> Value {
    json!({ "location": "uksouth", "properties": {
        "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] }, "subnets": subnets } })
}

fn subnet(name: &str, prefix: &str) -> Value {
    json!({ "name": name, "properties": { "addressPrefix": prefix, "privateLinkServiceNetworkPolicies": "Disabled" } })
}

fn nic(group: &str, network: &str, extra: &Value) -> Value {
    let mut properties = json!({ "subnet": { "id": format!("{group}/providers/Microsoft.Network/virtualNetworks/{network}/subnets/one") } });
    for (name, value) in extra.as_object().unwrap() {
        properties[name] = value.clone();
    }
    json!({ "location": "uksouth", "properties": { "ipConfigurations": [{ "name": "a", "properties": properties }] } })
}

async fn with_network() -> Client {
    let client = Client::start().await;
    client
        .make(
            &format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net"),
            &network(&json!([subnet("one", "10.0.1.0/24")])),
        )
        .await;
    client
}

#[tokio::test]
async fn what_is_not_allowed_or_not_known_gets_arms_own_error() {
    let client = with_network().await;
    let nics = format!("{GROUP}/providers/Microsoft.Network/networkInterfaces");
    let anyone = json!({ "location": "uksouth", "properties": {} });
    let unused = json!({});
    let elsewhere =
        json!({ "privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.9.9" });
    let reserved = json!({ "privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.1.1" });
    let cases: Vec<(&str, String, Option<Value>, u16, &str)> = vec![
        (
            "GET",
            format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/none"),
            None,
            404,
            "ResourceNotFound",
        ),
        (
            "GET",
            format!(
                "/subscriptions/{PROVIDER}/resourceGroups/none/providers/Microsoft.Network/virtualNetworks/x"
            ),
            None,
            404,
            "ResourceGroupNotFound",
        ),
        (
            "PUT",
            format!(
                "/subscriptions/{PROVIDER}/resourceGroups/none/providers/Microsoft.Network/virtualNetworks/x"
            ),
            Some(network(&json!([]))),
            404,
            "ResourceGroupNotFound",
        ),
        (
            "PUT",
            format!("{GROUP}/providers/Microsoft.Network/bastionHosts/x"),
            Some(anyone.clone()),
            404,
            "InvalidResourceType",
        ),
        (
            "PUT",
            format!("{GROUP}/providers/Microsoft.Made/up/x"),
            Some(anyone.clone()),
            404,
            "InvalidResourceNamespace",
        ),
        (
            "PUT",
            format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/x"),
            Some(json!({ "properties": {} })),
            400,
            "LocationRequired",
        ),
        (
            "PUT",
            format!("{nics}/x"),
            Some(nic(GROUP, "none", &unused)),
            400,
            "InvalidResourceReference",
        ),
        (
            "PUT",
            format!("{nics}/x"),
            Some(nic(GROUP, "net", &elsewhere)),
            400,
            "PrivateIPAddressNotInSubnet",
        ),
        (
            "PUT",
            format!("{nics}/x"),
            Some(nic(GROUP, "net", &reserved)),
            400,
            "PrivateIPAddressInReservedRange",
        ),
        (
            "PUT",
            format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/x"),
            Some(network(&json!([subnet("a", "10.1.0.0/24")]))),
            400,
            "NetcfgSubnetRangeOutsideVnet",
        ),
        (
            "PUT",
            format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/x"),
            Some(network(&json!([
                subnet("a", "10.0.1.0/24"),
                subnet("b", "10.0.1.128/25")
            ]))),
            400,
            "NetcfgSubnetRangesOverlap",
        ),
        (
            "PUT",
            format!("{GROUP}/providers/Microsoft.Network/privateDnsZones/a.example/A/@"),
            Some(json!({ "properties": {} })),
            404,
            "ParentResourceNotFound",
        ),
        (
            "GET",
            "/subscriptions/99999999-9999-9999-9999-999999999999/resourcegroups".to_owned(),
            None,
            404,
            "SubscriptionNotFound",
        ),
    ];
    for (method, path, body, status, code) in cases {
        let answer = client.ask(method, &path, body.as_ref()).await;
        assert_eq!(
            (answer.status, answer.code()),
            (status, code),
            "{method} {path}: {}",
            answer.body
        );
    }
    let bare = client
        .ask_raw("GET", &format!("{GROUP}?x=1"), None, Some(&client.token))
        .await;
    assert_eq!(bare.code(), "MissingApiVersionParameter");
    let nobody = client
        .ask_raw(
            "GET",
            &format!("{GROUP}?api-version=2024-11-01"),
            None,
            None,
        )
        .await;
    assert_eq!(
        (nobody.status, nobody.code()),
        (401, "AuthenticationFailed")
    );
    assert!(
        nobody
            .head
            .to_lowercase()
            .contains("www-authenticate: bearer")
    );
    client.stop().await;
}

#[tokio::test]
async fn a_principal_has_rights_on_its_subscriptions_only() {
    let client = Client::start().await;
    let partner = client.sign_in("partner", "secret").await.unwrap();
    let theirs = client
        .ask_raw(
            "GET",
            &format!("{PARTNER_GROUP}?api-version=2024-11-01"),
            None,
            Some(&partner),
        )
        .await;
    assert_eq!(theirs.status, 200, "{}", theirs.body);
    let ours = client
        .ask_raw(
            "GET",
            &format!("{GROUP}?api-version=2024-11-01"),
            None,
            Some(&partner),
        )
        .await;
    assert_eq!((ours.status, ours.code()), (403, "AuthorizationFailed"));
    let refused = client.sign_in("partner", "wrong").await.unwrap_err();
    assert!(refused.contains("AADSTS7000215"), "{refused}");
    client.stop().await;
}

#[tokio::test]
async fn addresses_are_handed_out_lowest_first_and_never_twice() {
    let client = with_network().await;
    let nics = format!("{GROUP}/providers/Microsoft.Network/networkInterfaces");
    for (name, wanted) in [("a", "10.0.1.4"), ("b", "10.0.1.5")] {
        let made = client
            .make(&format!("{nics}/{name}"), &nic(GROUP, "net", &json!({})))
            .await;
        assert_eq!(
            made["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"],
            wanted
        );
    }
    let taken = nic(
        GROUP,
        "net",
        &json!({ "privateIPAllocationMethod": "Static", "privateIPAddress": "10.0.1.5" }),
    );
    assert_eq!(
        client
            .ask("PUT", &format!("{nics}/c"), Some(&taken))
            .await
            .code(),
        "PrivateIPAddressIsAllocated"
    );
    // Put again, a dynamic address stays.
    let again = client
        .make(&format!("{nics}/b"), &nic(GROUP, "net", &json!({})))
        .await;
    assert_eq!(
        again["properties"]["ipConfigurations"][0]["properties"]["privateIPAddress"],
        "10.0.1.5"
    );
    let network = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net");
    assert_eq!(
        client.ask("DELETE", &network, None).await.code(),
        "InUseSubnetCannotBeDeleted"
    );
    for name in ["a", "b"] {
        client.remove(&format!("{nics}/{name}")).await;
    }
    client.remove(&network).await;
    assert_eq!(client.ask("DELETE", &network, None).await.status, 204);
    client.stop().await;
}

#[tokio::test]
async fn long_operations_are_polled_by_their_headers() {
    let client = Client::start().await;
    let path = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net");
    let answer = client.ask("PUT", &path, Some(&network(&json!([])))).await;
    assert_eq!(answer.status, 201);
    assert_eq!(answer.body["properties"]["provisioningState"], "Creating");
    let head = answer.head.to_lowercase();
    assert!(
        head.contains("azure-asyncoperation: https://") && !head.contains("retry-after: 0"),
        "{head}"
    );
    let polled = client.follow(&answer).await;
    assert_eq!(polled.body["status"], "Succeeded");
    assert_eq!(
        client.ask("GET", &path, None).await.body["properties"]["provisioningState"],
        "Succeeded"
    );
    client.stop().await;
}

#[tokio::test]
async fn a_connection_waits_for_approval_and_both_sides_see_it() {
    let client = with_network().await;
    client
        .make(
            &format!("{PARTNER_GROUP}/providers/Microsoft.Network/virtualNetworks/net"),
            &network(&json!([subnet("one", "10.0.1.0/24")])),
        )
        .await;
    let inside = |group: &str, what: &str| json!({ "id": format!("{group}/providers/Microsoft.Network/{what}") });
    let balancer = json!({ "location": "uksouth", "sku": { "name": "Standard" }, "properties": {
        "frontendIPConfigurations": [{ "name": "f", "properties": { "subnet": inside(GROUP, "virtualNetworks/net/subnets/one") } }],
        "backendAddressPools": [{ "name": "p", "properties": {} }],
        "loadBalancingRules": [{ "name": "r", "properties": { "frontendIPConfiguration": inside(GROUP, "loadBalancers/lb/frontendIPConfigurations/f"),
            "backendAddressPool": inside(GROUP, "loadBalancers/lb/backendAddressPools/p"), "protocol": "Tcp", "frontendPort": 443, "backendPort": 443 } }] } });
    client
        .make(
            &format!("{GROUP}/providers/Microsoft.Network/loadBalancers/lb"),
            &balancer,
        )
        .await;
    let service_path = format!("{GROUP}/providers/Microsoft.Network/privateLinkServices/pls");
    let service = |visible: &str| {
        json!({ "location": "uksouth", "properties": {
            "visibility": { "subscriptions": [visible] }, "autoApproval": { "subscriptions": [] },
            "loadBalancerFrontendIpConfigurations": [inside(GROUP, "loadBalancers/lb/frontendIPConfigurations/f")],
            "ipConfigurations": [{ "name": "n", "properties": { "primary": true, "subnet": inside(GROUP, "virtualNetworks/net/subnets/one") } }] } })
    };
    client.make(&service_path, &service(PROVIDER)).await;
    let endpoint_path = format!("{PARTNER_GROUP}/providers/Microsoft.Network/privateEndpoints/pe");
    let endpoint = json!({ "location": "uksouth", "properties": { "subnet": inside(PARTNER_GROUP, "virtualNetworks/net/subnets/one"),
        "privateLinkServiceConnections": [{ "name": "c", "properties": { "privateLinkServiceId": service_path } }] } });
    let unseen = client.ask("PUT", &endpoint_path, Some(&endpoint)).await;
    assert_eq!(
        unseen.code(),
        "ThirdPartyPrivateLinkServiceProvidedDuringPrivateEndpointCreationDoesNotExistOrIsNotVisible",
        "{}",
        unseen.body
    );
    client.make(&service_path, &service(PARTNER)).await;
    let made = client.make(&endpoint_path, &endpoint).await;
    let state = |value: &Value| {
        value["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceConnectionState"]["status"].clone()
    };
    assert_eq!(state(&made), "Pending");
    let connection = client.ask("GET", &service_path, None).await.body["properties"]["privateEndpointConnections"][0].clone();
    let decision =
        json!({ "properties": { "privateLinkServiceConnectionState": { "status": "Approved" } } });
    let decided = client
        .ask("PUT", connection["id"].as_str().unwrap(), Some(&decision))
        .await;
    assert_eq!(decided.status, 200, "{}", decided.body);
    assert_eq!(
        state(&client.ask("GET", &endpoint_path, None).await.body),
        "Approved"
    );
    let nic = made["properties"]["networkInterfaces"][0]["id"]
        .as_str()
        .unwrap();
    let address =
        client.ask("GET", nic, None).await.body["properties"]["ipConfigurations"][0]["properties"]
            ["privateIPAddress"]
            .clone();
    assert_eq!(address, "10.0.1.4");
    assert_eq!(
        client.ask("DELETE", &service_path, None).await.code(),
        "PrivateLinkServiceWithPrivateEndpointConnectionsCannotBeDeleted"
    );
    // A request by hand waits, until its subscription is listed.
    let by_hand_path = format!("{PARTNER_GROUP}/providers/Microsoft.Network/privateEndpoints/hand");
    let by_hand = json!({ "location": "uksouth", "properties": { "subnet": inside(PARTNER_GROUP, "virtualNetworks/net/subnets/one"),
        "manualPrivateLinkServiceConnections": [{ "name": "c", "properties": { "privateLinkServiceId": service_path, "requestMessage": "please" } }] } });
    let state_by_hand = |value: &Value| {
        value["properties"]["manualPrivateLinkServiceConnections"][0]["properties"]["privateLinkServiceConnectionState"]["status"].clone()
    };
    let made = client.make(&by_hand_path, &by_hand).await;
    assert_eq!(state_by_hand(&made), "Pending");
    let mut listed = service(PARTNER);
    listed["properties"]["autoApproval"]["subscriptions"] = json!([PARTNER]);
    client.make(&service_path, &listed).await;
    let seen = client.ask("GET", &by_hand_path, None).await.body;
    assert_eq!(state_by_hand(&seen), "Approved");
    client.remove(&by_hand_path).await;
    let made = client.make(&by_hand_path, &by_hand).await;
    assert_eq!(state_by_hand(&made), "Approved");
    client.remove(&by_hand_path).await;
    client.remove(&endpoint_path).await;
    assert_eq!(client.ask("GET", nic, None).await.status, 404);
    client.remove(&service_path).await;
    client.stop().await;
}

#[tokio::test]
async fn state_outlives_the_twin() {
    let folder = testkit::folder().unwrap();
    let path = format!("{GROUP}/providers/Microsoft.Network/virtualNetworks/net");
    let client = Client::start_in(Some(folder.path())).await;
    client.make(&path, &network(&json!([]))).await;
    client.stop().await;
    let client = Client::start_in(Some(folder.path())).await;
    assert_eq!(client.ask("GET", &path, None).await.status, 200);
    client.stop().await;
}
