//! Resources by their type, so that whoever looks for some walks these and not all.

use super::{Body, Resource, Topology, api_management, authorization, compute, dns, network};

macro_rules! kinds {
    ($($all:ident, $variant:ident, $ty:ty, $what:literal;)*) => {
        /// Resources by type, in the order of the topology.
        #[derive(Debug, Default)]
        pub(crate) struct Kinds<'t> {
            $($all: Vec<(&'t Resource, &'t $ty)>,)*
        }

        impl<'t> Kinds<'t> {
            /// Sorts them.
            pub(crate) fn of(topology: &'t Topology) -> Self {
                let mut found = Self::default();
                for resource in topology.resources.values() {
                    match &resource.body {
                        $(Body::$variant(inner) => found.$all.push((resource, inner)),)*
                        _ => {}
                    }
                }
                found
            }

            $(
                #[doc = concat!("Every ", $what, ".")]
                pub(crate) fn $all(
                    &self,
                ) -> impl Iterator<Item = (&'t Resource, &'t $ty)> {
                    self.$all.iter().copied()
                }
            )*
        }
    };
}

kinds! {
    network_security_groups, NetworkSecurityGroup, network::NetworkSecurityGroup, "network security group";
    route_tables, RouteTable, network::RouteTable, "route table";
    application_security_groups, ApplicationSecurityGroup, network::ApplicationSecurityGroup, "application security group";
    virtual_networks, VirtualNetwork, network::VirtualNetwork, "virtual network";
    network_interfaces, NetworkInterface, network::NetworkInterface, "network interface";
    load_balancers, LoadBalancer, network::LoadBalancer, "load balancer";
    private_link_services, PrivateLinkService, network::PrivateLinkService, "Private Link Service";
    private_endpoints, PrivateEndpoint, network::PrivateEndpoint, "private endpoint";
    virtual_machine_scale_sets, VirtualMachineScaleSet, compute::VirtualMachineScaleSet, "scale set";
    private_dns_zones, PrivateDnsZone, dns::PrivateDnsZone, "private DNS zone";
    virtual_network_links, VirtualNetworkLink, dns::VirtualNetworkLink, "virtual network link";
    a_record_sets, ARecordSet, dns::ARecordSet, "A record set";
    cname_record_sets, CnameRecordSet, dns::CnameRecordSet, "CNAME record";
    private_dns_zone_groups, PrivateDnsZoneGroup, dns::PrivateDnsZoneGroup, "DNS zone group";
    public_ip_addresses, PublicIpAddress, network::PublicIpAddress, "public IP address";
    locks, Lock, authorization::Lock, "lock";
    api_managements, ApiManagement, api_management::ApiManagement, "API Management service";
}
