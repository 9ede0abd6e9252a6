//! Topology to findings: the rules that Azure enforces, and those that it does not tell you about.
//!
//! # Adding a rule
//! One file `rules/<area>/<name>.rs` (`cargo xtask new rule CODE area/name` writes its frame) and
//! one line in the table below; the tests run its bad and good examples and its fix. What several
//! rules need to know about a topology is a fact: `rules/facts/`. Codes are never reused: one that
//! goes is listed in [`RETIRED`].
//!
//! Files of rules are declared by the table's macro, which `cargo fmt` does not follow: format
//! them with `cargo xtask fmt`.

mod facts;
mod not_judged;
mod prelude;
#[cfg(test)]
mod tests;

use crate::{
    finding::{Finding, Related, Severity},
    model::{Topology, id::ResourceId},
    source::Span,
};
use facts::Subject;
use std::collections::{BTreeMap, BTreeSet};

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Stable code.
    pub code: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub mend: &'static str,
    /// Where it is documented.
    pub source: &'static str,
    /// The code with which ARM refuses it, if it does.
    pub arm_code: Option<&'static str>,
    /// Whether its findings carry a [`crate::finding::Fix`] that is safe to apply unread.
    pub has_fix: bool,
    /// Codes whose finding is about a resource that this one is about too, and is its cause: this
    /// one is left out then. A finding is about the resource of its place and those it relates to.
    pub after: &'static [&'static str],
    /// Further codes that the bad examples show, because they break more than one thing.
    pub also: &'static [&'static str],
    /// Examples that break it: YAML laid over `examples/internal-apim.yaml`, or a whole manifest
    /// if it begins with `linkspan:`.
    pub bad: &'static [&'static str],
    /// Examples, close to the bad ones, that do not.
    pub good: &'static [&'static str],
    check: fn(&Rule, &Subject<'_>, &mut Vec<Finding>),
}

