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

# 1 of 15: resourceGroups/hub-rg in provider
say resourceGroups/hub-rg
az group create --subscription 22222222-2222-2222-2222-222222222222 --name hub-rg --location uksouth --tags linkspan=sql-on-premises --output none

# 2 of 15: resourceGroups/reporting-rg in partner
say resourceGroups/reporting-rg
az group create --subscription 11111111-1111-1111-1111-111111111111 --name reporting-rg --location uksouth --tags linkspan=sql-on-premises --output none

# 3 of 15: networkSecurityGroups/relays-nsg in provider
say networkSecurityGroups/relays-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/networkSecurityGroups/relays-nsg 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "properties": {
    "securityRules": [
      {
        "name": "AllowPrivateLink-1433",
        "properties": {
          "priority": 200,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "10.0.1.0/24",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "10.0.1.0/24",
          "destinationPortRange": "1433"
        }
      },
      {
        "name": "AllowProbe-8080",
        "properties": {
          "priority": 210,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "AzureLoadBalancer",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "10.0.1.0/24",
          "destinationPortRange": "8080"
        }
      },
      {
        "name": "DenyVirtualNetwork",
        "properties": {
          "priority": 4000,
          "direction": "Inbound",
          "access": "Deny",
          "protocol": "*",
          "sourceAddressPrefix": "VirtualNetwork",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "*",
          "destinationPortRange": "*"
        }
      }
    ]
  }
}
JSON

# 4 of 15: virtualNetworks/reporting-vnet in partner
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

# 5 of 15: privateDnsZones/sql.corp.example.com in partner
say privateDnsZones/sql.corp.example.com
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group reporting-rg --name sql.corp.example.com --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group reporting-rg --name sql.corp.example.com --tags linkspan=sql-on-premises --output none

# 6 of 15: virtualNetworks/hub-vnet in provider
say virtualNetworks/hub-vnet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/virtualNetworks/hub-vnet 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.0.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "GatewaySubnet",
        "properties": {
          "addressPrefix": "10.0.0.0/27"
        }
      },
      {
        "name": "relays",
        "properties": {
          "addressPrefix": "10.0.1.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/networkSecurityGroups/relays-nsg"
          },
          "privateLinkServiceNetworkPolicies": "Disabled"
        }
      }
    ]
  }
}
JSON

# 7 of 15: virtualNetworkLinks/reporting-vnet in partner
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

# 8 of 15: loadBalancers/sql-lb in provider
say loadBalancers/sql-lb
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/loadBalancers/sql-lb 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "sku": {
    "name": "Standard"
  },
  "properties": {
    "frontendIPConfigurations": [
      {
        "name": "frontend",
        "zones": [
          "1",
          "2",
          "3"
        ],
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/virtualNetworks/hub-vnet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.6",
          "privateIPAllocationMethod": "Static"
        }
      }
    ],
    "backendAddressPools": [
      {
        "name": "backend",
        "properties": {}
      }
    ],
    "loadBalancingRules": [
      {
        "name": "tcp-1433",
        "properties": {
          "frontendIPConfiguration": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/loadBalancers/sql-lb/frontendIPConfigurations/frontend"
          },
          "backendAddressPool": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/loadBalancers/sql-lb/backendAddressPools/backend"
          },
          "probe": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/loadBalancers/sql-lb/probes/health"
          },
          "protocol": "Tcp",
          "frontendPort": 1433,
          "backendPort": 1433,
          "idleTimeoutInMinutes": 4,
          "enableTcpReset": true
        }
      }
    ],
    "probes": [
      {
        "name": "health",
        "properties": {
          "protocol": "Http",
          "port": 8080,
          "requestPath": "/healthz",
          "intervalInSeconds": 5,
          "probeThreshold": 1
        }
      }
    ]
  }
}
JSON

