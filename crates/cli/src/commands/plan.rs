//! `linkspan plan`.

use crate::{
    arguments::{Format, Plan},
    cloud,
    commands::apply::checked,
    runtime,
};
use anyhow::Result;
use serde_json::json;
use topology::plan::{Action, Plan as Steps};

/// 0: the plan was made.
pub(crate) fn run(options: &Plan) -> Result<u8> {
    let Some(checked) = checked(&options.manifest)? else {
        return Ok(1);
    };
    let plan = runtime::start()?.block_on(async {
        let arm = cloud::connect(&options.cloud, checked.topology())?;
        let observed = arm.observe(checked.topology()).await;
        anyhow::Ok(topology::plan::plan(&checked, &observed))
    })?;
    match options.format {
        Format::Text => crate::out::say!("{}", text(&plan)),
        Format::Json => crate::out::say_line!("{:#}", json!({ "version": 1, "steps": plan.steps })),
    }
    Ok(0)
}

/// One line a step, and a sum.
pub(crate) fn text(plan: &Steps) -> String {
    let mut out = String::new();
    for step in &plan.steps {
        let sign = match step.action {
            Action::Create => "+ create ",
            Action::Update => "~ update ",
            Action::Replace => "! replace",
            Action::Delete => "- delete ",
            Action::None => "  as it is",
            Action::Refused => "x refused",
        };
        out.push_str(&format!("{sign} {}  ({})\n", step.id.short(), step.reason));
    }
    let count = |action| {
        plan.steps
            .iter()
            .filter(|step| step.action == action)
            .count()
    };
    out.push_str(&format!(
        "{} to create, {} to update, {} to replace, {} to delete, {} as they are, {} refused\n",
        count(Action::Create),
        count(Action::Update),
        count(Action::Replace),
        count(Action::Delete),
        count(Action::None),
        count(Action::Refused)
    ));
    out
}
