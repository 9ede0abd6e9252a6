//! Terraform: `azurerm` where it expresses a resource exactly, else `azapi`.
//!
//! A resource is tried in `azurerm` first: its mapper takes the JSON apart, and whatever has no
//! argument sends the whole resource to `azapi_resource`, with the reason above it. So nothing is
//! lost, and a new property needs no new code. The second exporter writes everything with `azapi`.
//!
//! Each subscription is a provider; what is there already is read by data sources.
//! Sources: <https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs>,
//! <https://registry.terraform.io/providers/Azure/azapi/latest/docs>.

mod balancer;
mod compute;
mod dns;
mod hcl;
mod link;
mod native;
mod network;
mod take;

use super::{
    ExportError, Exporter, File, Options, Run,
    deployment::{Deployment, Item, Side},
    expression::{Expr, Reference},
    names::Style,
};
use crate::{Checked, Topology, model::id::ResourceId};
use hcl::{Block, Body, Hcl, Resolve};
use native::{Native, Taken};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};
use take::{Unsupported, value};

pub(super) static EXPORTER: Exporter = Exporter {
    id: "terraform",
    title: "Terraform with azurerm, and azapi where azurerm cannot say it",
    extension: "tf",
    media_type: "text/plain",
    run: Run::Clean(with_azurerm),
};

pub(super) static AZAPI_EXPORTER: Exporter = Exporter {
    id: "terraform-azapi",
    title: "Terraform with azapi alone",
    extension: "tf",
    media_type: "text/plain",
    run: Run::Clean(with_azapi),
};

/// API version with which a private endpoint's NIC is read.
const NIC_VERSION: &str = "2024-03-01";

fn with_azurerm(checked: &Checked<Topology>, options: &Options) -> Result<Vec<File>, ExportError> {
    write(checked, options, &native::native, false)
}

fn with_azapi(checked: &Checked<Topology>, options: &Options) -> Result<Vec<File>, ExportError> {
    write(
        checked,
        options,
        &|_, _, _| Err(Unsupported(String::new())),
        true,
    )
}

/// How a resource is written.
#[derive(Debug)]
enum Form {
    Native(Native),
    Azapi(Block),
    /// There already; read by this data source.
    Data(Block),
    /// A part of another resource's block.
    Absorbed,
}

/// Everything, before it is text.
struct Plan<'d> {
    deployment: &'d Deployment,
    forms: BTreeMap<ResourceId, Form>,
    /// Resources whose address is asked for.
    asked: BTreeSet<ResourceId>,
    /// How parts that have blocks of their own are referred to.
    parts: BTreeMap<ResourceId, String>,
    /// Blocks that complete a resource or a part, by its id.
    completions: BTreeMap<ResourceId, Vec<String>>,
}

type Try<'f> = &'f dyn Fn(&Deployment, &Item, &Taken) -> Result<Native, Unsupported>;

fn write(
    checked: &Checked<Topology>,
    options: &Options,
    native: Try<'_>,
    is_azapi_alone: bool,
) -> Result<Vec<File>, ExportError> {
    let deployment = Deployment::of(checked, options, Style::Snake)?;
    let plan = Plan::of(&deployment, native, is_azapi_alone)?;
    Ok(vec![
        File {
            path: "main.tf".to_owned(),
            text: plan.main(),
        },
        File {
            path: "providers.tf".to_owned(),
            text: plan.providers(),
        },
    ])
}

impl<'d> Plan<'d> {
    fn of(
        deployment: &'d Deployment,
        native: Try<'_>,
        is_azapi_alone: bool,
    ) -> Result<Self, ExportError> {
        let mut asked = BTreeSet::new();
        for item in deployment.items.values() {
            item.body.addresses(&mut |id| {
                asked.insert(id.clone());
            });
        }
        if let Some(id) = asked.iter().find(|id| {
            !deployment.items.contains_key(*id)
                || !(id.is_type("Microsoft.Network/privateEndpoints")
                    || id.is_type("Microsoft.ApiManagement/service"))
        }) {
            return Err(ExportError::NoAddress { id: id.clone() });
        }
        let taken = Taken::by(deployment);
        let mut plan = Self {
            deployment,
            forms: BTreeMap::new(),
            asked,
            parts: BTreeMap::new(),
            completions: BTreeMap::new(),
        };
        for item in deployment.items.values() {
            if plan.forms.contains_key(&item.id) {
                continue;
            }
            let form = if item.existing {
                Form::Data(plan.data(item, is_azapi_alone))
            } else {
                match native(deployment, item, &taken) {
                    Ok(found) => plan.note(found),
                    Err(Unsupported(reason)) => {
                        let mut block = plan.azapi(item);
                        block.comment = (!reason.is_empty()).then_some(reason);
                        Form::Azapi(block)
                    }
                }
            };
            plan.forms.insert(item.id.clone(), form);
        }
        Ok(plan)
    }

