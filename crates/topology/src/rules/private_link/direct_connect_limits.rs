//! `PLS026`: beyond what Direct Connect does in its preview.

use crate::{
    model::regions::has_direct_connect,
    rules::{facts::consumers::Consumer, prelude::*},
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS026",
    severity: Severity::Error,
    title: "beyond what Direct Connect does in its preview",
    why: "Direct Connect wants an even number of NAT addresses, a static destination, a region of its preview, and consumers in the same one",
    mend: "keep to the limits, or put a load balancer and relays in front",
    source: "https://learn.microsoft.com/azure/private-link/configure-private-link-service-direct-connect",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["linkspan: v1
name: direct
subscriptions: { provider: { id: 22222222-2222-2222-2222-222222222222 },
    partner: { id: 11111111-1111-1111-1111-111111111111 } }
resourceGroups: { Shop: { subscription: provider, location: westus2 }, Partner: { subscription: partner,
    location: westus2 } }
virtualNetworks:
  Main: { resourceGroup: Shop, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
  Away: { resourceGroup: Partner, addressPrefixes: [192.168.0.0/16],
    subnets: { default: { addressPrefix: 192.168.0.0/24 } } }
privateLinkServices:
  orders: { subnet: Main/nat, resourceGroup: Shop, natIPs: [10.0.1.20], destinationIPAddress: 10.7.0.4,
    visibility: [partner], autoApproval: [partner] }
privateEndpoints:
  to-orders: { subnet: Away/default, service: orders }
", "linkspan: v1
name: direct
subscriptions: { provider: { id: 22222222-2222-2222-2222-222222222222 },
    partner: { id: 11111111-1111-1111-1111-111111111111 } }
resourceGroups: { Shop: { subscription: provider, location: uksouth }, Partner: { subscription: partner,
    location: uksouth } }
virtualNetworks:
  Main: { resourceGroup: Shop, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
  Away: { resourceGroup: Partner, addressPrefixes: [192.168.0.0/16],
    subnets: { default: { addressPrefix: 192.168.0.0/24 } } }
privateLinkServices:
  orders: { subnet: Main/nat, resourceGroup: Shop, natIPs: [10.0.1.20, 10.0.1.21], destinationIPAddress: 10.7.0.4,
    visibility: [partner], autoApproval: [partner] }
privateEndpoints:
  to-orders: { subnet: Away/default, service: orders }
", "linkspan: v1
name: direct
subscriptions: { provider: { id: 22222222-2222-2222-2222-222222222222 },
    partner: { id: 11111111-1111-1111-1111-111111111111 } }
resourceGroups: { Shop: { subscription: provider, location: westus2 }, Partner: { subscription: partner,
    location: eastus } }
virtualNetworks:
  Main: { resourceGroup: Shop, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
  Away: { resourceGroup: Partner, addressPrefixes: [192.168.0.0/16],
    subnets: { default: { addressPrefix: 192.168.0.0/24 } } }
privateLinkServices:
  orders: { subnet: Main/nat, resourceGroup: Shop, natIPs: [10.0.1.20, 10.0.1.21], destinationIPAddress: 10.7.0.4,
    visibility: [partner], autoApproval: [partner] }
privateEndpoints:
  to-orders: { subnet: Away/default, service: orders }
", "linkspan: v1
name: direct
subscriptions: { provider: { id: 22222222-2222-2222-2222-222222222222 },
    partner: { id: 11111111-1111-1111-1111-111111111111 } }
resourceGroups: { Shop: { subscription: provider, location: westus2 }, Partner: { subscription: partner,
    location: westus2 } }
virtualNetworks:
  Main: { resourceGroup: Shop, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
  Away: { resourceGroup: Partner, addressPrefixes: [192.168.0.0/16],
    subnets: { default: { addressPrefix: 192.168.0.0/24, privateEndpointNetworkPolicies: Enabled } } }
privateLinkServices:
  orders: { subnet: Main/nat, resourceGroup: Shop, natIPs: [10.0.1.20, 10.0.1.21], destinationIPAddress: 10.7.0.4,
    visibility: [partner], autoApproval: [partner] }
privateEndpoints:
  to-orders: { subnet: Away/default, service: orders }
", "privateLinkServices: { APIM-PLS: { natIPs: [10.0.1.20, 10.0.1.21], destinationIPAddress: 10.7.0.4 } }
resourceGroups: { PrivateAPIM: { location: westus2 }, APIM: { location: westus2 } }"],
    good: &["linkspan: v1
name: direct
subscriptions: { provider: { id: 22222222-2222-2222-2222-222222222222 },
    partner: { id: 11111111-1111-1111-1111-111111111111 } }
resourceGroups: { Shop: { subscription: provider, location: westus2 }, Partner: { subscription: partner,
    location: westus2 } }
virtualNetworks:
  Main: { resourceGroup: Shop, addressPrefixes: [10.0.0.0/16], subnets: { nat: { addressPrefix: 10.0.1.0/24 } } }
  Away: { resourceGroup: Partner, addressPrefixes: [192.168.0.0/16],
    subnets: { default: { addressPrefix: 192.168.0.0/24 } } }
privateLinkServices:
  orders: { subnet: Main/nat, resourceGroup: Shop, natIPs: [10.0.1.20, 10.0.1.21], destinationIPAddress: 10.7.0.4,
    visibility: [partner], autoApproval: [partner] }
privateEndpoints:
  to-orders: { subnet: Away/default, service: orders }
"],
    check,
};

/// Hardware allows no more of them in a region of a subscription.
const PER_REGION: usize = 10;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for (service, body) in subject.kinds.private_link_services() {
        let Some(destination) = body.destination_ip_address else {
            continue;
        };
        let region = service.location.as_deref().unwrap_or_default();
        let mut say = |pointer: &str, message: String| {
            out.push(rule.at(&service.id, pointer, message));
        };
        let name = service.id.name();
        let count = body.ip_configurations.len();
        if !matches!(count, 2 | 4 | 6 | 8) {
            let message = format!("`{name}` has {count} NAT addresses, not 2, 4, 6 or 8");
            say("/properties/ipConfigurations", message);
        }
        if !body.load_balancer_frontend_ip_configurations.is_empty() {
            let message = format!("`{name}` has a frontend and a destination");
            say("/properties/loadBalancerFrontendIpConfigurations", message);
        }
        if !region.is_empty() && !has_direct_connect(region) {
            let message = format!("{region}, where `{name}` is, has no Direct Connect yet");
            say("/location", message);
        }
        let subscription = service.id.subscription().to_ascii_lowercase();
        let number = counts.entry((subscription, region)).or_default();
        *number = number.saturating_add(1);
        if *number > PER_REGION {
            let message = format!("`{name}` is number {number} of its kind in {region}");
            say("", message);
        }
        let mut networks = body.ip_configurations.iter();
        let network = networks.find_map(|config| config.properties.subnet.as_ref()?.id.parent());
        let holder = network
            .as_ref()
            .and_then(|network| subject.addresses.holder_in(network, destination));
        if let Some(why) = holder.and_then(|holder| unfit(subject, holder)) {
            let message = format!("`{name}` leads to {destination}, {why}");
            say("/properties/destinationIPAddress", message);
        }
        for consumer in subject.consumers.at(&service.id) {
            check_consumer(rule, subject, service, consumer, out);
        }
    }
}

/// Why what has the address cannot be a destination. That of API Management can, for as long as it
/// lasts (APIM013).
fn unfit(subject: &Subject<'_>, holder: &Holder) -> Option<&'static str> {
    let is_dynamic =
        |method: Option<&str>| method.is_none_or(|method| !method.eq_ignore_ascii_case("Static"));
    match holder {
        Holder::Endpoint(_) => Some("which is a private endpoint"),
        Holder::Instance(..) => Some("which is a dynamic address"),
        Holder::Nic(id, index) => {
            let (_, nic) = subject.topology.network_interface(id)?;
            let config = &nic.ip_configurations.get(*index)?.properties;
            is_dynamic(config.private_ip_allocation_method.as_deref())
                .then_some("which is a dynamic address")
        }
        Holder::Frontend(id, index) => {
            let (_, balancer) = subject.topology.load_balancer(id)?;
            let config = &balancer.frontend_ip_configurations.get(*index)?.properties;
            is_dynamic(config.private_ip_allocation_method.as_deref())
                .then_some("which is a dynamic address")
        }
        _ => None,
    }
}

fn check_consumer(
    rule: &Rule,
    subject: &Subject<'_>,
    service: &Resource,
    consumer: &Consumer<'_>,
    out: &mut Vec<Finding>,
) {
    let endpoint = consumer.endpoint;
    if let (Some(own), Some(other)) = (&service.location, &endpoint.location)
        && own != other
    {
        let message = format!(
            "`{}` is in {other}, and `{}` in {own}",
            endpoint.id.name(),
            service.id.name()
        );
        out.push(rule.at(&endpoint.id, "/location", message).related(
            &service.id,
            "/location",
            "is elsewhere",
        ));
    }
    let subnet = consumer.body.subnet.as_ref();
    let Some(at) = subnet.and_then(|subnet| subject.subnets.get(&subnet.id)) else {
        return;
    };
    let policies = at
        .subnet
        .properties
        .private_endpoint_network_policies
        .as_deref();
    let is_filtered = policies.is_some_and(|policies| {
        policies.eq_ignore_ascii_case("Enabled")
            || policies.eq_ignore_ascii_case("NetworkSecurityGroupEnabled")
    });
    if is_filtered {
        let pointer = at.pointer("/properties/privateEndpointNetworkPolicies");
        let message = format!(
            "subnet `{}` filters what goes to `{}`",
            at.subnet.name,
            endpoint.id.name()
        );
        out.push(
            rule.at(&at.network.id, pointer.clone(), message)
                .related(&endpoint.id, "", "leads to Direct Connect")
                .fix(
                    "filter nothing there",
                    [Change::set(&at.network.id, pointer, "Disabled")],
                ),
        );
    }
}
