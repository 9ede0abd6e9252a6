// storage-endpoint, written by linkspan export.
// Deploy with: az deployment sub create --subscription 22222222-2222-2222-2222-222222222222 --location westeurope --template-file main.bicep
targetScope = 'subscription'

resource work 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'work'
  location: 'westeurope'
  tags: {
    linkspan: 'storage-endpoint'
  }
}

module workResources 'work.bicep' = {
  name: 'work'
  scope: work
}
