// What stands in the resource group Api.

resource hubVirtualNetwork 'Microsoft.Network/virtualNetworks@2024-03-01' existing = {
  name: 'Hub'
  scope: resourceGroup('Hub')
}

resource nsgApi 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'NSG-Api'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
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

resource spoke 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'Spoke'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.1.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'api'
        properties: {
          addressPrefix: '10.1.1.0/24'
          networkSecurityGroup: {
            id: nsgApi.id
          }
        }
      }
    ]
    virtualNetworkPeerings: [
      {
        name: 'Hub'
        properties: {
          remoteVirtualNetwork: {
            id: hubVirtualNetwork.id
          }
        }
      }
    ]
  }
}

resource api1449 'Microsoft.ApiManagement/service@2022-08-01' = {
  name: 'api1449'
  location: 'uksouth'
  tags: {
    linkspan: 'hub-and-spoke'
  }
  sku: {
    name: 'Developer'
    capacity: 1
  }
  properties: {
    publisherEmail: 'ops@example.com'
    publisherName: 'api1449'
    virtualNetworkType: 'Internal'
    virtualNetworkConfiguration: {
      subnetResourceId: '${spoke.id}/subnets/api'
    }
  }
}
