#!/usr/bin/env bash
# scale-set, written by linkspan export.
# privateEndpoints/APIM-PE (partner) needs from the provider: the id or the alias of privateLinkServices/APIM-PLS. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS.
# privateEndpoints/APIM-PE asks for a connection; the connection is approved at once.
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

# 1 of 17: resourceGroups/PrivateAPIM in provider
say resourceGroups/PrivateAPIM
az group create --subscription 22222222-2222-2222-2222-222222222222 --name PrivateAPIM --location uksouth --tags linkspan=scale-set --output none

# 2 of 17: resourceGroups/APIM in partner
say resourceGroups/APIM
az group create --subscription 11111111-1111-1111-1111-111111111111 --name APIM --location uksouth --tags linkspan=scale-set --output none

# 3 of 17: networkSecurityGroups/apim-nsg in provider
say networkSecurityGroups/apim-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkSecurityGroups/apim-nsg 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "scale-set"
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

# 4 of 17: networkSecurityGroups/relays-nsg in provider
say networkSecurityGroups/relays-nsg
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkSecurityGroups/relays-nsg 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "scale-set"
  },
  "properties": {
    "securityRules": [
      {
        "name": "AllowPrivateLink-443",
        "properties": {
          "priority": 200,
          "direction": "Inbound",
          "access": "Allow",
          "protocol": "Tcp",
          "sourceAddressPrefix": "10.0.1.0/24",
          "sourcePortRange": "*",
          "destinationAddressPrefix": "10.0.1.0/24",
          "destinationPortRange": "443"
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

# 5 of 17: virtualNetworks/External in partner
say virtualNetworks/External
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "scale-set"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "192.168.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "default",
        "properties": {
          "addressPrefix": "192.168.0.0/24"
        }
      }
    ]
  }
}
JSON

# 6 of 17: privateDnsZones/apim1449.azure-api.net in provider
say privateDnsZones/apim1449.azure-api.net
az network private-dns zone show --subscription 22222222-2222-2222-2222-222222222222 --resource-group PrivateAPIM --name apim1449.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 22222222-2222-2222-2222-222222222222 --resource-group PrivateAPIM --name apim1449.azure-api.net --tags linkspan=scale-set --output none

# 7 of 17: privateDnsZones/apim1449.azure-api.net in partner
say privateDnsZones/apim1449.azure-api.net
az network private-dns zone show --subscription 11111111-1111-1111-1111-111111111111 --resource-group APIM --name apim1449.azure-api.net --output none 2>/dev/null ||
  az network private-dns zone create --subscription 11111111-1111-1111-1111-111111111111 --resource-group APIM --name apim1449.azure-api.net --tags linkspan=scale-set --output none

# 8 of 17: virtualNetworks/MainNet in provider
say virtualNetworks/MainNet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "scale-set"
  },
  "properties": {
    "addressSpace": {
      "addressPrefixes": [
        "10.0.0.0/16"
      ]
    },
    "subnets": [
      {
        "name": "relays",
        "properties": {
          "addressPrefix": "10.0.1.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkSecurityGroups/relays-nsg"
          },
          "privateLinkServiceNetworkPolicies": "Disabled"
        }
      },
      {
        "name": "apim",
        "properties": {
          "addressPrefix": "10.0.2.0/24",
          "networkSecurityGroup": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkSecurityGroups/apim-nsg"
          }
        }
      }
    ]
  }
}
JSON

# 9 of 17: virtualNetworkLinks/External in partner
say virtualNetworkLinks/External
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/virtualNetworkLinks/External 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "scale-set"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External"
    },
    "registrationEnabled": false
  }
}
JSON

# 10 of 17: service/apim1449 in provider
say service/apim1449
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.ApiManagement/service/apim1449 2022-08-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "scale-set"
  },
  "sku": {
    "name": "Developer",
    "capacity": 1
  },
  "properties": {
    "publisherEmail": "ops@example.com",
    "publisherName": "apim1449",
    "virtualNetworkType": "Internal",
    "virtualNetworkConfiguration": {
      "subnetResourceId": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/apim"
    }
  }
}
JSON

