// direct-connect, written by linkspan export.
// privateEndpoints/reports-pe (partner) needs from the provider: the id or the alias of privateLinkServices/reports-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/reports-rg/providers/Microsoft.Network/privateLinkServices/reports-pls.
// privateEndpoints/reports-pe asks for a connection; the connection is approved at once.
// Deploy with: az deployment sub create --subscription 22222222-2222-2222-2222-222222222222 --location northcentralus --template-file main.bicep
// Deploy in this order: provider/main.bicep, partner/main.bicep.
targetScope = 'subscription'

resource reportsRg 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'reports-rg'
  location: 'northcentralus'
  tags: {
    linkspan: 'direct-connect'
  }
}

module reportsRgResources 'reports-rg.bicep' = {
  name: 'reports-rg'
  scope: reportsRg
}
