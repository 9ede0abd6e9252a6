// What stands in the resource group Q.

resource other 'Microsoft.Network/networkSecurityGroups@2024-03-01' = {
  name: 'other'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
  properties: {
    securityRules: []
  }
}
