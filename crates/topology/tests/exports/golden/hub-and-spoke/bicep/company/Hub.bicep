// What stands in the resource group Hub.

resource spoke 'Microsoft.Network/virtualNetworks@2024-03-01' existing = {
  name: 'Spoke'
  scope: resourceGroup('Api')
}

resource api1449 'Microsoft.ApiManagement/service@2022-08-01' existing = {
  name: 'api1449'
  scope: resourceGroup('Api')
}

resource relays 'Microsoft.Network/applicationSecurityGroups@2024-03-01' = {
  name: 'relays'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
}

resource wayOutIP 'Microsoft.Network/publicIPAddresses@2024-03-01' = {
  name: 'WayOut-IP'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
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
  }
}

resource api1449AzureApiNet 'Microsoft.Network/privateDnsZones@2024-06-01' = {
  name: 'api1449.azure-api.net'
  location: 'global'
  tags: {
    linkspan: 'hub-and-spoke'
  }
}

resource wayOut 'Microsoft.Network/natGateways@2024-03-01' = {
  name: 'WayOut'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  sku: {
    name: 'Standard'
  }
  properties: {
    idleTimeoutInMinutes: 10
    publicIpAddresses: [
      {
        id: wayOutIP.id
      }
    ]
  }
}

resource nsgAccess 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'NSG-Access'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    securityRules: [
      {
        name: 'AllowPrivateLink'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '10.0.1.0/24'
          sourcePortRange: '*'
          destinationApplicationSecurityGroups: [
            {
              id: relays.id
            }
          ]
          destinationPortRange: '443'
        }
      }
      {
        name: 'AllowProbe'
        properties: {
          priority: 210
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: 'AzureLoadBalancer'
          sourcePortRange: '*'
          destinationApplicationSecurityGroups: [
            {
              id: relays.id
            }
          ]
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

resource hubVirtualNetwork 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'Hub'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'access'
        properties: {
          addressPrefix: '10.0.1.0/24'
          networkSecurityGroup: {
            id: nsgAccess.id
          }
          natGateway: {
            id: wayOut.id
          }
          privateLinkServiceNetworkPolicies: 'Disabled'
          defaultOutboundAccess: false
        }
      }
    ]
    virtualNetworkPeerings: [
      {
        name: 'Spoke'
        properties: {
          remoteVirtualNetwork: {
            id: spoke.id
          }
        }
      }
    ]
  }
}

resource api1449AzureApiNetSpoke 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: api1449AzureApiNet
  name: 'Spoke'
  location: 'global'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    virtualNetwork: {
      id: spoke.id
    }
    registrationEnabled: false
  }
}

resource accessLB 'Microsoft.Network/loadBalancers@2024-03-01' = {
  name: 'AccessLB'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
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
            id: '${hubVirtualNetwork.id}/subnets/access'
          }
          privateIPAddress: '10.0.1.4'
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
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'AccessLB', 'frontend')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'AccessLB', 'backend')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', 'AccessLB', 'health')
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

resource api1449AzureApiNetHub 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = {
  parent: api1449AzureApiNet
  name: 'Hub'
  location: 'global'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    virtualNetwork: {
      id: hubVirtualNetwork.id
    }
    registrationEnabled: false
  }
}

resource api1449AzureApiNetApex 'Microsoft.Network/privateDnsZones/A@2024-06-01' = {
  parent: api1449AzureApiNet
  name: '@'
  properties: {
    ttl: 10
    aRecords: [
      {
        ipv4Address: api1449.properties.privateIPAddresses[0]
      }
    ]
  }
}

resource relay0Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-0-nic'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${hubVirtualNetwork.id}/subnets/access'
          }
          privateIPAddress: '10.0.1.5'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${accessLB.id}/backendAddressPools/backend'
            }
          ]
          applicationSecurityGroups: [
            {
              id: relays.id
            }
          ]
        }
      }
    ]
  }
}

resource relay1Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-1-nic'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${hubVirtualNetwork.id}/subnets/access'
          }
          privateIPAddress: '10.0.1.6'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${accessLB.id}/backendAddressPools/backend'
            }
          ]
          applicationSecurityGroups: [
            {
              id: relays.id
            }
          ]
        }
      }
    ]
  }
}

resource apiPLS 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'Api-PLS'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    loadBalancerFrontendIpConfigurations: [
      {
        id: '${accessLB.id}/frontendIPConfigurations/frontend'
      }
    ]
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${hubVirtualNetwork.id}/subnets/access'
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

resource relay0 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-0'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
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
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["api1449.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    api1449AzureApiNetHub
    api1449AzureApiNetApex
  ]
}

resource relay1 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-1'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
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
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["api1449.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
  dependsOn: [
    api1449AzureApiNetHub
    api1449AzureApiNetApex
  ]
}
