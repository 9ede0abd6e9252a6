// What stands in the resource group P.

resource nsg 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'nsg'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
}