    /// Remembers what others may refer to.
    fn note(&mut self, found: Native) -> Form {
        self.parts.extend(found.parts.iter().cloned());
        for (id, address) in &found.completions {
            self.completions
                .entry(id.clone())
                .or_default()
                .push(address.clone());
        }
        for id in &found.absorbed {
            self.forms.insert(id.clone(), Form::Absorbed);
        }
        Form::Native(found)
    }

    /// A resource with its JSON as it is.
    fn azapi(&self, item: &Item) -> Block {
        let mut body = Body::default();
        body.set(
            "type",
            Hcl::Text(format!("{}@{}", item.arm_type, item.version)),
        );
        body.set("name", Hcl::text(item.id.name()));
        body.set("parent_id", self.parent(item));
        let mut inner = Vec::new();
        let mut tags = None;
        if let Expr::Object(members) = &item.body {
            for (name, member) in members {
                match name.as_str() {
                    "location" => body.set("location", value(member)),
                    "tags" => tags = Some(value(member)),
                    "properties" if *member == Expr::Object(Vec::new()) => {}
                    _ => inner.push((name.clone(), value(member))),
                }
            }
        }
        if !inner.is_empty() {
            body.set("body", Hcl::Map(inner));
        }
        body.set_some("tags", tags);
        body.set_some("response_export_values", self.exported(item));
        Block::new("resource", &["azapi_resource", &item.symbol], body)
    }

    /// What others ask of it.
    fn exported(&self, item: &Item) -> Option<Hcl> {
        let path = if item.id.is_type("Microsoft.Network/privateEndpoints") {
            "properties.networkInterfaces"
        } else {
            "properties.privateIPAddresses"
        };
        self.asked
            .contains(&item.id)
            .then(|| Hcl::List(vec![Hcl::text(path)]))
    }

    fn parent(&self, item: &Item) -> Hcl {
        if item.is_group() {
            return Hcl::Text(format!("/subscriptions/{}", item.id.subscription()));
        }
        let parent = item.id.parent().unwrap_or_else(|| item.id.group_id());
        if self.deployment.items.contains_key(&parent) {
            Hcl::Id(Reference {
                owner: parent,
                rest: Vec::new(),
            })
        } else {
            Hcl::text(parent.as_str())
        }
    }

    /// What reads a resource that is there already.
    fn data(&self, item: &Item, is_azapi_alone: bool) -> Block {
        let found = native::DATA
            .iter()
            .find(|(arm_type, _)| *arm_type == item.arm_type)
            .filter(|_| !self.asked.contains(&item.id));
        let mut body = Body::default();
        if let Some((_, source)) = found.filter(|_| !is_azapi_alone) {
            body.set("name", Hcl::text(item.id.name()));
            if !item.is_group() {
                body.set("resource_group_name", Hcl::Name(item.id.group_id()));
            }
            return Block::new("data", &[source, &item.symbol], body);
        }
        let version = if item.version.is_empty() {
            NIC_VERSION
        } else {
            &item.version
        };
        body.set("type", Hcl::Text(format!("{}@{version}", item.arm_type)));
        body.set("resource_id", Hcl::text(item.id.as_str()));
        body.set_some("response_export_values", self.exported(item));
        Block::new("data", &["azapi_resource", &item.symbol], body)
    }

