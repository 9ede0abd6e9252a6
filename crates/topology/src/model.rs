//! What ARM has, typed: the one canonical model that every other part reads.
//!
//! A [`Topology`] is a set of ARM resources, spelled as ARM spells them, plus what ARM does not
//! know: where a client stands. What a forwarder relays travels as the virtual machine's
//! `userData`, so it is known to ARM ([`relay::RelayConfig`]). Unknown properties are kept in
//! `extra` maps and written back.
//!
//! This module holds no rule and makes no decision.

pub mod addresses;
pub mod api_management;
pub mod authorization;
pub mod cidr;
pub mod compute;
pub mod dns;
pub mod expectation;
pub mod id;
pub mod network;
mod provenance;
pub mod relay;

use crate::source::Span;
use id::ResourceId;
use indexmap::IndexMap;
pub(crate) use provenance::Key;
pub use provenance::{Form, Provenance, Written};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, net::Ipv4Addr};

/// The tag that marks a resource as made by Linkspan; its value is the topology's name.
pub const OWNER_TAG: &str = "linkspan";

/// JSON members that the model does not know; kept as they came.
pub type Extra = Map<String, Value>;

/// A set of ARM resources and the clients that use them.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    /// The manifest's name; the value of [`OWNER_TAG`].
    pub name: String,
    /// All resources in a stable order (that of the manifest, or of the import).
    pub resources: IndexMap<ResourceId, Resource>,
    /// Where clients stand, by name.
    pub clients: IndexMap<String, Client>,
    /// Subscription keys of the manifest (`provider`) by subscription id.
    pub subscriptions: IndexMap<String, Subscription>,
    /// What is expected to be reachable, and what not.
    pub expectations: Vec<expectation::Expectation>,
    /// Where values came from in the manifest's text.
    pub provenance: Provenance,
}

/// A subscription that the topology names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id, a GUID.
    pub id: String,
    /// Its tenant, if the manifest says so.
    pub tenant: Option<String>,
}

/// Something that is no Azure resource of ours but opens connections: a test machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its name in the manifest.
    pub name: String,
    /// The subnet it stands in.
    pub subnet: ResourceId,
    /// Its address; `None` means the lowest free one.
    pub private_ip_address: Option<Ipv4Addr>,
    /// A hosts file that overrides DNS on this machine, name to address.
    pub hosts: BTreeMap<String, Ipv4Addr>,
    /// Where it is written.
    pub span: Option<Span>,
}

/// One ARM resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its id, casing as given by the user.
    pub id: ResourceId,
    /// Region, lower case without spaces (`uksouth`), `global`, or absent for child resources.
    pub location: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// `sku`.
    pub sku: Option<Sku>,
    /// Availability zones.
    pub zones: Vec<String>,
    /// The typed part.
    pub body: Body,
    /// Top-level members that are not modelled (`etag`, `identity`, …).
    pub extra: Extra,
    /// `existing: true`: read, checked and traced, never created, changed or deleted.
    pub existing: bool,
}

/// `sku` of a resource.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sku {
    /// Such as `Standard`, `Developer`, `Standard_B1s`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Such as `Regional`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// What is not modelled.
    #[serde(flatten)]
    pub extra: Extra,
}

