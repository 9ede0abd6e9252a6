#!/usr/bin/env bash
# shapes, written by linkspan export.
# privateEndpoints/NearPE (one) needs from the provider: the id or the alias of privateLinkServices/Sql. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql.
# privateEndpoints/NearPE asks for a connection; the connection is approved at once.
# privateEndpoints/FarPE (two) needs from the provider: the id or the alias of privateLinkServices/Sql. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql.
# privateEndpoints/FarPE asks for a connection with the request message "from \"two\", it's ${urgent} `now`"; the provider approves the connection by hand.
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

# 1 of 9: resourceGroups/P in provider
say resourceGroups/P
az group create --subscription 22222222-2222-2222-2222-222222222222 --name P --location westus2 --tags linkspan=shapes --output none

# 2 of 9: resourceGroups/A in one
say resourceGroups/A
az group create --subscription 11111111-1111-1111-1111-111111111111 --name A --location westus2 --tags linkspan=shapes --output none

# 3 of 9: resourceGroups/B in two
say resourceGroups/B
az group create --subscription 33333333-3333-3333-3333-333333333333 --name B --location westus2 --tags linkspan=shapes --output none

# 4 of 9: virtualNetworks/Hub in provider
say virtualNetworks/Hub
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.0.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "nat",
        "properties": {
          "addressPrefix": "10.0.1.0/24",
          "privateLinkServiceNetworkPolicies": "Disabled"
        }
      },
      {
        "name": "sql",
        "properties": {
          "addressPrefix": "10.0.2.0/24"
        }
      }
    ]
  }
}
JSON

# 5 of 9: virtualNetworks/Near in one
say virtualNetworks/Near
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/A/providers/Microsoft.Network/virtualNetworks/Near 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.0.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "default",
        "properties": {
          "addressPrefix": "10.0.0.0/24"
        }
      }
    ]
  }
}
JSON

# 6 of 9: virtualNetworks/Far in two
say virtualNetworks/Far
put /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/B/providers/Microsoft.Network/virtualNetworks/Far 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.0.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "default",
        "properties": {
          "addressPrefix": "10.0.0.0/24"
        }
      }
    ]
  }
}
JSON

# 7 of 9: privateLinkServices/Sql in provider
say privateLinkServices/Sql
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql 2024-03-01 <<'JSON'
{
  "location": "westus2",
  "tags": {
    "linkspan": "shapes"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "nat-0",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub/subnets/nat"
          },
          "privateIPAddress": "10.0.1.4",
          "privateIPAllocationMethod": "Static",
          "primary": true
        }
      },
      {
        "name": "nat-1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/virtualNetworks/Hub/subnets/nat"
          },
          "privateIPAddress": "10.0.1.5",
          "privateIPAllocationMethod": "Static",
          "primary": false
        }
      }
    ],
    "destinationIPAddress": "10.0.2.4",
    "visibility": {
      "subscriptions": [
        "11111111-1111-1111-1111-111111111111",
        "33333333-3333-3333-3333-333333333333"
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

# 8 of 9: privateEndpoints/NearPE in one
say privateEndpoints/NearPE
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group A \
  --name NearPE \
  --location westus2 \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/A/providers/Microsoft.Network/virtualNetworks/Near/subnets/default \
  --connection-name NearPE \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql \
  --manual-request false --tags linkspan=shapes --output none

# 9 of 9: privateEndpoints/FarPE in two
say privateEndpoints/FarPE
az network private-endpoint create \
  --subscription 33333333-3333-3333-3333-333333333333 \
  --resource-group B \
  --name FarPE \
  --location westus2 \
  --subnet /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/B/providers/Microsoft.Network/virtualNetworks/Far/subnets/default \
  --connection-name FarPE \
  --request-message 'from "two", it'\''s ${urgent} `now`' \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql \
  --manual-request true --tags linkspan=shapes --output none

say 'all done'
