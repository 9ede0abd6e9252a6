//! Private Link in `azurerm`.

use super::{
    super::expression::Expr,
    hcl::{Body, Hcl},
    native::{Ctx, Native, tags},
    take::{Result, Take},
};

/// The subscriptions of `visibility` or `autoApproval`. azurerm takes ids only, not `*`.
fn subscriptions(properties: &mut Take<'_>, name: &str) -> Result<Option<Hcl>> {
    let Some(mut set) = properties.object(name) else {
        return Ok(None);
    };
    let list = set.values("subscriptions")?;
    set.finish()?;
    if let Some(Hcl::List(ids)) = &list
        && ids.contains(&Hcl::text("*"))
    {
        return properties.fail(name);
    }
    Ok(list)
}

pub(super) fn service(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let mut addresses = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        let frontends = properties.ids("loadBalancerFrontendIpConfigurations")?;
        if !frontends.is_empty() {
            body.set(
                "load_balancer_frontend_ip_configuration_ids",
                Hcl::List(frontends),
            );
        }
        body.set_some(
            "destination_ip_address",
            properties.value("destinationIPAddress")?,
        );
        body.set_some(
            "visibility_subscription_ids",
            subscriptions(&mut properties, "visibility")?,
        );
        body.set_some(
            "auto_approval_subscription_ids",
            subscriptions(&mut properties, "autoApproval")?,
        );
        body.set_some(
            "enable_proxy_protocol",
            properties.value("enableProxyProtocol")?,
        );
        body.set_some("fqdns", properties.values("fqdns")?);
        for (name, child, mut inner) in properties.children("ipConfigurations")? {
            child.finish()?;
            let mut address = Body::default();
            address.set("name", Hcl::text(name));
            let primary = inner.flag("primary")?.unwrap_or(false);
            address.set("primary", Hcl::bool(primary));
            address.set_some("subnet_id", inner.id("subnet")?);
            // azurerm makes the address static if it is given one, else dynamic.
            let wished = inner.value("privateIPAddress")?;
            match (inner.word("privateIPAllocationMethod")?, wished) {
                (Some("Static"), Some(wished)) => address.set("private_ip_address", wished),
                (Some("Static"), None) => return inner.fail("privateIPAllocationMethod"),
                _ => {}
            }
            address.set_some(
                "private_ip_address_version",
                inner.value("privateIPAddressVersion")?,
            );
            inner.finish()?;
            addresses.push(address);
        }
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    for address in addresses {
        body.block("nat_ip_configuration", address);
    }
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

pub(super) fn endpoint(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let mut blocks = Vec::new();
    let mut absorbed = Vec::new();
    let mut associations = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        body.set_some("subnet_id", properties.id("subnet")?);
        body.set_some(
            "custom_network_interface_name",
            properties.value("customNetworkInterfaceName")?,
        );
        for (list, manual) in [
            ("privateLinkServiceConnections", false),
            ("manualPrivateLinkServiceConnections", true),
        ] {
            for (name, child, inner) in properties.children(list)? {
                child.finish()?;
                if !blocks.is_empty() {
                    return properties.fail(list);
                }
                blocks.push((
                    "private_service_connection",
                    connection(name, manual, inner)?,
                ));
            }
        }
        for (name, child, mut inner) in properties.children("ipConfigurations")? {
            child.finish()?;
            let mut address = Body::default();
            address.set("name", Hcl::text(name));
            address.set_some("private_ip_address", inner.value("privateIPAddress")?);
            address.set_some("subresource_name", inner.value("groupId")?);
            address.set_some("member_name", inner.value("memberName")?);
            inner.finish()?;
            blocks.push(("ip_configuration", address));
        }
        for (at, id) in properties
            .ids("applicationSecurityGroups")?
            .into_iter()
            .enumerate()
        {
            let mut association = Body::default();
            association.set("private_endpoint_id", ctx.own_id());
            association.set("application_security_group_id", id);
            associations.push(ctx.part(
                "azurerm_private_endpoint_application_security_group_association",
                &[&at.to_string()],
                association,
            ));
        }
        properties.finish()?;
    }
    // azurerm knows a zone group only as a part of its endpoint.
    for child in ctx.deployment.children(&ctx.item.id).filter(|child| {
        child.arm_type == "Microsoft.Network/privateEndpoints/privateDnsZoneGroups"
            && !child.existing
    }) {
        if absorbed.len() == 1 {
            return take.fail("privateDnsZoneGroups");
        }
        blocks.push(("private_dns_zone_group", zone_group(child)?));
        absorbed.push(child.id.clone());
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    for (name, block) in blocks {
        body.block(name, block);
    }
    let mut all = vec![ctx.main(body)];
    all.extend(associations);
    Ok(Native {
        blocks: all,
        absorbed,
        ..Native::default()
    })
}

fn connection(name: &str, manual: bool, mut inner: Take<'_>) -> Result<Body> {
    let mut body = Body::default();
    body.set("name", Hcl::text(name));
    body.set("is_manual_connection", Hcl::bool(manual));
    match inner.take("privateLinkServiceId") {
        Some(Expr::Text(text)) if !text.starts_with('/') => {
            body.set("private_connection_resource_alias", Hcl::text(text));
        }
        Some(expr @ (Expr::Text(_) | Expr::Ref(_))) => {
            body.set("private_connection_resource_id", super::take::value(expr));
        }
        _ => return inner.fail("privateLinkServiceId"),
    }
    body.set_some("subresource_names", inner.values("groupIds")?);
    let message = inner.value("requestMessage")?;
    // azurerm wants a message for a manual connection, and takes none for another.
    if message.is_some() != manual {
        return inner.fail("requestMessage");
    }
    body.set_some("request_message", message);
    inner.finish()?;
    Ok(body)
}

fn zone_group(item: &super::super::deployment::Item) -> Result<Body> {
    let mut take = Take::of(&item.body, "privateDnsZoneGroups");
    let mut body = Body::default();
    body.set("name", Hcl::text(item.id.name()));
    let mut ids = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        for (_, child, mut inner) in properties.children("privateDnsZoneConfigs")? {
            child.finish()?;
            ids.extend(inner.value("privateDnsZoneId")?);
            inner.finish()?;
        }
        properties.finish()?;
    }
    take.finish()?;
    body.set("private_dns_zone_ids", Hcl::List(ids));
    Ok(body)
}
