//! Public names of platform services, and the private zone that each stands in once it has a
//! private endpoint.
//!
//! Public DNS then answers with an alias into the zone (`account.blob.core.windows.net` →
//! `account.privatelink.blob.core.windows.net`), so that a linked private zone decides.
//! Source: <https://learn.microsoft.com/azure/private-link/private-endpoint-dns>.

use crate::model::{id::ResourceId, network::PrivateEndpoint};

/// One sub-resource of a platform service.
#[derive(Debug)]
struct Platform {
    arm_type: &'static str,
    group: &'static str,
    /// What follows the resource's name in the public name.
    suffix: &'static str,
    ports: &'static [u16],
}

const fn web(arm_type: &'static str, group: &'static str, suffix: &'static str) -> Platform {
    Platform {
        arm_type,
        group,
        suffix,
        ports: &[443],
    }
}

const STORAGE: &str = "Microsoft.Storage/storageAccounts";
const COSMOS: &str = "Microsoft.DocumentDB/databaseAccounts";

/// Services of public Azure; another cloud has other suffixes.
static PLATFORMS: &[Platform] = &[
    web(STORAGE, "blob", "blob.core.windows.net"),
    Platform {
        arm_type: STORAGE,
        group: "file",
        suffix: "file.core.windows.net",
        ports: &[443, 445],
    },
    web(STORAGE, "queue", "queue.core.windows.net"),
    web(STORAGE, "table", "table.core.windows.net"),
    web(STORAGE, "dfs", "dfs.core.windows.net"),
    web(STORAGE, "web", "web.core.windows.net"),
    Platform {
        arm_type: "Microsoft.Sql/servers",
        group: "sqlServer",
        suffix: "database.windows.net",
        ports: &[1433],
    },
    web("Microsoft.KeyVault/vaults", "vault", "vault.azure.net"),
    web(
        "Microsoft.ApiManagement/service",
        "Gateway",
        "azure-api.net",
    ),
    web(COSMOS, "Sql", "documents.azure.com"),
    web("Microsoft.Web/sites", "sites", "azurewebsites.net"),
    web(
        "Microsoft.ContainerRegistry/registries",
        "registry",
        "azurecr.io",
    ),
    Platform {
        arm_type: "Microsoft.ServiceBus/namespaces",
        group: "namespace",
        suffix: "servicebus.windows.net",
        ports: &[443, 5671, 5672],
    },
    Platform {
        arm_type: "Microsoft.EventHub/namespaces",
        group: "namespace",
        suffix: "servicebus.windows.net",
        ports: &[443, 5671, 5672, 9093],
    },
    web("Microsoft.EventGrid/topics", "topic", "eventgrid.azure.net"),
    web(
        "Microsoft.CognitiveServices/accounts",
        "account",
        "cognitiveservices.azure.com",
    ),
    web(
        "Microsoft.Search/searchServices",
        "searchService",
        "search.windows.net",
    ),
    web(
        "Microsoft.AppConfiguration/configurationStores",
        "configurationStores",
        "azconfig.io",
    ),
    Platform {
        arm_type: "Microsoft.Cache/Redis",
        group: "redisCache",
        suffix: "redis.cache.windows.net",
        ports: &[6380],
    },
    Platform {
        arm_type: "Microsoft.DBforPostgreSQL/flexibleServers",
        group: "postgresqlServer",
        suffix: "postgres.database.azure.com",
        ports: &[5432],
    },
    Platform {
        arm_type: "Microsoft.DBforMySQL/flexibleServers",
        group: "mysqlServer",
        suffix: "mysql.database.azure.com",
        ports: &[3306],
    },
];

/// The name that public DNS gives as alias for the name of a service with a private endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    /// The name in the private zone.
    pub(crate) name: String,
    /// The service.
    pub(crate) service: ResourceId,
}

/// The public names that a private endpoint turns into aliases.
pub(crate) fn aliases(endpoint: &PrivateEndpoint) -> Vec<(String, Alias)> {
    let each = endpoint.connections().filter_map(|connection| {
        let service: ResourceId = connection.properties.private_link_service_id.parse().ok()?;
        let suffix = of(&service, &connection.properties.group_ids)?.suffix;
        let label = service.name().to_ascii_lowercase();
        let alias = Alias {
            name: format!("{label}.privatelink.{suffix}"),
            service,
        };
        Some((format!("{label}.{suffix}"), alias))
    });
    each.collect()
}

fn of(service: &ResourceId, groups: &[String]) -> Option<&'static Platform> {
    PLATFORMS.iter().find(|platform| {
        service.is_type(platform.arm_type)
            && groups
                .iter()
                // `blob_secondary` has the same zone.
                .any(|group| {
                    group
                        .split('_')
                        .next()
                        .is_some_and(|group| group.eq_ignore_ascii_case(platform.group))
                })
    })
}

/// The ports of a platform service behind a private endpoint; `None` if it is not one that is
/// known.
pub(crate) fn ports(service: &ResourceId, groups: &[String]) -> Option<&'static [u16]> {
    of(service, groups).map(|platform| platform.ports)
}

/// Whether a zone is one into which public DNS leads by alias.
pub(crate) fn is_private_link_zone(zone: &str) -> bool {
    zone.to_ascii_lowercase().starts_with("privatelink.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_resource_has_its_zone() {
        let id = ResourceId::new("s", "g", "Microsoft.Storage/storageAccounts", "a");
        assert_eq!(
            of(&id, &["blob".to_owned()]).unwrap().suffix,
            "blob.core.windows.net"
        );
        assert_eq!(ports(&id, &["file".to_owned()]), Some(&[443, 445][..]));
        assert!(ports(&id, &["nothing".to_owned()]).is_none());
        assert!(is_private_link_zone("privatelink.blob.core.windows.net"));
    }
}
