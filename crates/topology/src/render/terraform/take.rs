//! Takes a resource's JSON apart, and knows what is left.
//!
//! A mapper takes what it has an argument for. Whatever remains has none, and then the resource is
//! written with `azapi`, so that nothing is ever lost in silence.

use super::{super::expression::Expr, hcl::Hcl};

/// Why `azurerm` cannot express a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unsupported(pub(super) String);

pub(super) type Result<T> = std::result::Result<T, Unsupported>;

/// Members of an object, until they are taken.
#[derive(Clone, Debug)]
pub(super) struct Take<'e> {
    members: Vec<(&'e str, &'e Expr)>,
    path: String,
}

/// Azure takes these for *not given*.
fn is_empty(expr: &Expr) -> bool {
    match expr {
        Expr::Null => true,
        Expr::List(list) => list.is_empty(),
        Expr::Object(members) => members.iter().all(|(_, member)| is_empty(member)),
        _ => false,
    }
}

/// Any value.
pub(super) fn value(expr: &Expr) -> Hcl {
    match expr {
        Expr::Null => Hcl::Raw("null".to_owned()),
        Expr::Bool(bool) => Hcl::bool(*bool),
        Expr::Number(number) => Hcl::Raw(number.to_string()),
        Expr::Text(text) => Hcl::text(text),
        Expr::Ref(reference) => Hcl::Id(reference.clone()),
        Expr::Address(id) => Hcl::Address(id.clone()),
        Expr::Base64(text) => Hcl::Raw(format!("base64encode({})", super::hcl::quoted(text))),
        Expr::Secret(name) => Hcl::Raw(format!("var.{name}")),
        Expr::List(list) => Hcl::List(list.iter().map(value).collect()),
        Expr::Object(members) => Hcl::Map(
            members
                .iter()
                .map(|(name, member)| (name.clone(), value(member)))
                .collect(),
        ),
    }
}

impl<'e> Take<'e> {
    /// The members of an object; anything else has none.
    pub(super) fn of(expr: &'e Expr, path: &str) -> Self {
        let members = match expr {
            Expr::Object(members) => members
                .iter()
                .filter(|(_, member)| !is_empty(member))
                .map(|(name, member)| (name.as_str(), member))
                .collect(),
            _ => Vec::new(),
        };
        Self {
            members,
            path: path.to_owned(),
        }
    }

    fn place(&self, name: &str) -> String {
        if self.path.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    /// An error about a member.
    pub(super) fn fail<T>(&self, name: &str) -> Result<T> {
        Err(Unsupported(format!(
            "azurerm has no argument for this value of {}",
            self.place(name)
        )))
    }

    /// A member, as it is.
    pub(super) fn take(&mut self, name: &str) -> Option<&'e Expr> {
        let at = self.members.iter().position(|(known, _)| *known == name)?;
        Some(self.members.remove(at).1)
    }

    /// A scalar or an id.
    pub(super) fn value(&mut self, name: &str) -> Result<Option<Hcl>> {
        match self.take(name) {
            Some(Expr::List(_) | Expr::Object(_)) => self.fail(name),
            found => Ok(found.map(value)),
        }
    }

    /// A text.
    pub(super) fn word(&mut self, name: &str) -> Result<Option<&'e str>> {
        match self.take(name) {
            None => Ok(None),
            Some(Expr::Text(text)) => Ok(Some(text)),
            Some(_) => self.fail(name),
        }
    }

    /// A flag.
    pub(super) fn flag(&mut self, name: &str) -> Result<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Expr::Bool(bool)) => Ok(Some(*bool)),
            Some(_) => self.fail(name),
        }
    }

    /// A list of scalars.
    pub(super) fn values(&mut self, name: &str) -> Result<Option<Hcl>> {
        match self.take(name) {
            None => Ok(None),
            Some(Expr::List(list)) => {
                if list
                    .iter()
                    .any(|item| matches!(item, Expr::List(_) | Expr::Object(_)))
                {
                    return self.fail(name);
                }
                Ok(Some(Hcl::List(list.iter().map(value).collect())))
            }
            Some(_) => self.fail(name),
        }
    }

    /// An object.
    pub(super) fn object(&mut self, name: &str) -> Option<Take<'e>> {
        let path = self.place(name);
        self.take(name).map(|expr| Take::of(expr, &path))
    }

    /// A list of objects.
    pub(super) fn objects(&mut self, name: &str) -> Result<Vec<Take<'e>>> {
        let path = self.place(name);
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Expr::List(list)) => Ok(list.iter().map(|item| Take::of(item, &path)).collect()),
            Some(_) => self.fail(name),
        }
    }

    /// The `id` in `{ "id": … }`.
    pub(super) fn id(&mut self, name: &str) -> Result<Option<Hcl>> {
        let Some(mut object) = self.object(name) else {
            return Ok(None);
        };
        let id = object.value("id")?;
        object.finish()?;
        Ok(id)
    }

    /// The ids in `[{ "id": … }]`.
    pub(super) fn ids(&mut self, name: &str) -> Result<Vec<Hcl>> {
        let mut ids = Vec::new();
        for mut object in self.objects(name)? {
            ids.extend(object.value("id")?);
            object.finish()?;
        }
        Ok(ids)
    }

    /// Named children: name, members beside `properties`, `properties`.
    pub(super) fn children(&mut self, name: &str) -> Result<Vec<(&'e str, Take<'e>, Take<'e>)>> {
        let mut children = Vec::new();
        for mut child in self.objects(name)? {
            let Some(own) = child.word("name")? else {
                return self.fail(name);
            };
            let properties = child
                .object("properties")
                .unwrap_or_else(|| Take::of(&Expr::Null, &child.path));
            children.push((own, child, properties));
        }
        Ok(children)
    }

    /// A member that must have this value, or none, to be left out.
    pub(super) fn only(&mut self, name: &str, expected: &Expr) -> Result<()> {
        match self.take(name) {
            None => Ok(()),
            Some(found) if found == expected => Ok(()),
            Some(_) => self.fail(name),
        }
    }

    /// An error if anything is left.
    pub(super) fn finish(self) -> Result<()> {
        match self.members.first() {
            None => Ok(()),
            Some((name, _)) => Err(Unsupported(format!(
                "azurerm has no argument for {}",
                self.place(name)
            ))),
        }
    }
}
