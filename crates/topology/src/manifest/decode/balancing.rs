//! Load balancers.

use super::prelude::*;

records! {
    /// A load balancer.
    LoadBalancer ("a load balancer") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        required subnet "subnet" String,
        /// Its group, if not that of its network.
        optional resource_group "resourceGroup" String,
        /// Address of its frontend; default: the lowest free one.
        optional private_ip_address "privateIPAddress" Ipv4Addr,
        /// Default `Standard`.
        choice sku "sku" ["Basic", "Standard", "Gateway"],
        /// The forwarder behind it.
        required backend "backend" String,
        /// Zones of its frontend.
        list zones "zones" String,
        /// Its probe; default: HTTP to the relay's health endpoint every 5 seconds.
        optional probe "probe" Probe,
        /// Its rules; default: one for each port that the forwarder listens on.
        list rules "rules" BalancerRule,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A health probe.
    Probe ("a probe") {
        /// Default `health`.
        optional name "name" String,
        /// Default `Http`.
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
        /// Name of the probe, or `false` for none; default: the balancer's probe.
        optional probe "probe" String,
    }
}
