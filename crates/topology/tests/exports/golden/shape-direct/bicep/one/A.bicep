// What stands in the resource group A.

resource near 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'Near'
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
        name: 'default'
        properties: {
          addressPrefix: '10.0.0.0/24'
        }
      }
    ]
  }
}

resource nearPE 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'NearPE'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    subnet: {
      id: '${near.id}/subnets/default'
    }
    privateLinkServiceConnections: [
      {
        name: 'NearPE'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql'
        }
      }
    ]
  }
}
