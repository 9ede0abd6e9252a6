//! Retail prices: the snapshot in this crate, and newer ones that a caller brings.
//!
//! # The form of a price file
//! Either our own: `{ "date", "currency", "region", "meters": [ { "id", "what", "unit", "price" or
//! "unknown", "source", "read"?, "retail"? } ] }`, or what
//! <https://prices.azure.com/api/retail/prices> answers: one page (`{ "Items": [ … ] }`), a list of
//! pages, or a list of items. Of an item these members are read: `serviceName`, `productName`,
//! `skuName`, `armSkuName`, `meterName`, `armRegionName`, `unitOfMeasure`, `retailPrice`,
//! `tierMinimumUnits`, `currencyCode`, `type`; see
//! <https://learn.microsoft.com/rest/api/cost-management/retail-prices/azure-retail-prices>. Items
//! replace or add the prices of the snapshot's meters in their region; items of no meter of ours
//! are passed over. Every Linux machine size is a meter.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

const SNAPSHOT: &str = include_str!("prices.json");

/// The region under which the API lists what costs the same everywhere.
const EVERYWHERE: &str = "global";

/// Where the API's answer is described.
const API: &str = "https://prices.azure.com/api/retail/prices";

/// Prices by meter.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prices {
    /// The day of the newest figure, `YYYY-MM-DD`; empty if the file does not say.
    pub date: String,
    /// ISO 4217 code.
    pub currency: String,
    /// The region of prices that are not given for another one.
    pub region: String,
    meters: BTreeMap<String, Meter>,
}

/// What Azure counts and bills.
#[derive(Clone, Debug, PartialEq)]
pub struct Meter {
    /// Our name for it, such as `privateEndpoint`.
    pub id: String,
    /// What it is, for people.
    pub what: String,
    /// What one of it is.
    pub unit: Unit,
    /// Why there is no price, if there is none.
    pub unknown: Option<String>,
    /// URL of the page with the figure.
    pub source: String,
    /// The day on which it was read there, if that is known.
    pub read: Option<String>,
    /// Price of one unit by lower-case region.
    prices: BTreeMap<String, f64>,
    retail: Option<Retail>,
}

/// What one unit of a meter is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// An hour of existence.
    Hour,
    /// A month of existence.
    Month,
    /// 10⁹ bytes.
    Gigabyte,
    /// A million of what is counted.
    Million,
}

/// How to find a meter among the items of the Retail Prices API; what is absent is not compared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Retail {
    service_name: String,
    #[serde(default)]
    product_name: Option<String>,
    #[serde(default)]
    sku_name: Option<String>,
    #[serde(default)]
    arm_sku_name: Option<String>,
    #[serde(default)]
    meter_name: Option<String>,
}

/// The price of a meter for somebody who asks.
#[derive(Clone, Debug, PartialEq)]
pub struct Quote {
    /// Price of one unit; `None` if it is unknown.
    pub price: Option<f64>,
    /// The region that the price is of; another one than asked for if that one is not listed.
    pub region: String,
    /// Why it is unknown; empty if it is known.
    pub unknown: String,
}

