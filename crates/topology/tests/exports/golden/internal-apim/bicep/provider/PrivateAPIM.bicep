// What stands in the resource group PrivateAPIM.

resource nsgAPIM 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'NSG-APIM'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
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

resource nsgPLS 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'NSG-PLS'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
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

resource apim1449AzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'apim1449.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'internal-apim'
  }
}

resource mainNet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'MainNet'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'plsSubnet'
        properties: {
          addressPrefix: '10.0.1.0/24'
          networkSecurityGroup: {
            id: nsgPLS.id
          }
          privateLinkServiceNetworkPolicies: 'Disabled'
        }
      }
      {
        name: 'apimSubnet'
        properties: {
          addressPrefix: '10.0.2.0/24'
          networkSecurityGroup: {
            id: nsgAPIM.id
          }
        }
      }
    ]
  }
}

resource apim1449 'Microsoft.ApiManagement/service@2022-08-01' = {
  name: 'apim1449'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
  }
  sku: {
    name: 'Developer'
    capacity: 1
  }
  properties: {
    publisherEmail: 'ops@example.com'
    publisherName: 'apim1449'
    virtualNetworkType: 'Internal'
    virtualNetworkConfiguration: {
      subnetResourceId: '${mainNet.id}/subnets/apimSubnet'
    }
  }
}

resource privateLinkServiceLB 'Microsoft.Network/loadBalancers@2024-03-01' = {
  name: 'PrivateLinkServiceLB'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
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
            id: '${mainNet.id}/subnets/plsSubnet'
          }
          privateIPAddress: '10.0.1.5'
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
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'PrivateLinkServiceLB', 'frontend')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'PrivateLinkServiceLB', 'backend')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', 'PrivateLinkServiceLB', 'health')
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

resource apim1449AzureApiNetMainNet 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: apim1449AzureApiNet
  name: 'MainNet'
  location: 'global'
  tags: {
    linkspan: 'internal-apim'
  }
  properties: {
    virtualNetwork: {
      id: mainNet.id
    }
    registrationEnabled: false
  }
}

resource fwd0Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'fwd-0-nic'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${mainNet.id}/subnets/plsSubnet'
          }
          privateIPAddress: '10.0.1.4'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${privateLinkServiceLB.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource fwd1Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'fwd-1-nic'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${mainNet.id}/subnets/plsSubnet'
          }
          privateIPAddress: '10.0.1.6'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${privateLinkServiceLB.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource apimPLS 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'APIM-PLS'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
  }
  properties: {
    loadBalancerFrontendIpConfigurations: [
      {
        id: '${privateLinkServiceLB.id}/frontendIPConfigurations/frontend'
      }
    ]
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${mainNet.id}/subnets/plsSubnet'
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

resource apim1449AzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: apim1449AzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: apim1449.properties.privateIPAddresses[0]
      }
    ]
  }
}

resource fwd0 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'fwd-0'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
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
      computerName: 'fwd-0'
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
          id: fwd0Nic.id
        }
      ]
    }
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["apim1449.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    apim1449AzureApiNetMainNet
    apim1449AzureApiNetApex
  ]
}

resource fwd1 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'fwd-1'
  location: 'uksouth'
  tags: {
    linkspan: 'internal-apim'
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
      computerName: 'fwd-1'
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
          id: fwd1Nic.id
        }
      ]
    }
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["apim1449.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    apim1449AzureApiNetMainNet
    apim1449AzureApiNetApex
  ]
}
