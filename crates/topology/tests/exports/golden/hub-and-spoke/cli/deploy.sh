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

# service_address ID API-VERSION: the private address of an API Management service.
service_address() {
  az rest --method get --url "$1?api-version=$2" --query 'properties.privateIPAddresses[0]' --output tsv
}

# 1 of 26: resourceGroups/Hub in company
say resourceGroups/Hub
az group create --subscription 22222222-2222-2222-2222-222222222222 --name Hub --location uksouth --tags linkspan=hub-and-spoke --output none

# 2 of 26: resourceGroups/Api in company
say resourceGroups/Api
az group create --subscription 22222222-2222-2222-2222-222222222222 --name Api --location uksouth --tags linkspan=hub-and-spoke --output none

# 3 of 26: resourceGroups/Partner in partner
say resourceGroups/Partner
az group create --subscription 11111111-1111-1111-1111-111111111111 --name Partner --location westeurope --tags linkspan=hub-and-spoke --output none

# 4 of 26: applicationSecurityGroups/relays in company
say applicationSecurityGroups/relays
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/applicationSecurityGroups/relays 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {}
}
JSON

# 5 of 26: publicIPAddresses/WayOut-IP in company
say publicIPAddresses/WayOut-IP
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/publicIPAddresses/WayOut-IP 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "sku": {
    "name": "Standard"
  },
  "zones": [
    "1",
    "2",
    "3"
  ],
  "properties": {
    "publicIPAllocationMethod": "Static"
  }
}
JSON

# 6 of 26: networkSecurityGroups/NSG-Api in company
say networkSecurityGroups/NSG-Api
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Api/providers/Microsoft.Network/networkSecurityGroups/NSG-Api 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "securityRules": [
      {
        "name": "AllowApiManagement-3443",
        "properties": {
          "priority": 200,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "ApiManagement",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "VirtualNetwork",
          "destinationPortRange": "3443"
        }
      },
      {
        "name": "AllowAzureLoadBalancer-6390",
        "properties": {
          "priority": 210,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "AzureLoadBalancer",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "VirtualNetwork",
          "destinationPortRange": "6390"
        }
      }
    ]
  }
}
JSON

# 7 of 26: virtualNetworks/Partner in partner
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

# 8 of 26: privateDnsZones/api1449.azure-api.net in company
say privateDnsZones/api1449.azure-api.net
az network private-dns zone show --subscription 22222222-2222-2222-2222-222222222222 --resource-group Hub --name api1449.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 22222222-2222-2222-2222-222222222222 --resource-group Hub --name api1449.azure-api.net --tags linkspan=hub-and-spoke --output none

# 9 of 26: privateDnsZones/api1449.azure-api.net in partner
say privateDnsZones/api1449.azure-api.net
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group Partner --name api1449.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group Partner --name api1449.azure-api.net --tags linkspan=hub-and-spoke --output none

# 10 of 26: natGateways/WayOut in company
say natGateways/WayOut
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/natGateways/WayOut 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "sku": {
    "name": "Standard"
  },
  "properties": {
    "idleTimeoutInMinutes": 10,
    "publicIpAddresses": [
      {
        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/publicIPAddresses/WayOut-IP"
      }
    ]
  }
}
JSON

# 11 of 26: networkSecurityGroups/NSG-Access in company
say networkSecurityGroups/NSG-Access
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/networkSecurityGroups/NSG-Access 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "securityRules": [
      {
        "name": "AllowPrivateLink",
        "properties": {
          "priority": 200,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "10.0.1.0/24",
          "sourcePortRange": "*",
          "destinationApplicationSecurityGroups": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/applicationSecurityGroups/relays"
            }
          ],
          "destinationPortRange": "443"
        }
      },
      {
        "name": "AllowProbe",
        "properties": {
          "priority": 210,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "AzureLoadBalancer",
          "sourcePortRange": "*",
          "destinationApplicationSecurityGroups": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/applicationSecurityGroups/relays"
            }
          ],
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

# 12 of 26: virtualNetworks/Spoke in company
say virtualNetworks/Spoke
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Api/providers/Microsoft.Network/virtualNetworks/Spoke 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.1.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "api",
        "properties": {
          "addressPrefix": "10.1.1.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Api/providers/Microsoft.Network/networkSecurityGroups/NSG-Api"
          }
        }
      }
    ],
    "virtualNetworkPeerings": [
      {
        "name": "Hub",
        "properties": {
          "remoteVirtualNetwork": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/virtualNetworks/Hub"
          }
        }
      }
    ]
  }
}
JSON

# 13 of 26: virtualNetworkLinks/Partner in partner
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

# 14 of 26: virtualNetworks/Hub in company
say virtualNetworks/Hub
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/virtualNetworks/Hub 2024-03-01 <<'JSON'
{
  "location": "uksouth",
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
        "name": "access",
        "properties": {
          "addressPrefix": "10.0.1.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/networkSecurityGroups/NSG-Access"
          },
          "natGateway": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/natGateways/WayOut"
          },
          "privateLinkServiceNetworkPolicies": "Disabled",
          "defaultOutboundAccess": false
        }
      }
    ],
    "virtualNetworkPeerings": [
      {
        "name": "Spoke",
        "properties": {
          "remoteVirtualNetwork": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Api/providers/Microsoft.Network/virtualNetworks/Spoke"
          }
        }
      }
    ]
  }
}
JSON

