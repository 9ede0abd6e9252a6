// What stands in the resource group hub-rg.

resource relaysNsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'relays-nsg'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
  }
  properties: {
    securityRules: [
      {
        name: 'AllowPrivateLink-1433'
        properties: {
          priority: 200
          direction: 'Inbound'
          access: 'Allow'
          protocol: 'Tcp'
          sourceAddressPrefix: '10.0.1.0/24'
          sourcePortRange: '*'
          destinationAddressPrefix: '10.0.1.0/24'
          destinationPortRange: '1433'
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

resource hubVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'hub-vnet'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.0.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'GatewaySubnet'
        properties: {
          addressPrefix: '10.0.0.0/27'
        }
      }
      {
        name: 'relays'
        properties: {
          addressPrefix: '10.0.1.0/24'
          networkSecurityGroup: {
            id: relaysNsg.id
          }
          privateLinkServiceNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

resource sqlLb 'Microsoft.Network/loadBalancers@2024-03-01' = {
  name: 'sql-lb'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
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
            id: '${hubVnet.id}/subnets/relays'
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
        name: 'tcp-1433'
        properties: {
          frontendIPConfiguration: {
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'sql-lb', 'frontend')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'sql-lb', 'backend')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', 'sql-lb', 'health')
          }
          protocol: 'Tcp'
          frontendPort: 1433
          backendPort: 1433
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

resource relay0Nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'relay-0-nic'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${hubVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.0.1.4'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${sqlLb.id}/backendAddressPools/backend'
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
    linkspan: 'sql-on-premises'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'ipconfig1'
        properties: {
          subnet: {
            id: '${hubVnet.id}/subnets/relays'
          }
          privateIPAddress: '10.0.1.5'
          privateIPAllocationMethod: 'Static'
          primary: true
          loadBalancerBackendAddressPools: [
            {
              id: '${sqlLb.id}/backendAddressPools/backend'
            }
          ]
        }
      }
    ]
  }
}

resource sqlPls 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'sql-pls'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
  }
  properties: {
    loadBalancerFrontendIpConfigurations: [
      {
        id: '${sqlLb.id}/frontendIPConfigurations/frontend'
      }
    ]
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${hubVnet.id}/subnets/relays'
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
    linkspan: 'sql-on-premises'
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
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:1433","to":["10.9.0.10:1433","10.9.0.11:1433"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
}

resource relay1 'Microsoft.Compute/virtualMachines@2024-07-01' = {
  name: 'relay-1'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
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
    userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:1433","to":["10.9.0.10:1433","10.9.0.11:1433"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
  }
}
