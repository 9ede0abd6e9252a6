//! Resources by their type: each type is a line of the table at the end.

use super::{
    Body, Resource, Topology, api_management, authorization, compute, dns, id::ResourceId, network,
};

macro_rules! types {
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
                #[doc = concat!("All of type ", $what, ", in order. Walks all resources; whoever asks for several types sorts them once with [`Kinds`].")]
                pub fn $all(&self) -> impl Iterator<Item = (&Resource, &$ty)> {
                    self.resources.values().filter_map(|resource| match &resource.body {
                        Body::$variant(inner) => Some((resource, inner)),
                        _ => None,
                    })
                }
            )*
        }

        /// Resources by type, in the order of the topology, so that whoever looks for some walks
        /// these and not all.
        #[derive(Debug, Default)]
        pub struct Kinds<'t> {
            $($all: Vec<(&'t Resource, &'t $ty)>,)*
        }

        impl<'t> Kinds<'t> {
            /// Sorts them.
            pub fn of(topology: &'t Topology) -> Self {
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
                #[doc = concat!("All of type ", $what, ".")]
                pub fn $all(&self) -> impl Iterator<Item = (&'t Resource, &'t $ty)> {
                    self.$all.iter().copied()
                }
            )*
        }
    };
}

types! {
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
