// What stands in the resource group Q.

resource hub 'Microsoft.Network/virtualNetworks@2024-03-01' existing = {
  name: 'Hub'
  scope: resourceGroup('P')
}

resource nic 'Microsoft.Network/networkInterfaces@2024-03-01' = {
  name: 'nic'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    ipConfigurations: [
      {
        name: 'one'
        properties: {
          primary: true
          privateIPAllocationMethod: 'Dynamic'
          subnet: {
            id: '${hub.id}/subnets/nat'
          }
        }
      }
    ]
  }
}
