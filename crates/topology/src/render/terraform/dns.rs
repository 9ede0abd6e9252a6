//! Private DNS in `azurerm`.

use super::{
    super::expression::Expr,
    hcl::Hcl,
    native::{Ctx, Native, tags},
    take::{Result, Take, value},
};

pub(super) fn zone(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.named();
    take.only("location", &Expr::Text("global".to_owned()))?;
    tags(&mut take, &mut body)?;
    take.finish()?;
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

pub(super) fn link(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.named();
    take.only("location", &Expr::Text("global".to_owned()))?;
    if let Some(zone) = ctx.item.id.parent() {
        body.set("private_dns_zone_name", Hcl::Name(zone));
    }
    if let Some(mut properties) = take.object("properties") {
        body.set_some("virtual_network_id", properties.id("virtualNetwork")?);
        body.set_some(
            "registration_enabled",
            properties.value("registrationEnabled")?,
        );
        body.set_some("resolution_policy", properties.value("resolutionPolicy")?);
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

pub(super) fn a_record(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.named();
    if let Some(zone) = ctx.item.id.parent() {
        body.set("zone_name", Hcl::Name(zone));
    }
    let mut records = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        let Some(ttl) = properties.value("ttl")? else {
            return properties.fail("ttl");
        };
        body.set("ttl", ttl);
        for mut record in properties.objects("aRecords")? {
            records.extend(record.take("ipv4Address").map(value));
            record.finish()?;
        }
        properties.finish()?;
    }
    body.set("records", Hcl::List(records));
    take.finish()?;
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}
