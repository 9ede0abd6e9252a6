//! Copy loops: <https://learn.microsoft.com/azure/azure-resource-manager/templates/copy-resources>.

use super::{
    engine::{Engine, Env, Stage},
    value::{Kind, Value},
};
use crate::source::json::{Member, Node};
use indexmap::IndexMap;

/// Most rounds of a loop:
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/copy-resources#iteration-limits>.
const MAX_ROUNDS: i64 = 800;

/// A loop of a resource, property, variable or output.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loop<'t> {
    /// Its name; empty for an output's.
    pub(super) name: &'t str,
    /// How often it goes round; 0 if that is not known.
    pub(super) rounds: i64,
}

impl<'t> Engine<'t> {
    /// Reads the `copy` of something.
    pub(super) fn copy_of(&mut self, env: &Env, copy: &'t Node) -> Loop<'t> {
        let name = copy.get("name").and_then(Node::as_str).unwrap_or("");
        Loop {
            name,
            rounds: self.rounds(env, copy),
        }
    }

    fn rounds(&mut self, env: &Env, copy: &'t Node) -> i64 {
        let Some(node) = copy.get("count") else {
            let help = "add `\"count\"` to the loop";
            self.error("TPL011", "the loop has no count", copy.span, help);
            return 0;
        };
        let env = env.at(Stage::Before("the count of a loop"));
        let count = self.tree(&env, node);
        match &count.kind {
            Kind::Int(count) if (0..=MAX_ROUNDS).contains(count) => *count,
            Kind::Unknown(unknown) => {
                let why = unknown.why.to_string();
                if unknown.why != super::Why::Failed {
                    let message = "the count of the loop is not known";
                    let finding = crate::Finding::at_span(
                        "TPL011",
                        crate::Severity::Warning,
                        message,
                        node.span,
                    );
                    self.report(
                        finding
                            .note(format!("{why}, so nothing of the loop is read"))
                            .help("give the parameter a value"),
                    );
                }
                0
            }
            _ => {
                let found = match count.as_int() {
                    Some(count) => count.to_string(),
                    None => count.kind_name().to_owned(),
                };
                let message = format!("a loop goes round 0 to {MAX_ROUNDS} times, and not {found}");
                self.error("TPL011", message, node.span, "give a count in that range");
                // What is within the limit is read all the same.
                count.as_int().unwrap_or(0).clamp(0, MAX_ROUNDS)
            }
        }
    }

    /// If the member is `copy` with a list of loops, adds the arrays that they give.
    pub(super) fn property_loops(
        &mut self,
        env: &Env,
        member: &'t Member,
        out: &mut IndexMap<String, Value>,
    ) -> bool {
        let Some(loops) = property_loops(member) else {
            return false;
        };
        for copy in loops {
            let Loop { name, rounds } = self.copy_of(env, copy);
            if let Some(input) = copy.get("input") {
                let items = self.repeated(env, name, rounds, input);
                out.insert(name.to_owned(), items.at(copy.span));
            }
        }
        true
    }

    /// The input of a loop, evaluated once a round.
    pub(super) fn repeated(
        &mut self,
        env: &Env,
        name: &str,
        rounds: i64,
        input: &'t Node,
    ) -> Value {
        let mut items = Vec::new();
        for index in 0..rounds {
            if self.budget.is_spent {
                break;
            }
            let env = env.in_loop(name, index, false);
            items.push(self.tree(&env, input));
        }
        items.into()
    }
}

/// The loops of a member `copy`: a list of objects with `name`, `count` and `input`. Anything else
/// of that name is an ordinary member.
pub(super) fn property_loops(member: &Member) -> Option<&[Node]> {
    if !member.key.value.eq_ignore_ascii_case("copy") {
        return None;
    }
    let loops = member.value.elements()?;
    let are_loops = loops.iter().all(|copy| {
        copy.get("name").and_then(Node::as_str).is_some() && copy.get("input").is_some()
    });
    (are_loops && !loops.is_empty()).then_some(loops)
}
