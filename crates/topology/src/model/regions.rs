//! What regions offer. The lists grow: each names the page that it was taken from.

/// Regions with availability zones, as of November 2025.
/// Source: <https://learn.microsoft.com/azure/reliability/regions-list>.
const WITH_ZONES: &[&str] = &[
    "australiaeast",
    "austriaeast",
    "belgiumcentral",
    "brazilsouth",
    "canadacentral",
    "centralindia",
    "centralus",
    "chilecentral",
    "chinanorth3",
    "eastasia",
    "eastus",
    "eastus2",
    "francecentral",
    "germanywestcentral",
    "indonesiacentral",
    "israelcentral",
    "italynorth",
    "japaneast",
    "japanwest",
    "koreacentral",
    "malaysiawest",
    "mexicocentral",
    "newzealandnorth",
    "northeurope",
    "norwayeast",
    "polandcentral",
    "qatarcentral",
    "southafricanorth",
    "southcentralus",
    "southeastasia",
    "spaincentral",
    "swedencentral",
    "switzerlandnorth",
    "uaenorth",
    "uksouth",
    "usgovvirginia",
    "westeurope",
    "westus2",
    "westus3",
];

/// Regions where a Private Link Service may point straight at an address (Direct Connect).
/// Source: <https://learn.microsoft.com/azure/private-link/configure-private-link-service-direct-connect>.
const WITH_DIRECT_CONNECT: &[&str] = &[
    "australiaeast",
    "centralus",
    "eastus2",
    "northcentralus",
    "southcentralus",
    "southeastasia",
    "spaincentral",
    "westus",
    "westus2",
    "westus3",
];

/// Whether a region, spelled as ARM compares it, has availability zones.
pub fn has_zones(region: &str) -> bool {
    WITH_ZONES.binary_search(&region).is_ok()
}

/// Whether Direct Connect is offered in a region, spelled as ARM compares it.
pub fn has_direct_connect(region: &str) -> bool {
    WITH_DIRECT_CONNECT.binary_search(&region).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_in_order_so_that_they_can_be_searched() {
        assert!(WITH_ZONES.is_sorted() && WITH_DIRECT_CONNECT.is_sorted());
    }
}
