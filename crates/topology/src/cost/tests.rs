//! The snapshot, other price files, and what the examples cost.

#![expect(clippy::float_cmp, reason = "amounts are rounded to a hundredth")]

use super::*;
use crate::{Topology, manifest, resolve};

fn topology(text: &str) -> Topology {
    let (manifest, findings) = manifest::parse(text);
    assert_eq!(findings, []);
    resolve::resolve(&manifest).topology
}

fn example() -> Topology {
    topology(include_str!("../../../../examples/internal-apim.yaml"))
}

fn still() -> Usage {
    Usage {
        inbound_gigabytes: 0.0,
        outbound_gigabytes: 0.0,
        dns_queries_millions: 0.0,
        ..Usage::default()
    }
}

#[test]
fn the_snapshot_is_sound_and_dated() {
    let prices = Prices::snapshot();
    assert!(prices.meters().count() > 30);
    assert_eq!(
        (prices.currency.as_str(), prices.region.as_str()),
        ("USD", "eastus")
    );
    for meter in prices.meters() {
        assert!(meter.source.starts_with("https://"), "{}", meter.id);
        assert!(!meter.what.is_empty(), "{}", meter.id);
        assert!(
            meter
                .read
                .as_deref()
                .is_none_or(|read| read <= prices.date.as_str()),
            "{} was read after the snapshot's own date",
            meter.id
        );
    }
}

#[test]
fn the_example_costs_what_its_parts_cost() {
    let estimate = estimate(&example(), &Prices::snapshot(), &still());
    // 730 hours of: Developer 0.0658, load balancer 0.025, two B2s 0.0416, endpoint 0.01; two E4
    // disks at 2.40; two private zones at 0.50.
    let expected = 48.03 + 18.25 + 2.0 * 30.37 + 7.30 + 2.0 * 2.40 + 2.0 * 0.50;
    assert!((estimate.total - expected).abs() < 0.011, "{estimate:#?}");
    assert_eq!(estimate.existing, 0.0);
    // The partner pays for the endpoint and its own zone.
    let partner = estimate
        .by_subscription
        .get("11111111-1111-1111-1111-111111111111");
    assert_eq!(partner, Some(&7.80));
    // uksouth to eastus: what that traffic costs is not known, and said.
    assert_eq!(estimate.unknown.len(), 1, "{:?}", estimate.unknown);
    assert!(
        estimate
            .unknown
            .iter()
            .all(|what| what.starts_with("data between regions: "))
    );
}

#[test]
fn traffic_is_shared_and_charged_once_a_meter() {
    let usage = Usage {
        inbound_gigabytes: 1000.0,
        outbound_gigabytes: 3000.0,
        ..still()
    };
    let estimate = estimate(&example(), &Prices::snapshot(), &usage);
    let of = |meter: &str| {
        let lines = estimate.lines.iter().filter(|line| line.meter == meter);
        lines.filter_map(|line| line.monthly).sum::<f64>()
    };
    assert_eq!(of("privateEndpoint.ingress"), 10.0);
    assert_eq!(of("privateEndpoint.egress"), 30.0);
    assert_eq!(of("loadBalancer.data"), 20.0);
}

#[test]
fn what_exists_is_not_what_it_costs_anew() {
    let text = include_str!("../../../../examples/internal-apim.yaml").replace(
        "publisherEmail: ops@example.com }",
        "publisherEmail: ops@example.com, existing: true }",
    );
    let estimate = estimate(&topology(&text), &Prices::snapshot(), &still());
    assert_eq!(estimate.existing, 48.03);
}