    /// Addresses of blocks that must be done before, where no reference says so.
    fn needs(&self, item: &Item) -> Vec<String> {
        let mut needs = Vec::new();
        for need in self.deployment.unsaid(item) {
            match self.forms.get(&need.id) {
                Some(Form::Native(found)) => {
                    needs.extend(found.blocks.first().map(Block::address));
                    needs.extend(
                        self.completions
                            .get(&need.id)
                            .into_iter()
                            .flatten()
                            .cloned(),
                    );
                }
                Some(Form::Azapi(block)) => needs.push(block.address()),
                Some(Form::Data(_) | Form::Absorbed) | None => {}
            }
        }
        // A service that is injected into a subnet is refused while the subnet has no NSG, and a
        // Private Link Service reads the rules of its load balancer.
        item.body.references(&mut |reference| {
            if item.id.is_type("Microsoft.ApiManagement/service") {
                needs.extend(
                    self.completions
                        .get(&reference.id())
                        .into_iter()
                        .flatten()
                        .cloned(),
                );
            }
            if item.id.is_type("Microsoft.Network/privateLinkServices")
                && !reference.rest.is_empty()
            {
                needs.extend(
                    self.completions
                        .get(&reference.owner)
                        .into_iter()
                        .flatten()
                        .filter(|address| address.starts_with("azurerm_lb"))
                        .cloned(),
                );
            }
        });
        needs.sort();
        needs.dedup();
        needs
    }

    fn main(&self) -> String {
        let mut text = String::new();
        for line in self.deployment.header() {
            let _infallible = writeln!(text, "# {line}");
        }
        for secret in &self.deployment.secrets {
            let mut body = Body::default();
            body.set("type", Hcl::Raw("string".to_owned()));
            body.set("sensitive", Hcl::bool(true));
            text.push('\n');
            text.push_str(&hcl::print(&Block::new("variable", &[secret], body), self));
        }
        for side in &self.deployment.sides {
            if self.deployment.sides.len() > 1 {
                let _infallible = write!(
                    text,
                    "\n# Subscription {} ({})\n",
                    side.key, side.subscription
                );
            }
            for item in self.deployment.of_side(side) {
                for block in self.blocks(item, side) {
                    text.push('\n');
                    text.push_str(&hcl::print(&block, self));
                }
            }
        }
        text
    }

    /// The blocks of a resource as they are printed: with provider and needs.
    fn blocks(&self, item: &Item, side: &Side) -> Vec<Block> {
        let blocks: Vec<Block> = match self.forms.get(&item.id) {
            Some(Form::Native(found)) => found.blocks.clone(),
            Some(Form::Azapi(block) | Form::Data(block)) => vec![block.clone()],
            Some(Form::Absorbed) | None => Vec::new(),
        };
        let is_data = item.existing;
        let mut out = Vec::new();
        for (at, mut block) in blocks.into_iter().enumerate() {
            if self.deployment.sides.len() > 1 {
                let kind = block.labels.first().map_or("", String::as_str);
                let provider = kind.split('_').next().unwrap_or_default();
                let alias = alias(side);
                block.body.0.insert(
                    0,
                    hcl::Entry::Attribute(
                        "provider".to_owned(),
                        Hcl::Raw(format!("{provider}.{alias}")),
                    ),
                );
            }
            if at == 0 && !is_data {
                let needs = self.needs(item);
                if !needs.is_empty() {
                    let list = needs.into_iter().map(Hcl::Raw).collect();
                    block.body.set("depends_on", Hcl::List(list));
                }
            }
            out.push(block);
        }
        if let Some(nic) = self.nic(item, side) {
            out.push(nic);
        }
        out
    }

    /// What reads the NIC of a private endpoint in `azapi`, whose address is asked for.
    fn nic(&self, item: &Item, side: &Side) -> Option<Block> {
        let is_asked =
            self.asked.contains(&item.id) && item.id.is_type("Microsoft.Network/privateEndpoints");
        let source = match self.forms.get(&item.id) {
            Some(Form::Azapi(block) | Form::Data(block)) if is_asked => block.address(),
            _ => return None,
        };
        let mut body = Body::default();
        if self.deployment.sides.len() > 1 {
            body.set("provider", Hcl::Raw(format!("azapi.{}", alias(side))));
        }
        body.set(
            "type",
            Hcl::Text(format!("Microsoft.Network/networkInterfaces@{NIC_VERSION}")),
        );
        body.set(
            "resource_id",
            Hcl::Raw(format!(
                "{source}.output.properties.networkInterfaces[0].id"
            )),
        );
        body.set(
            "response_export_values",
            Hcl::List(vec![Hcl::text("properties.ipConfigurations")]),
        );
        Some(Block::new(
            "data",
            &["azapi_resource", &format!("{}_nic", item.symbol)],
            body,
        ))
    }

