// shapes, written by linkspan export.
// Deploy with: az deployment sub create --subscription 33333333-3333-3333-3333-333333333333 --location westus2 --template-file main.bicep
// Deploy in this order: provider/main.bicep, one/main.bicep, two/main.bicep.
targetScope = 'subscription'

resource b 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'B'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
}
