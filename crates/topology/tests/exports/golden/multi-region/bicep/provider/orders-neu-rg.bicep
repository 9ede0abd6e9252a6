// What stands in the resource group orders-neu-rg.

resource apimNeuNsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'apim-neu-nsg'
  location: 'northeurope'
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

resource relaysNeuNsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'relays-neu-nsg'
  location: 'northeurope'
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
          sourceAddressPrefix: '10.4.1.0/24'
          sourcePortRange: '*'
          destinationAddressPrefix: '10.4.1.0/24'
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
          destinationAddressPrefix: '10.4.1.0/24'
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

resource ordersNeuAzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'orders-neu.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'multi-region'
  }
}

resource ordersNeuVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'orders-neu-vnet'
  location: 'northeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.4.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'relays'
        properties: {
          addressPrefix: '10.4.1.0/24'
          networkSecurityGroup: {
            id: relaysNeuNsg.id
          }
          privateLinkServiceNetworkPolicies: 'Disabled'
        }
      }
      {
        name: 'apim'
        properties: {
          addressPrefix: '10.4.2.0/24'
          networkSecurityGroup: {
            id: apimNeuNsg.id
          }
        }
      }
    ]
  }
}

resource ordersNeu 'Microsoft.ApiManagement/service@2022-08-01' = {
  name: 'orders-neu'
  location: 'northeurope'
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
    publisherName: 'orders-neu'
    virtualNetworkType: 'Internal'
    virtualNetworkConfiguration: {
      subnetResourceId: '${ordersNeuVnet.id}/subnets/apim'
    }
  }
}

resource lbNeu 'Microsoft.Network/loadBalancers@2024-03-01' = {
  name: 'lb-neu'
  location: 'northeurope'
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
            id: '${ordersNeuVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.4.1.6'
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
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'lb-neu', 'frontend')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'lb-neu', 'backend')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', 'lb-neu', 'health')
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

resource ordersNeuAzureApiNetOrdersNeuVnet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: ordersNeuAzureApiNet
  name: 'orders-neu-vnet'
  location: 'global'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    virtualNetwork: {
      id: ordersNeuVnet.id
    }
    registrationEnabled: false
  }
}

resource relayNeu0Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-neu-0-nic'
  location: 'northeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${ordersNeuVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.4.1.4'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${lbNeu.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource relayNeu1Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-neu-1-nic'
  location: 'northeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${ordersNeuVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.4.1.5'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${lbNeu.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource plsNeu 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'pls-neu'
  location: 'northeurope'
  tags: {
    linkspan: 'multi-region'
  }
  properties: {
    loadBalancerFrontendIpConfigurations: [
      {
        id: '${lbNeu.id}/frontendIPConfigurations/frontend'
      }
    ]
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${ordersNeuVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.4.1.7'
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

resource ordersNeuAzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: ordersNeuAzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: ordersNeu.properties.privateIPAddresses[0]
      }
    ]
  }
}

resource relayNeu0 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-neu-0'
  location: 'northeurope'
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
      computerName: 'relay-neu-0'
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
          id: relayNeu0Nic.id
        }
      ]
    }
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["orders-neu.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    ordersNeuAzureApiNetOrdersNeuVnet
    ordersNeuAzureApiNetApex
  ]
}

resource relayNeu1 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-neu-1'
  location: 'northeurope'
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
      computerName: 'relay-neu-1'
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
          id: relayNeu1Nic.id
        }
      ]
    }
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["orders-neu.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    ordersNeuAzureApiNetOrdersNeuVnet
    ordersNeuAzureApiNetApex
  ]
}