#[test]
fn a_page_of_the_retail_api_replaces_the_snapshot() {
    let page = r#"{"BillingCurrency":"USD","CustomerEntityId":"Default","CustomerEntityType":"Retail","Items":[
      {"currencyCode":"USD","tierMinimumUnits":0.0,"retailPrice":0.02,"unitPrice":0.02,"armRegionName":"","location":"","meterName":"Standard Private Endpoint","productName":"Virtual Network Private Link","skuName":"Standard","serviceName":"Virtual Network","unitOfMeasure":"1 Hour","type":"Consumption"},
      {"currencyCode":"USD","tierMinimumUnits":0.0,"retailPrice":0.05,"armRegionName":"uksouth","meterName":"B2s","productName":"Virtual Machines BS Series","skuName":"B2s","armSkuName":"Standard_B2s","serviceName":"Virtual Machines","unitOfMeasure":"1 Hour","type":"Consumption"},
      {"currencyCode":"USD","tierMinimumUnits":0.0,"retailPrice":0.01,"armRegionName":"uksouth","meterName":"B2s Spot","productName":"Virtual Machines BS Series","skuName":"B2s Spot","armSkuName":"Standard_B2s","serviceName":"Virtual Machines","unitOfMeasure":"1 Hour","type":"Consumption"},
      {"currencyCode":"USD","tierMinimumUnits":0.0,"retailPrice":0.09,"armRegionName":"uksouth","meterName":"B2s","productName":"Virtual Machines BS Series Windows","skuName":"B2s","armSkuName":"Standard_B2s","serviceName":"Virtual Machines","unitOfMeasure":"1 Hour","type":"Consumption"},
      {"currencyCode":"USD","tierMinimumUnits":0.0,"retailPrice":300.0,"armRegionName":"uksouth","meterName":"B2s","productName":"Virtual Machines BS Series","skuName":"B2s","armSkuName":"Standard_B2s","serviceName":"Virtual Machines","unitOfMeasure":"1 Hour","type":"Reservation"},
      {"currencyCode":"USD","tierMinimumUnits":0.0,"retailPrice":0.123,"armRegionName":"uksouth","meterName":"F2s v2","productName":"Virtual Machines FSv2 Series","skuName":"F2s v2","armSkuName":"Standard_F2s_v2","serviceName":"Virtual Machines","unitOfMeasure":"1 Hour","type":"Consumption"}
    ],"NextPageLink":null,"Count":6}"#;
    let prices = prices_from_json(page).unwrap();
    assert_eq!(
        prices.quote("privateEndpoint", Some("eastus")).price,
        Some(0.01),
        "the region's own"
    );
    assert_eq!(
        prices.quote("privateEndpoint", Some("uksouth")).price,
        Some(0.02)
    );
    let relay = prices.quote("virtualMachine.Standard_B2s", Some("UKSouth"));
    assert_eq!(
        (relay.price, relay.region.as_str()),
        (Some(0.05), "uksouth")
    );
    assert_eq!(
        prices
            .quote("virtualMachine.Standard_B2s", Some("westeurope"))
            .region,
        "eastus",
        "another region's price says whose it is"
    );
    assert_eq!(
        prices
            .quote("virtualMachine.Standard_F2s_v2", Some("uksouth"))
            .price,
        Some(0.123)
    );
    // Several pages in a list are the same.
    assert_eq!(prices_from_json(&format!("[{page}]")).unwrap(), prices);
}

#[test]
fn another_currency_leaves_no_mixture() {
    let item = r#"[{"currencyCode":"EUR","retailPrice":0.009,"armRegionName":"Global","meterName":"Standard Private Endpoint","productName":"Virtual Network Private Link","serviceName":"Virtual Network","unitOfMeasure":"1 Hour","type":"Consumption"}]"#;
    let prices = prices_from_json(item).unwrap();
    assert_eq!(prices.currency, "EUR");
    let balancer = prices.quote("loadBalancer.rules", None);
    assert_eq!(balancer.price, None);
    assert_eq!(balancer.unknown, "the price file has no figure in EUR");
    let mixed = item.replace("}]", "},") + item[1..].replace("EUR", "USD").as_str();
    assert!(matches!(
        prices_from_json(&mixed),
        Err(PricesError::Currencies(..))
    ));
}

#[test]
fn unsound_files_are_refused_with_the_place() {
    let with = |meter: &str| {
        format!(r#"{{"date":"2026-01-01","currency":"USD","region":"eastus","meters":[{meter}]}}"#)
    };
    let meter = |rest: &str| {
        with(&format!(
            r#"{{"id":"x","what":"x","unit":"hour","source":"https://e.example"{rest}}}"#
        ))
    };
    assert!(prices_from_json(&meter(r#","price":1"#)).is_ok());
    for (text, says) in [
        (meter(r#","price":-1"#), "between 0 and a million"),
        (meter(r#","price":1e300"#), "between 0 and a million"),
        (meter(r#","price":null"#), "the reason why"),
        (
            meter(r#","price":1,"read":"yesterday""#),
            "`read` must be a day",
        ),
        (
            meter(r#","price":1"#).replace("https://", "http://"),
            "https URL",
        ),
        (
            meter(r#","price":1"#).replace("2026-01-01", "1 May"),
            "a day",
        ),
        (
            meter(r#","price":1"#).replace("USD", "dollars"),
            "three capitals",
        ),
        (meter(r#","price":1,"prize":1"#), "form"),
        ("[]".to_owned(), "no item"),
        ("{".to_owned(), "no JSON"),
    ] {
        let error = prices_from_json(&text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
    let twice = with(
        &[r#"{"id":"x","what":"x","unit":"hour","price":1,"source":"https://e.example"}"#; 2]
            .join(","),
    );
    assert!(
        prices_from_json(&twice)
            .unwrap_err()
            .to_string()
            .contains("twice")
    );
}