macro_rules! bodies {
    ($($(#[$doc:meta])* $variant:ident($ty:ty) = $arm:literal @ $version:literal;)*) => {
        /// The typed part of a resource, one variant a resource type.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Body {
            $($(#[$doc])* $variant($ty),)*
            /// A type that is not modelled: its `properties` as they came.
            Opaque(Value),
        }

        impl Body {
            /// Reads `properties` of a resource of ARM type `arm_type` (compared without case).
            pub fn from_properties(arm_type: &str, properties: Value) -> Result<Self, serde_json::Error> {
                $(if arm_type.eq_ignore_ascii_case($arm) {
                    return Ok(Self::$variant(serde_json::from_value(properties)?));
                })*
                Ok(Self::Opaque(properties))
            }

            /// Writes `properties`.
            pub fn to_properties(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $(Self::$variant(inner) => serde_json::to_value(inner),)*
                    Self::Opaque(value) => Ok(value.clone()),
                }
            }
        }

        /// Every modelled ARM type with the API version that Linkspan speaks for it.
        pub const ARM_TYPES: &[(&str, &str)] = &[$(($arm, $version)),*];
    };
}

bodies! {
    /// A resource group.
    ResourceGroup(EmptyProperties) = "Microsoft.Resources/resourceGroups" @ "2024-11-01";
    /// A lock on a resource or a group.
    Lock(authorization::Lock) = "Microsoft.Authorization/locks" @ "2020-05-01";
    /// A virtual network with its subnets.
    VirtualNetwork(network::VirtualNetwork) = "Microsoft.Network/virtualNetworks" @ "2024-03-01";
    /// A subnet that is given apart from its network.
    Subnet(network::SubnetProperties) = "Microsoft.Network/virtualNetworks/subnets" @ "2024-03-01";
    /// A peering that is given apart from its network.
    VirtualNetworkPeering(network::VirtualNetworkPeering) = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings" @ "2024-03-01";
    /// A network security group.
    NetworkSecurityGroup(network::NetworkSecurityGroup) = "Microsoft.Network/networkSecurityGroups" @ "2024-03-01";
    /// A security rule that is given apart from its group.
    SecurityRule(network::SecurityRuleProperties) = "Microsoft.Network/networkSecurityGroups/securityRules" @ "2024-03-01";
    /// An application security group.
    ApplicationSecurityGroup(network::ApplicationSecurityGroup) = "Microsoft.Network/applicationSecurityGroups" @ "2024-03-01";
    /// A route table.
    RouteTable(network::RouteTable) = "Microsoft.Network/routeTables" @ "2024-03-01";
    /// A route that is given apart from its table.
    Route(network::RouteProperties) = "Microsoft.Network/routeTables/routes" @ "2024-03-01";
    /// A public IP address.
    PublicIpAddress(network::PublicIpAddress) = "Microsoft.Network/publicIPAddresses" @ "2024-03-01";
    /// A public IP prefix.
    PublicIpPrefix(network::PublicIpPrefix) = "Microsoft.Network/publicIPPrefixes" @ "2024-03-01";
    /// A NAT gateway.
    NatGateway(network::NatGateway) = "Microsoft.Network/natGateways" @ "2024-03-01";
    /// A network interface.
    NetworkInterface(network::NetworkInterface) = "Microsoft.Network/networkInterfaces" @ "2024-03-01";
    /// A load balancer.
    LoadBalancer(network::LoadBalancer) = "Microsoft.Network/loadBalancers" @ "2024-03-01";
    /// A pool that is given apart from its load balancer.
    BackendAddressPool(network::BackendAddressPool) = "Microsoft.Network/loadBalancers/backendAddressPools" @ "2024-03-01";
    /// An inbound NAT rule that is given apart from its load balancer.
    InboundNatRule(network::InboundNatRule) = "Microsoft.Network/loadBalancers/inboundNatRules" @ "2024-03-01";
    /// A Private Link Service.
    PrivateLinkService(network::PrivateLinkService) = "Microsoft.Network/privateLinkServices" @ "2024-03-01";
    /// A connection that is given apart from its Private Link Service.
    PrivateEndpointConnection(network::PrivateEndpointConnection) = "Microsoft.Network/privateLinkServices/privateEndpointConnections" @ "2024-03-01";
    /// A private endpoint.
    PrivateEndpoint(network::PrivateEndpoint) = "Microsoft.Network/privateEndpoints" @ "2024-03-01";
    /// A DNS zone group of a private endpoint.
    PrivateDnsZoneGroup(dns::PrivateDnsZoneGroup) = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups" @ "2024-03-01";
    /// A virtual machine.
    VirtualMachine(compute::VirtualMachine) = "Microsoft.Compute/virtualMachines" @ "2024-07-01";
    /// A virtual machine scale set.
    VirtualMachineScaleSet(compute::VirtualMachineScaleSet) = "Microsoft.Compute/virtualMachineScaleSets" @ "2024-07-01";
    /// A private DNS zone.
    PrivateDnsZone(dns::PrivateDnsZone) = "Microsoft.Network/privateDnsZones" @ "2024-06-01";
    /// A link of a private DNS zone to a virtual network.
    VirtualNetworkLink(dns::VirtualNetworkLink) = "Microsoft.Network/privateDnsZones/virtualNetworkLinks" @ "2024-06-01";
    /// A set of A records.
    ARecordSet(dns::ARecordSet) = "Microsoft.Network/privateDnsZones/A" @ "2024-06-01";
    /// A set of AAAA records.
    AaaaRecordSet(dns::AaaaRecordSet) = "Microsoft.Network/privateDnsZones/AAAA" @ "2024-06-01";
    /// A CNAME record.
    CnameRecordSet(dns::CnameRecordSet) = "Microsoft.Network/privateDnsZones/CNAME" @ "2024-06-01";
    /// A set of MX records.
    MxRecordSet(dns::MxRecordSet) = "Microsoft.Network/privateDnsZones/MX" @ "2024-06-01";
    /// A set of PTR records.
    PtrRecordSet(dns::PtrRecordSet) = "Microsoft.Network/privateDnsZones/PTR" @ "2024-06-01";
    /// The SOA record of a zone.
    SoaRecordSet(dns::SoaRecordSet) = "Microsoft.Network/privateDnsZones/SOA" @ "2024-06-01";
    /// A set of SRV records.
    SrvRecordSet(dns::SrvRecordSet) = "Microsoft.Network/privateDnsZones/SRV" @ "2024-06-01";
    /// A set of TXT records.
    TxtRecordSet(dns::TxtRecordSet) = "Microsoft.Network/privateDnsZones/TXT" @ "2024-06-01";
    /// An API Management service.
    ApiManagement(api_management::ApiManagement) = "Microsoft.ApiManagement/service" @ "2022-08-01";
}

/// `properties` of a type that has none that we model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct EmptyProperties {
    /// All of them.
    #[serde(flatten)]
    pub extra: Extra,
}

macro_rules! typed_views {
    ($($one:ident, $all:ident, $variant:ident, $ty:ty, $what:literal;)*) => {
        impl Topology {
            $(
                #[doc = concat!("The ", $what, " with this id, compared without case.")]
                pub fn $one(&self, id: &ResourceId) -> Option<(&Resource, &$ty)> {
                    match self.resources.get(id) {
                        Some(resource) => match &resource.body {
                            Body::$variant(inner) => Some((resource, inner)),
                            _ => None,
                        },
                        None => None,
                    }
                }
                #[doc = concat!("All of type ", $what, ", in order.")]
                pub fn $all(&self) -> impl Iterator<Item = (&Resource, &$ty)> {
                    self.resources.values().filter_map(|resource| match &resource.body {
                        Body::$variant(inner) => Some((resource, inner)),
                        _ => None,
                    })
                }
            )*
        }
    };
}

typed_views! {
    virtual_network, virtual_networks, VirtualNetwork, network::VirtualNetwork, "virtual network";
    network_security_group, network_security_groups, NetworkSecurityGroup, network::NetworkSecurityGroup, "network security group";
    route_table, route_tables, RouteTable, network::RouteTable, "route table";
    network_interface, network_interfaces, NetworkInterface, network::NetworkInterface, "network interface";
    load_balancer, load_balancers, LoadBalancer, network::LoadBalancer, "load balancer";
    private_link_service, private_link_services, PrivateLinkService, network::PrivateLinkService, "Private Link Service";
    private_endpoint, private_endpoints, PrivateEndpoint, network::PrivateEndpoint, "private endpoint";
    virtual_machine, virtual_machines, VirtualMachine, compute::VirtualMachine, "virtual machine";
    private_dns_zone, private_dns_zones, PrivateDnsZone, dns::PrivateDnsZone, "private DNS zone";
    virtual_network_link, virtual_network_links, VirtualNetworkLink, dns::VirtualNetworkLink, "virtual network link";
    a_record_set, a_record_sets, ARecordSet, dns::ARecordSet, "A record set";
    private_dns_zone_group, private_dns_zone_groups, PrivateDnsZoneGroup, dns::PrivateDnsZoneGroup, "DNS zone group";
    lock, locks, Lock, authorization::Lock, "lock";
    application_security_group, application_security_groups, ApplicationSecurityGroup, network::ApplicationSecurityGroup, "application security group";
    public_ip_address, public_ip_addresses, PublicIpAddress, network::PublicIpAddress, "public IP address";
    public_ip_prefix, public_ip_prefixes, PublicIpPrefix, network::PublicIpPrefix, "public IP prefix";
    nat_gateway, nat_gateways, NatGateway, network::NatGateway, "NAT gateway";
    virtual_machine_scale_set, virtual_machine_scale_sets, VirtualMachineScaleSet, compute::VirtualMachineScaleSet, "scale set";
    aaaa_record_set, aaaa_record_sets, AaaaRecordSet, dns::AaaaRecordSet, "AAAA record set";
    cname_record_set, cname_record_sets, CnameRecordSet, dns::CnameRecordSet, "CNAME record";
    api_management, api_managements, ApiManagement, api_management::ApiManagement, "API Management service";
}

impl Topology {
    /// The subnet with this id (`…/virtualNetworks/V/subnets/S`), with its network.
    pub fn subnet(&self, id: &ResourceId) -> Option<(&Resource, &network::Subnet)> {
        let (vnet, inner) = self.virtual_network(&id.parent()?)?;
        let subnet = inner
            .subnets
            .iter()
            .find(|subnet| subnet.name.eq_ignore_ascii_case(id.name()))?;
        Some((vnet, subnet))
    }

    /// Fills in the spans of findings that know only a place in the model.
    pub fn locate(&self, findings: &mut [Finding]) {
        for finding in findings {
            if let (None, Some(place)) = (finding.span, &finding.place) {
                finding.span = self.provenance.span(place);
            }
            for related in &mut finding.related {
                if related.span.is_none() {
                    related.span = self.provenance.span(&related.place);
                }
            }
        }
    }
}

use crate::finding::Finding;

/// Whether a member is left out of the JSON: `None` and empty lists and default values are absent.
pub(crate) fn is_absent<T: Absent>(value: &T) -> bool {
    value.is_absent()
}

/// What may be left out when written.
pub(crate) trait Absent {
    fn is_absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

impl<K, V> Absent for BTreeMap<K, V> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

macro_rules! always_written {
    ($($ty:ty),*) => {
        $(impl Absent for $ty {
            fn is_absent(&self) -> bool {
                false
            }
        })*
    };
}

always_written!(
    u16,
    String,
    network::AddressSpace,
    network::BackendAddressProperties,
    compute::NetworkProfile
);
