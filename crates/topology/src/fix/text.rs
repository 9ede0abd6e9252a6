//! Changes of the model as changes of the manifest's texts.
//!
//! A change is written where its value is said, or would be: at the key of a short section, in an
//! entry of `resources`, and where no key says it, in a new entry of `resources` that is laid over
//! what the sections make. What was written is read and resolved again before it is handed out, and
//! the changed place must then be as wanted; a way of writing that does not lead there is not taken.

mod laid;

use crate::{
    arm,
    finding::{Change, Edit, Place},
    manifest::{self, Manifest, REMOVE, edit},
    model::{Form, Topology, Written, id::ResourceId, only},
    resolve::resolve,
    source::{Form as Syntax, ManifestPath, SourceId, SourceMap, Span},
};
use laid::{covers, lay, patch, steps_between};
use serde_json::{Map, Value, json};

/// Why a change cannot be written into the texts.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    /// The change cannot be applied to the model.
    #[error("the change does not fit the model")]
    Model(#[source] super::FixError),
    /// No way of writing it leads to the wanted model.
    #[error("`{pointer}` of `{id}` cannot be changed in the manifest")]
    Unwritable {
        /// The resource.
        id: ResourceId,
        /// JSON pointer into it.
        pointer: String,
    },
}

/// Texts after changes.
#[derive(Clone, Debug)]
pub struct Mended {
    /// All texts, changed or not.
    pub sources: SourceMap,
    /// What was changed: at most one edit for each text, in the old one's places.
    pub edits: Vec<Edit>,
}

/// Writes changes of the model into the manifest's texts, one after the other. Their pointers count
/// in lists as these are before the first change, as in [`apply`](super::apply).
pub fn mend(sources: &SourceMap, changes: &[Change]) -> Result<Mended, MendError> {
    let mut changed = sources.clone();
    for change in super::shift::one_after_the_other(changes) {
        changed = one(&changed, &change)?;
    }
    let edits = sources
        .ids()
        .filter_map(|id| difference(sources.text(id), changed.text(id), id))
        .collect();
    Ok(Mended {
        sources: changed,
        edits,
    })
}

/// The part in which two texts differ, as one edit.
fn difference(old: &str, new: &str, source: SourceId) -> Option<Edit> {
    if old == new {
        return None;
    }
    let same = |(a, b): &(char, char)| a == b;
    let before: usize = old
        .chars()
        .zip(new.chars())
        .take_while(same)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    let (old_rest, new_rest) = (old.get(before..)?, new.get(before..)?);
    let after: usize = old_rest
        .chars()
        .rev()
        .zip(new_rest.chars().rev())
        .take_while(same)
        .map(|(letter, _)| letter.len_utf8())
        .sum();
    let end = old.len().saturating_sub(after);
    let text = new_rest.get(..new_rest.len().saturating_sub(after))?;
    Some(Edit {
        span: Span::within(source, before, end),
        text: text.to_owned(),
    })
}

/// A manifest that was read, and where a change wants to have it.
struct Wanted<'c> {
    manifest: Manifest,
    topology: Topology,
    errors: usize,
    change: &'c Change,
    place: Place,
    /// Where to look whether it is as wanted: the place, or the list that it is in.
    seen: Place,
    /// What stands at the place afterwards; of a list that grows or shrinks, the whole list.
    value: Option<Value>,
}

fn read(sources: &SourceMap) -> (Manifest, Topology, usize) {
    let (manifest, findings) = manifest::parse_layers(sources);
    let resolved = resolve(&manifest);
    let errors = findings.len().saturating_add(resolved.findings.len());
    (manifest, resolved.topology, errors)
}

fn one(sources: &SourceMap, change: &Change) -> Result<SourceMap, MendError> {
    let (manifest, topology, errors) = read(sources);
    let place = topology.provenance.home(&Place {
        id: change.id.clone(),
        pointer: change.pointer.clone(),
    });
    let seen = seen(&place, change.value.is_none());
    let at_home = Change {
        id: place.id.clone(),
        pointer: place.pointer.clone(),
        value: change.value.clone(),
    };
    let after =
        super::apply(&topology, std::slice::from_ref(&at_home)).map_err(MendError::Model)?;
    let wanted = Wanted {
        value: view(&after, &seen),
        manifest,
        topology,
        errors,
        change: &at_home,
        place,
        seen,
    };
    if view(&wanted.topology, &wanted.seen) == wanted.value {
        return Ok(sources.clone());
    }
    wanted
        .at_its_key(sources)
        .or_else(|| wanted.in_resources(sources))
        .ok_or_else(|| MendError::Unwritable {
            id: change.id.clone(),
            pointer: change.pointer.clone(),
        })
}

/// The list, where a change puts something at its end or takes something out; else the place.
fn seen(place: &Place, is_removal: bool) -> Place {
    let item = place.pointer.rsplit_once('/');
    let list = item.filter(|(_, last)| {
        *last == "-" || (is_removal && last.bytes().all(|byte| byte.is_ascii_digit()))
    });
    Place {
        id: place.id.clone(),
        pointer: list
            .map_or(place.pointer.as_str(), |(list, _)| list)
            .to_owned(),
    }
}

