//! Forwarders.

use super::prelude::*;

records! {
    /// A group of equal relays.
    Forwarder ("a forwarder") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        required subnet "subnet" String,
        /// Its group, if not that of its network.
        optional resource_group "resourceGroup" String,
        /// What they are: machines of their own, or instances of a scale set; default `virtualMachines`.
        choice kind "type" ["virtualMachines", "virtualMachineScaleSets"],
        /// How many machines; default 1.
        optional instances "instances" u32,
        /// What they relay.
        required_list relay "relay" RelayItem,
        /// Default `Standard_B2s`.
        optional vm_size "vmSize" String,
        /// Zones over which instances are spread.
        list zones "zones" String,
        /// IP forwarding of the NICs; a relay does not need it.
        optional enable_ip_forwarding "enableIPForwarding" bool,
        /// Addresses of the NICs in order; default: the lowest free ones.
        list private_ip_addresses "privateIPAddresses" Ipv4Addr,
        /// How NICs get their addresses; default `Static`.
        choice private_ip_allocation_method "privateIPAllocationMethod" ["Static", "Dynamic"],
        /// The application security groups that its machines are members of, by name or id.
        list application_security_groups "applicationSecurityGroups" String,
        /// How a changed model reaches the instances of a scale set; default `Rolling` behind a load balancer's probe, else `Automatic`.
        choice upgrade_policy "upgradePolicy" ["Automatic", "Manual", "Rolling"],
        /// Key for people who must log in; default: one that nobody holds.
        optional ssh_public_key "sshPublicKey" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// One thing that a forwarder relays.
    RelayItem ("a relay item") {
        /// Port, or address and port.
        required listen "listen" Listen,
        /// Name of an API Management service, `host:port` or `address:port`; several are tried in turn.
        required_many to "to" String,
        /// Whether each connection begins with a PROXY protocol v2 header, as `enableProxyProtocol`
        /// of a Private Link Service puts it there; default `off`.
        choice proxy_protocol "proxyProtocol" ["off", "optional", "required"],
    }
}
