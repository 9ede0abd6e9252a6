// What stands in the resource group PrivateAPIM.

resource apimNsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'apim-nsg'
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
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
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
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
    linkspan: 'scale-set'
  }
}

resource mainNet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'MainNet'
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
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
            id: relaysNsg.id
          }
          privateLinkServiceNetworkPolicies: 'Disabled'
        }
      }
      {
        name: 'apim'
        properties: {
          addressPrefix: '10.0.2.0/24'
          networkSecurityGroup: {
            id: apimNsg.id
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
    linkspan: 'scale-set'
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
      subnetResourceId: '${mainNet.id}/subnets/apim'
    }
  }
}

resource relaysLb 'Microsoft.Network/loadBalancers@2024-03-01' = {
  name: 'relays-lb'
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
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
            id: '${mainNet.id}/subnets/relays'
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
            id: resourceId('Microsoft.Network/loadBalancers/frontendIPConfigurations', 'relays-lb', 'frontend')
          }
          backendAddressPool: {
            id: resourceId('Microsoft.Network/loadBalancers/backendAddressPools', 'relays-lb', 'backend')
          }
          probe: {
            id: resourceId('Microsoft.Network/loadBalancers/probes', 'relays-lb', 'health')
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
    linkspan: 'scale-set'
  }
  properties: {
    virtualNetwork: {
      id: mainNet.id
    }
    registrationEnabled: false
  }
}

resource relays 'Microsoft.Compute/virtualMachineScaleSets@2024-07-01' = {
  name: 'relays'
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
  }
  sku: {
    name: 'Standard_B2s'
    tier: 'Standard'
    capacity: 3
  }
  zones: [
    '1'
    '2'
    '3'
  ]
  properties: {
    orchestrationMode: 'Uniform'
    upgradePolicy: {
      mode: 'Rolling'
    }
    virtualMachineProfile: {
      osProfile: {
        computerNamePrefix: 'relays'
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
      networkProfile: {
        healthProbe: {
          id: '${relaysLb.id}/probes/health'
        }
        networkInterfaceConfigurations: [
          {
            name: 'relays-nic'
            properties: {
              primary: true
              ipConfigurations: [
                {
                  name: 'ipconfig1'
                  properties: {
                    subnet: {
                      id: '${mainNet.id}/subnets/relays'
                    }
                    primary: true
                    loadBalancerBackendAddressPools: [
                      {
                        id: '${relaysLb.id}/backendAddressPools/backend'
                      }
                    ]
                  }
                }
              ]
            }
          }
        ]
      }
      userData: base64('{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["apim1449.azure-api.net:443"]}],"health":{"listen":"0.0.0.0:8080","path":"/healthz"},"drainSeconds":30}')
    }
  }
}

resource apimPLS 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'APIM-PLS'
  location: 'uksouth'
  tags: {
    linkspan: 'scale-set'
  }
  properties: {
    loadBalancerFrontendIpConfigurations: [
      {
        id: '${relaysLb.id}/frontendIPConfigurations/frontend'
      }
    ]
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${mainNet.id}/subnets/relays'
          }
          privateIPAddress: '10.0.1.5'
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
