// What stands in the resource group reports-rg.

resource reportsVnet 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'reports-vnet'
  location: 'northcentralus'
  tags: {
    linkspan: 'direct-connect'
  }
  properties: {
    addressSpace: {
      addressPrefixes: [
        '10.20.0.0/16'
      ]
    }
    subnets: [
      {
        name: 'servers'
        properties: {
          addressPrefix: '10.20.1.0/24'
        }
      }
      {
        name: 'nat'
        properties: {
          addressPrefix: '10.20.2.0/24'
          privateLinkServiceNetworkPolicies: 'Disabled'
        }
      }
    ]
  }
}

resource reportsPls 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'reports-pls'
  location: 'northcentralus'
  tags: {
    linkspan: 'direct-connect'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${reportsVnet.id}/subnets/nat'
          }
          privateIPAddress: '10.20.2.4'
          privateIPAllocationMethod: 'Static'
          primary: true
        }
      }
      {
        name: 'nat-1'
        properties: {
          subnet: {
            id: '${reportsVnet.id}/subnets/nat'
          }
          privateIPAddress: '10.20.2.5'
          privateIPAllocationMethod: 'Static'
          primary: false
        }
      }
    ]
    destinationIPAddress: '10.20.1.10'
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
