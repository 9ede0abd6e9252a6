//! A forwarder as a scale set: one model for all instances, whose NICs are no resources of their own.

use super::{
    Context, Draft, Placed,
    forwarders::{instances, link_relay, os_profile, storage_profile, vm_size},
    is_set, value,
};
use crate::{
    manifest::{Entry, Forwarder, suggest::clip},
    model::{
        Body, Form, Key, Sku,
        compute::{
            ScaleSetIpConfiguration, ScaleSetNetworkProfile, ScaleSetNicConfiguration,
            ScaleSetProfile, VirtualMachineScaleSet,
        },
        id::ResourceId,
        network::{Child, SubResource},
        relay::RelayConfig,
    },
    source::ManifestPath,
};
use serde_json::json;

const SET: &[Key] = &[
    Key::value("/sku/name", "vmSize"),
    Key::value("/sku/capacity", "instances"),
    Key::list("/zones", "zones"),
    Key::of(
        "/properties/upgradePolicy",
        "upgradePolicy",
        Form::Member("mode"),
    ),
    Key::fixed("/properties/virtualMachineProfile/userData", "relay"),
    Key::value(
        "/properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0/properties/enableIPForwarding",
        "enableIPForwarding",
    ),
    Key::references(
        "/properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0/properties/ipConfigurations/0/properties/applicationSecurityGroups",
        "applicationSecurityGroups",
    ),
    Key::reference(
        "/properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/0/properties/ipConfigurations/0/properties/subnet",
        "subnet",
    ),
];

/// A scale set in the making.
pub(super) struct Set<'a> {
    pub(super) placed: &'a Placed,
    pub(super) name: &'a str,
    pub(super) entry: &'a Entry<Forwarder>,
    pub(super) pools: Vec<SubResource>,
    /// Its application security groups.
    pub(super) groups: Vec<SubResource>,
    /// The probe that says whether an instance is healthy.
    pub(super) probe: Option<&'a ResourceId>,
}

impl Set<'_> {
    pub(super) fn add(self, cx: &mut Context<'_>, relay: &RelayConfig) {
        let stated = &self.entry.value;
        if let Some(addresses) = &stated.private_ip_addresses {
            let message = "the instances of a scale set get their addresses from Azure";
            let help = "remove `privateIPAddresses`, or use `type: virtualMachines`";
            cx.out.error("MAN031", message, addresses.span, help);
        }
        let id = ResourceId::new(
            self.placed.id.subscription(),
            self.placed.id.resource_group(),
            "Microsoft.Compute/virtualMachineScaleSets",
            self.name,
        );
        let mut set = VirtualMachineScaleSet {
            orchestration_mode: Some("Uniform".to_owned()),
            upgrade_policy: Some(json!({ "mode": self.upgrade_mode() })),
            virtual_machine_profile: Some(self.profile(cx)),
            ..VirtualMachineScaleSet::default()
        };
        if let Err(error) = set.set_relay(relay) {
            let name = clip(self.name, 30);
            let message = format!("the relay of `{name}` cannot be written: {error}");
            let span = self.entry.name.span;
            cx.out.error("MAN005", message, span, "report this");
        }
        let place = Placed {
            id: id.clone(),
            location: self.placed.location.clone(),
        };
        let body = Body::VirtualMachineScaleSet(set);
        let mut draft = Draft::new(&place, body, is_set(&stated.existing));
        draft.sku = Some(Sku {
            name: Some(vm_size(stated).to_owned()),
            tier: Some("Standard".to_owned()),
            capacity: u32::try_from(instances(stated)).ok(),
            ..Sku::default()
        });
        let zones = stated.zones.iter().flat_map(|list| &list.value);
        draft.zones = zones.map(|zone| zone.value.clone()).collect();
        cx.out.add(draft, self.entry.name.span);
        let path = ManifestPath::of(&["forwarders", self.name]);
        cx.out.link_whole(&id, "", path.clone(), SET, stated);
        let user_data = "/properties/virtualMachineProfile/userData";
        link_relay(cx, &id, user_data, &path, stated);
    }

    /// A rolling upgrade needs to know whether instances are healthy.
    fn upgrade_mode(&self) -> String {
        let by_default = if self.probe.is_some() {
            "Rolling"
        } else {
            "Automatic"
        };
        value(self.entry.value.upgrade_policy.as_ref()).unwrap_or_else(|| by_default.to_owned())
    }

    fn profile(&self, cx: &Context<'_>) -> ScaleSetProfile {
        let stated = &self.entry.value;
        let subnet = cx.index.subnet(stated.subnet.as_ref());
        let config = ScaleSetIpConfiguration {
            subnet: subnet.map(|subnet| SubResource { id: subnet.id }),
            primary: Some(true),
            load_balancer_backend_address_pools: self.pools.clone(),
            application_security_groups: self.groups.clone(),
            ..ScaleSetIpConfiguration::default()
        };
        let nic = ScaleSetNicConfiguration {
            primary: Some(true),
            enable_ip_forwarding: value(stated.enable_ip_forwarding.as_ref()),
            ip_configurations: vec![Child::new("ipconfig1", config)],
            ..ScaleSetNicConfiguration::default()
        };
        let network = ScaleSetNetworkProfile {
            health_probe: self.probe.map(SubResource::to),
            network_interface_configurations: vec![Child::new(format!("{}-nic", self.name), nic)],
            ..ScaleSetNetworkProfile::default()
        };
        ScaleSetProfile {
            os_profile: Some(os_profile("computerNamePrefix", self.name, stated)),
            storage_profile: Some(storage_profile()),
            network_profile: Some(network),
            ..ScaleSetProfile::default()
        }
    }
}
