//! `PLS027`: Direct Connect would do without the relay.

use crate::{
    model::regions::has_direct_connect,
    rules::{facts::relays::RelayAt, prelude::*},
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS027",
    severity: Severity::Hint,
    title: "Direct Connect would do without the relay",
    why: "a Private Link Service can point straight at one static address in this region, and then needs neither load balancer nor machines",
    mend: "consider a new service with `destinationIPAddress`; an existing one cannot be moved over",
    source: "https://learn.microsoft.com/azure/private-link/configure-private-link-service-direct-connect",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[r#"linkspan: v1
name: relayed
subscriptions: { provider: { id: 22222222-2222-2222-2222-222222222222 },
    partner: { id: 11111111-1111-1111-1111-111111111111 } }
resourceGroups: { Shop: { subscription: provider, location: westus2 }, Partner: { subscription: partner,
    location: westus2 } }
virtualNetworks:
  Main: { resourceGroup: Shop, addressPrefixes: [10.0.0.0/16], subnets: { relays: { addressPrefix: 10.0.1.0/24,
    networkSecurityGroup: NSG }, data: { addressPrefix: 10.0.2.0/24 } } }
  Away: { resourceGroup: Partner, addressPrefixes: [192.168.0.0/16],
    subnets: { default: { addressPrefix: 192.168.0.0/24 } } }
forwarders:
  fwd: { subnet: Main/relays, instances: 2, zones: ["1", "2"], relay: [ { listen: 1433, to: "10.0.2.4:1433" } ] }
loadBalancers:
  front: { subnet: Main/relays, zones: ["1", "2", "3"], backend: fwd }
privateLinkServices:
  orders: { loadBalancer: front, visibility: [partner], autoApproval: [partner] }
privateEndpoints:
  to-orders: { subnet: Away/default, service: orders }
resources:
  - { type: Microsoft.Network/networkInterfaces, name: sql-nic, resourceGroup: Shop, location: westus2,
    properties: { ipConfigurations: [ { name: one, properties: { primary: true, privateIPAllocationMethod: Static,
    privateIPAddress: 10.0.2.4,
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Shop/providers/Microsoft.Network/virtualNetworks/Main/subnets/data } } } ] } }
"#],
    good: &[
        r#"linkspan: v1
name: relayed
subscriptions: { provider: { id: 22222222-2222-2222-2222-222222222222 },
    partner: { id: 11111111-1111-1111-1111-111111111111 } }
resourceGroups: { Shop: { subscription: provider, location: uksouth }, Partner: { subscription: partner,
    location: uksouth } }
virtualNetworks:
  Main: { resourceGroup: Shop, addressPrefixes: [10.0.0.0/16], subnets: { relays: { addressPrefix: 10.0.1.0/24,
    networkSecurityGroup: NSG }, data: { addressPrefix: 10.0.2.0/24 } } }
  Away: { resourceGroup: Partner, addressPrefixes: [192.168.0.0/16],
    subnets: { default: { addressPrefix: 192.168.0.0/24 } } }
forwarders:
  fwd: { subnet: Main/relays, instances: 2, zones: ["1", "2"], relay: [ { listen: 1433, to: "10.0.2.4:1433" } ] }
loadBalancers:
  front: { subnet: Main/relays, zones: ["1", "2", "3"], backend: fwd }
privateLinkServices:
  orders: { loadBalancer: front, visibility: [partner], autoApproval: [partner] }
privateEndpoints:
  to-orders: { subnet: Away/default, service: orders }
resources:
  - { type: Microsoft.Network/networkInterfaces, name: sql-nic, resourceGroup: Shop, location: uksouth,
    properties: { ipConfigurations: [ { name: one, properties: { primary: true, privateIPAllocationMethod: Static,
    privateIPAddress: 10.0.2.4,
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Shop/providers/Microsoft.Network/virtualNetworks/Main/subnets/data } } } ] } }
"#,
        r#"linkspan: v1
name: relayed
subscriptions: { provider: { id: 22222222-2222-2222-2222-222222222222 },
    partner: { id: 11111111-1111-1111-1111-111111111111 } }
resourceGroups: { Shop: { subscription: provider, location: westus2 }, Partner: { subscription: partner,
    location: eastus } }
virtualNetworks:
  Main: { resourceGroup: Shop, addressPrefixes: [10.0.0.0/16], subnets: { relays: { addressPrefix: 10.0.1.0/24,
    networkSecurityGroup: NSG }, data: { addressPrefix: 10.0.2.0/24 } } }
  Away: { resourceGroup: Partner, addressPrefixes: [192.168.0.0/16],
    subnets: { default: { addressPrefix: 192.168.0.0/24 } } }
forwarders:
  fwd: { subnet: Main/relays, instances: 2, zones: ["1", "2"], relay: [ { listen: 1433, to: "10.0.2.4:1433" } ] }
loadBalancers:
  front: { subnet: Main/relays, zones: ["1", "2", "3"], backend: fwd }
privateLinkServices:
  orders: { loadBalancer: front, visibility: [partner], autoApproval: [partner] }
privateEndpoints:
  to-orders: { subnet: Away/default, service: orders }
resources:
  - { type: Microsoft.Network/networkInterfaces, name: sql-nic, resourceGroup: Shop, location: westus2,
    properties: { ipConfigurations: [ { name: one, properties: { primary: true, privateIPAllocationMethod: Static,
    privateIPAddress: 10.0.2.4,
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Shop/providers/Microsoft.Network/virtualNetworks/Main/subnets/data } } } ] } }
"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let region = service.location.as_deref().unwrap_or_default();
        let consumers = subject.consumers.at(&service.id);
        let is_near = consumers
            .iter()
            .all(|consumer| consumer.endpoint.location == service.location);
        let frontends = body.load_balancer_frontend_ip_configurations.as_slice();
        let ([frontend], true, true, false) = (
            frontends,
            has_direct_connect(region),
            is_near,
            consumers.is_empty() || body.enable_proxy_protocol == Some(true),
        ) else {
            continue;
        };
        let Some(balancer) = frontend.id.parent() else {
            continue;
        };
        let mut targets: BTreeSet<Option<Ipv4Addr>> = BTreeSet::new();
        for relay in subject.relays.behind(&balancer) {
            targets.insert(only_address(subject, relay));
        }
        if let (Some(Some(address)), 1) = (targets.first(), targets.len()) {
            let message = format!("`{}` could point straight at {address}", service.id.name());
            out.push(rule.at(&service.id, "", message).related(
                &balancer,
                "",
                "would not be needed",
            ));
        }
    }
}

/// The static address that is all that a relay relays to, port for port.
fn only_address(subject: &Subject<'_>, relay: &RelayAt<'_>) -> Option<Ipv4Addr> {
    let [listener] = relay.config.listeners.as_slice() else {
        return None;
    };
    let mut dials = relay.dials();
    let dial = dials.next()?;
    if dials.next().is_some() || listener.listen.port() != dial.port {
        return None;
    }
    let address = dial.host.parse().ok()?;
    let is_static = subject
        .upstream(relay, dial.host)
        .iter()
        .all(|holder| match holder {
            Holder::Nic(id, index) => subject
                .topology
                .network_interface(id)
                .and_then(|(_, nic)| nic.ip_configurations.get(*index))
                .and_then(|config| config.properties.private_ip_allocation_method.as_deref())
                .is_some_and(|method| method.eq_ignore_ascii_case("Static")),
            _ => false,
        });
    is_static.then_some(address)
}
