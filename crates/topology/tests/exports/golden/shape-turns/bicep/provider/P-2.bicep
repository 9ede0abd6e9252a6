// What stands in the resource group P.

resource other 'Microsoft.Network/networkSecurityGroups@2024-03-01' existing = {
  name: 'other'
  scope: resourceGroup('Q')
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
          networkSecurityGroup: {
            id: other.id
          }
        }
      }
    ]
  }
}
