// shapes, written by linkspan export.
// Deploy with: az deployment sub create --subscription 11111111-1111-1111-1111-111111111111 --location westus2 --template-file main.bicep
// Deploy in this order: provider/main.bicep, one/main.bicep, two/main.bicep.
targetScope = 'subscription'

resource a 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'A'
  location: 'westus2'
  tags: {
    linkspan: 'shapes'
  }
}
