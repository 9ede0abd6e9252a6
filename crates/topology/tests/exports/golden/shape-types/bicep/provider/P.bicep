// What stands in the resource group P.

@secure()
param vmAdminPassword string

resource spoke 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'Spoke'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.7.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'default'
        properties: {
          addressPrefix: '10.7.0.0/24'
        }
      }
    ]
    virtualNetworkPeerings: [
      {
        name: 'to-hub'
        properties: {
          allowVirtualNetworkAccess: true
          allowForwardedTraffic: false
          remoteVirtualNetwork: {
            id: hub.id
          }
        }
      }
    ]
  }
}

resource outIp 'Microsoft.Network/publicIPAddresses@2024-03-01' = {
  name: 'out-ip'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  sku: {
    name: 'Standard'
  }
  zones: [
    '1'
    '2'
    '3'
  ]
  properties: {
    publicIPAllocationMethod: 'Static'
    publicIPAddressVersion: 'IPv4'
  }
}

resource asg 'Microsoft.Network/applicationSecurityGroups@2024-03-01' = {
  name: 'asg'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
}

resource nsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'nsg'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    securityRules: [
      {
        name: 'allow'
        properties: {
          priority: 100
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefixes: [
            '10.0.0.0/16'
            '10.7.0.0/16'
          ]
          sourcePortRange: '*'
          destinationAddressPrefix: '*'
          destinationPortRanges: [
            '443'
            '8080-8090'
          ]
        }
      }
    ]
  }
}

resource routes 'Microsoft.Network/routeTables@2024-03-01' = {
  name: 'routes'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    disableBgpRoutePropagation: true
    routes: [
      {
        name: 'near'
        properties: {
          addressPrefix: '10.9.0.0/16'
          nextHopType: 'VirtualAppliance'
          nextHopIpAddress: '10.0.2.9'
        }
      }
    ]
  }
}

resource stlinkspan 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: 'stlinkspan'
  location: 'westus2'
  sku: {
    name: 'Standard_LRS'
  }
  kind: 'StorageV2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    publicNetworkAccess: 'Disabled'
  }
}

resource privatelinkBlobCoreWindowsNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'privatelink.blob.core.windows.net'
  location: 'global'
  tags: {
    linkspan: 'shapes'
  }
}

resource natgw 'Microsoft.Network/natGateways@2024-03-01' = {
  name: 'natgw'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  sku: {
    name: 'Standard'
  }
  properties: {
    idleTimeoutInMinutes: 4
    publicIpAddresses: [
      {
        id: outIp.id
      }
    ]
  }
}

resource blobPE 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'blob-PE'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    subnet: {
      id: '${spoke.id}/subnets/default'
    }
    privateLinkServiceConnections: [
      {
        name: 'blob'
        properties: {
          privateLinkServiceId: stlinkspan.id
          groupIds: [
            'blob'
          ]
        }
      }
    ]
  }
}

resource privatelinkBlobCoreWindowsNetSpoke 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: privatelinkBlobCoreWindowsNet
  name: 'spoke'
  location: 'global'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    registrationEnabled: false
    virtualNetwork: {
      id: spoke.id
    }
  }
}

resource hub 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'Hub'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'nat'
        properties: {
          addressPrefix: '10.0.1.0/24'
        }
      }
      {
        name: 'out'
        properties: {
          addressPrefix: '10.0.2.0/24'
          natGateway: {
            id: natgw.id
          }
          networkSecurityGroup: {
            id: nsg.id
          }
          routeTable: {
            id: routes.id
          }
        }
      }
    ]
    virtualNetworkPeerings: [
      {
        name: 'to-spoke'
        properties: {
          allowVirtualNetworkAccess: true
          allowForwardedTraffic: false
          remoteVirtualNetwork: {
            id: spoke.id
          }
        }
      }
    ]
  }
}

resource blobPEDefault 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-03-01' = {
  parent: blobPE
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: 'blob'
        properties: {
          privateDnsZoneId: privatelinkBlobCoreWindowsNet.id
        }
      }
    ]
  }
}

resource lb 'Microsoft.Network/loadBalancers@2024-03-01' = {
  name: 'lb'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  sku: {
    name: 'Standard'
  }
  properties: {
    frontendIPConfigurations: [
      {
        name: 'fe'
        zones: [
          '1'
          '2'
          '3'
        ]
        properties: {
          subnet: {
            id: '${hub.id}/subnets/out'
          }
          privateIPAllocationMethod: 'Dynamic'
        }
      }
    ]
    backendAddressPools: [
      {
        name: 'be'
        properties: {}
      }
    ]
    probes: [
      {
        name: 'tcp'
        properties: {
          protocol: 'Tcp'
          port: 443
          intervalInSeconds: 5
          numberOfProbes: 1
          probeThreshold: 1
        }
      }
    ]
    loadBalancingRules: [
      {
        name: 'https'
        properties: {
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'lb', 'fe')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'lb', 'be')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', 'lb', 'tcp')
          }
          protocol: 'Tcp'
          frontendPort: 443
          backendPort: 443
          enableTcpReset: true
          idleTimeoutInMinutes: 30
          disableOutboundSnat: true
          enableFloatingIP: false
          loadDistribution: 'Default'
        }
      }
    ]
  }
}

resource nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'nic'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    enableIPForwarding: true
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          primary: true
          privateIPAllocationMethod: 'Static'
          privateIPAddress: '10.0.2.9'
          subnet: {
            id: '${hub.id}/subnets/out'
          }
          loadBalancerBackendAddressPools: [
            {
              id: '${lb.id}/backendAddressPools/be'
            }
          ]
          applicationSecurityGroups: [
            {
              id: asg.id
            }
          ]
        }
      }
    ]
  }
}

resource vm 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'vm'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
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
          storageAccountType: 'Premium_LRS'
        }
      }
    }
    osProfile: {
      computerName: 'vm'
      adminUsername: 'azureuser'
      adminPassword: vmAdminPassword
      linuxConfiguration: {
        disablePasswordAuthentication: false
      }
    }
    networkProfile: {
      networkInterfaces: [
        {
          id: nic.id
        }
      ]
    }
  }
}