impl Rule {
    /// A finding of this rule at a place.
    fn at(
        &self,
        id: &ResourceId,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Finding {
        Finding::at_place(self.code, self.severity, message, id, pointer)
            .note(self.why)
            .help(self.mend)
            .source(self.source)
    }
}

macro_rules! rules {
    ($($area:ident { $($name:ident,)* })*) => {
        $(mod $area { $(pub(super) mod $name;)* })*

        /// Every rule, by area.
        static TABLE: &[&Rule] = &[$($(&$area::$name::RULE,)*)*];

        /// The files of the rules, for the test that holds table and folder together.
        #[cfg(test)]
        const FILES: &[(&str, &str)] = &[$($((stringify!($area), stringify!($name)),)*)*];
    };
}

rules! {
    network {
        subnet_outside_network,
        subnets_overlap,
        host_bits_set,
        subnet_too_small,
        space_kept_by_azure,
        address_reserved,
        address_outside_subnet,
        address_given_twice,
        subnet_full,
        dynamic_beside_static,
        away_from_its_network,
        refers_to_nothing,
        subnet_delegated,
        peers_overlap,
        peers_of_a_peer_overlap,
        overlap_kept_apart,
        half_a_peering,
        public_address_basic,
        public_address_dynamic,
        public_address_of_other_sku,
        network_too_large,
    }
    security {
        priority_used_twice,
        priority_out_of_range,
        group_too_large,
        several_tags_in_one_side,
        members_in_several_networks,
        not_a_valid_rule,
        probe_blocked,
        relay_port_blocked,
        consumer_addresses_at_provider,
        upstream_blocked,
        client_blocked,
        group_without_policies,
        source_port_at_endpoint,
        outbound_denial_at_endpoint,
        rule_adds_nothing,
        rule_never_matches,
        denies_everything,
        groups_at_both_places,
        subnet_without_any_group,
    }
    routes {
        no_way_out,
        way_out_unsaid,
        scale_set_without_way_out,
        management_replies_astray,
        endpoint_route_overruled,
        endpoint_behind_appliance,
        appliance_absent,
        table_too_large,
        platform_address_routed,
    }
    load_balancers {
        balancer_not_standard,
        frontend_without_address,
        frontend_with_both_addresses,
        no_frontend,
        rule_refers_to_nothing,
        rules_share_a_port,
        rule_without_probe,
        probe_unused,
        probe_slow,
        probe_out_of_range,
        probe_retired_threshold,
        probe_path,
        probe_port_blocked_by_azure,
        probe_sees_only_the_relay,
        probe_answered_by_the_service,
        floating_address_unheard,
        idle_timeout_out_of_range,
        idle_flow_dropped_silently,
        idle_timeout_beyond_private_link,
        member_calls_its_own_frontend,
        frontend_without_zones,
        member_of_two_balancers,
        scale_set_of_two_balancers,
        too_many_rules_or_sets,
        address_of_no_machine,
        pool_of_two_kinds,
        pool_idle,
        rule_not_tcp,
        frontend_dynamic,
    }
    forwarders {
        single_instance,
        pool_without_members,
        needless_ip_forwarding,
        answers_past_the_relay,
        literal_upstream,
        listener_on_other_port,
        listener_on_dynamic_address,
        upstream_unresolved,
        relay_in_a_circle,
        proxy_header_unexpected,
        one_zone,
        scale_set_probe_inactive,
        not_accelerated,
        open_to_the_internet,
        relays_nothing,
        proxy_header_missing,
    }
    private_link {
        nat_subnet_policies,
        nat_subnet_policies_back_on,
        balancer_cannot_serve,
        pool_by_address,
        frontends_of_two_balancers,
        front_of_something_else,
        nat_address_count,
        primary_nat_address,
        nat_subnet_in_other_network,
        in_other_region,
        ipv6,
        too_many_services,
        frontend_without_rule,
        approved_but_not_visible,
        visible_to_everyone,
        list_too_long,
        invisible_to_consumer,
        proxy_header_for_some,
        alias_says_nothing,
        nat_addresses_short,
        nat_rule_alone,
        nat_subnet_shared,
        direct_connect_limits,
        direct_connect_would_do,
    }
    private_endpoints {
        away_from_its_network,
        other_tenant,
        alias_not_manual,
        connects_to_nothing,
        group_ids,
        one_connection,
        not_approved,
        disconnected,
        static_address,
        long_request_message,
        zone_group_without_names,
        second_endpoint,
        too_many_in_a_network,
        delegated_subnet,
        too_much_for_endpoints,
        policies_in_sovereign_region,
    }
    names {
        service_without_name,
        two_zones_of_one_name,
        zone_shadows_public_names,
        stale_address,
        second_registration,
        zone_group_limits,
        servers_outside,
        hosts_file,
        long_ttl,
        further_name_unresolved,
        zone_not_global,
        cname_not_alone,
        linked_to_the_providers_zone,
        fallback_without_effect,
    }
    api_management {
        tier_not_injectable,
        injected_without_subnet,
        elsewhere,
        subnet_without_group,
        management_blocked,
        unit_probe_blocked,
        dependency_blocked,
        subnet_delegation,
        subnet_too_small_for_units,
        subnet_not_its_own,
        external_without_address,
        address_unfit,
        assumed_address,
        developer_tier,
        beyond_its_tier,
        single_unit,
        endpoint_would_do,
        retired_platform,
    }
    operations {
        name_unfit,
        flow_forgotten_early,
        retired_nat_pool,
        lock_in_the_way,
    }
}

pub use not_judged::NOT_JUDGED;

/// Codes that once were rules, with the reason why they are none now.
pub const RETIRED: &[(&str, &str)] = &[];

/// A code that once was a rule, with the reason why it is none now.
pub fn retired(code: &str) -> Option<(&'static str, &'static str)> {
    RETIRED
        .iter()
        .copied()
        .find(|(retired, _)| retired.eq_ignore_ascii_case(code))
}

/// All rules, in the order of their areas.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    TABLE.iter().copied()
}

