//! How long Azure takes, scaled.

use std::time::Duration;

/// Seconds that Azure typically takes to create or change a resource. Measured by many, documented
/// for API Management only: <https://learn.microsoft.com/azure/api-management/get-started-create-service-instance>.
const SECONDS: &[(&str, f64)] = &[
    ("Microsoft.Resources/resourceGroups", 0.0),
    ("Microsoft.Network/virtualNetworks", 4.0),
    ("Microsoft.Network/networkSecurityGroups", 3.0),
    ("Microsoft.Network/routeTables", 3.0),
    ("Microsoft.Network/networkInterfaces", 2.0),
    ("Microsoft.Network/loadBalancers", 3.0),
    ("Microsoft.Network/privateLinkServices", 30.0),
    ("Microsoft.Network/privateEndpoints", 45.0),
    ("Microsoft.Network/privateDnsZones", 35.0),
    (
        "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
        35.0,
    ),
    ("Microsoft.Network/privateDnsZones/A", 0.0),
    ("Microsoft.Compute/virtualMachines", 60.0),
    ("Microsoft.ApiManagement/service", 2700.0),
];

/// How long a change of this type takes at `scale` (1.0 is Azure's own pace).
pub(crate) fn of(arm_type: &str, scale: f64) -> Duration {
    let known = SECONDS
        .iter()
        .find(|(kind, _)| kind.eq_ignore_ascii_case(arm_type))
        .map_or(2.0, |(_, seconds)| *seconds);
    Duration::try_from_secs_f64(known * scale.max(0.0)).unwrap_or_default()
}
