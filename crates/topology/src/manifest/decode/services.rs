//! What is reached at the end.

use super::prelude::*;

records! {
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
        /// Availability zones of its first region.
        list zones "zones" String,
        /// How it is injected.
        required_choice virtual_network_type "virtualNetworkType" ["None", "External", "Internal"],
        /// Standard public IP address of a service in a network, by name or id.
        optional public_ip_address "publicIPAddress" String,
        /// Required by Azure.
        required publisher_email "publisherEmail" String,
        /// Default: the name of the service.
        optional publisher_name "publisherName" String,
        /// Further regions.
        list additional_locations "additionalLocations" AdditionalLocation,
        /// Host names of its own, in order.
        list hostname_configurations "hostnameConfigurations" HostnameConfiguration,
        /// Whether it answers at public addresses; default: Azure's (`Enabled`).
        choice public_network_access "publicNetworkAccess" ["Enabled", "Disabled"],
        /// Whether it goes out through a NAT gateway of its own.
        choice nat_gateway_state "natGatewayState" ["Enabled", "Disabled"],
        /// Whether the gateway of the first region is off.
        optional disable_gateway "disableGateway" bool,
        /// The oldest API version that clients of its management may use.
        optional min_api_version "minApiVersion" String,
        /// Compute platform of an existing service, such as `stv2`.
        optional platform_version "platformVersion" String,
        /// Private addresses of an existing service, as Azure reports them.
        list private_ip_addresses "privateIPAddresses" Ipv4Addr,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A further region of an API Management service.
    AdditionalLocation ("a further region") {
        /// The region.
        required location "location" String,
        /// Its subnet there as `NETWORK/SUBNET`, or an id.
        optional subnet "subnet" String,
        /// Units there; default: as many as in the first region.
        optional capacity "capacity" u32,
        /// Availability zones there.
        list zones "zones" String,
        /// Standard public IP address there, by name or id.
        optional public_ip_address "publicIPAddress" String,
        /// Whether it goes out through a NAT gateway of its own.
        choice nat_gateway_state "natGatewayState" ["Enabled", "Disabled"],
        /// Whether the gateway there is off.
        optional disable_gateway "disableGateway" bool,
    }

    /// A host name of an API Management service. Its certificate is given in Azure.
    HostnameConfiguration ("a host name") {
        /// What answers to it.
        required_choice kind "type" ["Proxy", "Portal", "DeveloperPortal", "Management", "Scm", "ConfigurationApi"],
        /// The name.
        required host_name "hostName" String,
        /// Whether it is served without SNI.
        optional default_ssl_binding "defaultSslBinding" bool,
        /// Whether clients must bring a certificate.
        optional negotiate_client_certificate "negotiateClientCertificate" bool,
    }

    /// Something that is reached at the end and is no resource of the topology: a host on-premises,
    /// a database, a platform resource. It is a fact, never made or changed.
    Backend ("a backend") {
        /// Its addresses.
        list addresses "addresses" Ipv4Addr,
        /// The name it is dialled by; default: its first address, or the name that Azure gives to `id`.
        optional fqdn "fqdn" String,
        /// Ports that it answers on.
        many ports "ports" u16,
        /// The network whose gateway leads to it, or that has its addresses.
        optional virtual_network "virtualNetwork" String,
        /// Id of the resource in Azure, such as a storage account.
        optional id "id" String,
    }
}