# 11 of 17: loadBalancers/relays-lb in provider
say loadBalancers/relays-lb
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/relays-lb 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "scale-set"
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
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/relays"
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
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/relays-lb/frontendIPConfigurations/frontend"
          },
          "backendAddressPool": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/relays-lb/backendAddressPools/backend"
          },
          "probe": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/relays-lb/probes/health"
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

# 12 of 17: virtualNetworkLinks/MainNet in provider
say virtualNetworkLinks/MainNet
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/virtualNetworkLinks/MainNet 2024-06-01 <<'JSON'
{
  "location": "global",
  "tags": {
    "linkspan": "scale-set"
  },
  "properties": {
    "virtualNetwork": {
      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet"
    },
    "registrationEnabled": false
  }
}
JSON

# 13 of 17: virtualMachineScaleSets/relays in provider
say virtualMachineScaleSets/relays
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachineScaleSets/relays 2024-07-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "scale-set"
  },
  "sku": {
    "name": "Standard_B2s",
    "tier": "Standard",
    "capacity": 3
  },
  "zones": [
    "1",
    "2",
    "3"
  ],
  "properties": {
    "orchestrationMode": "Uniform",
    "upgradePolicy": {
      "mode": "Rolling"
    },
    "virtualMachineProfile": {
      "osProfile": {
        "computerNamePrefix": "relays",
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
      "networkProfile": {
        "healthProbe": {
          "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/relays-lb/probes/health"
        },
        "networkInterfaceConfigurations": [
          {
            "name": "relays-nic",
            "properties": {
              "primary": true,
              "ipConfigurations": [
                {
                  "name": "ipconfig1",
                  "properties": {
                    "subnet": {
                      "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/relays"
                    },
                    "primary": true,
                    "loadBalancerBackendAddressPools": [
                      {
                        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/relays-lb/backendAddressPools/backend"
                      }
                    ]
                  }
                }
              ]
            }
          }
        ]
      },
      "userData": "eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsiYXBpbTE0NDkuYXp1cmUtYXBpLm5ldDo0NDMiXX1dLCJoZWFsdGgiOnsibGlzdGVuIjoiMC4wLjAuMDo4MDgwIiwicGF0aCI6Ii9oZWFsdGh6In0sImRyYWluU2Vjb25kcyI6MzB9"
    }
  }
}
JSON

# 14 of 17: privateLinkServices/APIM-PLS in provider
say privateLinkServices/APIM-PLS
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS 2024-03-01 <<'JSON'
{
  "location": "uksouth",
  "tags": {
    "linkspan": "scale-set"
  },
  "properties": {
    "loadBalancerFrontendIpConfigurations": [
      {
        "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/relays-lb/frontendIPConfigurations/frontend"
      }
    ],
    "ipConfigurations": [
      {
        "name": "nat-0",
        "properties": {
          "subnet": {
            "id": "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/relays"
          },
          "privateIPAddress": "10.0.1.5",
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

# 15 of 17: A/@ in provider
say A/@
address=$(service_address /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.ApiManagement/service/apim1449 2022-08-01)
put /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@ 2024-06-01 <<JSON
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

# 16 of 17: privateEndpoints/APIM-PE in partner
say privateEndpoints/APIM-PE
az network private-endpoint create \
  --subscription 11111111-1111-1111-1111-111111111111 \
  --resource-group APIM \
  --name APIM-PE \
  --location uksouth \
  --subnet /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default \
  --connection-name APIM-PE \
  --private-connection-resource-id /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS \
  --manual-request false --tags linkspan=scale-set --output none

# 17 of 17: A/@ in partner
say A/@
address=$(endpoint_address /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateEndpoints/APIM-PE)
put /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@ 2024-06-01 <<JSON
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
