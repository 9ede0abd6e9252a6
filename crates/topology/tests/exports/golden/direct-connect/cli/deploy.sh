#!/usr/bin/env bash
# direct-connect, written by linkspan export.
# privateEndpoints/reports-pe (partner) needs from the provider: the id or the alias of privateLinkServices/reports-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls.
# privateEndpoints/reports-pe asks for a connection; the connection is approved at once.
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

# endpoint_address ID: the private address of a private endpoint.
endpoint_address() {
  local nic
  nic=$(az network private-endpoint show --ids "$1" --query 'networkInterfaces[0].id' --output tsv)
  az network nic show --ids "$nic" --query 'ipConfigurations[0].privateIPAddress' --output tsv
}

# 1 of 9: resourceGroups/reports-rg in provider
say resourceGroups/reports-rg
az group create --subscription 22222222-2222-2222-2222-222222222222 --name reports-rg --location northcentralus --tags linkspan=direct-connect --output none

# 2 of 9: resourceGroups/reader-rg in partner
say resourceGroups/reader-rg
az group create --subscription 11111111-1111-1111-1111-111111111111 --name reader-rg --location northcentralus --tags linkspan=direct-connect --output none

# 3 of 9: virtualNetworks/reports-vnet in provider
say virtualNetworks/reports-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/virtualNetworks/reports-vnet 2024-03-01 <<'JSON'
{
  "location": "northcentralus",
  "tags": {
    "linkspan": "direct-connect"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.20.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "servers",
        "properties": {
          "addressPrefix": "10.20.1.0/24"
        }
      },
      {
        "name": "nat",
        "properties": {
          "addressPrefix": "10.20.2.0/24",
          "privateLinkServiceNetworkPolicies": "Disabled"
        }
      }
    ]
  }
}
JSON

# 4 of 9: virtualNetworks/reader-vnet in partner
say virtualNetworks/reader-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reader-rg/providers/Microsoft.Network/virtualNetworks/reader-vnet 2024-03-01 <<'JSON'
{
  "location": "northcentralus",
  "tags": {
    "linkspan": "direct-connect"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.20.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "work",
        "properties": {
          "addressPrefix": "10.20.1.0/24"
        }
      }
    ]
  }
}
JSON

# 5 of 9: privateDnsZones/reports.internal.example.com in partner
say privateDnsZones/reports.internal.example.com
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group reader-rg --name reports.internal.example.com --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group reader-rg --name reports.internal.example.com --tags linkspan=direct-connect --output none

# 6 of 9: privateLinkServices/reports-pls in provider
say privateLinkServices/reports-pls
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls 2024-03-01 <<'JSON'
{
  "location": "northcentralus",
  "tags": {
    "linkspan": "direct-connect"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "nat-0",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/virtualNetworks/reports-vnet/subnets/nat"
          },
          "privateIPAddress": "10.20.2.4",
          "privateIPAllocationMethod": "Static",
          "primary": true
        }
      },
      {
        "name": "nat-1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/virtualNetworks/reports-vnet/subnets/nat"
          },
          "privateIPAddress": "10.20.2.5",
          "privateIPAllocationMethod": "Static",
          "primary": false
        }
      }
    ],
    "destinationIPAddress": "10.20.1.10",
    "visibility": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111"
      ]
    },
    "autoApproval": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111"
      ]
    }
  }
}
JSON

# 7 of 9: virtualNetworkLinks/reader-vnet in partner
say virtualNetworkLinks/reader-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reader-rg/providers/Microsoft.Network/privateDnsZones/reports.internal.example.com/virtualNetworkLinks/reader-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "direct-connect"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reader-rg/providers/Microsoft.Network/virtualNetworks/reader-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 8 of 9: privateEndpoints/reports-pe in partner
say privateEndpoints/reports-pe
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group reader-rg \
  --name reports-pe \
  --location northcentralus \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reader-rg/providers/Microsoft.Network/virtualNetworks/reader-vnet/subnets/work \
  --connection-name reports-pe \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls \
  --manual-request false --tags linkspan=direct-connect --output none

# 9 of 9: A/@ in partner
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reader-rg/providers/Microsoft.Network/privateEndpoints/reports-pe)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reader-rg/providers/Microsoft.Network/privateDnsZones/reports.internal.example.com/A/@ 2024-06-01 <<JSON
{
  "properties": {
    "ttl": 10,
    "aRecords": [
      {
        "ipv4Address": "${address}"
      }
    ]
  }
}
JSON

say 'all done'
