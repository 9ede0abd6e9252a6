#!/usr/bin/env bash
# multi-region, written by linkspan export.
# privateEndpoints/pe-weu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-weu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu.
# privateEndpoints/pe-weu asks for a connection; the connection is approved at once.
# privateEndpoints/pe-neu (partner) needs from the provider: the id or the alias of privateLinkServices/pls-neu. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu.
# privateEndpoints/pe-neu asks for a connection; the connection is approved at once.
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

# 1 of 12: resourceGroups/client-weu-rg in partner
say resourceGroups/client-weu-rg
az group create --subscription 11111111-1111-1111-1111-111111111111 --name client-weu-rg --location westeurope --tags linkspan=multi-region --output none

# 2 of 12: resourceGroups/client-neu-rg in partner
say resourceGroups/client-neu-rg
az group create --subscription 11111111-1111-1111-1111-111111111111 --name client-neu-rg --location northeurope --tags linkspan=multi-region --output none

# 3 of 12: virtualNetworks/client-weu-vnet in partner
say virtualNetworks/client-weu-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/virtualNetworks/client-weu-vnet 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "192.168.0.0/17"
      ]
    },
    "subnets": [
      {
        "name": "work",
        "properties": {
          "addressPrefix": "192.168.0.0/24"
        }
      }
    ]
  }
}
JSON

# 4 of 12: virtualNetworks/client-neu-vnet in partner
say virtualNetworks/client-neu-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/virtualNetworks/client-neu-vnet 2024-03-01 <<'JSON'
{
  "location": "northeurope",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "192.168.128.0/17"
      ]
    },
    "subnets": [
      {
        "name": "work",
        "properties": {
          "addressPrefix": "192.168.128.0/24"
        }
      }
    ]
  }
}
JSON

# 5 of 12: privateDnsZones/orders-weu.azure-api.net in partner
say privateDnsZones/orders-weu.azure-api.net
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group client-weu-rg --name orders-weu.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group client-weu-rg --name orders-weu.azure-api.net --tags linkspan=multi-region --output none

# 6 of 12: privateDnsZones/orders-neu.azure-api.net in partner
say privateDnsZones/orders-neu.azure-api.net
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group client-neu-rg --name orders-neu.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group client-neu-rg --name orders-neu.azure-api.net --tags linkspan=multi-region --output none

# 7 of 12: virtualNetworkLinks/client-weu-vnet in partner
say virtualNetworkLinks/client-weu-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/privateDnsZones/orders-weu.azure-api.net/virtualNetworkLinks/client-weu-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/virtualNetworks/client-weu-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 8 of 12: virtualNetworkLinks/client-neu-vnet in partner
say virtualNetworkLinks/client-neu-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/privateDnsZones/orders-neu.azure-api.net/virtualNetworkLinks/client-neu-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "multi-region"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/virtualNetworks/client-neu-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 9 of 12: privateEndpoints/pe-weu in partner
say privateEndpoints/pe-weu
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group client-weu-rg \
  --name pe-weu \
  --location westeurope \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/virtualNetworks/client-weu-vnet/subnets/work \
  --connection-name pe-weu \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-weu-rg/providers/Microsoft.Network/privateLinkServices/pls-weu \
  --manual-request false --tags linkspan=multi-region --output none

# 10 of 12: privateEndpoints/pe-neu in partner
say privateEndpoints/pe-neu
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group client-neu-rg \
  --name pe-neu \
  --location northeurope \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/virtualNetworks/client-neu-vnet/subnets/work \
  --connection-name pe-neu \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/orders-neu-rg/providers/Microsoft.Network/privateLinkServices/pls-neu \
  --manual-request false --tags linkspan=multi-region --output none

# 11 of 12: A/@ in partner
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/privateEndpoints/pe-weu)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-weu-rg/providers/Microsoft.Network/privateDnsZones/orders-weu.azure-api.net/A/@ 2024-06-01 <<JSON
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

# 12 of 12: A/@ in partner
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/privateEndpoints/pe-neu)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/client-neu-rg/providers/Microsoft.Network/privateDnsZones/orders-neu.azure-api.net/A/@ 2024-06-01 <<JSON
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
