//! Resources in `azurerm`: the table of types, and what their mappers share.

use super::{
    super::{
        deployment::{Deployment, GROUP, Item},
        expression::{Expr, Reference},
    },
    balancer, compute, dns,
    hcl::{Block, Body, Hcl},
    link, network,
    take::{Result, Take, Unsupported},
};
use crate::model::id::ResourceId;
use std::{cell::RefCell, collections::BTreeSet};

/// A resource in `azurerm`.
#[derive(Debug, Default)]
pub(super) struct Native {
    /// Its blocks; the first is the resource itself.
    pub(super) blocks: Vec<Block>,
    /// Parts that have blocks of their own, by id.
    pub(super) parts: Vec<(ResourceId, String)>,
    /// Blocks that complete a part, by the part's id: a subnet's NSG.
    pub(super) completions: Vec<(ResourceId, String)>,
    /// Other resources of the deployment that this one contains.
    pub(super) absorbed: Vec<ResourceId>,
}

/// What a mapper gets.
pub(super) struct Ctx<'d> {
    pub(super) deployment: &'d Deployment,
    pub(super) item: &'d Item,
    /// Addresses that blocks have already.
    pub(super) taken: &'d Taken,
}

/// Addresses that are given, each once.
#[derive(Debug, Default)]
pub(super) struct Taken(RefCell<BTreeSet<String>>);

impl Taken {
    /// Those of all resources themselves.
    pub(super) fn by(deployment: &Deployment) -> Self {
        let all = deployment.items.values().map(|item| {
            let kind = TABLE
                .iter()
                .find(|(arm_type, _, _)| *arm_type == item.arm_type)
                .map_or("", |(_, kind, _)| kind);
            format!("{kind}.{}", item.symbol)
        });
        Self(RefCell::new(all.collect()))
    }

    /// `symbol`, or with a number if it is given already.
    fn symbol(&self, kind: &str, symbol: &str) -> String {
        let mut taken = self.0.borrow_mut();
        let mut found = symbol.to_owned();
        let mut number = 1_usize;
        while !taken.insert(format!("{kind}.{found}")) {
            number = number.saturating_add(1);
            found = format!("{symbol}_{number}");
        }
        found
    }
}

/// By ARM type: the resource of `azurerm`, and its mapper. What is not here has no resource that
/// could express it, or none that does without changing it:
/// scale sets (two resources, each for some of the properties), storage accounts (the provider
/// reads the data plane), anything that is not modelled.
pub(super) const TABLE: &[(&str, &str, fn(&Ctx<'_>, Take<'_>) -> Result<Native>)] = &[
    (GROUP, "azurerm_resource_group", network::resource_group),
    (
        "Microsoft.Network/virtualNetworks",
        "azurerm_virtual_network",
        network::virtual_network,
    ),
    (
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
        "azurerm_virtual_network_peering",
        network::peering,
    ),
    (
        "Microsoft.Network/networkSecurityGroups",
        "azurerm_network_security_group",
        network::security_group,
    ),
    (
        "Microsoft.Network/applicationSecurityGroups",
        "azurerm_application_security_group",
        network::application_security_group,
    ),
    (
        "Microsoft.Network/routeTables",
        "azurerm_route_table",
        network::route_table,
    ),
    (
        "Microsoft.Network/publicIPAddresses",
        "azurerm_public_ip",
        balancer::public_ip,
    ),
    (
        "Microsoft.Network/natGateways",
        "azurerm_nat_gateway",
        balancer::nat_gateway,
    ),
    (
        "Microsoft.Network/loadBalancers",
        "azurerm_lb",
        balancer::load_balancer,
    ),
    (
        "Microsoft.Network/networkInterfaces",
        "azurerm_network_interface",
        compute::network_interface,
    ),
    (
        "Microsoft.Compute/virtualMachines",
        "azurerm_linux_virtual_machine",
        compute::virtual_machine,
    ),
    (
        "Microsoft.Network/privateLinkServices",
        "azurerm_private_link_service",
        link::service,
    ),
    (
        "Microsoft.Network/privateEndpoints",
        "azurerm_private_endpoint",
        link::endpoint,
    ),
    (
        "Microsoft.Network/privateDnsZones",
        "azurerm_private_dns_zone",
        dns::zone,
    ),
    (
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        "azurerm_private_dns_zone_virtual_network_link",
        dns::link,
    ),
    (
        "Microsoft.Network/privateDnsZones/A",
        "azurerm_private_dns_a_record",
        dns::a_record,
    ),
    (
        "Microsoft.ApiManagement/service",
        "azurerm_api_management",
        compute::api_management,
    ),
];

