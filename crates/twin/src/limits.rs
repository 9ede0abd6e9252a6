//! What a topology may have that the twin's network does not run.
//!
//! ARM's side takes these resources as Azure does. No packet would pass them, though, so whoever
//! wants to prove a path asks here first instead of waiting for a health that never comes.

use topology::{
    Topology,
    model::{id::ResourceId, network::LoadBalancer},
};

/// What of a topology the twin's network does not run, each in a sentence; nothing if it runs all.
pub fn not_run(topology: &Topology) -> Vec<String> {
    let mut reasons = Vec::new();
    for (set, body) in topology.virtual_machine_scale_sets() {
        if !body.nics().is_empty() {
            let name = set.id.name();
            reasons.push(format!(
                "`{name}` is a scale set, whose instances the twin does not run"
            ));
        }
    }
    for (service, body) in topology.private_link_services() {
        if body.destination_ip_address.is_some() {
            let name = service.id.name();
            reasons.push(format!(
                "`{name}` points at an address (Direct Connect), which the twin does not do"
            ));
        }
    }
    for (balancer, body) in topology.load_balancers() {
        of_balancer(balancer.id.name(), body, &mut reasons);
    }
    for (network, body) in topology.virtual_networks() {
        if !body.virtual_network_peerings.is_empty() {
            let name = network.id.name();
            reasons.push(format!(
                "`{name}` is peered, and the twin's network knows no peerings"
            ));
        }
    }
    for (endpoint, body) in topology.private_endpoints() {
        for connection in body.connections() {
            let service = &connection.properties.private_link_service_id;
            if let Ok(id) = service.parse::<ResourceId>()
                && !id.is_type("Microsoft.Network/privateLinkServices")
            {
                let (name, to) = (endpoint.id.name(), id.short());
                reasons.push(format!(
                    "`{name}` leads to `{to}`, a platform resource, which the twin does not run"
                ));
            }
        }
    }
    for backend in topology.backends.values() {
        if !backend.addresses.is_empty() {
            let name = &backend.name;
            reasons.push(format!(
                "backend `{name}` is no resource of the topology, so nobody answers for it in the twin"
            ));
        }
    }
    reasons
}

fn of_balancer(name: &str, body: &LoadBalancer, reasons: &mut Vec<String>) {
    let mut frontends = body.frontend_ip_configurations.iter();
    if let Some(front) = frontends.find(|front| front.properties.public_ip_address.is_some()) {
        let front = &front.name;
        reasons.push(format!(
            "frontend `{front}` of `{name}` is public, and the twin's network has no internet"
        ));
    }
    let mut pools = body.backend_address_pools.iter();
    let by_address = pools.find(|pool| !pool.properties.load_balancer_backend_addresses.is_empty());
    if let Some(pool) = by_address {
        let pool = &pool.name;
        reasons.push(format!(
            "pool `{pool}` of `{name}` has members by address, which the twin does not reach"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, wanted: &[&str]) {
        let (manifest, findings) = topology::manifest::parse(text);
        assert_eq!(findings, []);
        let resolved = topology::resolve::resolve(&manifest);
        assert_eq!(resolved.findings, []);
        assert_eq!(not_run(&resolved.topology), wanted);
    }

    #[test]
    fn the_main_job_is_run() {
        check(include_str!("../../../examples/internal-apim.yaml"), &[]);
        check(
            include_str!("../../../examples/two-consumers-overlapping.yaml"),
            &[],
        );
        check(include_str!("../../../examples/multi-region.yaml"), &[]);
    }

    #[test]
    fn what_is_not_run_is_named_with_its_reason() {
        check(
            include_str!("../../../examples/scale-set.yaml"),
            &["`relays` is a scale set, whose instances the twin does not run"],
        );
        check(
            include_str!("../../../examples/direct-connect.yaml"),
            &[
                "`reports-pls` points at an address (Direct Connect), which the twin does not do",
                "backend `reports` is no resource of the topology, so nobody answers for it in the twin",
            ],
        );
        check(
            include_str!("../../../examples/storage-endpoint.yaml"),
            &[
                "`reports-blob` leads to `storageAccounts/contosoreports`, a platform resource, which the twin does not run",
            ],
        );
        check(
            include_str!("../../../examples/sql-on-premises.yaml"),
            &["backend `sql` is no resource of the topology, so nobody answers for it in the twin"],
        );
        check(
            "linkspan: v1
name: x
subscriptions: { own: { id: 22222222-2222-2222-2222-222222222222 } }
resourceGroups: { g: { subscription: own, location: westeurope } }
publicIPAddresses: { pip: { resourceGroup: g } }
virtualNetworks:
  one:
    resourceGroup: g
    addressPrefixes: [10.0.0.0/16]
    subnets: { a: { addressPrefix: 10.0.1.0/24 } }
    peerings: { to-two: { remoteVirtualNetwork: two } }
  two: { resourceGroup: g, addressPrefixes: [10.1.0.0/16] }
loadBalancers:
  lb:
    resourceGroup: g
    publicIPAddress: pip
    backendAddressPools: { pool: { addresses: [10.0.1.9], virtualNetwork: one } }
    rules: [ { frontendPort: 443, probe: false } ]
",
            &[
                "frontend `frontend` of `lb` is public, and the twin's network has no internet",
                "pool `pool` of `lb` has members by address, which the twin does not reach",
                "`one` is peered, and the twin's network knows no peerings",
            ],
        );
    }
}
