//! Networks in `azurerm`: groups, virtual networks with their subnets, security groups, routes.

use super::super::expression::Expr;
use super::{
    hcl::{Body, Hcl},
    native::{Ctx, Native, tags},
    take::{Result, Take},
};

pub(super) fn resource_group(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = Body::default();
    body.set("name", Hcl::text(ctx.item.id.name()));
    body.set_some("location", take.value("location")?);
    body.set_some("managed_by", take.value("managedBy")?);
    tags(&mut take, &mut body)?;
    take.finish()?;
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

pub(super) fn virtual_network(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let mut out = Native::default();
    let mut parts = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        if let Some(mut space) = properties.object("addressSpace") {
            body.set_some("address_space", space.values("addressPrefixes")?);
            space.finish()?;
        }
        if let Some(mut options) = properties.object("dhcpOptions") {
            body.set_some("dns_servers", options.values("dnsServers")?);
            options.finish()?;
        }
        body.set_some(
            "flow_timeout_in_minutes",
            properties.value("flowTimeoutInMinutes")?,
        );
        body.set_some(
            "private_endpoint_vnet_policies",
            properties.value("privateEndpointVNetPolicies")?,
        );
        properties.only("enableDdosProtection", &Expr::Bool(false))?;
        for (name, child, inner) in properties.children("subnets")? {
            child.finish()?;
            subnet(ctx, name, inner, &mut out, &mut parts)?;
        }
        for (name, child, inner) in properties.children("virtualNetworkPeerings")? {
            child.finish()?;
            let peering_body = peering_body(
                name,
                Hcl::Name(ctx.item.id.group_id()),
                Hcl::Raw(format!("{}.name", ctx.address())),
                inner,
            )?;
            let block = ctx.part("azurerm_virtual_network_peering", &[name], peering_body);
            let id = ctx.part_id("virtualNetworkPeerings", name);
            out.parts.push((id, block.address()));
            parts.push(block);
        }
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    out.blocks.push(ctx.main(body));
    out.blocks.extend(parts);
    Ok(out)
}

fn subnet(
    ctx: &Ctx<'_>,
    name: &str,
    mut inner: Take<'_>,
    out: &mut Native,
    parts: &mut Vec<super::hcl::Block>,
) -> Result<()> {
    let mut body = Body::default();
    body.set("name", Hcl::text(name));
    body.set("resource_group_name", Hcl::Name(ctx.item.id.group_id()));
    body.set(
        "virtual_network_name",
        Hcl::Raw(format!("{}.name", ctx.address())),
    );
    let prefixes = match (
        inner.value("addressPrefix")?,
        inner.values("addressPrefixes")?,
    ) {
        (Some(one), None) => Hcl::List(vec![one]),
        (None, Some(list)) => list,
        (Some(one), Some(Hcl::List(list))) if list == [one.clone()] => Hcl::List(list),
        _ => return inner.fail("addressPrefixes"),
    };
    body.set("address_prefixes", prefixes);
    body.set_some(
        "private_endpoint_network_policies",
        inner.value("privateEndpointNetworkPolicies")?,
    );
    match inner.word("privateLinkServiceNetworkPolicies")? {
        None | Some("Enabled") => {}
        Some("Disabled") => body.set(
            "private_link_service_network_policies_enabled",
            Hcl::bool(false),
        ),
        Some(_) => return inner.fail("privateLinkServiceNetworkPolicies"),
    }
    if let Some(access) = inner.flag("defaultOutboundAccess")? {
        body.set("default_outbound_access_enabled", Hcl::bool(access));
    }
    let mut endpoints = Vec::new();
    for mut endpoint in inner.objects("serviceEndpoints")? {
        endpoints.extend(endpoint.value("service")?);
        endpoint.finish()?;
    }
    if !endpoints.is_empty() {
        body.set("service_endpoints", Hcl::List(endpoints));
    }
    for (delegation, child, mut properties) in inner.children("delegations")? {
        child.finish()?;
        let mut service = Body::default();
        service.set_some("name", properties.value("serviceName")?);
        service.set_some("actions", properties.values("actions")?);
        properties.finish()?;
        let mut block = Body::default();
        block.set("name", Hcl::text(delegation));
        block.block("service_delegation", service);
        body.block("delegation", block);
    }
    let block = ctx.part("azurerm_subnet", &[name], body);
    let address = block.address();
    let subnet_id = ctx.part_id("subnets", name);
    out.parts.push((subnet_id.clone(), address.clone()));
    parts.push(block);
    for (member, kind, argument) in [
        (
            "networkSecurityGroup",
            "azurerm_subnet_network_security_group_association",
            "network_security_group_id",
        ),
        (
            "routeTable",
            "azurerm_subnet_route_table_association",
            "route_table_id",
        ),
        (
            "natGateway",
            "azurerm_subnet_nat_gateway_association",
            "nat_gateway_id",
        ),
    ] {
        if let Some(id) = inner.id(member)? {
            let mut association = Body::default();
            association.set("subnet_id", Hcl::Raw(format!("{address}.id")));
            association.set(argument, id);
            let block = ctx.part(kind, &[name], association);
            out.completions.push((subnet_id.clone(), block.address()));
            parts.push(block);
        }
    }
    inner.finish()
}

/// A peering as a resource of its own.
pub(super) fn peering(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let parent = ctx.item.id.parent();
    let properties = take.object("properties");
    take.finish()?;
    let (Some(parent), Some(properties)) = (parent, properties) else {
        return Ok(Native::default());
    };
    let body = peering_body(
        ctx.item.id.name(),
        Hcl::Name(parent.group_id()),
        Hcl::Name(parent),
        properties,
    )?;
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

fn peering_body(name: &str, group: Hcl, network: Hcl, mut inner: Take<'_>) -> Result<Body> {
    let mut body = Body::default();
    body.set("name", Hcl::text(name));
    body.set("resource_group_name", group);
    body.set("virtual_network_name", network);
    let Some(remote) = inner.id("remoteVirtualNetwork")? else {
        return inner.fail("remoteVirtualNetwork");
    };
    body.set("remote_virtual_network_id", remote);
    // Azure and azurerm differ in what they take for given, so it must be said.
    let Some(access) = inner.flag("allowVirtualNetworkAccess")? else {
        return inner.fail("allowVirtualNetworkAccess");
    };
    body.set("allow_virtual_network_access", Hcl::bool(access));
    for (member, argument) in [
        ("allowForwardedTraffic", "allow_forwarded_traffic"),
        ("allowGatewayTransit", "allow_gateway_transit"),
        ("useRemoteGateways", "use_remote_gateways"),
        (
            "peerCompleteVnets",
            "peer_complete_virtual_networks_enabled",
        ),
    ] {
        if let Some(flag) = inner.flag(member)? {
            body.set(argument, Hcl::bool(flag));
        }
    }
    inner.finish()?;
    Ok(body)
}

pub(super) fn security_group(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let mut rules = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        for (name, child, mut inner) in properties.children("securityRules")? {
            child.finish()?;
            let mut rule = Body::default();
            rule.set("name", Hcl::text(name));
            for (member, argument) in [
                ("description", "description"),
                ("priority", "priority"),
                ("direction", "direction"),
                ("access", "access"),
                ("protocol", "protocol"),
                ("sourceAddressPrefix", "source_address_prefix"),
                ("sourcePortRange", "source_port_range"),
                ("destinationAddressPrefix", "destination_address_prefix"),
                ("destinationPortRange", "destination_port_range"),
            ] {
                rule.set_some(argument, inner.value(member)?);
            }
            for (member, argument) in [
                ("sourceAddressPrefixes", "source_address_prefixes"),
                ("sourcePortRanges", "source_port_ranges"),
                ("destinationAddressPrefixes", "destination_address_prefixes"),
                ("destinationPortRanges", "destination_port_ranges"),
            ] {
                rule.set_some(argument, inner.values(member)?);
            }
            for (member, argument) in [
                (
                    "sourceApplicationSecurityGroups",
                    "source_application_security_group_ids",
                ),
                (
                    "destinationApplicationSecurityGroups",
                    "destination_application_security_group_ids",
                ),
            ] {
                let ids = inner.ids(member)?;
                if !ids.is_empty() {
                    rule.set(argument, Hcl::List(ids));
                }
            }
            inner.finish()?;
            rules.push(rule);
        }
        properties.only("flushConnection", &Expr::Bool(false))?;
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    for rule in rules {
        body.block("security_rule", rule);
    }
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

pub(super) fn application_security_group(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    tags(&mut take, &mut body)?;
    take.finish()?;
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

pub(super) fn route_table(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let mut routes = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        if let Some(disabled) = properties.flag("disableBgpRoutePropagation")? {
            body.set("bgp_route_propagation_enabled", Hcl::bool(!disabled));
        }
        for (name, child, mut inner) in properties.children("routes")? {
            child.finish()?;
            let mut route = Body::default();
            route.set("name", Hcl::text(name));
            route.set_some("address_prefix", inner.value("addressPrefix")?);
            route.set_some("next_hop_type", inner.value("nextHopType")?);
            route.set_some("next_hop_in_ip_address", inner.value("nextHopIpAddress")?);
            inner.finish()?;
            routes.push(route);
        }
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    for route in routes {
        body.block("route", route);
    }
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}
