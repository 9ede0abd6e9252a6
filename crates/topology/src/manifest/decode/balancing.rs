//! Load balancers.

use super::prelude::*;

records! {
    /// A load balancer. With one frontend and one pool the keys of both stand here; with several
    /// each has its name.
    LoadBalancer ("a load balancer") {
        /// Subnet of its frontends as `NETWORK/SUBNET`, or an id; not needed by public ones.
        optional subnet "subnet" String,
        /// Its group, if not that of its network.
        optional resource_group "resourceGroup" String,
        /// Address of its frontend; default: the lowest free one.
        optional private_ip_address "privateIPAddress" Ipv4Addr,
        /// Public IP address of its frontend, by name or id.
        optional public_ip_address "publicIPAddress" String,
        /// Default `Standard`.
        choice sku "sku" ["Basic", "Standard", "Gateway"],
        /// What is behind it: a forwarder, or an entry of `backends` that has addresses.
        optional backend "backend" String,
        /// Zones of its frontends.
        list zones "zones" String,
        /// Its frontends by name, if there are several.
        section frontend_ip_configurations "frontendIPConfigurations" Frontend,
        /// Its pools by name, if there are several.
        section backend_address_pools "backendAddressPools" BackendPool,
        /// Its probe; default: HTTP to the relay's health endpoint every 5 seconds.
        optional probe "probe" Probe,
        /// Its probes by name, if there are several.
        section probes "probes" NamedProbe,
        /// Its rules; default: one for each port that the forwarder listens on.
        list rules "rules" BalancerRule,
        /// How members of its pools reach the internet, by name.
        section outbound_rules "outboundRules" OutboundRule,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A frontend of a load balancer.
    Frontend ("a frontend") {
        /// Its subnet as `NETWORK/SUBNET`, or an id; default: that of the load balancer.
        optional subnet "subnet" String,
        /// Its address; default: the lowest free one.
        optional private_ip_address "privateIPAddress" Ipv4Addr,
        /// Or a public IP address, by name or id.
        optional public_ip_address "publicIPAddress" String,
        /// Default: those of the load balancer.
        list zones "zones" String,
    }

    /// A pool of a load balancer.
    BackendPool ("a pool") {
        /// A forwarder, or an entry of `backends` that has addresses.
        optional backend "backend" String,
        /// Members by address.
        list addresses "addresses" Ipv4Addr,
        /// The network of members by address; default: that of the first frontend.
        optional virtual_network "virtualNetwork" String,
    }

    /// A health probe.
    Probe ("a probe") {
        /// Default `health`.
        optional name "name" String,
        /// Default `Http`; `Tcp` where no forwarder is behind it.
        choice protocol "protocol" ["Tcp", "Http", "Https"],
        /// Default: the relay's health port, or for `Tcp` its first port.
        optional port "port" u16,
        /// Default `/healthz`, none for `Tcp`.
        optional request_path "requestPath" String,
        /// Default 5.
        optional interval_in_seconds "intervalInSeconds" u32,
        /// The retired threshold.
        optional number_of_probes "numberOfProbes" u32,
        /// Default 1.
        optional probe_threshold "probeThreshold" u32,
    }

    /// A health probe of several.
    NamedProbe ("a probe") {
        /// Default `Http`; `Tcp` where no forwarder is behind it.
        choice protocol "protocol" ["Tcp", "Http", "Https"],
        /// Default: the relay's health port, or for `Tcp` its first port.
        optional port "port" u16,
        /// Default `/healthz`, none for `Tcp`.
        optional request_path "requestPath" String,
        /// Default 5.
        optional interval_in_seconds "intervalInSeconds" u32,
        /// The retired threshold.
        optional number_of_probes "numberOfProbes" u32,
        /// Default 1.
        optional probe_threshold "probeThreshold" u32,
    }

    /// A load-balancing rule.
    BalancerRule ("a load-balancing rule") {
        /// Default `tcp-PORT`.
        optional name "name" String,
        /// Name of the frontend; needed if there are several.
        optional frontend_ip_configuration "frontendIPConfiguration" String,
        /// Name of the pool; needed if there are several.
        optional backend_address_pool "backendAddressPool" String,
        /// Port on the frontend.
        required frontend_port "frontendPort" u16,
        /// Default: the frontend's.
        optional backend_port "backendPort" u16,
        /// Default `Tcp`.
        choice protocol "protocol" ["Tcp", "Udp", "All"],
        /// Default 4.
        optional idle_timeout_in_minutes "idleTimeoutInMinutes" u32,
        /// Default `true`.
        optional enable_tcp_reset "enableTcpReset" bool,
        /// Default: Azure's (`false`).
        optional enable_floating_ip "enableFloatingIP" bool,
        /// Default: Azure's (all five parts of a connection choose the member).
        choice load_distribution "loadDistribution" ["Default", "SourceIP", "SourceIPProtocol"],
        /// Default: Azure's (`false`).
        optional disable_outbound_snat "disableOutboundSnat" bool,
        /// Name of the probe, or `false` for none; default: the balancer's probe.
        optional probe "probe" String,
    }

    /// An outbound rule: with which public address the members of a pool go out.
    OutboundRule ("an outbound rule") {
        /// Names of public frontends; default: all public ones.
        many frontend_ip_configurations "frontendIPConfigurations" String,
        /// Name of the pool; needed if there are several.
        optional backend_address_pool "backendAddressPool" String,
        /// Default `All`.
        choice protocol "protocol" ["Tcp", "Udp", "All"],
        /// Ports that each member gets, a multiple of 8; default: Azure's, by the pool's size.
        optional allocated_outbound_ports "allocatedOutboundPorts" u32,
        /// Default 4.
        optional idle_timeout_in_minutes "idleTimeoutInMinutes" u32,
        /// Default `true`.
        optional enable_tcp_reset "enableTcpReset" bool,
    }
}
