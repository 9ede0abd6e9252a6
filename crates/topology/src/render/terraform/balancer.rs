//! Load balancers, public addresses and NAT gateways in `azurerm`.

use super::{
    hcl::{Body, Hcl},
    native::{Ctx, Native, last_name, tags},
    take::{Result, Take},
};

/// `sku` and `sku_tier`. Azure takes a missing name for `Basic`, azurerm does not.
fn sku(take: &mut Take<'_>, body: &mut Body) -> Result<()> {
    let mut name = None;
    if let Some(mut sku) = take.object("sku") {
        name = sku.value("name")?;
        body.set_some("sku_tier", sku.value("tier")?);
        sku.finish()?;
    }
    body.set("sku", name.unwrap_or_else(|| Hcl::text("Basic")));
    Ok(())
}

pub(super) fn public_ip(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    sku(&mut take, &mut body)?;
    let mut properties = take.object("properties");
    let method = match &mut properties {
        Some(properties) => properties.value("publicIPAllocationMethod")?,
        None => None,
    };
    body.set(
        "allocation_method",
        method.unwrap_or_else(|| Hcl::text("Dynamic")),
    );
    if let Some(mut properties) = properties {
        // Azure chooses the address; a wish for one is what it reported.
        properties.take("ipAddress");
        body.set_some("ip_version", properties.value("publicIPAddressVersion")?);
        body.set_some(
            "idle_timeout_in_minutes",
            properties.value("idleTimeoutInMinutes")?,
        );
        body.set_some("public_ip_prefix_id", properties.id("publicIPPrefix")?);
        if let Some(mut dns) = properties.object("dnsSettings") {
            body.set_some("domain_name_label", dns.value("domainNameLabel")?);
            body.set_some("reverse_fqdn", dns.value("reverseFqdn")?);
            dns.take("fqdn");
            dns.finish()?;
        }
        properties.finish()?;
    }
    body.set_some("zones", take.values("zones")?);
    tags(&mut take, &mut body)?;
    take.finish()?;
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

pub(super) fn nat_gateway(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let mut parts = Vec::new();
    if let Some(mut sku) = take.object("sku") {
        body.set_some("sku_name", sku.value("name")?);
        sku.finish()?;
    }
    if let Some(mut properties) = take.object("properties") {
        body.set_some(
            "idle_timeout_in_minutes",
            properties.value("idleTimeoutInMinutes")?,
        );
        for (member, kind, argument) in [
            (
                "publicIpAddresses",
                "azurerm_nat_gateway_public_ip_association",
                "public_ip_address_id",
            ),
            (
                "publicIpPrefixes",
                "azurerm_nat_gateway_public_ip_prefix_association",
                "public_ip_prefix_id",
            ),
        ] {
            for (at, id) in properties.ids(member)?.into_iter().enumerate() {
                let mut association = Body::default();
                association.set("nat_gateway_id", ctx.own_id());
                association.set(argument, id);
                parts.push(ctx.part(kind, &[&at.to_string()], association));
            }
        }
        properties.finish()?;
    }
    body.set_some("zones", take.values("zones")?);
    tags(&mut take, &mut body)?;
    take.finish()?;
    let mut out = Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    };
    let own = &ctx.item.id;
    out.completions
        .extend(parts.iter().map(|part| (own.clone(), part.address())));
    out.blocks.extend(parts);
    Ok(out)
}

pub(super) fn load_balancer(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    sku(&mut take, &mut body)?;
    let mut out = Native::default();
    let mut parts = Vec::new();
    let mut frontends = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        for (name, mut child, mut inner) in properties.children("frontendIPConfigurations")? {
            let mut frontend = Body::default();
            frontend.set("name", Hcl::text(name));
            frontend.set_some("subnet_id", inner.id("subnet")?);
            frontend.set_some("private_ip_address", inner.value("privateIPAddress")?);
            frontend.set_some(
                "private_ip_address_allocation",
                inner.value("privateIPAllocationMethod")?,
            );
            frontend.set_some(
                "private_ip_address_version",
                inner.value("privateIPAddressVersion")?,
            );
            frontend.set_some("public_ip_address_id", inner.id("publicIPAddress")?);
            frontend.set_some("public_ip_prefix_id", inner.id("publicIPPrefix")?);
            frontend.set_some("zones", child.values("zones")?);
            inner.finish()?;
            child.finish()?;
            frontends.push(frontend);
        }
        for (name, child, inner) in properties.children("backendAddressPools")? {
            child.finish()?;
            pool(ctx, name, inner, &mut out, &mut parts)?;
        }
        for (name, child, inner) in properties.children("probes")? {
            child.finish()?;
            probe(ctx, name, inner, &mut out, &mut parts)?;
        }
        for (name, child, inner) in properties.children("loadBalancingRules")? {
            child.finish()?;
            parts.push(rule(ctx, name, inner)?);
        }
        for (name, child, inner) in properties.children("outboundRules")? {
            child.finish()?;
            parts.push(outbound_rule(ctx, name, inner)?);
        }
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    for frontend in frontends {
        body.block("frontend_ip_configuration", frontend);
    }
    out.completions.extend(
        parts
            .iter()
            .filter(|part| {
                part.labels
                    .first()
                    .is_some_and(|kind| kind.ends_with("_rule"))
            })
            .map(|part| (ctx.item.id.clone(), part.address())),
    );
    out.blocks.push(ctx.main(body));
    out.blocks.extend(parts);
    Ok(out)
}

