// What stands in the resource group B.

resource far 'Microsoft.Network/virtualNetworks@2024-03-01' = {
  name: 'Far'
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

resource farPE 'Microsoft.Network/privateEndpoints@2024-03-01' = {
  name: 'FarPE'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    subnet: {
      id: '${far.id}/subnets/default'
    }
    manualPrivateLinkServiceConnections: [
      {
        name: 'FarPE'
        properties: {
          privateLinkServiceId: '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/P/providers/Microsoft.Network/privateLinkServices/Sql'
          requestMessage: 'from "two", it\'s \${urgent} `now`'
        }
      }
    ]
  }
}