# 15 of 26: service/api1449 in company
say service/api1449
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Api/providers/Microsoft.ApiManagement/service/api1449 2022-08-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "sku": {
    "name": "Developer",
    "capacity": 1
  },
  "properties": {
    "publisherEmail": "ops@example.com",
    "publisherName": "api1449",
    "virtualNetworkType": "Internal",
    "virtualNetworkConfiguration": {
      "subnetResourceId": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Api/providers/Microsoft.Network/virtualNetworks/Spoke/subnets/api"
    }
  }
}
JSON

# 16 of 26: virtualNetworkLinks/Spoke in company
say virtualNetworkLinks/Spoke
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateDnsZones/api1449.azure-api.net/virtualNetworkLinks/Spoke 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Api/providers/Microsoft.Network/virtualNetworks/Spoke"
    },
    "registrationEnabled": false
  }
}
JSON

# 17 of 26: loadBalancers/AccessLB in company
say loadBalancers/AccessLB
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/loadBalancers/AccessLB 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
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
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/virtualNetworks/Hub/subnets/access"
          },
          "privateIPAddress": "10.0.1.4",
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
        "name": "tcp-443",
        "properties": {
          "frontendIPConfiguration": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/loadBalancers/AccessLB/frontendIPConfigurations/frontend"
          },
          "backendAddressPool": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/loadBalancers/AccessLB/backendAddressPools/backend"
          },
          "probe": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/loadBalancers/AccessLB/probes/health"
          },
          "protocol": "Tcp",
          "frontendPort": 443,
          "backendPort": 443,
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

# 18 of 26: virtualNetworkLinks/Hub in company
say virtualNetworkLinks/Hub
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateDnsZones/api1449.azure-api.net/virtualNetworkLinks/Hub 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/virtualNetworks/Hub"
    },
    "registrationEnabled": false
  }
}
JSON

# 19 of 26: A/@ in company
say A/@
address=$(service_address /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Api/providers/Microsoft.ApiManagement/service/api1449 2022-08-01)
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateDnsZones/api1449.azure-api.net/A/@ 2024-06-01 <<JSON
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

# 20 of 26: networkInterfaces/relay-0-nic in company
say networkInterfaces/relay-0-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/networkInterfaces/relay-0-nic 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/virtualNetworks/Hub/subnets/access"
          },
          "privateIPAddress": "10.0.1.5",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/loadBalancers/AccessLB/backendAddressPools/backend"
            }
          ],
          "applicationSecurityGroups": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/applicationSecurityGroups/relays"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 21 of 26: networkInterfaces/relay-1-nic in company
say networkInterfaces/relay-1-nic
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/networkInterfaces/relay-1-nic 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "ipConfigurations": [
      {
        "name": "ipconfig1",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/virtualNetworks/Hub/subnets/access"
          },
          "privateIPAddress": "10.0.1.6",
          "privateIPAllocationMethod": "Static",
          "primary": true,
          "loadBalancerBackendAddressPools": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/loadBalancers/AccessLB/backendAddressPools/backend"
            }
          ],
          "applicationSecurityGroups": [
            {
              "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/applicationSecurityGroups/relays"
            }
          ]
        }
      }
    ]
  }
}
JSON

# 22 of 26: privateLinkServices/Api-PLS in company
say privateLinkServices/Api-PLS
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/privateLinkServices/Api-PLS 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
  },
  "properties": {
    "loadBalancerFrontendIpConfigurations": [
      {
        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/loadBalancers/AccessLB/frontendIPConfigurations/frontend"
      }
    ],
    "ipConfigurations": [
      {
        "name": "nat-0",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/virtualNetworks/Hub/subnets/access"
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

# 23 of 26: virtualMachines/relay-0 in company
say virtualMachines/relay-0
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Compute/virtualMachines/relay-0 2024-07-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
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
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/networkInterfaces/relay-0-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsiYXBpMTQ0OS5henVyZS1hcGkubmV0OjQ0MyJdfV0sImhlYWx0aCI6eyJsaXN0ZW4iOiIwLjAuMC4wOjgwODAiLCJwYXRoIjoiL2hlYWx0aHoifSwiZHJhaW5TZWNvbmRzIjozMH0="
  }
}
JSON

# 24 of 26: virtualMachines/relay-1 in company
say virtualMachines/relay-1
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Compute/virtualMachines/relay-1 2024-07-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "hub-and-spoke"
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
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Hub/providers/Microsoft.Network/networkInterfaces/relay-1-nic"
        }
      ]
    },
    "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsiYXBpMTQ0OS5henVyZS1hcGkubmV0OjQ0MyJdfV0sImhlYWx0aCI6eyJsaXN0ZW4iOiIwLjAuMC4wOjgwODAiLCJwYXRoIjoiL2hlYWx0aHoifSwiZHJhaW5TZWNvbmRzIjozMH0="
  }
}
JSON

# 25 of 26: privateEndpoints/Api-PE in partner
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

# 26 of 26: A/@ in partner
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
