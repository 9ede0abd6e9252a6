// What stands in the resource group orders-rg.

resource apimNsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'apim-nsg'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
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

resource relaysNsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'relays-nsg'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
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
          sourceAddressPrefix: '10.1.1.0/24'
          sourcePortRange: '*'
          destinationAddressPrefix: '10.1.1.0/24'
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
          destinationAddressPrefix: '10.1.1.0/24'
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

resource ordersAzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'orders.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
}

resource providerVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'provider-vnet'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.1.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'relays'
        properties: {
          addressPrefix: '10.1.1.0/24'
          networkSecurityGroup: {
            id: relaysNsg.id
          }
          privateLinkServiceNetworkPolicies: 'Disabled'
        }
      }
      {
        name: 'apim'
        properties: {
          addressPrefix: '10.1.2.0/24'
          networkSecurityGroup: {
            id: apimNsg.id
          }
        }
      }
    ]
  }
}

resource orders 'Microsoft.ApiManagement/service@2022-08-01' = {
  name: 'orders'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  sku: {
    name: 'Developer'
    capacity: 1
  }
  properties: {
    publisherEmail: 'ops@example.com'
    publisherName: 'orders'
    virtualNetworkType: 'Internal'
    virtualNetworkConfiguration: {
      subnetResourceId: '${providerVnet.id}/subnets/apim'
    }
  }
}

resource ordersLb 'Microsoft.Network/loadBalancers@2024-03-01' = {
  name: 'orders-lb'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
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
            id: '${providerVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.1.1.6'
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
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'orders-lb', 'frontend')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'orders-lb', 'backend')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', 'orders-lb', 'health')
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

resource ordersAzureApiNetProviderVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: ordersAzureApiNet
  name: 'provider-vnet'
  location: 'global'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    virtualNetwork: {
      id: providerVnet.id
    }
    registrationEnabled: false
  }
}

resource relay0Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-0-nic'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${providerVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.1.1.4'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${ordersLb.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource relay1Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-1-nic'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${providerVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.1.1.5'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${ordersLb.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource ordersPls 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'orders-pls'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
  }
  properties: {
    loadBalancerFrontendIpConfigurations: [
      {
        id: '${ordersLb.id}/frontendIPConfigurations/frontend'
      }
    ]
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${providerVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.1.1.7'
          privateIPAllocationMethod: 'Static'
          primary: true
        }
      }
    ]
    visibility: {
      subscriptions: [
        '11111111-1111-1111-1111-111111111111'
        '33333333-3333-3333-3333-333333333333'
      ]
    }
    autoApproval: {
      subscriptions: [
        '11111111-1111-1111-1111-111111111111'
        '33333333-3333-3333-3333-333333333333'
      ]
    }
  }
}

resource ordersAzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: ordersAzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: orders.properties.privateIPAddresses[0]
      }
    ]
  }
}

resource relay0 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-0'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
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
      computerName: 'relay-0'
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
          id: relay0Nic.id
        }
      ]
    }
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["orders.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    ordersAzureApiNetProviderVnet
    ordersAzureApiNetApex
  ]
}

resource relay1 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-1'
  location: 'westeurope'
  tags: {
    linkspan: 'two-consumers-overlapping'
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
      computerName: 'relay-1'
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
          id: relay1Nic.id
        }
      ]
    }
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["orders.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    ordersAzureApiNetProviderVnet
    ordersAzureApiNetApex
  ]
}