/// What stands at a place; the tags of a whole resource are ours to add, and are left out.
fn view(topology: &Topology, place: &Place) -> Option<Value> {
    let resource = topology.resources.get(&place.id)?;
    let mut value = arm::user_data::readable(resource).ok()?;
    if place.pointer.is_empty()
        && let Some(members) = value.as_object_mut()
    {
        members.shift_remove("tags");
    }
    value.pointer(&place.pointer).cloned()
}

impl Wanted<'_> {
    /// The texts, if the change is as wanted in them and they have no finding more than before.
    fn accept(&self, sources: SourceMap) -> Option<SourceMap> {
        let (_, topology, errors) = read(&sources);
        let mut found = view(&topology, &self.seen);
        // A list that loses its last item may go as well.
        if self.change.value.is_none() && found.is_none() && self.value == Some(json!([])) {
            found = Some(json!([]));
        }
        // What goes into a list that was taken away as a whole may be laid over what the sections
        // say of it again.
        let is_new_list =
            || self.change.pointer.ends_with("/-") && view(&self.topology, &self.seen).is_none();
        let is_as_wanted = found == self.value
            || matches!((&found, &self.value), (Some(found), Some(wanted)) if is_new_list() && covers(found, wanted));
        (errors <= self.errors && is_as_wanted).then_some(sources)
    }

    /// Writes the change where the value is said or would be.
    fn at_its_key(&self, sources: &SourceMap) -> Option<SourceMap> {
        let written = self.topology.provenance.path(&self.place)?;
        match &self.change.value {
            None => removals(sources, &written.path)
                .into_iter()
                .find_map(|path| self.accept(remove(sources, &path)?)),
            Some(value) => spellings(&written, value)
                .into_iter()
                .find_map(|(path, value)| self.accept(set(sources, &path, &value)?)),
        }
    }

    /// Writes the change as an entry of `resources`, or into the one that is there.
    fn in_resources(&self, sources: &SourceMap) -> Option<SourceMap> {
        let id = &self.place.id;
        let known = self.topology.provenance.raw_entry(id).cloned();
        let current = self
            .topology
            .resources
            .get(id)
            .map(arm::user_data::readable);
        let patch = match (current, &self.change.value, self.place.pointer.as_str()) {
            (None, Some(value), "") => value.clone(),
            (Some(_), None, "") => {
                // What only an entry of `resources` makes, goes with it.
                if let Some(path) = &known
                    && let Some(gone) = remove(sources, path).and_then(|gone| self.accept(gone))
                {
                    return Some(gone);
                }
                json!({ REMOVE: true })
            }
            (Some(Ok(current)), value, pointer) => {
                let segments: Vec<String> = ManifestPath::default()
                    .pointer(pointer)
                    .segments()
                    .collect();
                patch(Some(&current), &segments, value.as_ref())?
            }
            _ => return None,
        };
        let layer = layer_of_resources(sources);
        let mut changed = sources.clone();
        if let Some(path) = known {
            let old = edit::value_at(sources.text(layer), &path)?;
            let mut new = old.clone();
            lay(&mut new, &patch);
            let mut steps = Vec::new();
            steps_between(&old, &new, &path, &mut steps);
            for (path, value) in steps {
                changed = edited(&changed, layer, &path, value.as_ref())?;
            }
        } else {
            let mut entry = self.named(id);
            let Value::Object(members) = patch else {
                return None;
            };
            for (key, value) in members {
                if !matches!(key.as_str(), "id" | "name" | "type") {
                    entry.insert(key, value);
                }
            }
            let path = ManifestPath::of(&["resources"]).end();
            changed = edited(&changed, layer, &path, Some(&Value::Object(entry)))?;
        }
        self.accept(changed)
    }

    /// The members by which an entry names its resource.
    fn named(&self, id: &ResourceId) -> Map<String, Value> {
        let mut entry = Map::new();
        let group = self.manifest.resource_groups.keys().find(|name| {
            name.eq_ignore_ascii_case(id.resource_group())
                && self.topology.resources.contains_key(&id.group_id())
        });
        match group {
            Some(group) if !id.is_type("Microsoft.Resources/resourceGroups") => {
                entry.insert("type".to_owned(), json!(id.arm_type()));
                entry.insert("name".to_owned(), json!(id.names()));
                entry.insert("resourceGroup".to_owned(), json!(group));
            }
            _ => {
                entry.insert("id".to_owned(), json!(id));
            }
        }
        entry
    }
}

