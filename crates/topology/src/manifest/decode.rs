//! The sections of a manifest, each declared once: its type, its keys and how they are read.

use super::{
    Field, List, Section,
    raw::RawResource,
    reader::{Guid, Listen, Read, Reader},
    schema::{self, Definitions, Described},
    yaml::Node,
};
use crate::{
    model::{
        cidr::Cidr,
        expectation::{PortRange, Selector},
    },
    source::{Span, Spanned},
};
use std::net::Ipv4Addr;

macro_rules! field_type {
    (section $ty:tt) => { Section<$ty> };
    (list $ty:tt) => { List<$ty> };
    (required_list $ty:tt) => { List<$ty> };
    (required_many $ty:tt) => { List<$ty> };
    (many $ty:tt) => { List<$ty> };
    (choice $words:tt) => { Field<String> };
    (required_choice $words:tt) => { Field<String> };
    ($kind:ident $ty:tt) => { Field<$ty> };
}

macro_rules! read_field {
    ($reader:ident $fields:ident $key:literal section $ty:tt) => {
        $reader.section(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal optional $ty:tt) => {
        $reader.optional(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal required $ty:tt) => {
        $reader.required(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal list $ty:tt) => {
        $reader.list(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal required_list $ty:tt) => {{
        $reader.demand(&$fields, $key);
        $reader.list(&$fields, $key)
    }};
    ($reader:ident $fields:ident $key:literal required_many $ty:tt) => {{
        $reader.demand(&$fields, $key);
        $reader.many(&$fields, $key)
    }};
    ($reader:ident $fields:ident $key:literal many $ty:tt) => {
        $reader.many(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal choice $words:tt) => {
        $reader.choice(&$fields, $key, &$words)
    };
    ($reader:ident $fields:ident $key:literal required_choice $words:tt) => {{
        $reader.demand(&$fields, $key);
        $reader.choice(&$fields, $key, &$words)
    }};
}

macro_rules! stated_field {
    ($self:ident $field:ident section) => {
        None
    };
    ($self:ident $field:ident list) => {
        $self.$field.as_ref().map(Stated::list)
    };
    ($self:ident $field:ident required_list) => {
        $self.$field.as_ref().map(Stated::list)
    };
    ($self:ident $field:ident required_many) => {
        $self.$field.as_ref().map(Stated::list)
    };
    ($self:ident $field:ident many) => {
        $self.$field.as_ref().map(Stated::list)
    };
    ($self:ident $field:ident $kind:ident) => {
        $self.$field.as_ref().map(Stated::one)
    };
}

macro_rules! describe_field {
    ($definitions:ident section $ty:tt) => {
        (schema::section(<$ty>::schema($definitions)), false)
    };
    ($definitions:ident optional $ty:tt) => {
        (<$ty>::schema($definitions), false)
    };
    ($definitions:ident required $ty:tt) => {
        (<$ty>::schema($definitions), true)
    };
    ($definitions:ident list $ty:tt) => {
        (schema::list(<$ty>::schema($definitions)), false)
    };
    ($definitions:ident required_list $ty:tt) => {
        (schema::list(<$ty>::schema($definitions)), true)
    };
    ($definitions:ident many $ty:tt) => {
        (schema::many(<$ty>::schema($definitions)), false)
    };
    ($definitions:ident required_many $ty:tt) => {
        (schema::many(<$ty>::schema($definitions)), true)
    };
    ($definitions:ident choice $words:tt) => {
        (schema::choice(&$words), false)
    };
    ($definitions:ident required_choice $words:tt) => {
        (schema::choice(&$words), true)
    };
}

macro_rules! records {
    ($($(#[doc = $doc:literal])* $name:ident ($what:literal) { $($(#[doc = $fdoc:literal])* $kind:ident $field:ident $key:literal $ty:tt,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug, Default, PartialEq, Eq)]
            pub struct $name {
                $($(#[doc = $fdoc])* pub $field: field_type!($kind $ty),)*
            }

            impl Read for $name {
                fn read(node: &Node, reader: &mut Reader, _key: &str) -> Option<Self> {
                    let fields = reader.fields(node, $what, &[$($key),*])?;
                    Some(Self { $($field: read_field!(reader fields $key $kind $ty),)* })
                }
            }

            impl Described for $name {
                fn schema(definitions: &mut Definitions) -> serde_json::Value {
                    definitions.record(stringify!($name), $what, concat!($($doc),*), |definitions| {
                        vec![$({
                            let (schema, is_required) = describe_field!(definitions $kind $ty);
                            schema::Member { key: $key, doc: concat!($($fdoc),*), schema, is_required }
                        },)*]
                    })
                }
            }

            impl Record for $name {
                fn stated(&self, key: &str) -> Option<Stated> {
                    match key {
                        $($key => stated_field!(self $field $kind),)*
                        _ => None,
                    }
                }
            }
        )*
    };
}

/// Where a field stands, and the items of a list.
pub(crate) struct Stated {
    pub(crate) span: Span,
    pub(crate) items: Vec<Span>,
}

impl Stated {
    fn one<T>(field: &Spanned<T>) -> Self {
        Self {
            span: field.span,
            items: Vec::new(),
        }
    }

    fn list<T>(list: &Spanned<Vec<Spanned<T>>>) -> Self {
        Self {
            span: list.span,
            items: list.value.iter().map(|item| item.span).collect(),
        }
    }
}

/// A thing of the manifest that can be asked where its fields stand.
pub(crate) trait Record {
    /// Where the field with this key stands, if it is given.
    fn stated(&self, key: &str) -> Option<Stated>;
}

records! {
    /// A whole manifest.
    Manifest ("the manifest") {
        /// Version of the format, `v1`.
        required linkspan "linkspan" String,
        /// Name of the topology; the value of the owner tag.
        required name "name" String,
        /// Subscriptions by the short name that the manifest uses for them.
        section subscriptions "subscriptions" Subscription,
        /// Resource groups.
        section resource_groups "resourceGroups" ResourceGroup,
        /// Virtual networks.
        section virtual_networks "virtualNetworks" VirtualNetwork,
        /// Network security groups. One that only a subnet names is derived.
        section network_security_groups "networkSecurityGroups" NetworkSecurityGroup,
        /// Route tables.
        section route_tables "routeTables" RouteTable,
        /// API Management services.
        section api_management "apiManagement" ApiManagement,
        /// Groups of equal relays.
        section forwarders "forwarders" Forwarder,
        /// Load balancers.
        section load_balancers "loadBalancers" LoadBalancer,
        /// Private Link Services.
        section private_link_services "privateLinkServices" PrivateLinkService,
        /// Private endpoints.
        section private_endpoints "privateEndpoints" PrivateEndpoint,
        /// Where clients stand.
        section clients "clients" Client,
        /// Whole ARM resources as ARM spells them, and changes to those that the sections above make.
        list resources "resources" RawResource,
        /// What must be reachable, and what must not.
        list expect "expect" Expect,
        /// Findings that are known and accepted.
        list suppress "suppress" Suppress,
        /// URL of the JSON Schema, for editors.
        optional schema "$schema" String,
    }

    /// A subscription.
    Subscription ("a subscription") {
        /// Its id.
        required id "id" Guid,
        /// Its tenant; subscriptions without one are in the same tenant.
        optional tenant "tenant" Guid,
    }

    /// A resource group.
    ResourceGroup ("a resource group") {
        /// Short name of its subscription.
        required subscription "subscription" String,
        /// Its region, which what stands in it takes over.
        required location "location" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A virtual network.
    VirtualNetwork ("a virtual network") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Its ranges.
        required_list address_prefixes "addressPrefixes" Cidr,
        /// Its subnets.
        section subnets "subnets" Subnet,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A subnet.
    Subnet ("a subnet") {
        /// Its range.
        required address_prefix "addressPrefix" Cidr,
        /// Its NSG, by name or id.
        optional network_security_group "networkSecurityGroup" String,
        /// Its route table, by name or id.
        optional route_table "routeTable" String,
        /// Default: `Disabled` where a Private Link Service takes its NAT addresses, else Azure's.
        choice private_link_service_network_policies "privateLinkServiceNetworkPolicies" ["Enabled", "Disabled"],
        /// Default: Azure's.
        choice private_endpoint_network_policies "privateEndpointNetworkPolicies" ["Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"],
        /// Default: Azure's.
        optional default_outbound_access "defaultOutboundAccess" bool,
    }

    /// A network security group.
    NetworkSecurityGroup ("a network security group") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Its rules by name.
        section security_rules "securityRules" SecurityRule,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A rule of a network security group.
    SecurityRule ("a security rule") {
        /// 100 to 4096; lower is first.
        required priority "priority" u16,
        /// Direction.
        required_choice direction "direction" ["Inbound", "Outbound"],
        /// Allow or deny.
        required_choice access "access" ["Allow", "Deny"],
        /// Protocol; default `*`.
        choice protocol "protocol" ["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"],
        /// Range, address, service tag or `*`.
        required source_address_prefix "sourceAddressPrefix" String,
        /// Default `*`.
        optional source_port_range "sourcePortRange" String,
        /// Range, address, service tag or `*`.
        required destination_address_prefix "destinationAddressPrefix" String,
        /// Port, range of ports or `*`.
        required destination_port_range "destinationPortRange" String,
        /// Free text.
        optional description "description" String,
    }

    /// A route table.
    RouteTable ("a route table") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Its routes by name.
        section routes "routes" Route,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A route.
    Route ("a route") {
        /// Range or service tag.
        required address_prefix "addressPrefix" String,
        /// Where packets go.
        required_choice next_hop_type "nextHopType" ["VirtualAppliance", "VnetLocal", "Internet", "None", "VirtualNetworkGateway"],
        /// For `VirtualAppliance`.
        optional next_hop_ip_address "nextHopIpAddress" Ipv4Addr,
    }

    /// An API Management service.
    ApiManagement ("an API Management service") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        optional subnet "subnet" String,
        /// Its group, if not that of its network.
        optional resource_group "resourceGroup" String,
        /// Its tier.
        required_choice sku "sku" ["Developer", "Basic", "Standard", "Premium", "Consumption", "BasicV2", "StandardV2", "PremiumV2", "Isolated"],
        /// Units; default 1.
        optional capacity "capacity" u32,
        /// How it is injected.
        required_choice virtual_network_type "virtualNetworkType" ["None", "External", "Internal"],
        /// Required by Azure.
        required publisher_email "publisherEmail" String,
        /// Default: the name of the service.
        optional publisher_name "publisherName" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A group of equal relays.
    Forwarder ("a forwarder") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        required subnet "subnet" String,
        /// Its group, if not that of its network.
        optional resource_group "resourceGroup" String,
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
    }

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

    /// A Private Link Service.
    PrivateLinkService ("a Private Link Service") {
        /// The load balancer that it stands in front of, by name or id.
        optional load_balancer "loadBalancer" String,
        /// Its NAT subnet; default: that of the load balancer.
        optional subnet "subnet" String,
        /// Its group, if not that of the load balancer.
        optional resource_group "resourceGroup" String,
        /// NAT addresses; default: the lowest free one.
        list nat_ips "natIPs" Ipv4Addr,
        /// How it gets NAT addresses; default `Static`.
        choice private_ip_allocation_method "privateIPAllocationMethod" ["Static", "Dynamic"],
        /// Subscriptions that may see it: short names, ids or `*`.
        list visibility "visibility" String,
        /// Subscriptions that are approved at once: short names, ids or `*`.
        list auto_approval "autoApproval" String,
        /// PROXY protocol v2 towards the backend.
        optional enable_proxy_protocol "enableProxyProtocol" bool,
        /// Direct Connect: the address it points at instead of a load balancer.
        optional destination_ip_address "destinationIPAddress" Ipv4Addr,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A private endpoint.
    PrivateEndpoint ("a private endpoint") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        required subnet "subnet" String,
        /// Its group, if not that of its network.
        optional resource_group "resourceGroup" String,
        /// A Private Link Service by name, id or alias.
        required service "service" String,
        /// Whether a person approves it; default: when the service is in another tenant.
        optional manual "manual" bool,
        /// At most 140 characters.
        optional request_message "requestMessage" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// Where a client stands.
    Client ("a client") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        required subnet "subnet" String,
        /// Its address; default: the lowest free one.
        optional private_ip_address "privateIPAddress" Ipv4Addr,
        /// Its hosts file.
        section hosts "hosts" Ipv4Addr,
    }

    /// A statement about what is reachable: either `allow` or `deny`.
    Expect ("an expectation") {
        /// Who must reach it.
        optional allow "allow" Selector,
        /// Who must not reach it.
        optional deny "deny" Selector,
        /// What is reached: a URL, a client, a network, a range, a resource.
        required to "to" Selector,
        /// Ports and ranges of ports; default: that of the URL or of the service, for `deny` all.
        many ports "ports" PortRange,
        /// Name for messages.
        optional name "name" String,
        /// Why it is expected.
        optional because "because" String,
    }

    /// A finding that is known and accepted.
    Suppress ("a suppression") {
        /// Code of the finding.
        required code "code" String,
        /// Where: a short id such as `loadBalancers/X`, or a whole id; default: everywhere.
        optional at "at" String,
        /// Why it is accepted.
        required reason "reason" String,
    }
}
