#!/usr/bin/env bash
# storage-endpoint, written by linkspan export.
# Needs a login: az login. It may be run again.

# Single quotes keep names as they are, whatever is in them.
# shellcheck disable=SC2016
set -euo pipefail
export AZURE_CORE_ONLY_SHOW_ERRORS=true

command -v az >/dev/null || { echo 'az is missing: https://learn.microsoft.com/cli/azure/install-azure-cli' >&2; exit 2; }

say() { printf '%s\n' "$*" >&2; }

# put ID API-VERSION < BODY: makes or changes a resource, and waits until it is there.
put() {
  local url="$1?api-version=$2" missed=0 state
  az rest --method put --url "$url" --body @- --output none
  while true; do
    if state=$(az rest --method get --url "$url" --query properties.provisioningState --output tsv); then
      missed=0
    else
      # Some answers come before the resource can be read.
      state=missing
      missed=$((missed + 1))
      ((missed < 20)) || return 1
    fi
    case "$state" in
      Succeeded | None | '') return ;;
      Failed | Canceled)
        say "$1: $state"
        return 1
        ;;
      *) sleep "${POLL_SECONDS:-5}" ;;
    esac
  done
}

# 1 of 6: resourceGroups/work in own
say resourceGroups/work
az group create --subscription 22222222-2222-2222-2222-222222222222 --name work --location westeurope --tags linkspan=storage-endpoint --output none

# 2 of 6: virtualNetworks/work-vnet in own
say virtualNetworks/work-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/work/providers/Microsoft.Network/virtualNetworks/work-vnet 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "storage-endpoint"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.30.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "endpoints",
        "properties": {
          "addressPrefix": "10.30.1.0/24"
        }
      },
      {
        "name": "workers",
        "properties": {
          "addressPrefix": "10.30.2.0/24"
        }
      }
    ]
  }
}
JSON

# 3 of 6: privateDnsZones/privatelink.blob.core.windows.net in own
say privateDnsZones/privatelink.blob.core.windows.net
az network private-dns zone show --subscription 22222222-2222-2222-2222-222222222222 --resource-group work --name privatelink.blob.core.windows.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 22222222-2222-2222-2222-222222222222 --resource-group work --name privatelink.blob.core.windows.net --tags linkspan=storage-endpoint --output none

# 4 of 6: privateEndpoints/reports-blob in own
say privateEndpoints/reports-blob
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/work/providers/Microsoft.Network/privateEndpoints/reports-blob 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "storage-endpoint"
  },
  "properties": {
    "subnet": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/work/providers/Microsoft.Network/virtualNetworks/work-vnet/subnets/endpoints"
    },
    "privateLinkServiceConnections": [
      {
        "name": "reports-blob",
        "properties": {
          "privateLinkServiceId": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/data/providers/Microsoft.Storage/storageAccounts/contosoreports",
          "groupIds": [
            "blob"
          ]
        }
      }
    ],
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "groupId": "blob",
          "memberName": "blob",
          "privateIPAddress": "10.30.1.10"
        }
      }
    ],
    "customNetworkInterfaceName": "reports-blob-nic"
  }
}
JSON

# 5 of 6: virtualNetworkLinks/work-vnet in own
say virtualNetworkLinks/work-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/work/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net/virtualNetworkLinks/work-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "storage-endpoint"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/work/providers/Microsoft.Network/virtualNetworks/work-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 6 of 6: privateDnsZoneGroups/default in own
say privateDnsZoneGroups/default
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/work/providers/Microsoft.Network/privateEndpoints/reports-blob/privateDnsZoneGroups/default 2024-03-01 <<'JSON'
{
  "properties": {
    "privateDnsZoneConfigs": [
      {
        "name": "privatelink-blob-core-windows-net",
        "properties": {
          "privateDnsZoneId": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/work/providers/Microsoft.Network/privateDnsZones/privatelink.blob.core.windows.net"
        }
      }
    ]
  }
}
JSON

say 'all done'