fn pool(
    ctx: &Ctx<'_>,
    name: &str,
    mut inner: Take<'_>,
    out: &mut Native,
    parts: &mut Vec<super::hcl::Block>,
) -> Result<()> {
    let mut body = Body::default();
    body.set("name", Hcl::text(name));
    body.set("loadbalancer_id", ctx.own_id());
    body.set_some("virtual_network_id", inner.id("virtualNetwork")?);
    let block = ctx.part("azurerm_lb_backend_address_pool", &[name], body);
    let address = block.address();
    out.parts
        .push((ctx.part_id("backendAddressPools", name), address.clone()));
    parts.push(block);
    for (member, child, mut properties) in inner.children("loadBalancerBackendAddresses")? {
        child.finish()?;
        let mut body = Body::default();
        body.set("name", Hcl::text(member));
        body.set("backend_address_pool_id", Hcl::Raw(format!("{address}.id")));
        body.set_some("virtual_network_id", properties.id("virtualNetwork")?);
        body.set_some("ip_address", properties.value("ipAddress")?);
        properties.finish()?;
        parts.push(ctx.part(
            "azurerm_lb_backend_address_pool_address",
            &[name, member],
            body,
        ));
    }
    inner.finish()
}

fn probe(
    ctx: &Ctx<'_>,
    name: &str,
    mut inner: Take<'_>,
    out: &mut Native,
    parts: &mut Vec<super::hcl::Block>,
) -> Result<()> {
    let mut body = Body::default();
    body.set("name", Hcl::text(name));
    body.set("loadbalancer_id", ctx.own_id());
    for (member, argument) in [
        ("protocol", "protocol"),
        ("port", "port"),
        ("requestPath", "request_path"),
        ("intervalInSeconds", "interval_in_seconds"),
        ("numberOfProbes", "number_of_probes"),
        ("probeThreshold", "probe_threshold"),
    ] {
        body.set_some(argument, inner.value(member)?);
    }
    inner.finish()?;
    let block = ctx.part("azurerm_lb_probe", &[name], body);
    out.parts
        .push((ctx.part_id("probes", name), block.address()));
    parts.push(block);
    Ok(())
}

fn rule(ctx: &Ctx<'_>, name: &str, mut inner: Take<'_>) -> Result<super::hcl::Block> {
    let mut body = Body::default();
    body.set("name", Hcl::text(name));
    body.set("loadbalancer_id", ctx.own_id());
    let frontend = inner.id("frontendIPConfiguration")?;
    let Some(frontend) = frontend.as_ref().and_then(last_name) else {
        return inner.fail("frontendIPConfiguration");
    };
    body.set("frontend_ip_configuration_name", Hcl::Text(frontend));
    let mut pools = inner.ids("backendAddressPools")?;
    if let Some(pool) = inner.id("backendAddressPool")?
        && !pools.contains(&pool)
    {
        pools.push(pool);
    }
    if !pools.is_empty() {
        body.set("backend_address_pool_ids", Hcl::List(pools));
    }
    body.set_some("probe_id", inner.id("probe")?);
    body.set_some("protocol", inner.value("protocol")?);
    let port = inner.value("frontendPort")?;
    let backend = inner.value("backendPort")?.or_else(|| port.clone());
    body.set_some("frontend_port", port);
    body.set_some("backend_port", backend);
    for (member, argument) in [
        ("idleTimeoutInMinutes", "idle_timeout_in_minutes"),
        ("loadDistribution", "load_distribution"),
        ("enableFloatingIP", "floating_ip_enabled"),
        ("enableTcpReset", "tcp_reset_enabled"),
        ("disableOutboundSnat", "disable_outbound_snat"),
    ] {
        body.set_some(argument, inner.value(member)?);
    }
    inner.finish()?;
    Ok(ctx.part("azurerm_lb_rule", &[name], body))
}

fn outbound_rule(ctx: &Ctx<'_>, name: &str, mut inner: Take<'_>) -> Result<super::hcl::Block> {
    let mut body = Body::default();
    body.set("name", Hcl::text(name));
    body.set("loadbalancer_id", ctx.own_id());
    body.set_some("backend_address_pool_id", inner.id("backendAddressPool")?);
    for (member, argument) in [
        ("protocol", "protocol"),
        ("allocatedOutboundPorts", "allocated_outbound_ports"),
        ("idleTimeoutInMinutes", "idle_timeout_in_minutes"),
        ("enableTcpReset", "tcp_reset_enabled"),
    ] {
        body.set_some(argument, inner.value(member)?);
    }
    for id in inner.ids("frontendIPConfigurations")? {
        let Some(frontend) = last_name(&id) else {
            return inner.fail("frontendIPConfigurations");
        };
        let mut block = Body::default();
        block.set("name", Hcl::Text(frontend));
        body.block("frontend_ip_configuration", block);
    }
    inner.finish()?;
    Ok(ctx.part("azurerm_lb_outbound_rule", &[name], body))
}