# 9 of 15: networkInterfaces/relay-0-nic in provider
say networkInterfaces/relay-0-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/networkInterfaces/relay-0-nic 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/virtualNetworks/hub-vnet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.4",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/loadBalancers/sql-lb/backendAddressPools/backend"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 10 of 15: networkInterfaces/relay-1-nic in provider
say networkInterfaces/relay-1-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/networkInterfaces/relay-1-nic 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/virtualNetworks/hub-vnet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.5",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/loadBalancers/sql-lb/backendAddressPools/backend"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 11 of 15: privateLinkServices/sql-pls in provider
say privateLinkServices/sql-pls
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "properties": {
    "loadBalancerFrontendIpConfigurations": [
      {
        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/loadBalancers/sql-lb/frontendIPConfigurations/frontend"
      }
    ],
    "ipConfigurations": [
      {
        "name": "nat-0",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/virtualNetworks/hub-vnet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.7",
          "privateIPAllocationMethod": "Static",
          "primary": true
        }
      }
    ],
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

# 12 of 15: virtualMachines/relay-0 in provider
say virtualMachines/relay-0
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Compute/virtualMachines/relay-0 2024-07-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "zones": [
    "1"
  ],
  "properties": {
    "hardwareProfile": {
      "vmSize": "Standard_B2s"
    },
    "storageProfile": {
      "imageReference": {
        "publisher": "Canonical",
        "offer": "ubuntu-24_04-lts",
        "sku": "server",
        "version": "latest"
      },
      "osDisk": {
        "createOption": "FromImage",
        "deleteOption": "Delete",
        "managedDisk": {
          "storageAccountType": "StandardSSD_LRS"
        }
      }
    },
    "osProfile": {
      "computerName": "relay-0",
      "adminUsername": "azureuser",
      "linuxConfiguration": {
        "disablePasswordAuthentication": true,
        "ssh": {
          "publicKeys": [
            {
              "path": "/home/azureuser/.ssh/authorized_keys",
              "keyData": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
            }
          ]
        }
      }
    },
    "networkProfile": {
      "networkInterfaces": [
        {
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/networkInterfaces/relay-0-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6MTQzMyIsInRvIjpbIjEwLjkuMC4xMDoxNDMzIiwiMTAuOS4wLjExOjE0MzMiXX1dLCJoZWFsdGgiOnsibGlzdGVuIjoiMC4wLjAuMDo4MDgwIiwicGF0aCI6Ii9oZWFsdGh6In0sImRyYWluU2Vjb25kcyI6MzB9"
  }
}
JSON

# 13 of 15: virtualMachines/relay-1 in provider
say virtualMachines/relay-1
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Compute/virtualMachines/relay-1 2024-07-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "sql-on-premises"
  },
  "zones": [
    "2"
  ],
  "properties": {
    "hardwareProfile": {
      "vmSize": "Standard_B2s"
    },
    "storageProfile": {
      "imageReference": {
        "publisher": "Canonical",
        "offer": "ubuntu-24_04-lts",
        "sku": "server",
        "version": "latest"
      },
      "osDisk": {
        "createOption": "FromImage",
        "deleteOption": "Delete",
        "managedDisk": {
          "storageAccountType": "StandardSSD_LRS"
        }
      }
    },
    "osProfile": {
      "computerName": "relay-1",
      "adminUsername": "azureuser",
      "linuxConfiguration": {
        "disablePasswordAuthentication": true,
        "ssh": {
          "publicKeys": [
            {
              "path": "/home/azureuser/.ssh/authorized_keys",
              "keyData": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody"
            }
          ]
        }
      }
    },
    "networkProfile": {
      "networkInterfaces": [
        {
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/networkInterfaces/relay-1-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6MTQzMyIsInRvIjpbIjEwLjkuMC4xMDoxNDMzIiwiMTAuOS4wLjExOjE0MzMiXX1dLCJoZWFsdGgiOnsibGlzdGVuIjoiMC4wLjAuMDo4MDgwIiwicGF0aCI6Ii9oZWFsdGh6In0sImRyYWluU2Vjb25kcyI6MzB9"
  }
}
JSON

# 14 of 15: privateEndpoints/sql-pe in partner
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

# 15 of 15: A/@ in partner
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
