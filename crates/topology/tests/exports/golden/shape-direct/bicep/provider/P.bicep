// What stands in the resource group P.

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
          privateLinkServiceNetworkPolicies: 'Disabled'
        }
      }
      {
        name: 'sql'
        properties: {
          addressPrefix: '10.0.2.0/24'
        }
      }
    ]
  }
}

resource sql 'Microsoft.Network/privateLinkServices@2024-03-01' = {
  name: 'Sql'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'nat-0'
        properties: {
          subnet: {
            id: '${hub.id}/subnets/nat'
          }
          privateIPAddress: '10.0.1.4'
          privateIPAllocationMethod: 'Static'
          primary: true
        }
      }
      {
        name: 'nat-1'
        properties: {
          subnet: {
            id: '${hub.id}/subnets/nat'
          }
          privateIPAddress: '10.0.1.5'
          privateIPAllocationMethod: 'Static'
          primary: false
        }
      }
    ]
    destinationIPAddress: '10.0.2.4'
    visibility: {
      subscriptions: [
        '11111111-1111-1111-1111-111111111111'
        '33333333-3333-3333-3333-333333333333'
      ]
    }
    autoApproval: {
      subscriptions: [
        '11111111-1111-1111-1111-111111111111'
      ]
    }
  }
}