/// Why a price file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PricesError {
    /// It is no JSON.
    #[error("the price file is no JSON")]
    Json(#[source] serde_json::Error),
    /// A member is missing or of the wrong kind.
    #[error("the price file is not of a form that is known here")]
    Form(#[source] serde_json::Error),
    /// A value cannot be.
    #[error("{place} of the price file: {reason}")]
    Value {
        /// The meter or member.
        place: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Items in several currencies.
    #[error("the price file has items in `{0}` and in `{1}`; ask for one currency")]
    Currencies(String, String),
    /// Not one item is of a meter of ours.
    #[error("no item of the price file is of a meter that a topology uses")]
    NothingUsed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    date: String,
    currency: String,
    region: String,
    #[serde(default, rename = "note")]
    _note: String,
    meters: Vec<FileMeter>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileMeter {
    id: String,
    what: String,
    unit: Unit,
    price: Option<f64>,
    #[serde(default)]
    unknown: Option<String>,
    source: String,
    #[serde(default)]
    read: Option<String>,
    #[serde(default)]
    retail: Option<Retail>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    #[serde(default)]
    currency_code: String,
    #[serde(default)]
    tier_minimum_units: f64,
    retail_price: f64,
    #[serde(default)]
    arm_region_name: String,
    #[serde(default)]
    meter_name: String,
    #[serde(default)]
    product_name: String,
    #[serde(default)]
    sku_name: String,
    #[serde(default)]
    arm_sku_name: String,
    #[serde(default)]
    service_name: String,
    #[serde(default)]
    unit_of_measure: String,
    #[serde(default, rename = "type")]
    kind: String,
}

/// Reads a price file; see the module for its forms.
pub fn prices_from_json(text: &str) -> Result<Prices, PricesError> {
    let value: Value = serde_json::from_str(text).map_err(PricesError::Json)?;
    let items = match &value {
        Value::Object(object) if object.contains_key("meters") => {
            return own(serde_json::from_value(value).map_err(PricesError::Form)?);
        }
        Value::Array(entries) => entries.iter().flat_map(items_of).collect(),
        page => items_of(page),
    };
    let mut read = Vec::with_capacity(items.len());
    for item in items {
        read.push(serde_json::from_value::<Item>(item).map_err(PricesError::Form)?);
    }
    retail(&read)
}

/// The items of a page, or the item itself.
fn items_of(page: &Value) -> Vec<Value> {
    match page.get("Items").or_else(|| page.get("items")) {
        Some(Value::Array(items)) => items.clone(),
        _ => vec![page.clone()],
    }
}

fn is_day(text: &str) -> bool {
    let mut parts = text.split('-');
    let digits = |part: Option<&str>, length| {
        part.is_some_and(|part| part.len() == length && part.bytes().all(|b| b.is_ascii_digit()))
    };
    digits(parts.next(), 4)
        && digits(parts.next(), 2)
        && digits(parts.next(), 2)
        && parts.next().is_none()
}

fn own(file: File) -> Result<Prices, PricesError> {
    let wrong = |place: &str, reason| {
        Err(PricesError::Value {
            place: format!("`{place}`"),
            reason,
        })
    };
    if !is_day(&file.date) {
        return wrong("date", "it must be a day, YYYY-MM-DD");
    }
    if file.currency.len() != 3 || !file.currency.bytes().all(|b| b.is_ascii_uppercase()) {
        return wrong(
            "currency",
            "it must be a code of three capitals, such as USD",
        );
    }
    if file.region.is_empty() {
        return wrong("region", "it must name a region, such as eastus");
    }
    let region = file.region.to_ascii_lowercase();
    let mut prices = Prices {
        date: file.date,
        currency: file.currency,
        region: region.clone(),
        meters: BTreeMap::new(),
    };
    for meter in file.meters {
        if !meter.source.starts_with("https://") {
            return wrong(&meter.id, "its source must be an https URL");
        }
        if meter.read.as_deref().is_some_and(|read| !is_day(read)) {
            return wrong(&meter.id, "`read` must be a day, YYYY-MM-DD");
        }
        let known = match (meter.price, &meter.unknown) {
            (Some(price), None) if is_price(price) => Some(price),
            (None, Some(reason)) if !reason.is_empty() => None,
            (Some(_), None) => {
                return wrong(&meter.id, "its price must be between 0 and a million");
            }
            _ => {
                return wrong(
                    &meter.id,
                    "it needs a price, or the reason why that is unknown",
                );
            }
        };
        let id = meter.id.clone();
        let taken = prices.meters.insert(
            meter.id.clone(),
            Meter {
                id: meter.id,
                what: meter.what,
                unit: meter.unit,
                unknown: meter.unknown,
                source: meter.source,
                read: meter.read,
                prices: known
                    .map(|price| (region.clone(), price))
                    .into_iter()
                    .collect(),
                retail: meter.retail,
            },
        );
        if taken.is_some() {
            return wrong(&id, "it is there twice");
        }
    }
    Ok(prices)
}

fn is_price(price: f64) -> bool {
    price.is_finite() && (0.0..=1e6).contains(&price)
}

/// The snapshot with the prices of the API's items laid over it.
fn retail(items: &[Item]) -> Result<Prices, PricesError> {
    let mut prices = Prices::snapshot();
    // Which day they were read on, only who fetched them knows.
    prices.date = String::new();
    let mut currency: Option<&str> = None;
    let mut used = 0_usize;
    for item in items.iter().filter(|item| item.is_pay_as_you_go()) {
        if !is_price(item.retail_price) {
            return Err(PricesError::Value {
                place: format!("the item `{}`", item.meter_name),
                reason: "its price must be between 0 and a million",
            });
        }
        let Some((unit, per)) = unit_of(&item.unit_of_measure) else {
            continue;
        };
        let mut matching: Vec<String> = prices
            .meters
            .values()
            .filter(|meter| meter.retail.as_ref().is_some_and(|of| item.is_of(of)))
            .map(|meter| meter.id.clone())
            .collect();
        if matching.is_empty() && item.is_linux_machine() {
            let meter = machine(&item.arm_sku_name);
            matching.push(meter.id.clone());
            prices.meters.insert(meter.id.clone(), meter);
        }
        for id in matching {
            let Some(meter) = prices.meters.get_mut(&id) else {
                continue;
            };
            // What the API counts as `1` is a month of the thing.
            if meter.unit != unit && !(unit == Unit::Month && item.unit_of_measure == "1") {
                continue;
            }
            if *currency.get_or_insert(&item.currency_code) != item.currency_code {
                return Err(PricesError::Currencies(
                    currency.unwrap_or_default().to_owned(),
                    item.currency_code.clone(),
                ));
            }
            let region = match item.arm_region_name.as_str() {
                "" => EVERYWHERE.to_owned(),
                region => region.to_ascii_lowercase(),
            };
            if meter.read.is_some() || !meter.source.starts_with(API) {
                meter.read = None;
                API.clone_into(&mut meter.source);
            }
            meter.unknown = None;
            meter.prices.insert(region, item.retail_price / per);
            used += 1;
        }
    }
    if used == 0 {
        return Err(PricesError::NothingUsed);
    }
    match currency {
        Some(code) if !code.is_empty() && code != prices.currency => {
            // Figures of the snapshot are in another currency: what the file lacks is unknown.
            code.clone_into(&mut prices.currency);
            for meter in prices
                .meters
                .values_mut()
                .filter(|meter| meter.source != API)
            {
                if meter.prices.values().any(|price| *price > 0.0) {
                    meter.prices.clear();
                    meter.unknown = Some(format!("the price file has no figure in {code}"));
                }
            }
        }
        _ => {}
    }
    Ok(prices)
}

/// Unit and how many of it the price is for.
fn unit_of(measure: &str) -> Option<(Unit, f64)> {
    let end = measure
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(measure.len());
    let (count, rest) = measure.split_at(end);
    let count: f64 = count.parse().ok().filter(|count| *count > 0.0)?;
    let unit = match rest
        .trim_start_matches([' ', '/'])
        .to_ascii_lowercase()
        .as_str()
    {
        "hour" | "hours" => Unit::Hour,
        "gb" => Unit::Gigabyte,
        "month" | "" => Unit::Month,
        "m" => Unit::Million,
        _ => return None,
    };
    Some((unit, count))
}

fn machine(size: &str) -> Meter {
    Meter {
        id: format!("virtualMachine.{size}"),
        what: format!("{size}, Linux"),
        unit: Unit::Hour,
        unknown: None,
        source: API.to_owned(),
        read: None,
        prices: BTreeMap::new(),
        retail: Some(Retail {
            service_name: "Virtual Machines".to_owned(),
            arm_sku_name: Some(size.to_owned()),
            ..Retail::default()
        }),
    }
}

impl Item {
    fn is_pay_as_you_go(&self) -> bool {
        (self.kind.is_empty() || self.kind == "Consumption") && self.tier_minimum_units == 0.0
    }

    fn is_linux_machine(&self) -> bool {
        self.service_name == "Virtual Machines"
            && !self.arm_sku_name.is_empty()
            && !self.product_name.ends_with("Windows")
            && !["Spot", "Low Priority"].iter().any(|cheaper| {
                self.sku_name.ends_with(cheaper) || self.meter_name.ends_with(cheaper)
            })
    }

    fn is_of(&self, meter: &Retail) -> bool {
        let same = |wanted: &Option<String>, value: &str| {
            wanted
                .as_deref()
                .is_none_or(|wanted| wanted.eq_ignore_ascii_case(value))
        };
        self.service_name == meter.service_name
            && same(&meter.product_name, &self.product_name)
            && same(&meter.sku_name, &self.sku_name)
            && same(&meter.arm_sku_name, &self.arm_sku_name)
            && same(&meter.meter_name, &self.meter_name)
            && (meter.arm_sku_name.is_none() || self.is_linux_machine())
    }
}

impl Prices {
    /// The prices that come with this crate.
    pub fn snapshot() -> Self {
        let read = prices_from_json(SNAPSHOT);
        debug_assert!(read.is_ok(), "the snapshot in this crate: {read:?}");
        read.unwrap_or_default()
    }

    /// The meter with this name.
    pub fn meter(&self, id: &str) -> Option<&Meter> {
        self.meters.get(id)
    }

    /// All meters, by name.
    pub fn meters(&self) -> impl Iterator<Item = &Meter> {
        self.meters.values()
    }

    /// The price of a meter in a region; where that is not listed, the price that holds
    /// everywhere, else that of the file's own region.
    pub fn quote(&self, id: &str, region: Option<&str>) -> Quote {
        let unknown = |reason: String| Quote {
            price: None,
            region: String::new(),
            unknown: reason,
        };
        let Some(meter) = self.meters.get(id) else {
            return unknown(
                "the price file has no such meter; bring one with `--prices`".to_owned(),
            );
        };
        let wanted = region.unwrap_or(&self.region).to_ascii_lowercase();
        for region in [wanted.as_str(), EVERYWHERE, self.region.as_str()] {
            if let Some(price) = meter.prices.get(region) {
                return Quote {
                    price: Some(*price),
                    region: region.to_owned(),
                    unknown: String::new(),
                };
            }
        }
        match &meter.unknown {
            Some(reason) => unknown(reason.clone()),
            None => unknown("the price file has no figure for this region".to_owned()),
        }
    }
}
