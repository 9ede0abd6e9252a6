//! Handing out addresses, and refusing those that cannot be had.

use super::error::ArmError;
use serde_json::{Value, json};
use std::net::Ipv4Addr;
use topology::{
    ResourceId, Topology,
    model::addresses::{Addresses, Holder},
};

/// Who holds an address of a subnet.
pub(crate) fn holder(
    topology: &Topology,
    subnet: &ResourceId,
    address: Ipv4Addr,
) -> Option<Holder> {
    let known = Addresses::of(topology);
    let found = known
        .iter()
        .find(|(_, at, held)| *held == address && at.parent() == subnet.parent());
    found.map(|(holder, _, _)| holder.clone())
}

/// Gives an IP configuration (`properties` of it) the address that `wanted` has in a topology that
/// already holds the resource, after checking the one that it asks for.
pub(crate) fn give(
    topology: &Topology,
    wanted: &Holder,
    id: &ResourceId,
    properties: &mut Value,
) -> Result<(), ArmError> {
    let Some(subnet) = properties
        .pointer("/subnet/id")
        .and_then(Value::as_str)
        .and_then(|text| text.parse::<ResourceId>().ok())
    else {
        return Ok(());
    };
    let Some((_, found)) = topology.subnet(&subnet) else {
        return Err(ArmError::invalid_reference(&subnet, id));
    };
    let is_static = properties
        .get("privateIPAllocationMethod")
        .and_then(Value::as_str)
        .is_some_and(|method| method.eq_ignore_ascii_case("Static"));
    let wished = properties
        .get("privateIPAddress")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if is_static {
        let text = wished.ok_or_else(|| {
            ArmError::bad(
                "PrivateIPAddressMissing",
                format!("Static private IP configuration of {id} has no privateIPAddress."),
            )
        })?;
        let address: Ipv4Addr = text.parse().map_err(|_| {
            ArmError::bad("InvalidIPAddress", format!("{text} is no IPv4 address."))
        })?;
        check(
            topology,
            wanted,
            &subnet,
            found.properties.prefixes().collect(),
            address,
        )?;
        return Ok(());
    }
    let address = Addresses::of(topology).get(wanted).ok_or_else(|| {
        ArmError::bad(
            "SubnetIsFull",
            format!("Subnet {subnet} is full: it has no address left for {id}."),
        )
    })?;
    if let Some(map) = properties.as_object_mut() {
        map.insert("privateIPAddress".to_owned(), json!(address));
        map.insert("privateIPAllocationMethod".to_owned(), json!("Dynamic"));
    }
    Ok(())
}

fn check(
    topology: &Topology,
    wanted: &Holder,
    subnet: &ResourceId,
    prefixes: Vec<topology::model::cidr::Cidr>,
    address: Ipv4Addr,
) -> Result<(), ArmError> {
    if !prefixes.iter().any(|prefix| prefix.contains(address)) {
        let message = format!(
            "Private static IP address {address} does not belong to the range of subnet prefix of {subnet}."
        );
        return Err(ArmError::bad("PrivateIPAddressNotInSubnet", message));
    }
    if prefixes.iter().any(|prefix| prefix.is_reserved(address)) {
        return Err(ArmError::bad(
            "PrivateIPAddressInReservedRange",
            format!(
                "Private static IP address {address} falls within reserved IP range of subnet {subnet}."
            ),
        ));
    }
    let known = Addresses::of(topology);
    let taken = known.iter().any(|(holder, at, held)| {
        held == address && at.parent() == subnet.parent() && holder != wanted
    });
    if taken {
        return Err(ArmError::bad(
            "PrivateIPAddressIsAllocated",
            format!("IP address {address} is already allocated to another resource in {subnet}."),
        ));
    }
    Ok(())
}
