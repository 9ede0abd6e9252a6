//! Load balancers: frontends, pools, probes, rules.
//!
//! Source: <https://learn.microsoft.com/rest/api/load-balancer/load-balancers/create-or-update>.

use super::{Child, SubResource, arm};
use crate::model::cidr::ipv4;
use serde_json::Value;
use std::net::{IpAddr, Ipv4Addr};

arm! {
    /// Properties of a load balancer.
    pub struct LoadBalancer {
        /// Frontends.
        pub frontend_ip_configurations as "frontendIPConfigurations": Vec<Child<FrontendIpConfiguration>>,
        /// Pools.
        pub backend_address_pools as "backendAddressPools": Vec<Child<BackendAddressPool>>,
        /// Rules.
        pub load_balancing_rules as "loadBalancingRules": Vec<Child<LoadBalancingRule>>,
        /// Probes.
        pub probes as "probes": Vec<Child<Probe>>,
        /// Rules that end at one member, or at one port a member.
        pub inbound_nat_rules as "inboundNatRules": Vec<Child<InboundNatRule>>,
        /// Pools of ports for the instances of a scale set.
        pub inbound_nat_pools as "inboundNatPools": Vec<Child<InboundNatPool>>,
        /// Outbound rules.
        pub outbound_rules as "outboundRules": Vec<Child<OutboundRule>>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// Properties of a frontend; its `zones` stand beside them.
    pub struct FrontendIpConfiguration {
        /// The subnet of an internal frontend.
        pub subnet as "subnet": Option<SubResource>,
        /// Its address: wished for if `Static`, told by Azure if `Dynamic`.
        pub private_ip_address as "privateIPAddress": Option<IpAddr>,
        /// `IPv4` or `IPv6`; absent means `IPv4`.
        pub private_ip_address_version as "privateIPAddressVersion": Option<String>,
        /// `Static` or `Dynamic`.
        pub private_ip_allocation_method as "privateIPAllocationMethod": Option<String>,
        /// The address of a public frontend.
        pub public_ip_address as "publicIPAddress": Option<SubResource>,
        /// Or the prefix it takes addresses from.
        pub public_ip_prefix as "publicIPPrefix": Option<SubResource>,
        /// A gateway load balancer's frontend that the traffic is sent through first.
        pub gateway_load_balancer as "gatewayLoadBalancer": Option<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

impl FrontendIpConfiguration {
    /// Its private address, if that is an IPv4 one.
    pub fn ipv4(&self) -> Option<Ipv4Addr> {
        ipv4(self.private_ip_address)
    }

    /// Whether it takes an IPv6 address.
    pub fn is_ipv6(&self) -> bool {
        super::is_ipv6(self.private_ip_address_version.as_deref())
    }
}

arm! {
    /// Properties of a backend pool. NICs name the pool themselves; members by address stand here.
    pub struct BackendAddressPool {
        /// Members given by address (refused behind a Private Link Service).
        pub load_balancer_backend_addresses as "loadBalancerBackendAddresses": Vec<LoadBalancerBackendAddress>,
        /// The network that members by address are in.
        pub virtual_network as "virtualNetwork": Option<SubResource>,
        /// NICs that are members, as ARM reports them.
        pub backend_ip_configurations as "backendIPConfigurations": Vec<SubResource>,
        /// `Automatic` or `Manual`, of members by address.
        pub sync_mode as "syncMode": Option<String>,
        /// Seconds that a leaving member keeps its flows.
        pub drain_period_in_seconds as "drainPeriodInSeconds": Option<u32>,
        /// Ports of a gateway load balancer, opaque.
        pub tunnel_interfaces as "tunnelInterfaces": Vec<Value>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// A member that is given by address: `{ "name", "properties": { … } }`.
    pub struct LoadBalancerBackendAddress {
        /// Its name inside the pool.
        pub name as "name": Option<String>,
        /// What it is.
        pub properties as "properties": BackendAddressProperties,
    }
}

arm! {
    /// Properties of a member by address.
    pub struct BackendAddressProperties {
        /// Its address.
        pub ip_address as "ipAddress": Option<IpAddr>,
        /// The network it is in.
        pub virtual_network as "virtualNetwork": Option<SubResource>,
        /// Or the subnet.
        pub subnet as "subnet": Option<SubResource>,
        /// A frontend of a regional load balancer, behind a global one.
        pub load_balancer_frontend_ip_configuration as "loadBalancerFrontendIPConfiguration": Option<SubResource>,
        /// The NIC's IP configuration that has the address, read-only.
        pub network_interface_ip_configuration as "networkInterfaceIPConfiguration": Option<SubResource>,
        /// `Up`, `Down` or `None`: what overrides the probe.
        pub admin_state as "adminState": Option<String>,
    }
}

arm! {
    /// Properties of a load-balancing rule.
    pub struct LoadBalancingRule {
        /// The frontend.
        pub frontend_ip_configuration as "frontendIPConfiguration": Option<SubResource>,
        /// The pool.
        pub backend_address_pool as "backendAddressPool": Option<SubResource>,
        /// Two pools of a gateway load balancer; else the one pool again, read-only.
        pub backend_address_pools as "backendAddressPools": Vec<SubResource>,
        /// The probe; without one no instance is ever taken out.
        pub probe as "probe": Option<SubResource>,
        /// `Tcp`, `Udp` or `All`.
        pub protocol as "protocol": String,
        /// Port on the frontend.
        pub frontend_port as "frontendPort": u16,
        /// Port on the member.
        pub backend_port as "backendPort": Option<u16>,
        /// Whether the destination stays the frontend.
        pub enable_floating_ip as "enableFloatingIP": Option<bool>,
        /// 4 to 100; absent means 4.
        pub idle_timeout_in_minutes as "idleTimeoutInMinutes": Option<u32>,
        /// RST at the idle timeout.
        pub enable_tcp_reset as "enableTcpReset": Option<bool>,
        /// `Default` (5-tuple), `SourceIP`, `SourceIPProtocol`.
        pub load_distribution as "loadDistribution": Option<String>,
        /// Turns outbound translation off.
        pub disable_outbound_snat as "disableOutboundSnat": Option<bool>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

impl LoadBalancingRule {
    /// The pools it sends to, each once.
    pub fn pools(&self) -> impl Iterator<Item = &SubResource> {
        self.backend_address_pool.iter().chain(
            self.backend_address_pools
                .iter()
                .filter(|pool| Some(*pool) != self.backend_address_pool.as_ref()),
        )
    }
}

arm! {
    /// Properties of a health probe.
    pub struct Probe {
        /// `Tcp`, `Http` or `Https`.
        pub protocol as "protocol": String,
        /// Port on the member.
        pub port as "port": u16,
        /// Path, for HTTP and HTTPS.
        pub request_path as "requestPath": Option<String>,
        /// Seconds between probes; absent means 15.
        pub interval_in_seconds as "intervalInSeconds": Option<u32>,
        /// Retired threshold.
        pub number_of_probes as "numberOfProbes": Option<u32>,
        /// Successes or failures in a row that change the state; absent means 1.
        pub probe_threshold as "probeThreshold": Option<u32>,
        /// `AllProbedDown` or `AllProbedUp`: where traffic goes when no member is healthy.
        pub no_healthy_backends_behavior as "noHealthyBackendsBehavior": Option<String>,
        /// Rules that use it, read-only.
        pub load_balancing_rules as "loadBalancingRules": Vec<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// Properties of an inbound NAT rule.
    pub struct InboundNatRule {
        /// The frontend.
        pub frontend_ip_configuration as "frontendIPConfiguration": Option<SubResource>,
        /// The NIC's IP configuration that uses it, read-only.
        pub backend_ip_configuration as "backendIPConfiguration": Option<SubResource>,
        /// Or the pool whose members get one port each.
        pub backend_address_pool as "backendAddressPool": Option<SubResource>,
        /// `Tcp`, `Udp` or `All`.
        pub protocol as "protocol": Option<String>,
        /// Port on the frontend, for a single member.
        pub frontend_port as "frontendPort": Option<u16>,
        /// First port on the frontend, for a pool.
        pub frontend_port_range_start as "frontendPortRangeStart": Option<u16>,
        /// Last port on the frontend, for a pool.
        pub frontend_port_range_end as "frontendPortRangeEnd": Option<u16>,
        /// Port on the member.
        pub backend_port as "backendPort": Option<u16>,
        /// Whether the destination stays the frontend.
        pub enable_floating_ip as "enableFloatingIP": Option<bool>,
        /// 4 to 30; absent means 4.
        pub idle_timeout_in_minutes as "idleTimeoutInMinutes": Option<u32>,
        /// RST at the idle timeout.
        pub enable_tcp_reset as "enableTcpReset": Option<bool>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// Properties of an inbound NAT pool, for the instances of a scale set.
    pub struct InboundNatPool {
        /// The frontend.
        pub frontend_ip_configuration as "frontendIPConfiguration": Option<SubResource>,
        /// `Tcp`, `Udp` or `All`.
        pub protocol as "protocol": Option<String>,
        /// First port on the frontend.
        pub frontend_port_range_start as "frontendPortRangeStart": Option<u16>,
        /// Last port on the frontend.
        pub frontend_port_range_end as "frontendPortRangeEnd": Option<u16>,
        /// Port on the member.
        pub backend_port as "backendPort": Option<u16>,
        /// Whether the destination stays the frontend.
        pub enable_floating_ip as "enableFloatingIP": Option<bool>,
        /// 4 to 30; absent means 4.
        pub idle_timeout_in_minutes as "idleTimeoutInMinutes": Option<u32>,
        /// RST at the idle timeout.
        pub enable_tcp_reset as "enableTcpReset": Option<bool>,
    }
}

arm! {
    /// Properties of an outbound rule.
    pub struct OutboundRule {
        /// Frontends whose addresses the outside sees.
        pub frontend_ip_configurations as "frontendIPConfigurations": Vec<SubResource>,
        /// Whose members it is for.
        pub backend_address_pool as "backendAddressPool": Option<SubResource>,
        /// `Tcp`, `Udp` or `All`.
        pub protocol as "protocol": Option<String>,
        /// Ports a member gets, a multiple of 8; absent or 0 means by the pool's size.
        pub allocated_outbound_ports as "allocatedOutboundPorts": Option<u32>,
        /// 4 to 120; absent means 4.
        pub idle_timeout_in_minutes as "idleTimeoutInMinutes": Option<u32>,
        /// RST at the idle timeout.
        pub enable_tcp_reset as "enableTcpReset": Option<bool>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}
