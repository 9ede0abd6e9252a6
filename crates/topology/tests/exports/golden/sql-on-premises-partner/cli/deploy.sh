#!/usr/bin/env bash
# sql-on-premises, written by linkspan export.
# privateEndpoints/sql-pe (partner) needs from the provider: the id or the alias of privateLinkServices/sql-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls.
# privateEndpoints/sql-pe asks for a connection; the connection is approved at once.
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

# 1 of 6: resourceGroups/reporting-rg in partner
say resourceGroups/reporting-rg
az group create --subscription 11111111-1111-1111-1111-111111111111 --name reporting-rg --location uksouth --tags linkspan=sql-on-premises --output none

# 2 of 6: virtualNetworks/reporting-vnet in partner
say virtualNetworks/reporting-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reporting-rg/providers/Microsoft.Network/virtualNetworks/reporting-vnet 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.9.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "work",
        "properties": {
          "addressPrefix": "10.9.0.0/24"
        }
      }
    ]
  }
}
JSON

# 3 of 6: privateDnsZones/sql.corp.example.com in partner
say privateDnsZones/sql.corp.example.com
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group reporting-rg --name sql.corp.example.com --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group reporting-rg --name sql.corp.example.com --tags linkspan=sql-on-premises --output none

# 4 of 6: virtualNetworkLinks/reporting-vnet in partner
say virtualNetworkLinks/reporting-vnet
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reporting-rg/providers/Microsoft.Network/privateDnsZones/sql.corp.example.com/virtualNetworkLinks/reporting-vnet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reporting-rg/providers/Microsoft.Network/virtualNetworks/reporting-vnet"
    },
    "registrationEnabled": false
  }
}
JSON

# 5 of 6: privateEndpoints/sql-pe in partner
say privateEndpoints/sql-pe
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group reporting-rg \
  --name sql-pe \
  --location uksouth \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reporting-rg/providers/Microsoft.Network/virtualNetworks/reporting-vnet/subnets/work \
  --connection-name sql-pe \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls \
  --manual-request false --tags linkspan=sql-on-premises --output none

# 6 of 6: A/@ in partner
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reporting-rg/providers/Microsoft.Network/privateEndpoints/sql-pe)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/reporting-rg/providers/Microsoft.Network/privateDnsZones/sql.corp.example.com/A/@ 2024-06-01 <<JSON
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
