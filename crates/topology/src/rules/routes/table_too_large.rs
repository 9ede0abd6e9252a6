//! `RTE009`: route table beyond its limits.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE009",
    severity: Severity::Error,
    title: "route table beyond its limits",
    why: "a table takes 400 routes, and a region of a subscription 200 tables",
    mend: "use wider prefixes",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["routeTables:
  RT:
    resourceGroup: PrivateAPIM
    routes:
#* 401:       r{n}: { addressPrefix: 172.16.0.0/24, nextHopType: None }"],
    good: &["routeTables:
  RT:
    resourceGroup: PrivateAPIM
    routes:
#* 400:       r{n}: { addressPrefix: 172.16.0.0/24, nextHopType: None }"],
    check,
};

const MOST_ROUTES: usize = 400;
const MOST_TABLES: usize = 200;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut tables: BTreeMap<(String, Option<&str>), Vec<&Resource>> = BTreeMap::new();
    for table in &subject.routes.all {
        let id = &table.resource.id;
        let has = table.body.routes.len();
        if has > MOST_ROUTES {
            let message = format!(
                "`{}` has {has} routes; {MOST_ROUTES} is the most",
                id.name()
            );
            out.push(rule.at(id, "/properties/routes", message));
        }
        let key = (
            id.subscription().to_ascii_lowercase(),
            table.resource.location.as_deref(),
        );
        tables.entry(key).or_default().push(table.resource);
    }
    for ((_, region), tables) in tables {
        if let Some(first) = tables.get(MOST_TABLES) {
            let message = format!(
                "{} route tables in {}; {MOST_TABLES} is the most",
                tables.len(),
                region.unwrap_or("one region")
            );
            out.push(rule.at(&first.id, "", message));
        }
    }
}
