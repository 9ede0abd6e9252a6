// sql-on-premises, written by linkspan export.
// privateEndpoints/sql-pe (partner) needs from the provider: the id or the alias of privateLinkServices/sql-pls. It is filled in as /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/hub-rg/providers/Microsoft.Network/privateLinkServices/sql-pls.
// privateEndpoints/sql-pe asks for a connection; the connection is approved at once.
// Deploy with: az deployment sub create --subscription 22222222-2222-2222-2222-222222222222 --location uksouth --template-file main.bicep
// Deploy in this order: provider/main.bicep, partner/main.bicep.
targetScope = 'subscription'

resource hubRg 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: 'hub-rg'
  location: 'uksouth'
  tags: {
    linkspan: 'sql-on-premises'
  }
}

module hubRgResources 'hub-rg.bicep' = {
  name: 'hub-rg'
  scope: hubRg
}
