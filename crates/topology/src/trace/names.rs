//! What a name is in a virtual network: hosts file, then private zones, then public DNS.
//!
//! Azure DNS asks the zones linked to the asking network, longest suffix first; a zone that
//! matches but has no record answers NXDOMAIN and ends the search, unless its link redirects to
//! public DNS. An alias starts the search anew.
//! Source: <https://learn.microsoft.com/azure/dns/private-dns-overview>.

use super::{
    decision::{DecidedBy, DecidedKind, Judgement},
    platform,
    world::{Net, World, Zone},
};
use crate::model::{
    Body, Resource, api_management::ApiManagement, cidr::ipv4, dns::RecordAddress, id::ResourceId,
};
use std::{
    collections::{BTreeMap, HashMap},
    net::{IpAddr, Ipv4Addr},
};

/// Aliases that are followed in a row; more is a loop.
const MAX_ALIASES: u8 = 8;

/// Where a name leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// An address, as seen from the asking network.
    Address(Ipv4Addr),
    /// The public address of a service that the topology knows, whatever it is.
    Service(ResourceId),
}

/// What the resolver says: where the name leads if the judgement passes.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) judgement: Judgement,
    pub(crate) found: Option<Found>,
}

impl Answer {
    fn address(address: Ipv4Addr, because: String, by: DecidedBy) -> Self {
        Self {
            judgement: Judgement::pass(because).by(by),
            found: Some(Found::Address(address)),
        }
    }

    fn not(judgement: Judgement) -> Self {
        Self {
            judgement,
            found: None,
        }
    }
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) net: Net,
    pub(crate) hosts: Option<&'a BTreeMap<String, Ipv4Addr>>,
    /// DNS servers of the NIC itself.
    pub(crate) servers: &'a [String],
}

/// Resolves `host` as this asker does.
pub(crate) fn resolve(world: &World<'_>, asker: Asker<'_>, host: &str) -> Answer {
    let listed = asker.hosts.into_iter().flatten();
    if let Some((_, address)) = listed
        .into_iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(host))
    {
        return Answer::address(
            *address,
            format!("the hosts file says `{host}` is {address}"),
            DecidedBy::azure(DecidedKind::HostsEntry, host),
        );
    }
    if let Some(unknown) = own_servers(world, asker) {
        return Answer::not(unknown);
    }
    let mut name = host.to_owned();
    let mut before: Option<Judgement> = None;
    for _ in 0..MAX_ALIASES {
        let answer = match once(world, asker.net, &name) {
            Step::Answer(answer) => answer,
            Step::Alias(next, judgement) => {
                before = Some(match before {
                    Some(before) => before.and(judgement),
                    None => judgement,
                });
                name = next;
                continue;
            }
        };
        let judgement = match before {
            Some(before) => before.and(answer.judgement),
            None => answer.judgement,
        };
        return Answer {
            judgement,
            found: answer.found,
        };
    }
    Answer::not(Judgement::drop(format!(
        "`{host}` leads through more than {MAX_ALIASES} aliases, which looks like a loop; let the last one name an address"
    )))
}

enum Step {
    Answer(Answer),
    Alias(String, Judgement),
}

/// The DNS servers of a network or NIC, if they are not Azure's own.
fn own_servers(world: &World<'_>, asker: Asker<'_>) -> Option<Judgement> {
    let network = world.network(asker.net);
    let azure = "168.63.129.16";
    if asker
        .servers
        .iter()
        .any(|server| server.eq_ignore_ascii_case("AzureProvidedDNS") || server == azure)
    {
        return None;
    }
    let (servers, whose): (Vec<String>, String) = if asker.servers.is_empty() {
        let all = network.inner.dns_servers().iter().map(IpAddr::to_string);
        (
            all.filter(|server| server != azure).collect(),
            format!("`{}`", network.resource.id.name()),
        )
    } else {
        (asker.servers.to_vec(), "the NIC".to_owned())
    };
    if servers.is_empty() {
        return None;
    }
    Some(
        Judgement::unknown(format!(
            "{whose} asks its own DNS servers ({}), whose answer the topology does not know",
            servers.join(", ")
        ))
        .by(DecidedBy::at(
            DecidedKind::DnsServers,
            &network.resource.id,
            servers.join(", "),
            "/properties/dhcpOptions/dnsServers",
        )),
    )
}