/// The ways to write a value, the best one first.
fn spellings(written: &Written, value: &Value) -> Vec<(ManifestPath, Value)> {
    let path = written.path.clone();
    match written.form {
        Form::Value => {
            let names = short(value).into_iter().chain([value.clone()]);
            let mut ways: Vec<_> = names.map(|value| (path.clone(), value)).collect();
            // A list of one may be written without its brackets.
            let only = path.as_str().strip_suffix("/0");
            ways.extend(only.map(|list| (ManifestPath::default().pointer(list), value.clone())));
            ways
        }
        Form::List | Form::Whole => vec![(path, value.clone())],
        Form::Member(member) => {
            let Some(value) = only(value, member) else {
                return Vec::new();
            };
            let names = short(value).into_iter().chain([value.clone()]);
            names.map(|value| (path.clone(), value)).collect()
        }
        Form::Members(member) => {
            let items = value.as_array().into_iter().flatten();
            let whole: Option<Vec<Value>> = items.map(|item| only(item, member).cloned()).collect();
            let Some(whole) = whole.map(Value::from) else {
                return Vec::new();
            };
            vec![(path.clone(), shortened(&whole)), (path, whole)]
        }
        Form::Section(section) => {
            let said = match value.as_array() {
                Some(items) => {
                    let entries = items.iter().map(|item| section.entry(item));
                    let entries = entries.collect::<Option<Map<String, Value>>>();
                    entries.map(|entries| (path, Value::Object(entries)))
                }
                None => section
                    .entry(value)
                    .map(|(name, entry)| (path.key(&name), entry)),
            };
            said.into_iter()
                .flat_map(|(path, entry)| [(path.clone(), shortened(&entry)), (path, entry)])
                .collect()
        }
        Form::Fixed => Vec::new(),
    }
}

/// A reference by name, where the value is an id.
fn short(value: &Value) -> Option<Value> {
    let id: ResourceId = value.as_str()?.parse().ok()?;
    let name = match (
        id.is_type("Microsoft.Network/virtualNetworks/subnets"),
        id.parent(),
    ) {
        (true, Some(network)) => format!("{}/{}", network.name(), id.name()),
        _ => id.name().to_owned(),
    };
    Some(Value::String(name))
}

/// A value with all references by name.
fn shortened(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(shortened).collect(),
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), shortened(value)))
            .collect(),
        other => short(other).unwrap_or_else(|| other.clone()),
    }
}

/// The text that says `resources`: the last one that has it, else the manifest itself.
fn layer_of_resources(sources: &SourceMap) -> SourceId {
    let path = ManifestPath::of(&["resources"]);
    yaml_layers(sources)
        .into_iter()
        .rev()
        .find(|id| edit::known_segments(sources.text(*id), &path) > 0)
        .unwrap_or_default()
}

fn yaml_layers(sources: &SourceMap) -> Vec<SourceId> {
    sources
        .ids()
        .filter(|id| sources.form(*id) == Syntax::Yaml)
        .collect()
}

fn edited(
    sources: &SourceMap,
    layer: SourceId,
    path: &ManifestPath,
    value: Option<&Value>,
) -> Option<SourceMap> {
    let text = sources.text(layer);
    let edits = edit::edits(text, layer, path, value).ok()?;
    Some(sources.with_text(layer, edit::apply(text, &edits)))
}

/// Sets a value where it is stated last, or where most of the way to it is.
fn set(sources: &SourceMap, path: &ManifestPath, value: &Value) -> Option<SourceMap> {
    let length = path.segments().count();
    let layers = yaml_layers(sources);
    let known = |id: &SourceId| edit::known_segments(sources.text(*id), path);
    let stated = layers.iter().rev().find(|id| known(id) == length);
    let layer = match stated {
        Some(layer) => *layer,
        // The first of those that know most.
        None => *layers.iter().rev().max_by_key(|id| known(id))?,
    };
    edited(sources, layer, path, Some(value))
}

/// What may be removed so that a value goes: itself, or what is around it and has nothing else. An
/// empty list may mean something else than none.
fn removals(sources: &SourceMap, path: &ManifestPath) -> Vec<ManifestPath> {
    let mut ways = vec![path.clone()];
    let mut around = path.as_str();
    while let Some((parent, _)) = around.rsplit_once('/') {
        let parent_path = ManifestPath::default().pointer(parent);
        let is_alone = yaml_layers(sources).into_iter().all(|layer| {
            match edit::value_at(sources.text(layer), &parent_path) {
                Some(Value::Object(members)) => members.len() <= 1,
                Some(Value::Array(items)) => items.len() <= 1,
                _ => true,
            }
        });
        // An entry of a section is more than what it says.
        if !is_alone || parent_path.segments().count() < 3 {
            break;
        }
        ways.push(parent_path);
        around = parent;
    }
    ways
}

/// Removes a value from every text that states it.
fn remove(sources: &SourceMap, path: &ManifestPath) -> Option<SourceMap> {
    let length = path.segments().count();
    let mut changed = sources.clone();
    for layer in yaml_layers(sources) {
        if edit::known_segments(changed.text(layer), path) == length {
            changed = edited(&changed, layer, path, None)?;
        }
    }
    Some(changed)
}

#[cfg(test)]
mod tests;
