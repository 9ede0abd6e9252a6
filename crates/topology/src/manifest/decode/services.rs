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
        /// How it is injected.
        required_choice virtual_network_type "virtualNetworkType" ["None", "External", "Internal"],
        /// Required by Azure.
        required publisher_email "publisherEmail" String,
        /// Default: the name of the service.
        optional publisher_name "publisherName" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }
}