fn once(world: &World<'_>, net: Net, host: &str) -> Step {
    let zone = world
        .network(net)
        .zones
        .iter()
        .filter_map(|zone| Some((relative_name(host, zone.id.name())?, zone)))
        .max_by_key(|(_, zone)| zone.id.name().len());
    match zone {
        Some((relative, zone)) => in_zone(world, net, zone, &relative, host),
        None => public(world, net, host),
    }
}

/// `echo.api` in `example.com` for `echo.api.example.com`; `@` for the zone itself.
pub(crate) fn relative_name(host: &str, zone: &str) -> Option<String> {
    let zone = zone.to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    if host == zone {
        return Some("@".to_owned());
    }
    host.strip_suffix(&zone)?
        .strip_suffix('.')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

fn in_zone(world: &World<'_>, net: Net, zone: &Zone<'_>, relative: &str, host: &str) -> Step {
    // A wildcard answers for names that have no record of their own, on any depth below it.
    let mut names = vec![relative.to_owned()];
    let mut rest = relative;
    while let Some((_, after)) = rest.split_once('.') {
        names.push(format!("*.{after}"));
        rest = after;
    }
    if relative != "@" {
        names.push("*".to_owned());
    }
    for name in names {
        if let Some(step) = record(world, zone, &name, host) {
            return step;
        }
        if name == relative
            && let Some(answer) = registered(world, net, zone, relative)
        {
            return Step::Answer(answer);
        }
    }
    let by = DecidedBy::at(DecidedKind::Zone, &zone.id, zone.id.name(), "");
    if zone.falls_back && platform::is_private_link_zone(zone.id.name()) {
        let step = public(world, net, host);
        let redirected = Judgement::pass(format!(
            "private DNS zone `{}` has no record for `{host}`, and its link redirects to public DNS",
            zone.id.name()
        ))
        .by(by);
        return match step {
            Step::Answer(answer) => Step::Answer(Answer {
                judgement: redirected.and(answer.judgement),
                found: answer.found,
            }),
            alias @ Step::Alias(..) => alias,
        };
    }
    Step::Answer(Answer::not(
        Judgement::drop(format!(
            "`{host}` is not resolved in `{}`: private DNS zone `{}` is linked to this network and has no record for `{host}`, so the answer is NXDOMAIN; add record `{relative}` to it",
            world.network(net).resource.id.name(),
            zone.id.name()
        ))
        .by(by)
        .remedy(super::mend::record(world, net, Some(&zone.id), host)),
    ))
}

/// The A or CNAME record of this name, if there is one.
fn record(world: &World<'_>, zone: &Zone<'_>, name: &str, host: &str) -> Option<Step> {
    let topology = world.topology;
    let by = |id: &ResourceId, pointer: &str| DecidedBy::at(DecidedKind::Record, id, name, pointer);
    if let Some((resource, set)) = topology.a_record_set(&zone.id.child("A", name)) {
        let id = &resource.id;
        let answer = match set.a_records.first().map(|record| &record.ipv4_address) {
            Some(RecordAddress::Literal(address)) => Answer::address(
                *address,
                format!(
                    "record `{name}` of private DNS zone `{}` says {address}",
                    zone.id.name()
                ),
                by(id, "/properties/aRecords/0/ipv4Address"),
            ),
            Some(RecordAddress::Of(of)) => match world.addresses.of_resource(of) {
                Some(address) => Answer::address(
                    address,
                    format!(
                        "record `{name}` of private DNS zone `{}` is the address of `{}`, {address}",
                        zone.id.name(),
                        of.short()
                    ),
                    by(id, "/properties/aRecords/0/ipv4Address"),
                ),
                None => Answer::not(
                    Judgement::unknown(format!(
                        "record `{name}` of private DNS zone `{}` is the address of `{}`, which has none",
                        zone.id.name(),
                        of.short()
                    ))
                    .by(by(id, "/properties/aRecords/0/ipv4Address")),
                ),
            },
            None => Answer::not(
                Judgement::drop(format!(
                    "`{host}` is not resolved: record set `{name}` of private DNS zone `{}` is empty; give it an address",
                    zone.id.name()
                ))
                .by(by(id, "/properties/aRecords")),
            ),
        };
        return Some(Step::Answer(answer));
    }
    if let Some(step) = kept_by_group(world, zone, name) {
        return Some(step);
    }
    let (resource, alias) = topology.cname_record_set(&zone.id.child("CNAME", name))?;
    let by = by(&resource.id, "/properties/cnameRecord/cname");
    let target = alias
        .cname_record
        .as_ref()
        .and_then(|record| record.cname.as_deref())
        .map(|target| target.trim_end_matches('.').to_ascii_lowercase());
    Some(match target {
        Some(target) => {
            let because = format!(
                "record `{name}` of private DNS zone `{}` is an alias of `{target}`",
                zone.id.name()
            );
            Step::Alias(target, Judgement::pass(because).by(by))
        }
        None => Step::Answer(Answer::not(
            Judgement::drop(format!(
                "`{host}` is not resolved: alias `{name}` of private DNS zone `{}` names nothing; give it a name",
                zone.id.name()
            ))
            .by(by),
        )),
    })
}

/// The record that Azure keeps in a zone for a private endpoint's zone group.
fn kept_by_group(world: &World<'_>, zone: &Zone<'_>, name: &str) -> Option<Step> {
    let (group, endpoint) = world.kept_record(&zone.id, name)?;
    let by = DecidedBy::at(DecidedKind::Record, group, name, "/properties");
    let answer = match world.addresses.of_resource(endpoint) {
        Some(address) => Answer::address(
            address,
            format!(
                "record `{name}` of private DNS zone `{}` is kept for `{}`, {address}",
                zone.id.name(),
                endpoint.short()
            ),
            by,
        ),
        None => {
            Answer::not(Judgement::unknown(format!("`{}` has no address", endpoint.short())).by(by))
        }
    };
    Some(Step::Answer(answer))
}

/// A machine of the network that a registering link has put into the zone.
fn registered(world: &World<'_>, net: Net, zone: &Zone<'_>, relative: &str) -> Option<Answer> {
    if !zone.registers {
        return None;
    }
    let interface = world.interfaces.iter().find(|interface| {
        interface
            .machine_name()
            .is_some_and(|name| name.eq_ignore_ascii_case(relative))
            && world.subnet(interface.place).network == net
    })?;
    Some(Answer::address(
        interface.address,
        format!(
            "machine `{relative}` is registered in private DNS zone `{}`",
            zone.id.name()
        ),
        DecidedBy::at(
            DecidedKind::Record,
            zone.link,
            relative,
            "/properties/registrationEnabled",
        ),
    ))
}

/// What public DNS says about a name of the topology.
#[derive(Clone, Debug)]
pub(crate) enum PublicName<'t> {
    /// An alias into the private zone of a platform service with a private endpoint.
    Alias(platform::Alias),
    Service(&'t ResourceId, &'t ApiManagement),
    /// The name of a public IP address.
    Address(&'t ResourceId, Option<Ipv4Addr>),
}

/// Every public name of the topology, read once.
fn public_names<'w, 't>(world: &'w World<'t>) -> &'w HashMap<String, PublicName<'t>> {
    world.public_names.get_or_init(|| {
        let mut names: HashMap<String, PublicName<'t>> = HashMap::new();
        for resource in world.topology.resources.values() {
            match &resource.body {
                Body::PrivateEndpoint(endpoint) => {
                    for (host, alias) in platform::aliases(endpoint) {
                        names.insert(host, PublicName::Alias(alias));
                    }
                }
                Body::ApiManagement(service) => {
                    let given = service
                        .hostname_configurations
                        .iter()
                        .filter_map(|config| config.host_name.as_deref())
                        .map(str::to_ascii_lowercase);
                    let regions = regional_names(resource, service);
                    for host in own_names(resource.id.name()).chain(given).chain(regions) {
                        names
                            .entry(host)
                            .or_insert(PublicName::Service(&resource.id, service));
                    }
                }
                Body::PublicIpAddress(inner) => {
                    let fqdn = inner.dns_settings.as_ref().and_then(|dns| {
                        dns.fqdn.clone().or_else(|| {
                            Some(format!(
                                "{}.{}.cloudapp.azure.com",
                                dns.domain_name_label.as_ref()?,
                                resource.location.as_ref()?
                            ))
                        })
                    });
                    if let Some(fqdn) = fqdn {
                        let host = fqdn.trim_end_matches('.').to_ascii_lowercase();
                        let address = ipv4(inner.ip_address);
                        names
                            .entry(host)
                            .or_insert(PublicName::Address(&resource.id, address));
                    }
                }
                _ => {}
            }
        }
        names
    })
}

fn public(world: &World<'_>, net: Net, host: &str) -> Step {
    in_public(world, Some(net), host)
}

/// Resolves a name as a sender outside of all networks does.
pub(crate) fn resolve_outside(world: &World<'_>, host: &str) -> Answer {
    match in_public(world, None, host) {
        Step::Answer(answer) => answer,
        // The zone behind the alias is private: outside, public DNS gives a public address.
        Step::Alias(name, judgement) => Answer::not(judgement.and(Judgement::unknown(format!(
            "the public address of `{name}` is not known to the topology"
        )))),
    }
}

fn in_public(world: &World<'_>, net: Option<Net>, host: &str) -> Step {
    let by = |id: Option<&ResourceId>| match id {
        Some(id) => DecidedBy::at(DecidedKind::PublicName, id, host, ""),
        None => DecidedBy::azure(DecidedKind::PublicName, host),
    };
    match public_names(world).get(host) {
        None => Step::Answer(Answer::not(
            Judgement::unknown(format!(
                "`{host}` is left to public DNS, which the topology does not know"
            ))
            .by(by(None)),
        )),
        Some(PublicName::Alias(alias)) => {
            let because = format!(
                "public DNS gives `{host}` as an alias of `{}`, because `{}` has a private endpoint",
                alias.name,
                alias.service.short()
            );
            let judgement = Judgement::pass(because).by(by(Some(&alias.service)));
            Step::Alias(alias.name.clone(), judgement)
        }
        Some(PublicName::Service(id, service)) => {
            let is_internal = service.virtual_network_type.as_deref() == Some("Internal");
            let judgement = match (is_internal, net) {
                (false, _) => {
                    let because =
                        format!("public DNS gives the public address of `{}`", id.short());
                    return Step::Answer(Answer {
                        judgement: Judgement::pass(because).by(by(Some(id))),
                        found: Some(Found::Service((*id).clone())),
                    });
                }
                (true, None) => Judgement::drop(format!(
                    "`{host}` has no public record because `{}` is internal",
                    id.short()
                )),
                (true, Some(net)) => {
                    let network = world.network(net).resource.id.name();
                    Judgement::drop(format!(
                        "`{host}` is not resolved in `{network}`: it has no public record because `{}` is internal, and no private DNS zone linked to `{network}` has one; \
                         add a private DNS zone `{host}` with record `@` and link it to `{network}`",
                        id.short(),
                    ))
                    .remedy(super::mend::record(world, net, None, host))
                }
            };
            Step::Answer(Answer::not(judgement.by(by(Some(id)))))
        }
        Some(PublicName::Address(id, Some(address))) => Step::Answer(Answer::address(
            *address,
            format!("`{host}` is the name of public IP address `{}`", id.name()),
            by(Some(id)),
        )),
        Some(PublicName::Address(id, None)) => Step::Answer(Answer::not(
            Judgement::unknown(format!(
                "`{host}` is the name of public IP address `{}`, which Azure has not told yet",
                id.name()
            ))
            .by(by(Some(id))),
        )),
    }
}

/// The API Management service that answers for a host name.
pub(crate) fn service_of<'t>(world: &World<'t>, host: &str) -> Option<&'t ResourceId> {
    match public_names(world).get(host) {
        Some(PublicName::Service(id, _)) => Some(id),
        _ => None,
    }
}

/// The names of the gateways of a service with several regions, one a region.
/// Source: <https://learn.microsoft.com/azure/api-management/api-management-howto-deploy-multi-region>.
fn regional_names(resource: &Resource, service: &ApiManagement) -> Vec<String> {
    if service.additional_locations.is_empty() {
        return Vec::new();
    }
    let name = resource.id.name().to_ascii_lowercase();
    let others = service.additional_locations.iter();
    let others = others.map(|region| region.location.as_deref());
    std::iter::once(resource.location.as_deref())
        .chain(others)
        .flatten()
        .map(|region| {
            let region = region.to_ascii_lowercase().replace(' ', "");
            format!("{name}-{region}-01.regional.azure-api.net")
        })
        .collect()
}

/// The names of a service: gateway, portal, developer portal, management, repository.
/// Source: <https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet>.
pub(crate) fn own_names(name: &str) -> impl Iterator<Item = String> {
    let name = name.to_ascii_lowercase();
    ["", "portal.", "developer.", "management.", "scm."]
        .into_iter()
        .map(move |part| format!("{name}.{part}azure-api.net"))
}