    fn providers(&self) -> String {
        let mut used: BTreeSet<(String, String)> = BTreeSet::new();
        for side in &self.deployment.sides {
            for item in self.deployment.of_side(side) {
                for block in self.blocks(item, side) {
                    let kind = block.labels.first().map_or("", String::as_str);
                    let provider = kind.split('_').next().unwrap_or_default();
                    used.insert((provider.to_owned(), side.key.clone()));
                }
            }
        }
        let mut required = Body::default();
        for (name, source, version) in [
            ("azapi", "Azure/azapi", "~> 2.0"),
            ("azurerm", "hashicorp/azurerm", "~> 4.55"),
        ] {
            if used.iter().any(|(provider, _)| provider == name) {
                required.set(
                    name,
                    Hcl::Map(vec![
                        ("source".to_owned(), Hcl::text(source)),
                        ("version".to_owned(), Hcl::text(version)),
                    ]),
                );
            }
        }
        let mut terraform = Body::default();
        terraform.set("required_version", Hcl::text(">= 1.9"));
        terraform.block("required_providers", required);
        let mut text = hcl::print(&Block::new("terraform", &[], terraform), self);
        for side in &self.deployment.sides {
            for provider in ["azapi", "azurerm"] {
                if !used.contains(&(provider.to_owned(), side.key.clone())) {
                    continue;
                }
                let mut body = Body::default();
                if self.deployment.sides.len() > 1 {
                    body.set("alias", Hcl::Text(alias(side)));
                }
                body.set("subscription_id", Hcl::text(&side.subscription));
                body.set_some("tenant_id", side.tenant.as_deref().map(Hcl::text));
                if provider == "azurerm" {
                    body.block("features", Body::default());
                }
                text.push('\n');
                text.push_str(&hcl::print(
                    &Block::new("provider", &[provider], body),
                    self,
                ));
            }
        }
        text
    }
}

/// The alias of a subscription's providers.
fn alias(side: &Side) -> String {
    let name = super::names::snake(&side.key);
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        format!("s_{name}")
    } else {
        name
    }
}

impl Plan<'_> {
    /// `azurerm_lb.name`; `None` for what has no block.
    fn owner(&self, id: &ResourceId) -> Option<String> {
        match self.forms.get(id)? {
            Form::Native(found) => found.blocks.first().map(Block::address),
            Form::Azapi(block) | Form::Data(block) => Some(block.address()),
            Form::Absorbed => None,
        }
    }
}

impl Resolve for Plan<'_> {
    fn id(&self, reference: &Reference) -> (String, String) {
        let id = reference.id();
        if let Some(part) = self.parts.get(&id) {
            return (format!("{part}.id"), String::new());
        }
        let Some(owner) = self.owner(&reference.owner) else {
            return (hcl::quoted(id.as_str()), String::new());
        };
        let mut rest = String::new();
        for (kind, name) in &reference.rest {
            let _infallible = write!(rest, "/{kind}/{name}");
        }
        (format!("{owner}.id"), rest)
    }

    fn name(&self, id: &ResourceId) -> String {
        self.owner(id).map_or_else(
            || hcl::quoted(id.name()),
            |owner| match owner.strip_prefix("data.azapi_resource.") {
                // Asked for by its id, so the data source does not say the name.
                Some(_) => hcl::quoted(id.name()),
                None => format!("{owner}.name"),
            },
        )
    }

    fn address(&self, id: &ResourceId) -> String {
        let owner = self.owner(id).unwrap_or_default();
        let is_native = matches!(self.forms.get(id), Some(Form::Native(_)));
        let is_endpoint = id.is_type("Microsoft.Network/privateEndpoints");
        match (is_native, is_endpoint) {
            (true, true) => format!("{owner}.private_service_connection[0].private_ip_address"),
            (true, false) => format!("{owner}.private_ip_addresses[0]"),
            (false, true) => {
                let symbol = self
                    .deployment
                    .items
                    .get(id)
                    .map_or("", |item| item.symbol.as_str());
                format!(
                    "data.azapi_resource.{symbol}_nic.output.properties.ipConfigurations[0].properties.privateIPAddress"
                )
            }
            (false, false) => format!("{owner}.output.properties.privateIPAddresses[0]"),
        }
    }
}
