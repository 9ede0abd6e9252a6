//! NICs, machines and API Management in `azurerm`.

use super::{
    super::expression::Expr,
    hcl::{Body, Hcl},
    native::{Ctx, Native, tags},
    take::{Result, Take},
};

pub(super) fn network_interface(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let mut configurations = Vec::new();
    let mut parts = Vec::new();
    if let Some(mut properties) = take.object("properties") {
        body.set_some(
            "ip_forwarding_enabled",
            properties.value("enableIPForwarding")?,
        );
        body.set_some(
            "accelerated_networking_enabled",
            properties.value("enableAcceleratedNetworking")?,
        );
        if let Some(mut dns) = properties.object("dnsSettings") {
            body.set_some("dns_servers", dns.values("dnsServers")?);
            body.set_some(
                "internal_dns_name_label",
                dns.value("internalDnsNameLabel")?,
            );
            dns.take("appliedDnsServers");
            dns.take("internalDomainNameSuffix");
            dns.finish()?;
        }
        if let Some(group) = properties.id("networkSecurityGroup")? {
            let mut association = Body::default();
            association.set("network_interface_id", ctx.own_id());
            association.set("network_security_group_id", group);
            parts.push(ctx.part(
                "azurerm_network_interface_security_group_association",
                &[],
                association,
            ));
        }
        for (name, child, mut inner) in properties.children("ipConfigurations")? {
            child.finish()?;
            let mut configuration = Body::default();
            configuration.set("name", Hcl::text(name));
            configuration.set_some("subnet_id", inner.id("subnet")?);
            let wished = inner.value("privateIPAddress")?;
            let method = inner
                .word("privateIPAllocationMethod")?
                .unwrap_or("Dynamic");
            configuration.set("private_ip_address_allocation", Hcl::text(method));
            // The address of a dynamic one is what Azure reported.
            configuration.set_some("private_ip_address", wished.filter(|_| method == "Static"));
            configuration.set_some(
                "private_ip_address_version",
                inner.value("privateIPAddressVersion")?,
            );
            configuration.set_some("primary", inner.value("primary")?);
            configuration.set_some("public_ip_address_id", inner.id("publicIPAddress")?);
            for (at, pool) in inner
                .ids("loadBalancerBackendAddressPools")?
                .into_iter()
                .enumerate()
            {
                let mut association = Body::default();
                association.set("network_interface_id", ctx.own_id());
                association.set("ip_configuration_name", Hcl::text(name));
                association.set("backend_address_pool_id", pool);
                parts.push(ctx.part(
                    "azurerm_network_interface_backend_address_pool_association",
                    &[name, &at.to_string()],
                    association,
                ));
            }
            for (at, group) in inner
                .ids("applicationSecurityGroups")?
                .into_iter()
                .enumerate()
            {
                let mut association = Body::default();
                association.set("network_interface_id", ctx.own_id());
                association.set("application_security_group_id", group);
                parts.push(ctx.part(
                    "azurerm_network_interface_application_security_group_association",
                    &[name, &at.to_string()],
                    association,
                ));
            }
            inner.finish()?;
            configurations.push(configuration);
        }
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    for configuration in configurations {
        body.block("ip_configuration", configuration);
    }
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

pub(super) fn virtual_machine(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let mut blocks = Vec::new();
    match take.values("zones")? {
        None => {}
        Some(Hcl::List(zones)) => match zones.as_slice() {
            [zone] => body.set("zone", zone.clone()),
            _ => return take.fail("zones"),
        },
        Some(_) => return take.fail("zones"),
    }
    if let Some(mut properties) = take.object("properties") {
        if let Some(mut hardware) = properties.object("hardwareProfile") {
            body.set_some("size", hardware.value("vmSize")?);
            hardware.finish()?;
        }
        if let Some(mut network) = properties.object("networkProfile") {
            let mut ids = Vec::new();
            for mut nic in network.objects("networkInterfaces")? {
                ids.extend(nic.value("id")?);
                if let Some(mut inner) = nic.object("properties") {
                    // azurerm makes the first one primary.
                    inner.only("primary", &Expr::Bool(ids.len() == 1))?;
                    inner.finish()?;
                }
                nic.finish()?;
            }
            body.set("network_interface_ids", Hcl::List(ids));
            network.finish()?;
        }
        match properties.object("osProfile") {
            Some(profile) => operating_system(profile, &mut body, &mut blocks)?,
            None => return properties.fail("osProfile"),
        }
        match properties.object("storageProfile") {
            Some(profile) => storage(profile, &mut blocks)?,
            None => return properties.fail("storageProfile"),
        }
        body.set_some("user_data", properties.value("userData")?);
        body.set_some("availability_set_id", properties.id("availabilitySet")?);
        if let Some(mut security) = properties.object("securityProfile") {
            // azurerm has Trusted Launch where one of these is set.
            security.only("securityType", &Expr::Text("TrustedLaunch".to_owned()))?;
            if let Some(mut uefi) = security.object("uefiSettings") {
                body.set_some("secure_boot_enabled", uefi.value("secureBootEnabled")?);
                body.set_some("vtpm_enabled", uefi.value("vTpmEnabled")?);
                uefi.finish()?;
            }
            body.set_some(
                "encryption_at_host_enabled",
                security.value("encryptionAtHost")?,
            );
            security.finish()?;
        }
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    for (name, block) in blocks {
        body.block(name, block);
    }
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}

fn operating_system(
    mut profile: Take<'_>,
    body: &mut Body,
    blocks: &mut Vec<(&'static str, Body)>,
) -> Result<()> {
    body.set_some("computer_name", profile.value("computerName")?);
    let Some(user) = profile.word("adminUsername")? else {
        return profile.fail("adminUsername");
    };
    body.set("admin_username", Hcl::text(user));
    body.set_some("admin_password", profile.value("adminPassword")?);
    body.set_some("custom_data", profile.value("customData")?);
    profile.only("allowExtensionOperations", &Expr::Bool(true))?;
    profile.only("requireGuestProvisionSignal", &Expr::Bool(true))?;
    let Some(mut linux) = profile.object("linuxConfiguration") else {
        return profile.fail("linuxConfiguration");
    };
    body.set(
        "disable_password_authentication",
        Hcl::bool(
            linux
                .flag("disablePasswordAuthentication")?
                .unwrap_or(false),
        ),
    );
    linux.only("provisionVMAgent", &Expr::Bool(true))?;
    if let Some(mut patches) = linux.object("patchSettings") {
        body.set_some("patch_mode", patches.value("patchMode")?);
        body.set_some("patch_assessment_mode", patches.value("assessmentMode")?);
        patches.finish()?;
    }
    if let Some(mut ssh) = linux.object("ssh") {
        for mut public in ssh.objects("publicKeys")? {
            // azurerm writes the key to this file and no other.
            let folder = format!("/{}/{user}/.ssh/authorized_keys", "home");
            public.only("path", &Expr::Text(folder))?;
            let mut key = Body::default();
            key.set("username", Hcl::text(user));
            key.set_some("public_key", public.value("keyData")?);
            public.finish()?;
            blocks.push(("admin_ssh_key", key));
        }
        ssh.finish()?;
    }
    linux.finish()?;
    profile.finish()
}

fn storage(mut profile: Take<'_>, blocks: &mut Vec<(&'static str, Body)>) -> Result<()> {
    let Some(mut image) = profile.object("imageReference") else {
        return profile.fail("imageReference");
    };
    let mut reference = Body::default();
    for member in ["publisher", "offer", "sku", "version"] {
        reference.set_some(member, image.value(member)?);
    }
    image.take("exactVersion");
    image.finish()?;
    let Some(mut disk) = profile.object("osDisk") else {
        return profile.fail("osDisk");
    };
    disk.only("createOption", &Expr::Text("FromImage".to_owned()))?;
    // azurerm deletes the disk with its machine, as Azure does where it is told so.
    disk.only("deleteOption", &Expr::Text("Delete".to_owned()))?;
    disk.only("osType", &Expr::Text("Linux".to_owned()))?;
    let mut os_disk = Body::default();
    os_disk.set_some("name", disk.value("name")?);
    let mut kind = None;
    if let Some(mut managed) = disk.object("managedDisk") {
        kind = managed.word("storageAccountType")?;
        managed.finish()?;
    }
    let Some(kind) = kind else {
        return disk.fail("managedDisk");
    };
    // What Azure takes for given: https://learn.microsoft.com/rest/api/compute/virtual-machines/create-or-update#cachingtypes
    let default = if kind.starts_with("Premium") {
        "ReadOnly"
    } else {
        "None"
    };
    os_disk.set(
        "caching",
        Hcl::text(disk.word("caching")?.unwrap_or(default)),
    );
    os_disk.set("storage_account_type", Hcl::text(kind));
    os_disk.set_some("disk_size_gb", disk.value("diskSizeGB")?);
    disk.finish()?;
    profile.finish()?;
    blocks.push(("os_disk", os_disk));
    blocks.push(("source_image_reference", reference));
    Ok(())
}

pub(super) fn api_management(ctx: &Ctx<'_>, mut take: Take<'_>) -> Result<Native> {
    let mut body = ctx.placed(&mut take)?;
    let Some(mut sku) = take.object("sku") else {
        return take.fail("sku");
    };
    let (Some(name), capacity) = (sku.word("name")?, sku.take("capacity")) else {
        return take.fail("sku");
    };
    sku.finish()?;
    let units = match capacity {
        Some(Expr::Number(number)) => number.to_string(),
        None if name == "Consumption" => "0".to_owned(),
        _ => return take.fail("sku"),
    };
    body.set("sku_name", Hcl::Text(format!("{name}_{units}")));
    body.set_some("zones", take.values("zones")?);
    let mut network = None;
    if let Some(mut properties) = take.object("properties") {
        for (member, argument) in [
            ("publisherName", "publisher_name"),
            ("publisherEmail", "publisher_email"),
            ("notificationSenderEmail", "notification_sender_email"),
            ("publicIpAddressId", "public_ip_address_id"),
            ("virtualNetworkType", "virtual_network_type"),
        ] {
            body.set_some(argument, properties.value(member)?);
        }
        match properties.word("publicNetworkAccess")? {
            None => {}
            Some("Enabled") => body.set("public_network_access_enabled", Hcl::bool(true)),
            Some("Disabled") => body.set("public_network_access_enabled", Hcl::bool(false)),
            Some(_) => return properties.fail("publicNetworkAccess"),
        }
        if let Some(mut inner) = properties.object("virtualNetworkConfiguration") {
            let mut block = Body::default();
            block.set_some("subnet_id", inner.value("subnetResourceId")?);
            inner.take("vnetid");
            inner.take("subnetname");
            inner.finish()?;
            network = Some(block);
        }
        properties.finish()?;
    }
    tags(&mut take, &mut body)?;
    take.finish()?;
    if let Some(network) = network {
        body.block("virtual_network_configuration", network);
    }
    Ok(Native {
        blocks: vec![ctx.main(body)],
        ..Native::default()
    })
}
