// shapes, written by linkspan export.
// Deploy with: az deployment sub create --subscription 22222222-2222-2222-2222-222222222222 --location westus2 --template-file main.bicep
// Deploy in this order: provider/main.bicep, one/main.bicep, two/main.bicep.
targetScope = 'subscription'

resource p 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'P'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
}

module pResources 'P.bicep' = {
  name: 'P'
  scope: p
}