/// The data source of `azurerm` that reads a resource by name and group.
pub(super) const DATA: &[(&str, &str)] = &[
    (GROUP, "azurerm_resource_group"),
    (
        "Microsoft.Network/virtualNetworks",
        "azurerm_virtual_network",
    ),
    (
        "Microsoft.Network/networkSecurityGroups",
        "azurerm_network_security_group",
    ),
    ("Microsoft.Network/routeTables", "azurerm_route_table"),
    ("Microsoft.Network/publicIPAddresses", "azurerm_public_ip"),
    ("Microsoft.Network/natGateways", "azurerm_nat_gateway"),
    ("Microsoft.Network/loadBalancers", "azurerm_lb"),
    (
        "Microsoft.Network/privateDnsZones",
        "azurerm_private_dns_zone",
    ),
];

/// A resource in `azurerm`, or why not.
pub(super) fn native(deployment: &Deployment, item: &Item, taken: &Taken) -> Result<Native> {
    let Some((_, _, mapper)) = TABLE
        .iter()
        .find(|(arm_type, _, _)| *arm_type == item.arm_type)
    else {
        return Err(Unsupported(format!(
            "azurerm has no resource that is exactly a {}",
            item.arm_type
        )));
    };
    let ctx = Ctx {
        deployment,
        item,
        taken,
    };
    mapper(&ctx, Take::of(&item.body, ""))
}

impl Ctx<'_> {
    /// The resource in `azurerm`.
    pub(super) fn kind(&self) -> &'static str {
        TABLE
            .iter()
            .find(|(arm_type, _, _)| *arm_type == self.item.arm_type)
            .map_or("", |(_, kind, _)| kind)
    }

    /// `azurerm_lb.name`.
    pub(super) fn address(&self) -> String {
        format!("{}.{}", self.kind(), self.item.symbol)
    }

    /// The resource itself as a value.
    pub(super) fn own_id(&self) -> Hcl {
        Hcl::Raw(format!("{}.id", self.address()))
    }

    /// The resource's block.
    pub(super) fn main(&self, body: Body) -> Block {
        Block::new("resource", &[self.kind(), &self.item.symbol], body)
    }

    /// A block for a part; its name is the resource's and the part's.
    pub(super) fn part(&self, kind: &str, names: &[&str], body: Body) -> Block {
        let mut symbol = self.item.symbol.clone();
        for name in names {
            symbol.push('_');
            symbol.push_str(&super::super::names::snake(name));
        }
        let symbol = self.taken.symbol(kind, &symbol);
        Block::new("resource", &[kind, &symbol], body)
    }

    /// `name` and `resource_group_name`.
    pub(super) fn named(&self) -> Body {
        let mut body = Body::default();
        body.set("name", Hcl::text(self.item.id.name()));
        body.set("resource_group_name", Hcl::Name(self.item.id.group_id()));
        body
    }

    /// The same with `location`.
    pub(super) fn placed(&self, take: &mut Take<'_>) -> Result<Body> {
        let mut body = self.named();
        body.set_some("location", take.value("location")?);
        Ok(body)
    }

    /// The id of a part.
    pub(super) fn part_id(&self, kind: &str, name: &str) -> ResourceId {
        self.item.id.child(kind, name)
    }
}

/// `tags`, at the end of a body.
pub(super) fn tags(take: &mut Take<'_>, body: &mut Body) -> Result<()> {
    if let Some(expr) = take.take("tags") {
        if !matches!(expr, Expr::Object(_)) {
            return take.fail("tags");
        }
        body.set("tags", super::take::value(expr));
    }
    Ok(())
}

/// The last name of an id of a part: a frontend's name.
pub(super) fn last_name(id: &Hcl) -> Option<String> {
    match id {
        Hcl::Id(Reference { rest, .. }) => rest.last().map(|(_, name)| name.clone()),
        _ => None,
    }
}
