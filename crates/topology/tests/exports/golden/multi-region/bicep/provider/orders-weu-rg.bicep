// What stands in the resource group orders-weu-rg.

resource apimWeuNsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'apim-weu-nsg'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    securityRules: [
      {
        name: 'AllowApiManagement-3443'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'ApiManagement'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '3443'
        }
      }
      {
        name: 'AllowAzureLoadBalancer-6390'
        properties: {
          priority: 210
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: 'VirtualNetwork'
          destinationPortRange: '6390'
        }
      }
    ]
  }
}

resource relaysWeuNsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'relays-weu-nsg'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    securityRules: [
      {
        name: 'AllowPrivateLink-443'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '10.0.1.0/24'
          sourcePortRange: '*'
          destinationAddressPrefix: '10.0.1.0/24'
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowProbe-8080'
        properties: {
          priority: 210
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationAddressPrefix: '10.0.1.0/24'
          destinationPortRange: '8080'
        }
      }
      {
        name: 'DenyVirtualNetwork'
        properties: {
          priority: 4000
          direction: 'Inbound'
          access: 'Deny'
          protocol: '*'
          sourceAddressPrefix: 'VirtualNetwork'
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRange: '*'
        }
      }
    ]
  }
}

resource ordersWeuAzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'orders-weu.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'multi-region'
  }
}

resource ordersWeuVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'orders-weu-vnet'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'relays'
        properties: {
          addressPrefix: '10.0.1.0/24'
          networkSecurityGroup: {
            id: relaysWeuNsg.id
          }
          privateLinkServiceNetworkPolicies: 'Disabled'
        }
      }
      {
        name: 'apim'
        properties: {
          addressPrefix: '10.0.2.0/24'
          networkSecurityGroup: {
            id: apimWeuNsg.id
          }
        }
      }
    ]
  }
}

resource ordersWeu 'Microsoft.ApiManagement/service@2022-08-01' = {
  name: 'orders-weu'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  sku: {
    name: 'Premium'
    capacity: 3
  }
  zones: [
    '1'
    '2'
    '3'
  ]
  properties: {
    publisherEmail: 'ops@example.com'
    publisherName: 'orders-weu'
    virtualNetworkType: 'Internal'
    virtualNetworkConfiguration: {
      subnetResourceId: '${ordersWeuVnet.id}/subnets/apim'
    }
  }
}

resource lbWeu 'Microsoft.Network/loadBalancers@2024-03-01' = {
  name: 'lb-weu'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  sku: {
    name: 'Standard'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: 'frontend'
        zones: [
          '1'
          '2'
          '3'
        ]
        properties: {
          subnet: {
            id: '${ordersWeuVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.0.1.6'
          privateIPAllocationMethod: 'Static'
        }
      }
    ]
    backendAddressPools: [
      {
        name: 'backend'
        properties: {}
      }
    ]
    loadBalancingRules: [
      {
        name: 'tcp-443'
        properties: {
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'lb-weu', 'frontend')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'lb-weu', 'backend')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', 'lb-weu', 'health')
          }
          protocol: 'Tcp'
          frontendPort: 443
          backendPort: 443
          idleTimeoutInMinutes: 4
          enableTcpReset: true
        }
      }
    ]
    probes: [
      {
        name: 'health'
        properties: {
          protocol: 'Http'
          port: 8080
          requestPath: '/healthz'
          intervalInSeconds: 5
          probeThreshold: 1
        }
      }
    ]
  }
}

resource ordersWeuAzureApiNetOrdersWeuVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: ordersWeuAzureApiNet
  name: 'orders-weu-vnet'
  location: 'global'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    virtualNetwork: {
      id: ordersWeuVnet.id
    }
    registrationEnabled: false
  }
}

resource relayWeu0Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-weu-0-nic'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${ordersWeuVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.0.1.4'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${lbWeu.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource relayWeu1Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-weu-1-nic'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${ordersWeuVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.0.1.5'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${lbWeu.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource plsWeu 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'pls-weu'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    loadBalancerFrontendIpConfigurations: [
      {
        id: '${lbWeu.id}/frontendIPConfigurations/frontend'
      }
    ]
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${ordersWeuVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.0.1.7'
          privateIPAllocationMethod: 'Static'
          primary: true
        }
      }
    ]
    visibility: {
      subscriptions: [
        '11111111-1111-1111-1111-111111111111'
      ]
    }
    autoApproval: {
      subscriptions: [
        '11111111-1111-1111-1111-111111111111'
      ]
    }
  }
}

resource ordersWeuAzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: ordersWeuAzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: ordersWeu.properties.privateIPAddresses[0]
      }
    ]
  }
}

resource relayWeu0 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-weu-0'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  zones: [
    '1'
  ]
  properties: {
    hardwareProfile: {
      vmSize: 'Standard_B2s'
    }
    storageProfile: {
      imageReference: {
        publisher: 'Canonical'
        offer: 'ubuntu-24_04-lts'
        sku: 'server'
        version: 'latest'
      }
      osDisk: {
        createOption: 'FromImage'
        deleteOption: 'Delete'
        managedDisk: {
          storageAccountType: 'StandardSSD_LRS'
        }
      }
    }
    osProfile: {
      computerName: 'relay-weu-0'
      adminUsername: 'azureuser'
      linuxConfiguration: {
        disablePasswordAuthentication: true
        ssh: {
          publicKeys: [
            {
              path: '/home/azureuser/.ssh/authorized_keys'
              keyData: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody'
            }
          ]
        }
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: relayWeu0Nic.id
        }
      ]
    }
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["orders-weu.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    ordersWeuAzureApiNetOrdersWeuVnet
    ordersWeuAzureApiNetApex
  ]
}

resource relayWeu1 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-weu-1'
  location: 'westeurope'
  tags: {
    linkspan: 'multi-region'
  }
  zones: [
    '2'
  ]
  properties: {
    hardwareProfile: {
      vmSize: 'Standard_B2s'
    }
    storageProfile: {
      imageReference: {
        publisher: 'Canonical'
        offer: 'ubuntu-24_04-lts'
        sku: 'server'
        version: 'latest'
      }
      osDisk: {
        createOption: 'FromImage'
        deleteOption: 'Delete'
        managedDisk: {
          storageAccountType: 'StandardSSD_LRS'
        }
      }
    }
    osProfile: {
      computerName: 'relay-weu-1'
      adminUsername: 'azureuser'
      linuxConfiguration: {
        disablePasswordAuthentication: true
        ssh: {
          publicKeys: [
            {
              path: '/home/azureuser/.ssh/authorized_keys'
              keyData: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIQ7HmV+eWN5balfI8UcWOVS8oSQCdl4FK6WKxbNC6cs nobody'
            }
          ]
        }
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: relayWeu1Nic.id
        }
      ]
    }
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["orders-weu.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    ordersWeuAzureApiNetOrdersWeuVnet
    ordersWeuAzureApiNetApex
  ]
}
