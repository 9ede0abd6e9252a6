//! Sub-resources of platform services: their public names, the private zones that these stand in
//! once there is a private endpoint, and the ports they answer on.
//!
//! A table of Azure's own, of public Azure; another cloud has other suffixes.
//! Source: <https://learn.microsoft.com/azure/private-link/private-endpoint-dns>.

use super::id::ResourceId;

/// One sub-resource of a platform service.
#[derive(Debug)]
pub(crate) struct Platform {
    arm_type: &'static str,
    group: &'static str,
    /// What follows the resource's name in the public name.
    pub(crate) suffix: &'static str,
    /// The private zone.
    pub(crate) zone: &'static str,
    pub(crate) ports: &'static [u16],
}

const fn web(
    arm_type: &'static str,
    group: &'static str,
    suffix: &'static str,
    zone: &'static str,
) -> Platform {
    on(arm_type, group, suffix, zone, &[443])
}

const fn on(
    arm_type: &'static str,
    group: &'static str,
    suffix: &'static str,
    zone: &'static str,
    ports: &'static [u16],
) -> Platform {
    Platform {
        arm_type,
        group,
        suffix,
        zone,
        ports,
    }
}

const STORAGE: &str = "Microsoft.Storage/storageAccounts";
const COSMOS: &str = "Microsoft.DocumentDB/databaseAccounts";
const VAULT: &str = "Microsoft.KeyVault/vaults";

static PLATFORMS: &[Platform] = &[
    web(
        STORAGE,
        "blob",
        "blob.core.windows.net",
        "privatelink.blob.core.windows.net",
    ),
    on(
        STORAGE,
        "file",
        "file.core.windows.net",
        "privatelink.file.core.windows.net",
        &[443, 445],
    ),
    web(
        STORAGE,
        "queue",
        "queue.core.windows.net",
        "privatelink.queue.core.windows.net",
    ),
    web(
        STORAGE,
        "table",
        "table.core.windows.net",
        "privatelink.table.core.windows.net",
    ),
    web(
        STORAGE,
        "dfs",
        "dfs.core.windows.net",
        "privatelink.dfs.core.windows.net",
    ),
    web(
        STORAGE,
        "web",
        "web.core.windows.net",
        "privatelink.web.core.windows.net",
    ),
    on(
        "Microsoft.Sql/servers",
        "sqlServer",
        "database.windows.net",
        "privatelink.database.windows.net",
        &[1433],
    ),
    web(
        VAULT,
        "vault",
        "vault.azure.net",
        "privatelink.vaultcore.azure.net",
    ),
    web(
        "Microsoft.ApiManagement/service",
        "Gateway",
        "azure-api.net",
        "privatelink.azure-api.net",
    ),
    web(
        COSMOS,
        "Sql",
        "documents.azure.com",
        "privatelink.documents.azure.com",
    ),
    web(
        "Microsoft.Web/sites",
        "sites",
        "azurewebsites.net",
        "privatelink.azurewebsites.net",
    ),
    web(
        "Microsoft.ContainerRegistry/registries",
        "registry",
        "azurecr.io",
        "privatelink.azurecr.io",
    ),
    on(
        "Microsoft.ServiceBus/namespaces",
        "namespace",
        "servicebus.windows.net",
        "privatelink.servicebus.windows.net",
        &[443, 5671, 5672],
    ),
    on(
        "Microsoft.EventHub/namespaces",
        "namespace",
        "servicebus.windows.net",
        "privatelink.servicebus.windows.net",
        &[443, 5671, 5672, 9093],
    ),
    web(
        "Microsoft.EventGrid/topics",
        "topic",
        "eventgrid.azure.net",
        "privatelink.eventgrid.azure.net",
    ),
    web(
        "Microsoft.CognitiveServices/accounts",
        "account",
        "cognitiveservices.azure.com",
        "privatelink.cognitiveservices.azure.com",
    ),
    web(
        "Microsoft.Search/searchServices",
        "searchService",
        "search.windows.net",
        "privatelink.search.windows.net",
    ),
    web(
        "Microsoft.AppConfiguration/configurationStores",
        "configurationStores",
        "azconfig.io",
        "privatelink.azconfig.io",
    ),
    on(
        "Microsoft.Cache/Redis",
        "redisCache",
        "redis.cache.windows.net",
        "privatelink.redis.cache.windows.net",
        &[6380],
    ),
    on(
        "Microsoft.DBforPostgreSQL/flexibleServers",
        "postgresqlServer",
        "postgres.database.azure.com",
        "privatelink.postgres.database.azure.com",
        &[5432],
    ),
    on(
        "Microsoft.DBforMySQL/flexibleServers",
        "mysqlServer",
        "mysql.database.azure.com",
        "privatelink.mysql.database.azure.com",
        &[3306],
    ),
];

/// The sub-resource of this service.
pub(crate) fn of(service: &ResourceId, group: &str) -> Option<&'static Platform> {
    // `blob_secondary` has the same zone.
    let group = group.split('_').next()?;
    PLATFORMS.iter().find(|platform| {
        service.is_type(platform.arm_type) && group.eq_ignore_ascii_case(platform.group)
    })
}

/// The private zone of a sub-resource: `privatelink.blob.core.windows.net`.
pub(crate) fn zone(service: &ResourceId, group: &str) -> Option<String> {
    of(service, group).map(|platform| platform.zone.to_owned())
}

/// The member of a sub-resource that has a single address: called as the sub-resource is, but for
/// key vaults.
pub(crate) fn member<'g>(service: &ResourceId, group: &'g str) -> &'g str {
    if service.is_type(VAULT) {
        "default"
    } else {
        group
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: &str, group: &str, zone: &str) {
        let id = ResourceId::new("s", "g", kind, "a");
        assert_eq!(super::zone(&id, group).as_deref(), Some(zone));
    }

    #[test]
    fn a_sub_resource_has_its_zone() {
        check(STORAGE, "blob", "privatelink.blob.core.windows.net");
        check(
            STORAGE,
            "Blob_secondary",
            "privatelink.blob.core.windows.net",
        );
        check(
            "Microsoft.Sql/servers",
            "sqlServer",
            "privatelink.database.windows.net",
        );
        // The public name ends in `vault.azure.net`; the zone is called otherwise.
        check(VAULT, "vault", "privatelink.vaultcore.azure.net");
        let storage = ResourceId::new("s", "g", STORAGE, "a");
        assert_eq!(zone(&storage, "nothing"), None);
    }

    #[test]
    fn the_member_of_a_vault_has_a_name_of_its_own() {
        let vault = ResourceId::new("s", "g", VAULT, "a");
        let storage = ResourceId::new("s", "g", STORAGE, "a");
        assert_eq!(member(&vault, "vault"), "default");
        assert_eq!(member(&storage, "blob"), "blob");
    }
}
