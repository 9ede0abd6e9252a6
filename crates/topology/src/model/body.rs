//! The table of modelled resource types, and the typed part of a resource.

use super::{
    api_management, authorization, compute, dns,
    json::{Arm, At, Fit, Misfit, Misfits},
    network, resource_group,
};
use serde_json::{Map, Value};

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
            /// A resource of ARM type `arm_type` (compared without case) that says nothing.
            pub fn empty(arm_type: &str) -> Self {
                $(if arm_type.eq_ignore_ascii_case($arm) {
                    return Self::$variant(<$ty>::default());
                })*
                Self::Opaque(Value::Object(Map::new()))
            }

            /// Reads `properties`; `None` if they are no object.
            pub(crate) fn read(
                arm_type: &str,
                properties: &Value,
                at: &At<'_>,
                misfits: &mut Misfits,
            ) -> Option<Self> {
                $(if arm_type.eq_ignore_ascii_case($arm) {
                    return match <$ty>::read(properties, at, misfits) {
                        Fit::Whole(inner) | Fit::Partly(inner) => Some(Self::$variant(inner)),
                        Fit::Not => None,
                    };
                })*
                (!properties.is_null()).then(|| Self::Opaque(properties.clone()))
            }

            /// Writes `properties`.
            pub fn to_properties(&self) -> Value {
                match self {
                    $(Self::$variant(inner) => inner.write(),)*
                    Self::Opaque(value) => value.clone(),
                }
            }
        }

        /// Every modelled ARM type with the API version that Linkspan speaks for it.
        pub const ARM_TYPES: &[(&str, &str)] = &[$(($arm, $version)),*];
    };
}

bodies! {
    /// A resource group.
    ResourceGroup(resource_group::ResourceGroup) = "Microsoft.Resources/resourceGroups" @ "2024-11-01";
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

impl Body {
    /// Reads `properties` of a resource of ARM type `arm_type` (compared without case), and says
    /// what in them does not fit. Nothing is lost: what does not fit is written back.
    pub fn from_properties(arm_type: &str, properties: &Value) -> (Self, Vec<Misfit>) {
        let mut misfits = Misfits::default();
        let body = Self::read(arm_type, properties, &At::Root, &mut misfits)
            .unwrap_or_else(|| Self::empty(arm_type));
        (body, misfits.into_found())
    }
}