/// The rule with this code.
pub fn explain(code: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

/// Every finding, located where provenance is known, in the order of the text.
pub fn check(topology: &Topology) -> Vec<Finding> {
    checked_by(topology, |_| true)
}

/// [`check`] with those rules alone that are wanted.
pub fn check_with(topology: &Topology, wanted: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    checked_by(topology, wanted)
}

fn checked_by(topology: &Topology, wanted: impl Fn(&Rule) -> bool) -> Vec<Finding> {
    let subject = Subject::of(topology);
    let mut findings = Vec::new();
    for rule in all().filter(|rule| wanted(rule)) {
        (rule.check)(rule, &subject, &mut findings);
    }
    silence_consequences(&mut findings);
    topology.locate(&mut findings);
    findings.sort_by(|one, other| {
        (one.span, one.code, &one.place, &one.message).cmp(&(
            other.span,
            other.code,
            &other.place,
            &other.message,
        ))
    });
    one_a_cause(findings)
}

/// Leaves out what follows from another finding.
fn silence_consequences(findings: &mut Vec<Finding>) {
    fn about(finding: &Finding) -> impl Iterator<Item = &ResourceId> {
        let related = finding.related.iter().map(|related| &related.place.id);
        finding.place.iter().map(|place| &place.id).chain(related)
    }
    let mut causes: BTreeSet<(&'static str, ResourceId)> = BTreeSet::new();
    for finding in findings.iter() {
        causes.extend(about(finding).map(|id| (finding.code, id.clone())));
    }
    findings.retain(|finding| {
        let after = explain(finding.code).map_or(&[] as &[_], |rule| rule.after);
        !after
            .iter()
            .any(|cause| about(finding).any(|id| causes.contains(&(*cause, id.clone()))))
    });
}

/// Puts findings of one rule together that one place of the text, or of the model, is the cause
/// of: equal machines that are derived from one line, a security rule that stops many.
fn one_a_cause(findings: Vec<Finding>) -> Vec<Finding> {
    type Key = (&'static str, Option<Span>, Option<ResourceId>, String);
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    let mut places: BTreeMap<Key, usize> = BTreeMap::new();
    for finding in findings {
        let id = finding.place.as_ref().map(|place| place.id.clone());
        let pointer = finding.place.as_ref().map(|place| place.pointer.clone());
        let key = (
            finding.code,
            finding.span,
            id.filter(|_| finding.span.is_none()),
            pointer.unwrap_or_default(),
        );
        let first = places.get(&key).and_then(|at| kept.get_mut(*at));
        let Some(first) = first else {
            places.insert(key, kept.len());
            kept.push(finding);
            continue;
        };
        if first.message != finding.message
            && let Some(place) = finding.place
        {
            first.related.push(Related {
                place,
                span: None,
                label: finding.message,
            });
        }
        if let (Some(fix), Some(more)) = (&mut first.fix, finding.fix) {
            for change in more.changes {
                if !fix.changes.contains(&change) {
                    fix.changes.push(change);
                }
            }
        }
    }
    kept
}

/// The first error at a resource or a part of it that ARM refuses, with ARM's code.
pub fn arm_refusal(topology: &Topology, id: &ResourceId) -> Option<(Finding, &'static str)> {
    checked_by(topology, |rule| {
        rule.arm_code.is_some() && rule.severity == Severity::Error
    })
    .into_iter()
    .find_map(|finding| {
        let code = explain(finding.code)?.arm_code?;
        let place = finding.place.as_ref()?;
        (place.id == *id || place.id.parent().as_ref() == Some(id)).then_some((finding, code))
    })
}

/// A topology that a clean check gave; what deploys or exports takes only this.
#[derive(Clone, Debug)]
pub struct Checked<T>(T);

impl Checked<Topology> {
    /// For whoever has just asked [`check`] and saw no error.
    pub(crate) fn after_check(topology: Topology) -> Self {
        Self(topology)
    }

    /// The topology.
    pub fn topology(&self) -> &Topology {
        &self.0
    }
}

/// A topology together with all its findings.
pub type WithFindings<T> = (T, Vec<Finding>);

/// Checks a topology. `earlier` are the findings of reading it; an error there counts as well.
pub fn checked(
    topology: Topology,
    earlier: Vec<Finding>,
) -> Result<WithFindings<Checked<Topology>>, WithFindings<Topology>> {
    let mut findings = earlier;
    findings.extend(check(&topology));
    if findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        return Err((topology, findings));
    }
    Ok((Checked(topology), findings))
}
