#!/usr/bin/env bash
# hub-and-spoke, written by linkspan export.
# privateEndpoints/Api-PE (partner) needs from the provider: the id or the alias of privateLinkServices/Api-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS.
# privateEndpoints/Api-PE asks for a connection; the connection is approved at once.
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

# 1 of 6: resourceGroups/Partner in partner
say resourceGroups/Partner
az group create --subscription 11111111-1111-1111-1111-111111111111 --name Partner --location westeurope --tags linkspan=hub-and-spoke --output none

# 2 of 6: virtualNetworks/Partner in partner
say virtualNetworks/Partner
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/Partner/providers/Microsoft.Network/virtualNetworks/Partner 2024-03-01 <<'JSON'
{
  "location": "westeurope",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.0.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "shop",
        "properties": {
          "addressPrefix": "10.0.0.0/24"
        }
      }
    ]
  }
}
JSON

# 3 of 6: privateDnsZones/api1449.azure-api.net in partner
say privateDnsZones/api1449.azure-api.net
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group Partner --name api1449.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group Partner --name api1449.azure-api.net --tags linkspan=hub-and-spoke --output none

# 4 of 6: virtualNetworkLinks/Partner in partner
say virtualNetworkLinks/Partner
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/Partner/providers/Microsoft.Network/privateDnsZones/api1449.azure-api.net/virtualNetworkLinks/Partner 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/Partner/providers/Microsoft.Network/virtualNetworks/Partner"
    },
    "registrationEnabled": false
  }
}
JSON

# 5 of 6: privateEndpoints/Api-PE in partner
say privateEndpoints/Api-PE
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group Partner \
  --name Api-PE \
  --location westeurope \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/Partner/providers/Microsoft.Network/virtualNetworks/Partner/subnets/shop \
  --connection-name Api-PE \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS \
  --manual-request false --tags linkspan=hub-and-spoke --output none

# 6 of 6: A/@ in partner
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/Partner/providers/Microsoft.Network/privateEndpoints/Api-PE)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/Partner/providers/Microsoft.Network/privateDnsZones/api1449.azure-api.net/A/@ 2024-06-01 <<JSON
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
